"""A run in words: the table for people, and the same as JSON."""

from __future__ import annotations

import os
import platform
from collections.abc import Sequence
from typing import Any, Final

from .row import Measured, Row, Spread, Unit, compared, is_met, spread

HEADINGS: Final = ("row", "what", "Holdfast", "beside", "that", "compared", "goal", "met")

_TIMES: Final = ((1.0, "s"), (1e-3, "ms"), (1e-6, "µs"), (0.0, "ns"))
_SCALES: Final = {"s": 1.0, "ms": 1e3, "µs": 1e6, "ns": 1e9}


def cells(row: Row, measured: Measured) -> tuple[str, ...]:
    """Returns a row's cells, one for each of HEADINGS."""
    head = (f"`{row.name}`", row.what)
    goal = goal_text(row)
    if measured.skipped:
        return (*head, "-", row.against or "-", "-", "-", goal, f"not measured: {measured.skipped}")
    found = compared(row.goal, measured)
    return (
        *head,
        _spread_text(spread(measured.ours), row.unit),
        row.against or "-",
        _spread_text(spread(measured.peer), row.unit) if measured.peer else "-",
        _compared_text(row, found),
        goal,
        "yes" if is_met(row.goal, measured) else "**no**",
    )


def goal_text(row: Row) -> str:
    """Returns a row's goal in words."""
    kind, bound = row.goal.kind, row.goal.bound
    if kind == "ratio":
        return f"at most {bound:g} times"
    if kind == "faster":
        return f"at least {bound:g} times faster"
    if kind == "over":
        return f"at most {figure(bound, row.unit)} over it"
    return f"{kind} {figure(bound, row.unit)}"


def figure(value: float, unit: Unit) -> str:
    """Returns a figure with its unit, to three digits."""
    if unit == "time":
        name = next(name for least, name in _TIMES if abs(value) >= least)
        return f"{_three(value * _SCALES[name])} {name}"
    if unit == "bytes":
        return f"{value:,.0f} bytes"
    if unit == "rate":
        return f"{value:,.0f} a second"
    return f"{value:.1f} %"


def as_table(rows: Sequence[Row], results: Sequence[Measured]) -> str:
    """Returns the table as Markdown, with the notes below it."""
    lines = [HEADINGS, ("---",) * len(HEADINGS)]
    lines += [cells(row, measured) for row, measured in zip(rows, results, strict=True)]
    table = [f"| {' | '.join(line)} |" for line in lines]
    notes = [
        f"- `{row.name}`: {measured.note}"
        for row, measured in zip(rows, results, strict=True)
        if measured.note
    ]
    return "\n".join([*table, *(("", *notes) if notes else ())])


def as_record(row: Row, measured: Measured) -> dict[str, Any]:
    """Returns a row as a record for JSON; times in seconds, sizes in bytes."""
    record: dict[str, Any] = {
        "name": row.name,
        "what": row.what,
        "against": row.against,
        "unit": row.unit,
        "goal": {"kind": row.goal.kind, "bound": row.goal.bound},
        "note": measured.note,
        "skipped": measured.skipped,
    }
    if not measured.skipped:
        record |= {
            "ours": _spread_record(spread(measured.ours)),
            "peer": _spread_record(spread(measured.peer)) if measured.peer else None,
            "compared": _spread_record(compared(row.goal, measured)),
            "is_met": is_met(row.goal, measured),
        }
    return record


def machine() -> str:
    """Returns what the run was made on, in a line."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    system = f"{platform.system()} {platform.release().split('-')[0]} on {platform.machine()}"
    return f"Python {platform.python_version()}, {system}, {cores} cores"


def _compared_text(row: Row, found: Spread) -> str:
    if row.goal.kind == "ratio":
        return f"{_three(found.middle)} times ({_three(found.low)} to {_three(found.high)})"
    if row.goal.kind == "faster":
        low, high = _three(found.low), _three(found.high)
        return f"{_three(found.middle)} times faster ({low} to {high})"
    if row.goal.kind == "over":
        return f"{figure(found.middle, row.unit)} over it"
    return "-"


def _spread_text(found: Spread, unit: Unit) -> str:
    middle = figure(found.middle, unit)
    if found.low == found.high:
        return middle
    return f"{middle} ({figure(found.low, unit)} to {figure(found.high, unit)})"


def _spread_record(found: Spread) -> dict[str, float]:
    return {"median": found.middle, "lower_quartile": found.low, "upper_quartile": found.high}


def _three(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"
