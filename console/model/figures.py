"""Figures: everything a tracker counts, and the leak radar, as lines of label and number. Pure.

What an observer's memory hits, misses and spills is no use of it: those are left out there.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from textwrap import wrap
from typing import Final, NamedTuple

from rich.cells import cell_len, set_cell_size

from console.model.happenings import load_time
from console.model.leaks import LeakRadar
from console.model.rows import Cell, Tone, age
from console.model.vitals import fullness
from console.snapshot import Mode
from console.text import visible
from tracker import EvictionCause, Spread, Statistics

Line = tuple[Cell, ...]

PAIR_CELLS: Final = 23
"""The least cells of a label and its number, where several stand side by side."""

NAME_CELLS: Final = 17
NUMBER_CELLS: Final = 8
NOTED_CELLS: Final = 46
"""From this width on there is room for notes beside the numbers."""

OBSERVED: Final = "An observer's own: what the gateway holds and evicts isn't known here."


class Figure(NamedTuple):
    """One number.

    Attributes:
        label: What it is.
        value: The number, as it is shown.
        tone: How it is coloured.
    """

    label: str
    value: str
    tone: Tone = ""


def figure_lines(
    counts: Statistics | None,
    radar: LeakRadar | None,
    mode: Mode,
    idle_after_ms: int,
    never_after_ms: int,
    width: int,
) -> list[Line]:
    """Returns all figures, the leak radar first.

    Args:
        counts: The tracker's counts; None where there is no tracker.
        radar: What the radar found; None while it looks for the first time.
        mode: How the console got its tracker.
        idle_after_ms: From how long without activity the radar took a session for idle, ms.
        never_after_ms: From how long on it took it for one that never ended, ms.
        width: Cells.

    Returns:
        The lines, none wider than `width`.
    """
    lines: list[Line] = [_heading("Leak radar")]
    if counts is None:
        return [*lines, (Cell("not open", "dim"),)]
    if radar is None:
        lines.append((Cell("looking…", "dim"),))
    else:
        lines += _radar_lines(radar, mode, age(idle_after_ms), age(never_after_ms), width)
    is_observer = mode is Mode.OBSERVE
    words = f"{counts.evicted:,}" if counts.evicted else "no evictions yet"
    lines += [(), _heading("Evictions", words)]
    if counts.evicted:
        causes = ((str(cause), counts.evictions.get(cause, 0)) for cause in EvictionCause)
        lines += _paired([Figure(name, f"{count:,}") for name, count in causes], width)
    lines += [(), *_failure_lines(counts), (), *_spread_lines(counts, width)]
    lines += [(), _heading("Memory"), *_paired(_memory_figures(counts, is_observer), width)]
    lines += [(), _heading("Sessions"), *_paired(_session_figures(counts, is_observer), width)]
    if is_observer:
        lines += [(), *((Cell(piece, "dim"),) for piece in wrap(OBSERVED, max(width, 1)))]
    return [_cut(line, width) for line in lines]


def _radar_lines(
    radar: LeakRadar, mode: Mode, idle_after: str, never_after: str, width: int
) -> list[Line]:
    never = len(radar.never_ended)
    rows: list[tuple[Figure, str]] = [
        (Figure("live", f"{radar.live:,}"), f"active in the last {idle_after}"),
        (Figure("idle", f"{radar.idle:,}"), f"silent for less than {never_after}"),
        (
            Figure("never ended", f"{never:,}", "warn" if never else ""),
            f"silent for {never_after} or more",
        ),
    ]
    if radar.untold:
        rows.append((Figure("end unknown", f"{radar.untold:,}"), "on disk; says of no end"))
    if mode is Mode.OBSERVE:
        rows.append((Figure("leak rate", "—"), "an observer isn't told of ends"))
    else:
        rows.append(
            (Figure("leak rate", _signed(radar.leak_per_hour)), "an hour: begun less ended")
        )
        rows.append(_until_full(radar.until_full_ms))
    lines: list[Line] = []
    for figure, note in rows:
        cells = (
            Cell(figure.label.ljust(NAME_CELLS - 3)),
            Cell(figure.value.rjust(NUMBER_CELLS), figure.tone or "strong"),
        )
        lines.append((*cells, Cell(f"  {note}", "dim")) if width >= NOTED_CELLS else cells)
    if never:
        lines.append((Cell(f"longest: {visible(radar.never_ended[0], 200)}", "warn"),))
    return lines


def _signed(rate: float) -> str:
    return f"{rate:+,.1f}" if abs(rate) < 100 else f"{rate:+,.0f}"


def _until_full(until_full_ms: int | None) -> tuple[Figure, str]:
    if until_full_ms is None:
        return Figure("memory full", "—"), "it isn't filling"
    if not until_full_ms:
        return Figure("memory full", "now", "warn"), "new ones evict the oldest"
    return Figure("memory full", age(until_full_ms)), "from now, at the hour's pace"


def _failure_lines(counts: Statistics) -> list[Line]:
    kinds = sorted(counts.load_failures.items(), key=lambda one: (-one[1], one[0]))
    total = sum(count for _, count in kinds)
    if not total:
        return [_heading("Load failures", "none")]
    said = ", ".join(f"{visible(kind, 20)} {count:,}" for kind, count in kinds)
    return [_heading("Load failures", f"{total:,}: {said}", "bad")]


def _spread_lines(counts: Statistics, width: int) -> list[Line]:
    titles = ("p50", "p99", "worst", "samples")
    shown = len(titles) if width >= NAME_CELLS + 4 * NUMBER_CELLS else 3
    cells = min(NUMBER_CELLS, max((width - NAME_CELLS) // 3, 0))
    head = "".join(title.rjust(cells) for title in titles[:shown])
    lines: list[Line] = [(Cell("Times".ljust(NAME_CELLS), "accent"), Cell(head, "dim"))]
    rows: tuple[tuple[str, Spread, Callable[[int], str], str], ...] = (
        ("age at eviction", counts.age_at_eviction_ms, age, "no evictions yet"),
        ("idle at eviction", counts.idle_at_eviction_ms, age, "no evictions yet"),
        ("load time", counts.load_time_ns, load_time, "no rehydrations yet"),
    )
    for name, spread, words, empty in rows:
        if not spread.count:
            lines.append((Cell(name.ljust(NAME_CELLS)), Cell(f" {empty}", "dim")))
            continue
        values = [*map(words, (spread.p50, spread.p99, spread.worst)), f"{spread.count:,}"]
        row = "".join(value.rjust(cells) for value in values[:shown])
        lines.append((Cell(name.ljust(NAME_CELLS)), Cell(row, "strong")))
    return lines


def _memory_figures(counts: Statistics, is_observer: bool) -> list[Figure]:
    word, tone = fullness(counts)
    figures = [
        Figure("occupancy", f"{counts.occupancy:,} {word}".strip(), tone),
        Figure("capacity", f"{counts.capacity:,}"),
        Figure("pinned", f"{counts.pinned:,}"),
    ]
    if not is_observer:
        figures += [
            Figure("dirty", f"{counts.dirty:,}"),
            Figure("hits", f"{counts.hits:,}"),
            Figure("misses", f"{counts.misses:,}"),
            Figure("hit ratio", f"{counts.hit_ratio:.1%}"),
            Figure("thrash", f"{counts.thrash:,}", "warn" if counts.thrash else ""),
            Figure("spills", f"{counts.spills:,}"),
            Figure(
                "spill failures",
                f"{counts.spill_failures:,}",
                "bad" if counts.spill_failures else "",
            ),
        ]
    return figures


def _session_figures(counts: Statistics, is_observer: bool) -> list[Figure]:
    figures = [
        Figure("insertions", f"{counts.insertions:,}"),
        Figure("rehydrations", f"{counts.rehydrations:,}"),
    ]
    if not is_observer:
        figures += [
            Figure("releases", f"{counts.releases:,}"),
            Figure("after their end", f"{counts.touches_after_end:,}"),
            Figure("checkpoints", f"{counts.checkpoints:,}"),
            Figure("guards fired", f"{counts.guards_fired:,}"),
        ]
    return figures


def _paired(figures: Sequence[Figure], width: int) -> list[Line]:
    """Arranges figures in as many columns as there is room for, reading along the lines."""
    gap = 3
    columns = max((width + gap) // (PAIR_CELLS + gap), 1)
    cells = min((width + gap) // columns - gap, PAIR_CELLS + 6)
    lines: list[Line] = []
    for start in range(0, len(figures), columns):
        line: list[Cell] = []
        for figure in figures[start : start + columns]:
            room = max(cells - len(figure.value) - 1, 0)
            label = figure.label[:room].ljust(room)
            line += [Cell(f"{label} "), Cell(figure.value, figure.tone or "strong")]
            line.append(Cell(" " * gap))
        lines.append(tuple(line[:-1]))
    return lines


def _heading(name: str, value: str = "", tone: Tone = "strong") -> Line:
    return (Cell(name, "accent"), Cell(f"  {value}", tone)) if value else (Cell(name, "accent"),)


def _cut(line: Line, width: int) -> Line:
    """Cuts a line where it is wider than there is room."""
    kept: list[Cell] = []
    room = max(width, 0)
    for cell in line:
        length = cell_len(cell.text)
        kept.append(cell if length <= room else Cell(set_cell_size(cell.text, room), cell.tone))
        room = max(room - length, 0)
    return tuple(kept)
