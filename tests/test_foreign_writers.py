"""The original's plugin writes under an owner: nothing either of them captured is lost."""

from __future__ import annotations

from pathlib import Path

import pytest
from conftest import Open
from directories import (
    STATE,
    nine_fields,
    read_state,
    triggers_of,
    write_checkpoint,
    write_state,
)
from feeds import MINUTE_MS, NOW_MS, compact, edit, end, turn

from tracker import values_of

LATER_MS = NOW_MS + 10 * MINUTE_MS


def overwrite(folder: Path, **fields: object) -> None:
    """Writes a plain nine-field record over what is there, in place, as the original does."""
    write_state(folder, nine_fields(**fields))


def test_a_write_unites_with_what_the_original_left_in_the_meantime(
    root: Path, open_owner: Open
) -> None:
    owner = open_owner()
    owner.handle(turn("s-1", NOW_MS, 20))
    overwrite(
        root / "s-1",
        capturedFillBands=[35],
        capturedQualityThresholds=[80],
        capturedMilestones=["pre-fanout"],
        lastCheckpointAt=LATER_MS,
        lastEvaluatedAt=LATER_MS,
        editWriteCount=7,
        editedFiles=["theirs.py"],
        editBatchMarkerWrites=6,
        editBatchMarkerFiles=1,
    )
    owner.handle(compact("s-1", NOW_MS + MINUTE_MS))
    record = read_state(root / "s-1")
    assert record["capturedFillBands"] == [20, 35]
    assert record["capturedQualityThresholds"] == [80]
    assert record["capturedMilestones"] == ["pre-fanout"]
    assert record["lastCheckpointAt"] == LATER_MS
    assert record["editedFiles"] == ["theirs.py"]
    assert record["holdfast"]["live"]["guards"] == ["continuity"]
    state = owner.recall("s-1")
    owner.evict(["s-1"])
    assert owner.recall("s-1") == state


def test_a_spill_and_a_release_unite_as_well(root: Path, open_owner: Open) -> None:
    owner = open_owner()
    for number, way in enumerate((owner.evict, owner.release)):
        session = f"s-{number}"
        owner.handle(turn(session, NOW_MS, 20))
        owner.handle(edit(session, NOW_MS, "ours.py"))
        overwrite(root / session, capturedFillBands=[35], lastCheckpointAt=LATER_MS)
        assert way([session])[0].is_done
        record = read_state(root / session)
        assert record["capturedFillBands"] == [20, 35]
        assert record["lastCheckpointAt"] == LATER_MS


def test_an_earlier_time_of_the_original_does_not_set_the_last_checkpoint_back(
    root: Path, open_owner: Open
) -> None:
    owner = open_owner()
    owner.handle(turn("s-1", NOW_MS, 20))
    overwrite(root / "s-1", lastCheckpointAt=NOW_MS - MINUTE_MS)
    owner.handle(edit("s-1", NOW_MS + 5, "a.py"))
    owner.evict(["s-1"])
    record = read_state(root / "s-1")
    assert (record["lastCheckpointAt"], record["capturedFillBands"]) == (NOW_MS, [20])


def test_a_line_the_original_appended_is_caught_up_with_on_the_next_write(
    root: Path, open_owner: Open
) -> None:
    owner = open_owner()
    owner.handle(turn("s-1", NOW_MS, 20))
    write_checkpoint(root / "s-1", "progressive-35", LATER_MS)
    owner.handle(compact("s-1", NOW_MS + 5))
    assert read_state(root / "s-1")["capturedFillBands"] == [20, 35]
    assert triggers_of(root / "s-1") == ["progressive-20", "progressive-35", "compact"]
    owner.evict(["s-1"])
    owner.touch("s-1")
    assert owner.statistics().load_failures == {}


def test_a_union_never_makes_an_edit_batch_due_by_itself(root: Path, open_owner: Open) -> None:
    owner = open_owner()
    for number in range(3):
        owner.handle(edit("s-1", NOW_MS, f"ours-{number}.py", 0))
    overwrite(
        root / "s-1",
        lastCheckpointAt=NOW_MS,
        editWriteCount=9,
        editedFiles=[f"theirs-{number}.py" for number in range(3)],
        editBatchMarkerWrites=3,
        editBatchMarkerFiles=3,
    )
    owner.handle(compact("s-1", NOW_MS))
    assert owner.handle(edit("s-1", LATER_MS, "new.py", 0)) == ()


def test_a_session_that_was_not_in_memory_goes_on_from_what_the_original_left(
    root: Path, open_owner: Open
) -> None:
    owner = open_owner()
    owner.handle(turn("s-1", NOW_MS, 20))
    owner.evict(["s-1"])
    overwrite(root / "s-1", capturedFillBands=[20, 35], lastCheckpointAt=NOW_MS + 5)
    assert values_of(owner.recall("s-1").bands) == (20, 35)


def test_unknown_keys_are_kept_through_every_write(root: Path, open_owner: Open) -> None:
    theirs = {"schemaVersion": 3, "nested": {"a": [1, 2.5, None, "ü"]}, "wide": 2**70}
    write_state(root / "s-1", {**nine_fields(), **theirs})
    owner = open_owner()
    for event in (turn("s-1", NOW_MS, 20), compact("s-1", LATER_MS), end("s-1", LATER_MS)):
        owner.handle(event)
        record = read_state(root / "s-1")
        assert {key: record[key] for key in theirs} == theirs
        assert list(record)[-1] == "holdfast"


def test_a_record_removed_under_an_owner_is_written_again_whole(
    root: Path, open_owner: Open
) -> None:
    owner = open_owner()
    owner.handle(turn("s-1", NOW_MS, 20))
    owner.handle(edit("s-1", NOW_MS, "a.py"))
    state = owner.recall("s-1")
    (root / "s-1" / STATE).unlink()
    owner.evict(["s-1"])
    assert owner.recall("s-1") == state


@pytest.mark.parametrize("names", [100, 4_000])
def test_a_union_of_long_lists_of_files_stays_within_its_bound(
    names: int, root: Path, open_owner: Open
) -> None:
    owner = open_owner()
    for number in range(names):
        owner.handle(edit("s-1", NOW_MS, f"our{number}"))
    owner.handle(compact("s-1", NOW_MS))
    theirs = [f"th{number}" for number in range(names)]
    overwrite(root / "s-1", editedFiles=theirs, editWriteCount=names)
    owner.handle(compact("s-1", NOW_MS + 1))
    assert owner.recall("s-1").edit_files == 2 * names
    assert (root / "s-1" / STATE).stat().st_size <= 64 * 1024
    owner.handle(edit("s-1", NOW_MS, "one more"))
    assert owner.evict(["s-1"])[0].is_done
    assert owner.recall("s-1").edit_files == 2 * names + 1
