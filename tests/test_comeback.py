"""What was evicted comes back exactly: state, times, pin and place; or it is said why not."""

from __future__ import annotations

import errno
from pathlib import Path

import pytest
from conftest import Open
from directories import STATE, write_original
from faulty_os import fail, watched
from feeds import MINUTE_MS, NOW_MS, Clock, compact, edit, end, turn
from recency import busy, same

from tracker import ClosedError, Event, open_tracker


@pytest.mark.parametrize("spill", [True, False])
@pytest.mark.parametrize("gone", [("c",), ("a", "e"), ("d", "b", "c"), ("a", "b", "c", "d", "e")])
def test_an_eviction_by_hand_is_undone_exactly(
    gone: tuple[str, ...], spill: bool, open_owner: Open, clock: Clock
) -> None:
    owner = open_owner(spill=spill)
    was = busy(owner, clock, "a", "b", "c", "d", "e")
    owner.evict(gone)
    clock.advance(5_000)
    outcomes = owner.restore(one for one in was if one.session in gone)
    assert all(outcome.is_done for outcome in outcomes)
    assert same(owner.sessions(), was)


def test_without_spilling_what_was_only_in_memory_is_still_dirty(
    open_owner: Open, clock: Clock
) -> None:
    owner = open_owner(spill=False)
    (was,) = busy(owner, clock, "a")
    assert was.dirty_fields == ("edit_writes", "edited_files")
    owner.evict(["a"])
    owner.restore([was])
    assert owner.peek("a") == was


def test_after_a_spill_nothing_is_dirty_any_more(open_owner: Open, clock: Clock) -> None:
    owner = open_owner()
    (was,) = busy(owner, clock, "a")
    owner.evict(["a"])
    owner.restore([was])
    now = owner.peek("a")
    assert now is not None
    assert (now.dirty_fields, now.seq) == ((), was.seq + 1)


def test_a_session_that_was_never_stored_comes_back_too(open_owner: Open) -> None:
    owner = open_owner()
    owner.handle(Event("after_tool_call", "a", NOW_MS, tool="Read"))
    was = owner.sessions()
    owner.evict(["a"])
    (outcome,) = owner.restore(was)
    assert outcome.is_done
    assert same(owner.sessions(), was)


def test_a_pin_comes_back_where_one_may_still_be_set(open_owner: Open, clock: Clock) -> None:
    owner = open_owner(capacity=3)
    busy(owner, clock, "a", "b", "c")
    owner.pin("a")
    was = owner.sessions()
    owner.unpin("a")
    owner.evict(["a"])
    (outcome,) = owner.restore([was[-1]])
    assert outcome.why == ""
    assert same(owner.sessions(), was)
    assert owner.statistics().pinned == 1
    owner.unpin("a")
    owner.evict(["a"])
    owner.pin("b")
    owner.pin("c")
    (outcome,) = owner.restore([was[-1]])
    assert outcome.is_done
    assert "no longer pinned" in outcome.why
    assert owner.statistics().pinned == 2


def test_one_that_is_in_memory_again_is_left_as_it_is(open_owner: Open, clock: Clock) -> None:
    owner = open_owner()
    (was,) = busy(owner, clock, "a")
    owner.evict(["a"])
    owner.handle(edit("a", NOW_MS, "later.py"))
    now = owner.peek("a")
    (outcome,) = owner.restore([was])
    assert (outcome.is_done, outcome.why) == (False, "already in memory")
    assert owner.peek("a") == now


@pytest.mark.parametrize("spill", [True, False])
def test_one_that_went_on_since_is_refused(spill: bool, open_owner: Open, clock: Clock) -> None:
    owner = open_owner(spill=spill)
    (was,) = busy(owner, clock, "a")
    owner.evict(["a"])
    owner.handle(compact("a", NOW_MS + 2 * MINUTE_MS))
    owner.evict(["a"])
    (outcome,) = owner.restore([was])
    assert not outcome.is_done
    assert "went on since" in outcome.why
    assert "a" not in owner


@pytest.mark.parametrize("spill", [True, False])
@pytest.mark.parametrize("first", [turn, edit])
def test_one_that_ended_since_is_refused(first: object, spill: bool, open_owner: Open) -> None:
    owner = open_owner(spill=spill)
    owner.handle(first("a", NOW_MS))  # type: ignore[operator]
    (was,) = owner.sessions()
    owner.evict(["a"])
    owner.handle(end("a", NOW_MS + 1))
    (outcome,) = owner.restore([was])
    assert (outcome.is_done, outcome.why) == (False, "it ended since")
    assert "a" not in owner


def test_one_for_which_there_is_no_room_is_refused(open_owner: Open, clock: Clock) -> None:
    owner = open_owner(capacity=2)
    was = busy(owner, clock, "a", "b")
    owner.evict(["a"])
    owner.handle(turn("c", NOW_MS))
    (outcome,) = owner.restore([was[1]])
    assert (outcome.is_done, outcome.why) == (False, "memory is full again, 2 of 2")
    assert [one.session for one in owner.sessions()] == ["c", "b"]


def test_one_that_a_foreign_writer_changed_since_is_refused(root: Path, open_owner: Open) -> None:
    write_original(root, "a", NOW_MS)
    owner = open_owner()
    owner.touch("a")
    was = owner.sessions()
    owner.evict(["a"])
    write_original(root, "a", NOW_MS + MINUTE_MS, triggers=("progressive-35",))
    (outcome,) = owner.restore(was)
    assert not outcome.is_done
    assert "a" not in owner


def test_one_that_cannot_be_read_is_refused_with_its_why(open_owner: Open, clock: Clock) -> None:
    owner = open_owner()
    was = busy(owner, clock, "a")
    owner.evict(["a"])
    with watched(fail(errno.EIO, "read")):
        (outcome,) = owner.restore(was)
    assert not outcome.is_done
    assert "can't be read now" in outcome.why
    assert owner.restore(was)[0].is_done


def test_a_record_that_was_torn_since_is_refused_with_its_why(
    root: Path, open_owner: Open, clock: Clock
) -> None:
    owner = open_owner()
    was = busy(owner, clock, "a")
    owner.evict(["a"])
    (root / "a" / STATE).write_bytes(b"[]")
    (outcome,) = owner.restore(was)
    assert not outcome.is_done
    assert outcome.why


def test_an_undone_eviction_is_no_hit_no_miss_and_no_thrash(open_owner: Open, clock: Clock) -> None:
    owner = open_owner()
    was = busy(owner, clock, "a", "b")
    before = owner.statistics()
    owner.evict(["a", "b"])
    owner.restore(was)
    after = owner.statistics()
    assert (after.hits, after.misses, after.thrash) == (before.hits, before.misses, 0)
    assert after.rehydrations == before.rehydrations + 2


def test_an_observer_undoes_an_eviction_too(root: Path, clock: Clock) -> None:
    write_original(root, "a", NOW_MS)
    write_original(root, "b", NOW_MS)
    with open_tracker(root, read_only=True, clock=clock) as observer:
        observer.observe("a", NOW_MS)
        observer.observe("b", NOW_MS)
        was = observer.sessions()
        observer.evict(["a"])
        assert observer.restore(was[1:])[0].is_done
        assert same(observer.sessions(), was)


def test_a_closed_tracker_is_refused(open_owner: Open, clock: Clock) -> None:
    owner = open_owner()
    was = busy(owner, clock, "a")
    owner.close()
    with pytest.raises(ClosedError):
        owner.restore(was)
    with pytest.raises(ClosedError):
        owner.drill(["a"])
