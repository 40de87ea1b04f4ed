"""The page bar: the panes there isn't room for side by side, as names on one line."""

from __future__ import annotations

from typing import ClassVar, NamedTuple

from rich.cells import cell_len
from rich.segment import Segment
from textual import events
from textual.message import Message
from textual.reactive import reactive
from textual.strip import Strip
from textual.widget import Widget


class Page(NamedTuple):
    """A page: its name, and the title that is shown of it."""

    name: str
    title: str


class PageChosen(Message):
    """A page is to be shown.

    Attributes:
        name: Its name.
    """

    def __init__(self, name: str) -> None:
        super().__init__()
        self.name = name


class PageBar(Widget):
    """Names the pages, the current one in brackets; a click posts `PageChosen`.

    Args:
        pages: The pages, in order.
        id: The widget's id.

    Attributes:
        current: The name of the page that is shown.
        hint: What is said behind the names, where there is room.
    """

    COMPONENT_CLASSES: ClassVar[set[str]] = {"page-bar--current"}
    DEFAULT_CSS = """
    PageBar { height: 1; width: 1fr; background: $surface; color: $quiet; }
    PageBar > .page-bar--current { color: $foreground; text-style: bold; }
    """

    current: reactive[str] = reactive("")
    hint: reactive[str] = reactive("")

    def __init__(self, pages: tuple[Page, ...], *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._pages = pages

    def render_line(self, y: int) -> Strip:
        """Draws the line."""
        base, width = self.rich_style, self.size.width
        if y:
            return Strip.blank(width, base)
        current = base + self.get_component_rich_style("page-bar--current", partial=True)
        segments = [
            Segment(label, current if page.name == self.current else base)
            for page, label in self._labels()
        ]
        if sum(segment.cell_length for segment in segments) + cell_len(self.hint) + 1 <= width:
            segments.append(Segment(f" {self.hint}", base))
        return Strip(segments).adjust_cell_length(width, base)

    def on_click(self, event: events.Click) -> None:
        """Asks for the page whose name was clicked."""
        offset = event.get_content_offset(self)
        if offset is None:
            return
        end = 0
        for page, label in self._labels():
            end += cell_len(label)
            if offset.x < end:
                self.post_message(PageChosen(page.name))
                return

    def _labels(self) -> list[tuple[Page, str]]:
        """Returns the names with their brackets; only the current one's where there is no room."""
        titles = [
            (page, f"[{page.title}]" if page.name == self.current else f" {page.title} ")
            for page in self._pages
        ]
        if sum(cell_len(label) for _, label in titles) <= self.size.width:
            return titles
        return [
            (page, label if page.name == self.current else f" {page.title[:1]} ")
            for page, label in titles
        ]
