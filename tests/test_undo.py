"""What can be undone: the last steps, bounded, and what stays of one that came back in part."""

from __future__ import annotations

import errno
from pathlib import Path

import pytest
from console_support import compaction, turn
from console_values import in_memory
from faulty_os import fail, watched
from hypothesis import given
from hypothesis import strategies as st

from console.acting.deed import Action
from console.acting.undo import Step, UndoPast, left_over
from tracker import Outcome, SessionTracker, TrackedSession, open_tracker


def step(number: int, sessions: int = 1, capacity: int | None = None) -> Step:
    was = tuple(in_memory(f"{number}-{one}", recency=one) for one in range(sessions))
    return Step(Action.EVICT, number, was, capacity)


def ids(one: Step) -> list[str]:
    return [session.session for session in one.was]


def test_the_last_step_is_the_first_to_be_undone() -> None:
    past = UndoPast()
    assert past.peek() is None
    assert past.pop() is None
    past.push(step(1))
    past.push(step(2))
    assert past.peek() == step(2)
    assert past.pop() == step(2)
    assert past.pop() == step(1)
    assert past.steps == ()


@given(st.lists(st.integers(0, 12), max_size=30))
def test_steps_and_sessions_are_bounded_and_the_latest_are_kept(sizes: list[int]) -> None:
    past = UndoPast(steps=5, sessions=10)
    for number, size in enumerate(sizes):
        assert past.push(step(number, size)) == max(size - 10, 0)
        kept = past.steps
        assert kept[-1].at_ms == number
        assert len(kept) <= 5
        assert sum(len(one.was) for one in kept) <= 10
        assert [one.at_ms for one in kept] == list(range(number + 1))[-len(kept) :]
        # No more is forgotten than has to be.
        if len(kept) < min(5, number + 1):
            room = 10 - sum(len(one.was) for one in kept)
            assert min(sizes[number - len(kept)], 10) > room


def test_of_a_step_that_is_too_large_the_sessions_used_last_are_kept() -> None:
    past = UndoPast(sessions=3)
    assert past.push(step(1, sessions=5)) == 2
    (kept,) = past.steps
    assert sorted(ids(kept)) == ["1-2", "1-3", "1-4"]


def test_what_is_left_of_the_last_step_takes_its_place_or_leaves_none() -> None:
    past = UndoPast()
    past.push(step(1))
    past.push(step(2, sessions=2))
    past.put_back(Step(Action.EVICT, 2, step(2, sessions=2).was[:1]))
    assert [ids(one) for one in past.steps] == [["1-0"], ["2-0"]]
    past.put_back(Step(Action.EVICT, 2, ()))
    assert past.steps == (step(1),)
    past.put_back(Step(Action.CAPACITY, 1, (), capacity=7))
    assert past.steps == (Step(Action.CAPACITY, 1, (), 7),)
    past.pop()
    with pytest.raises(IndexError):
        past.put_back(step(3))


# -- what stays, in the tracker's own words ---------------------------------------------------


def evicted(tracker: SessionTracker, *sessions: str) -> tuple[TrackedSession, ...]:
    was = tuple(one for name in sessions if (one := tracker.peek(name)) is not None)
    assert all(outcome.is_done for outcome in tracker.evict(sessions))
    return was


def undone(tracker: SessionTracker, was: tuple[TrackedSession, ...]) -> list[str]:
    """Tries to bring sessions back; returns those that stay to be tried again."""
    return ids(left_over(Step(Action.EVICT, 0, was), tracker.restore(was)))


@pytest.fixture
def tracker(tmp_path: Path) -> SessionTracker:
    made = open_tracker(tmp_path / "state", capacity=3, durability="process")
    for name in ("s-1", "s-2", "s-3"):
        made.handle(turn(name, 22))
        made.handle(compaction(name))
    return made


def test_what_came_back_leaves_the_step(tracker: SessionTracker) -> None:
    with tracker:
        assert undone(tracker, evicted(tracker, "s-1", "s-2")) == []
        assert len(tracker) == 3


def test_what_found_no_room_stays_and_comes_back_when_there_is_some(
    tracker: SessionTracker,
) -> None:
    with tracker:
        was = evicted(tracker, "s-1", "s-2")
        tracker.handle(turn("new"))
        assert undone(tracker, was) == ["s-2"]
        tracker.evict(["new"])
        assert undone(tracker, was[1:]) == []


def test_what_went_on_or_ended_leaves_the_step(tracker: SessionTracker) -> None:
    with tracker:
        was = evicted(tracker, "s-1", "s-2", "s-3")
        tracker.handle(compaction("s-1"))
        tracker.handle(compaction("s-2"))
        tracker.evict(["s-2"])
        tracker.rehydrate(["s-3"])
        tracker.release(["s-3"])
        assert undone(tracker, was) == []


def test_what_the_disk_cannot_give_right_now_stays(tracker: SessionTracker, tmp_path: Path) -> None:
    with tracker:
        was = evicted(tracker, "s-1")
        with watched(fail(errno.EMFILE, "open")):
            assert undone(tracker, was) == ["s-1"]
        assert undone(tracker, was) == []


def test_a_note_on_what_came_back_is_no_reason_to_keep_it() -> None:
    was = (in_memory("s-1"),)
    outcomes = [Outcome("s-1", True, "no longer pinned: memory is full again")]
    assert left_over(Step(Action.EVICT, 0, was), outcomes).is_empty
