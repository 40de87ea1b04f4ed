"""Ids: no two share a folder or a state, and none makes a once-only effect come again.

The whole of it, a million ids: `pytest -m slow tests/test_reliability_ids.py`.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from unittest.mock import patch

import pytest
from directories import read_state, scratch, write_original
from feeds import MINUTE_MS, NOW_MS, Clock, edit, turn
from reliability import ids
from reliability.ignoring_case import ignoring_case

from tracker import open_tracker, values_of
from tracker.store.folders import digest_folder, original_folder

LATER_MS = NOW_MS + 10 * MINUTE_MS


def test_random_ids_never_share_a_folder_and_hostile_ones_never_repeat_an_effect() -> None:
    row = ids.ids(True)
    assert not row.violations, str(row)
    assert row.figures["ids by name"] == 50_000
    assert row.figures["ids on a disk that ignores case"] == 300


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_a_million_random_ids_never_share_a_folder() -> None:
    row = ids.ids(False)
    assert not row.violations, str(row)
    assert row.figures["ids by name"] == 1_000_000


def test_of_two_plain_ids_that_differ_in_case_alone_the_second_uses_its_digest() -> None:
    with scratch() as parent, ignoring_case():
        with open_tracker(parent, durability="process", capacity=1, clock=Clock()) as owner:
            twins = ("Build", "BUILD", "build")
            for session in twins:
                owner.handle(edit(session, NOW_MS, f"{session}.py"))
                assert owner.handle(turn(session, NOW_MS, 20))[-1].trigger == "progressive-20"
            for session in twins:
                assert owner.handle(turn(session, LATER_MS, 20)) == ()
                assert owner.recall(session).edited_files == (f"{session}.py",)
        names = {path.name for path in Path(parent).iterdir() if path.is_dir()}
        assert names == {"build", *(digest_folder(twin).lower() for twin in twins[1:])}
        assert read_state(Path(parent) / "build")["holdfast"]["id"] == "Build"


def test_the_first_of_two_such_twins_takes_over_what_the_original_left_without_an_id() -> None:
    with scratch() as parent, ignoring_case():
        write_original(Path(parent), "build", NOW_MS, triggers=("progressive-20",))
        with open_tracker(parent, durability="process", capacity=1, clock=Clock()) as owner:
            for session, bands in (("Build", (20, 35)), ("build", (35,))):
                owner.handle(turn(session, LATER_MS, 35))
                assert values_of(owner.recall(session).bands) == bands
        assert read_state(Path(parent) / "build")["holdfast"]["id"] == "Build"


def test_folders_named_as_the_original_names_them_are_found_out() -> None:
    def of_the_original(session: str) -> tuple[str, ...]:
        return (original_folder(session)[:120],)

    with patch("reliability.ids.folders_of", of_the_original):
        assert ids.collisions(1, 5_000, Counter())
    with (
        patch("tracker.store.home.first_folder", lambda session: of_the_original(session)[0]),
        patch("tracker.store.home.folders_of", of_the_original),
        patch("tracker.store.record.Record.session", None),
    ):
        assert ids.repeats(ids.hostile_ids(1, 50), 1, Counter(), ignores_case=False)
