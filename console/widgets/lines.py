"""Lines: a few lines of safe text, each in its tone, wrapped to the width there is."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from rich.style import Style
from rich.text import Text
from textual.widget import Widget

from console.model.rows import Cell


class Lines(Widget):
    """Shows cells below each other. Fill it with `show`; hidden while there is nothing to say.

    Args:
        cells: What it says at first.
        id: The widget's id.
        classes: Its classes.
    """

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "lines--dim",
        "lines--good",
        "lines--warn",
        "lines--bad",
        "lines--accent",
        "lines--strong",
    }
    DEFAULT_CSS = """
    Lines { height: auto; width: 1fr; color: $foreground; }
    Lines.-silent { display: none; }
    Lines > .lines--dim { color: $quiet; }
    Lines > .lines--good { color: $text-success; }
    Lines > .lines--warn { color: $text-warning; }
    Lines > .lines--bad { color: $text-error; text-style: bold; }
    Lines > .lines--accent { color: $text-accent; }
    Lines > .lines--strong { text-style: bold; }
    """

    def __init__(
        self,
        *cells: Cell,
        id: str | None = None,  # noqa: A002
        classes: str | None = None,
    ) -> None:
        super().__init__(id=id, classes=classes)
        self._cells = cells
        self.set_class(not cells, "-silent")

    @property
    def text(self) -> str:
        """What it says, a line a cell."""
        return "\n".join(cell.text for cell in self._cells)

    def show(self, cells: Iterable[Cell]) -> None:
        """Takes other lines; their text is safe."""
        lines = tuple(cells)
        if lines == self._cells:
            return
        self._cells = lines
        self.set_class(not lines, "-silent")
        self.refresh(layout=True)

    def render(self) -> Text:
        """Draws the lines in the theme's colours as they are now."""
        text = Text()
        for number, cell in enumerate(self._cells):
            text.append("\n" if number else "")
            text.append(cell.text, self._style(cell.tone))
        return text

    def _style(self, tone: str) -> Style:
        if not tone:
            return Style.null()
        return self.get_component_rich_style(f"lines--{tone}", partial=True)
