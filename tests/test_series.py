"""Time series: an hour in buckets that never grows, whatever the clock does."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.model.series import BUCKET_MS, BUCKETS, GaugeSeries, Series

NOW_MS = 1_795_310_000_000
HOUR_MS = BUCKETS * BUCKET_MS

steps = st.lists(st.tuples(st.integers(0, 90_000), st.integers(0, 9)), min_size=1, max_size=40)
"""Times between one addition and the next, and amounts."""


def added(*amounts: tuple[int, int]) -> Series:
    """A series with amounts at so many ms after NOW_MS."""
    series = Series()
    for after_ms, amount in amounts:
        series.add(NOW_MS + after_ms, amount)
    return series


@given(steps)
def test_every_bucket_holds_what_was_added_in_its_ten_seconds(
    parts: list[tuple[int, int]],
) -> None:
    series, at_ms = Series(), NOW_MS
    expected: Counter[int] = Counter()
    for gap_ms, amount in parts:
        at_ms += gap_ms
        series.add(at_ms, amount)
        expected[at_ms // BUCKET_MS] += amount
    newest, first = at_ms // BUCKET_MS, min(expected)
    values = series.buckets(at_ms)
    assert len(values) == BUCKETS
    for back, value in enumerate(reversed(values)):
        assert value == (expected[newest - back] if newest - back >= first else None)


@given(steps, st.integers(1, 400))
def test_columns_hold_the_buckets_in_order_and_stand_still_on_the_clock(
    parts: list[tuple[int, int]], count: int
) -> None:
    series, at_ms = Series(), NOW_MS
    for gap_ms, amount in parts:
        at_ms += gap_ms
        series.add(at_ms, amount)
    length = -(-BUCKETS // count)
    columns = series.columns(at_ms, count)
    assert len(columns) == BUCKETS // length <= count
    newest = at_ms // BUCKET_MS
    by_column: Counter[int] = Counter()
    for back, value in enumerate(reversed(series.buckets(at_ms))):
        by_column[(newest - back) // length] += value or 0
    for back, value in enumerate(reversed(columns)):
        assert (value or 0) == by_column[newest // length - back]


@given(st.integers(1, 100), st.integers(1, BUCKETS))
def test_columns_may_go_back_less_than_an_hour(count: int, buckets: int) -> None:
    series = Series()
    for bucket in range(BUCKETS):
        series.add(NOW_MS + bucket * BUCKET_MS, 1)
    now_ms = NOW_MS + (BUCKETS - 1) * BUCKET_MS
    columns = series.columns(now_ms, count, buckets)
    length = -(-buckets // count)
    assert len(columns) == buckets // length <= count
    assert columns[:-1] == [length] * (len(columns) - 1)


def test_no_room_for_columns_gives_none() -> None:
    assert added((0, 1)).columns(NOW_MS, 0) == []
    assert added((0, 1)).buckets(NOW_MS, 0) == []
    assert added((0, 1)).buckets(NOW_MS, -1) == []


def test_rates_over_the_hour_are_a_minute_and_end_with_the_last_column_that_is_over() -> None:
    start_ms = NOW_MS // HOUR_MS * HOUR_MS
    series = Series()
    for bucket in range(10):
        series.add(start_ms + bucket * BUCKET_MS, 2)
    # Columns of three buckets: the tenth bucket is the first of the fourth.
    assert series.per_minute_columns(start_ms + 9 * BUCKET_MS, 120)[-4:] == [None, 12, 12, 12]
    series.add(start_ms + 11 * BUCKET_MS, 7)
    assert series.per_minute_columns(start_ms + 11 * BUCKET_MS, 120)[-4:] == [12, 12, 12, 18]
    assert series.per_minute_columns(start_ms, 0) == []


def test_the_age_is_how_long_anything_is_known_and_at_most_an_hour() -> None:
    assert Series().age_ms(NOW_MS) == 0
    series = added((0, 1))
    assert series.age_ms(NOW_MS + 25_000) == 25_000
    assert series.age_ms(NOW_MS + 5 * HOUR_MS) <= HOUR_MS


def test_before_anything_was_added_nothing_is_known_and_reading_does_not_change_that() -> None:
    for series in (Series(), GaugeSeries()):
        assert series.buckets(NOW_MS, 3) == [None, None, None]
        assert series.columns(NOW_MS, 3) == [None, None, None]
    assert Series().per_minute(NOW_MS) == 0
    assert Series().rate(NOW_MS) == 0


def test_quiet_time_since_the_beginning_is_known_to_be_zero() -> None:
    series = added((0, 0))
    assert series.buckets(NOW_MS + 2 * BUCKET_MS, 5) == [None, None, 0, 0, 0]


def test_per_minute_is_what_came_in_the_last_sixty_seconds() -> None:
    series = added((0, 4), (30_000, 2), (59_000, 1))
    assert series.per_minute(NOW_MS + 59_999) == 7
    assert series.per_minute(NOW_MS + 70_000) == 3
    assert series.per_minute(NOW_MS + 130_000) == 0


def test_what_leaves_the_last_minute_fades_with_its_bucket() -> None:
    series = added((0, 10))
    assert NOW_MS % BUCKET_MS == 0
    assert series.per_minute(NOW_MS + 60_000) == 10
    assert series.per_minute(NOW_MS + 65_000) == 5
    assert series.per_minute(NOW_MS + 69_999) == pytest.approx(0.001)


@given(st.integers(1, 50), st.integers(0, 9_999))
def test_a_steady_rate_reads_the_same_at_any_moment(per_bucket: int, within_ms: int) -> None:
    series = Series()
    for second in range(600):
        series.add(NOW_MS + second * 1000, per_bucket if second % 10 == 0 else 0)
    now_ms = NOW_MS + 600_000
    series.add(now_ms, per_bucket)
    # The newest bucket is whole from its first moment, so at most one bucket is counted too many.
    assert 6 * per_bucket <= series.per_minute(now_ms + within_ms) <= 7 * per_bucket


def test_a_rate_is_taken_over_five_minutes() -> None:
    series = added((0, 0))
    for minute in range(10):
        series.add(NOW_MS + minute * 60_000, 60 if minute < 5 else 30)
    assert series.rate(NOW_MS + 600_000 - 1) == pytest.approx(0.5, rel=0.01)


def test_a_young_series_is_taken_over_its_age_but_one_event_is_no_flood() -> None:
    series = added((0, 5))
    assert series.rate(NOW_MS) == 0.5
    assert series.rate(NOW_MS + 5_000) == 0.5
    assert series.rate(NOW_MS + 50_000) == pytest.approx(0.1)


def test_a_clock_set_back_a_little_adds_to_the_newest_bucket() -> None:
    series = added((50_000, 1), (20_000, 2))
    assert series.buckets(NOW_MS + 50_000, 1) == [3]
    assert series.buckets(NOW_MS + 20_000, 1) == [3]


def test_after_a_clock_set_back_a_lot_what_there_is_keeps_its_distance_from_now() -> None:
    series = added((0, 1), (10_000, 2))
    for at_ms in (NOW_MS - HOUR_MS, NOW_MS - HOUR_MS + BUCKET_MS):
        series.add(at_ms, 4)
    assert series.buckets(NOW_MS - HOUR_MS + BUCKET_MS, 4) == [None, 1, 6, 4]
    assert series.per_minute(NOW_MS - HOUR_MS + 200_000) == 0


@given(st.integers(0, 10**15))
def test_reading_at_any_time_changes_nothing(now_ms: int) -> None:
    series = added((0, 1), (25_000, 2))
    before = series.buckets(NOW_MS + 30_000)
    series.buckets(now_ms)
    series.columns(now_ms, 7)
    series.rate(now_ms)
    assert series.buckets(NOW_MS + 30_000) == before


def test_a_reading_from_before_a_clock_was_set_back_by_a_lot_is_shown_as_of_now() -> None:
    series = added((HOUR_MS, 9))
    assert series.per_minute(NOW_MS) == 9
    series.add(NOW_MS, 0)
    assert series.per_minute(NOW_MS + 120_000) == 0


def test_a_clock_that_leaps_forward_empties_the_series_and_back_again_it_goes_on() -> None:
    year_ms = 365 * 24 * HOUR_MS
    series = added((0, 5), (year_ms, 1))
    assert series.buckets(NOW_MS + year_ms) == [0] * (BUCKETS - 1) + [1]
    series.add(NOW_MS + BUCKET_MS, 3)
    assert series.buckets(NOW_MS + BUCKET_MS, 2) == [0, 4]
    assert series.buckets(NOW_MS + 2 * BUCKET_MS, 3) == [0, 4, 0]


@given(st.lists(st.tuples(st.integers(0, 10**15), st.integers(-3, 9)), max_size=40))
def test_no_clock_makes_it_grow_lose_its_newest_or_count_below_zero(
    additions: list[tuple[int, int]],
) -> None:
    series = Series()
    for at_ms, amount in additions:
        series.add(at_ms, amount)
        values = series.buckets(at_ms)
        assert len(values) == BUCKETS
        assert values[-1] is not None
        assert values[-1] >= amount
        assert all(value is None or value >= 0 for value in values)
        assert series.rate(at_ms) >= 0


def test_a_gauge_keeps_the_last_value_of_a_bucket_and_carries_it_on() -> None:
    gauge = GaugeSeries()
    gauge.put(NOW_MS, 3)
    gauge.put(NOW_MS + 1, 5)
    gauge.put(NOW_MS + 30_000, 7)
    assert gauge.buckets(NOW_MS + 50_000, 8) == [None, None, 5, 5, 5, 7, 7, 7]


def test_a_gauge_that_is_not_known_any_more_leaves_a_gap() -> None:
    gauge = GaugeSeries()
    gauge.put(NOW_MS, 3)
    gauge.put(NOW_MS + 10_000, None)
    gauge.put(NOW_MS + 30_000, 4)
    assert gauge.buckets(NOW_MS + 30_000, 4) == [3, None, None, 4]


def test_a_column_of_a_gauge_shows_the_last_value_known_in_it() -> None:
    gauge = GaugeSeries()
    first_ms = NOW_MS // HOUR_MS * HOUR_MS
    gauge.put(first_ms, 3)
    gauge.put(first_ms + HOUR_MS // 4, 9)
    gauge.put(first_ms + HOUR_MS // 2, 6)
    assert gauge.columns(first_ms + HOUR_MS - 1, 2) == [9, 6]
