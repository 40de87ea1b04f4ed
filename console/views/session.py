"""View 3: one session whole: memory beside disk, its checkpoints, the text of one, its history.

A session that vanishes says so, and stays as it was last seen.
"""

from __future__ import annotations

from collections import Counter
from typing import ClassVar, Final

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container

from console.desk import Desk
from console.messages import CursorMoved, HeaderChosen, RowOpened, StateChanged
from console.model.rows import Cell
from console.model.wording import counted
from console.snapshot import Update
from console.views.checkpoints import Checkpoints
from console.views.paned_view import PanedView
from console.views.session_face import (
    UNCHOSEN,
    Seen,
    face_cells,
    vanished_cells,
)
from console.views.session_fields import FieldsPane
from console.views.session_history import SessionHistory
from console.widgets.lines import Lines
from console.widgets.page_bar import Page, PageBar
from tracker import FolderSummary

NOWHERE: Final[Seen] = (None, None)

FOLDER_GONE: Final = Cell(
    "Its folder is gone from the disk; the checkpoints are as last seen.", "bad"
)


class SessionView(PanedView):
    """One session, whole. See View."""

    TITLE = "Session"
    SCOPED_CSS = False  # The screen's breakpoints stand above the view.
    NAME = "session"
    PANES = ("fields", "checkpoints", "text", "plot", "history")
    PAGES: ClassVar[dict[Page, tuple[str, ...]]] = {
        Page("fields", "Fields"): ("fields",),
        Page("checkpoints", "Checkpoints"): ("checkpoints", "text"),
        Page("plot", "Plot"): ("plot",),
        Page("history", "History"): ("history",),
    }
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "o",
            "open",
            "Open",
            id="session.open",
            tooltip="Read the checkpoint in $PAGER, else $EDITOR",
        ),
    ]
    DEFAULT_CSS = """
    SessionView { layout: vertical; }
    SessionView #session-face { height: auto; max-height: 5; padding: 0 1; background: $surface; }
    SessionView PageBar { display: none; }
    SessionView #session-panes { layout: horizontal; height: 1fr; }
    SessionView #session-left { width: 56; height: 1fr; }
    SessionView #session-fields { height: 2fr; }
    SessionView #session-history { height: 1fr; }
    SessionView #session-right { width: 1fr; height: 1fr; border-left: vkey $border-blurred; }
    SessionView #session-upper { layout: vertical; height: 3fr; }
    SessionView #session-checkpoints, SessionView #session-plot { width: 1fr; height: 1fr; }
    SessionView #session-text { height: 2fr; }
    SessionView .-pane {
        border-top: solid $border-blurred;
        border-title-color: $quiet; border-title-background: $background;
    }
    SessionView .-pane:focus {
        border-top: heavy $border; border-title-color: $foreground; border-title-style: bold;
    }

    .-wide SessionView #session-left { width: 62; }
    .-wide SessionView #session-fields { height: 3fr; }
    .-wide SessionView #session-upper { layout: horizontal; height: 2fr; }
    .-wide SessionView #session-plot { width: 38; }
    .-wide SessionView #session-text { height: 3fr; }

    .-narrow SessionView #session-face { max-height: 3; }
    .-low SessionView #session-face { max-height: 2; }
    .-narrow SessionView PageBar, .-low SessionView PageBar { display: block; }
    .-narrow SessionView #session-left, .-low SessionView #session-left { width: 1fr; }
    .-narrow SessionView #session-right, .-low SessionView #session-right { border-left: none; }
    .-narrow SessionView .-pane, .-low SessionView .-pane { border-top: none; }
    .-narrow SessionView #session-plot, .-low SessionView #session-plot { width: 1fr; }
    .-narrow SessionView #session-upper { height: 1fr; }
    .-narrow SessionView #session-text { height: 1fr; border-top: solid $border-blurred; }
    .-narrow SessionView #session-text:focus { border-top: heavy $border; }
    .-narrow SessionView .-elsewhere, .-low SessionView .-elsewhere { display: none; }
    SessionView.-unchosen #session-panes, Screen SessionView.-unchosen PageBar { display: none; }
    """

    def __init__(self, desk: Desk, *, id: str) -> None:  # noqa: A002
        super().__init__(desk, id=id)
        self.add_class("-unchosen")
        self._session: str | None = None
        self._now_ms = 0
        self._seen: Seen = NOWHERE  # As it is now; once it is gone, each side as it was last.
        self._last_disk: FolderSummary | None = None
        self._gone_ms = 0  # When it was first seen to be gone; 0 while it is here.

    def compose(self) -> ComposeResult:
        """Arranges the panes; how, is up to the style sheet."""
        yield Lines(*UNCHOSEN, id="session-face")
        yield PageBar(tuple(self.PAGES))
        with Container(id="session-panes"):
            with Container(id="session-left", classes="-group"):
                yield FieldsPane(id="session-fields")
                yield SessionHistory(id="session-history")
            yield Checkpoints(self.desk, id="session-right", classes="-group")

    def on_mount(self) -> None:
        """Names the panes, and shows what there is to show."""
        for name in self.PANES:
            self.pane_widget(name).add_class("-pane")
        self.set_class(self._session is None, "-unchosen")
        self._show_all()

    def on_resize(self) -> None:
        """Cuts a long id to the width there is now."""
        self._show_face()

    # -- which session ----------------------------------------------------------------------------

    def open(self, session: str) -> None:
        """Shows a session; another one from its beginning.

        Args:
            session: Its id.
        """
        if session != self._session:
            if self._session is None:
                self.pane = ""
            elif self.pane == "text":
                self.pane = "checkpoints"
            self._session = session
            self._seen, self._last_disk, self._gone_ms = NOWHERE, None, 0
            if self.is_mounted:
                self._history.put_cursor(None)
        if self.is_mounted:
            self.set_class(False, "-unchosen")
            self._now_ms = self.desk.clock()
            self._show_all()
            self.take_focus()
        self.post_message(StateChanged())

    def go_to(self, session: str) -> bool:
        """Shows a session; whether it is in memory or on disk."""
        self.open(session)
        board = self.desk.board
        return board.tracked(session) is not None or board.folder(session) is not None

    @property
    def subject(self) -> str | None:
        """The session that is shown; None before one was chosen."""
        return self._session

    def show(self, update: Update, now_ms: int) -> None:
        """Shows what changed of the session."""
        self._now_ms = now_ms
        self._show_all()

    def tick(self, now_ms: int) -> None:
        """Lets ages tick."""
        self._now_ms = now_ms
        self._show_face()

    def status(self) -> tuple[Cell, ...]:
        """Says where the session stands, and what its checkpoints are like."""
        if self._session is None or not self.is_mounted:
            return ()
        place, files = self._place, self._right.files
        where = f"{place[0]:,} of {place[1]:,} in memory" if place else "not in memory"
        cells = [Cell("gone" if self._gone_ms else where), Cell(counted(len(files), "checkpoint"))]
        counts = Counter(file.status for file in files if file.status != "listed")
        cells += [Cell(f"{count:,} {status}", "warn") for status, count in sorted(counts.items())]
        if self._right.is_opening:
            cells.append(Cell("opening…", "dim"))
        return tuple(cells)

    # -- keys -------------------------------------------------------------------------------------

    def take_focus(self) -> None:
        """Gives the focus to the pane it was in last; at first to the fields or the checkpoints."""
        if self._session is not None:
            is_small = self.screen.has_class("-narrow") or self.screen.has_class("-low")
            self.go_to_pane(self.pane or ("fields" if is_small else "checkpoints"))

    def step_back(self) -> bool:
        """Goes back from the text to the checkpoints; whether the focus was there."""
        if self.pane != "text" or self._session is None:
            return False
        self.go_to_pane("checkpoints")
        return True

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Greys what has no checkpoint to act on, and hides what has no session."""
        if action == "open":
            return True if self.is_mounted and self._right.chosen is not None else None
        return self._session is not None if action == "next_pane" else True

    def action_open(self) -> None:
        """Opens a copy of the checkpoint under the cursor in the operator's pager."""
        if why := self._right.open_copy():
            self.notify(why, severity="warning", markup=False)

    @on(RowOpened)
    def _read_on(self, message: RowOpened) -> None:
        message.stop()
        if message.table.id == "session-checkpoints":
            self.go_to_pane("text")

    @on(CursorMoved)
    @on(HeaderChosen)
    def _keep(self, message: CursorMoved | HeaderChosen) -> None:
        message.stop()  # The history's cursor chooses nothing, and its order is that of time.

    @on(StateChanged)
    def _say_why(self) -> None:
        self._show_face()  # The checkpoints have something to say, perhaps; it goes on upward.

    # -- showing ----------------------------------------------------------------------------------

    def _show_all(self) -> None:
        session, board = self._session, self.desk.board
        if session is None or not self.is_mounted:
            return
        memory, disk = board.tracked(session), board.folder(session)
        self._last_disk = disk or self._last_disk
        if memory is not None or disk is not None:
            self._seen, self._gone_ms = (memory, disk), 0
        elif not self._gone_ms:
            self._seen, self._gone_ms = (self._seen[0], self._last_disk), self._now_ms
        self._right.show(session, disk)
        self._show_face()
        if board.update is not None:
            self.query_one(FieldsPane).show_session(
                session,
                self._seen,
                board.update,
                is_gone=bool(self._gone_ms),
                has_lost_folder=self._has_lost_folder,
            )
        self._history.show_history(self.desk.chronicle.history(session))

    def _show_face(self) -> None:
        session, update = self._session, self.desk.board.update
        if session is None or not self.is_mounted:
            return
        width = max(self.size.width - 2, 9)
        history = self.desk.chronicle.history(session)
        if self._gone_ms:
            cells = vanished_cells(session, self._seen, history, update, self._gone_ms, width)
        else:
            cells = face_cells(session, *self._seen, self._place, history, self._now_ms, width)
            if self._has_lost_folder:
                cells.insert(1, FOLDER_GONE)
        if self._right.why:
            cells.append(Cell(f"Its checkpoints can't be listed now: {self._right.why}", "bad"))
        self.query_one("#session-face", Lines).show(cells)

    @property
    def _has_lost_folder(self) -> bool:
        """Whether the folder it had is gone from under the session."""
        return self._seen[1] is None and self._last_disk is not None

    @property
    def _place(self) -> tuple[int, int] | None:
        """The session's position in recency order, from 1, and of how many."""
        board = self.desk.board
        position = board.position(self._session) if self._session is not None else None
        return None if position is None else (position, board.occupancy)

    @property
    def _history(self) -> SessionHistory:
        return self.query_one(SessionHistory)

    @property
    def _right(self) -> Checkpoints:
        return self.query_one(Checkpoints)
