"""The tabs: the numbered views on one line, the current one in reverse, each with its badge."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar, Final, NamedTuple

from rich.cells import cell_len
from rich.segment import Segment
from textual import events
from textual.reactive import reactive
from textual.strip import Strip
from textual.widget import Widget

from console.messages import ViewChosen
from console.text import visible

BADGE_CELLS: Final = 12
"""The most characters of a badge."""


class Tab(NamedTuple):
    """A view as its tab names it.

    Attributes:
        name: The view's name, its widget's id.
        title: What the tab says behind its number, which is its place from 1.
    """

    name: str
    title: str


class Piece(NamedTuple):
    """A tab as it is drawn: which, its label, and its badge, perhaps empty.

    The label begins with a blank; what is drawn ends with one.
    """

    name: str
    label: str
    badge: str

    @property
    def width(self) -> int:
        """How many cells it takes."""
        return cell_len(self.label) + cell_len(self.badge) + 1


TABS: Final = (
    Tab("sessions", "Sessions"),
    Tab("disk", "Disk"),
    Tab("session", "Session"),
    Tab("events", "Events"),
    Tab("statistics", "Statistics"),
    Tab("health", "Health"),
)
"""The console's views, in order of their numbers."""


class ViewTabs(Widget):
    """One line of tabs; a click posts `ViewChosen`.

    Args:
        tabs: The views, in order of their numbers.
        id: The widget's id.

    Attributes:
        current: The name of the view that is shown.
    """

    COMPONENT_CLASSES: ClassVar[set[str]] = {"view-tabs--current", "view-tabs--badge"}
    DEFAULT_CSS = """
    ViewTabs { height: 1; width: 1fr; background: $panel; color: $foreground; }
    ViewTabs > .view-tabs--current { text-style: bold reverse; }
    ViewTabs > .view-tabs--badge { color: $text-warning; text-style: bold; }
    """

    current: reactive[str] = reactive("")

    def __init__(self, tabs: Sequence[Tab] = TABS, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._tabs = tuple(tabs)
        self._badges: dict[str, str] = {}

    def set_badge(self, name: str, text: str) -> None:
        """Puts a short sign behind a tab's title, such as `⚠ 2`; an empty one takes it away."""
        badge = visible(text, BADGE_CELLS)
        if self._badges.get(name, "") != badge:
            self._badges[name] = badge
            self.refresh()

    def render_line(self, y: int) -> Strip:
        """Draws the line."""
        base, width = self.rich_style, self.size.width
        if y:
            return Strip.blank(width, base)
        reverse = base + self.get_component_rich_style("view-tabs--current", partial=True)
        badged = base + self.get_component_rich_style("view-tabs--badge", partial=True)
        segments: list[Segment] = []
        for piece in self._pieces():
            is_current = piece.name == self.current
            style = reverse if is_current else base
            segments.append(Segment(piece.label, style))
            segments.append(Segment(piece.badge, reverse if is_current else badged))
            segments.append(Segment(" ", style))
        return Strip(segments).adjust_cell_length(width, base)

    def on_click(self, event: events.Click) -> None:
        """Asks for the view whose tab was clicked."""
        offset = event.get_content_offset(self)
        if offset is None:
            return
        end = 0
        for piece in self._pieces():
            end += piece.width
            if offset.x < end:
                self.post_message(ViewChosen(piece.name))
                return

    def _pieces(self) -> list[Piece]:
        return placed(self._tabs, self._badges, self.current, self.size.width)


def placed(tabs: Sequence[Tab], badges: Mapping[str, str], current: str, width: int) -> list[Piece]:
    """Fits the tabs into a width.

    Args:
        tabs: All of them, in order.
        badges: Badges by name, safe to show.
        current: The name of the one that is shown.
        width: Cells there are.

    Returns:
        Every tab with its number and its badge. Titles go one by one where there is no room, those
        furthest from the current tab first and its own last.
    """
    names = [tab.name for tab in tabs]
    middle = names.index(current) if current in names else 0
    pieces = [_piece(number, tab, badges, True) for number, tab in enumerate(tabs, 1)]
    furthest_first = sorted(
        range(len(tabs)), key=lambda index: (abs(index - middle), index), reverse=True
    )
    for index in furthest_first:
        if sum(piece.width for piece in pieces) <= width:
            break
        pieces[index] = _piece(index + 1, tabs[index], badges, False)
    return pieces


def _piece(number: int, tab: Tab, badges: Mapping[str, str], has_title: bool) -> Piece:
    badge = badges.get(tab.name, "")
    label = f" {number} {tab.title}" if has_title else f" {number}"
    if badge and has_title:
        return Piece(tab.name, label, f" {badge}")
    return Piece(tab.name, label, badge.replace(" ", ""))
