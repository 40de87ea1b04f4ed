"""The board: what the console knows, kept up to date by applying updates. The screens' one model.

Two mirrors, of memory (in recency order) and of the disk (by session). Cost of an update: what is
in it, however many sessions there are.
"""

from __future__ import annotations

import heapq
from collections import OrderedDict, deque
from typing import Final

from console.snapshot import Update
from tracker import Change, ChangeKind, FolderSummary, TrackedSession

LATEST_KEPT: Final = 500


class Board:
    """Mirrors a tracker and its directory from updates.

    Attributes:
        update: The newest update; None before the first.
        latest: The latest checkpoints, guards, evictions, rehydrations and releases, oldest first.
    """

    def __init__(self) -> None:
        self.update: Update | None = None
        self.latest: deque[Change] = deque(maxlen=LATEST_KEPT)
        self._tracked: OrderedDict[str, TrackedSession] = OrderedDict()
        self._folders: dict[str, FolderSummary] = {}
        self._by_session: dict[str, tuple[FolderSummary, ...]] = {}  # The soundest first.
        self._evicted_number: dict[str, int] = {}
        self._disk_only: list[str] | None = None

    def apply(self, update: Update) -> None:
        """Takes one update."""
        if update.is_fresh:
            self._tracked.clear()
            self._folders.clear()
            self._by_session.clear()
            self.latest.clear()
            self._evicted_number.clear()
        for session in update.dropped:
            self._tracked.pop(session, None)
        for one in update.tracked:
            self._tracked[one.session] = one
            self._tracked.move_to_end(one.session)
        for one in update.changed:
            self._tracked[one.session] = one
        for name in update.removed:
            self._forget_folder(name)
        for summary in update.folders:
            self._forget_folder(summary.folder)
            self._remember_folder(summary)
        for change in update.changes:
            if change.kind is ChangeKind.EVICTED:
                self._evicted_number[change.session] = change.number
            elif change.kind is ChangeKind.RELEASED:
                self._evicted_number.pop(change.session, None)
            if change.kind not in (ChangeKind.TOUCHED, ChangeKind.INSERTED):
                self.latest.append(change)
        self.update = update
        self._disk_only = None

    @property
    def occupancy(self) -> int:
        """How many sessions are in memory."""
        return len(self._tracked)

    @property
    def folder_count(self) -> int:
        """How many folders are on disk."""
        return len(self._folders)

    @property
    def disk_bytes(self) -> int:
        """Bytes of all plain files in all folders."""
        return sum(summary.file_bytes for summary in self._folders.values())

    def tracked(self, session: str) -> TrackedSession | None:
        """Returns a session as memory holds it; None where it doesn't."""
        return self._tracked.get(session)

    def folder(self, session: str) -> FolderSummary | None:
        """Returns a session's folder; None where it has none."""
        folders = self._by_session.get(session)
        return folders[0] if folders else None

    def newest_first(self) -> list[str]:
        """Returns the ids in memory in recency order, the newest first."""
        return list(reversed(self._tracked))

    def disk_only(self) -> list[str]:
        """Returns the ids that are on disk alone: the latest evicted first, then the latest active.

        Cost: a sort of them, once an update.
        """
        if self._disk_only is None:
            ids = [session for session in self._by_session if session not in self._tracked]
            ids.sort(key=self._disk_rank, reverse=True)
            self._disk_only = ids
        return self._disk_only

    def recent_checkpoints(self, count: int) -> list[FolderSummary]:
        """Returns the folders with the latest checkpoints, the newest first."""
        found = [one for one in self._folders.values() if one.last_trigger and one.state]
        return heapq.nlargest(count, found, key=_checkpoint_ms)

    def _disk_rank(self, session: str) -> tuple[int, int, str]:
        state = self._by_session[session][0].state
        active_ms = max(state.last_checkpoint_ms, state.last_evaluated_ms) if state else 0
        return self._evicted_number.get(session, 0), active_ms, session

    def _remember_folder(self, summary: FolderSummary) -> None:
        # A copy of a folder names its session too; it is refused, and never hides the sound one.
        others = self._by_session.get(summary.session, ())
        is_refused = summary.trouble == "unsafe"
        self._by_session[summary.session] = (*others, summary) if is_refused else (summary, *others)
        self._folders[summary.folder] = summary

    def _forget_folder(self, name: str) -> None:
        known = self._folders.pop(name, None)
        if known is None:
            return
        others = tuple(one for one in self._by_session[known.session] if one.folder != name)
        if others:
            self._by_session[known.session] = others
        else:
            del self._by_session[known.session]


def _checkpoint_ms(summary: FolderSummary) -> int:
    return summary.state.last_checkpoint_ms if summary.state else 0
