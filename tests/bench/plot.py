"""The plot: a panel a curve, both axes logarithmic, as SVG."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Final
from xml.sax.saxutils import escape

from .curve import OURS, Points
from .report import figure
from .row import Unit

WIDTH: Final = 420
HEIGHT: Final = 260
LEFT, RIGHT, TOP, BOTTOM = 64, 140, 34, 46
ACROSS: Final = 2

COLOURS: Final = ("#0b62b0", "#b3541e", "#4d7c2e", "#7a4a9c")
DASHES: Final = ("", "6 3", "2 3", "8 3 2 3")
"""Lines differ in their dashes as well as in colour, and each is named at its end."""


def plot(panels: Sequence[Points]) -> str:
    """Returns the plot of measured curves as an SVG document."""
    rows = math.ceil(len(panels) / ACROSS)
    width, height = WIDTH * min(ACROSS, len(panels)), HEIGHT * rows
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img"'
        ' font-family="sans-serif" font-size="11">',
        f"<title>{escape('; '.join(panel.curve.title for panel in panels))}</title>",
        f'<rect width="{width}" height="{height}" fill="#ffffff"/>',
    ]
    for number, panel in enumerate(panels):
        x, y = WIDTH * (number % ACROSS), HEIGHT * (number // ACROSS)
        parts += [f'<g transform="translate({x} {y})">', *_panel(panel), "</g>"]
    return "\n".join([*parts, "</svg>", ""])


class _Scale:
    """Places figures on a logarithmic axis, from `start` to `end` on the page."""

    def __init__(self, figures: Iterable[float], start: float, end: float) -> None:
        known = tuple(figures)
        self._low, self._high = math.log10(min(known)), math.log10(max(known))
        self._start, self._end = start, end

    def __call__(self, value: float) -> float:
        span = (self._high - self._low) or 1.0
        share = (math.log10(value) - self._low) / span
        return round(self._start + share * (self._end - self._start), 1)


def _panel(panel: Points) -> list[str]:
    figures = [value for line in panel.lines.values() for value in line]
    ticks = _ticks(min(figures), max(figures))
    across = _Scale(panel.sizes, LEFT, WIDTH - RIGHT)
    up = _Scale((*figures, *ticks), HEIGHT - BOTTOM, TOP)
    parts = [f'<text x="{LEFT}" y="18" font-weight="bold">{escape(panel.curve.title)}</text>']
    parts += [_grid_line(up(tick), figure(tick, panel.curve.unit)) for tick in ticks]
    parts += [
        f'<text x="{across(size)}" y="{HEIGHT - 28}" text-anchor="middle">{_short(size)}</text>'
        for size in panel.sizes
    ]
    middle = (LEFT + WIDTH - RIGHT) / 2
    parts.append(f'<text x="{middle}" y="{HEIGHT - 10}" text-anchor="middle">sessions</text>')
    ends = _apart([up(line[-1]) for line in panel.lines.values()])
    for number, (name, line) in enumerate(panel.lines.items()):
        points = [(across(size), up(value)) for size, value in zip(panel.sizes, line, strict=True)]
        parts += _line(name, line[-1], points, ends[number], number, panel.curve.unit)
    return parts


def _line(
    name: str,
    last: float,
    points: Sequence[tuple[float, float]],
    label_y: float,
    number: int,
    unit: Unit,
) -> list[str]:
    colour, dashes = COLOURS[number % len(COLOURS)], DASHES[number % len(DASHES)]
    width = 2.5 if name == OURS else 1.5
    path = " ".join(f"{x},{y}" for x, y in points)
    label = f"{name} {figure(last, unit)}"
    return [
        f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="{width}"'
        f' stroke-dasharray="{dashes}"/>',
        *(f'<circle cx="{x}" cy="{y}" r="2.5" fill="{colour}"/>' for x, y in points),
        f'<text x="{points[-1][0] + 6}" y="{label_y + 4}" fill="{colour}" font-size="10">'
        f"{escape(label)}</text>",
    ]


def _grid_line(y: float, label: str) -> str:
    return (
        f'<line x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y}" y2="{y}" stroke="#dddddd"/>'
        f'<text x="{LEFT - 6}" y="{y + 4}" text-anchor="end">{escape(label)}</text>'
    )


def _ticks(low: float, high: float) -> list[float]:
    """Returns the round figures from just below the lowest to just above the highest."""
    steps = (1, 2, 5)
    first = math.floor(math.log10(low))
    every = [
        step * 10.0**power
        for power in range(first, math.ceil(math.log10(high)) + 1)
        for step in steps
    ]
    below = [tick for tick in every if tick <= low][-1:]
    above = [tick for tick in every if tick >= high][:1]
    return [*below, *(tick for tick in every if low < tick < high), *above]


def _apart(heights: Sequence[float], least: float = 12) -> list[float]:
    """Moves labels apart that would overlap, keeping their order."""
    placed: dict[int, float] = {}
    before = -math.inf
    for number in sorted(range(len(heights)), key=lambda number: heights[number]):
        before = placed[number] = max(heights[number], before + least)
    return [placed[number] for number in range(len(heights))]


def _short(size: int) -> str:
    return f"{size // 1000:,}k"
