"""The wave drill: the acceptance list, at small numbers and at the real ones."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from feeds import Clock

from tracker import Effect, Ending, Rules, drill_wave
from tracker.drill.wave import is_once_only

SMALL = {"sessions": 25, "capacity": 20}


def test_a_wave_passes_its_acceptance_list(clock: Clock, tmp_path: Path) -> None:
    report = drill_wave(**SMALL, clock=clock, scratch=str(tmp_path))
    assert report.has_passed
    assert [check.name for check in report.checks] == [
        "of 25 sessions 20 are left in memory",
        "the oldest 5 are gone from memory",
        "the newest are kept",
        "a refreshed session survives a later wave of 5",
        "no once-only effect fires again",
    ]
    assert (report.passed, report.failed) == (30, 0)
    assert (report.plan, report.where, report.directory) == ("wave", "scratch", "")
    assert report.started_ms == clock.now_ms
    assert os.listdir(tmp_path) == []


def test_the_usual_numbers_pass() -> None:
    report = drill_wave()
    assert report.has_passed
    assert report.passed == 3_000
    assert report.load_time_ns.count >= 2_500


def test_every_session_had_something_to_lose_and_came_from_disk() -> None:
    report = drill_wave(**SMALL)
    for one in report.sessions:
        assert one.durable >= 2
        assert one.guards >= 1
        assert one.spilled >= 3
    assert sum(one.load_ns > 0 for one in report.sessions) >= 29


@pytest.mark.parametrize(("sessions", "capacity"), [(3, 2), (100, 2), (11, 10), (40, 5)])
def test_any_wave_larger_than_its_capacity_passes(sessions: int, capacity: int) -> None:
    assert drill_wave(sessions=sessions, capacity=capacity, seed=sessions).has_passed


@pytest.mark.parametrize(("sessions", "capacity"), [(2, 2), (10, 1), (5, 6)])
def test_a_wave_that_proves_nothing_is_refused(sessions: int, capacity: int) -> None:
    with pytest.raises(ValueError, match="more sessions"):
        drill_wave(sessions=sessions, capacity=capacity)


def test_other_rules_pass_too() -> None:
    rules = Rules(bands=(10, 90), thresholds=(), checkpoint_cooldown_ms=0, edit_batch_writes=1)
    assert drill_wave(**SMALL, rules=rules).has_passed


def test_the_same_seed_makes_the_same_wave() -> None:
    def outcome(seed: int) -> list[tuple[str, int, int, int]]:
        report = drill_wave(**SMALL, seed=seed)
        return [(one.session, one.durable, one.guards, one.spilled) for one in report.sessions]

    assert outcome(1) == outcome(1)


@pytest.mark.parametrize(("steps", "checks", "judged"), [(1, 0, 0), (27, 3, 0), (40, 4, 10)])
def test_a_wave_that_is_stopped_reports_what_was_done_so_far(
    steps: int, checks: int, judged: int
) -> None:
    report = drill_wave(**SMALL, progress=lambda done, total: done < steps)
    assert report.was_stopped
    assert not report.has_passed
    assert (len(report.checks), report.passed, report.failed) == (checks, judged, 0)


def test_progress_counts_up_to_its_total() -> None:
    seen: list[tuple[int, int]] = []
    drill_wave(**SMALL, progress=lambda *step: not seen.append(step))
    assert seen == [(done, 60) for done in range(1, 61)]


@pytest.mark.parametrize(
    ("effect", "trigger", "expected"),
    [
        ("continuity", None, True),
        ("nudge", None, True),
        ("checkpoint", "progressive-20", True),
        ("checkpoint", "quality-40", True),
        ("checkpoint", "milestone-pre-fanout", True),
        ("checkpoint", "milestone-edit-batch", False),
        ("checkpoint", "compact", False),
    ],
)
def test_which_effects_come_once_only(effect: str, trigger: str | None, expected: bool) -> None:
    assert is_once_only(Effect(1, "s", effect, trigger)) is expected  # type: ignore[arg-type]


def test_how_each_session_ended_is_said() -> None:
    assert {one.ended for one in drill_wave(**SMALL).sessions} == {Ending.PASSED}
