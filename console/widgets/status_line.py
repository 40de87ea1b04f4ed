"""The status line: what state the view is in, on one line below it, the most important first."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, Final

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip
from textual.widget import Widget

from console.model.rows import Cell
from console.text import visible
from console.widgets.columns import fit

JOINT: Final = " │ "


class StatusLine(Widget):
    """One line of pieces. Fill it with `show`.

    Cost: a drawing is as long as the screen is wide.
    """

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "status-line--dim",
        "status-line--good",
        "status-line--warn",
        "status-line--bad",
        "status-line--accent",
        "status-line--strong",
    }
    DEFAULT_CSS = """
    StatusLine { height: 1; width: 1fr; background: $surface; color: $foreground; }
    StatusLine > .status-line--dim { color: $quiet; }
    StatusLine > .status-line--good { color: $text-success; }
    StatusLine > .status-line--warn { color: $text-warning; }
    StatusLine > .status-line--bad { color: $text-error; text-style: bold; }
    StatusLine > .status-line--accent { color: $text-accent; }
    StatusLine > .status-line--strong { text-style: bold; }
    """

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._cells: tuple[Cell, ...] = ()

    def show(self, cells: Sequence[Cell]) -> None:
        """Takes new pieces, the most important first; empty ones are left out."""
        told = tuple(cell for cell in cells if cell.text)
        if told != self._cells:
            self._cells = told
            self.refresh()

    def render_line(self, y: int) -> Strip:
        """Draws the line, as many pieces of it as there is room for."""
        base, width = self.rich_style, self.size.width
        if y:
            return Strip.blank(width, base)
        segments = [Segment(" ", base)]
        for number, cell in enumerate(fitting(self._cells, width - 2)):
            if number:
                segments.append(Segment(JOINT, self._style("dim", base)))
            style = self._style(cell.tone, base) if cell.tone else base
            segments.append(Segment(cell.text, style))
        return Strip(segments).adjust_cell_length(width, base)

    def _style(self, tone: str, base: Style) -> Style:
        return base + self.get_component_rich_style(f"status-line--{tone}", partial=True)


def fitting(cells: Sequence[Cell], width: int) -> list[Cell]:
    """Returns the first pieces that fit into a width once they are joined.

    Args:
        cells: The pieces, the most important first.
        width: Cells there are.

    Returns:
        Whole pieces, in order, their text safe. One that is too long is left out, and what comes
        after it may still be there; the first is cut rather than left out.
    """
    kept: list[Cell] = []
    room = width
    for cell in cells:
        text = visible(cell.text)
        needed = cell_len(text) + (len(JOINT) if kept else 0)
        if needed > room:
            if kept or room <= 0:
                continue
            text, needed = fit(text, room), room
        kept.append(Cell(text, cell.tone))
        room -= needed
    return kept
