"""Columns: the least important go first as a table gets narrower, and the growing one never."""

from __future__ import annotations

from console_values import HOSTILE
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from console.screens.main import FILE_COLUMNS, RECENT_COLUMNS, SESSION_COLUMNS
from console.widgets.columns import GAP, Column, place
from console.widgets.live_table import fit


def taken(width: int, columns: tuple[Column, ...]) -> int:
    placed = place(columns, width)
    return sum(one.width for one in placed) + GAP * (len(placed) - 1)


@given(st.integers(1, 400), st.sampled_from((SESSION_COLUMNS, FILE_COLUMNS, RECENT_COLUMNS)))
def test_the_columns_fill_a_width_exactly_however_narrow(
    width: int, columns: tuple[Column, ...]
) -> None:
    assert taken(width, columns) == width


@given(st.integers(1, 400), st.sampled_from((SESSION_COLUMNS, FILE_COLUMNS, RECENT_COLUMNS)))
def test_columns_go_by_importance_and_the_growing_one_never(
    width: int, columns: tuple[Column, ...]
) -> None:
    kept = [one.column for one in place(columns, width)]
    left_out = [one for one in columns if one not in kept]
    assert any(one.grows for one in kept)
    assert kept == [one for one in columns if one in kept]
    least_kept = min((one.importance for one in kept if not one.grows), default=100)
    assert all(one.importance <= least_kept for one in left_out)


@given(st.lists(st.tuples(st.integers(1, 30), st.integers(0, 100)), min_size=1, max_size=8),
       st.integers(1, 120))  # fmt: skip
def test_any_table_fits_any_width(shapes: list[tuple[int, int]], width: int) -> None:
    columns = tuple(
        Column(str(number), "", least, importance, grows=number == 0)
        for number, (least, importance) in enumerate(shapes)
    )
    assert taken(width, columns) == width


def test_the_session_and_its_verdict_outlast_all_others() -> None:
    assert [one.column.key for one in place(SESSION_COLUMNS, 33)] == ["session", "verdict"]
    assert [one.column.key for one in place(SESSION_COLUMNS, 200)] == [
        one.key for one in SESSION_COLUMNS
    ]


@given(st.text() | st.sampled_from(HOSTILE), st.integers(0, 60), st.booleans())
def test_fitted_text_is_exactly_as_wide_as_its_column(text: str, width: int, right: bool) -> None:
    assert cell_len(fit(text, width, is_right=right)) == width


def test_text_that_is_cut_ends_in_an_ellipsis_and_numbers_stand_at_the_right() -> None:
    assert fit("abcdef", 4) == "abc…"
    assert fit("漢字漢字", 4) == "漢 …"
    assert fit("12", 4, is_right=True) == "  12"
