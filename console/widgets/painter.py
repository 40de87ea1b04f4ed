"""The painter of a live table: cells to strips, as few times as can be.

A strip that was drawn is kept and given again where the same cells are to be drawn: Textual keeps
what it works out about a strip with the strip. Styles are looked up once, until the theme changes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Final

from rich.cells import set_cell_size
from rich.segment import Segment
from rich.style import Style
from textual.cache import LRUCache
from textual.strip import Strip

from console.model.rows import Cell
from console.widgets.columns import GAP, Column, Placed, fit, place

STRIPS_KEPT: Final = 512
"""How many strips are kept: several screens full."""

_NO_CELL: Final = Cell("")
_GAP: Final = " " * GAP


class Painter:
    """Draws the lines of one table.

    Args:
        style_of: Returns the style of a part by its name; an empty name's is the table's own.
    """

    def __init__(self, style_of: Callable[[str], Style]) -> None:
        self._style_of = style_of
        self._styles: dict[tuple[str, ...], Style] = {}
        self._strips: LRUCache[tuple[object, ...], Strip] = LRUCache(STRIPS_KEPT)
        self._placed: tuple[Placed, ...] = ()
        self._width = 0

    @property
    def placed(self) -> tuple[Placed, ...]:
        """The columns there is room for, with the widths they have."""
        return self._placed

    def lay_out(self, columns: Sequence[Column], width: int) -> None:
        """Takes columns, and the width of a line in cells."""
        self._placed = place(columns, max(width - 1, 1))
        self._width = width
        self._strips.clear()

    def forget(self) -> None:
        """Forgets styles and strips, as when the theme changes."""
        self._styles.clear()
        self._strips.clear()

    def row(self, cells: Mapping[str, Cell], first: str, over: tuple[str, ...] = ()) -> Strip:
        """Draws a row.

        Args:
            cells: Its cells, by column.
            first: The one character it begins with.
            over: The parts whose styles lie over the table's own, the uppermost last. Under
                `header` and `cursor` cells have no tones of their own.
        """
        key = (first, over, *(cells.get(one.column.key, _NO_CELL) for one in self._placed))
        strip = self._strips.get(key)
        if strip is None:
            strip = self._strips[key] = self._drawn(cells, first, over)
        return strip

    def line(self, text: str, part: str) -> Strip:
        """Draws a line of text in the style of a part."""
        key = (part, text)
        strip = self._strips.get(key)
        if strip is None:
            segment = Segment(set_cell_size(text, self._width), self._style((part,)))
            strip = self._strips[key] = Strip([segment], self._width)
        return strip

    def _drawn(self, cells: Mapping[str, Cell], first: str, over: tuple[str, ...]) -> Strip:
        base = self._style(over)
        is_plain = bool(over) and over[-1] in ("header", "cursor")
        segments = [Segment(first, base)]
        for number, (column, width) in enumerate(self._placed):
            cell = cells.get(column.key, _NO_CELL)
            text = fit(cell.text, width, is_right=column.is_right, keeps_end=column.keeps_end)
            if number:
                segments.append(Segment(_GAP, base))
            style = base if is_plain or not cell.tone else self._style((*over, cell.tone))
            segments.append(Segment(text, style))
        return Strip(segments).adjust_cell_length(self._width, base)

    def _style(self, parts: tuple[str, ...]) -> Style:
        style = self._styles.get(parts)
        if style is None:
            style = self._style(parts[:-1]) if parts else Style()
            style = self._styles[parts] = style + self._style_of(parts[-1] if parts else "")
        return style
