"""Tables: aligned, whole in a pipe, fitted to a terminal without ever wrapping."""

from __future__ import annotations

import pytest
from console_values import HOSTILE
from hypothesis import given
from hypothesis import strategies as st

from console.cli.progress import progress_text
from console.model.table import Column, cell_width, cut, lay_out
from console.text import visible

COLUMNS = (
    Column("session", least=12),
    Column("verdict"),
    Column("milestones", spare=2),
    Column("bytes", is_right=True, spare=1),
)
ROWS = [
    ("agent:main:subagent:6c1b2a", "disk-only", "pre-fanout", "1.2 K"),
    ("s-1", "behind", "-", "28 K"),
]
TEXTS = st.text(st.characters(codec="utf-8")) | st.sampled_from(HOSTILE)


def test_columns_are_aligned_and_numbers_stand_to_the_right() -> None:
    assert lay_out(COLUMNS, ROWS).lines == [
        "session                     verdict    milestones  bytes",
        "agent:main:subagent:6c1b2a  disk-only  pre-fanout  1.2 K",
        "s-1                         behind     -            28 K",
    ]


def test_the_id_is_cut_first_and_then_columns_are_left_out_by_rank() -> None:
    table = lay_out(COLUMNS, ROWS, 50)
    assert table.lines[1] == "agent:main:subagent…  disk-only  pre-fanout  1.2 K"
    assert table.left_out == []
    table = lay_out(COLUMNS, ROWS, 40)
    assert table.lines[1] == "agent:main:subagent:6…  disk-only  1.2 K"
    assert table.left_out == ["milestones"]
    table = lay_out(COLUMNS, ROWS, 24)
    assert table.lines[1] == "agent:main:s…  disk-only"
    assert table.left_out == ["milestones", "bytes"]


def test_what_can_neither_be_cut_nor_left_out_stays_whole() -> None:
    assert lay_out(COLUMNS, ROWS, 5).lines[1] == "agent:main:…  disk-only"


@given(st.lists(st.tuples(TEXTS, TEXTS), max_size=5), st.integers(30, 120))
def test_no_line_is_wider_than_the_terminal(rows: list[tuple[str, str]], width: int) -> None:
    columns = (Column("session", least=8), Column("folder", least=8, spare=1))
    shown = [tuple(visible(text, 100) for text in row) for row in rows]
    for line in lay_out(columns, shown, width).lines:
        assert cell_width(line) <= width
        assert line.isprintable()


@given(TEXTS, st.integers(1, 40))
def test_a_cut_text_fits_and_says_that_it_is_cut(text: str, width: int) -> None:
    shown = visible(text, 200)
    fitted = cut(shown, width)
    assert cell_width(fitted) <= width
    assert fitted == shown or (fitted.endswith("…") and shown.startswith(fitted[:-1]))


@pytest.mark.parametrize(("text", "cells"), [("abc", 3), ("漢字", 4), ("e\u0301", 1), ("☃", 1)])
def test_wide_and_combining_characters_take_the_cells_they_take(text: str, cells: int) -> None:
    assert cell_width(text) == cells


def test_progress_is_a_bar_with_its_share_or_a_count() -> None:
    assert progress_text(0, 10) == f"[{'.' * 24}]   0%"
    assert progress_text(5, 10) == f"[{'#' * 12}{'.' * 12}]  50%"
    assert progress_text(12, 10) == f"[{'#' * 24}] 100%"
    assert progress_text(1_234, 0) == "1,234"
