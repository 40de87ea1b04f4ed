"""The soak: sessions that die without an end, far more of them than memory holds.

The whole of it, a million sessions: `pytest -m slow tests/test_reliability_soak.py`.
"""

from __future__ import annotations

import os
from pathlib import Path
from unittest.mock import patch

import pytest
from reliability.soak import CAPACITY, GROWTH_BYTES, resident_bytes, run, soak, violations_of

from tracker.store.files import Folder


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


def test_memory_that_is_kept_is_measured() -> None:
    before_bytes = resident_bytes()
    kept = b"x" * (8 * GROWTH_BYTES)
    assert resident_bytes() - before_bytes > GROWTH_BYTES
    assert len(kept) == 8 * GROWTH_BYTES


def test_a_tracker_that_never_evicts_is_found_out(root: Path) -> None:
    with patch("tracker.sessions.engine.Engine.make_room", lambda *_, **__: []):
        came = run(root, CAPACITY + 100, 1)
    assert came["occupancy"] > CAPACITY
    assert any("in memory at a capacity of" in one for one in violations_of(came))


def test_a_store_that_leaves_folders_open_is_found_out(root: Path) -> None:
    left: list[int] = []

    def leave_open(opened: list[Folder]) -> None:
        left.extend(folder.fd for folder in opened)

    try:
        with patch("tracker.store.directory.close_all", leave_open):
            came = run(root, 300, 1)
    finally:
        for fd in left:
            os.close(fd)
    assert left
    assert f"{len(left)} descriptors leaked" in violations_of(came)
