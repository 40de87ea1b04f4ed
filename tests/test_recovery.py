"""What an owner finds after a kill or a damage: caught up, rebuilt, kept, and counted."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
from conftest import Open
from directories import (
    MANIFEST,
    STATE,
    nine_fields,
    read_state,
    tree,
    triggers_of,
    write_checkpoint,
    write_original,
)
from faulty_os import KillAt, KilledError, watched
from feeds import MINUTE_MS, NOW_MS, Clock, compact, edit, end, turn

from tracker import guard_names, open_store, values_of
from tracker.store.record import RECORD_BYTES

LATER_MS = NOW_MS + 10 * MINUTE_MS


def duplicate(raw: bytes) -> bytes:
    """An original record with one key twice."""
    assert raw
    return json.dumps(nine_fields()).replace("{", '{"editedFiles": ["x"], ', 1).encode()


BAD: dict[str, tuple[str, Callable[[bytes], bytes]]] = {
    "torn": ("torn", lambda raw: raw[: len(raw) // 2]),
    "empty": ("torn", lambda raw: b""),
    "zeroed": ("torn", lambda raw: b"\0" * len(raw)),
    "NaN": ("torn", lambda raw: raw.replace(str(NOW_MS).encode(), b"NaN", 1)),
    "wrong type": ("types", lambda raw: raw.replace(str(NOW_MS).encode(), b'"never"', 1)),
    "another file": ("types", lambda raw: b'{"some": "json"}'),
    "not UTF-8": ("encoding", lambda raw: raw.replace(b"s-1", b"s-\xff")),
    "duplicate keys": ("duplicates", duplicate),
    "flipped bit": ("checksum", lambda raw: raw.replace(b'"seq": 1', b'"seq": 3')),
    "flipped key": ("checksum", lambda raw: raw.replace(b'"holdfast"', b'"holdfasu"')),
    "over 64 KiB": ("size", lambda raw: raw + b" " * RECORD_BYTES),
}


def damaged(root: Path, open_owner: Open, how: str) -> bytes:
    """Captures band 20 of `s-1`, closes, and damages its record; returns the bad bytes."""
    owner = open_owner()
    owner.handle(turn("s-1", NOW_MS, 20))
    owner.close()
    path = root / "s-1" / STATE
    bad = BAD[how][1](path.read_bytes())
    path.write_bytes(bad)
    return bad


def kept_bad(folder: Path) -> list[bytes]:
    """The bad records kept in a folder, by name."""
    return [path.read_bytes() for path in sorted(folder.glob(f"{STATE}.corrupt-*"))]


@pytest.mark.parametrize("how", BAD)
def test_a_bad_record_is_rebuilt_kept_and_counted_and_nothing_comes_again(
    how: str, root: Path, open_owner: Open
) -> None:
    bad = damaged(root, open_owner, how)
    owner = open_owner()
    for number in range(3):
        assert owner.handle(turn("s-1", LATER_MS + number * MINUTE_MS, 34, 90)) == ()
    assert kept_bad(root / "s-1") == [bad]
    assert owner.statistics().load_failures == {BAD[how][0]: 1}
    state = owner.recall("s-1")
    assert values_of(state.bands) == (20,)
    assert guard_names(state.guards) == ("continuity", "nudge")
    owner.close()
    assert open_owner().recall("s-1") == state


@pytest.mark.parametrize("how", BAD)
def test_an_observer_of_a_bad_record_answers_keeps_nothing_and_writes_nothing(
    how: str, root: Path, open_owner: Open
) -> None:
    damaged(root, open_owner, how)
    before = tree(root)
    observer = open_owner(read_only=True)
    assert values_of(observer.recall("s-1").bands) == (20,)
    assert observer.statistics().load_failures == {BAD[how][0]: 1}
    observer.close()
    assert tree(root) == before


@pytest.mark.parametrize("steps", range(8))
@pytest.mark.parametrize("how", [how for how in BAD if how != "over 64 KiB"])
def test_a_kill_while_a_bad_record_is_put_aside_loses_nothing(
    how: str, steps: int, root: Path, open_owner: Open, clock: Clock
) -> None:
    bad = damaged(root, open_owner, how)
    store = open_store(root, clock=clock)
    with watched(KillAt(steps)), suppress(KilledError):
        store.load("s-1")
    store.close()
    owner = open_owner()
    assert owner.handle(turn("s-1", LATER_MS, 34, 90)) == ()
    assert bad in kept_bad(root / "s-1")


def test_a_bad_record_without_a_manifest_is_rebuilt_from_the_names_of_its_files(
    root: Path, open_owner: Open
) -> None:
    folder = write_original(root, "s-1", NOW_MS, triggers=("progressive-35", "quality-80"))
    (folder / MANIFEST).unlink()
    (folder / STATE).write_bytes(b"")
    state = open_owner().recall("s-1")
    assert (values_of(state.bands), values_of(state.thresholds)) == ((35,), (80,))
    assert state.last_checkpoint_ms == NOW_MS + MINUTE_MS


def test_at_most_8_bad_records_are_kept_the_latest(
    root: Path, open_owner: Open, clock: Clock
) -> None:
    owner = open_owner(capacity=1)
    owner.handle(turn("s-1", NOW_MS, 20))
    for number in range(12):
        owner.evict(["s-1"])
        (root / "s-1" / STATE).write_bytes(b"bad %02d" % number)
        clock.advance(number % 2)
        owner.touch("s-1")
    assert kept_bad(root / "s-1") == [b"bad %02d" % number for number in range(4, 12)]
    assert owner.statistics().load_failures == {"torn": 12}


@pytest.mark.parametrize("way", ["checkpoint", "spill", "release"])
def test_a_record_damaged_under_an_owner_is_put_aside_and_memory_wins(
    way: str, root: Path, open_owner: Open
) -> None:
    owner = open_owner()
    owner.handle(turn("s-1", NOW_MS, 20))
    owner.handle(edit("s-1", NOW_MS, "a.py"))
    (root / "s-1" / STATE).write_bytes(b"bad")
    if way == "checkpoint":
        owner.handle(compact("s-1", NOW_MS))
    elif way == "spill":
        owner.evict(["s-1"])
    else:
        owner.release(["s-1"])
    assert kept_bad(root / "s-1") == [b"bad"]
    assert owner.statistics().load_failures == {"torn": 1}
    state = owner.recall("s-1")
    assert values_of(state.bands) == (20,)
    assert state.guards == (0 if way == "release" else 1)


def test_a_state_behind_its_manifest_is_caught_up_and_counted(root: Path, open_owner: Open) -> None:
    owner = open_owner(capacity=1)
    owner.handle(turn("s-1", NOW_MS, 20))
    before = (root / "s-1" / STATE).read_bytes()
    owner.handle(turn("s-1", LATER_MS, 35))
    owner.evict(["s-1"])
    (root / "s-1" / STATE).write_bytes(before)
    assert owner.handle(turn("s-1", LATER_MS + 2 * MINUTE_MS, 19)) == ()
    state = owner.recall("s-1")
    assert values_of(state.bands) == (20, 35)
    assert state.last_checkpoint_ms == LATER_MS
    assert guard_names(state.guards) == ("continuity",)
    assert owner.statistics().load_failures == {"behind": 1}


def test_a_manifest_without_any_state_is_caught_up_from_nothing(
    root: Path, open_owner: Open
) -> None:
    owner = open_owner()
    owner.handle(turn("s-1", NOW_MS, 20))
    owner.evict(["s-1"])
    (root / "s-1" / STATE).unlink()
    assert values_of(owner.recall("s-1").bands) == (20,)
    assert owner.statistics().load_failures == {"behind": 1}


def test_an_edit_batch_the_state_missed_is_not_captured_again_at_once(
    root: Path, open_owner: Open
) -> None:
    owner = open_owner()
    for number in range(3):
        owner.handle(edit("s-1", NOW_MS + number, "a.py"))
    owner.evict(["s-1"])
    before = (root / "s-1" / STATE).read_bytes()
    assert owner.handle(edit("s-1", NOW_MS + 5, "a.py", 0))[0].trigger == "milestone-edit-batch"
    owner.evict(["s-1"])
    (root / "s-1" / STATE).write_bytes(before)
    for number in range(3):
        assert owner.handle(edit("s-1", LATER_MS + number, "a.py", 0)) == ()
    (effect,) = owner.handle(edit("s-1", LATER_MS + 4, "a.py", 0))
    assert effect.trigger == "milestone-edit-batch"


def test_a_torn_last_line_of_a_manifest_is_passed_over_and_closed_off(
    root: Path, open_owner: Open
) -> None:
    owner = open_owner()
    owner.handle(turn("s-1", NOW_MS, 20))
    owner.close()
    path = root / "s-1" / MANIFEST
    line = path.read_bytes()
    path.write_bytes(line + line[:40])
    owner = open_owner()
    owner.handle(compact("s-1", LATER_MS))
    lines = path.read_bytes().split(b"\n")
    assert [lines[0] + b"\n", lines[1]] == [line, line[:40]]
    assert json.loads(lines[2])["trigger"] == "compact"
    assert owner.statistics().load_failures == {}


def test_a_checkpoint_file_nobody_listed_is_no_checkpoint(root: Path, open_owner: Open) -> None:
    write_checkpoint(root / "s-1", "progressive-20", NOW_MS)
    (root / "s-1" / MANIFEST).unlink()
    owner = open_owner()
    assert owner.handle(turn("s-1", NOW_MS, 20))[-1].trigger == "progressive-20"
    assert len(list((root / "s-1").glob("*.md"))) == 2


def test_a_released_session_keeps_what_its_last_checkpoint_wrote(
    root: Path, open_owner: Open
) -> None:
    owner = open_owner()
    owner.handle(edit("s-1", NOW_MS, "a.py"))
    owner.handle(turn("s-1", NOW_MS + 1, 20))
    owner.handle(edit("s-1", NOW_MS + 2, "b.py"))
    owner.handle(end("s-1", NOW_MS + 3))
    record = read_state(root / "s-1")
    assert "live" not in record["holdfast"]
    assert (record["capturedFillBands"], record["editWriteCount"]) == ([20], 1)
    state = owner.recall("s-1")
    assert (state.edit_writes, state.edited_files) == (1, ("a.py",))
    assert (state.guards, state.prior_score) == (0, None)
    effects = owner.handle(turn("s-1", LATER_MS, 20))
    assert [effect.effect for effect in effects] == ["continuity"]
    assert triggers_of(root / "s-1") == ["progressive-20"]
