"""The masthead says where we are and how we know; the pulse, how memory and disk are doing."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import ClassVar, Final

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from rich.text import Text
from textual.strip import Strip
from textual.widget import Widget
from textual.widgets import Static

from console.model.chronicle import Chronicle
from console.model.rows import Cell, Tone, age
from console.model.vitals import vital_lines
from console.snapshot import Face, Update
from console.text import visible

TWO_LINES: Final = (100, 30)
"""The least width and height of a screen on which the pulse has two lines."""


class Masthead(Static):
    """Mode, directory, and the badge that says how changes are noticed."""

    _said: Text | None = None
    _shown: tuple[Update, int] | None = None

    def show(self, update: Update, now_ms: int) -> None:
        """Takes an update.

        Args:
            update: The newest update.
            now_ms: The time now, Unix ms, for the age of the last sweep.
        """
        self._shown = (update, now_ms)
        self.on_resize()

    def on_resize(self) -> None:
        """Shows as much of the directory as there is room for now."""
        if self._shown is None:
            return
        text = masthead_text(*self._shown, self.size.width or 80)
        if text != self._said:  # A text that is set again is laid out and drawn again.
            self._said = text
            self.update(text, layout=False)


class Pulse(Widget):
    """Occupancy, evictions and rehydrations a minute, and what else is counted.

    One line; two where the screen is wide and tall.
    """

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "pulse--dim",
        "pulse--warn",
        "pulse--bad",
        "pulse--accent",
    }
    DEFAULT_CSS = """
    Pulse { height: 1; width: 1fr; background: $surface; color: $foreground; }
    Pulse > .pulse--dim { color: $quiet; }
    Pulse > .pulse--warn { color: $text-warning; text-style: bold; }
    Pulse > .pulse--bad { color: $text-error; text-style: bold; }
    Pulse > .pulse--accent { color: $text-accent; }
    """

    _shown: tuple[Update, int, int, Chronicle, int] | None = None
    _lines: Sequence[Sequence[Cell]] = ()

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._styles: dict[Tone, Style] = {}  # By tone, until the theme changes.

    def show(
        self, update: Update, folders: int, disk_bytes: int, chronicle: Chronicle, now_ms: int
    ) -> None:
        """Takes an update, or the time that went by without one.

        Args:
            update: The newest update.
            folders: How many folders are on disk.
            disk_bytes: Bytes of all files in them.
            chronicle: What happened so far; it has taken the update already.
            now_ms: The time now, Unix ms.
        """
        self._shown = (update, folders, disk_bytes, chronicle, now_ms)
        self.on_resize()

    def on_resize(self) -> None:
        """Shows as much as there is room for now."""
        if self._shown is None:
            return
        screen = self.screen.size
        has_two = screen.width >= TWO_LINES[0] and screen.height >= TWO_LINES[1]
        lines = vital_lines(*self._shown, self.size.width or screen.width, has_two=has_two)
        if lines == self._lines:
            return
        self._lines = lines
        if self.styles.height is None or self.styles.height.value != len(self._lines):
            self.styles.height = len(self._lines)
        self.refresh()

    def notify_style_update(self) -> None:
        """Draws everything anew in other colours."""
        self._styles.clear()
        super().notify_style_update()

    def render_line(self, y: int) -> Strip:
        """Draws one line."""
        cells = self._lines[y] if y < len(self._lines) else ()
        segments = [Segment(cell.text, self._style(cell.tone)) for cell in cells]
        return Strip(segments).adjust_cell_length(self.size.width, self._style(""))

    def _style(self, tone: Tone) -> Style:
        style = self._styles.get(tone)
        if style is None:
            style = self.rich_style
            if tone:
                style += self.get_component_rich_style(f"pulse--{tone}", partial=True)
            self._styles[tone] = style
        return style


def masthead_text(update: Update, now_ms: int, width: int) -> Text:
    """Returns the masthead; where it is narrow the directory gives way first, then our name."""
    badge = f" {watch_badge(update, now_ms)} "
    modes = [f" {update.mode} ", " READ-ONLY "] if update.is_read_only else [f" {update.mode} "]
    text = Text(no_wrap=True)
    if len(" Holdfast ") + sum(map(cell_len, (*modes, badge))) <= width:
        text.append(" Holdfast ", "bold")
    for mode in modes:
        text.append(mode, "reverse bold")
    text.append(badge)
    path = tail(visible(update.directory, 4096), width - text.cell_len - 1)
    text.append(f" {path}" if path else "", "dim")
    return text


def tail(path: str, width: int) -> str:
    """Returns a path in at most `width` cells: its end, which tells more than its beginning."""
    home = os.path.expanduser("~")
    if path.startswith(f"{home}/"):
        path = f"~{path[len(home) :]}"
    if cell_len(path) <= width:
        return path
    end = path[-width:] if width > 0 else ""
    while end and cell_len(end) > width - 1:
        end = end[1:]
    return f"…{end}" if width > 0 else ""


def watch_badge(update: Update, now_ms: int) -> str:
    """Says how changes on disk are noticed: `● watching`, `◌ polling`, `⚠ stale 12 s`."""
    if update.face is not Face.OPEN:
        return f"⚠ {update.face}" if update.face is not Face.OPENING else "… opening"
    watch = update.watch
    if not watch.swept_ms:
        return "… reading"
    late_ms = now_ms - watch.swept_ms - 2 * watch.every_ms
    if late_ms > 1000:
        return f"⚠ stale {age(now_ms - watch.swept_ms)}"
    return "● watching" if watch.how == "watching" else "◌ polling"
