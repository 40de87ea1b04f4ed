"""The soak: sessions that die without an end, far more of them than memory holds.

The whole of it, a million sessions: `pytest -m slow tests/test_reliability_soak.py`.
"""

from __future__ import annotations

import pytest
from reliability.soak import CAPACITY, GROWTH_BYTES, soak, violations_of


def test_twenty_thousand_sessions_leave_memory_and_descriptors_as_they_were() -> None:
    row = soak(True)
    assert not row.violations, str(row)
    assert row.figures["at most in memory"] == CAPACITY
    assert row.figures["spills"] > 2_000


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_a_million_sessions_leave_memory_and_descriptors_as_they_were() -> None:
    row = soak(False)
    assert not row.violations, str(row)
    assert row.figures["sessions"] == 1_000_000
    assert row.figures["spills"] > 100_000


def test_every_broken_bound_is_found_out() -> None:
    fine = {
        "sessions": 20_000,
        "evictions": 17_000,
        "occupancy": CAPACITY,
        "grown_bytes": GROWTH_BYTES,
        "descriptors": 0,
        "failures": {},
    }
    assert violations_of(fine) == []
    broken = {
        "occupancy": CAPACITY + 1,
        "grown_bytes": GROWTH_BYTES + 1,
        "descriptors": 1,
        "failures": {"torn": 1},
        "evictions": 9,
    }
    for name, value in broken.items():
        assert len(violations_of({**fine, name: value})) == 1
