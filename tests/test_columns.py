"""Columns: the least important go first as a table gets narrower, and the growing one never."""

from __future__ import annotations

from console_values import HOSTILE
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from console.model.ordering import COLUMNS
from console.views.detail import FILE_COLUMNS, RECENT_COLUMNS
from console.views.disk import DiskView
from console.views.sessions import SessionsView
from console.widgets.columns import GAP, Column, fit, place

TABLES = (SessionsView.COLUMNS, DiskView.COLUMNS, FILE_COLUMNS, RECENT_COLUMNS)


def taken(width: int, columns: tuple[Column, ...]) -> int:
    placed = place(columns, width)
    return sum(one.width for one in placed) + GAP * (len(placed) - 1)


@given(st.integers(1, 400), st.sampled_from(TABLES))
def test_the_columns_fill_a_width_exactly_however_narrow(
    width: int, columns: tuple[Column, ...]
) -> None:
    assert taken(width, columns) == width


@given(st.integers(1, 400), st.sampled_from(TABLES))
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


def keys(columns: tuple[Column, ...], width: int) -> list[str]:
    return [one.column.key for one in place(columns, width)]


def test_the_row_s_name_and_its_verdict_outlast_all_others() -> None:
    assert keys(SessionsView.COLUMNS, 33) == ["session", "verdict"]
    assert keys(DiskView.COLUMNS, 40) == ["folder", "verdict"]


def test_a_wide_screen_has_room_for_every_column() -> None:
    for columns in TABLES:
        assert keys(columns, 200) == [one.key for one in columns]


def test_the_sessions_show_every_column_that_is_asked_for() -> None:
    assert {one.key for one in SessionsView.COLUMNS} == {
        "position", "session", "idle", "verdict", "bands", "quality", "milestones", "guards",
        "edits", "trigger", "checkpoints", "bytes",
    }  # fmt: skip
    assert {one.key for one in DiskView.COLUMNS} >= {
        "folder", "session", "verdict", "time", "trigger", "bands", "quality", "milestones",
        "checkpoints", "bytes", "notes",
    }  # fmt: skip


def test_a_table_can_be_sorted_by_every_column_but_what_is_wrong() -> None:
    for view in (SessionsView, DiskView):
        assert {one.key for one in view.COLUMNS} - {"notes"} <= COLUMNS


@given(st.text() | st.sampled_from(HOSTILE), st.integers(0, 60), st.booleans(), st.booleans())
def test_fitted_text_is_exactly_as_wide_as_its_column(
    text: str, width: int, right: bool, keeps_end: bool
) -> None:
    assert cell_len(fit(text, width, is_right=right, keeps_end=keeps_end)) == width


@given(st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=13), st.integers(9, 12))
def test_an_id_that_is_too_long_keeps_both_its_ends(text: str, width: int) -> None:
    fitted = fit(text, width, keeps_end=True)
    begin, _, end = fitted.partition("…")
    assert begin
    assert len(end) == width // 3
    assert text.startswith(begin)
    assert text.endswith(end)


def test_text_that_is_cut_ends_in_an_ellipsis_and_numbers_stand_at_the_right() -> None:
    assert fit("abcdef", 4) == "abc…"
    assert fit("漢字漢字", 4) == "漢 …"
    assert fit("12", 4, is_right=True) == "  12"
