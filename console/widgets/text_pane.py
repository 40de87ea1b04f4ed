"""The text pane: lines of cells that scroll, laid out for the width there is, drawn line by line.

What it shows is a layout: a function from a width to lines. It is asked again only when the width
or the text changed, so that a megabyte of text costs its wrapping once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache
from typing import ClassVar, Final

from rich.cells import get_character_cell_size
from rich.segment import Segment
from rich.style import Style
from textual.binding import Binding, BindingType
from textual.geometry import Size
from textual.scroll_view import ScrollView
from textual.strip import Strip

from console.model.rows import Cell, Tone

Line = Sequence[Cell]
"""One line: pieces of safe text, one after the other."""

Layout = Callable[[int], Sequence[Line]]
"""Returns the lines for a width in cells, none of them wider."""

MARGIN: Final = 1
"""Cells left free at the left of every line."""


class TextPane(ScrollView, can_focus=True):
    """Shows a layout. Fill it with `show`.

    Args:
        id: The widget's id.
    """

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "text-pane--dim",
        "text-pane--good",
        "text-pane--warn",
        "text-pane--bad",
        "text-pane--accent",
        "text-pane--strong",
    }
    DEFAULT_CSS = """
    TextPane {
        background: $background; color: $foreground;
        overflow-x: hidden; scrollbar-size-vertical: 1; scrollbar-gutter: stable;
    }
    TextPane > .text-pane--dim { color: $quiet; }
    TextPane > .text-pane--good { color: $text-success; }
    TextPane > .text-pane--warn { color: $text-warning; }
    TextPane > .text-pane--bad { color: $text-error; text-style: bold; }
    TextPane > .text-pane--accent { color: $text-accent; }
    TextPane > .text-pane--strong { text-style: bold; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "lines(-1)", "Up", show=False, id="text.up", tooltip="One line up"),
        Binding("down,j", "lines(1)", "Down", show=False, id="text.down", tooltip="One line down"),
        Binding("pageup", "pages(-1)", "Page up", show=False, id="text.page-up"),
        Binding("pagedown", "pages(1)", "Page down", show=False, id="text.page-down"),
        Binding("home,g", "top", "Top", show=False, id="text.top", tooltip="First line"),
        Binding("end,G", "bottom", "Bottom", show=False, id="text.bottom", tooltip="Last line"),
    ]

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._layout: Layout = _nothing
        self._laid_out: Sequence[Line] = ()
        self._laid_out_width = -1

    def show(self, layout: Layout, *, is_new: bool = False) -> None:
        """Takes a layout.

        Args:
            layout: What to show.
            is_new: Whether it is about something else than the one before, so that it is shown
                from its beginning. Otherwise the same line stays at the top.
        """
        self._layout = layout
        self._laid_out_width = -1
        self._lay_out()
        if is_new:
            self._scroll_to_line(0)
        self.refresh()

    @property
    def line_count(self) -> int:
        """How many lines there are at the width there is."""
        return len(self._laid_out)

    @property
    def text_cells(self) -> int:
        """How many cells a line of text has; 0 before it is known."""
        return max(self.scrollable_content_region.width - MARGIN, 0)

    def on_resize(self) -> None:
        """Lays out anew where the width is another."""
        self._lay_out()

    def render_line(self, y: int) -> Strip:
        """Draws one line of the screen."""
        width = self.scrollable_content_region.width
        base = self.rich_style
        index = self.scroll_offset.y + y
        if index >= len(self._laid_out):
            return Strip.blank(width, base)
        segments = [Segment(" " * MARGIN, base)]
        segments += [
            Segment(one.text, self._style(one.tone, base)) for one in self._laid_out[index]
        ]
        return Strip(segments).adjust_cell_length(width, base)

    def action_lines(self, lines: int) -> None:
        """Scrolls by lines."""
        self._scroll_to_line(self.scroll_offset.y + lines)

    def action_pages(self, pages: int) -> None:
        """Scrolls by as many lines as are seen, less one."""
        self.action_lines(pages * max(self.size.height - 1, 1))

    def action_top(self) -> None:
        """Scrolls to the first line."""
        self._scroll_to_line(0)

    def action_bottom(self) -> None:
        """Scrolls to the last line."""
        self._scroll_to_line(len(self._laid_out))

    def _lay_out(self) -> None:
        width = self.scrollable_content_region.width
        if width == self._laid_out_width:
            return
        self._laid_out_width = width
        self._laid_out = self._layout(max(width - MARGIN, 1)) if width else ()
        self.virtual_size = Size(width, len(self._laid_out))

    def _scroll_to_line(self, line: int) -> None:
        self.scroll_to(y=max(line, 0), animate=False, force=True, immediate=True)

    def _style(self, tone: Tone, base: Style) -> Style:
        if not tone:
            return base
        return base + self.get_component_rich_style(f"text-pane--{tone}", partial=True)


def wrap(text: str, width: int) -> Iterator[str]:
    """Breaks one line of safe text into lines of at most `width` cells, at blanks where it can.

    Args:
        text: Printable text on one line.
        width: Cells there are, at least 1; a character that is wider has a line of its own.

    Cost: one search a line for ASCII; else a look at each character.
    """
    is_ascii = text.isascii()
    start = 0
    while start < len(text):
        stop = min(start + width, len(text)) if is_ascii else _stop(text, start, width)
        if stop == len(text):
            break
        # The blank a line ends at may stand just past what fits; it is left out.
        at = text.rfind(" ", start, stop + 1)
        is_at_blank = at > start and not text[start:at].isspace()
        yield text[start : at if is_at_blank else stop]
        start = at + 1 if is_at_blank else stop
    yield text[start:]


def wrapped(lines: Iterable[str], tone: Tone = "") -> Layout:
    """Returns a layout of lines of safe text, each broken where it is wider than there is room.

    What it came to for the last width is kept, so that a thread can do it before it is shown.
    """
    kept = tuple(lines)

    @lru_cache(maxsize=1)
    def layout(width: int) -> Sequence[Line]:
        lines: list[Line] = []
        for line in kept:
            if len(line) <= width and line.isascii():
                lines.append((Cell(line, tone),) if line else ())
            else:
                lines += [(Cell(piece, tone),) for piece in wrap(line, width)]
        return lines

    return layout


def wrap_cells(cells: Iterable[Cell], width: int) -> list[Line]:
    """Breaks cells below each other into lines of at most `width` cells."""
    return [(Cell(piece, cell.tone),) for cell in cells for piece in wrap(cell.text, width)]


def lay_out_cells(cells: Sequence[Cell]) -> Layout:
    """Returns the layout of cells below each other."""
    return lambda width: wrap_cells(cells, width)


def _stop(text: str, start: int, width: int) -> int:
    """Returns where the characters from `start` on that fit into `width` end; one always fits."""
    cells = 0
    for index in range(start, len(text)):
        cells += get_character_cell_size(text[index])
        if cells > width:
            return max(index, start + 1)
    return len(text)


def _nothing(_width: int) -> Sequence[Line]:
    return ()
