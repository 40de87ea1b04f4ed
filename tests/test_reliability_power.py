"""Power cuts with `durability = "power"`: enumerated from recordings, and real ones where root may.

The whole of both claims: `pytest -m slow tests/test_reliability_power.py`.
"""

from __future__ import annotations

import pytest
from reliability.cuts import cuts
from reliability.power import power
from reliability.result import RowResult


def cut(quick: bool) -> RowResult:
    """The row of real power cuts; skips the test, aloud, where there can be none."""
    row = cuts(quick)
    return row if row.figures else pytest.skip(f"no real power cut here: {row.note}")


def test_no_state_a_power_cut_may_leave_has_lost_what_was_answered() -> None:
    row = power(True)
    assert not row.violations, str(row)
    assert row.figures["states of scenes"] > 500


def test_a_real_power_cut_loses_nothing_that_was_answered() -> None:
    row = cut(True)
    assert not row.violations, str(row)


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_no_state_a_power_cut_may_leave_after_any_fault_has_lost_what_was_answered() -> None:
    row = power(False)
    assert not row.violations, str(row)
    assert row.figures["states after a failed sync"] > 10_000
    assert row.figures["states after a kill"] > 10_000


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_three_hundred_real_power_cuts_lose_nothing_that_was_answered() -> None:
    row = cut(False)
    assert not row.violations, str(row)
    assert row.figures["cuts"] == 300
