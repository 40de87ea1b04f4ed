"""View 4: what happened, as it happens, the newest first."""

from __future__ import annotations

from typing import ClassVar, Final

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from console.desk import Desk
from console.messages import CursorMoved, RowOpened, SessionOpened, StateChanged
from console.model.event_rows import EventRows
from console.model.filtering import FilterError, parse_event_filter
from console.model.happenings import Happening, happening_cells, happening_lines
from console.model.rows import Cell
from console.model.wording import counted
from console.model.words import empty_words
from console.snapshot import Face, Update
from console.text import visible
from console.views.view import View
from console.widgets.columns import Column
from console.widgets.lines import Lines
from console.widgets.live_table import LiveTable

PAUSED: Final = "paused"

WIDE: Final = (
    Column("time", "time", 11, 80),
    Column("kind", "kind", 17, 90),
    Column("session", "session", 38, 85, keeps_end=True),
    Column("what", "what", 20, 100, grows=True),
)
MIDDLE: Final = (
    Column("time", "time", 11, 80),
    Column("kind", "kind", 12, 90),
    Column("session", "session", 22, 85, keeps_end=True),
    Column("what", "what", 20, 100, grows=True),
)
NARROW: Final = (
    Column("time", "time", 8, 80),
    Column("kind", "kind", 12, 90),
    Column("session", "session", 8, 100, grows=True, keeps_end=True),
)
COLUMNS: Final = {110: WIDE, 60: MIDDLE, 0: NARROW}
"""The columns from each width on."""

LOW: Final = 12
"""Below this height the row that is said whole has two lines and not four."""


class EventsView(View):
    """The chronicle's happenings. See View."""

    TITLE = "Events"
    CAN_FILTER = True
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "f",
            "pause",
            "Pause",
            id="table.freeze",
            tooltip="Let the rows stand still, or go on; nothing is lost meanwhile",
        ),
    ]
    DEFAULT_CSS = """
    EventsView { layout: vertical; }
    EventsView #events { width: 1fr; height: 1fr; }
    EventsView #event { height: 4; padding: 0 1; background: $surface; }
    EventsView.-low #event { height: 2; }
    """

    def __init__(self, desk: Desk, *, id: str) -> None:  # noqa: A002
        super().__init__(desk, id=id)
        self._rows = EventRows(desk.chronicle)

    def compose(self) -> ComposeResult:
        """Arranges the table, and below it the row under the cursor, whole."""
        yield LiveTable(WIDE, self._cells, id="events")
        yield Lines(id="event")

    def on_resize(self) -> None:
        """Takes the columns there is room for."""
        self.set_class(self.size.height < LOW, "-low")
        columns = next(columns for width, columns in COLUMNS.items() if self.size.width >= width)
        if columns != self._table.columns:
            self._table.set_columns(columns)

    # -- what every view does -------------------------------------------------------------------

    def show(self, update: Update, now_ms: int) -> None:
        """Shows what happened since."""
        self._rows.take()
        self._show_rows()

    @property
    def subject(self) -> str | None:
        """The session of the happening under the cursor."""
        return (self._chosen.session or None) if self._chosen is not None else None

    def go_to(self, session: str) -> bool:
        """Puts the cursor on the newest happening of a session; whether one is shown."""
        for key in self._rows.keys:
            one = self._rows.get(key)
            if one is not None and one.session == session:
                self._table.put_cursor(key)
                return True
        return False

    def take_filter(self, text: str) -> str:
        """Shows only the happenings that match; what is wrong with the text, else nothing."""
        try:
            wanted = parse_event_filter(text)
        except FilterError as error:
            return str(error)
        self.filter_text = text
        self._rows.set_filter(None if wanted.is_empty else wanted)
        self._show_rows()
        return ""

    def step_back(self) -> bool:
        """Ends the pause, else the filter, else takes the cursor off."""
        if self._rows.is_held_by(PAUSED):
            self.action_pause()
        elif self.filter_text:
            self.take_filter("")
        elif self._table.cursor_key is not None:
            self._table.put_cursor(None)
        else:
            return False
        return True

    def hold(self, why: str) -> None:
        """Lets the rows stand still."""
        self._rows.hold(why)
        self._show_rows()

    def let_go(self, why: str) -> None:
        """Ends a hold."""
        self._rows.let_go(why)
        self._show_rows()

    def status(self) -> tuple[Cell, ...]:
        """Says what stands between the operator and all that happened."""
        rows, chronicle = self._rows, self.desk.chronicle
        cells = []
        if rows.is_held:
            word = PAUSED if rows.is_held_by(PAUSED) else "held"
            lost = f", {rows.lost:,} of all fell out" if rows.lost else ""
            cells.append(Cell(f"{word} · {rows.newer:,} newer{lost}", "warn"))
        if self.filter_text:
            shown = f"/{visible(self.filter_text, 60)}  {len(rows.keys):,} of {rows.total:,}"
            cells.append(Cell(shown, "accent"))
        else:
            cells.append(Cell(counted(len(rows.keys), "event"), "dim"))
        if chronicle.untold:
            cells.append(Cell(f"{chronicle.untold:,} came too fast to be told", "warn"))
        if chronicle.dropped:
            cells.append(Cell(f"{chronicle.dropped:,} older ones fell out", "dim"))
        update = self.desk.board.update
        if update is not None and update.plugin_why:
            cells.append(Cell(f"the plugin's log: {visible(update.plugin_why, 200)}", "bad"))
        return tuple(cells)

    # -- keys -----------------------------------------------------------------------------------

    def action_pause(self) -> None:
        """Lets the rows stand still, or go on."""
        if self._rows.is_held_by(PAUSED):
            self.let_go(PAUSED)
        else:
            self.hold(PAUSED)

    @on(RowOpened, "#events")
    def _open(self, message: RowOpened) -> None:
        message.stop()
        one = self._rows.get(message.key)
        if one is not None and one.session:
            self.post_message(SessionOpened(one.session))

    @on(CursorMoved, "#events")
    def _say_moved(self, message: CursorMoved) -> None:
        message.stop()
        self._show_chosen()
        self.post_message(StateChanged())

    # -- showing --------------------------------------------------------------------------------

    def _show_rows(self) -> None:
        if self.is_mounted:
            self._table.show(self._rows.keys, empty_text=self._empty_text)
            self._show_chosen()
            self.post_message(StateChanged())

    def _show_chosen(self) -> None:
        lines = () if self._chosen is None else happening_lines(self._chosen)
        self.query_one("#event", Lines).show(lines)

    @property
    def _chosen(self) -> Happening | None:
        key = self._table.cursor_key if self.is_mounted else None
        return None if key is None else self._rows.get(key)

    @property
    def _empty_text(self) -> str:
        update = self.desk.board.update
        if self.filter_text and self._rows.total:
            return "Nothing matches the filter; escape clears it."
        if update is None or update.face is not Face.OPEN:
            return "Nothing has happened yet." if update is None else empty_words(update)
        return "Nothing has happened yet."

    @property
    def _table(self) -> LiveTable:
        return self.query_one("#events", LiveTable)

    def _cells(self, key: str, _index: int) -> dict[str, Cell]:
        one = self._rows.get(key)
        return {} if one is None else happening_cells(one)
