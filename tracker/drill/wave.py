"""The wave drill: more synthetic sessions than memory holds, and what must hold then.

Source: DESIGN.md, sections 4 (the acceptance list) and 9.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from itertools import count
from random import Random
from typing import Final

from msgspec.structs import replace

from tracker.drill.compare import compared
from tracker.drill.report import Draft, Ending, Progress, Report
from tracker.drill.scratch import Wrap, as_it_is, scratch_directory
from tracker.errors import StoreError
from tracker.events import Effect, Event
from tracker.policy import Rules
from tracker.sessions.changes import Change, ChangeKind
from tracker.sessions.tracker import CAPACITY, SessionTracker, wall_clock_ms
from tracker.state import FRESH, SessionState
from tracker.store.directory import open_store

SESSIONS: Final = 2_500
"""How many sessions a wave has by default. Source: DESIGN.md, section 4."""

START_MS: Final = 1_767_225_600_000
"""Where synthetic time starts, so that a seed alone makes the drill: 2026-01-01, UTC."""

ONCE_ONLY: Final = ("progressive-", "quality-", "milestone-pre-")
"""How triggers begin that come once in a session's life. Source: DESIGN.md, section 3."""

LATER_MS: Final = 3_600_000
"""How much later every session speaks again: past every cooldown that is usual."""


def drill_wave(
    *,
    sessions: int = SESSIONS,
    capacity: int = CAPACITY,
    seed: int = 1,
    rules: Rules | None = None,
    wrap: Wrap = as_it_is,
    progress: Progress | None = None,
    clock: Callable[[], int] = wall_clock_ms,
    scratch: str | None = None,
) -> Report:
    """Sends two waves of synthetic sessions through a tracker that can't hold them all.

    Then every session speaks again: each must come back exactly, and no once-only effect
    may fire a second time.

    Args:
        sessions: How many sessions the first wave has, more than `capacity`.
        capacity: How many the tracker holds, at least 2.
        seed: The same seed makes the same waves.
        rules: The policy's numbers; the original's by default.
        wrap: Put around the store.
        progress: Told how far it is; False stops it.
        clock: Returns Unix ms, for the report.
        scratch: Where its directory is made; see `scratch_directory`.

    Raises:
        ValueError: If there are not more sessions than the capacity, or that is less than 2.
        DirectoryError: If its directory can't be made.

    Cost: 1 ms a session, without any sync.
    """
    if not 2 <= capacity < sessions:
        raise ValueError("a wave needs a capacity of at least 2, and more sessions than that")
    draft = Draft("wave", seed, clock())
    later = min(sessions - capacity, capacity - 1)
    names = [_name(number) for number in range(sessions + later)]
    with scratch_directory(len(names), scratch) as at:
        wave = _Wave(draft, Random(seed), _counted(progress, 2 * len(names)))  # noqa: S311
        store = wrap(open_store(at, durability="process", clock=wave.now))
        tracker = SessionTracker(store, capacity=capacity, rules=rules, clock=wave.now)
        tracker.subscribe(wave.heard)
        try:
            draft.was_stopped = not _run(wave, tracker, names[:sessions], names[sessions:])
        finally:
            with suppress(StoreError):  # What can't be spilled has failed its drill already.
                tracker.close()
    return draft.report()


def is_once_only(effect: Effect) -> bool:
    """Whether an effect may come once in a session's life, and never again."""
    trigger = effect.trigger
    return trigger is None or trigger.startswith(ONCE_ONLY)


class _Wave:
    """What is remembered of the sessions sent, to be held against what comes back."""

    def __init__(self, draft: Draft, random: Random, goes_on: Callable[[], bool]) -> None:
        self.draft = draft
        self.fired_again: list[str] = []
        self._random = random
        self._goes_on = goes_on
        self._now_ms = START_MS
        self._states: dict[str, SessionState] = {}
        self._readings: dict[str, tuple[int, int]] = {}
        self._fired: dict[str, frozenset[str]] = {}
        self._load_ns: dict[str, int] = {}

    def now(self) -> int:
        return self._now_ms

    def heard(self, changes: Sequence[Change]) -> None:
        for change in changes:
            if change.kind is ChangeKind.REHYDRATED:
                self._load_ns[change.session] = change.load_ns
                self.draft.loaded(change.load_ns)

    def send(self, tracker: SessionTracker, session: str) -> bool:
        """Sends a new session: a turn, and edits that are only in memory; False to stop."""
        self._now_ms += 1
        self._readings[session] = self._random.randint(20, 100), self._random.randint(0, 100)
        try:
            self._fired[session] = self._speak(tracker, session)
            for _ in range(self._random.randint(1, 3)):
                file = f"src/{self._random.getrandbits(64):016x}"
                tracker.handle(Event("after_tool_call", session, tool="Edit", file=file))
            seen = tracker.peek(session)
            self._states[session] = seen.state if seen else FRESH
        except StoreError as error:
            self.draft.fail(session, str(error))
        return self._goes_on()

    def meet_again(self, tracker: SessionTracker, session: str) -> bool:
        """Lets a session speak again, an hour later, and judges it; False to stop."""
        self._now_ms += 1
        if session in self._states:
            try:
                self._judge(tracker, session)
            except StoreError as error:
                self.draft.fail(session, str(error))
        return self._goes_on()

    def pass_time(self) -> None:
        self._now_ms += LATER_MS

    def _judge(self, tracker: SessionTracker, session: str) -> None:
        self._load_ns.pop(session, None)
        came_back = tracker.recall(session)
        load_ns = self._load_ns.get(session, 0)
        found = compared(session, self._states[session], came_back, load_ns=load_ns)
        if again := self._fired[session] & self._speak(tracker, session):
            self.fired_again.append(session)
            why = f"fired again: {', '.join(sorted(again))}"
            found = replace(found, ended=Ending.FAILED, why=why)
        self.draft.add(found)

    def _speak(self, tracker: SessionTracker, session: str) -> frozenset[str]:
        """Lets a session take a turn; returns the names of the once-only effects."""
        fill_pct, score = self._readings[session]
        event = Event("agent_turn_prepare", session, None, fill_pct, score)
        effects = tracker.handle(event)
        return frozenset(one.trigger or one.effect for one in effects if is_once_only(one))


def _run(wave: _Wave, tracker: SessionTracker, first: Sequence[str], later: Sequence[str]) -> bool:
    """Sends both waves and meets every session again; False where it was stopped."""
    check, capacity = wave.draft.check, tracker.capacity
    if not all(wave.send(tracker, session) for session in first):
        return False
    kept, gone = first[-capacity:], first[:-capacity]
    check(
        f"of {len(first):,} sessions {capacity:,} are left in memory",
        "" if len(tracker) == capacity else _held(tracker),
    )
    there = [session for session in gone if session in tracker]
    check(f"the oldest {len(gone):,} are gone from memory", _named(there, "still there"))
    missing = [session for session in kept if session not in tracker]
    check("the newest are kept", _named(missing, "not in memory"))

    refreshed = kept[0]
    with suppress(StoreError):
        tracker.touch(refreshed)
    if not all(wave.send(tracker, session) for session in later):
        return False
    survived = refreshed in tracker and len(tracker) == capacity
    check(
        f"a refreshed session survives a later wave of {len(later):,}",
        ""
        if survived
        else f"{refreshed!r} is {'' if refreshed in tracker else 'not '}there; {_held(tracker)}",
    )

    wave.pass_time()
    if not all(wave.meet_again(tracker, session) for session in (*first, *later)):
        return False
    check("no once-only effect fires again", _named(wave.fired_again, "fired again"))
    return True


def _held(tracker: SessionTracker) -> str:
    why = tracker.statistics().over_capacity_why
    return f"{len(tracker):,} are held{f': {why}' if why else ''}"


def _named(sessions: Sequence[str], what: str) -> str:
    if not sessions:
        return ""
    more = f" and {len(sessions) - 1:,} more" if len(sessions) > 1 else ""
    return f"{sessions[0]!r}{more} {what}"


def _name(number: int) -> str:
    # The two of a pair differ only in what the original takes for the same.
    pair = number // 2
    return f"agent_wave_{pair}" if number % 2 else f"agent:wave:{pair}"


def _counted(progress: Progress | None, total: int) -> Callable[[], bool]:
    """Returns what counts one step a call; False to stop."""
    steps = count(1)
    return lambda: progress is None or progress(next(steps), total)
