"""The reading plot: fill and quality over a session's checkpoints, with the cursor's marked."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import ClassVar, Final

from rich.segment import Segment
from rich.style import Style
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from console.model.charts import BOTH, Points, plot_points
from console.model.rows import clock_time, percent
from console.widgets.columns import fit
from tracker import CheckpointFile

FILL, QUALITY, CURSOR = "●", "○", "▲"
UPRIGHT: Final = "┊"
"""The cursor's column, where nothing else is drawn."""

GUIDES_WORDS: Final = "  ┈ fill bands"

LEAST_ROWS: Final = 4
"""Below this many lines the plot is left out, and numbers are said alone."""

GUIDED_ROWS: Final = 12
"""From this many lines on there is room for lines at the fill bands."""


class PlotMoved(Message):
    """The cursor is to move along the plot.

    Attributes:
        steps: How many checkpoints, to the newer ones where positive.
    """

    def __init__(self, steps: int) -> None:
        super().__init__()
        self.steps = steps


class ReadingPlot(Widget, can_focus=True):
    """Draws readings. Fill it with `show`.

    Args:
        id: The widget's id.
    """

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "reading-plot--fill",
        "reading-plot--quality",
        "reading-plot--quiet",
        "reading-plot--cursor",
    }
    DEFAULT_CSS = """
    ReadingPlot { background: $background; color: $foreground; }
    ReadingPlot > .reading-plot--fill { color: $text-accent; }
    ReadingPlot > .reading-plot--quality { color: $text-success; }
    ReadingPlot > .reading-plot--quiet { color: $quiet; }
    ReadingPlot > .reading-plot--cursor { text-style: bold; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left", "along(-1)", "Older", show=False, id="plot.older"),
        Binding("right", "along(1)", "Newer", show=False, id="plot.newer"),
    ]

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._files: Sequence[CheckpointFile] = ()
        self._cursor = -1
        self._guides: tuple[int, ...] = ()
        self._lines: list[str] = []
        self._drawn_size = (-1, -1)

    def show(
        self, files: Sequence[CheckpointFile], cursor: int, guides: tuple[int, ...] = ()
    ) -> None:
        """Takes checkpoints.

        Args:
            files: The checkpoint files, oldest first.
            cursor: The index of the one under the cursor; -1 for none.
            guides: Fill bands, drawn as faint lines.
        """
        self._files, self._cursor, self._guides = files, cursor, guides
        self._drawn_size = (-1, -1)
        self.refresh()

    def action_along(self, steps: int) -> None:
        """Asks for the checkpoint so many steps newer."""
        self.post_message(PlotMoved(steps))

    def render_line(self, y: int) -> Strip:
        """Draws one line of the screen."""
        size = (self.size.width, self.size.height)
        if size != self._drawn_size:
            self._lines, self._drawn_size = self._draw(*size), size
        base = self.rich_style
        text = self._lines[y] if y < len(self._lines) else ""
        segments = [
            Segment("".join(characters), self._style(kind, base))
            for kind, characters in groupby(text, _kind_of)
        ]
        return Strip(segments).adjust_cell_length(self.size.width, base)

    def _draw(self, width: int, height: int) -> list[str]:
        files = self._files
        if not files:
            return [fit(" No checkpoints yet.", width)]
        if all(one.fill_pct is None and one.quality_score is None for one in files):
            return [fit(" None of its checkpoints has a reading.", width)]
        has_guides = bool(self._guides) and height >= GUIDED_ROWS
        caption = self._caption()
        if has_guides and len(caption) + len(GUIDES_WORDS) <= width:
            caption += GUIDES_WORDS
        caption = fit(caption, width)
        if height < LEAST_ROWS:
            return [caption]
        chart = plot_points(
            (
                Points(FILL, [one.fill_pct for one in files]),
                Points(QUALITY, [one.quality_score for one in files]),
            ),
            width,
            height - 1,
            guides=self._guides if has_guides else (),
            start=_time_of(files[0]),
            end=_time_of(files[-1]) if len(files) > 1 else "",
        )
        lines = list(chart.lines)
        if 0 <= self._cursor < len(files):
            columns = width - chart.axis_cells
            at = chart.axis_cells + _column_of(self._cursor, len(files), columns)
            lines = [_marked(line, at) for line in lines]
        return [caption, *lines]

    def _caption(self) -> str:
        fill = quality = ""
        if 0 <= self._cursor < len(self._files):
            one = self._files[self._cursor]
            fill, quality = f" {percent(one.fill_pct)}", f" {percent(one.quality_score)}"
        return f" {FILL} fill{fill}  {QUALITY} quality{quality}  {BOTH} both"

    def _style(self, kind: str, base: Style) -> Style:
        if not kind:
            return base
        return base + self.get_component_rich_style(f"reading-plot--{kind}", partial=True)


_KINDS: Final = {
    FILL: "fill",
    BOTH: "fill",
    QUALITY: "quality",
    "┈": "quiet",
    UPRIGHT: "quiet",
    CURSOR: "cursor",
}


def _kind_of(character: str) -> str:
    return _KINDS.get(character, "")


def _marked(line: str, at: int) -> str:
    """Returns a line of the plot with the cursor in a column, where that hides nothing."""
    mark = {" ": UPRIGHT, "┈": UPRIGHT, "─": CURSOR}.get(line[at : at + 1])
    return line if mark is None else line[:at] + mark + line[at + 1 :]


def _column_of(index: int, count: int, columns: int) -> int:
    return round(index * (columns - 1) / (count - 1)) if count > 1 else 0


def _time_of(file: CheckpointFile) -> str:
    return clock_time(file.created_ms) if file.created_ms else ""
