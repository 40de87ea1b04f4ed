"""The invisibility drill: a tiny tracker that evicts all the time, beside one that never does.

A seeded feed goes through both; between its events sessions are evicted by hand, pinned and
unpinned, and the tracker is restarted. Every effect is compared, and every state at the end.

Source: DESIGN.md, sections 4.3 and 9.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from random import Random
from typing import Final

from tracker.drill.compare import compared
from tracker.drill.feed import NAMES, seeded_feed
from tracker.drill.reference import NeverEvicts
from tracker.drill.report import Draft, Progress, Report
from tracker.drill.scratch import Wrap, as_it_is, scratch_directory
from tracker.errors import StoreError
from tracker.events import Effect, Event
from tracker.policy import Rules
from tracker.sessions.changes import Change, ChangeKind
from tracker.sessions.tracker import SessionTracker, wall_clock_ms
from tracker.store.directory import open_store

EVENTS: Final = 4_000
TINY: Final = 3
START_MS: Final = 1_767_225_600_000
"""Where the feed starts, so that a seed alone makes it: 2026-01-01, UTC."""

RESTARTS: Final = 0.01
EVICTIONS: Final = 0.15
PINS: Final = 0.05
"""How often each comes before an event, 0 to 1."""

SAME_EFFECTS: Final = "every effect is that of a tracker that never evicts"


def drill_invisibility(
    *,
    events: int = EVENTS,
    capacity: int = TINY,
    names: Sequence[str] = NAMES,
    seed: int = 1,
    rules: Rules | None = None,
    wrap: Wrap = as_it_is,
    progress: Progress | None = None,
    clock: Callable[[], int] = wall_clock_ms,
    scratch: str | None = None,
) -> Report:
    """Holds a tracker that can't stop evicting against one that never does.

    Args:
        events: How many events the feed has.
        capacity: How many sessions the tracker holds, at least 1.
        names: The ids of the feed's sessions.
        seed: The same seed makes the same feed, evictions, pins and restarts.
        rules: The policy's numbers; the original's by default.
        wrap: Put around the store, at every restart anew.
        progress: Told how far it is; False stops it.
        clock: Returns Unix ms, for the report.
        scratch: Where its directory is made; see `scratch_directory`.

    Returns:
        The report; where effects differ, its check names the first event and session.

    Raises:
        DirectoryError: If its directory can't be made.
        CapacityError: If the capacity is less than 1.

    Cost: 0.5 ms an event, without any sync.
    """
    draft = Draft("invisibility", seed, clock())
    random = Random(seed)  # noqa: S311
    with scratch_directory(len(names), scratch) as at:
        pair = _Pair(at, capacity, rules, wrap, draft)
        try:
            for number, event in enumerate(seeded_feed(random, START_MS, events, names), start=1):
                pair.disturb(random)
                pair.handle(number, event)
                if progress is not None and not progress(number, events):
                    draft.was_stopped = number < events
                    break
            pair.compare_states()
        finally:
            pair.close()
    draft.check(SAME_EFFECTS, pair.first_difference)
    return draft.report()


class _Pair:
    """The bounded tracker and the one that never evicts."""

    def __init__(
        self, at: str, capacity: int, rules: Rules | None, wrap: Wrap, draft: Draft
    ) -> None:
        self.first_difference = ""
        self._at = at
        self._capacity = capacity
        self._rules = rules
        self._wrap = wrap
        self._draft = draft
        self._now_ms = START_MS
        self._load_ns: dict[str, int] = {}
        self._reference = NeverEvicts(rules)
        self._tracker = self._open()

    def handle(self, number: int, event: Event) -> None:
        """Hands an event to both, and notes the first difference of each session."""
        self._now_ms = max(self._now_ms, event.at_ms or 0)
        expected = self._reference.handle(event, self._now_ms)
        try:
            effects = self._tracker.handle(event)
        except StoreError as error:
            self._differ(number, event, str(error))
            return
        if effects != expected:
            self._differ(number, event, f"{_words(expected)} expected, {_words(effects)} came")

    def disturb(self, random: Random) -> None:
        """Does what must not be noticed."""
        tracker = self._tracker
        if random.random() < RESTARTS:
            self._restart()
        elif random.random() < EVICTIONS and len(tracker):
            held = list(tracker)
            tracker.evict(random.sample(held, random.randint(1, len(held))))
        elif random.random() < PINS and len(tracker):
            session = random.choice(list(tracker))
            if not tracker.pin(session).is_done:
                tracker.unpin(session)

    def compare_states(self) -> None:
        """Compares the state of every session, after one more restart."""
        self._restart()
        for session, state in self._reference.states.items():
            if self._draft.has_failed(session):
                continue
            try:
                came_back = self._tracker.recall(session)
            except StoreError as error:
                self._draft.fail(session, str(error))
                continue
            load_ns = self._load_ns.get(session, 0)
            self._draft.add(compared(session, state, came_back, load_ns=load_ns))

    def close(self) -> None:
        with suppress(StoreError):  # What could not be spilled shows when it is compared.
            self._tracker.close()

    def _restart(self) -> None:
        self.close()
        self._tracker = self._open()

    def _open(self) -> SessionTracker:
        def now_ms() -> int:
            return self._now_ms

        store = self._wrap(open_store(self._at, durability="process", clock=now_ms))
        tracker = SessionTracker(store, capacity=self._capacity, rules=self._rules, clock=now_ms)
        tracker.subscribe(self._heard)
        return tracker

    def _heard(self, changes: Sequence[Change]) -> None:
        for change in changes:
            if change.kind is ChangeKind.REHYDRATED:
                self._load_ns[change.session] = change.load_ns
                self._draft.loaded(change.load_ns)

    def _differ(self, number: int, event: Event, what: str) -> None:
        session = event.session
        why = f"event {number:,}, {event.type} at {event.at_ms}: {what}"
        if not self._draft.has_failed(session):
            self._draft.fail(session, why)
        self.first_difference = self.first_difference or f"first of {session!r}: {why}"


def _words(effects: Sequence[Effect]) -> str:
    return " and ".join(effect.trigger or effect.effect for effect in effects) or "nothing"
