"""The one screen: sessions in recency order, live, and the checkpoint files of the one chosen."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, ClassVar, Final

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.reactive import reactive
from textual.screen import Screen
from textual.widgets import Footer, Static

from console.messages import CommandDone, CursorMoved, FilesListed
from console.model.board import Board
from console.model.rows import Cell, checkpoint_cells, file_cells, session_cells, state_lines
from console.screens.words import command_words, empty_words
from console.snapshot import Face, Mode, Update
from console.text import visible
from console.widgets.banner import Banner
from console.widgets.columns import Column
from console.widgets.live_table import DIVIDER, LiveTable
from console.widgets.pulse import Masthead, Pulse
from tracker import CheckpointFile, FolderSummary, Outcome, Rules, wall_clock_ms

if TYPE_CHECKING:
    from console.snapshot import Link

SESSION_COLUMNS: Final = (
    Column("position", "#", 5, 40, is_right=True),
    Column("session", "session", 16, 100, grows=True, keeps_end=True),
    Column("idle", "idle", 4, 90, is_right=True),
    Column("verdict", "verdict", 15, 95),
    Column("bands", "fill", 5, 70),
    Column("quality", "qual", 4, 65),
    Column("guards", "sent", 4, 30),
    Column("edits", "edits", 7, 50),
    Column("trigger", "last checkpoint", 20, 60),
    Column("checkpoints", "ckpts", 5, 55, is_right=True),
    Column("bytes", "bytes", 6, 45, is_right=True),
)
FILE_COLUMNS: Final = (
    Column("time", "time", 11, 80),
    Column("trigger", "trigger", 12, 100, grows=True),
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


class MainScreen(Screen[None]):
    """Shows a board and hands commands to its link.

    Args:
        board: The console's model, kept up to date by the app.
        link: The tracker.
        rules: The policy's numbers, for the marks.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("e", "evict", "Evict", id="session.evict", tooltip="Drop it from memory"),
        Binding(
            "r", "rehydrate", "Rehydrate", id="session.rehydrate", tooltip="Bring it back from disk"
        ),
        Binding(
            "escape", "follow", "Follow", id="table.follow", tooltip="Let go, follow the newest"
        ),
    ]
    HORIZONTAL_BREAKPOINTS = [
        (0, "-narrow"),
        (100, "-normal"),
        (150, "-wide"),
    ]
    VERTICAL_BREAKPOINTS = [(0, "-low"), (20, "-tall")]

    snapshot: reactive[Update | None] = reactive(None)

    def __init__(self, board: Board, link: Link, rules: Rules) -> None:
        super().__init__()
        self._board = board
        self._link = link
        self._rules = rules
        self._listed: tuple[str, FolderSummary | None] = ("", None)
        self._files: dict[str, CheckpointFile] = {}
        self._recent: dict[str, dict[str, Cell]] = {}

    def compose(self) -> ComposeResult:
        """Arranges the widgets."""
        yield Masthead(id="masthead")
        yield Pulse(id="pulse")
        yield Banner(id="banner")
        with Horizontal(id="body"):
            yield LiveTable(SESSION_COLUMNS, self._session_cells, id="sessions")
            with Vertical(id="detail"):
                yield Static(id="subject")
                yield LiveTable(FILE_COLUMNS, self._file_cells, id="files")
                yield LiveTable(RECENT_COLUMNS, self._recent_cells, id="recent")
        yield Footer()

    def on_mount(self) -> None:
        """Shows the empty faces, and lets ages tick."""
        self._sessions.focus()
        self._show_detail()
        self.set_interval(1.0, self._tick)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Hides what --read-only forbids, and greys what has no session to act on."""
        update = self.snapshot
        if action in ("evict", "rehydrate"):
            if update is not None and update.is_read_only:
                return False
            session = self._chosen
            if session is None:
                return None
            is_tracked = self._board.tracked(session) is not None
            return True if is_tracked == (action == "evict") else None
        if action == "follow":
            return True if self._chosen is not None else None
        return True

    def watch_snapshot(self, update: Update | None) -> None:
        """Shows a new update. The board has taken it already."""
        if update is None or not self._is_whole:
            return
        board = self._board
        self.query_one(Masthead).show(update, wall_clock_ms())
        self.query_one(Pulse).show(update, board.folder_count, board.disk_bytes)
        self.query_one(Banner).show(update)
        newest, disk_only = board.newest_first(), board.disk_only()
        keys: Sequence[str] = newest
        if disk_only:
            keys = [*newest, DIVIDER, *disk_only]
        self._sessions.set_class(update.face is Face.GONE, "-gone")
        self._sessions.show(
            keys,
            empty_text=empty_words(update),
            divider_text=f"on disk only: {len(disk_only):,}",
        )
        self._show_detail()
        self.refresh_bindings()

    # -- actions ------------------------------------------------------------------------------

    def action_evict(self) -> None:
        """Evicts the session under the cursor."""
        self._command("Evicted", self._link.evict)

    def action_rehydrate(self) -> None:
        """Rehydrates the session under the cursor."""
        self._command("Rehydrated", self._link.rehydrate)

    def action_follow(self) -> None:
        """Takes the cursor off every row, so that the table follows the newest."""
        self._sessions.put_cursor(None)

    def _command(self, verb: str, run: Callable[[Sequence[str]], tuple[Outcome, ...]]) -> None:
        session = self._chosen
        if session is None:
            self.notify("No session is chosen: choose one with ↑ ↓ first.", markup=False)
            return

        def work() -> None:
            try:
                self.post_message(CommandDone(verb, run([session])))
            except Exception as error:  # noqa: BLE001 - the top of a worker; it is shown.
                self.post_message(CommandDone(verb, (), str(error) or type(error).__name__))

        self.run_worker(work, thread=True, group="command", exit_on_error=False)

    @on(CommandDone)
    def _say_outcome(self, message: CommandDone) -> None:
        update = self.snapshot
        mode = update.mode if update else Mode.OBSERVE
        words, is_good = command_words(message.verb, message.outcomes, message.why, mode)
        self.notify(words, severity="information" if is_good else "warning", markup=False)

    # -- the detail ---------------------------------------------------------------------------

    @on(CursorMoved, "#sessions")
    def _choose(self) -> None:
        if self._is_whole:
            self._show_detail()
            self.refresh_bindings()

    @on(FilesListed)
    def _take_files(self, message: FilesListed) -> None:
        if message.listed != self._listed or not self._is_whole:
            return  # A newer list was asked for, and may be here already.
        # No file's key is DIVIDER's, whatever a manifest names.
        self._files = {f"{file.filename}/": file for file in reversed(message.files)}
        table = self.query_one("#files", LiveTable)
        empty = visible(message.why, 200) or "No checkpoints yet."
        table.show(list(self._files), empty_text=empty)

    @property
    def _is_whole(self) -> bool:
        # An update may come before the widgets are there, and after they are gone.
        return self.is_mounted and bool(self.query("#masthead")) and bool(self.query("#recent"))

    @property
    def _sessions(self) -> LiveTable:
        return self.query_one("#sessions", LiveTable)

    @property
    def _chosen(self) -> str | None:
        return self._sessions.cursor_key if self._is_whole else None

    def _show_detail(self) -> None:
        session = self._chosen
        self.query_one("#files").display = session is not None
        self.query_one("#recent").display = session is None
        if session is None:
            self._show_recent()
            return
        memory, disk = self._board.tracked(session), self._board.folder(session)
        text = Text()
        text.append(visible(session, 1024), "bold")
        for cell in state_lines(memory, disk):
            text.append("\n" + cell.text, "" if cell.tone != "dim" else "dim")
        self.query_one("#subject", Static).update(text)
        if self._listed != (session, disk):
            if self._listed[0] != session:
                self._files = {}
                self.query_one("#files", LiveTable).show([], empty_text="Reading…")
            self._listed = (session, disk)
            self._list_files(session, disk)

    def _list_files(self, session: str, disk: FolderSummary | None) -> None:
        def work() -> None:
            listed = (session, disk)
            try:
                files = self._link.files(disk) if disk is not None else ()
                self.post_message(FilesListed(listed, files))
            except Exception as error:  # noqa: BLE001 - the top of a worker; it is shown.
                self.post_message(FilesListed(listed, (), str(error) or type(error).__name__))

        self.run_worker(work, thread=True, group="files", exit_on_error=False)

    def _show_recent(self) -> None:
        self._listed = ("", None)
        title = Text()
        title.append("Latest checkpoints", "bold")
        title.append("\n↑ ↓ choose a session", "dim")
        self.query_one("#subject", Static).update(title)
        recent = self._board.recent_checkpoints(RECENT_ROWS)
        self._recent = {one.folder: checkpoint_cells(one) for one in recent}
        table = self.query_one("#recent", LiveTable)
        table.show(list(self._recent), empty_text="None yet.")

    def _tick(self) -> None:
        update = self.snapshot
        if update is not None and self._is_whole:
            self.query_one(Masthead).show(update, wall_clock_ms())
            self._sessions.refresh()

    # -- cells --------------------------------------------------------------------------------

    def _session_cells(self, session: str, index: int) -> dict[str, Cell]:
        memory = self._board.tracked(session)
        return session_cells(
            session,
            memory,
            self._board.folder(session),
            index + 1 if memory is not None else None,
            wall_clock_ms(),
            self._rules,
        )

    def _file_cells(self, key: str, _index: int) -> dict[str, Cell]:
        return file_cells(self._files[key])

    def _recent_cells(self, key: str, _index: int) -> dict[str, Cell]:
        return self._recent[key]
