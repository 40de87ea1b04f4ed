"""What a tracker's answers promised, and whether a state directory still keeps it.

Source: DESIGN.md, section 4, rule 4: once a call has returned an effect, no kill and, with
`durability = "power"`, no power cut makes a once-only trigger or a fired guard come again.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path

from feeds import NOW_MS, Clock

from tracker import (
    Effect,
    Event,
    Rules,
    SessionState,
    SessionTracker,
    StoreError,
    guard_names,
    open_tracker,
    values_of,
)
from tracker.policy import EDIT_TOOLS, FANOUT_TOOLS, PRE_FANOUT, decide

RULES = Rules()
MUCH_LATER_MS = NOW_MS + 400 * 86_400_000
REPEATED = frozenset({"compact", "milestone-edit-batch"})
"""Triggers that may come more than once."""


EVERYTHING = {
    *(f"progressive-{band}" for band in RULES.bands),
    *(f"quality-{threshold}" for threshold in RULES.thresholds),
    f"milestone-{PRE_FANOUT}",
}
"""Every once-only trigger there is."""


def captured_by(state: SessionState) -> set[str]:
    """The once-only triggers a state remembers."""
    return {
        *(f"progressive-{band}" for band in values_of(state.bands)),
        *(f"quality-{threshold}" for threshold in values_of(state.thresholds)),
        *(f"milestone-{milestone}" for milestone in state.milestones),
    }


def may_capture(event: Event) -> set[str]:
    """The once-only triggers an event could capture, whatever the state before it."""
    if event.fill_pct is None or event.quality_score is None:
        return set()
    if event.type == "before_tool_call":
        return {f"milestone-{PRE_FANOUT}"} if event.tool in FANOUT_TOOLS else set()
    if event.type == "before_compaction":
        return set()
    return {
        *(f"progressive-{band}" for band in RULES.bands if band <= event.fill_pct),
        *(f"quality-{value}" for value in RULES.thresholds if value > event.quality_score),
    }


def all_there_is(session: str, at_ms: int = MUCH_LATER_MS) -> Iterator[Event]:
    """Events that fire every once-only trigger and guard a session has left, a day apart."""
    for band in RULES.bands:
        yield Event("agent_turn_prepare", session, at_ms := at_ms + 86_400_000, band, 100)
    for threshold in RULES.thresholds:
        yield Event("agent_turn_prepare", session, at_ms := at_ms + 86_400_000, 0, threshold - 1)
    yield Event("before_tool_call", session, at_ms := at_ms + 86_400_000, 0, 100, "Task")
    for _ in range(2):
        yield Event("agent_turn_prepare", session, at_ms := at_ms + 86_400_000, 99, 1)


class Ledger:
    """What was promised, session by session.

    Attributes:
        captured: Once-only triggers that were told.
        fired: Guards that were told since the session last began to end.
        listed: Every checkpoint that was told: trigger and time.
        inherited: Once-only triggers a session had before its first event here.
        is_rebuilt: Whether a record may be lost, so that it is rebuilt from the files' names too.
        effects: How many effects were told.
    """

    def __init__(self) -> None:
        self.captured: dict[str, set[str]] = defaultdict(set)
        self.fired: dict[str, set[str]] = defaultdict(set)
        self.listed: dict[str, set[tuple[str, int]]] = defaultdict(set)
        self.inherited: dict[str, set[str]] = defaultdict(set)
        self.is_rebuilt = False
        self.effects = 0
        self._begun: dict[str, None] = {}
        self._in_flight: Event | None = None
        self._untold: dict[str, set[str]] = defaultdict(set)
        self._writes: dict[str, int] = defaultdict(int)
        self._files: dict[str, set[str | None]] = defaultdict(set)

    @property
    def sessions(self) -> list[str]:
        """Every session an event of which was begun."""
        return list(self._begun)

    def begin(self, event: Event) -> None:
        """Notes an event that is handed to the tracker, and may come to its end or not."""
        session = event.session
        self._begun[session] = None
        self.cut_off()
        self._in_flight = event
        if event.type == "session_end":
            self.fired[session].clear()
        if event.type == "after_tool_call" and event.tool in EDIT_TOOLS:
            self._writes[session] += 1
            self._files[session].add(event.file)

    def cut_off(self) -> None:
        """Notes that the event in flight, if any, will never be answered."""
        if self._in_flight is not None:
            self._untold[self._in_flight.session] |= may_capture(self._in_flight)
        self._in_flight = None

    def hear(self, event: Event, effects: Iterable[Effect]) -> list[str]:
        """Notes what was answered; returns what came again or came too early."""
        session, wrong = event.session, []
        self._in_flight = None
        for effect in effects:
            self.effects += 1
            name = effect.trigger or effect.effect
            if effect.trigger is None:
                if name in self.fired[session]:
                    wrong.append(f"{session!r}: {name} fired again")
                self.fired[session].add(name)
                continue
            self.listed[session].add((name, effect.at_ms))
            if name == "milestone-edit-batch":
                writes, files = self._writes[session], len(self._files[session] - {None})
                if writes < RULES.edit_batch_writes and files < RULES.edit_batch_files:
                    wrong.append(f"{session!r}: an edit batch of {writes} writes, {files} files")
                self._writes[session] = 0
                self._files[session].clear()
            elif name not in REPEATED:
                if name in self.captured[session]:
                    wrong.append(f"{session!r}: {name} captured again")
                self.captured[session].add(name)
        return wrong

    def handle(self, tracker: SessionTracker, event: Event) -> list[str]:
        """Handles an event for real, and notes what comes of it."""
        self.begin(event)
        return self.hear(event, tracker.handle(event))

    def differs(self, session: str, state: SessionState) -> list[str]:
        """Says what a state forgot that was promised, and what it claims that never was."""
        self.cut_off()
        captured, guards = captured_by(state), set(guard_names(state.guards))
        wrong = [f"{session!r}: forgot {name}" for name in self.captured[session] - captured]
        wrong += [f"{session!r}: forgot {name}" for name in self.fired[session] - guards]
        spurious = captured - self.captured[session] - self._untold[session]
        spurious -= self.inherited[session]
        wrong += [f"{session!r}: {name} out of nothing" for name in spurious]
        return wrong

    def comes_again(self, session: str, state: SessionState) -> list[str]:
        """Plays on from a state, on the policy alone; returns what then came again."""
        wrong = []
        known = self.captured[session] | self.fired[session]
        for event in all_there_is(session):
            state, effects = decide(state, event, event.at_ms or 0, RULES)
            came = {effect.trigger or effect.effect for effect in effects}
            wrong += [f"{session!r}: {name} comes again" for name in came & known]
        return wrong


def reopened(
    root: Path,
    ledger: Ledger,
    *,
    read_only: bool = False,
    counts: Counter[str] | None = None,
) -> list[str]:
    """Opens a directory anew and says what was forgotten, unreadable, or would come again.

    Args:
        root: The state directory.
        ledger: What was promised.
        read_only: Whether to observe, so that all is left as it was found.
        counts: The states that were behind their manifest are added to it.
    """
    wrong: list[str] = []
    clock = Clock(MUCH_LATER_MS)
    with open_tracker(
        root, durability="process", clock=clock, read_only=read_only, capacity=10_000
    ) as tracker:
        for session in ledger.sessions:
            try:
                state = tracker.recall(session)
            except StoreError as error:
                wrong.append(f"refused: {error}")
                continue
            wrong += ledger.differs(session, state)
            wrong += ledger.comes_again(session, state)
        failures = tracker.statistics().load_failures
        wrong += [f"loads that failed: {kind}" for kind in sorted(failures) if kind != "behind"]
        if counts is not None:
            counts["states behind"] += failures.get("behind", 0)
    return wrong


def plays_on(root: Path, ledger: Ledger) -> list[str]:
    """Lets an owner handle all there is, for real; returns what came again."""
    wrong: list[str] = []
    clock = Clock(MUCH_LATER_MS)
    with open_tracker(root, durability="process", clock=clock, capacity=2) as tracker:
        for session in ledger.sessions:
            try:
                for event in all_there_is(session):
                    wrong += ledger.handle(tracker, event)
                left = EVERYTHING - captured_by(tracker.recall(session))
            except StoreError as error:
                wrong.append(f"refused: {error}")
                continue
            wrong += [f"{session!r}: {name} never fired" for name in sorted(left)]
    return wrong
