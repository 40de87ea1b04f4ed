"""Vitals: how memory and disk are doing, on one line or two. Pure.

Memory and what moves in it stand first; what there is no room for is left out, the least important
first. That memory is getting full is said by a word, not by colour alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Final

from rich.cells import cell_len, set_cell_size

from console.model.charts import sparkline
from console.model.chronicle import Chronicle
from console.model.rows import Cell, Tone, size
from console.model.series import Series
from console.snapshot import Mode, Update
from tracker import Statistics

HIGH_SHARE: Final = 0.80
FULL_SHARE: Final = 0.95
"""From which share of the capacity on the gauge says `high`, and `full`."""

GAUGE_CELLS: Final = 12
SPARK_CELLS: Final = (6, 30)
"""The least and the most cells of a sparkline, each ten seconds; with less room there is none."""

NARROW: Final = 60
"""Below this width the gauge has no bar, and names are shorter."""

JOINT: Final = " │ "

Piece = tuple[Cell, ...]
"""What is said of one thing: cells side by side."""


def vital_lines(
    update: Update,
    folders: int,
    disk_bytes: int,
    chronicle: Chronicle,
    now_ms: int,
    width: int,
    *,
    has_two: bool,
) -> list[list[Cell]]:
    """Returns the vitals as cells.

    What an observer's memory hits, misses and would spill is no use of it, and is left out; what it
    evicts is only its own.

    Args:
        update: The newest update.
        folders: How many folders are on disk.
        disk_bytes: Bytes of all files in them.
        chronicle: What happened so far; it has taken the update already.
        now_ms: The time now, Unix ms.
        width: Cells.
        has_two: Whether there are two lines, the first with sparklines.

    Returns:
        One line or two, none longer than `width`.
    """
    counts = update.statistics
    if counts is None:
        return [_joined([(Cell("not open", "dim"),)], width)]
    memory = gauge(counts, width)
    is_short, is_observer = width < NARROW, update.mode is Mode.OBSERVE
    moving = [
        _per_minute("evict" if is_short else "evictions", chronicle.evictions, now_ms, is_observer),
        _per_minute(
            "rehydrate" if is_short else "rehydrations",
            chronicle.rehydrations,
            now_ms,
            is_observer,
        ),
    ]
    failures = sum(counts.load_failures.values())
    failed: Piece = (Cell(f"load failures {failures:,}", "bad" if failures else ""),)
    others = _counts(update, counts, folders, disk_bytes)
    others = [failed, *others] if failures else [*others, failed]
    if not has_two:
        # Loads that failed matter more than those that went well.
        evictions, rehydrations = moving
        first = [evictions, *others[:1], rehydrations, *others[1:]] if failures else moving + others
        return [_joined([memory, *first], width)]
    room = width - 1 - sum(map(_length, (memory, *moving))) - len(moving) * len(JOINT)
    cells = min(room // len(moving) - 1, SPARK_CELLS[1])
    if cells >= SPARK_CELLS[0]:
        drawn = (chronicle.evictions, chronicle.rehydrations)
        moving = [
            (*piece, Cell(" "), Cell(_spark(tuple(series.buckets(now_ms, cells)), cells), "accent"))
            for piece, series in zip(moving, drawn, strict=True)
        ]
    return [_joined([memory, *moving], width), _joined(others, width)]


def gauge(counts: Statistics, width: int) -> Piece:
    """Returns occupancy against capacity, with a word where it is high, full, or over."""
    share = counts.occupancy / counts.capacity
    word, tone = fullness(counts)
    bar = ""
    if width >= NARROW:
        filled = min(round(share * GAUGE_CELLS), GAUGE_CELLS)
        bar = "█" * filled + "░" * (GAUGE_CELLS - filled) + " "
    said = f" {word}" if word else ""
    return (
        Cell(f"memory {counts.occupancy:,}/{counts.capacity:,} "),
        Cell(f"{bar}{share:.0%}{said}", tone),
    )


def fullness(counts: Statistics) -> tuple[str, Tone]:
    """Returns how full memory is in a word, and its tone; no word where there is room."""
    if counts.occupancy > counts.capacity:
        return "over", "bad"
    if counts.occupancy >= FULL_SHARE * counts.capacity:
        return "full", "bad"
    if counts.occupancy >= HIGH_SHARE * counts.capacity:
        return "high", "warn"
    return "", ""


def _per_minute(name: str, series: Series, now_ms: int, is_observer: bool) -> Piece:
    where = " here" if is_observer else ""
    return (Cell(f"{name} {series.per_minute(now_ms):,.0f}/min{where}"),)


def _counts(update: Update, counts: Statistics, folders: int, disk_bytes: int) -> list[Piece]:
    """Returns what else is counted but failures, the most important first."""
    pieces: list[Piece] = [(Cell(f"disk {folders:,} · {size(disk_bytes)}"),)]
    if update.feed.name:
        pieces.append((Cell(f"events {update.feed.events:,}"),))
    if update.mode is not Mode.OBSERVE:
        pieces += [
            (Cell(f"dirty {counts.dirty:,}"),),
            (Cell(f"hits {counts.hit_ratio:.1%}"),),
            (Cell(f"thrash {counts.thrash:,}", "warn" if counts.thrash else ""),),
        ]
    return pieces


@lru_cache(8)
def _spark(values: tuple[int | None, ...], cells: int) -> str:
    """Draws a sparkline; one whose values are what they were isn't drawn anew."""
    return sparkline(values, cells)


def _length(piece: Piece) -> int:
    return sum(cell_len(cell.text) for cell in piece)


def _joined(pieces: Sequence[Piece], width: int) -> list[Cell]:
    """Joins those that fit; one that doesn't is left out, but the first, which is cut."""
    line = [Cell(" ")]
    room = width - 1
    for number, piece in enumerate(pieces):
        needed = _length(piece) + (len(JOINT) if number else 0)
        if needed > room and number:
            continue
        if number:
            line.append(Cell(JOINT, "dim"))
        line += piece
        room -= needed
    if room >= 0:
        return line
    text = "".join(cell.text for cell in line)
    return [Cell(set_cell_size(text, max(width, 0)))]
