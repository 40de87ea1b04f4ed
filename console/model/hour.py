"""The last hour as plots: occupancy against capacity, evictions and rehydrations a minute. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from console.model.charts import AXIS_CELLS, bar_chart
from console.model.chronicle import Chronicle
from console.model.rows import Cell, Tone
from console.model.series import BUCKET_MS, MINUTE_MS, Series
from tracker import Statistics

Line = tuple[Cell, ...]

HOUR_MS: Final = 3_600_000

SPANS_MINUTES: Final = (10, 30, 60)
"""How far back the plots go: the least of these that shows all that is known."""

LEAST_LINES: Final = 4
"""The least lines of a plot, its time axis included."""


def hour_lines(
    chronicle: Chronicle, counts: Statistics | None, now_ms: int, width: int, height: int
) -> list[Line]:
    """Returns three plots below each other, each under its title.

    They go back an hour; less where less is known, so that a young console shows more than an edge.

    Args:
        chronicle: What happened so far.
        counts: The tracker's counts; None where there is no tracker.
        now_ms: The time now, Unix ms.
        width: Cells.
        height: Lines for all three; more than that where they would be too low to be read.

    Returns:
        The lines, none wider than `width`.
    """
    rows = max((height - 2) // 3 - 1, LEAST_LINES)
    room = max(width - AXIS_CELLS, 0)
    age_ms = chronicle.occupancy.age_ms(now_ms)
    minutes = next((one for one in SPANS_MINUTES if age_ms <= one * MINUTE_MS), SPANS_MINUTES[-1])
    buckets = minutes * MINUTE_MS // BUCKET_MS
    lines = [_title("Occupancy", _held(counts), width)]
    held = chronicle.occupancy.columns(now_ms, room, buckets)
    top = counts.capacity if counts is not None else None
    lines += _drawn(held, rows, width, minutes, "dim", top=top)
    evicted = counts.evicted if counts is not None else 0
    rehydrated = counts.rehydrations if counts is not None else 0
    for name, series, ever in (
        ("evictions", chronicle.evictions, evicted),
        ("rehydrations", chronicle.rehydrations, rehydrated),
    ):
        words = _flowed(series, now_ms, name, ever)
        lines += [(), _title(f"{name.capitalize()} a minute", words, width)]
        flowed = series.per_minute_columns(now_ms, room, buckets)
        lines += _drawn(flowed, rows, width, minutes, "accent")
    return lines


def _drawn(
    values: Sequence[float | None],
    rows: int,
    width: int,
    minutes: int,
    tone: Tone,
    top: float | None = None,
) -> list[Line]:
    """Draws a plot over the whole width, however many values there are."""
    room = max(width - AXIS_CELLS, 0)
    stretched = [values[cell * len(values) // room] for cell in range(room)] if values else []
    chart = bar_chart(stretched, width, rows, top=top, start=f"-{minutes}m")
    cells = chart.axis_cells
    lines: list[Line] = [
        (Cell(line[:cells], "dim"), Cell(line[cells:], tone)) for line in chart.lines[:-1]
    ]
    return [*lines, (Cell(chart.lines[-1], "dim"),)]


def _title(name: str, words: str, width: int) -> Line:
    shown = f"{name}  {words}"[: max(width, 0)]
    return Cell(shown[: len(name)], "strong"), Cell(shown[len(name) :])


def _held(counts: Statistics | None) -> str:
    if counts is None:
        return "not open"
    return f"{counts.occupancy:,} of {counts.capacity:,}"


def _flowed(series: Series, now_ms: int, name: str, ever: int) -> str:
    if not ever:
        return f"no {name} yet"
    lately, hour = series.per_minute(now_ms), series.within(now_ms, HOUR_MS)
    return f"{lately:,.0f} now · {hour:,.0f} in the last hour"
