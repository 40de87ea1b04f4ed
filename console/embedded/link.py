"""The embedded tracker as a `Link`: opens the directory, watches it, feeds it, gathers what is new.

Threads: *open* opens the directory (again, while it is missing) and takes the first look; *sweep*
and *watch* keep the survey (`watching`); *feed* hands an owner's events to the tracker. The console
takes what they gathered on a thread of its own, so a slow disk never holds up the screen. What an
operator does is in `commands`.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any, Final

from console.embedded.commands import Commands
from console.embedded.feeds import hand_over
from console.embedded.homes import Homes, last_checkpoint_ms
from console.embedded.lending import Opened
from console.embedded.observing import observe, observe_newest
from console.embedded.pacing import Pace
from console.embedded.pending import LookedUp, Pending
from console.embedded.soonest import look_soonest
from console.embedded.watching import Watcher
from console.snapshot import Face, Feed, Mode, Progress, Update, Watch
from tracker import (
    BadLine,
    DirectoryError,
    Event,
    FolderSummary,
    HoldfastError,
    PluginLog,
    SessionTracker,
    StoreError,
    Survey,
    open_store,
    wall_clock_ms,
)
from tracker import DirectoryStore as Store

RETRY_S: Final = 0.5
"""How often a directory that can't be opened is tried again."""

SEEN_S: Final = 0.3
"""How long reading waits until the first sessions were shown: one interpreter does both, and would
do them later."""

FeedLines = Callable[[threading.Event], Iterator[Event | BadLine]]
TrackerOf = Callable[[Store], SessionTracker]


class EmbeddedLink(Commands):
    """A tracker embedded in the console's own process. See `Link`.

    Args:
        directory: The state directory.
        mode: Whether to observe it, to own it, or to own the demo's.
        make_tracker: Makes a tracker over an open store, with the settings of this run.
        opened: An owner's store, opened already so that a refusal ends the program before the
            screen; None for an observer, which opens it when it is there.
        feed_name: What the feed is called.
        feed_lines: The feed; None for an observer.
        is_read_only: Whether every command is refused.
        polls: Whether to poll instead of being told of changes.
    """

    def __init__(
        self,
        directory: str,
        mode: Mode,
        make_tracker: TrackerOf,
        *,
        opened: Store | None = None,
        feed_name: str = "",
        feed_lines: FeedLines | None = None,
        is_read_only: bool = False,
        polls: bool = False,
    ) -> None:
        super().__init__(directory, is_read_only=is_read_only)
        self._mode = mode
        self._make_tracker = make_tracker
        self._store = opened
        self._feed_lines = feed_lines
        self._polls = polls
        self._pending = Pending()
        self._face = Face.OPENING
        self._plugin_why = ""
        self._is_fresh = True
        self._pace = Pace()
        self._is_seen = threading.Event()  # Somebody who has shown an update asks for the next.
        self._watch = Watch()
        self._feed = Feed(feed_name)
        self._loading: Progress | None = None
        self._homes = Homes()
        self._threads: list[threading.Thread] = []

    def start(self) -> None:
        """Begins to open, watch and feed, in the background; see `Link.start`."""
        if not self._threads:
            self._run("open", self._open)

    def wait(self, timeout_s: float) -> None:
        """Waits until there is something to take; `timeout_s` seconds at most."""
        self._pending.wait(timeout_s)

    def take(self, timeout_s: float) -> Update | None:
        """Waits for something new and takes all of it; see `Link.take`."""
        self._is_followed = True
        self._is_shown.set()
        if self._pace.has_begun:
            self._is_seen.set()
        if not self._pending.wait(timeout_s):
            return None
        self._pace.keep(self._stopping, is_reading=self._loading is not None)
        tracker = self._tracker
        # Read before what happened is taken: it never says more than what comes with it.
        standing = self._standing()
        news = self._pending.take()
        if self._standing() != standing:
            self._pending.wake()
        is_fresh, self._is_fresh = self._is_fresh, False
        memory = LookedUp() if tracker is None else news.looked_up(tracker.peek)
        return Update(
            directory=self._directory,
            mode=self._mode,
            is_read_only=self._is_read_only,
            is_fresh=is_fresh,
            tracked=memory.tracked,
            changed=memory.changed,
            dropped=memory.dropped,
            folders=news.folders,
            removed=news.removed,
            changes=news.changes,
            statistics=None if tracker is None else tracker.statistics(),
            at_ms=wall_clock_ms(),
            spills=tracker is None or tracker.spills,
            plugin_events=news.plugin_events,
            **standing,
        )

    def stop(self) -> str:
        """Ends everything; returns what went wrong with the last spills, in words."""
        self._stopping.set()
        self._is_seen.set()
        self._is_shown.set()
        self._pending.wake()
        for thread in self._threads:
            if thread is not threading.current_thread():
                thread.join(timeout=5)
        return self._close()

    def _run(self, name: str, target: Callable[[], None]) -> None:
        thread = threading.Thread(target=target, name=name, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _standing(self) -> dict[str, Any]:
        """Returns how things stand apart from what happened: fields of an update."""
        return {
            "face": self._face,
            "face_why": self._face_why,
            "watch": self._watch,
            "feed": self._feed,
            "loading": self._loading,
            "plugin_why": self._plugin_why,
        }

    @property
    def _tracker(self) -> SessionTracker | None:
        opened = self._lending.opened
        return None if opened is None else opened.tracker

    # -- opening ------------------------------------------------------------------------------

    def _open(self) -> None:
        while not self._stopping.is_set() and not self._has_opened():
            self._stopping.wait(RETRY_S)

    def _has_opened(self) -> bool:
        """Tries to open the directory and to take the first look; shows why, where it can't."""
        try:
            if self._store is None:
                self._store = open_store(self._directory, read_only=True, clock=wall_clock_ms)
            self._look_first(self._store)
        except StoreError as error:
            is_missing = isinstance(error, DirectoryError) and error.is_missing
            if self._face is not Face.GONE or not is_missing:
                self._show(Face.MISSING if is_missing else Face.UNREADABLE, str(error))
            if self._mode is Mode.OBSERVE:
                self._close()
            return False
        return True

    def _look_first(self, store: Store) -> None:
        opened = self._lending.opened or self._begun(store)
        tracker, survey = opened.tracker, opened.survey
        self._face, self._face_why = Face.OPEN, ""  # Shown with the first that is found.
        self._found(look_soonest(survey, store.root.path))
        self._is_seen.wait(SEEN_S)
        survey.sweep(self._progress, self._found)
        if self._stopping.is_set():
            return
        if tracker.is_read_only:
            observe_newest(tracker, self._homes.named(survey.summaries), self._stopping)
        self._loading = None
        self._watcher = Watcher(
            store.root.path,
            survey,
            self._swept,
            self._watching,
            self._gone,
            partial(self._read_log, PluginLog(store.root)),
            polls=self._polls,
        )
        self._watcher.start()
        if self._feed_lines is not None:
            self._run("feed", self._read_feed)

    def _begun(self, store: Store) -> Opened:
        """Begins anew over a directory that was just opened."""
        self._pending.clear()
        self._is_fresh = True
        self._homes = Homes()
        self._plugin_why = ""
        opened = Opened(store, self._make_tracker(store), Survey(store.root))
        opened.tracker.subscribe(self._pending.add_changes)
        self._lending.begin(opened)
        return opened

    def _found(self, part: Sequence[FolderSummary]) -> None:
        self._pending.add_folders(self._homes.named(part))

    def _progress(self, done: int, total: int) -> bool:
        self._loading = Progress(done, total)
        self._pending.wake()
        return not self._stopping.is_set()

    # -- while open ---------------------------------------------------------------------------

    def _swept(self, changed: Sequence[FolderSummary], removed: Sequence[str]) -> None:
        tracker = self._tracker
        folders = self._homes.named(changed)
        gone = self._homes.forget(removed)
        if tracker is not None and tracker.is_read_only:
            active = [one.session for one in sorted(folders, key=last_checkpoint_ms)]
            for session in (*active, *gone):
                observe(tracker, session, None)
        self._pending.add_folders(folders, removed)

    def _watching(self, watch: Watch) -> None:
        self._watch = watch
        self._pending.wake()

    def _read_log(self, log: PluginLog) -> bool:
        if events := log.read():
            self._pending.add_plugin_events(events)
        if log.why != self._plugin_why:
            self._plugin_why = log.why
            self._pending.wake()
        return log.is_behind

    def _gone(self) -> None:
        self._show(Face.GONE, f"{self._directory}: removed or moved away while it was open")
        if self._mode is Mode.OBSERVE:
            self._run("reopen", self._reopen)

    def _reopen(self) -> None:
        self._close()
        self._stopping.wait(RETRY_S)
        self._open()

    def _show(self, face: Face, why: str) -> None:
        self._face, self._face_why = face, why
        self._pending.wake()

    def _read_feed(self) -> None:
        if (tracker := self._tracker) is not None and self._feed_lines is not None:
            lines = self._feed_lines(self._stopping)
            hand_over(lines, tracker.handle, self._feed.name, self._feeding)

    def _feeding(self, feed: Feed) -> None:
        self._feed = feed
        self._pending.wake()

    def _close(self) -> str:
        watcher, self._watcher = self._watcher, None
        if watcher is not None:
            watcher.stop()
        opened = self._lending.end()
        store, self._store = self._store, None
        try:
            if opened is not None:
                opened.tracker.close()
            elif store is not None:
                store.close()
        except HoldfastError as error:
            return str(error)
        return ""
