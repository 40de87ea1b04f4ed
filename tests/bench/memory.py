"""Resident memory of a tracked session, measured in a process of its own, over very many."""

from __future__ import annotations

import gc
import subprocess
import sys
from collections import OrderedDict
from collections.abc import Callable

from .rounds import HOME, interleaved
from .row import Effort, Goal, Measured, Row
from .worlds import FILES, NoDisk, Ticking, resident_bytes

WARM = 1_000
"""Sessions that are there before the first look, so that what is made once isn't counted."""


def memory_empty(effort: Effort) -> Measured:
    """Sessions of which nothing is known but that they are there."""
    return _beside_sets(effort, "empty")


def memory_typical(effort: Effort) -> Measured:
    """Sessions with a reading, both guards asked, and five files edited."""
    return _beside_sets(effort, "typical")


def _beside_sets(effort: Effort, kind: str) -> Measured:
    rounds = 1 if effort.is_quick else 3
    return interleaved(
        lambda: _child_bytes("tracker", kind, effort.many),
        lambda: _child_bytes("sets", kind, effort.many),
        rounds,
    )


def _child_bytes(holder: str, kind: str, count: int) -> float:
    command = [sys.executable, "-m", "tests.bench.memory", holder, kind, str(count)]
    done = subprocess.run(command, cwd=HOME, capture_output=True, check=True, text=True)
    return float(done.stdout)


def _grow_tracker(kind: str, count: int) -> Callable[[int], None]:
    from tracker import Event, SessionTracker

    tracker = SessionTracker(NoDisk(), capacity=count, clock=Ticking())

    def add(number: int) -> None:
        name = f"session-{number:06d}"
        if kind == "empty":
            tracker.touch(name)
            return
        tracker.handle(Event("agent_turn_prepare", name, None, 12.5, 85.5))
        for file in _files(number):
            tracker.handle(Event("after_tool_call", name, tool="Edit", file=file))

    return add


def _grow_sets(kind: str, count: int) -> Callable[[int], None]:
    """A record of sets in an ordered dict, as one would write it first."""
    table: OrderedDict[str, dict[str, object]] = OrderedDict()

    def add(number: int) -> None:
        files = _files(number) if kind == "typical" else ()
        table[f"session-{number:06d}"] = {
            "bands": set(),
            "thresholds": set(),
            "milestones": set(),
            "files": set(files),
            "last_checkpoint_ms": 0,
            "last_evaluated_ms": 0,
            "edit_writes": len(files),
            "marker_writes": 0,
            "marker_files": 0,
        }

    return add


def _files(number: int) -> tuple[str, ...]:
    return tuple(file.replace("package", f"package_{number % 97}") for file in FILES)


def _main(holder: str, kind: str, count: int) -> None:
    add = (_grow_tracker if holder == "tracker" else _grow_sets)(kind, count)
    for number in range(WARM):
        add(number)
    gc.collect()
    before = resident_bytes()
    for number in range(WARM, count):
        add(number)
    gc.collect()
    print((resident_bytes() - before) / max(count - WARM, 1))


ROWS = (
    Row(
        "memory-empty",
        "resident memory of a tracked session that did nothing, its id included, over 100,000",
        "a dict of sets in an ordered dict",
        "bytes",
        Goal("at most", 250),
        memory_empty,
    ),
    Row(
        "memory-typical",
        "the same with a reading and five edited files",
        "a dict of sets in an ordered dict",
        "bytes",
        Goal("at most", 1_000),
        memory_typical,
    ),
)

if __name__ == "__main__":
    _main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
