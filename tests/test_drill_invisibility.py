"""The invisibility drill: no effect may tell that sessions were evicted, pinned and restarted."""

from __future__ import annotations

import os
from pathlib import Path
from random import Random

import pytest
import reference
from feeds import NOW_MS, Clock

from tracker import CapacityError, Rules, drill_invisibility
from tracker.drill.feed import NAMES, seeded_feed
from tracker.drill.invisibility import SAME_EFFECTS
from tracker.drill.reference import NeverEvicts


def test_nobody_can_tell_and_the_report_says_so(clock: Clock, tmp_path: Path) -> None:
    report = drill_invisibility(events=600, clock=clock, scratch=str(tmp_path))
    assert report.has_passed
    assert [(check.name, check.has_passed) for check in report.checks] == [(SAME_EFFECTS, True)]
    assert report.passed == len(NAMES)
    assert report.load_time_ns.count > 100
    assert (report.plan, report.where, report.started_ms) == ("invisibility", "scratch", NOW_MS)
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize("capacity", [1, 2, 7, 50])
def test_no_capacity_can_be_told(capacity: int) -> None:
    assert drill_invisibility(events=250, capacity=capacity, seed=capacity).has_passed


@pytest.mark.parametrize("seed", range(2, 6))
def test_no_seed_can_be_told(seed: int) -> None:
    assert drill_invisibility(events=250, seed=seed).has_passed


def test_other_rules_cannot_be_told_either() -> None:
    rules = Rules(bands=(5, 95), checkpoint_cooldown_ms=0, evaluation_cooldown_ms=0)
    assert drill_invisibility(events=250, rules=rules).has_passed


def test_a_capacity_of_none_is_refused() -> None:
    with pytest.raises(CapacityError):
        drill_invisibility(events=1, capacity=0)


@pytest.mark.parametrize("steps", [1, 100])
def test_a_drill_that_is_stopped_reports_what_was_done_so_far(steps: int) -> None:
    report = drill_invisibility(events=300, progress=lambda done, total: done < steps)
    assert report.was_stopped
    assert not report.has_passed
    assert report.failed == 0
    assert 1 <= report.passed <= len(NAMES)


def test_progress_counts_the_events() -> None:
    seen: list[tuple[int, int]] = []
    drill_invisibility(events=20, progress=lambda *step: not seen.append(step))
    assert seen == [(done, 20) for done in range(1, 21)]


def test_the_same_seed_gives_the_same_feed_and_another_seed_another() -> None:
    def feed(seed: int) -> list[object]:
        return list(seeded_feed(Random(seed), NOW_MS, 50))

    assert feed(1) == feed(1)
    assert feed(1) != feed(2)
    kinds = {event.type for event in seeded_feed(Random(1), NOW_MS, 500)}
    assert len(kinds) == 5


def test_the_reference_agrees_with_the_one_the_tests_have_of_their_own() -> None:
    ours, theirs = NeverEvicts(), reference.NeverEvicts()
    effects = 0
    for event in seeded_feed(Random(3), NOW_MS, 2_000):
        mine = ours.handle(event, NOW_MS)
        assert mine == theirs.handle(event, NOW_MS)
        effects += len(mine)
    assert effects > 100
    assert ours.states == theirs.states
