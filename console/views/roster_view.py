"""A view that is one live table: filtered, sorted and frozen by its keys. `TableView` adds marks.

While rows are marked, the order is frozen or a dialog is open, rows stand still and only their
values go on; what would be new is counted and appears when the last of these ends.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, Final

from textual import on
from textual.binding import Binding, BindingType
from textual.css.query import NoMatches

from console.choices import Sorting
from console.desk import Desk
from console.messages import (
    Arranged,
    CursorMoved,
    HeaderChosen,
    RowOpened,
    SessionOpened,
    StateChanged,
)
from console.model.filtering import FilterError, parse_filter
from console.model.roster import Roster, Source
from console.model.rows import Cell
from console.snapshot import Update
from console.text import visible
from console.views.view import View
from console.widgets.columns import Column
from console.widgets.live_table import ARROWS, LiveTable

SMALLEST_FIRST: Final = frozenset((None, "position", "session", "folder", "verdict", "trigger"))
"""Columns that read best from the smallest; all others from the largest."""


class RosterView(View):
    """The part of a table view that has nothing to do with marks.

    Args:
        desk: What it shows.
        source: Where its rows come from.
        id: The view's id.

    Attributes:
        COLUMNS: Its columns.
        NAME: The view's name, by which its arrangement is remembered.
        NATURAL: What the order is called while it isn't sorted.
    """

    CAN_FILTER = True
    COLUMNS: ClassVar[tuple[Column, ...]] = ()
    NAME: ClassVar[str] = ""
    NATURAL: ClassVar[str] = ""
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "f",
            "freeze",
            "Freeze",
            show=False,
            id="table.freeze",
            tooltip="Let the order stand still, or go on",
        ),
        Binding("comma", "sort(-1)", "Sort by the column before", show=False, id="table.sort-left"),
        Binding(
            "full_stop", "sort(1)", "Sort by the next column", show=False, id="table.sort-right"
        ),
        Binding("i", "reverse", "Turn the order around", show=False, id="table.reverse"),
        Binding("0", "natural", "Natural order", show=False, id="table.natural"),
    ]

    def __init__(self, desk: Desk, source: Source, *, id: str) -> None:  # noqa: A002
        super().__init__(desk, id=id)
        self.roster = Roster(source)
        self.hidden_columns: tuple[str, ...] = ()
        self._changed: set[str] | None = None

    # -- what a table view must say -------------------------------------------------------------

    def changed_keys(self) -> set[str] | None:
        """Returns the keys the board's last update says something new of; None for all."""
        raise NotImplementedError

    def session_of(self, key: str) -> str | None:
        """Returns the session a row is about; None where it is gone."""
        raise NotImplementedError

    def key_of(self, session: str) -> str | None:
        """Returns the row that is about a session; None where there is none."""
        raise NotImplementedError

    def empty_text(self, update: Update) -> str:
        """Says why there are no rows."""
        raise NotImplementedError

    def divider_text(self) -> str:
        """Says what stands below the divider."""
        return ""

    @property
    def table(self) -> LiveTable:
        """The table."""
        raise NotImplementedError

    # -- updates ----------------------------------------------------------------------------------

    def note(self) -> None:
        """Remembers what the board's last update changed, until the view is shown."""
        changed = self.changed_keys()
        if changed is None:
            self._changed = None
        elif self._changed is not None:
            self._changed |= changed

    def show(self, update: Update, now_ms: int) -> None:
        """Shows the rows as they are now."""
        self.roster.update(self._changed, now_ms)
        self._changed = set()
        self._fill_table(update)

    def _show_rows(self) -> None:
        """Shows the rows as they are now, and says so: somebody did something to them."""
        update = self.desk.board.update
        if update is None or not self.is_attached:
            return  # A question may be answered by the console's end.
        self._fill_table(update)
        self.post_message(StateChanged())

    def _fill_table(self, update: Update) -> None:
        try:
            table = self.table
        except NoMatches:
            return  # It comes later than the view, and goes before it.
        empty = self.empty_text(update)
        if self.roster.total and self.roster.filter is not None:
            empty = "Nothing matches the filter; escape clears it."
        table.show(self.roster.rows, empty_text=empty, divider_text=self.divider_text())

    def tick(self, now_ms: int) -> None:
        """Lets ages tick."""
        self.table.refresh_changed()

    def take_focus(self) -> None:
        """Gives the focus to the table, at once: the next key may be meant for it already."""
        self.screen.set_focus(self.table)

    @property
    def subject(self) -> str | None:
        """The session of the row under the cursor."""
        if not self.is_mounted:
            return None
        key = self.table.cursor_key
        return None if key is None else self.session_of(key)

    def go_to(self, session: str) -> bool:
        """Puts the cursor on a session; a filter that hides it is cleared first."""
        key = self.key_of(session)
        if key is None:
            return False
        if key not in self.roster.rows:
            if self.filter_text:
                self.take_filter("")
            self.roster.catch_up()
            self._show_rows()
        self.table.put_cursor(key)
        return self.table.cursor_key == key

    # -- keys -------------------------------------------------------------------------------------

    def action_freeze(self) -> None:
        """Freezes the order, or lets it go on."""
        if self.roster.is_frozen:
            self.roster.thaw()
        else:
            self.roster.freeze()
        self._show_rows()

    def action_sort(self, step: int) -> None:
        """Sorts by the next column, or the one before."""
        columns = [one.key for one in self.table.columns if one.key in self.sorts()]
        current = self.roster.sort[0]
        if current in columns:
            index: int | None = columns.index(current) + step
        else:
            index = 0 if step > 0 else len(columns) - 1
        self.sort_by(columns[index] if index is not None and 0 <= index < len(columns) else None)

    def action_reverse(self) -> None:
        """Turns the order around."""
        column, is_reversed = self.roster.sort
        if column is not None:
            self.sort_by(column, not is_reversed)

    def action_natural(self) -> None:
        """Goes back to the natural order."""
        self.sort_by(None)

    def sorts(self) -> frozenset[str]:
        """Returns the columns it can be sorted by."""
        return Roster.COLUMNS

    def sort_by(self, column: str | None, is_reversed: bool | None = None) -> None:
        """Sorts by a column; by none, the natural order.

        Args:
            column: The column's key.
            is_reversed: Whether the largest stands first; None for what reads best: see
                SMALLEST_FIRST.
        """
        if is_reversed is None:
            is_reversed = column not in SMALLEST_FIRST
        self.roster.sort_by(column, is_reversed and column is not None)
        self.table.show_sort(*self.roster.sort)
        self._show_rows()
        self._say_arranged()

    def hide_columns(self, hidden: Sequence[str]) -> None:
        """Hides columns; what isn't one of them is left out."""
        self.hidden_columns = self._hideable(hidden)
        self._show_columns()
        self._say_arranged()

    def take_arrangement(self, sorting: Sorting | None, hidden: Sequence[str]) -> None:
        """Takes up what was remembered, before the first rows are shown."""
        self.hidden_columns = self._hideable(hidden)
        if sorting is not None and sorting.column in self.sorts():
            self.roster.sort_by(sorting.column, sorting.is_descending)

    def on_mount(self) -> None:
        """Shows the columns and the order that were remembered."""
        self._show_columns()
        self.table.show_sort(*self.roster.sort)

    def _hideable(self, hidden: Sequence[str]) -> tuple[str, ...]:
        """Returns those of some columns that there are; the one that names the row stays."""
        return tuple(one.key for one in self.COLUMNS if one.key in hidden and not one.grows)

    def _show_columns(self) -> None:
        self.table.set_columns([one for one in self.COLUMNS if one.key not in self.hidden_columns])

    def _say_arranged(self) -> None:
        column, is_reversed = self.roster.sort
        sorting = None if column is None else Sorting(column, is_reversed)
        self.post_message(Arranged(self.NAME, sorting, self.hidden_columns))

    @on(HeaderChosen)
    def _sort_by_header(self, message: HeaderChosen) -> None:
        if message.table is not self.table or message.column not in self.sorts():
            return
        message.stop()
        column, is_reversed = self.roster.sort
        if message.column != column:
            self.sort_by(message.column)
        else:
            self.sort_by(column, not is_reversed)

    @on(RowOpened)
    def _open(self, message: RowOpened) -> None:
        if message.table is self.table and (session := self.session_of(message.key)) is not None:
            message.stop()
            self.post_message(SessionOpened(session))

    @on(CursorMoved)
    def _say_moved(self, message: CursorMoved) -> None:
        if message.table is self.table:
            self.post_message(StateChanged())

    # -- filter, hold, steps back -----------------------------------------------------------------

    def take_filter(self, text: str) -> str:
        """Shows only the rows that match; what is wrong with the text, else nothing."""
        try:
            wanted = parse_filter(text)
        except FilterError as error:
            return str(error)
        self.filter_text = text
        self.roster.set_filter(None if wanted.is_empty else wanted)
        self.roster.update(set(), self.desk.clock())
        self._show_rows()
        return ""

    def hold(self, why: str) -> None:
        """Lets rows stand still."""
        self.roster.hold(why)

    def let_go(self, why: str) -> None:
        """Ends a hold."""
        self.roster.let_go(why)
        self._show_rows()

    def step_back(self) -> bool:
        """Takes back the freeze, else the filter, else the cursor."""
        if self.roster.is_frozen:
            self.action_freeze()
        elif self.filter_text:
            self.take_filter("")
        elif self.table.cursor_key is not None:
            self.table.put_cursor(None)
        else:
            return False
        return True

    def status(self) -> tuple[Cell, ...]:
        """Says what stands between the operator and the plain table."""
        cells = []
        roster = self.roster
        if roster.is_held:
            word = "frozen" if roster.is_frozen else "order held"
            waiting = f", {roster.waiting:,} waiting" if roster.waiting else ""
            cells.append(Cell(f"{word}{waiting}", "warn"))
        if self.filter_text:
            shown = f"/{visible(self.filter_text, 60)}  {roster.shown:,} of {roster.total:,}"
            cells.append(Cell(shown, "accent"))
        column, is_reversed = roster.sort
        if column is None:
            cells.append(Cell(self.NATURAL, "dim"))
        else:
            title = next((one.title for one in self.COLUMNS if one.key == column), column)
            cells.append(Cell(f"by {title} {ARROWS[is_reversed]}"))
        return tuple(cells)
