"""`kill -9` at any instant, and at every system call of a capture: no answer is lost.

The whole of both claims: `pytest -m slow tests/test_reliability_kills.py`.
"""

from __future__ import annotations

import pytest
from reliability.captures import captures
from reliability.kills import kills


def test_forty_kills_in_a_tight_write_loop_lose_nothing_that_was_answered() -> None:
    row = kills(True)
    assert not row.violations, str(row)
    assert row.figures["kills"] == 40
    assert row.figures["effects told"] >= 20


def test_kills_in_the_middle_of_a_capture_leave_it_whole_or_undone() -> None:
    row = captures(True)
    assert not row.violations, str(row)
    assert row.figures["kills at system calls"] > 200


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_a_thousand_kills_in_a_tight_write_loop_lose_nothing_that_was_answered() -> None:
    row = kills(False)
    assert not row.violations, str(row)
    assert row.figures["kills"] == 1_000
    assert row.figures["temporary files left"] > 10


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_a_kill_at_any_system_call_of_a_capture_leaves_it_whole_or_undone() -> None:
    row = captures(False)
    assert not row.violations, str(row)
    assert row.figures["kills at system calls"] > 1_000
    assert row.figures["kills at random"] == 1_000
    assert row.figures["states behind"] > 10
