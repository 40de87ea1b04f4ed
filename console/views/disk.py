"""View 2: every folder of the state directory with its verdict, tracked or not, trouble first."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, Final

from textual.app import ComposeResult

from console.desk import Desk
from console.model.facts import Facts, facts_of
from console.model.rows import Cell, folder_cells
from console.model.words import empty_words
from console.snapshot import Update
from console.text import visible
from console.views.table_view import TableView
from console.widgets.columns import Column
from console.widgets.live_table import LiveTable
from tracker import FolderSummary

_TROUBLES: Final = ("unsafe", "corrupt", "behind", "")


class FolderRows:
    """Folders, those with trouble first, then by name, as a roster wants them."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._names: list[str] = []
        self._is_stale = True

    def forget_order(self) -> None:
        """Lets the order be worked out again: a folder came, went, or changed its trouble."""
        self._is_stale = True

    def parts(self) -> tuple[Sequence[str], Sequence[str]]:
        """Returns the folders' names, all in one part."""
        if self._is_stale:
            board = self._desk.board
            self._names = sorted(
                board.folder_names(), key=lambda name: _rank(board.folder_named(name))
            )
            self._is_stale = False
        return self._names, ()

    def facts(self, key: str) -> Facts | None:
        """Returns what a folder can be filtered and sorted by; None where it is gone."""
        board = self._desk.board
        disk = board.folder_named(key)
        return (
            None if disk is None else facts_of(key, disk.session, board.tracked(disk.session), disk)
        )


class DiskView(TableView):
    """Every folder on disk."""

    TITLE = "Disk"
    NAME = "disk"
    NATURAL = "trouble first, then by name"
    COLUMNS: ClassVar[tuple[Column, ...]] = (
        Column("folder", "folder", 18, 100, grows=True, keeps_end=True),
        Column("verdict", "verdict", 16, 95),
        Column("time", "last checkpoint", 15, 80),
        Column("trigger", "trigger", 20, 60),
        Column("bands", "fill", 5, 55),
        Column("quality", "qual", 5, 50),
        Column("milestones", "miles", 8, 20),
        Column("checkpoints", "ckpts", 6, 65, is_right=True),
        Column("bytes", "bytes", 6, 70, is_right=True),
        Column("session", "session", 24, 30, keeps_end=True),
        Column("notes", "what is wrong", 32, 40),
    )
    DEFAULT_CSS = "DiskView LiveTable { height: 1fr; }"

    def __init__(self, desk: Desk, *, id: str) -> None:  # noqa: A002
        self._rows = FolderRows(desk)
        super().__init__(desk, self._rows, id=id)

    def compose(self) -> ComposeResult:
        """Arranges the one table."""
        yield LiveTable(self.COLUMNS, self._cells, is_marked=self.roster.is_marked, id="folders")

    @property
    def table(self) -> LiveTable:
        """The table of folders."""
        return self.query_one("#folders", LiveTable)

    def note(self) -> None:
        """Remembers what changed; the order too, where a folder did."""
        if self.desk.board.changed_folders is None or self.desk.board.changed_folders:
            self._rows.forget_order()
        super().note()

    def changed_keys(self) -> set[str] | None:
        """Returns the folders that changed, and those whose session did in memory."""
        board = self.desk.board
        if board.changed_folders is None or board.changed_sessions is None:
            return None
        homes = (one.folder for name in board.changed_sessions for one in board.folders_of(name))
        return board.changed_folders | {*homes}

    def session_of(self, key: str) -> str | None:
        """Returns the session a folder's record names; None where the folder is gone."""
        disk = self.desk.board.folder_named(key)
        return None if disk is None else disk.session

    def key_of(self, session: str) -> str | None:
        """Returns the folder a session lives in."""
        disk = self.desk.board.folder(session)
        return None if disk is None else disk.folder

    def empty_text(self, update: Update) -> str:
        """Says why there are no folders."""
        return empty_words(update)

    def _cells(self, key: str, _index: int) -> dict[str, Cell]:
        board = self.desk.board
        disk = board.folder_named(key)
        if disk is None:
            return {"folder": Cell(visible(key, 256), "dim"), "verdict": Cell("gone", "bad")}
        twins = len(board.folders_of(disk.session)) - 1
        return folder_cells(disk, board.tracked(disk.session), twins, self.desk.rules)


def _rank(disk: FolderSummary | None) -> tuple[int, str]:
    return (_TROUBLES.index(disk.trouble), disk.folder) if disk else (len(_TROUBLES), "")
