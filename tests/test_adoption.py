"""Folders of the original: taken as they are, adopted once, their bytes left alone."""

from __future__ import annotations

from pathlib import Path

import pytest
from conftest import Open
from directories import (
    MANIFEST,
    NINE,
    STATE,
    nine_fields,
    read_state,
    tree,
    triggers_of,
    write_checkpoint,
    write_original,
    write_state,
)
from faulty_os import KillAt, KilledError, watched
from feeds import MINUTE_MS, NOW_MS, Clock, compact, edit, end, turn

from tracker import Effect, SessionTracker, open_store, values_of
from tracker.store.folders import digest_folder

LATER_MS = NOW_MS + 10 * MINUTE_MS
CONTINUITY = Effect(LATER_MS + 9 * MINUTE_MS, "a:b", "continuity")


def contents(folder: Path) -> dict[str, object]:
    """The bytes of a folder's files, by name."""
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_a_plain_id_goes_on_in_the_originals_folder(root: Path, open_owner: Open) -> None:
    folder = write_original(root, "s-1", NOW_MS, triggers=("progressive-35", "quality-80"))
    line = (folder / MANIFEST).read_bytes()
    owner = open_owner()
    assert [effect.effect for effect in owner.handle(turn("s-1", LATER_MS, 10, 75))] == [
        "continuity"
    ]
    owner.handle(turn("s-1", LATER_MS + 2 * MINUTE_MS, 50, 75))
    assert triggers_of(folder) == ["progressive-35", "quality-80", "progressive-50"]
    assert (folder / MANIFEST).read_bytes().startswith(line)
    assert tuple(read_state(folder)) == (*NINE, "holdfast")
    assert [path.name for path in root.iterdir() if path.is_dir()] == ["s-1"]


def test_an_event_dated_before_the_originals_last_look_survives_the_first_eviction(
    root: Path, open_owner: Open
) -> None:
    owner = open_owner()
    for session in ("s-1", "s-2"):
        write_original(root, session, NOW_MS)
        owner.handle(edit(session, NOW_MS - 1, "a.py", 0))
    before = owner.sessions()
    assert {one.state.last_evaluated_ms for one in before} == {NOW_MS - 1}
    outcomes = owner.evict(["s-1", "s-2"])
    assert owner.recall("s-1") == before[1].state
    undone = owner.restore([one.was for one in outcomes if one.session == "s-2"])
    assert [(one.is_done, one.why) for one in undone] == [(True, "")]


def test_what_the_original_writes_into_its_own_record_meanwhile_is_united_with_memory(
    root: Path, open_owner: Open
) -> None:
    write_original(root, "s-1", NOW_MS)
    owner = open_owner()
    owner.handle(edit("s-1", NOW_MS - 1, "a.py", 0))
    write_original(root, "s-1", NOW_MS, triggers=("progressive-35",))
    owner.evict(["s-1"])
    state = owner.recall("s-1")
    assert values_of(state.bands) == (20, 35)
    assert state.edited_files == ("a.py",)
    assert state.last_evaluated_ms == NOW_MS


def test_an_id_that_shared_a_folder_reads_it_once_and_then_writes_its_own(
    root: Path, open_owner: Open
) -> None:
    shared = write_original(root, "a_b", NOW_MS, triggers=("progressive-20", "quality-80"))
    before = contents(shared)
    owner = open_owner()
    effects = owner.handle(turn("a:b", LATER_MS, 20, 75))
    assert [effect.effect for effect in effects] == ["continuity"]
    assert read_state(root / digest_folder("a:b"))["holdfast"]["id"] == "a:b"
    owner.handle(compact("a:b", LATER_MS + MINUTE_MS))
    assert triggers_of(root / digest_folder("a:b")) == ["compact"]
    assert contents(shared) == before

    write_original(root, "a_b", LATER_MS, triggers=("progressive-65",))
    owner.evict(["a:b"])
    assert values_of(owner.recall("a:b").bands) == (20,)


def test_twins_adopt_the_same_folder_and_go_their_own_ways(root: Path, open_owner: Open) -> None:
    write_original(root, "a_b", NOW_MS)
    owner = open_owner(capacity=1)
    assert owner.handle(turn("a:b", LATER_MS, 35))[-1].trigger == "progressive-35"
    assert owner.handle(turn("a.b", LATER_MS, 50))[-1].trigger == "progressive-50"
    assert values_of(owner.recall("a:b").bands) == (20, 35)
    assert values_of(owner.recall("a.b").bands) == (20, 50)
    assert values_of(owner.recall("a_b").bands) == (20,)


def test_what_was_adopted_outlives_an_eviction_though_another_takes_the_folder(
    root: Path, open_owner: Open
) -> None:
    write_original(root, "a_b", NOW_MS)
    for spill in (True, False):
        owner = open_owner(spill=spill)
        session = f"a{':' if spill else '.'}b"
        assert values_of(owner.recall(session).bands) == (20,)
        (outcome,) = owner.evict([session])
        assert outcome.is_done
        owner.close()
    owner = open_owner()
    owner.handle(compact("a_b", LATER_MS))
    assert read_state(root / "a_b")["holdfast"]["id"] == "a_b"
    assert values_of(owner.recall("a:b").bands) == (20,)
    assert values_of(owner.recall("a.b").bands) == (20,)


def test_what_was_adopted_outlives_a_release_though_another_takes_the_folder(
    root: Path, open_owner: Open
) -> None:
    write_original(root, "a_b", NOW_MS)
    owner = open_owner()
    owner.handle(end("a:b", LATER_MS))
    owner.handle(compact("a_b", LATER_MS))
    assert values_of(owner.recall("a:b").bands) == (20,)
    assert owner.statistics().touches_after_end == 1


@pytest.mark.parametrize("steps", range(8))
def test_what_was_adopted_outlives_a_kill_at_any_step_of_its_first_checkpoint(
    steps: int, root: Path, open_owner: Open, clock: Clock
) -> None:
    write_original(root, "a_b", NOW_MS)
    store = open_store(root, durability="process", clock=clock)
    tracker = SessionTracker(store, clock=clock)
    with watched(KillAt(steps)), pytest.raises(KilledError):
        tracker.handle(turn("a:b", LATER_MS, 35))
    store.close()
    owner = open_owner()
    assert 20 in values_of(owner.recall("a:b").bands)
    assert owner.handle(turn("a:b", LATER_MS + 9 * MINUTE_MS, 34)) in ((), (CONTINUITY,))


def test_a_folder_holdfast_wrote_for_its_own_id_is_never_adopted(
    root: Path, open_owner: Open
) -> None:
    owner = open_owner()
    owner.handle(turn("a_b", NOW_MS, 20))
    assert owner.handle(turn("a:b", NOW_MS, 20))[-1].trigger == "progressive-20"


@pytest.mark.parametrize("damage", ["record gone", "record flipped"])
def test_a_damaged_folder_of_holdfasts_is_not_adopted_either(
    damage: str, root: Path, open_owner: Open
) -> None:
    owner = open_owner()
    owner.handle(turn("a_b", NOW_MS, 20))
    record = root / "a_b" / STATE
    if damage == "record gone":
        record.unlink()
    else:
        record.write_bytes(record.read_bytes().replace(b'"seq": 1', b'"seq": 3'))
    assert owner.handle(turn("a:b", NOW_MS, 20))[-1].trigger == "progressive-20"


def test_a_damaged_folder_of_the_originals_is_adopted_as_far_as_it_can_be_rebuilt(
    root: Path, open_owner: Open
) -> None:
    shared = write_original(root, "a_b", NOW_MS, triggers=("progressive-20", "quality-80"))
    (shared / STATE).write_bytes(b"{torn")
    before = contents(shared)
    owner = open_owner()
    assert owner.handle(turn("a:b", LATER_MS, 20, 75)) == ()
    assert contents(shared) == before
    assert owner.statistics().load_failures == {"torn": 1}


@pytest.mark.parametrize("session", ["-s", "x" * 130, "agent:main:main"])
def test_every_id_the_original_could_hold_finds_its_folder(
    session: str, root: Path, open_owner: Open
) -> None:
    write_original(root, session.replace(":", "_"), NOW_MS, triggers=("progressive-50",))
    assert values_of(open_owner().recall(session).bands) == (50,)


def test_an_original_state_behind_its_manifest_is_caught_up_and_counted(
    root: Path, open_owner: Open
) -> None:
    folder = write_original(root, "s-1", NOW_MS)
    write_checkpoint(folder, "quality-80", NOW_MS + MINUTE_MS)
    owner = open_owner()
    state = owner.recall("s-1")
    assert values_of(state.thresholds) == (80,)
    assert state.last_checkpoint_ms == NOW_MS + MINUTE_MS
    assert owner.statistics().load_failures == {"behind": 1}


def test_an_original_state_that_knows_its_manifest_is_not_behind(
    root: Path, open_owner: Open
) -> None:
    triggers = ("progressive-20", "milestone-edit-batch", "milestone-pre-fanout", "compact")
    write_original(root, "s-1", NOW_MS, triggers=triggers)
    owner = open_owner()
    owner.touch("s-1")
    assert owner.statistics().load_failures == {}


@pytest.mark.parametrize(
    "files",
    [
        pytest.param([f"{number}" for number in range(4_500)], id="many names"),
        pytest.param(["x" * 65_150, "a", "b"], id="a long name"),
        pytest.param(["a", "b", "x" * 65_150], id="a long last name"),
    ],
)
def test_a_session_of_the_original_is_never_blocked_by_its_length(
    files: list[str], root: Path, open_owner: Open
) -> None:
    path = write_state(root / "s-1", nine_fields(editedFiles=files, editWriteCount=9))
    assert path.stat().st_size <= 64 * 1024
    owner = open_owner()
    owner.handle(edit("s-1", NOW_MS, "new.py"))
    assert owner.recall("s-1").edit_files == len(files) + 1
    for _ in range(2):
        (outcome,) = owner.evict(["s-1"])
        assert outcome.is_done, outcome.why
        assert owner.recall("s-1").edit_files == len(files) + 1
        owner.handle(compact("s-1", NOW_MS))
        assert path.stat().st_size <= 64 * 1024
        owner.handle(turn("s-1", NOW_MS))


def test_observing_the_originals_directory_changes_nothing_in_it(
    root: Path, open_owner: Open, clock: Clock
) -> None:
    for name in ("s-1", "a_b", "-x"):
        write_original(root, name, NOW_MS)
    (root / "s-2").mkdir()
    (root / "s-2" / STATE).write_bytes(b"{torn")
    before = tree(root)
    observer = open_owner(read_only=True, capacity=1)
    for session in ("s-1", "a:b", "a_b", "-x", "s-2", "s-3"):
        observer.touch(session)
    observer.evict(["s-3"])
    observer.close()
    assert tree(root) == before
