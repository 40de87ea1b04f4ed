"""The law of kills: what a call has returned, no kill makes come again; no edit batch is spurious.

Kills come between calls and at every step of a write. The model remembers what was said, and what
was really edited since the last edit batch that was told.
"""

from __future__ import annotations

import contextlib
from pathlib import Path

from directories import scratch
from faulty_os import KillAt, KilledError, watched
from feeds import NOW_MS, TWINS, Clock, any_event
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from msgspec.structs import replace

from tracker import Effect, Event, SessionTracker, open_store, values_of
from tracker.policy import EDIT_TOOLS

SESSIONS = TWINS[:4]
NAMES = st.sampled_from(SESSIONS)


class Killed(RuleBasedStateMachine):
    """A tracker that is killed again and again, beside what it said."""

    @initialize(capacity=st.integers(1, 4), spill=st.booleans(), sync=st.booleans())
    def open(self, capacity: int, spill: bool, sync: bool) -> None:
        self.directory = scratch()
        self.clock = Clock()
        self.event_ms = NOW_MS
        self.capacity, self.spill, self.sync = capacity, spill, sync
        self.captured: dict[str, set[str]] = {name: set() for name in SESSIONS}
        self.fired: dict[str, set[str]] = {name: set() for name in SESSIONS}
        self.writes = dict.fromkeys(SESSIONS, 0)
        self.files: dict[str, set[str]] = {name: set() for name in SESSIONS}
        self.reopen()

    def reopen(self) -> None:
        self.store = open_store(
            Path(self.directory.name),
            durability="power" if self.sync else "process",
            clock=self.clock,
        )
        self.tracker = SessionTracker(
            self.store, capacity=self.capacity, spill=self.spill, clock=self.clock
        )

    def timed(self, timed: tuple[Event, int]) -> Event:
        self.event_ms = max(self.event_ms + timed[1], 0)
        return replace(timed[0], at_ms=self.event_ms)

    def count_edit(self, event: Event) -> None:
        if event.type == "after_tool_call" and event.tool in EDIT_TOOLS:
            self.writes[event.session] += 1
            if event.file is not None:
                self.files[event.session].add(event.file)

    def hear(self, event: Event, effects: tuple[Effect, ...]) -> None:
        session = event.session
        for effect in effects:
            if effect.trigger is None:
                assert effect.effect not in self.fired[session]
                self.fired[session].add(effect.effect)
            elif effect.trigger == "milestone-edit-batch":
                assert self.writes[session] >= 4 or len(self.files[session]) >= 3
                self.writes[session] = 0
                self.files[session].clear()
            elif effect.trigger != "compact":
                assert effect.trigger not in self.captured[session]
                self.captured[session].add(effect.trigger)

    @rule(timed=any_event(SESSIONS))
    def event(self, timed: tuple[Event, int]) -> None:
        event = self.timed(timed)
        self.count_edit(event)
        self.hear(event, self.tracker.handle(event))
        if event.type == "session_end":
            self.fired[event.session].clear()

    @rule(timed=any_event(SESSIONS), steps=st.integers(0, 14))
    def event_that_is_killed(self, timed: tuple[Event, int], steps: int) -> None:
        event = self.timed(timed)
        self.count_edit(event)
        kill = KillAt(steps)
        with watched(kill), contextlib.suppress(KilledError):
            self.hear(event, self.tracker.handle(event))
        if event.type == "session_end":
            # Whether it still ended can't be told; a guard may fire again in the next life.
            self.fired[event.session].clear()
        if kill.is_dead:
            self.kill()

    @rule(sessions=st.sets(NAMES, min_size=1), steps=st.integers(0, 6))
    def eviction_that_is_killed(self, sessions: set[str], steps: int) -> None:
        kill = KillAt(steps)
        with watched(kill), contextlib.suppress(KilledError):
            self.tracker.evict(sorted(sessions))
        if kill.is_dead:
            self.kill()

    @rule(sessions=st.sets(NAMES, min_size=1))
    def evict(self, sessions: set[str]) -> None:
        self.tracker.evict(sorted(sessions))

    @rule()
    def kill(self) -> None:
        self.store.close()
        self.reopen()

    @rule()
    def restart(self) -> None:
        self.tracker.close()
        self.reopen()

    @rule(ms=st.sampled_from((1, 90_000)))
    def wait(self, ms: int) -> None:
        self.clock.advance(ms)
        self.event_ms += ms

    @invariant()
    def memory_is_bounded(self) -> None:
        assert len(self.tracker) <= self.capacity

    @invariant()
    def nothing_is_left_lying_about(self) -> None:
        assert set(self.tracker.statistics().load_failures) <= {"behind"}

    def teardown(self) -> None:
        if not hasattr(self, "tracker"):
            return
        self.kill()
        for session in SESSIONS:
            state = self.tracker.recall(session)
            known = {f"progressive-{band}" for band in values_of(state.bands)}
            known |= {f"quality-{threshold}" for threshold in values_of(state.thresholds)}
            known |= {f"milestone-{milestone}" for milestone in state.milestones}
            assert self.captured[session] <= known
        assert not list(Path(self.directory.name).rglob("*.tmp"))
        self.tracker.close()
        self.directory.cleanup()


TestKilled = Killed.TestCase
TestKilled.settings = settings(max_examples=200, stateful_step_count=50)
