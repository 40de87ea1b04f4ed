"""What an operator took out of memory comes back exactly, a release too; or it is said why not."""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import pytest
from conftest import Open
from directories import STATE, read_state, scratch, tree, write_checkpoint, write_original
from faulty_os import FailNth, KillAt, KilledError, fail, watched
from feeds import MINUTE_MS, NOW_MS, STEPS_MS, Clock, any_event, compact, edit, end, turn
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
)
from msgspec.structs import replace
from recency import busy, same

from tracker import (
    Change,
    ChangeKind,
    Event,
    Outcome,
    ReadOnlyError,
    SessionTracker,
    TrackedSession,
    open_tracker,
)

SESSIONS = ("a:b", "-a_b", "A_B")
NAMES = st.sampled_from(SESSIONS)
BOTH = pytest.mark.parametrize("spill", [True, False])


def was_of(outcomes: Sequence[Outcome]) -> list[TrackedSession]:
    """What the outcomes say the sessions were."""
    return [one.was for one in outcomes if one.was is not None]


def whys(outcomes: Sequence[Outcome]) -> list[str]:
    """Why each was refused; it was."""
    assert not any(one.is_done for one in outcomes)
    return [one.why for one in outcomes]


# -- what an outcome tells --------------------------------------------------------------------


def test_an_eviction_and_a_release_tell_what_the_session_was_just_before(
    open_owner: Open, clock: Clock
) -> None:
    owner = open_owner(capacity=4)
    busy(owner, clock, "a", "b", "c")
    owner.pin("b")
    c, b, a = owner.sessions()
    assert [one.was for one in owner.evict(["a"])] == [a]
    assert [one.was for one in owner.release(["c", "b"])] == [c, b]
    assert a.dirty_fields == ("edit_writes", "edited_files")


def test_what_was_refused_or_took_nothing_out_of_memory_was_nothing(
    open_owner: Open, clock: Clock
) -> None:
    owner = open_owner()
    busy(owner, clock, "a")
    owner.pin("a")
    outcomes = [*owner.evict(["a", "b"]), *owner.release(["b"]), *owner.rehydrate(["a"])]
    outcomes.append(owner.unpin("a"))
    with watched(fail(errno.EIO, "fsync", "write")):
        outcomes += [*owner.evict(["a"]), *owner.release(["a"])]
    assert {one.was for one in outcomes} == {None}


def test_a_smaller_capacity_tells_who_went_for_it_oldest_first(
    open_owner: Open, clock: Clock
) -> None:
    owner = open_owner()
    was = busy(owner, clock, "a", "b", "c", "d")
    owner.pin("b")
    outcomes = owner.set_capacity(2)
    assert [one.was for one in outcomes] == [was[3], was[1]]
    assert [(one.session, one.is_done) for one in outcomes] == [("a", True), ("c", True)]
    assert owner.set_capacity(9) == ()
    assert all(one.is_done for one in owner.restore(was_of(outcomes)))
    assert [one.session for one in owner.sessions()] == ["d", "c", "b", "a"]


def test_one_that_cannot_be_spilled_for_a_smaller_capacity_is_not_among_those_who_went(
    open_owner: Open, clock: Clock
) -> None:
    owner = open_owner()
    busy(owner, clock, "a")
    owner.handle(compact("b", NOW_MS))
    with watched(fail(errno.EIO, "write")):
        outcomes = owner.set_capacity(1)
    assert [one.session for one in outcomes] == ["b"]
    owner.handle(compact("c", NOW_MS))
    with watched(fail(errno.EIO, "write")):
        owner.touch("b")
    assert "a" not in owner
    assert owner.statistics().over_capacity_why == ""


# -- a release undone -------------------------------------------------------------------------


@BOTH
@pytest.mark.parametrize("gone", [("c",), ("a", "e"), ("d", "b", "c"), ("a", "b", "c", "d", "e")])
def test_a_release_by_hand_is_undone_exactly(
    gone: tuple[str, ...], spill: bool, open_owner: Open, clock: Clock
) -> None:
    owner = open_owner(spill=spill, capacity=6)
    busy(owner, clock, "a", "b", "c", "d", "e")
    owner.pin("c")
    was = owner.sessions()
    outcomes = owner.release(gone)
    clock.advance(5_000)
    assert all(one.is_done and not one.why for one in owner.restore(was_of(outcomes)))
    assert same(owner.sessions(), was)
    assert owner.statistics().pinned == 1


def test_its_guards_its_prior_score_and_what_was_newer_are_on_disk_again(
    root: Path, open_owner: Open, clock: Clock
) -> None:
    owner = open_owner()
    owner.handle(turn("a", NOW_MS, 22, 90))
    owner.handle(edit("a", NOW_MS + MINUTE_MS, "a.py"))
    (was,) = owner.sessions()
    owner.evict(["a"])
    spilled = read_state(root / "a")
    owner.touch("a")
    outcomes = owner.release(["a"])
    assert "live" not in read_state(root / "a")["holdfast"]
    owner.restore(was_of(outcomes))
    again = read_state(root / "a")
    assert again["holdfast"]["live"] == spilled["holdfast"]["live"]
    assert again["holdfast"]["live"]["guards"] == ["continuity"]
    assert {**again, "holdfast": {}} == {**spilled, "holdfast": {}}
    with open_tracker(root, read_only=True, clock=clock) as observer:
        assert observer.recall("a") == was.state
    now = owner.peek("a")
    assert now is not None
    assert now.dirty_fields == ()


def test_without_spilling_what_was_only_in_memory_is_still_only_there(
    root: Path, open_owner: Open, clock: Clock
) -> None:
    owner = open_owner(spill=False)
    owner.handle(turn("a", NOW_MS, 10, 90))
    owner.handle(turn("a", NOW_MS + MINUTE_MS, 10, 85))
    (was,) = owner.sessions()
    assert "prior_score" in was.dirty_fields
    before = read_state(root / "a")["holdfast"]["live"]
    owner.restore(was_of(owner.release(["a"])))
    now = owner.peek("a")
    assert now is not None
    assert (now.state, now.dirty_fields) == (was.state, was.dirty_fields)
    assert read_state(root / "a")["holdfast"]["live"] == before
    assert before["priorScore"] == 90


@BOTH
@pytest.mark.parametrize("event", [edit("a", NOW_MS, "a.py"), compact("a", NOW_MS), turn("a", 1)])
def test_it_comes_back_whatever_the_disk_held_of_it(
    event: Event, spill: bool, root: Path, open_owner: Open
) -> None:
    owner = open_owner(spill=spill)
    owner.handle(event)
    owner.handle(edit("a", NOW_MS, "b.py"))
    was, had_folder = owner.sessions(), (root / "a").exists()
    outcomes = owner.release(["a"])
    assert (root / "a").exists() == (event.type == "before_compaction")
    assert owner.restore(was_of(outcomes))[0].is_done
    assert same(owner.sessions(), was)
    assert (root / "a").exists() == had_folder
    owner.close()
    with open_tracker(root, read_only=True) as observer:
        state = observer.recall("a")
    if spill:
        assert state == was[0].state
    assert state.guards == was[0].state.guards


@BOTH
@pytest.mark.parametrize("is_released", [False, True])
@pytest.mark.parametrize("edits", [0, 1])
def test_a_session_read_from_a_folder_of_the_originals_comes_back_too(
    edits: int, is_released: bool, spill: bool, root: Path, open_owner: Open
) -> None:
    write_original(root, "a_b", NOW_MS)
    owner = open_owner(spill=spill)
    owner.touch("a:b")
    for _ in range(edits):
        owner.handle(edit("a:b", NOW_MS, "a.py"))
    was = owner.sessions()
    assert "adopted" in was[0].dirty_fields
    take_out = owner.release if is_released else owner.evict
    assert owner.restore(was_of(take_out(["a:b"])))[0].is_done
    assert same(owner.sessions(), was)
    now = owner.peek("a:b")
    assert now is not None
    # Without spilling, an eviction writes what was adopted as it is by then, this time too.
    assert now.dirty_fields == (() if spill else was[0].dirty_fields)


def test_its_guards_do_not_fire_again_and_its_next_event_is_no_touch_after_end(
    open_owner: Open, clock: Clock
) -> None:
    owner = open_owner()
    busy(owner, clock, "a")
    owner.restore(was_of(owner.release(["a"])))
    assert owner.handle(turn("a", NOW_MS + 2 * MINUTE_MS, 22)) == ()
    assert owner.statistics().touches_after_end == 0
    owner.handle(end("a", NOW_MS))
    owner.handle(turn("a", NOW_MS))
    assert owner.statistics().touches_after_end == 1


def test_undoing_a_release_is_no_hit_no_miss_and_takes_no_count_back(
    open_owner: Open, clock: Clock
) -> None:
    owner = open_owner()
    busy(owner, clock, "a", "b")
    before = owner.statistics()
    owner.restore(was_of(owner.release(["a", "b"])))
    after = owner.statistics()
    assert (after.hits, after.misses, after.thrash) == (before.hits, before.misses, 0)
    assert after.releases == before.releases + 2
    assert (after.spills, after.checkpoints) == (before.spills, before.checkpoints)
    assert (after.insertions, after.rehydrations) == (before.insertions + 2, 2)


def test_listeners_are_told_that_a_release_was_undone(open_owner: Open, clock: Clock) -> None:
    owner = open_owner()
    busy(owner, clock, "a")
    told: list[Change] = []
    owner.subscribe(told.extend)
    owner.restore(was_of(owner.release(["a"])))
    assert [(one.kind, one.why) for one in told] == [
        (ChangeKind.RELEASED, ""),
        (ChangeKind.REHYDRATED, "its release was undone"),
    ]


def test_a_release_is_undone_once_and_can_be_made_again(open_owner: Open, clock: Clock) -> None:
    owner = open_owner()
    was = busy(owner, clock, "a")
    outcomes = owner.release(["a"])
    assert owner.restore(was_of(outcomes))[0].is_done
    assert whys(owner.restore(was_of(outcomes))) == ["already in memory"]
    outcomes = owner.release(["a"])
    assert owner.restore(was_of(outcomes))[0].is_done
    assert same(owner.sessions(), was)


# -- refused ----------------------------------------------------------------------------------


@BOTH
def test_one_that_was_touched_after_its_end_is_refused(
    spill: bool, open_owner: Open, clock: Clock
) -> None:
    owner = open_owner(spill=spill)
    busy(owner, clock, "a")
    owner.handle(edit("b", NOW_MS, "b.py"))
    was = was_of(owner.release(["a", "b"]))
    owner.touch("a")
    owner.touch("b")
    now = owner.sessions()
    assert whys(owner.restore(was)) == ["already in memory"] * 2
    assert owner.sessions() == now
    owner.evict(["a", "b"])
    assert all("went on since" in why for why in whys(owner.restore(was)))
    assert len(owner) == 0


@BOTH
def test_one_that_ended_again_is_refused(spill: bool, open_owner: Open, clock: Clock) -> None:
    owner = open_owner(spill=spill)
    busy(owner, clock, "a")
    was = was_of(owner.release(["a"]))
    owner.handle(end("a", NOW_MS + MINUTE_MS))
    assert whys(owner.restore(was)) == ["it ended since"]


@BOTH
def test_one_that_was_evicted_came_back_and_was_released_is_only_what_it_was_last(
    spill: bool, open_owner: Open, clock: Clock
) -> None:
    owner = open_owner(spill=spill)
    busy(owner, clock, "a")
    evicted = was_of(owner.evict(["a"]))
    owner.rehydrate(["a"])
    released = was_of(owner.release(["a"]))
    assert whys(owner.restore(evicted)) == ["it ended since"]
    assert owner.restore(released)[0].is_done


@BOTH
def test_an_eviction_before_the_last_one_is_not_undone(spill: bool, open_owner: Open) -> None:
    owner = open_owner(spill=spill)
    owner.handle(edit("a", NOW_MS, "a.py"))
    first = was_of(owner.evict(["a"]))
    owner.touch("a")
    owner.evict(["a"])
    assert all("went on since" in why for why in whys(owner.restore(first)))


def test_one_whose_end_is_long_forgotten_is_refused_all_the_same(open_owner: Open) -> None:
    owner = open_owner(spill=False, capacity=1)
    owner.handle(edit("a", NOW_MS, "a.py"))
    was = was_of(owner.evict(["a"]))
    for name in ("a", "b", "c"):
        owner.handle(end(name, NOW_MS))
    assert "went on since" in whys(owner.restore(was))[0]


def gone_from_disk(folder: Path) -> None:
    shutil.rmtree(folder)


def went_on(folder: Path) -> None:
    write_original(folder.parent, folder.name, NOW_MS + MINUTE_MS, triggers=("progressive-35",))


def torn(folder: Path) -> None:
    (folder / STATE).write_bytes(b"{")


def behind(folder: Path) -> None:
    write_checkpoint(folder, "quality-80", NOW_MS + MINUTE_MS)


def link(folder: Path) -> None:
    folder.rename(folder.with_name("moved"))
    folder.symlink_to("moved")


@pytest.mark.parametrize("change", [gone_from_disk, went_on, torn, behind, link])
def test_one_of_which_the_disk_is_not_as_the_release_left_it_is_refused(
    change: object, root: Path, open_owner: Open, clock: Clock
) -> None:
    owner = open_owner()
    busy(owner, clock, "a")
    was = was_of(owner.release(["a"]))
    change(root / "a")  # type: ignore[operator]
    before = tree(root) if change is link else None
    (why,) = whys(owner.restore(was))
    assert "went on since" in why or "refused" in why
    assert "a" not in owner
    if before is not None:
        assert tree(root) == before


def test_one_that_nothing_was_stored_of_and_now_is_is_refused(root: Path, open_owner: Open) -> None:
    owner = open_owner()
    owner.handle(edit("a", NOW_MS, "a.py"))
    was = was_of(owner.release(["a"]))
    write_original(root, "a", NOW_MS)
    assert "went on since" in whys(owner.restore(was))[0]


def test_one_that_another_writer_had_part_in_as_it_ended_is_refused(
    root: Path, open_owner: Open
) -> None:
    write_original(root, "a", NOW_MS)
    owner = open_owner()
    owner.touch("a")
    write_original(root, "a", NOW_MS + MINUTE_MS, triggers=("progressive-35",))
    (outcome,) = owner.release(["a"])
    assert outcome.is_done
    assert "another writer" in whys(owner.restore(was_of([outcome])))[0]
    assert owner.rehydrate(["a"])[0].is_done


def test_one_for_which_there_is_no_room_waits_until_there_is(
    open_owner: Open, clock: Clock
) -> None:
    owner = open_owner(capacity=2)
    busy(owner, clock, "a", "b")
    was = was_of(owner.release(["a"]))
    owner.handle(turn("c", NOW_MS))
    assert whys(owner.restore(was)) == ["memory is full again, 2 of 2"]
    owner.evict(["c"])
    assert owner.restore(was)[0].is_done
    assert [one.session for one in owner.sessions()] == ["b", "a"]


def test_an_observer_releases_nothing(root: Path, clock: Clock) -> None:
    write_original(root, "a", NOW_MS)
    with open_tracker(root, read_only=True, clock=clock) as observer:
        observer.observe("a", NOW_MS)
        with pytest.raises(ReadOnlyError):
            observer.release(["a"])


# -- a disk that fails, a process that dies ---------------------------------------------------


def test_where_the_disk_fails_memory_is_as_it_was_and_it_can_be_tried_again(
    open_owner: Open, clock: Clock
) -> None:
    owner = open_owner(durability="power")
    busy(owner, clock, "b")
    was = busy(owner, clock, "a")
    outcomes = owner.release(["a"])
    step, failures = 0, 0
    while True:
        before = owner.sessions(), owner.statistics().insertions
        with watched(FailNth(step)):
            (outcome,) = owner.restore(was_of(outcomes))
        if outcome.is_done:
            break
        assert "can't be written" in outcome.why
        assert (owner.sessions(), owner.statistics().insertions) == before
        step, failures = step + 1, failures + 1
    assert failures > 3
    assert same(owner.sessions(), was)


def test_a_kill_at_any_instant_leaves_it_ended_or_live_and_whole(clock: Clock) -> None:
    steps = 0
    while True:
        with scratch() as directory:
            root = Path(directory)
            owner = open_tracker(root, clock=clock)
            (was,) = busy(owner, clock, "a")
            outcomes = owner.release(["a"])
            with open_tracker(root, read_only=True, clock=clock) as observer:
                ended = observer.recall("a")
            kill = KillAt(steps)
            with watched(kill), suppress(KilledError):
                owner.restore(was_of(outcomes))
            with open_tracker(root, read_only=True, clock=clock) as observer:
                assert observer.recall("a") in (ended, was.state)
                if not kill.is_dead:
                    assert observer.recall("a") == was.state
            is_over = not kill.is_dead
            owner.close() if is_over else owner._engine.store.close()
        if is_over:
            break
        steps += 1
    assert steps > 3


# -- the law ----------------------------------------------------------------------------------


class Undone(RuleBasedStateMachine):
    """A tracker whose operator evicts, releases and undoes, beside one to whom nothing happens."""

    @initialize(capacity=st.integers(1, 4), spill=st.booleans())
    def open(self, capacity: int, spill: bool) -> None:
        self.directories = [scratch(), scratch()]
        self.clock = Clock()
        self.event_ms = NOW_MS
        self.capacity = capacity
        self.taken: list[TrackedSession] = []
        for directory in self.directories:
            for name in ("-a_b", "A_B"):  # One that is adopted, and one that is a session's own.
                write_original(Path(directory.name), name, NOW_MS, triggers=("progressive-20",))
        self.worked, self.left_alone = (
            open_tracker(
                directory.name,
                capacity=capacity,
                spill=spill,
                durability="process",
                clock=self.clock,
            )
            for directory in self.directories
        )

    @property
    def trackers(self) -> tuple[SessionTracker, SessionTracker]:
        return self.worked, self.left_alone

    @precondition(lambda self: not self.taken)
    @rule(timed=any_event(SESSIONS), advance_ms=st.sampled_from(STEPS_MS))
    def event(self, timed: tuple[Event, int], advance_ms: int) -> None:
        self.handle(*timed, advance_ms)

    @precondition(lambda self: self.taken)
    @rule(timed=any_event(SESSIONS), advance_ms=st.sampled_from((0, 1, 90_000)))
    def event_of_one_that_stayed(self, timed: tuple[Event, int], advance_ms: int) -> None:
        if timed[0].session in self.worked and timed[0].type != "session_end":
            self.handle(*timed, advance_ms)

    def handle(self, event: Event, step_ms: int, advance_ms: int) -> None:
        self.clock.now_ms = max(self.clock.now_ms + advance_ms, 1)
        self.event_ms = max(self.event_ms + step_ms, 1)
        event = replace(event, at_ms=self.event_ms)
        worked, left_alone = (tracker.handle(event) for tracker in self.trackers)
        assert worked == left_alone

    @precondition(lambda self: not self.taken)
    @rule(session=NAMES, is_touched=st.booleans())
    def pin_or_touch(self, session: str, is_touched: bool) -> None:
        if is_touched:
            assert len({tracker.recall(session) for tracker in self.trackers}) == 1
        else:
            assert len({tracker.pin(session) for tracker in self.trackers}) == 1

    @precondition(lambda self: not self.taken)
    @rule(sessions=st.sets(NAMES))
    def evict_for_good(self, sessions: set[str]) -> None:
        for tracker in self.trackers:
            tracker.evict(sorted(sessions))

    @rule(evicted=st.sets(NAMES), released=st.sets(NAMES))
    def take_out(self, evicted: set[str], released: set[str]) -> None:
        outcomes = self.worked.evict(sorted(evicted)) + self.worked.release(sorted(released))
        assert {one.session for one in outcomes if one.is_done} == {
            one.session for one in was_of(outcomes)
        }
        self.taken += was_of(outcomes)

    @rule(sessions=st.sets(NAMES), is_released=st.booleans())
    def take_out_and_undo(self, sessions: set[str], is_released: bool) -> None:
        take_out = self.worked.release if is_released else self.worked.evict
        self.taken += was_of(take_out(sorted(sessions)))
        self.undo_all()

    @rule(data=st.data())
    def undo(self, data: st.DataObject) -> None:
        self.taken = data.draw(st.permutations(self.taken))
        self.undo_all()

    @invariant()
    def memory_is_that_of_the_tracker_left_alone(self) -> None:
        if not self.taken:
            assert list(map(shape, self.worked.sessions())) == list(
                map(shape, self.left_alone.sessions())
            )
        for tracker in self.trackers:
            statistics = tracker.statistics()
            sessions = tracker.sessions()
            assert statistics.dirty == sum(bool(one.dirty_fields) for one in sessions)
            assert statistics.pinned == sum(one.is_pinned for one in sessions)
            assert statistics.load_failures == {}

    def teardown(self) -> None:
        if not hasattr(self, "worked"):
            return
        self.undo_all()
        states = []
        for tracker, directory in zip(self.trackers, self.directories, strict=True):
            tracker.close()
            with open_tracker(directory.name, read_only=True, clock=self.clock) as observer:
                states.append([observer.recall(session) for session in SESSIONS])
        assert states[0] == states[1]
        for directory in self.directories:
            directory.cleanup()

    def undo_all(self) -> None:
        outcomes, self.taken = self.worked.restore(self.taken), []
        assert all(one.is_done and not one.why for one in outcomes), outcomes


def shape(one: TrackedSession) -> tuple[object, ...]:
    """All of a session in memory but for its numbers, which count what happened besides."""
    return one.session, one.state, one.touched_ms, one.inserted_ms, one.is_pinned


TestUndone = Undone.TestCase
TestUndone.settings = settings(max_examples=150, stateful_step_count=40)


def test_nothing_but_the_lock_is_left_in_a_directory_of_sessions_never_stored(
    root: Path, open_owner: Open
) -> None:
    owner = open_owner(spill=False)
    for name in "abc":
        owner.handle(edit(name, NOW_MS, "a.py"))
    owner.restore(was_of([*owner.release(["a", "b"]), *owner.evict(["c"])]))
    assert len(owner) == 3
    assert os.listdir(root) == [".holdfast.lock"]
