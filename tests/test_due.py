"""When work is due again: once at a time, with a rest between, whatever the clock does."""

from __future__ import annotations

from feeds import NOW_MS

from console.model.due import REST_MS, Due


def done(due: Due, took_ms: int = 0) -> None:
    due.begin(NOW_MS)
    due.end(NOW_MS + took_ms)


def test_it_is_due_at_first_and_not_again_before_something_changed() -> None:
    due = Due()
    assert due.is_due(NOW_MS)
    done(due)
    assert not due.is_due(NOW_MS + 10 * REST_MS)
    due.want()
    assert due.is_due(NOW_MS + 10 * REST_MS)


def test_it_rests_and_never_runs_twice_at_a_time() -> None:
    due = Due()
    due.begin(NOW_MS)
    due.want()
    assert not due.is_due(NOW_MS + 10 * REST_MS)
    due.end(NOW_MS + 10)
    assert not due.is_due(NOW_MS + REST_MS - 1)
    assert due.is_due(NOW_MS + REST_MS)


def test_what_takes_long_rests_for_ten_times_as_long() -> None:
    due = Due()
    done(due, took_ms=3_000)
    due.want()
    assert not due.is_due(NOW_MS + 29_999)
    assert due.is_due(NOW_MS + 30_000)


def test_a_clock_that_is_set_back_does_not_put_it_off() -> None:
    due = Due()
    done(due)
    due.want()
    assert due.is_due(NOW_MS - 1)
