"""A tracker drilled: all go before the first comes back, and memory is as it was, whatever came."""

from __future__ import annotations

import errno
from pathlib import Path

import pytest
from conftest import Open
from directories import scratch, write_original
from faulty_os import fail, watched
from feeds import NOW_MS, STEPS_MS, TWINS, Clock, any_event
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from recency import busy, same

from tracker import Change, ChangeKind, Event, EvictionCause, ReadOnlyError, open_tracker


def test_a_drill_evicts_all_before_the_first_comes_back_and_leaves_memory_as_it_was(
    open_owner: Open, clock: Clock
) -> None:
    owner = open_owner()
    was = busy(owner, clock, "a", "b", "c")
    told: list[Change] = []
    owner.subscribe(told.extend)
    drilled = owner.drill(["b", "a", "b"])
    assert [(one.session, one.was_evicted) for one in drilled] == [("b", True), ("a", True)]
    assert [(one.kind, one.session) for one in told] == [
        (ChangeKind.EVICTED, "b"),
        (ChangeKind.EVICTED, "a"),
        (ChangeKind.REHYDRATED, "b"),
        (ChangeKind.REHYDRATED, "a"),
    ]
    assert told[0].detail == EvictionCause.DRILL
    assert same(owner.sessions(), was)
    for one in drilled:
        assert one.before in was
        assert one.after == one.before.state
        assert one.load_ns > 0


def test_a_drill_is_counted_under_its_own_cause_and_is_no_use_of_the_session(
    open_owner: Open, clock: Clock
) -> None:
    owner = open_owner()
    busy(owner, clock, "a")
    before = owner.statistics()
    owner.drill(["a"])
    after = owner.statistics()
    assert after.evictions["drill"] == 1
    assert (after.hits, after.misses, after.thrash) == (before.hits, before.misses, 0)
    assert (after.rehydrations, after.spills) == (before.rehydrations + 1, before.spills + 1)


def test_what_is_not_in_memory_or_pinned_is_not_drilled(open_owner: Open, clock: Clock) -> None:
    owner = open_owner()
    busy(owner, clock, "a")
    owner.pin("a")
    pinned, nobody = owner.drill(["a", "nobody"])
    assert (pinned.was_evicted, pinned.why) == (False, "pinned; unpin it first")
    assert (nobody.before, nobody.why) == (None, "not in memory")


def test_a_load_that_fails_puts_the_entry_back(open_owner: Open, clock: Clock) -> None:
    owner = open_owner()
    was = busy(owner, clock, "a", "b", "c")
    owner.evict_idle(0)
    owner.restore(was)
    was = owner.sessions()
    told: list[Change] = []
    owner.subscribe(told.extend)
    with watched(fail(errno.EIO, "read")):
        (drilled,) = owner.drill(["b"])
    assert drilled.after is None
    assert "can't be read now" in drilled.why
    assert same(owner.sessions(), was)
    assert [one.kind for one in told] == [
        ChangeKind.EVICTED,
        ChangeKind.LOAD_FAILED,
        ChangeKind.INSERTED,
    ]


def test_what_interrupts_a_drill_leaves_memory_as_it_was(open_owner: Open, clock: Clock) -> None:
    owner = open_owner()
    was = busy(owner, clock, "a", "b", "c")

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    owner.drill("abc")  # So that nothing is left to spill.
    with (
        watched(lambda name, *_: interrupt() if name == "read" else None),
        pytest.raises(KeyboardInterrupt),
    ):
        owner.drill(["c", "a", "b"])
    assert same(owner.sessions(), was)


def test_an_observer_is_refused(root: Path, clock: Clock) -> None:
    write_original(root, "a", NOW_MS)
    with open_tracker(root, read_only=True, clock=clock) as observer:
        observer.observe("a", NOW_MS)
        with pytest.raises(ReadOnlyError):
            observer.drill(["a"])


class Undoing(RuleBasedStateMachine):
    """Whatever happened before: what is evicted and restored at once is as it was."""

    @initialize(capacity=st.integers(1, 6), spill=st.booleans())
    def open(self, capacity: int, spill: bool) -> None:
        self.directory = scratch()
        self.clock = Clock()
        self.event_ms = NOW_MS
        self.tracker = open_tracker(
            self.directory.name,
            capacity=capacity,
            spill=spill,
            durability="process",
            clock=self.clock,
        )

    @rule(timed=any_event(TWINS), advance_ms=st.sampled_from(STEPS_MS))
    def event(self, timed: tuple[Event, int], advance_ms: int) -> None:
        event, step_ms = timed
        self.clock.now_ms = max(self.clock.now_ms + advance_ms, 1)
        self.event_ms = max(self.event_ms + step_ms, 1)
        self.tracker.handle(Event(event.type, event.session, self.event_ms, event.fill_pct,
                                  event.quality_score, event.tool, event.file))  # fmt: skip

    @rule(session=st.sampled_from(TWINS))
    def pin(self, session: str) -> None:
        if not self.tracker.pin(session).is_done:
            self.tracker.unpin(session)

    @rule(sessions=st.sets(st.sampled_from(TWINS)))
    def evict_and_restore(self, sessions: set[str]) -> None:
        was = self.tracker.sessions()
        evicted = {one.session for one in self.tracker.evict(sorted(sessions)) if one.is_done}
        outcomes = self.tracker.restore(one for one in was if one.session in evicted)
        assert all(outcome.is_done for outcome in outcomes), outcomes
        assert same(self.tracker.sessions(), was)

    @rule(sessions=st.sets(st.sampled_from(TWINS)))
    def drill(self, sessions: set[str]) -> None:
        was = self.tracker.sessions()
        for drilled in self.tracker.drill(sorted(sessions)):
            if drilled.was_evicted and self.tracker.spills:
                assert drilled.before is not None
                assert not drilled.trouble
                assert drilled.after is None or drilled.after == drilled.before.state
        assert same(self.tracker.sessions(), was)

    @invariant()
    def the_dirty_ones_are_counted(self) -> None:
        dirty = [one for one in self.tracker.sessions() if one.dirty_fields]
        assert self.tracker.statistics().dirty == len(dirty)

    def teardown(self) -> None:
        if hasattr(self, "tracker"):
            self.tracker.close()
            self.directory.cleanup()


TestUndoing = Undoing.TestCase
TestUndoing.settings = settings(max_examples=60, stateful_step_count=30)
