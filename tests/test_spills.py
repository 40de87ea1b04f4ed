"""Spills that fail: the entry stays, the tracker says why, and the bound holds again later."""

from __future__ import annotations

import errno
import os
from pathlib import Path
from typing import Any

import pytest
from conftest import Open
from directories import STATE
from faulty_os import CHANGING, fail, watched
from feeds import NOW_MS, Clock, edit, end, turn

from tracker import Change, ChangeKind, SessionTracker, StoreError, open_tracker

FULL = fail(errno.ENOSPC, *(CHANGING - {"unlink", "rmdir"}))


def fill(owner: SessionTracker, *names: str) -> None:
    """Gives each session one edit that is only in memory."""
    for name in names:
        owner.handle(edit(name, NOW_MS, "a.py"))


def ids(owner: SessionTracker) -> list[str]:
    """The sessions in memory, oldest first."""
    return [one.session for one in reversed(owner.sessions())]


def block(root: Path, name: str) -> None:
    """Makes a session's folder one that is refused."""
    root.mkdir(exist_ok=True)
    (root / name).symlink_to("/nowhere")


def test_an_entry_whose_spill_fails_stays_and_the_tracker_says_why(open_owner: Open) -> None:
    owner = open_owner(capacity=2)
    fill(owner, "a", "b")
    state = owner.recall("a")
    with watched(FULL):
        (outcome,) = owner.evict(["a"])
        assert not outcome.is_done
        assert "it stays in memory" in outcome.why
        assert "No space left" in outcome.why
        assert owner.statistics().over_capacity_why == ""
        fill(owner, "c")
    statistics = owner.statistics()
    assert (statistics.occupancy, statistics.capacity) == (3, 2)
    assert "'a': it stays in memory" in statistics.over_capacity_why
    assert statistics.spill_failures == 3
    assert owner.peek("a").state is state  # type: ignore[union-attr]


def test_the_bound_holds_again_at_the_next_call_though_it_is_a_hit(open_owner: Open) -> None:
    owner = open_owner(capacity=2)
    with watched(FULL):
        fill(owner, "a", "b", "c", "d")
        assert ids(owner) == ["a", "b", "c", "d"]
    owner.handle(edit("d", NOW_MS, "b.py"))
    assert ids(owner) == ["c", "d"]
    assert owner.statistics().over_capacity_why == ""
    assert owner.recall("a").edited_files == ("a.py",)


@pytest.mark.parametrize("ended", ["d", "never-seen"])
def test_the_bound_holds_again_at_the_next_call_though_it_ends_a_session(
    ended: str, open_owner: Open
) -> None:
    owner = open_owner(capacity=2)
    with watched(FULL):
        fill(owner, "a", "b", "c", "d")
    owner.handle(end(ended, NOW_MS))
    assert len(owner) == 2
    assert "d" not in owner if ended == "d" else "d" in owner


@pytest.mark.parametrize("way", ["release", "grow", "end"])
def test_the_tracker_stops_saying_why_as_soon_as_the_bound_holds(
    way: str, open_owner: Open
) -> None:
    owner = open_owner(capacity=2)
    with watched(FULL):
        fill(owner, "a", "b", "c")
    assert owner.statistics().over_capacity_why
    if way == "release":
        owner.release(["c"])
    elif way == "end":
        owner.handle(end("b", NOW_MS))
    else:
        owner.set_capacity(3)
    assert owner.statistics().over_capacity_why == ""


def test_one_that_cannot_be_spilled_lets_the_next_oldest_go(root: Path, open_owner: Open) -> None:
    owner = open_owner(capacity=2)
    fill(owner, "a", "b")
    block(root, "a")
    fill(owner, "c", "d", "e")
    assert ids(owner) == ["a", "e"]
    assert owner.statistics().over_capacity_why == ""
    (root / "a").unlink()
    fill(owner, "f")
    assert ids(owner) == ["e", "f"]


def test_many_that_can_never_be_spilled_do_not_keep_the_others_in_memory(
    root: Path, open_owner: Open
) -> None:
    owner = open_owner(capacity=20)
    stuck = [f"stuck-{number}" for number in range(15)]
    fill(owner, *stuck)
    for name in stuck:
        block(root, name)
    for number in range(200):
        fill(owner, f"s-{number}")
        assert len(owner) <= 20 + 3
    assert set(stuck) <= set(ids(owner))
    for name in stuck:
        (root / name).unlink()
    for number in range(200, 220):
        fill(owner, f"s-{number}")
    assert ids(owner) == [f"s-{number}" for number in range(200, 220)]
    assert owner.recall("stuck-3").edited_files == ("a.py",)


def test_after_a_full_disk_the_oldest_still_go_first(open_owner: Open) -> None:
    owner = open_owner(capacity=5)
    fill(owner, "pinned")
    owner.pin("pinned")
    with watched(FULL):
        fill(owner, *(f"s-{number}" for number in range(40)))
        assert len(owner) == 41
    heard: list[Change] = []
    owner.subscribe(heard.extend)
    fill(owner, "s-39")
    # One that failed before is tried to see whether the disk is back; then all go in their order.
    gone = [change.session for change in heard if change.kind is ChangeKind.EVICTED][1:]
    assert gone == sorted(gone, key=lambda name: int(name.removeprefix("s-")))
    assert ids(owner) == ["pinned", "s-36", "s-37", "s-38", "s-39"]


def test_a_failing_disk_is_tried_a_bounded_number_of_times_a_call(open_owner: Open) -> None:
    owner = open_owner(capacity=1)
    with watched(FULL):
        fill(owner, *(f"s-{number}" for number in range(100)))
        tries = owner.statistics().spill_failures
        fill(owner, "s-99")
        fill(owner, "last")
        assert owner.statistics().spill_failures - tries <= 16
    assert len(owner) == 101
    fill(owner, "last")
    assert ids(owner) == ["last"]


def test_a_touched_entry_is_no_longer_the_first_to_be_tried(open_owner: Open) -> None:
    owner = open_owner(capacity=2)
    with watched(FULL):
        fill(owner, "a", "b", "c")
        owner.touch("a")
    fill(owner, "d")
    assert ids(owner) == ["a", "d"]


def test_clean_entries_go_while_the_disk_is_full(open_owner: Open) -> None:
    owner = open_owner(capacity=2)
    for name in "ab":
        owner.handle(turn(name, NOW_MS))
    with watched(FULL):
        owner.touch("c")
        owner.touch("d")
        assert ids(owner) == ["c", "d"]
        assert owner.recall("a").guards


def test_idle_entries_that_cannot_be_spilled_stay(open_owner: Open, clock: Clock) -> None:
    owner = open_owner(idle_ttl_ms=10)
    fill(owner, "a")
    clock.advance(10)
    with watched(FULL):
        fill(owner, "b")
        assert ids(owner) == ["a", "b"]
    owner.touch("b")
    assert owner.evict_idle(10) == ("a",)


def test_closing_spills_what_it_can_says_what_it_could_not_and_frees_the_directory(
    root: Path, open_owner: Open, clock: Clock
) -> None:
    owner = open_owner()
    fill(owner, "a", "b", "c")
    block(root, "b")
    with pytest.raises(StoreError, match=r"1 session\(s\) could not be spilled.*refused") as caught:
        owner.close()
    assert caught.value.path.endswith("/b")
    (root / "b").unlink()
    with open_tracker(root, clock=clock) as owner:
        assert [owner.recall(name).edit_writes for name in "abc"] == [1, 0, 1]


def test_a_spill_that_failed_half_way_can_be_spilled_again(open_owner: Open) -> None:
    owner = open_owner(durability="power", capacity=1)
    fill(owner, "a")
    renamed: list[Any] = []

    def after_rename(name: str, args: tuple[Any, ...], options: dict[str, Any]) -> None:
        if name == "rename":
            renamed.append(args)
        if name == "fsync" and renamed:
            raise OSError(errno.EIO, os.strerror(errno.EIO))

    with watched(after_rename):
        assert not owner.evict(["a"])[0].is_done
    fill(owner, "a")
    assert owner.evict(["a"])[0].is_done
    assert owner.recall("a").edit_writes == 2


def test_without_spilling_an_eviction_writes_nothing_and_counters_restart(
    root: Path, open_owner: Open
) -> None:
    owner = open_owner(spill=False)
    assert not owner.spills
    owner.handle(turn("a", NOW_MS, 20))
    record = (root / "a" / STATE).read_bytes()
    fill(owner, "a", "a")
    owner.evict(["a"])
    assert (root / "a" / STATE).read_bytes() == record
    assert owner.recall("a").edit_writes == 0
    assert owner.recall("a").guards == 1
    assert owner.statistics().spills == 0
