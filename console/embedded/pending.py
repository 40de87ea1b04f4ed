"""What happened since the console last asked: gathered on many threads, taken on one.

Bounded by what there is: one entry a session and a folder however often it changed, and the latest
changes.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from typing import Final, NamedTuple

from tracker import Change, ChangeKind, FolderSummary, PluginEvent, TrackedSession

CHANGES_KEPT: Final = 20_000
"""The most changes kept between two updates, and the most events of the plugin's; with a console
that keeps up there are a few."""

_TOUCHES: Final = (ChangeKind.INSERTED, ChangeKind.REHYDRATED, ChangeKind.TOUCHED)


class News(NamedTuple):
    """What happened since it was taken the last time.

    Attributes:
        touched: Ids in order of their last touch.
        changed: Ids of sessions that changed without being touched, as when one is pinned.
        folders: Folders that are new or changed.
        removed: Names of folders that are gone.
        changes: What happened, in order.
        plugin_events: What the plugin's log has more, in its order.
    """

    touched: tuple[str, ...]
    changed: tuple[str, ...]
    folders: tuple[FolderSummary, ...]
    removed: tuple[str, ...]
    changes: tuple[Change, ...]
    plugin_events: tuple[PluginEvent, ...]

    def looked_up(self, peek: Callable[[str], TrackedSession | None]) -> LookedUp:
        """Looks at the sessions as they are now, in memory.

        Args:
            peek: Returns a session without moving it; None where it isn't in memory.
        """
        touched = [(session, peek(session)) for session in self.touched]
        changed = [(session, peek(session)) for session in self.changed]
        return LookedUp(
            tuple(one for _, one in touched if one is not None),
            tuple(one for _, one in changed if one is not None),
            tuple(session for session, one in (*touched, *changed) if one is None),
        )


class LookedUp(NamedTuple):
    """Sessions that were touched, that changed, and ids that left memory; see `Update`."""

    tracked: tuple[TrackedSession, ...] = ()
    changed: tuple[TrackedSession, ...] = ()
    dropped: tuple[str, ...] = ()


class Pending:
    """Gathers touched sessions, changed folders and changes, and wakes whoever waits for them."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._news = threading.Event()
        self._touched: dict[str, int] = {}  # The number of its last touch, by session.
        self._changed: dict[str, None] = {}
        self._folders: dict[str, FolderSummary] = {}
        self._removed: dict[str, None] = {}
        self._changes: deque[Change] = deque(maxlen=CHANGES_KEPT)
        self._plugin_events: deque[PluginEvent] = deque(maxlen=CHANGES_KEPT)

    def wake(self) -> None:
        """Says that something is new which isn't kept here."""
        self._news.set()

    def wait(self, timeout_s: float) -> bool:
        """Waits until something is new; whether it is."""
        return self._news.wait(timeout_s)

    def add_changes(self, changes: Sequence[Change]) -> None:
        """Takes what a tracker tells, perhaps on several threads, each in its own order."""
        with self._lock:
            for change in changes:
                session = change.session
                if change.kind in _TOUCHES:
                    self._touched[session] = max(change.number, self._touched.get(session, 0))
                elif session:
                    self._changed[session] = None
            self._changes.extend(changes)
        self._news.set()

    def add_folders(self, changed: Iterable[FolderSummary], removed: Iterable[str] = ()) -> None:
        """Takes what a survey found."""
        with self._lock:
            for summary in changed:
                self._removed.pop(summary.folder, None)
                self._folders[summary.folder] = summary
            for name in removed:
                self._folders.pop(name, None)
                self._removed[name] = None
        self._news.set()

    def add_plugin_events(self, events: Sequence[PluginEvent]) -> None:
        """Takes what the plugin's log has more."""
        with self._lock:
            self._plugin_events.extend(events)
        self._news.set()

    def clear(self) -> None:
        """Forgets everything, as when the directory is opened anew; that alone is no news."""
        with self._lock:
            self._forget()

    def take(self) -> News:
        """Takes all of it."""
        with self._lock:
            self._news.clear()
            taken = News(
                tuple(sorted(self._touched, key=self._touched.__getitem__)),
                tuple(session for session in self._changed if session not in self._touched),
                tuple(self._folders.values()),
                tuple(self._removed),
                tuple(sorted(self._changes, key=lambda change: change.number)),
                tuple(self._plugin_events),
            )
            self._forget()
        return taken

    def _forget(self) -> None:
        self._touched, self._changed, self._folders, self._removed = {}, {}, {}, {}
        self._changes.clear()
        self._plugin_events.clear()
