"""Beside the sessions: what is to be known of the one under the cursor, and its checkpoint files.

While the cursor is on none, the latest checkpoints of all sessions.
"""

from __future__ import annotations

from typing import Final

from rich.cells import cell_len
from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import Static

from console.desk import Desk
from console.messages import FilesListed, RowOpened, SessionOpened
from console.model.rows import Cell, checkpoint_cells, file_cells, state_lines
from console.text import visible
from console.widgets.columns import Column
from console.widgets.live_table import LiveTable
from tracker import CheckpointFile, FolderSummary

FILE_COLUMNS: Final = (
    Column("time", "time", 11, 80),
    Column("trigger", "trigger", 12, 100, grows=True, keeps_end=True),
    Column("fill", "fill", 4, 60, is_right=True),
    Column("quality", "qual", 4, 60, is_right=True),
    Column("bytes", "bytes", 6, 50, is_right=True),
    Column("status", "status", 7, 90),
)
RECENT_COLUMNS: Final = (
    Column("time", "time", 11, 80),
    Column("trigger", "trigger", 20, 90),
    Column("session", "session", 10, 100, grows=True, keeps_end=True),
)
RECENT_ROWS: Final = 100


class Detail(Vertical):
    """The pane beside a table of sessions.

    Args:
        desk: What it shows.
        id: The widget's id.
    """

    def __init__(self, desk: Desk, *, id: str) -> None:  # noqa: A002
        super().__init__(id=id)
        self._desk = desk
        self._listed: tuple[str, FolderSummary | None] = ("", None)
        self._files: dict[str, CheckpointFile] = {}
        self._recent: dict[str, dict[str, Cell]] = {}
        self._recent_shown: list[FolderSummary] | None = None
        self._said = Text()

    def compose(self) -> ComposeResult:
        """Arranges the subject above its files."""
        yield Static(id="subject")
        yield LiveTable(FILE_COLUMNS, self._file_cells, id="files")
        yield LiveTable(RECENT_COLUMNS, self._recent_cells, id="recent")

    def show(self, session: str | None) -> None:
        """Shows a session; the latest checkpoints of all where it is None."""
        self.query_one("#files").display = session is not None
        self.query_one("#recent").display = session is None
        if session is None:
            self._show_recent()
            return
        memory, disk = self._desk.board.tracked(session), self._desk.board.folder(session)
        text = Text()
        text.append(visible(session, 1024), "bold")
        for cell in state_lines(memory, disk):
            text.append("\n" + cell.text, "" if cell.tone != "dim" else "dim")
        self._say(text)
        if self._listed != (session, disk):
            if self._listed[0] != session:
                self._files = {}
                self.query_one("#files", LiveTable).show([], empty_text="Reading…")
            self._listed = (session, disk)
            self._list_files(session, disk)

    @on(FilesListed)
    def _take_files(self, message: FilesListed) -> None:
        if message.listed != self._listed or not self.is_mounted:
            return  # A newer list was asked for, and may be here already.
        # No file's key is DIVIDER's, whatever a manifest names.
        self._files = {f"{file.filename}/": file for file in reversed(message.files)}
        empty = visible(message.why, 200) or "No checkpoints yet."
        self.query_one("#files", LiveTable).show(list(self._files), empty_text=empty)

    @on(RowOpened)
    def _open_session(self, message: RowOpened) -> None:
        message.stop()
        session = self._listed[0]
        if message.table.id == "recent":
            folder = self._desk.board.folder_named(message.key)
            session = folder.session if folder else ""
        if session:
            self.post_message(SessionOpened(session))

    def _list_files(self, session: str, disk: FolderSummary | None) -> None:
        def work() -> None:
            listed = (session, disk)
            try:
                files = self._desk.link.files(disk) if disk is not None else ()
                self.post_message(FilesListed(listed, files))
            except Exception as error:  # noqa: BLE001 - the top of a worker; it is shown.
                self.post_message(FilesListed(listed, (), str(error) or type(error).__name__))

        self.run_worker(work, thread=True, group="files", exit_on_error=False)

    def _show_recent(self) -> None:
        self._listed = ("", None)
        title = Text()
        title.append("Latest checkpoints", "bold")
        title.append("\n↑ ↓ choose a session", "dim")
        self._say(title)
        recent = self._desk.board.recent_checkpoints(RECENT_ROWS)
        if recent == self._recent_shown:
            return
        self._recent_shown = recent
        self._recent = {one.folder: checkpoint_cells(one) for one in recent}
        table = self.query_one("#recent", LiveTable)
        table.show(list(self._recent), empty_text="None yet.")

    def _say(self, text: Text) -> None:
        if text == self._said:  # A text that is set again is laid out again, and all around it.
            return
        subject = self.query_one("#subject", Static)
        width = subject.content_size.width
        is_as_tall = _unwrapped(text, width) == _unwrapped(self._said, width) > 0
        self._said = text
        subject.update(text, layout=not is_as_tall)

    def _file_cells(self, key: str, _index: int) -> dict[str, Cell]:
        return file_cells(self._files[key])

    def _recent_cells(self, key: str, _index: int) -> dict[str, Cell]:
        return self._recent[key]


def _unwrapped(text: Text, width: int) -> int:
    """Returns how many lines a text has; 0 where one is longer than the width, in cells."""
    lines = text.plain.split("\n")
    return len(lines) if all(cell_len(line) <= width for line in lines) else 0
