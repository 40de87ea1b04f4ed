"""What a curve of the plot is: one figure, of Holdfast and of others, over many sizes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

import msgspec

from .row import Effort, Unit

SIZES: Final = (1_000, 3_000, 10_000, 30_000, 100_000)
"""The numbers of sessions a curve is drawn over."""

OURS: Final = "Holdfast"
"""The name of our own line."""


class Curve(msgspec.Struct, frozen=True):
    """One panel of the plot.

    Attributes:
        title: What is measured.
        unit: What the figures count.
        measure: Measures every line at one number of sessions: the figure by the line's name.
    """

    title: str
    unit: Unit
    measure: Callable[[int, Effort], Mapping[str, float]]


class Points(msgspec.Struct, frozen=True):
    """A measured curve.

    Attributes:
        curve: What was measured.
        sizes: The numbers of sessions.
        lines: For each line by its name, a figure for each size.
    """

    curve: Curve
    sizes: tuple[int, ...]
    lines: dict[str, tuple[float, ...]]


def measured(
    curve: Curve,
    sizes: tuple[int, ...],
    effort: Effort,
    tell: Callable[[str], object] = lambda what: None,
) -> Points:
    """Measures a curve at each size, telling of each before."""
    found = []
    for size in sizes:
        tell(f"{curve.title}, {size:,}")
        found.append(curve.measure(size, effort))
    names = list(found[0])
    return Points(curve, sizes, {name: tuple(one[name] for one in found) for name in names})
