"""The tracker: one bound, one order, and nobody can tell what was evicted."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from conftest import Open
from faulty_os import watched
from feeds import MINUTE_MS, NOW_MS, Clock, edit, end, turn

from tracker import (
    CapacityError,
    ClosedError,
    Event,
    Rules,
    SessionTracker,
    guard_names,
    open_tracker,
)

DAY_MS = 24 * 60 * MINUTE_MS


def ids(tracker: SessionTracker) -> list[str]:
    """The sessions in memory, oldest first."""
    return [session.session for session in reversed(tracker.sessions())]


def test_of_2500_sessions_2000_stay_the_oldest_500_gone_and_a_refreshed_one_survives_a_wave(
    open_owner: Open,
) -> None:
    owner = open_owner()
    assert owner.capacity == 2_000
    for number in range(2_500):
        owner.handle(edit(f"s-{number}", NOW_MS, "a.py"))
    assert ids(owner) == [f"s-{number}" for number in range(500, 2_500)]
    owner.handle(edit("s-500", NOW_MS, "b.py"))
    for number in range(2_500, 4_499):
        owner.handle(edit(f"s-{number}", NOW_MS, "a.py"))
    assert "s-500" in owner
    assert "s-501" not in owner
    assert len(owner) == 2_000
    assert owner.statistics().evictions["capacity"] == 2_499
    assert owner.recall("s-0").edited_files == ("a.py",)


def test_an_evicted_entry_comes_back_with_its_spilled_counts(open_owner: Open) -> None:
    owner = open_owner()
    owner.handle(turn("s-1", NOW_MS, 10, 77.5))
    owner.handle(edit("s-1", NOW_MS + 1, "a.py"))
    before = owner.recall("s-1")
    assert owner.evict(["s-1"])[0].is_done
    assert "s-1" not in owner
    assert owner.recall("s-1") == before
    assert guard_names(before.guards) == ("continuity",)
    assert (before.prior_score, before.edit_writes) == (77.5, 1)
    assert before.last_evaluated_ms == NOW_MS


def test_every_event_and_touch_moves_a_session_and_nothing_else_does(open_owner: Open) -> None:
    owner = open_owner(capacity=3)
    for name in "abc":
        owner.handle(turn(name, NOW_MS))
    owner.handle(Event("before_tool_call", "a", NOW_MS, tool="Bash"))
    assert ids(owner) == ["b", "c", "a"]
    owner.touch("b")
    assert ids(owner) == ["c", "a", "b"]
    owner.peek("c")
    owner.statistics()
    assert [one.session for one in owner.coldest(2)] == ["c", "a"]
    assert (list(owner), "c" in owner, len(owner)) == (["c", "a", "b"], True, 3)
    assert owner.coldest(-1) == ()
    owner.pin("c")
    owner.unpin("c")
    assert owner.rehydrate(["c"])[0].why == "already in memory"
    assert ids(owner) == ["c", "a", "b"]
    assert owner.peek("nobody") is None


def test_a_pinned_session_is_never_evicted_and_one_place_stays_free(open_owner: Open) -> None:
    owner = open_owner(capacity=2)
    assert owner.pin("a").why == "not in memory"
    for name in "ab":
        owner.handle(turn(name, NOW_MS))
    assert owner.pin("a").is_done
    assert owner.pin("a").why == "already pinned"
    assert "one must stay free" in owner.pin("b").why
    for name in "cdef":
        owner.handle(turn(name, NOW_MS))
        assert ids(owner) == ["a", name]
    assert owner.evict(["a"])[0].why == "pinned; unpin it first"
    assert [one.session for one in owner.coldest(5)] == ["f"]
    with pytest.raises(CapacityError, match="no room beside 1 pinned"):
        owner.set_capacity(1)
    assert owner.evict_idle(0) == ("f",)
    assert owner.unpin("a").is_done
    assert owner.unpin("a").why == "not pinned"
    owner.set_capacity(1)
    owner.handle(turn("g", NOW_MS))
    assert ids(owner) == ["g"]


def test_a_pinned_session_that_ends_gives_its_place_back(open_owner: Open) -> None:
    owner = open_owner(capacity=2)
    owner.handle(turn("a", NOW_MS))
    owner.pin("a")
    owner.handle(end("a", NOW_MS))
    assert owner.statistics().pinned == 0
    owner.handle(turn("b", NOW_MS))
    assert owner.pin("b").is_done


def test_shrinking_evicts_the_oldest_and_growing_evicts_nobody(open_owner: Open) -> None:
    owner = open_owner(capacity=5)
    for name in "abcde":
        owner.handle(edit(name, NOW_MS, "x.py"))
    owner.set_capacity(2)
    assert ids(owner) == ["d", "e"]
    owner.set_capacity(9)
    assert (ids(owner), owner.capacity) == (["d", "e"], 9)
    for capacity in (0, -1, True, 2.0):
        with pytest.raises(CapacityError):
            owner.set_capacity(capacity)
    assert owner.capacity == 9
    assert owner.recall("a").edit_writes == 1


def test_idle_sessions_go_oldest_first_by_hand_and_as_others_are_touched(
    open_owner: Open, clock: Clock
) -> None:
    owner = open_owner(idle_ttl_ms=MINUTE_MS)
    owner.handle(turn("a", NOW_MS))
    clock.advance(MINUTE_MS - 1)
    owner.handle(turn("b", NOW_MS))
    assert ids(owner) == ["a", "b"]
    clock.advance(1)
    owner.handle(turn("c", NOW_MS))
    assert ids(owner) == ["b", "c"]
    clock.advance(DAY_MS)
    owner.handle(turn("b", NOW_MS))
    assert ids(owner) == ["b"]
    clock.advance(5)
    assert owner.evict_idle(6) == ()
    assert owner.evict_idle(5) == ("b",)
    assert owner.statistics().evictions["idle"] == 3


def test_a_clock_that_was_set_back_makes_nobody_idle(open_owner: Open, clock: Clock) -> None:
    owner = open_owner()
    owner.handle(turn("a", NOW_MS))
    clock.advance(-DAY_MS)
    owner.handle(turn("b", NOW_MS))
    clock.advance(MINUTE_MS)
    assert owner.evict_idle(MINUTE_MS) == ("b",)
    assert ids(owner) == ["a"]


def test_a_hit_that_comes_to_nothing_does_no_io(open_owner: Open) -> None:
    owner = open_owner()
    owner.handle(turn("a", NOW_MS, 10, 90))
    calls: list[str] = []
    with watched(lambda name, args, options: calls.append(name)):
        owner.handle(turn("a", NOW_MS + 1, 10, 60))
        owner.handle(edit("a", NOW_MS + 2, "a.py", 10))
        owner.handle(Event("before_tool_call", "a", NOW_MS + 3, tool="Task"))
        owner.touch("a")
        owner.peek("a")
        owner.statistics()
        owner.handle(Event("after_tool_call", "a", NOW_MS + 4, 10, 90, tool="Read"))
    assert calls == []
    assert owner.peek("a").dirty_fields == (  # type: ignore[union-attr]
        "edit_writes",
        "edited_files",
        "prior_score",
    )


def test_an_event_without_a_time_happens_now(open_owner: Open, clock: Clock) -> None:
    owner = open_owner()
    clock.advance(77)
    (effect,) = owner.handle(Event("before_compaction", "a"))
    assert effect.at_ms == NOW_MS + 77


def test_rules_are_the_policys_numbers(open_owner: Open) -> None:
    owner = open_owner(rules=Rules(bands=(5,), thresholds=()))
    assert owner.rules.bands == (5,)
    assert owner.handle(turn("a", NOW_MS, 5))[-1].trigger == "progressive-5"


def test_a_closed_tracker_says_so_and_closing_twice_is_one_closing(open_owner: Open) -> None:
    owner = open_owner()
    owner.handle(turn("a", NOW_MS))
    owner.close()
    owner.close()
    for act in (
        lambda: owner.handle(turn("a", NOW_MS)),
        lambda: owner.recall("a"),
        lambda: owner.evict(["a"]),
        lambda: owner.rehydrate(["b"]),
        lambda: owner.release(["a"]),
        lambda: owner.pin("a"),
        lambda: owner.unpin("a"),
        lambda: owner.evict_idle(0),
        lambda: owner.set_capacity(5),
    ):
        with pytest.raises(ClosedError):
            act()


def test_a_clean_restart_keeps_everything(open_owner: Open) -> None:
    with open_owner() as owner:
        owner.handle(turn("a", NOW_MS, 60, 90))
        owner.handle(edit("a", NOW_MS, "x.py"))
        owner.handle(turn("b", NOW_MS))
        states = {one.session: one.state for one in owner.sessions()}
    with open_owner() as owner:
        assert {name: owner.recall(name) for name in states} == states


def test_a_session_is_released_and_brought_back_by_hand(open_owner: Open) -> None:
    owner = open_owner()
    owner.handle(turn("a", NOW_MS, 20))
    (released, unknown) = owner.release(["a", "b"])
    assert (released.is_done, unknown.why) == (True, "not in memory")
    (back, nowhere) = owner.rehydrate(["a", "b"])
    assert (back.is_done, nowhere.why) == (True, "nothing of it is on disk")
    assert guard_names(owner.recall("a").guards) == ()


def test_eight_threads_at_once_break_nothing(open_owner: Open) -> None:
    owner = open_owner(capacity=5)
    heard: list[int] = []
    owner.subscribe(lambda changes: heard.extend(change.number for change in changes))
    failed: list[BaseException] = []
    occupancies: set[int] = set()

    def work(thread: int) -> None:
        try:
            for number in range(60):
                name = f"s-{(thread + number) % 11}"
                owner.handle(edit(name, NOW_MS + number, f"{thread}.py"))
                owner.touch(f"s-{number % 7}")
                owner.pin(name)
                owner.unpin(name)
                owner.evict([f"s-{number % 5}"])
                occupancies.add(len(owner.sessions()))
        except BaseException as error:  # noqa: BLE001
            failed.append(error)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    assert max(occupancies) <= 5
    assert sorted(heard) == list(range(1, len(heard) + 1))
    assert sum(owner.recall(f"s-{number}").edit_writes for number in range(11)) == 480


def test_a_home_path_is_expanded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    open_tracker("~/state").close()
    assert (tmp_path / "state").is_dir()
