"""The fields of one session as a layout: memory beside disk, or below it if it is narrow. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Final

from console.model.compared import DIFFERS, WRITTEN, ComparedField, ComparedName
from console.model.rows import Cell, Tone
from console.model.wording import counted
from console.text import visible
from console.views.session_face import WHOLE_ID
from console.widgets.columns import fit
from console.widgets.text_pane import Layout, Line, wrap, wrap_cells

BESIDE_CELLS: Final = 54
"""From this width on a field's two values stand beside each other; below, one under the other."""

NAME_CELLS: Final = 21
"""The widest that the column of fields' names gets."""

VALUE_LINES: Final = 6
"""The most lines one value takes."""

SIDES: Final = ("memory", "disk")

LEGENDS: Final = {
    DIFFERS: f"{DIFFERS} memory and disk differ",
    WRITTEN: f"{WRITTEN} written since this look at the disk, which follows in a moment",
}


def fields_layout(
    session: str,
    preview: Sequence[Cell],
    titles: tuple[str, str],
    rows: Sequence[ComparedField],
    names: Sequence[ComparedName],
) -> Layout:
    """Returns the layout of all fields, memory beside disk, below what an eviction would do.

    Args:
        session: The session's id, which is given whole where it has no room above.
        preview: What an eviction now would do.
        titles: What the two sides are.
        rows: The fields.
        names: The edited files, those that differ first.
    """

    @lru_cache(maxsize=1)
    def layout(width: int) -> Sequence[Line]:
        lines: list[Line] = [*wrap_cells(preview, width), ()]
        beside = width >= BESIDE_CELLS
        lines += _beside(titles, rows, width) if beside else _stacked(titles, rows, width)
        signs = {row.sign for row in rows} | {name.sign for name in names}
        legends = [Cell(words, "dim") for sign, words in LEGENDS.items() if sign in signs]
        if legends:
            lines += [(), *wrap_cells(legends, width)]
        if names:
            title = Cell(f"edited files: {counted(len(names), 'name')}", "strong")
            lines += [(), (title,), *_name_lines(names, width)]
        whole = visible(session, WHOLE_ID)
        if len(whole) > width:
            lines += [(), (Cell("whole id", "strong"),)]
            lines += [(Cell(piece),) for piece in wrap(whole, width)]
        return lines

    return layout


def _beside(titles: tuple[str, str], rows: Sequence[ComparedField], width: int) -> list[Line]:
    name_cells = min(max((len(row.name) for row in rows), default=0), NAME_CELLS)
    value_cells = (width - 2 - name_cells - 2) // 2
    head = ["  " + fit("", name_cells), *(fit(title, value_cells) for title in titles)]
    lines: list[Line] = [tuple(Cell(text + " ", "strong") for text in head)]
    for row in rows:
        columns = (
            _column(row.name, name_cells),
            _column(row.memory, value_cells),
            _column(row.disk, value_cells),
        )
        tone: Tone = "warn" if row.sign else ""
        for number in range(max(map(len, columns))):
            name, memory, disk = (
                fit(column[number] if number < len(column) else "", cells)
                for column, cells in zip(
                    columns, (name_cells, value_cells, value_cells), strict=True
                )
            )
            sign = row.sign if not number else ""
            lines.append(
                (
                    Cell(f"{sign or ' '} ", "warn"),
                    Cell(name + " ", "strong" if row.sign else "dim"),
                    Cell(memory + " ", tone),
                    Cell(disk, tone),
                )
            )
    return lines


def _stacked(titles: tuple[str, str], rows: Sequence[ComparedField], width: int) -> list[Line]:
    lines: list[Line] = [(Cell(piece, "dim"),) for piece in wrap(" beside ".join(titles), width)]
    for row in rows:
        tone: Tone = "warn" if row.sign else ""
        lines.append(
            (Cell(f"{row.sign or ' '} ", "warn"), Cell(row.name, "strong" if row.sign else "dim"))
        )
        sides = [(side, value) for side, value in zip(SIDES, row[1:3], strict=True) if value]
        values = [f"{side} {value}" for side, value in sides]
        if len(sides) == 2 and row.memory == row.disk:
            values = [f"both {row.memory}"]
        for value in values:
            lines += [(Cell("    " + piece, tone),) for piece in _column(value, max(width - 4, 1))]
    return lines


def _column(text: str, cells: int) -> list[str]:
    pieces = list(wrap(text, max(cells, 1)))
    if len(pieces) > VALUE_LINES:
        pieces[VALUE_LINES - 1] = fit(pieces[VALUE_LINES - 1], max(cells - 1, 0)) + "…"
    return pieces[:VALUE_LINES]


def _name_lines(names: Sequence[ComparedName], width: int) -> list[Line]:
    lines: list[Line] = []
    for one in names:
        text = f"{one.name}  ({one.where} only)" if one.where else one.name
        tone: Tone = "warn" if one.sign else ""
        for number, piece in enumerate(wrap(text, max(width - 2, 1))):
            sign = one.sign if not number else ""
            lines.append((Cell(f"{sign or ' '} ", "warn"), Cell(piece, tone)))
    return lines
