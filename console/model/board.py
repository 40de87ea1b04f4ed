"""The board: what the console knows, kept up to date by applying updates. The screens' one model.

Two mirrors, of memory (in recency order) and of the disk (by session). Cost of an update: what is
in it, however many sessions there are.
"""

from __future__ import annotations

import heapq
from bisect import bisect_left
from collections import OrderedDict
from collections.abc import Iterator, Sequence

from console.snapshot import Update
from tracker import ChangeKind, FolderSummary, TrackedSession

Rank = tuple[int, int, str]
"""Where a session on disk alone stands: the latest evicted first, then the latest active."""


class Board:
    """Mirrors a tracker and its directory from updates.

    Attributes:
        update: The newest update; None before the first.
        changed_sessions: Ids the newest update says something new of; None for all of them.
        changed_folders: Names of folders it says something new of, gone ones too; None for all.
        disk_bytes: Bytes of all plain files in all folders.
        troubled: Names of the folders that are behind, corrupt or unsafe.
    """

    def __init__(self) -> None:
        self.update: Update | None = None
        self.changed_sessions: set[str] | None = None
        self.changed_folders: set[str] | None = None
        self.disk_bytes = 0
        self.troubled: set[str] = set()
        self._tracked: OrderedDict[str, TrackedSession] = OrderedDict()
        self._numbers: list[int] | None = None  # Their recency, oldest first, once asked for.
        self._folders: dict[str, FolderSummary] = {}
        self._by_session: dict[str, tuple[FolderSummary, ...]] = {}  # The soundest first.
        self._evicted_number: dict[str, int] = {}
        self._disk_only: list[str] = []
        self._ranks: list[Rank] = []  # Of those in _disk_only, in the same order.
        self._rank_of: dict[str, Rank] = {}
        self._unranked: set[str] = set()  # Those whose rank is to be looked at again.

    def apply(self, update: Update) -> None:
        """Takes one update."""
        if update.is_fresh:
            self._forget_all()
        sessions = set(update.dropped)
        for session in update.dropped:
            self._tracked.pop(session, None)
        self._take_touched(update.tracked)
        sessions.update(one.session for one in update.tracked)
        for one in update.changed:
            self._tracked[one.session] = one
            sessions.add(one.session)
        for name in update.removed:
            sessions.add(self._forget_folder(name))
        for summary in update.folders:
            sessions.add(self._forget_folder(summary.folder))
            sessions.add(summary.session)
            self._remember_folder(summary)
        for change in update.changes:
            if change.kind is ChangeKind.EVICTED:
                self._evicted_number[change.session] = change.number
                sessions.add(change.session)
            elif change.kind is ChangeKind.RELEASED:
                self._evicted_number.pop(change.session, None)
                sessions.add(change.session)
        self.update = update
        self._numbers = None
        self._unranked |= sessions
        self.changed_sessions = None if update.is_fresh else sessions
        self.changed_folders = (
            None if update.is_fresh else {one.folder for one in update.folders} | {*update.removed}
        )

    @property
    def occupancy(self) -> int:
        """How many sessions are in memory."""
        return len(self._tracked)

    @property
    def folder_count(self) -> int:
        """How many folders are on disk."""
        return len(self._folders)

    def tracked(self, session: str) -> TrackedSession | None:
        """Returns a session as memory holds it; None where it doesn't."""
        return self._tracked.get(session)

    def folder(self, session: str) -> FolderSummary | None:
        """Returns a session's folder; None where it has none."""
        folders = self._by_session.get(session)
        return folders[0] if folders else None

    def folders_of(self, session: str) -> tuple[FolderSummary, ...]:
        """Returns all folders that name a session, the soundest first; more than one is trouble."""
        return self._by_session.get(session, ())

    def folder_named(self, name: str) -> FolderSummary | None:
        """Returns a folder by its own name; None where there is none."""
        return self._folders.get(name)

    def folder_names(self) -> list[str]:
        """Returns the names of all folders, in no order."""
        return list(self._folders)

    def newest_first(self) -> list[str]:
        """Returns the ids in memory in recency order, the newest first. Cost: a copy of them."""
        return list(reversed(self._tracked))

    def position(self, session: str) -> int | None:
        """Returns a session's place in recency order, from 1; None where it isn't in memory.

        Cost: a search, over a list that is made once an update.
        """
        one = self._tracked.get(session)
        if one is None:
            return None
        if self._numbers is None:
            self._numbers = [other.recency for other in self._tracked.values()]
        return len(self._numbers) - bisect_left(self._numbers, one.recency)

    def oldest_first(self) -> Iterator[TrackedSession]:
        """Iterates over the sessions in memory, from the one that would be evicted next."""
        return iter(self._tracked.values())

    def disk_only(self) -> list[str]:
        """Returns the ids that are on disk alone: the latest evicted first, then the latest active.

        Cost: a search and a shift for each that changed since; a sort where most of them did. The
        list is the board's own, and is changed by the next update.
        """
        if len(self._unranked) > 64 + len(self._disk_only) // 8:
            self._rank_of = {
                session: self._disk_rank(session)
                for session in self._by_session
                if session not in self._tracked
            }
            self._ranks = sorted(self._rank_of.values())
            self._disk_only = [rank[2] for rank in self._ranks]
        else:
            for session in self._unranked:
                self._rank_again(session)
        self._unranked.clear()
        return self._disk_only

    def recent_checkpoints(self, count: int) -> list[FolderSummary]:
        """Returns the folders with the latest checkpoints, the newest first."""
        found = [one for one in self._folders.values() if one.last_trigger and one.state]
        return heapq.nlargest(count, found, key=_checkpoint_ms)

    def _take_touched(self, touched: Sequence[TrackedSession]) -> None:
        """Gives touched sessions their places: the newest, but for one that was put back."""
        newest = next(reversed(self._tracked.values()), None)
        arrived = sorted(touched, key=_recency)
        for one in arrived:
            self._tracked[one.session] = one
            self._tracked.move_to_end(one.session)
        if newest is not None and arrived and arrived[0].recency < newest.recency:
            for one in sorted(self._tracked.values(), key=_recency):
                self._tracked.move_to_end(one.session)

    def _rank_again(self, session: str) -> None:
        is_here = session in self._by_session and session not in self._tracked
        rank = self._disk_rank(session) if is_here else None
        known = self._rank_of.get(session)
        if rank == known:
            return
        if known is not None:
            index = bisect_left(self._ranks, known)
            del self._ranks[index], self._disk_only[index], self._rank_of[session]
        if rank is not None:
            index = bisect_left(self._ranks, rank)
            self._ranks.insert(index, rank)
            self._disk_only.insert(index, session)
            self._rank_of[session] = rank

    def _disk_rank(self, session: str) -> Rank:
        state = self._by_session[session][0].state
        active_ms = max(state.last_checkpoint_ms, state.last_evaluated_ms) if state else 0
        return -self._evicted_number.get(session, 0), -active_ms, session

    def _remember_folder(self, summary: FolderSummary) -> None:
        # A copy of a folder names its session too; it is refused, and never hides the sound one.
        others = self._by_session.get(summary.session, ())
        is_refused = summary.trouble == "unsafe"
        self._by_session[summary.session] = (*others, summary) if is_refused else (summary, *others)
        self._folders[summary.folder] = summary
        self.disk_bytes += summary.file_bytes
        if summary.trouble:
            self.troubled.add(summary.folder)

    def _forget_folder(self, name: str) -> str:
        """Forgets a folder; returns the id of its session, or an empty one where it isn't known."""
        known = self._folders.pop(name, None)
        if known is None:
            return ""
        self.disk_bytes -= known.file_bytes
        self.troubled.discard(name)
        others = tuple(one for one in self._by_session[known.session] if one.folder != name)
        if others:
            self._by_session[known.session] = others
        else:
            del self._by_session[known.session]
        return known.session

    def _forget_all(self) -> None:
        self._tracked.clear()
        self._folders.clear()
        self._by_session.clear()
        self._evicted_number.clear()
        self._disk_only, self._ranks, self._rank_of = [], [], {}
        self._unranked.clear()
        self.troubled.clear()
        self.disk_bytes = 0


def _recency(one: TrackedSession) -> int:
    return one.recency


def _checkpoint_ms(summary: FolderSummary) -> int:
    return summary.state.last_checkpoint_ms if summary.state else 0
