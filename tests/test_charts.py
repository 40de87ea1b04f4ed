"""Charts: honest scales from zero, exact widths, and nothing that isn't zero is invisible."""

from __future__ import annotations

import math

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from rich.cells import cell_len

from console.model.charts import (
    AXIS_CELLS,
    BOTH,
    EIGHTHS,
    ZERO,
    Points,
    bar_chart,
    nice_top,
    plot_points,
    short,
    sparkline,
)

numbers = st.none() | st.floats(0, 1e15) | st.integers(0, 10**15)
anything = st.none() | st.floats() | st.integers(-(10**15), 10**15)
widths = st.integers(-2, 90)
heights = st.integers(-2, 14)

# -- sparkline --------------------------------------------------------------------------------


def test_a_sparkline_begins_at_zero_so_a_steady_series_is_full_and_half_is_half() -> None:
    assert sparkline([7, 7, 7], 3) == "███"
    assert sparkline([8, 4, 1, 2], 4) == "█▄▁▂"


def test_zero_is_a_base_line_and_what_is_not_known_a_gap() -> None:
    assert sparkline([None, 0, 0, 1], 4) == " __█"
    assert sparkline([0, 0], 2) == "__"


def test_what_is_not_zero_is_never_drawn_as_zero() -> None:
    assert sparkline([1, 1_000_000], 2) == "▁█"


def test_the_newest_values_stand_at_the_right() -> None:
    assert sparkline([8, 4], 5) == "   █▄"
    assert sparkline([1, 2, 8, 4], 2) == "█▄"


def test_values_that_are_no_numbers_are_gaps_and_negative_ones_are_zero() -> None:
    assert sparkline([math.nan, math.inf, -3, 2], 4) == "  _█"


@given(st.lists(anything, max_size=100), widths)
def test_a_sparkline_is_exactly_as_wide_as_asked(values: list[float | None], width: int) -> None:
    assert cell_len(sparkline(values, width)) == max(width, 0)


@given(st.lists(numbers, min_size=1, max_size=60))
def test_each_cell_of_a_sparkline_says_whether_its_value_is_known_and_zero(
    values: list[float | None],
) -> None:
    for value, cell in zip(values, sparkline(values, len(values)), strict=True):
        if value is None:
            assert cell == " "
        elif value == 0:
            assert cell == ZERO
        else:
            assert cell in EIGHTHS


# -- bars -------------------------------------------------------------------------------------


def test_a_bar_chart_has_labels_of_both_axes() -> None:
    chart = bar_chart([None, 0, 2, 4, 8], 28, 5)
    assert chart.axis_cells == AXIS_CELLS
    assert chart.lines == (
        "    8┤                     █",
        "     │                     █",
        "    4┤                    ██",
        "     │                  _███",
        "    0└-60m ───────────── now",
    )


def test_a_value_between_two_lines_ends_in_an_eighth() -> None:
    lines = bar_chart([1, 12], 12, 3, top=16).lines
    assert [line[-2:] for line in lines[:-1]] == [" ▄", "▁█"]


def test_a_value_above_the_given_top_is_drawn_to_the_top() -> None:
    lines = bar_chart([25], 12, 4, top=10).lines
    assert [line[-1] for line in lines[:-1]] == ["█"] * 3
    assert "10┤" in lines[0]


@pytest.mark.parametrize("top", [0, -1, math.nan])
def test_a_top_that_makes_no_scale_gives_way_to_one_that_does(top: float) -> None:
    assert bar_chart([3], 20, 5, top=top) == bar_chart([3], 20, 5)


def test_without_any_value_there_are_axes_and_no_bars() -> None:
    chart = bar_chart([], 20, 4)
    assert all(not line[chart.axis_cells :].strip() for line in chart.lines[:-1])


def test_where_it_is_too_narrow_for_an_axis_there_are_bars_alone() -> None:
    assert bar_chart([4, 8], 2, 3) == ((" █", "██", "──"), 0)


def test_labels_of_the_time_axis_that_have_no_room_are_left_out() -> None:
    assert bar_chart([1], 14, 2).lines[-1] == "    0└────────"
    assert bar_chart([1], 26, 2, start="a", end="b").lines[-1] == "    0└a ──────────────── b"


@given(st.lists(anything, max_size=100), widths, heights, st.none() | st.floats())
@example([1e300], 4, 3, 1e-90)
def test_a_bar_chart_is_exactly_as_large_as_asked(
    values: list[float | None], width: int, height: int, top: float | None
) -> None:
    lines = bar_chart(values, width, height, top=top).lines
    assert len(lines) == max(height, 0)
    assert {cell_len(line) for line in lines} <= {max(width, 0)}


@given(st.lists(numbers, min_size=1, max_size=40), st.integers(2, 14))
def test_a_higher_value_never_has_a_lower_bar(values: list[float | None], height: int) -> None:
    chart = bar_chart(values, 60, height)
    columns = zip(*(line[chart.axis_cells :] for line in chart.lines[:-1]), strict=True)
    sizes = [
        sum(8 if cell == "█" else EIGHTHS.find(cell) + 1 for cell in column if cell != " ")
        for column in columns
    ][-len(values) :]
    drawn = [(value, size) for value, size in zip(values, sizes, strict=True) if value is not None]
    assert sorted(drawn) == sorted(drawn, key=lambda one: (one[1], one[0]))
    assert all((size > 0) == (value > 0) for value, size in drawn)


# -- points -----------------------------------------------------------------------------------


def test_two_series_share_their_x_axis_and_each_has_its_marker() -> None:
    chart = plot_points(
        [Points("●", [0, 50, 100]), Points("○", [100, None, 20])], 16, 6, start="1", end="3"
    )
    assert chart.lines == (
        "  100┤○        ●",
        "     │          ",
        "   50┤    ●     ",
        "     │         ○",
        "     │●         ",
        "    0└1 ────── 3",
    )


def test_points_of_two_series_in_one_cell_have_a_marker_of_their_own() -> None:
    lines = plot_points([Points("●", [50]), Points("○", [51])], 16, 6).lines
    assert BOTH in lines[2]
    assert "●" not in "".join(lines)


def test_points_of_one_series_in_one_cell_keep_its_marker() -> None:
    lines = plot_points([Points("●", [50] * 100)], 16, 6).lines
    assert lines[2] == "   50┤●●●●●●●●●●"


def test_guides_are_drawn_behind_the_points() -> None:
    lines = plot_points([Points("●", [50, 80])], 16, 6, guides=(50, 80)).lines
    assert lines[2] == "   50┤●┈┈┈┈┈┈┈┈┈"
    assert lines[0] == "  100┤┈┈┈┈┈┈┈┈┈●"


def test_values_outside_the_scale_are_drawn_at_its_ends() -> None:
    lines = plot_points([Points("●", [-5, 250])], 16, 6).lines
    assert lines[0].endswith("●")
    assert lines[4].startswith("     │●")


@given(
    st.lists(st.lists(anything, max_size=50), max_size=3),
    widths,
    heights,
    st.lists(st.floats(0, 100), max_size=5),
)
def test_plotted_points_are_exactly_as_large_as_asked(
    series: list[list[float | None]], width: int, height: int, guides: list[float]
) -> None:
    points = [Points(marker, values) for marker, values in zip("●○x", series, strict=False)]
    lines = plot_points(points, width, height, guides=guides, start="12:00", end="13:00").lines
    assert len(lines) == max(height, 0)
    assert {cell_len(line) for line in lines} <= {max(width, 0)}


# -- numbers ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("largest", "top"),
    [(0, 1), (1, 1), (1.5, 2), (3, 4), (5, 6), (7, 8), (9, 10), (11, 20), (650, 800), (99, 100)],
)
def test_a_scale_ends_at_a_round_number_not_below_the_largest(largest: float, top: float) -> None:
    assert nice_top(largest) == top


@given(st.floats(0, 1e15))
def test_a_scale_is_never_lower_than_its_values_nor_much_higher(largest: float) -> None:
    assert largest <= nice_top(largest) <= max(2 * largest, 1)


@pytest.mark.parametrize("largest", [math.nan, math.inf])
def test_a_scale_of_what_is_no_number_is_one(largest: float) -> None:
    assert nice_top(largest) == 1


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0"),
        (2_000, "2,000"),
        (9_999, "9,999"),
        (9_999.6, "10k"),
        (25_000, "25k"),
        (999_600, "1.0M"),
        (1_234_567, "1.2M"),
        (1e30, "huge"),
    ],
)
def test_a_label_has_at_most_five_characters(value: float, text: str) -> None:
    assert short(value) == text


@given(st.floats(0, 1e40))
def test_no_label_is_longer_than_the_axis_has_room_for(value: float) -> None:
    assert len(short(value)) <= AXIS_CELLS - 1
