"""Evicting the oldest as the table grows: what a new session costs where memory is full."""

from __future__ import annotations

import itertools

from tracker import SessionTracker

from .curve import OURS, Curve
from .rounds import Cost, cpu_s, interleaved
from .row import Effort, Goal, Measured, Row, spread
from .worlds import filled


def eviction_growth(effort: Effort) -> Measured:
    """At very many, beside our own at the default capacity."""
    arrivals = 200 if effort.is_quick else 10_000
    return interleaved(
        arriving(filled(effort.many), arrivals),
        arriving(filled(effort.few), arrivals),
        effort.rounds,
    )


def arriving(tracker: SessionTracker, arrivals: int) -> Cost:
    """Gives what touches so many new sessions of a full tracker; each evicts the oldest."""
    new = map("new-{}".format, itertools.count()).__next__
    touch = tracker.touch

    def arrive() -> None:
        for _ in range(arrivals):
            touch(new())

    return lambda: cpu_s(arrive, arrivals)


def _arriving_in_dict(capacity: int, arrivals: int) -> Cost:
    table = {f"session-{number}": None for number in range(capacity)}
    new = map("new-{}".format, itertools.count()).__next__

    def arrive() -> None:
        for _ in range(arrivals):
            table[new()] = None
            del table[next(iter(table))]

    return lambda: cpu_s(arrive, arrivals)


def _curve(count: int, effort: Effort) -> dict[str, float]:
    arrivals = 200 if effort.is_quick else 10_000
    found = interleaved(
        arriving(filled(count), arrivals), _arriving_in_dict(count, arrivals), effort.rounds
    )
    return {OURS: spread(found.ours).middle, "plain dict": spread(found.peer).middle}


CURVE = Curve("One new session where memory is full", "time", _curve)

ROWS = (
    Row(
        "eviction-growth",
        "a new session where memory is full, 100,000 tracked: loaded, inserted, the oldest evicted"
        " and remembered; no disk",
        "the same, 2,000 tracked",
        "time",
        Goal("ratio", 3),
        eviction_growth,
    ),
)
