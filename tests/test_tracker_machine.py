"""The law of the tracker: for any feed, any capacity and any evictions, nobody can tell.

The model is a tracker that never evicts, beside a list of the ids in memory, oldest first.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from directories import read_state, scratch
from feeds import NOW_MS, STEPS_MS, TWINS, Clock, any_event
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from msgspec.structs import replace
from reference import NeverEvicts

from tracker import FRESH, CapacityError, Event, open_tracker, values_of
from tracker.store.folders import folders_of

NAMES = st.sampled_from(TWINS)
CAPACITIES = st.integers(1, 6)


class Invisible(RuleBasedStateMachine):
    """A tracker of tiny capacity beside the model."""

    @initialize(capacity=CAPACITIES)
    def open(self, capacity: int) -> None:
        self.directory = scratch()
        self.root = Path(self.directory.name)
        self.clock = Clock()
        self.event_ms = NOW_MS
        self.reference = NeverEvicts()
        self.touched: dict[str, int] = {}
        self.pinned: set[str] = set()
        self.capacity = capacity
        self.reopen()

    def reopen(self) -> None:
        self.tracker = open_tracker(
            self.root, capacity=self.capacity, durability="process", clock=self.clock
        )

    def touch_in_model(self, session: str) -> None:
        self.touched.pop(session, None)
        self.touched[session] = self.clock.now_ms
        self.shrink_model(kept=session)

    def shrink_model(self, kept: str = "") -> None:
        for session in list(self.touched):
            if len(self.touched) <= self.capacity:
                break
            if session not in self.pinned and session != kept:
                del self.touched[session]

    def forget_in_model(self, session: str) -> None:
        self.touched.pop(session, None)
        self.pinned.discard(session)

    def handle(self, event: Event) -> None:
        effects = self.tracker.handle(event)
        assert effects == self.reference.handle(event, self.clock.now_ms)
        if event.type == "session_end":
            self.forget_in_model(event.session)
        else:
            self.touch_in_model(event.session)

    @rule(timed=any_event(TWINS), advance_ms=st.sampled_from((0, 1, 30_000, 90_000)))
    def event_of_the_feed(self, timed: tuple[Event, int], advance_ms: int) -> None:
        event, step_ms = timed
        self.clock.advance(advance_ms)
        self.event_ms = max(self.event_ms + step_ms, 0)
        self.handle(replace(event, at_ms=self.event_ms))

    @rule(timed=any_event(TWINS))
    def event_of_now(self, timed: tuple[Event, int]) -> None:
        self.clock.advance(max(timed[1], 0))
        self.handle(timed[0])

    @rule(timed=any_event(TWINS))
    def event_at_time_0(self, timed: tuple[Event, int]) -> None:
        self.handle(replace(timed[0], at_ms=0))

    @rule(session=NAMES)
    def recall(self, session: str) -> None:
        state = self.tracker.recall(session)
        assert state == self.reference.states.get(session, FRESH)
        self.touch_in_model(session)

    @rule(sessions=st.lists(NAMES, min_size=1))
    def touches_in_a_row(self, sessions: list[str]) -> None:
        for session in sessions:
            self.tracker.touch(session)
            self.touch_in_model(session)

    @rule(sessions=st.sets(NAMES))
    def evict_by_hand(self, sessions: set[str]) -> None:
        for outcome in self.tracker.evict(sorted(sessions)):
            goes = outcome.session in self.touched and outcome.session not in self.pinned
            assert outcome.is_done == goes
            if goes:
                del self.touched[outcome.session]

    @rule(session=NAMES)
    def rehydrate_by_hand(self, session: str) -> None:
        (outcome,) = self.tracker.rehydrate([session])
        if session in self.touched:
            assert not outcome.is_done
        elif outcome.is_done:
            self.touch_in_model(session)
        else:
            assert self.reference.states.get(session, FRESH) == FRESH

    @rule(session=NAMES)
    def release_by_hand(self, session: str) -> None:
        (outcome,) = self.tracker.release([session])
        assert outcome.is_done == (session in self.touched)
        if outcome.is_done:
            self.reference.release(session)
            self.forget_in_model(session)

    @rule(session=NAMES)
    def pin(self, session: str) -> None:
        may = session in self.touched and session not in self.pinned
        may = may and len(self.pinned) < self.capacity - 1
        assert self.tracker.pin(session).is_done == may
        if may:
            self.pinned.add(session)

    @rule(session=NAMES)
    def unpin(self, session: str) -> None:
        assert self.tracker.unpin(session).is_done == (session in self.pinned)
        self.pinned.discard(session)

    @rule(capacity=CAPACITIES)
    def resize(self, capacity: int) -> None:
        if capacity <= len(self.pinned):
            with pytest.raises(CapacityError):
                self.tracker.set_capacity(capacity)
            return
        self.tracker.set_capacity(capacity)
        self.capacity = capacity
        self.shrink_model()

    @rule(idle_ms=st.sampled_from((0, 1, *STEPS_MS[2:8])))
    def evict_idle(self, idle_ms: int) -> None:
        due = [
            session
            for session, touched_ms in self.touched.items()
            if self.clock.now_ms - touched_ms >= idle_ms and session not in self.pinned
        ]
        assert list(self.tracker.evict_idle(idle_ms)) == due
        for session in due:
            del self.touched[session]

    @rule()
    def restart(self) -> None:
        self.tracker.close()
        self.touched.clear()
        self.pinned.clear()
        self.reopen()

    @invariant()
    def memory_is_bounded_and_in_order(self) -> None:
        sessions = self.tracker.sessions()
        assert [one.session for one in reversed(sessions)] == list(self.touched)
        assert len(self.tracker) == len(sessions) <= self.tracker.capacity == self.capacity
        assert {one.session for one in sessions if one.is_pinned} == self.pinned
        unpinned = [session for session in self.touched if session not in self.pinned]
        assert [one.session for one in self.tracker.coldest(3)] == unpinned[:3]
        for one in sessions:
            assert one.state == self.reference.states.get(one.session, FRESH)

    @invariant()
    def the_counts_agree(self) -> None:
        statistics = self.tracker.statistics()
        assert statistics.occupancy == len(self.touched)
        assert statistics.pinned == len(self.pinned)
        dirty = [one for one in self.tracker.sessions() if one.dirty_fields]
        assert statistics.dirty == len(dirty)
        assert statistics.load_failures == {}
        assert statistics.spill_failures == 0
        assert statistics.over_capacity_why == ""

    def teardown(self) -> None:
        if not hasattr(self, "tracker"):
            return
        self.tracker.close()
        for session, saved in self.reference.saved.items():
            record = read_state(self.root / folders_of(session)[0])
            assert tuple(record["capturedFillBands"]) == values_of(saved.bands)
            assert tuple(record["capturedQualityThresholds"]) == values_of(saved.thresholds)[::-1]
            assert tuple(record["capturedMilestones"]) == saved.milestones
            assert record["lastCheckpointAt"] == saved.last_checkpoint_ms
            assert record["editBatchMarkerWrites"] == saved.marker_writes
            assert record["editBatchMarkerFiles"] == saved.marker_files
            assert record["editedFiles"] == list(saved.edited_files)
        self.directory.cleanup()


TestInvisible = Invisible.TestCase
TestInvisible.settings = settings(max_examples=200, stateful_step_count=50)
