"""Changes on disk: told by the system where it can, and found by a sweep that alone is correct.

`watchfiles` says *that* something changed, never *all* that changed: the first file in a brand-new
folder is often missed, an overflowed queue and an exhausted watch limit are silent. So what it says
only makes a look come sooner, and the sweep goes on whatever it says.
"""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Callable
from typing import Final

from console.snapshot import Watch
from tracker import StoreError, Survey, wall_clock_ms

POLL_EVERY_S: Final = 0.7
"""Time between two sweeps where nothing tells of changes, so that each shows within a second."""

SWEEP_EVERY_S: Final = 5.0
"""Time between two sweeps where the system would tell of changes, and tells of none."""

BUSY_SWEEP_EVERY_S: Final = 1.0
"""The same once it tells of some: where there are any, more may have gone untold."""

MANY_SHARE: Final = 0.25
"""The share of all folders from which on a sweep is no dearer than a look at each that was told of.
So many at once may come from a queue that ran over, and the sweep finds what got lost."""

SWEEP_SHARE: Final = 0.05
"""The most of a core's time that sweeping takes."""

RETRY_S: Final = 0.4

STEP_MS: Final = 25
"""How often `watchfiles` looks whether the system told of something, and the quiet after which it
says so. Each look costs, whether or not anything happens."""

DEBOUNCE_MS: Final = 50
"""The longest that it gathers while there is no quiet."""

LISTEN_MS: Final = 300
"""The longest it waits to say that there was nothing: the first time, that the watch stands."""

_LOG = logging.getLogger("holdfast.console")


class Watcher:
    """Keeps a survey up to date with its directory, on two threads.

    Args:
        path: The state directory.
        survey: Its survey, swept by this object alone from now on.
        on_sweep: Called with every sweep's finds: changed summaries and names of gone folders.
        on_watch: Called when the way of noticing changes, or the time of the last sweep, is new.
        on_gone: Called once, when the directory is gone.
        read_log: Called at every sweep and every hint of a change, to read the plugin's event log
            on; returns whether there is more to read at once.
        polls: Whether to poll from the start.
    """

    def __init__(
        self,
        path: str,
        survey: Survey,
        on_sweep: Callable[..., None],
        on_watch: Callable[[Watch], None],
        on_gone: Callable[[], None],
        read_log: Callable[[], bool],
        *,
        polls: bool = False,
    ) -> None:
        self._path = path
        self._survey = survey
        self._on_sweep = on_sweep
        self._on_watch = on_watch
        self._on_gone = on_gone
        self._read_log = read_log
        self._why = "polling was asked for" if polls else ""
        self._stopping = threading.Event()
        self._hinted = threading.Event()
        self._hints: set[str] = set()
        self._hints_lock = threading.Lock()
        self._folders = 0
        self._threads = [threading.Thread(target=self._sweep_on, name="sweep", daemon=True)]
        if not polls:
            self._threads.append(threading.Thread(target=self._listen, name="watch", daemon=True))

    def start(self) -> None:
        """Begins to watch and to sweep."""
        for thread in self._threads:
            thread.start()

    def hurry(self) -> None:
        """Makes the next sweep come now, as after a command that changed the disk."""
        self._hinted.set()

    def stop(self) -> None:
        """Ends both threads and waits for them."""
        self._stopping.set()
        self._hinted.set()
        for thread in self._threads:
            if thread is not threading.current_thread():
                thread.join(timeout=5)

    def _listen(self) -> None:
        from watchfiles import watch

        has_begun = False
        try:
            for changes in watch(
                self._path,
                watch_filter=None,
                debounce=DEBOUNCE_MS,
                step=STEP_MS,
                stop_event=self._stopping,
                rust_timeout=LISTEN_MS,
                yield_on_timeout=True,
                ignore_permission_denied=True,
            ):
                if self._stopping.is_set():
                    return
                if not has_begun:  # What changed while the watch was set up, a sweep finds.
                    has_begun = True
                    self.hurry()
                elif changes:
                    names = {self._folder_of(path) for _, path in changes}
                    with self._hints_lock:
                        self._hints |= names
                    self._hinted.set()
        except (OSError, RuntimeError) as error:
            # An exhausted watch limit, a file system that can't tell, a directory that went away.
            self._why = str(error) or type(error).__name__
            self._hinted.set()

    def _folder_of(self, path: str) -> str:
        return path.removeprefix(self._path).lstrip(os.sep).partition(os.sep)[0]

    def _sweep_on(self) -> None:
        due_s = busy_due_s = time.monotonic()
        every_s = cost_s = 0.0
        swept_ms = wall_clock_ms()
        while not self._stopping.is_set():
            self._hinted.wait(timeout=max(due_s - time.monotonic(), 0))
            if self._stopping.is_set():
                return
            self._hinted.clear()
            with self._hints_lock:
                hints, self._hints = self._hints, set()
            try:
                if self._survey.is_gone:
                    self._on_gone()
                    return
                while self._read_log() and not self._stopping.is_set():
                    pass
                if hints:
                    due_s = min(due_s, busy_due_s)
                    if time.monotonic() < due_s and not self._are_many(hints):
                        self._look(hints)
                        continue
                started_s = time.monotonic()
                sweep = self._survey.sweep()
                cost_s = time.monotonic() - started_s
                self._folders = len(self._survey.summaries)
                if sweep.changed or sweep.removed:
                    self._on_sweep(sweep.changed, sweep.removed)
                swept_ms = wall_clock_ms()
                every_s = POLL_EVERY_S if self._why else SWEEP_EVERY_S
                every_s = max(every_s, cost_s / SWEEP_SHARE)
            except StoreError as error:
                if self._survey.is_gone:
                    self._on_gone()
                    return
                _LOG.warning("a sweep failed: %s", error)
                every_s = RETRY_S
            self._on_watch(
                Watch(
                    "polling" if self._why else "watching",
                    swept_ms,
                    round(every_s * 1000),
                    self._why,
                )
            )
            due_s = time.monotonic() + every_s
            busy_due_s = time.monotonic() + max(BUSY_SWEEP_EVERY_S, cost_s / SWEEP_SHARE)

    def _are_many(self, hints: set[str]) -> bool:
        return len(hints) > MANY_SHARE * self._folders

    def _look(self, names: set[str]) -> None:
        changed, removed = [], []
        for name in names:
            if not name or name.startswith("."):
                continue  # The directory itself, and what is no session's.
            if (summary := self._survey.look(name)) is not None:
                changed.append(summary)
            elif self._survey.is_missing(name):
                removed.append(name)
        if changed or removed:
            self._on_sweep(tuple(changed), tuple(removed))
