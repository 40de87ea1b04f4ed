"""The painter of a live table: cells to strips, as few times as can be.

A strip that was drawn is kept and given again where the same cells are to be drawn: Textual keeps
what it works out about a strip with the strip. So is what a cell comes to in its column: while
rows pass by, most cells have been seen before. Styles are looked up once, until the theme changes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Final

from rich.cells import set_cell_size
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from console.model.rows import Cell
from console.widgets.columns import GAP, Column, Placed, fit, place

STRIPS_KEPT: Final = 512
TEXTS_KEPT: Final = 4096
"""How many strips, and texts of cells, are kept: several screens full. Past that all are forgotten,
and what is seen is kept anew: that costs less than to know which was used last."""

_NO_CELL: Final = Cell("")
_GAP: Final = " " * GAP


class Painter:
    """Draws the lines of one table.

    Args:
        style_of: Returns the style of a part by its name; an empty name's is the table's own.
        finish: Returns what a style comes to on the terminal, once all parts are laid over it.
    """

    def __init__(
        self, style_of: Callable[[str], Style], finish: Callable[[Style], Style] = lambda one: one
    ) -> None:
        self._style_of, self._finish = style_of, finish
        self._styles: dict[tuple[str, ...], Style] = {}
        self._finished: dict[tuple[str, ...], Style] = {}
        self._strips: dict[tuple[object, ...], Strip] = {}
        self._texts: dict[tuple[int, str], str] = {}
        self._placed: tuple[Placed, ...] = ()
        self._keys: tuple[str, ...] = ()
        self._width = self._used = 0
        self._end = ""

    @property
    def placed(self) -> tuple[Placed, ...]:
        """The columns there is room for, with the widths they have."""
        return self._placed

    def lay_out(self, columns: Sequence[Column], width: int) -> None:
        """Takes columns, and the width of a line in cells."""
        self._placed = place(columns, max(width - 1, 1))
        self._keys = tuple(one.column.key for one in self._placed)
        self._width = width
        self._used = 1 + sum(one.width + GAP for one in self._placed) - GAP
        self._end = " " * (width - self._used)
        self._texts.clear()
        self._strips.clear()

    def forget(self) -> None:
        """Forgets styles and strips, as when the theme changes."""
        self._styles.clear()
        self._finished.clear()
        self._strips.clear()

    def row(self, cells: Mapping[str, Cell], first: str, over: tuple[str, ...] = ()) -> Strip:
        """Draws a row.

        Args:
            cells: Its cells, by column.
            first: The one character it begins with.
            over: The parts whose styles lie over the table's own, the uppermost last. Under
                `header` and `cursor` cells have no tones of their own.
        """
        get = cells.get
        drawn = [get(key, _NO_CELL) for key in self._keys]
        key = (first, over, *drawn)
        strip = self._strips.get(key)
        if strip is None:
            strip = self._drawn(drawn, first, over)
            if len(self._strips) >= STRIPS_KEPT:
                self._strips.clear()
            self._strips[key] = strip
        return strip

    def line(self, text: str, part: str) -> Strip:
        """Draws a line of text in the style of a part."""
        key = (part, text)
        strip = self._strips.get(key)
        if strip is None:
            segment = Segment(set_cell_size(text, self._width), self._style((part,)))
            strip = self._strips[key] = Strip([segment], self._width)
        return strip

    def _drawn(self, cells: Sequence[Cell], first: str, over: tuple[str, ...]) -> Strip:
        """Draws a row's cells, a segment for as many in a row as have one style."""
        base = self._style(over)
        is_plain = bool(over) and over[-1] in ("header", "cursor")
        if len(self._texts) >= TEXTS_KEPT:
            self._texts.clear()
        texts = self._texts
        segments = []
        run = first
        for number, (text, tone) in enumerate(cells):
            fitted = texts.get((number, text))
            if fitted is None:
                fitted = texts[number, text] = self._fitted(number, text)
            if number:
                run += _GAP
            if is_plain or not tone:
                run += fitted
                continue
            if run:
                segments.append(Segment(run, base))
                run = ""
            segments.append(Segment(fitted, self._style((*over, tone))))
        if run := run + self._end:
            segments.append(Segment(run, base))
        strip = Strip(segments, max(self._used, self._width))
        return strip.adjust_cell_length(self._width, base)

    def _fitted(self, number: int, text: str) -> str:
        column, width = self._placed[number]
        return fit(text, width, is_right=column.is_right, keeps_end=column.keeps_end)

    def _style(self, parts: tuple[str, ...]) -> Style:
        style = self._finished.get(parts)
        if style is None:
            style = self._finished[parts] = self._finish(self._whole(parts))
        return style

    def _whole(self, parts: tuple[str, ...]) -> Style:
        style = self._styles.get(parts)
        if style is None:
            style = self._whole(parts[:-1]) if parts else Style()
            style = self._styles[parts] = style + self._style_of(parts[-1] if parts else "")
        return style
