"""Columns of a live table, and which of them a width has room for. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

from rich.cells import cell_len, set_cell_size

GAP: Final = 1
"""Cells between two columns."""


class Column(NamedTuple):
    """One column.

    Attributes:
        key: Its name among a row's cells.
        title: What the header says.
        width: Its width, cells; of a column that grows, the least.
        importance: The higher, the longer it stays as the table gets narrower.
        is_right: Whether its text stands at the right.
        grows: Whether it takes what the others leave; one a table.
        keeps_end: Whether text that is too long is cut in its middle: both ends of an id tell.
    """

    key: str
    title: str
    width: int
    importance: int
    is_right: bool = False
    grows: bool = False
    keeps_end: bool = False


class Placed(NamedTuple):
    """A column with the width it gets."""

    column: Column
    width: int


def place(columns: Sequence[Column], width: int) -> tuple[Placed, ...]:
    """Fits columns into a width, leaving out the least important ones.

    Args:
        columns: All columns, in order.
        width: Cells there are.

    Returns:
        The columns that fit, in order. One that grows always fits, however narrow.
    """
    kept = list(columns)
    while len(kept) > 1 and sum(one.width + GAP for one in kept) - GAP > width:
        kept.remove(min(kept, key=lambda one: (one.grows, one.importance)))
    spare = width - (sum(one.width + GAP for one in kept) - GAP)
    return tuple(
        Placed(one, max(one.width + spare, 1) if one.grows else min(one.width, max(width, 1)))
        for one in kept
    )


def fit(text: str, width: int, *, is_right: bool = False, keeps_end: bool = False) -> str:
    """Returns text of exactly `width` cells: padded, or cut at its end or in its middle."""
    length = len(text) if text.isascii() and text.isprintable() else cell_len(text)
    if length > width:
        ending = text[-(width // 3) :] if keeps_end and width >= 9 else ""
        room = max(width - 1 - cell_len(ending), 0)
        return set_cell_size(set_cell_size(text, room) + "…" + ending, width)
    pad = " " * (width - length)
    return pad + text if is_right else text + pad
