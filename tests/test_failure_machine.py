"""The law of a failing disk: an event that failed never was, whatever came between.

The model is a tracker that never evicts and never hears of an event that failed.
"""

from __future__ import annotations

import errno
from pathlib import Path

from directories import scratch
from faulty_os import FailNth, watched
from feeds import NOW_MS, TWINS, Clock, any_event
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from msgspec.structs import replace
from reference import NeverEvicts

from tracker import FRESH, Event, StoreError, open_tracker

SESSIONS = TWINS[:4]
NAMES = st.sampled_from(SESSIONS)
STEPS = st.integers(0, 16)
CODES = st.sampled_from((errno.ENOSPC, errno.EIO))


class Failing(RuleBasedStateMachine):
    """A tracker on a disk that fails now and then, for one call or until it is mended."""

    @initialize(capacity=st.integers(1, 4))
    def open(self, capacity: int) -> None:
        self.directory = scratch()
        self.clock = Clock()
        self.event_ms = NOW_MS
        self.reference = NeverEvicts()
        self.tracker = open_tracker(
            Path(self.directory.name), capacity=capacity, durability="power", clock=self.clock
        )

    def timed(self, timed: tuple[Event, int]) -> Event:
        self.event_ms = max(self.event_ms + timed[1], 0)
        return replace(timed[0], at_ms=self.event_ms)

    @rule(timed=any_event(SESSIONS))
    def event(self, timed: tuple[Event, int]) -> None:
        event = self.timed(timed)
        assert self.tracker.handle(event) == self.reference.handle(event, self.clock.now_ms)
        assert len(self.tracker) <= self.tracker.capacity

    @rule(
        timed=any_event(SESSIONS),
        step=STEPS,
        code=CODES,
        lasting=st.booleans(),
        tries=st.integers(1, 3),
    )
    def event_that_fails(
        self, timed: tuple[Event, int], step: int, code: int, lasting: bool, tries: int
    ) -> None:
        event = self.timed(timed)
        for _ in range(tries):
            with watched(FailNth(step, code, lasting=lasting)):
                try:
                    effects = self.tracker.handle(event)
                except StoreError:
                    continue
            assert effects == self.reference.handle(event, self.clock.now_ms)
            break

    @rule(sessions=st.sets(NAMES, min_size=1), step=STEPS, code=CODES)
    def eviction_that_fails(self, sessions: set[str], step: int, code: int) -> None:
        with watched(FailNth(step, code, lasting=True)):
            self.tracker.evict(sorted(sessions))

    @rule(sessions=st.sets(NAMES, min_size=1))
    def evict(self, sessions: set[str]) -> None:
        assert all(
            outcome.is_done or outcome.why == "not in memory"
            for outcome in self.tracker.evict(sorted(sessions))
        )

    @rule(session=NAMES, step=STEPS)
    def release_that_fails(self, session: str, step: int) -> None:
        with watched(FailNth(step)):
            (outcome,) = self.tracker.release([session])
        if outcome.is_done:
            self.reference.release(session)

    @rule(session=NAMES)
    def touch(self, session: str) -> None:
        assert self.tracker.recall(session) == self.reference.states.get(session, FRESH)

    @rule(ms=st.sampled_from((1, 90_000)))
    def wait(self, ms: int) -> None:
        self.clock.advance(ms)
        self.event_ms += ms

    @invariant()
    def memory_is_what_it_would_be(self) -> None:
        for one in self.tracker.sessions():
            assert one.state == self.reference.states.get(one.session, FRESH)
        statistics = self.tracker.statistics()
        dirty = [one for one in self.tracker.sessions() if one.dirty_fields]
        assert statistics.dirty == len(dirty)
        assert statistics.load_failures == {}
        assert bool(statistics.over_capacity_why) == (statistics.occupancy > statistics.capacity)

    def teardown(self) -> None:
        if hasattr(self, "tracker"):
            self.tracker.close()
            self.directory.cleanup()


TestFailing = Failing.TestCase
TestFailing.settings = settings(max_examples=200, stateful_step_count=50)
