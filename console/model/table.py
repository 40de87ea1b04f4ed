"""Plain aligned tables. Pure: cells in, lines out, every cell already safe to print.

On a terminal a table fits the width: columns that may shrink are cut with an ellipsis, then the
least important ones are left out. In a pipe everything is printed.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Sequence
from typing import Final, NamedTuple

from console.text import ELLIPSIS

GAP: Final = 2


class Column(NamedTuple):
    """One column of a table.

    Attributes:
        title: Its heading.
        is_right: Whether its cells stand to the right, as numbers do.
        least: The fewest cells it may be cut to; 0 for one that is never cut.
        spare: How soon it is left out where the width is short: the highest first, 0 never.
    """

    title: str
    is_right: bool = False
    least: int = 0
    spare: int = 0


class Table(NamedTuple):
    """A table laid out.

    Attributes:
        lines: The heading, then a line a row.
        left_out: Titles of the columns for which the width was short.
    """

    lines: list[str]
    left_out: list[str]


def lay_out(
    columns: Sequence[Column],
    rows: Sequence[Sequence[str]],
    width: int | None = None,
    heading: Callable[[str], str] = str,
) -> Table:
    """Lays out a table.

    Args:
        columns: Its columns.
        rows: A cell for each column, made visible.
        width: The width to fit, in cells; None for as wide as it is.
        heading: Styles the line of titles.
    """
    needs = [
        max([cell_width(column.title), *(cell_width(row[place]) for row in rows)])
        for place, column in enumerate(columns)
    ]
    kept = list(range(len(columns)))
    left_out = []
    if width is not None:
        while _least_width(columns, needs, kept) > width:
            spare = max(kept, key=lambda place: columns[place].spare)
            if not columns[spare].spare:
                break
            kept.remove(spare)
            left_out.append(columns[spare].title)
        _shrink(columns, needs, kept, width)
    titles = [column.title for column in columns]
    lines = [heading(_line(columns, titles, needs, kept))]
    lines += [_line(columns, row, needs, kept) for row in rows]
    return Table(lines, left_out)


def cell_width(text: str) -> int:
    """Returns how many cells of a terminal a printable text takes."""
    if text.isascii():
        return len(text)
    return sum(_character_width(character) for character in text)


def cut(text: str, width: int) -> str:
    """Returns a text of at most `width` cells, cut with an ellipsis where it is longer."""
    if cell_width(text) <= width:
        return text
    kept, room = [], width - 1
    for character in text:
        room -= _character_width(character)
        if room < 0:
            break
        kept.append(character)
    return "".join(kept) + ELLIPSIS


def _character_width(character: str) -> int:
    if unicodedata.category(character) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def _least_width(columns: Sequence[Column], needs: list[int], kept: list[int]) -> int:
    least = sum(min(needs[place], columns[place].least or needs[place]) for place in kept)
    return least + GAP * (len(kept) - 1)


def _shrink(columns: Sequence[Column], needs: list[int], kept: list[int], width: int) -> None:
    excess = sum(needs[place] for place in kept) + GAP * (len(kept) - 1) - width
    flexible = [place for place in kept if columns[place].least]
    while excess > 0 and flexible:
        # The widest gives first, down to the next widest, so that equals stay equal.
        widest = max(flexible, key=lambda place: needs[place])
        if needs[widest] <= columns[widest].least:
            flexible.remove(widest)
            continue
        needs[widest] -= 1
        excess -= 1


def _line(
    columns: Sequence[Column], cells: Sequence[str], widths: list[int], kept: list[int]
) -> str:
    parts = []
    for place in kept:
        text = cut(cells[place], widths[place])
        padding = " " * (widths[place] - cell_width(text))
        parts.append(padding + text if columns[place].is_right else text + padding)
    return (" " * GAP).join(parts).rstrip()
