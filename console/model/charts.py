"""Charts as lines of text: a sparkline, bars, and points. Pure; numbers in, lines out.

Every scale begins at zero, so a steady series looks steady and not empty. What isn't zero is seen,
however small; what is zero is drawn as a base line; what isn't known stays blank.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final, NamedTuple

EIGHTHS: Final = "▁▂▃▄▅▆▇█"
ZERO: Final = "_"
"""Zero: a line thinner than the least block."""

AXIS_CELLS: Final = 6
"""Cells of the y axis: a label of five, and the axis itself."""

MIDDLE_ROWS: Final = 4
"""From how many lines on the middle of the y axis has a label too."""

BOTH: Final = "◉"
"""Where points of two series fall into one cell."""

Values = Sequence[float | None]


class Chart(NamedTuple):
    """A chart.

    Attributes:
        lines: Its lines, from the top, all equally wide; the last one is the x axis.
        axis_cells: How many cells at the left of each line are the y axis.
    """

    lines: tuple[str, ...]
    axis_cells: int


class Points(NamedTuple):
    """One series of points.

    Attributes:
        marker: The character it is drawn with, one cell.
        values: 0 to 100 each, oldest first; None for a point that isn't there.
    """

    marker: str
    values: Values


def sparkline(values: Values, width: int) -> str:
    """Draws values on one line, the newest at the right.

    Args:
        values: Oldest first; of more than there is room for, the newest are drawn.
        width: Cells.

    Returns:
        Exactly `width` cells.
    """
    shown = _newest(values, width)
    top = max((value for value in shown if value is not None), default=0)
    return "".join(_stack(value, top, 1)[0] for value in shown)


def bar_chart(
    values: Values,
    width: int,
    height: int,
    *,
    top: float | None = None,
    start: str = "-60m",
    end: str = "now",
) -> Chart:
    """Draws values as bars over a time axis, one a column, the newest at the right.

    Args:
        values: Oldest first; of more than there is room for, the newest are drawn.
        width: Cells, the y axis included.
        height: Lines, the x axis included.
        top: The value at the top; None, or no positive number, for a round one not below the
            largest value. What is above it is drawn to the top.
        start: The label at the left of the x axis.
        end: The label at its right.

    Returns:
        The chart: exactly `height` lines of exactly `width` cells. Where it is too narrow for a y
        axis and some bars, it has bars alone.
    """
    width, height = max(width, 0), max(height, 0)
    shown = _newest(values, width - _axis_cells(width))
    if top is None or not top > 0:
        top = nice_top(max((value for value in shown if value is not None), default=0))
    rows = max(height - 1, 0)
    stacks = [_stack(value, top, rows) for value in shown]
    plot = ["".join(stack[row] for stack in stacks) for row in range(rows)]
    labels = {0: short(top)}
    if rows >= MIDDLE_ROWS and top % 2 == 0:
        labels[rows // 2] = short(top / 2)
    return _framed(plot, labels, width, height, start, end)


def plot_points(
    series: Sequence[Points],
    width: int,
    height: int,
    *,
    guides: Sequence[float] = (),
    start: str = "",
    end: str = "",
) -> Chart:
    """Draws series of values from 0 to 100 as points over one x axis, spread over its width.

    Args:
        series: All of the same length; the first point stands at the left, the last at the right.
        width: Cells, the y axis included.
        height: Lines, the x axis included.
        guides: Values at which a faint line is drawn, as for bands.
        start: The label at the left of the x axis.
        end: The label at its right.

    Returns:
        The chart: exactly `height` lines of exactly `width` cells.
    """
    width, height = max(width, 0), max(height, 0)
    rows, columns = max(height - 1, 0), width - _axis_cells(width)
    grid = [[" "] * columns for _ in range(rows)]
    if rows and columns:
        for guide in guides:
            grid[_row_of(guide, rows)] = ["┈"] * columns
        for one in series:
            _put_points(grid, one)
    labels = {0: "100"}
    if rows >= MIDDLE_ROWS:
        labels[_row_of(50, rows)] = "50"
    return _framed(["".join(cells) for cells in grid], labels, width, height, start, end)


def nice_top(largest: float) -> float:
    """Returns the least of 1, 2, 4, 6, 8 times a power of ten that isn't below `largest`."""
    if not math.isfinite(largest) or largest <= 1:
        return 1
    unit = 10.0 ** math.floor(math.log10(largest))
    return next((step * unit for step in (1, 2, 4, 6, 8) if step * unit >= largest), 10 * unit)


def short(value: float) -> str:
    """Returns a number that isn't negative in at most five characters: `0`, `2,000`, `1.2M`."""
    if value < 9_999.5:
        return f"{value:,.0f}"
    for unit in "kMGTP":
        value /= 1000
        if value < 9.95:
            return f"{value:.1f}{unit}"
        if value < 999.5:
            return f"{value:.0f}{unit}"
    return "huge"


def _newest(values: Values, width: int) -> list[float | None]:
    """Returns exactly `width` values: the newest, and before them what isn't known."""
    width = max(width, 0)
    shown = [_known(value) for value in values[max(len(values) - width, 0) :]] if width else []
    return [None] * (width - len(shown)) + shown


def _known(value: float | None) -> float | None:
    return None if value is None or not math.isfinite(value) else max(value, 0)


def _stack(value: float | None, top: float, rows: int) -> list[str]:
    """Returns one bar's cells, from the top."""
    if value is None or not rows:
        return [" "] * rows
    if value <= 0:
        return [" "] * (rows - 1) + [ZERO]
    # What is above the top fills its bar, before it is divided: a quotient can be infinite.
    share = value / top if value < top else 1.0
    eighths = max(round(share * rows * 8), 1)
    full, rest = divmod(eighths, 8)
    cells = ["█"] * full
    if rest:
        cells.append(EIGHTHS[rest - 1])
    return [" "] * (rows - len(cells)) + cells[::-1]


def _framed(
    plot: Sequence[str], labels: dict[int, str], width: int, height: int, start: str, end: str
) -> Chart:
    """Puts the axes around a plot; `labels` are the y axis's, by their lines."""
    axis_cells = _axis_cells(width)
    room = width - axis_cells
    lines = list(plot)
    if height:
        x_axis = "─" * room
        if len(start) + len(end) + 4 <= room:
            x_axis = f"{start} " if start else ""
            x_axis += "─" * (room - len(x_axis) - len(end) - 1) + (f" {end}" if end else "─")
        lines.append(x_axis)
    if axis_cells:
        titled = {number: f"{label:>5}┤" for number, label in labels.items()}
        titled[len(lines) - 1] = "    0└"
        lines = [titled.get(number, "     │") + line for number, line in enumerate(lines)]
    return Chart(tuple(lines), axis_cells)


def _axis_cells(width: int) -> int:
    return AXIS_CELLS if width >= 2 * AXIS_CELLS else 0


def _row_of(value: float, rows: int) -> int:
    share = min(max(value, 0), 100) / 100
    return rows - 1 - min(int(share * rows), rows - 1)


def _put_points(grid: list[list[str]], one: Points) -> None:
    rows, columns = len(grid), len(grid[0])
    last = len(one.values) - 1
    for index, value in enumerate(one.values):
        known = _known(value)
        if known is None:
            continue
        row, column = _row_of(known, rows), round(index * (columns - 1) / last) if last else 0
        is_free = grid[row][column] in (" ", "┈", one.marker)
        grid[row][column] = one.marker if is_free else BOTH
