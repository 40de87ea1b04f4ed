"""The classes a screen has by its size."""

from __future__ import annotations

from collections.abc import Sequence

from textual.geometry import Size
from textual.screen import Screen


def size_classes(screen: Screen[None], size: Size) -> tuple[str, ...]:
    """Returns the classes that a screen's breakpoints will give it at a size.

    One that has them from the start isn't styled a second time as it is first resized.
    """
    return (
        *_reached(screen.HORIZONTAL_BREAKPOINTS, size.width),
        *_reached(screen.VERTICAL_BREAKPOINTS, size.height),
    )


def _reached(points: Sequence[tuple[int, str]] | None, cells: int) -> tuple[str, ...]:
    """Returns the class of the last breakpoint that so many cells reach; none where none is."""
    return tuple(name for least, name in sorted(points or ()) if least <= cells)[-1:]
