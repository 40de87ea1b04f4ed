"""What happened since the console last asked: gathered on many threads, taken on one.

Bounded by what there is: one entry a session and a folder however often it changed, and the latest
changes.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterable, Sequence
from typing import Final

from tracker import Change, FolderSummary

CHANGES_KEPT: Final = 20_000
"""The most changes kept between two updates; with a console that keeps up there are a few."""


class Pending:
    """Gathers touched sessions, changed folders and changes, and wakes whoever waits for them."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._news = threading.Event()
        self._touched: dict[str, None] = {}
        self._folders: dict[str, FolderSummary] = {}
        self._removed: dict[str, None] = {}
        self._changes: deque[Change] = deque(maxlen=CHANGES_KEPT)

    def wake(self) -> None:
        """Says that something is new which isn't kept here."""
        self._news.set()

    def wait(self, timeout_s: float) -> bool:
        """Waits until something is new; whether it is."""
        return self._news.wait(timeout_s)

    def add_changes(self, changes: Sequence[Change]) -> None:
        """Takes what a tracker tells. A session touched again comes last."""
        with self._lock:
            for change in changes:
                if change.session:
                    self._touched.pop(change.session, None)
                    self._touched[change.session] = None
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

    def clear(self) -> None:
        """Forgets everything, as when the directory is opened anew."""
        with self._lock:
            self._touched, self._folders, self._removed = {}, {}, {}
            self._changes.clear()
        self._news.set()

    def take(
        self,
    ) -> tuple[list[str], tuple[FolderSummary, ...], tuple[str, ...], tuple[Change, ...]]:
        """Takes all of it: ids in order of their last touch, folders, gone folders, changes."""
        with self._lock:
            self._news.clear()
            taken = (
                list(self._touched),
                tuple(self._folders.values()),
                tuple(self._removed),
                tuple(self._changes),
            )
            self._touched, self._folders, self._removed = {}, {}, {}
            self._changes.clear()
        return taken
