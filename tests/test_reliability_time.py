"""Clocks that step, stamps from the future, guards over restarts: nothing silenced or repeated.

The whole of both claims: `pytest -m slow tests/test_reliability_time.py`.
"""

from __future__ import annotations

from collections import Counter

import pytest
from reliability import clocks, guards
from reliability.weakened import without_a_lower_end, without_guards


def test_no_clock_step_and_no_stamp_silences_a_session_for_longer_than_a_cooldown() -> None:
    row = clocks.clocks(True)
    assert not row.violations, str(row)
    assert row.figures["stamps in state files"] == 4 * len(clocks.STAMPS)
    assert row.figures["walks"] == 30


def test_continuity_and_nudge_fire_at_most_once_over_ten_evictions_and_ten_restarts() -> None:
    row = guards.guards(True)
    assert not row.violations, str(row)
    assert row.figures["lives"] == 23
    assert row.figures["guards fired"] > 100


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_no_random_walk_of_the_clock_silences_a_session_for_longer_than_a_cooldown() -> None:
    row = clocks.clocks(False)
    assert not row.violations, str(row)
    assert row.figures["walks"] == 600


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_in_hundreds_of_lives_continuity_and_nudge_fire_at_most_once() -> None:
    row = guards.guards(False)
    assert not row.violations, str(row)
    assert row.figures["kills by signal"] == 400


def test_the_originals_cooldown_is_found_out() -> None:
    with without_a_lower_end():
        wrong = clocks.stamped(Counter())
        wrong += [one for seed in range(3) for one in clocks.walk(seed, Counter())]
    assert any("captures in" in one for one in wrong)


def test_a_store_that_forgets_a_guard_is_found_out() -> None:
    with without_guards():
        wrong = [one for seed in range(5) for one in guards.life(seed, Counter())]
    assert any("continuity fired" in one for one in wrong)
    assert any("nudge fired" in one for one in wrong)
