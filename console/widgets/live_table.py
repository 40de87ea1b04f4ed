"""The live table: a virtual table on the line API, drawn only where it is looked at.

The cursor belongs to a row's key, not to its number. While it is on a row, that row keeps its line
on the screen as the order changes around it. Before a person moves it, and after `escape`, it is on
none, and the table follows the newest. When its row goes away, it is on none again: the next key
must not act on a neighbour.

A marked row begins with a sign of its own. The header's arrow says which column rows are sorted by.

Cost: a drawing is as tall as the screen, however many rows there are.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ClassVar, Final

from rich.style import Style
from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Size
from textual.reactive import var
from textual.strip import Strip

from console.messages import CursorMoved, HeaderChosen, RowOpened
from console.model.rows import Cell
from console.widgets.columns import GAP, Column, fit
from console.widgets.line_view import LineView
from console.widgets.painter import Painter

DIVIDER: Final = "\0"
"""The key of the line between two parts of a table. No session's id holds NUL."""

CellsOf = Callable[[str, int], dict[str, Cell]]
"""Returns a row's cells by its key and its index."""

MARK: Final = "▌"
ARROWS: Final = {False: "▲", True: "▼"}
"""The arrow beside a sorted column's title, by whether the largest stands first."""


def _unmarked(_key: str) -> bool:
    return False


class LiveTable(LineView, can_focus=True):
    """A table of keyed rows. Fill it with `show`.

    Args:
        columns: Its columns.
        cells_of: Makes a row's cells, each time it is drawn.
        is_marked: Whether a row is marked, by its key.
        id: The widget's id.
    """

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "live-table--header",
        "live-table--cursor",
        "live-table--divider",
        "live-table--dim",
        "live-table--good",
        "live-table--warn",
        "live-table--bad",
        "live-table--accent",
        "live-table--strong",
        "live-table--marked",
    }

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "move(-1)", "Up", show=False, id="table.up", tooltip="One row up"),
        Binding("down,j", "move(1)", "Down", show=False, id="table.down", tooltip="One row down"),
        Binding("pageup", "page(-1)", "Page up", show=False, id="table.page-up"),
        Binding("pagedown", "page(1)", "Page down", show=False, id="table.page-down"),
        Binding("home,g", "first", "First", show=False, id="table.first", tooltip="First row"),
        Binding("end,G", "last", "Last", show=False, id="table.last", tooltip="Last row"),
        Binding("enter", "open", "Open", show=False, id="table.open", tooltip="Open the row"),
    ]

    cursor_key: var[str | None] = var(None)

    def __init__(
        self,
        columns: Sequence[Column],
        cells_of: CellsOf,
        *,
        is_marked: Callable[[str], bool] = _unmarked,
        id: str | None = None,  # noqa: A002
    ) -> None:
        super().__init__(id=id)
        self._columns = tuple(columns)
        self._cells_of = cells_of
        self._is_marked = is_marked
        self._sort: tuple[str | None, bool] = (None, False)
        self._keys: Sequence[str] = ()
        self._cursor_index = -1
        self._painter = Painter(self._part_style, self.finished)
        self._placed_width = -1
        self._empty_text = ""
        self._divider_text = ""

    @property
    def keys(self) -> Sequence[str]:
        """The rows' keys, in order."""
        return self._keys

    @property
    def columns(self) -> tuple[Column, ...]:
        """Its columns, whether or not there is room for them."""
        return self._columns

    def set_columns(self, columns: Sequence[Column]) -> None:
        """Takes other columns."""
        self._columns = tuple(columns)
        self._placed_width = -1
        self.refresh()

    def show_sort(self, column: str | None, is_reversed: bool) -> None:
        """Says by which column the rows are sorted; None for none of them."""
        self._sort = (column, is_reversed)
        self.refresh()

    def show(self, keys: Sequence[str], *, empty_text: str = "", divider_text: str = "") -> None:
        """Takes new rows, keeping the cursor on its own.

        Args:
            keys: The rows' keys, in order; each once, DIVIDER at most once.
            empty_text: What is said where there are no rows.
            divider_text: What the divider says.
        """
        line = self._cursor_index - self.scroll_offset.y
        self._keys = keys
        self._empty_text, self._divider_text = empty_text, divider_text
        self._resize_virtual()
        if self.cursor_key is not None:
            index = self._index_of(self.cursor_key)
            if index < 0:
                self._cursor_index = min(self._cursor_index, len(keys) - 1)
                self.cursor_key = None
                self.post_message(CursorMoved(self, None))
            elif index != self._cursor_index:
                self._cursor_index = index
                self._scroll_now(index - line)
        self.refresh()

    def put_cursor(self, key: str | None) -> None:
        """Puts the cursor on a row, scrolling to it; on none, which follows the newest."""
        index = -1 if key is None else self._index_of(key)
        self._cursor_index = index
        moved = self.cursor_key != (key if index >= 0 else None)
        self.cursor_key = key if index >= 0 else None
        if index < 0:
            self._scroll_now(0)
        else:
            self._scroll_into_view(index)
        self.refresh()
        if moved:
            self.post_message(CursorMoved(self, self.cursor_key))

    def action_move(self, rows: int) -> None:
        """Moves the cursor by rows; from none, onto the nearest line that is seen."""
        if not self._keys:
            return
        if self.cursor_key is None:
            index = self._cursor_index if self._cursor_index >= 0 else self.scroll_offset.y
        else:
            index = self._cursor_index + rows
        self._put_on_index(index, 1 if rows >= 0 else -1)

    def action_page(self, pages: int) -> None:
        """Moves the cursor by as many rows as are seen."""
        self.action_move(pages * max(self.size.height - 2, 1))

    def action_first(self) -> None:
        """Moves the cursor to the first row."""
        self._put_on_index(0, 1)

    def action_last(self) -> None:
        """Moves the cursor to the last row."""
        self._put_on_index(len(self._keys) - 1, -1)

    def action_open(self) -> None:
        """Opens the row under the cursor."""
        if self.cursor_key is not None:
            self.post_message(RowOpened(self, self.cursor_key))

    def on_click(self, event: events.Click) -> None:
        """Puts the cursor on the row that was clicked; a double click opens it."""
        offset = event.get_content_offset(self)
        if offset is None:
            return
        if offset.y < 1:
            if (column := self._column_at(offset.x)) is not None:
                self.post_message(HeaderChosen(self, column))
            return
        index = self.scroll_offset.y + offset.y - 1
        if index < len(self._keys) and self._keys[index] != DIVIDER:
            self.put_cursor(self._keys[index])
            if event.chain == 2:
                self.action_open()

    def on_resize(self) -> None:
        """Keeps the cursor in sight."""
        self._resize_virtual()
        if self.cursor_key is not None:
            self._scroll_into_view(self._cursor_index)

    def forget_styles(self) -> None:
        """Draws everything anew in other colours."""
        self._painter.forget()

    def draw_lines(self, lines: list[int]) -> list[Strip]:
        """Draws lines of the screen: the header, rows, or nothing."""
        self._lay_out()
        top, cursor_key = self.scroll_offset.y, self.cursor_key
        return [self._line(y, top, cursor_key) for y in lines]

    def _lay_out(self) -> None:
        """Places the columns where the width is another."""
        width = self.scrollable_content_region.width
        if width != self._placed_width:
            self._painter.lay_out(self._columns, width)
            self._placed_width = width

    def _line(self, y: int, top: int, cursor_key: str | None) -> Strip:
        painter = self._painter
        if y == 0:
            titles = {one.key: Cell(self._title(one)) for one in self._columns}
            return painter.row(titles, " ", ("header",))
        index = top + y - 1
        if index >= len(self._keys):
            text = self._empty_text if not self._keys and y == 2 else ""
            return painter.line(f" {text}", "dim")
        key = self._keys[index]
        if key == DIVIDER:
            line = f"── {self._divider_text} ".ljust(self._placed_width, "─")
            return painter.line(line, "divider")
        over: tuple[str, ...] = ("marked",) if self._is_marked(key) else ()
        first = MARK if over else " "
        if key == cursor_key:
            over = (*over, "cursor")
        return painter.row(self._cells_of(key, index), first, over)

    def _part_style(self, name: str) -> Style:
        if not name:
            return self.rich_style
        return self.get_component_rich_style(f"live-table--{name}", partial=True)

    def _title(self, column: Column) -> str:
        sorted_by, is_reversed = self._sort
        if column.key != sorted_by:
            return column.title
        return (
            fit(column.title, max(min(len(column.title), column.width - 1), 0))
            + ARROWS[is_reversed]
        )

    def _column_at(self, x: int) -> str | None:
        start = 1
        for column, width in self._painter.placed:
            if start <= x < start + width + GAP:
                return column.key
            start += width + GAP
        return None

    def _index_of(self, key: str) -> int:
        try:
            return self._keys.index(key)
        except ValueError:
            return -1

    def _put_on_index(self, index: int, step: int) -> None:
        if not self._keys:
            return
        index = min(max(index, 0), len(self._keys) - 1)
        for near in (index, index + step, index - step):
            if 0 <= near < len(self._keys) and self._keys[near] != DIVIDER:
                self.put_cursor(self._keys[near])
                return

    def _scroll_into_view(self, index: int) -> None:
        top, seen = self.scroll_offset.y, max(self.size.height - 1, 1)
        if index < top:
            self._scroll_now(index)
        elif index >= top + seen:
            self._scroll_now(index - seen + 1)

    def _scroll_now(self, line: int) -> None:
        self.scroll_to(y=max(line, 0), animate=False, force=True, immediate=True)

    def _resize_virtual(self) -> None:
        self.set_virtual_size(Size(self.size.width, len(self._keys) + 1))
