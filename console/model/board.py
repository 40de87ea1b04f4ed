"""The board: what the console knows, kept up to date by applying updates. The screens' one model.

Two mirrors, of memory (in recency order) and of the disk (by session). Cost of an update: what is
in it, however many sessions there are.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from console.model.ordered import Backwards, Ordered
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
        self._tracked: dict[str, TrackedSession] = {}
        self._recency = Ordered()  # Those in memory, the oldest first.
        self._arrivals = 0
        self._folders: dict[str, FolderSummary] = {}
        self._by_session: dict[str, tuple[FolderSummary, ...]] = {}  # The soundest first.
        self._evicted_number: dict[str, int] = {}
        self._disk_only = Ordered()
        self._checkpointed = Ordered()  # Folders by their last checkpoint, the earliest first.
        self._unranked: set[str] = set()  # Those whose rank is to be looked at again.

    def apply(self, update: Update) -> None:
        """Takes one update."""
        if update.is_fresh:
            self._forget_all()
        sessions = set(update.dropped)
        for session in update.dropped:
            self._tracked.pop(session, None)
            self._recency.drop(session)
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

    def newest_first(self) -> Sequence[str]:
        """Returns the ids in memory in recency order, the newest first.

        It is the board's own order, as it is at every moment: the next update changes it.
        """
        return Backwards(self._recency)

    def position(self, session: str) -> int | None:
        """Returns a session's place in recency order, from 1; None where it isn't in memory."""
        if session not in self._tracked:
            return None
        return len(self._recency) - self._recency.index(session)

    def oldest_first(self) -> Iterator[TrackedSession]:
        """Iterates over the sessions in memory, from the one that would be evicted next."""
        return (self._tracked[session] for session in self._recency)

    def disk_only(self) -> Sequence[str]:
        """Returns the ids that are on disk alone: the latest evicted first, then the latest active.

        It is the board's own order, as it is at every moment: the next update changes it.

        Cost: a search and a shift for each that changed since; a sort where most of them did.
        """
        if len(self._unranked) > 64 + len(self._disk_only) // 8:
            self._disk_only.fill(
                {
                    session: self._disk_rank(session)
                    for session in self._by_session
                    if session not in self._tracked
                }
            )
        else:
            for session in self._unranked:
                if session in self._by_session and session not in self._tracked:
                    self._disk_only.put(session, self._disk_rank(session))
                else:
                    self._disk_only.drop(session)
        self._unranked.clear()
        return self._disk_only

    def recent_checkpoints(self, count: int) -> list[FolderSummary]:
        """Returns the folders with the latest checkpoints, the newest first."""
        return [self._folders[name] for name in self._checkpointed[: -count - 1 : -1]]

    def _take_touched(self, touched: Sequence[TrackedSession]) -> None:
        """Gives touched sessions their places: the newest, but for one that was put back."""
        for one in touched:
            self._arrivals += 1
            self._tracked[one.session] = one
            self._recency.put(one.session, (one.recency, self._arrivals))

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
        if summary.last_trigger and summary.state is not None:
            self._checkpointed.put(
                summary.folder, (summary.state.last_checkpoint_ms, summary.folder)
            )
        if summary.trouble:
            self.troubled.add(summary.folder)

    def _forget_folder(self, name: str) -> str:
        """Forgets a folder; returns the id of its session, or an empty one where it isn't known."""
        known = self._folders.pop(name, None)
        if known is None:
            return ""
        self.disk_bytes -= known.file_bytes
        self._checkpointed.drop(name)
        self.troubled.discard(name)
        others = tuple(one for one in self._by_session[known.session] if one.folder != name)
        if others:
            self._by_session[known.session] = others
        else:
            del self._by_session[known.session]
        return known.session

    def _forget_all(self) -> None:
        self._tracked.clear()
        self._recency.clear()
        self._folders.clear()
        self._by_session.clear()
        self._evicted_number.clear()
        self._disk_only.clear()
        self._checkpointed.clear()
        self._unranked.clear()
        self.troubled.clear()
        self.disk_bytes = 0
