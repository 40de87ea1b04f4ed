"""The counts: everything that happens has one, and they are read as one frozen value."""

from __future__ import annotations

from pathlib import Path

import pytest
from conftest import Open
from feeds import MINUTE_MS, NOW_MS, Clock, compact, edit, end, turn

from tracker import EvictionCause, Spread
from tracker.sessions.statistics import SAMPLES, Samples


def test_hits_misses_insertions_and_rehydrations_add_up(open_owner: Open) -> None:
    owner = open_owner(capacity=1)
    assert owner.statistics().hit_ratio == 1
    owner.handle(turn("a", NOW_MS))
    owner.handle(turn("a", NOW_MS))
    owner.handle(turn("b", NOW_MS))
    owner.handle(turn("a", NOW_MS))
    owner.touch("c")
    statistics = owner.statistics()
    assert (statistics.hits, statistics.misses) == (1, 4)
    assert (statistics.insertions, statistics.rehydrations) == (4, 1)
    assert statistics.hit_ratio == 0.2
    assert statistics.load_time_ns.count == 1
    assert statistics.load_time_ns.worst > 0


def test_evictions_are_counted_by_cause(open_owner: Open, clock: Clock) -> None:
    owner = open_owner(capacity=2)
    for name in "abcd":
        owner.handle(turn(name, NOW_MS))
    owner.evict(["c"])
    owner.evict(["d"], EvictionCause.DRILL)
    owner.touch("a")
    owner.evict_idle(0)
    owner.evict(["nobody"])
    statistics = owner.statistics()
    assert statistics.evictions == {"capacity": 2, "idle": 1, "operator": 1, "drill": 1}
    assert statistics.evicted == 5


def test_checkpoints_guards_spills_and_releases_are_counted(open_owner: Open) -> None:
    owner = open_owner()
    owner.handle(turn("a", NOW_MS, 20))
    owner.handle(edit("a", NOW_MS, "x.py"))
    assert owner.statistics().dirty == 1
    owner.evict(["a"])
    owner.touch("a")
    owner.evict(["a"])
    owner.handle(compact("a", NOW_MS))
    owner.handle(end("a", NOW_MS))
    owner.handle(end("b", NOW_MS))
    statistics = owner.statistics()
    assert (statistics.checkpoints, statistics.guards_fired) == (2, 1)
    assert (statistics.spills, statistics.releases, statistics.dirty) == (1, 2, 0)


@pytest.mark.parametrize("checkpoints", [0, 1])
def test_a_touch_after_the_end_is_counted_with_and_without_a_record(
    checkpoints: int, root: Path, open_owner: Open
) -> None:
    owner = open_owner()
    owner.handle(turn("a", NOW_MS))
    for _ in range(checkpoints):
        owner.handle(compact("a", NOW_MS))
    owner.handle(end("a", NOW_MS))
    assert (root / "a").exists() is bool(checkpoints)
    assert owner.statistics().touches_after_end == 0
    owner.handle(turn("a", NOW_MS))
    owner.handle(turn("a", NOW_MS))
    owner.evict(["a"])
    owner.handle(turn("a", NOW_MS))
    assert owner.statistics().touches_after_end == 1
    owner.handle(end("a", NOW_MS))
    owner.handle(end("a", NOW_MS))
    assert owner.statistics().touches_after_end == 2


def test_thrash_is_a_rehydration_within_a_minute_of_the_eviction(
    open_owner: Open, clock: Clock
) -> None:
    owner = open_owner()
    owner.handle(turn("a", NOW_MS))
    for wait_ms, thrash in ((0, 1), (MINUTE_MS - 1, 2), (MINUTE_MS, 2), (-5, 2), (5, 3)):
        owner.evict(["a"])
        clock.advance(wait_ms)
        owner.handle(turn("a", NOW_MS))
        assert owner.statistics().thrash == thrash


def test_ages_and_idle_times_at_eviction_are_spread(open_owner: Open, clock: Clock) -> None:
    owner = open_owner(capacity=1)
    for number in range(101):
        owner.handle(turn(f"s-{number}", NOW_MS))
        clock.advance(10)
        owner.handle(turn(f"s-{number}", NOW_MS))
        clock.advance(number)
    statistics = owner.statistics()
    assert statistics.idle_at_eviction_ms == Spread(count=100, p50=49, p99=98, worst=99)
    assert statistics.age_at_eviction_ms == Spread(count=100, p50=59, p99=108, worst=109)


def test_a_spread_keeps_the_latest_samples_and_the_worst_of_all() -> None:
    samples = Samples()
    assert samples.spread() == Spread()
    samples.add(10**9)
    for value in range(SAMPLES):
        samples.add(value)
    spread = samples.spread()
    assert (spread.count, spread.worst) == (SAMPLES + 1, 10**9)
    assert (spread.p50, spread.p99) == (511, 1012)


def test_a_spread_is_worked_out_anew_only_where_a_sample_came() -> None:
    samples = Samples()
    samples.add(3)
    spread = samples.spread()
    assert samples.spread() is spread
    samples.add(3)
    assert samples.spread() == Spread(count=2, p50=3, p99=3, worst=3)


def test_statistics_are_a_value_that_later_events_do_not_change(open_owner: Open) -> None:
    owner = open_owner()
    before = owner.statistics()
    owner.handle(turn("a", NOW_MS))
    assert before.insertions == 0
    assert before.evictions == dict.fromkeys(EvictionCause, 0)
    with pytest.raises(AttributeError):
        before.hits = 5  # type: ignore[misc]
