"""The disk fails: nothing is promised, memory is unchanged, and the same event works again."""

from __future__ import annotations

import errno
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import Open
from directories import read_state, write_original
from faulty_os import FailNth, fail, watched
from feeds import MINUTE_MS, NOW_MS, compact, edit, end, turn

from tracker import (
    Effect,
    Event,
    ReadError,
    SessionState,
    SessionTracker,
    StoreError,
    WriteError,
    open_tracker,
    values_of,
)
from tracker.store.folders import digest_folder

LATER_MS = NOW_MS + 10 * MINUTE_MS

Feed = list[Event]

FIRST_CHECKPOINT: Feed = [turn("s:1", NOW_MS, 20, 75)]
LATER_CHECKPOINT: Feed = [
    turn("s:1", NOW_MS, 20, 75),
    edit("s:1", NOW_MS + 5, "a.py"),
    compact("s:1", LATER_MS, "text"),
]
GUARD_ALONE: Feed = [edit("s:1", NOW_MS, "a.py"), turn("s:1", NOW_MS)]
EDIT_BATCH: Feed = [
    *(edit("s:1", NOW_MS + number, f"{number}.py") for number in range(3)),
    edit("s:1", NOW_MS + 9, "3.py", 0),
]
RELEASE: Feed = [turn("s:1", NOW_MS, 20), edit("s:1", NOW_MS, "a.py"), end("s:1", LATER_MS)]
RELEASE_WITH_CHECKPOINT: Feed = [
    turn("s:1", NOW_MS, 20),
    Event("session_end", "s:1", LATER_MS, 50, 90),
]
RELEASE_OF_NOTHING: Feed = [turn("s:1", NOW_MS), end("s:1", LATER_MS)]

FEEDS = {
    "first checkpoint": FIRST_CHECKPOINT,
    "later checkpoint": LATER_CHECKPOINT,
    "guard alone": GUARD_ALONE,
    "edit batch": EDIT_BATCH,
    "release": RELEASE,
    "release with checkpoint": RELEASE_WITH_CHECKPOINT,
    "release of nothing": RELEASE_OF_NOTHING,
}


def nothing(owner: SessionTracker) -> None:
    """Goes straight on."""


def evict_and_touch(owner: SessionTracker) -> None:
    """Spills the session and brings it back."""
    owner.evict(["s:1"])
    owner.touch("s:1")


BETWEEN = (nothing, evict_and_touch)


def attempted(
    owner: SessionTracker, event: Event, failing: FailNth
) -> tuple[tuple[Effect, ...], WriteError | None]:
    """Handles an event on a failing disk: its effects, or the error."""
    with watched(failing):
        try:
            return owner.handle(event), None
        except WriteError as error:
            return (), error


def replayed(root: Path, feed: Feed, between: Callable[[SessionTracker], None]) -> SessionState:
    """The state that a feed leaves where nothing fails."""
    with open_tracker(root, durability="process", clock=lambda: NOW_MS) as owner:
        for event in feed:
            owner.handle(event)
        between(owner)
        return owner.recall("s:1")


@pytest.mark.parametrize("between", BETWEEN)
@pytest.mark.parametrize("name", FEEDS)
@pytest.mark.parametrize("is_adopted", [False, True])
def test_whichever_step_fails_the_same_event_again_comes_to_the_same(
    name: str,
    between: Callable[[SessionTracker], None],
    is_adopted: bool,
    tmp_path: Path,
) -> None:
    *before, event = FEEDS[name]
    healthy = tmp_path / "healthy"
    if is_adopted:
        write_original(healthy, "s_1", NOW_MS - 5 * MINUTE_MS, triggers=("quality-80",))
    expected = replayed(healthy, FEEDS[name], nothing)
    step, failures = 0, 0
    while True:
        root = tmp_path / f"{step}"
        if is_adopted:
            write_original(root, "s_1", NOW_MS - 5 * MINUTE_MS, triggers=("quality-80",))
        with open_tracker(root, durability="power", clock=lambda: NOW_MS) as owner:
            for one in before:
                owner.handle(one)
            known, statistics = owner.sessions(), owner.statistics()
            failing = FailNth(step)
            effects, error = attempted(owner, event, failing)
            if error is not None:
                failures += 1
                assert str(root) in error.path
                assert str(root) in str(error)
                assert owner.sessions() == known
                assert owner.statistics().checkpoints == statistics.checkpoints
                between(owner)
                effects = owner.handle(event)
            assert effects == replay_last(tmp_path / f"{step}-healthy", name, is_adopted)
            assert owner.recall("s:1") == expected
        with open_tracker(root, durability="process", clock=lambda: NOW_MS) as owner:
            assert owner.recall("s:1") == expected
        if step >= failing.seen:
            break
        step += 1
    assert failures >= 2


def replay_last(root: Path, name: str, is_adopted: bool) -> tuple[Effect, ...]:
    """The effects of a feed's last event where nothing fails."""
    if is_adopted:
        write_original(root, "s_1", NOW_MS - 5 * MINUTE_MS, triggers=("quality-80",))
    with open_tracker(root, durability="process", clock=lambda: NOW_MS) as owner:
        return [owner.handle(event) for event in FEEDS[name]][-1]


def test_what_failed_is_forgotten_when_the_event_never_comes_again(
    root: Path, open_owner: Open
) -> None:
    owner = open_owner(durability="power")
    owner.handle(turn("s-1", NOW_MS, 20))
    last_step = fail_last_step(owner, turn("s-1", LATER_MS, 35))
    assert last_step > 4
    owner.evict(["s-1"])
    assert values_of(owner.recall("s-1").bands) == (20,)
    owner.handle(end("s-1", LATER_MS))
    assert values_of(owner.recall("s-1").bands) == (20,)
    assert read_state(root / "s-1")["capturedFillBands"] == [20]


def test_a_first_checkpoint_that_failed_is_forgotten_by_a_release(
    root: Path, open_owner: Open
) -> None:
    owner = open_owner(durability="power")
    owner.handle(turn("s:1", NOW_MS))
    fail_last_step(owner, turn("s:1", NOW_MS, 20))
    owner.handle(end("s:1", NOW_MS))
    assert owner.recall("s:1").bands == 0
    owner.close()
    assert open_owner().recall("s:1").bands == 0
    assert read_state(root / digest_folder("s:1"))["capturedFillBands"] == []


def fail_last_step(owner: SessionTracker, event: Event) -> int:
    """Lets the sync of the folder after the record's rename fail; returns its number."""
    known = owner.sessions()
    renames: list[int] = []
    seen = 0

    def watch(name: str, args: tuple[object, ...], options: dict[str, object]) -> None:
        nonlocal seen
        seen += 1
        if name == "rename" and args[1] == "policy-state.json":
            renames.append(seen)
        if name == "fsync" and renames:
            raise OSError(errno.EIO, "the disk is gone")

    with watched(watch), pytest.raises(WriteError, match="the disk is gone"):
        owner.handle(event)
    assert owner.sessions() == known
    return seen


def test_a_disk_that_fails_for_many_sessions_again_and_again_is_survived(
    root: Path, open_owner: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tracker.store.directory.UNCONFIRMED_KEPT", 3)
    owner = open_owner(durability="power")
    sessions = [f"s-{number}" for number in range(6)]
    for session in sessions:
        fail_last_step(owner, turn(session, NOW_MS, 20))
    for session in sessions[3:]:
        fail_last_step(owner, turn(session, NOW_MS, 20))
    # Of the first the memory was needed for others; what reached the disk counts as captured.
    assert [owner.recall(session).bands for session in sessions] == [1 << 20] * 3 + [0] * 3
    for session in sessions[3:]:
        assert owner.handle(turn(session, NOW_MS, 20))[-1].trigger == "progressive-20"


def test_a_release_by_hand_that_cannot_be_written_leaves_the_session_as_it_was(
    open_owner: Open,
) -> None:
    owner = open_owner()
    owner.handle(turn("s-1", NOW_MS, 20))
    known = owner.sessions()
    with watched(fail(errno.ENOSPC, "write")):
        (outcome,) = owner.release(["s-1"])
    assert not outcome.is_done
    assert "No space left" in outcome.why
    assert owner.sessions() == known
    assert owner.release(["s-1"])[0].is_done


def test_an_owner_that_cannot_list_its_directory_lets_go_of_it(open_owner: Open) -> None:
    with watched(fail(errno.EIO, "listdir")), pytest.raises(ReadError):
        open_owner()
    open_owner()


@pytest.mark.parametrize("code", [errno.EACCES, errno.EMFILE, errno.EIO])
def test_a_session_that_cannot_be_read_now_gets_no_answer_and_is_not_fresh(
    code: int, root: Path, open_owner: Open
) -> None:
    write_original(root, "s-1", NOW_MS)
    owner = open_owner()
    owner.handle(turn("other", NOW_MS))
    known = owner.sessions()
    for act in (
        lambda: owner.handle(turn("s-1", LATER_MS, 20)),
        lambda: owner.recall("s-1"),
        lambda: owner.handle(end("s-1", LATER_MS)),
    ):
        with watched(fail(code, "open")), pytest.raises(ReadError, match="can't be read now"):
            act()
    with watched(fail(code, "open")):
        (outcome,) = owner.rehydrate(["s-1"])
    assert not outcome.is_done
    assert "can't be read now" in outcome.why
    assert owner.sessions() == known
    assert owner.statistics().load_failures == {"unreadable": 4}
    assert [effect.effect for effect in owner.handle(turn("s-1", LATER_MS, 20))] == ["continuity"]


def test_a_session_in_memory_that_cannot_be_read_is_not_written_over(
    root: Path, open_owner: Open
) -> None:
    owner = open_owner()
    owner.handle(turn("s-1", NOW_MS, 20))
    record = (root / "s-1" / "policy-state.json").read_bytes()
    known = owner.sessions()
    with watched(fail(errno.EIO, "read")), pytest.raises(StoreError):
        owner.handle(compact("s-1", LATER_MS))
    assert owner.sessions() == known
    assert (root / "s-1" / "policy-state.json").read_bytes() == record
