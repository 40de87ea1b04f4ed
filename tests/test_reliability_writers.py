"""Two writers of one session, and readers of a live one: nothing lost, nothing torn.

The whole of both claims: `pytest -m slow tests/test_reliability_writers.py`.
"""

from __future__ import annotations

import time
from collections import Counter
from pathlib import Path
from random import Random
from unittest.mock import patch

import pytest
from directories import scratch
from feeds import NOW_MS, turn
from reliability import writers
from reliability.foreign import capture
from reliability.readers import read_beside, readers
from reliability.weakened import writing_by

from tracker import SessionState, open_tracker
from tracker.store.files import Folder


def test_an_owner_and_a_foreign_writer_lose_no_band_of_one_session() -> None:
    row = writers.writers(True)
    assert not row.violations, str(row)
    assert row.figures["rounds"] == 100
    assert min(row.figures[f"bands captured by the {who}"] for who in ("owner", "other")) > 200


def test_a_reader_of_a_live_writer_sees_nothing_empty_torn_or_corrupt() -> None:
    row = readers(True)
    assert not row.violations, str(row)
    assert row.figures["writes meanwhile"] > 50


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_in_a_thousand_rounds_an_owner_and_a_foreign_writer_lose_no_band() -> None:
    row = writers.writers(False)
    assert not row.violations, str(row)
    assert row.figures["rounds"] == 1_000


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_in_a_hundred_thousand_reads_of_a_live_writer_nothing_is_empty_or_torn() -> None:
    row = readers(False)
    assert not row.violations, str(row)
    assert sum(count for what, count in row.figures.items() if "reads by" in what) == 100_000


def test_an_owner_that_does_not_unite_is_found_out() -> None:
    def ours_alone(ours: SessionState, theirs: SessionState) -> SessionState:
        return ours

    captured = {"progressive-20", "progressive-50", "progressive-80"}
    with (
        scratch() as parent,
        patch("tracker.store.directory.unite", ours_alone),
        open_tracker(parent, durability="process", rules=writers.RULES) as owner,
    ):
        owner.handle(turn("s-1", NOW_MS, 20))
        assert capture(Path(parent) / "s-1", 50, NOW_MS, Random(1))
        owner.handle(turn("s-1", NOW_MS + 1, 80))
        owner.evict(["s-1"])
        wrong = writers.lost("it", captured, owner.recall("s-1").bands)
    assert wrong == ["it lost progressive-50"]


def test_a_writer_that_writes_in_place_is_found_out() -> None:
    def in_place(folder: Folder, name: str, data: bytes, *, sync: bool) -> None:
        # As slowly as a busy machine may: longer than a reader waits for a torn file to be whole.
        (Path(folder.path) / name).write_bytes(b"")
        time.sleep(0.05)
        (Path(folder.path) / name).write_bytes(data)

    with writing_by(in_place):
        looks = (read_beside(60, seed, Counter()) for seed in range(50))
        assert any("a false 'torn'" in one for wrong in looks for one in wrong)
