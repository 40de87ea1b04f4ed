"""Which session each folder is of, remembered for when the folder can't tell any more."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec.structs import replace

from tracker import FolderSummary


class Homes:
    """Remembers the session of each folder as a survey saw it."""

    def __init__(self) -> None:
        self._sessions: dict[str, str] = {}

    def named(self, summaries: Iterable[FolderSummary]) -> list[FolderSummary]:
        """Returns summaries under the sessions their folders are of.

        A folder whose record is bad, or gone before the folder is, can't tell whose it is, and one
        that is refused may lie: it stays that of the session it was known for, else it goes by its
        own name.
        """
        return [self._named(summary) for summary in summaries]

    def forget(self, folders: Iterable[str]) -> list[str]:
        """Returns the sessions of folders that are gone, and forgets them."""
        return [self._sessions.pop(name, name) for name in folders]

    def _named(self, summary: FolderSummary) -> FolderSummary:
        session = summary.session
        if summary.trouble in ("corrupt", "unsafe") or session == summary.folder:
            session = self._sessions.get(summary.folder, summary.folder)
        self._sessions[summary.folder] = session
        return summary if session == summary.session else replace(summary, session=session)


def last_checkpoint_ms(summary: FolderSummary) -> int:
    """Returns when a folder's session was last captured, Unix ms; 0 where nothing tells."""
    return 0 if summary.state is None else summary.state.last_checkpoint_ms
