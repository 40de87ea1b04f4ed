"""What a row of the table is: what is measured, beside what, and when its goal is met."""

from __future__ import annotations

from collections.abc import Callable
from statistics import median, quantiles
from typing import Final, Literal

import msgspec

Unit = Literal["time", "bytes", "rate", "percent"]
"""What a figure counts: seconds, bytes, things a second, or hundredths."""

GoalKind = Literal["ratio", "faster", "over", "at most", "at least"]


class Goal(msgspec.Struct, frozen=True):
    """What a row's figure is held against.

    Attributes:
        kind: `ratio`: ours divided by the peer's is at most the bound. `faster`: the peer's
            divided by ours is at least the bound. `over`: ours less the peer's is at most the
            bound. `at most` and `at least`: ours alone.
        bound: The bound: a ratio, or in the row's unit.
    """

    kind: GoalKind
    bound: float


class Effort(msgspec.Struct, frozen=True):
    """How much a run does.

    Attributes:
        few: The number of sessions where a row wants the default capacity.
        many: Where it wants very many.
        rounds: How many interleaved rounds a row counts.
        is_quick: Whether it is only to see that every row runs.
    """

    few: int = 2_000
    many: int = 100_000
    rounds: int = 15
    is_quick: bool = False


WHOLE: Final = Effort()
QUICK: Final = Effort(few=200, many=1_000, rounds=2, is_quick=True)


class Measured(msgspec.Struct, frozen=True):
    """What a row came to.

    Attributes:
        ours: Our figure in each round, in the row's unit; smaller is better but for a rate.
        peer: The peer's in the same rounds; empty where the row has none.
        note: What a reader must know of the figures; empty where nothing.
        skipped: Why nothing was measured; empty where it was.
    """

    ours: tuple[float, ...] = ()
    peer: tuple[float, ...] = ()
    note: str = ""
    skipped: str = ""


class Row(msgspec.Struct, frozen=True):
    """One line of the table.

    Attributes:
        name: Its name, the group it belongs to first: `touch-2000`.
        what: What is measured.
        against: What it is compared with; empty where the goal is a figure of our own.
        unit: What the figures count.
        goal: What they are held against.
        measure: Measures it.
    """

    name: str
    what: str
    against: str
    unit: Unit
    goal: Goal
    measure: Callable[[Effort], Measured]


class Spread(msgspec.Struct, frozen=True):
    """Figures of several rounds: the median, and the quartiles around it."""

    middle: float
    low: float
    high: float


def spread(figures: tuple[float, ...]) -> Spread:
    """Returns the median of figures and their quartiles."""
    if len(figures) == 1:
        return Spread(figures[0], figures[0], figures[0])
    low, _, high = quantiles(figures, n=4, method="inclusive")
    return Spread(median(figures), low, high)


def compared(goal: Goal, measured: Measured) -> Spread:
    """Returns what is held against a goal, round by round: ratios, differences, or our figure."""
    pairs = tuple(zip(measured.ours, measured.peer, strict=bool(measured.peer)))
    if goal.kind == "ratio":
        return spread(tuple(ours / peer for ours, peer in pairs))
    if goal.kind == "faster":
        return spread(tuple(peer / ours for ours, peer in pairs))
    if goal.kind == "over":
        return spread(tuple(ours - peer for ours, peer in pairs))
    return spread(measured.ours)


def is_met(goal: Goal, measured: Measured) -> bool:
    """Whether the median of what was compared meets the goal."""
    middle = compared(goal, measured).middle
    return middle >= goal.bound if goal.kind in ("faster", "at least") else middle <= goal.bound
