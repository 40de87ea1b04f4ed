"""The engine under a tracker: entries in recency order, the store beneath them, and the counts.

Knows no threads; `SessionTracker` holds the lock around every call. Changes are collected in
`log` while somebody listens, and are told by the tracker after the lock is released.

Order of every change: store, memory, statistics, listeners. What raises has changed no memory.

Source: DESIGN.md, section 4.
"""

from __future__ import annotations

from collections import OrderedDict
from itertools import islice
from typing import Final

from tracker.bounded import BoundedMap, BoundedSet
from tracker.errors import StoreError
from tracker.events import Effect, Event
from tracker.policy import Rules, decide
from tracker.sessions.arrival import Arrival, count_trouble, load_entry
from tracker.sessions.changes import ChangeKind, ChangeLog, EvictionCause, Outcome
from tracker.sessions.entry import DIRTY_ADOPTED, DIRTY_PRIOR, Entry, changed_fields
from tracker.sessions.statistics import THRASH_MS, Counters
from tracker.state import SessionState
from tracker.store.protocol import Capture, Saved, Store

SPILL_ATTEMPTS: Final = 8
"""How many spills may fail in one call before it stays over capacity until the next."""


class Engine:
    """See the module. Public attributes are for the tracker, under its lock."""

    def __init__(self, store: Store, capacity: int, rules: Rules, spill: bool) -> None:
        self.store = store
        self.capacity = capacity
        self.rules = rules
        self.spill = spill
        self.entries: OrderedDict[str, Entry] = OrderedDict()
        self.pinned = 0
        self.counters = Counters()
        self.over_capacity_why = ""
        self.log = ChangeLog()
        self._touches = 0
        # Sessions that should have gone but could not be spilled, nor were touched since; the one
        # that was tried longest ago stands first.
        self._stuck: OrderedDict[str, None] = OrderedDict()
        self.evicted_ms: BoundedMap[str, int] = BoundedMap(capacity)
        self.released: BoundedSet[str] = BoundedSet(capacity)

    def handle(self, event: Event, now_ms: int) -> tuple[Effect, ...]:
        """Handles one event: decides it, writes what must be written, then changes memory."""
        session = event.session
        arrival = None
        entry = self.entries.get(session)
        if entry is None:
            arrival = self._load(session, now_ms)
            entry = arrival.entry
        at_ms = event.at_ms if event.at_ms is not None else now_ms
        before = entry.state
        state, effects = decide(before, event, at_ms, self.rules)
        ends = event.type == "session_end"
        if effects or ends:
            self._write_through(event, entry, state, effects, ends)
        elif state is not before:
            entry.dirty |= changed_fields(before, state)
            entry.state = state
        if effects:
            self._count_effects(session, effects, now_ms)
        if ends:
            self._count_touch(session, arrival, now_ms)
            self._release(session, now_ms)
        else:
            entry.touched_ms = now_ms
            self._arrive(session, arrival, now_ms) if arrival else self._move(session, now_ms)
        return effects

    def touch(self, session: str, now_ms: int) -> SessionState:
        """Makes a session the newest, loading it first where it isn't in memory."""
        entry = self.entries.get(session)
        if entry is None:
            arrival = self._load(session, now_ms)
            entry = arrival.entry
            self._arrive(session, arrival, now_ms)
        else:
            entry.touched_ms = now_ms
            self._move(session, now_ms)
        return entry.state

    def observe(self, session: str, touched_ms: int, now_ms: int) -> bool:
        """Takes what the store holds now, and makes the session the newest; False: nothing.

        What others write is no use of memory: it counts neither as a hit nor as a miss.
        """
        arrival = self._load(session, now_ms)
        known = self.entries.get(session)
        if arrival.loaded is None:
            if known is not None:
                self._drop(session)
                self.log.note(ChangeKind.RELEASED, session, now_ms, why="gone from the disk")
            return False
        if known is None:
            arrival.entry.touched_ms = touched_ms
            self.insert(session, arrival, now_ms, is_back=session in self.evicted_ms)
        else:
            known.state, known.seq = arrival.entry.state, arrival.entry.seq
            known.touched_ms = touched_ms
            self._number(known)
            self.entries.move_to_end(session)
            self.log.note(ChangeKind.TOUCHED, session, now_ms)
        return True

    def rehydrate(self, session: str, now_ms: int) -> Outcome:
        """Brings one session back by hand."""
        if session in self.entries:
            return Outcome(session, False, "already in memory")
        try:
            arrival = self._load(session, now_ms)
        except StoreError as error:
            return Outcome(session, False, str(error))
        if arrival.loaded is None:
            return Outcome(session, False, "nothing of it is on disk")
        self._arrive(session, arrival, now_ms)
        return Outcome(session, True, arrival.loaded.why)

    def release(self, session: str, now_ms: int) -> Outcome:
        """Ends one session by hand."""
        entry = self.entries.get(session)
        if entry is None:
            return Outcome(session, False, "not in memory")
        try:
            saved = self.store.commit(session, entry.state, seq=entry.seq, ends=True)
        except StoreError as error:
            return Outcome(session, False, str(error))
        self._count_trouble(session, entry, saved)
        self._release(session, now_ms)
        return Outcome(session, True)

    def evict(self, session: str, cause: EvictionCause, now_ms: int) -> Outcome:
        """Evicts one session: spills what is newer in memory, then drops it."""
        entry = self.entries.get(session)
        if entry is None:
            return Outcome(session, False, "not in memory")
        if entry.is_pinned:
            return Outcome(session, False, "pinned; unpin it first")
        try:
            self.write_spill(session, entry)
        except StoreError as error:
            self.counters.spill_failures += 1
            self.log.note(ChangeKind.SPILL_FAILED, session, now_ms, why=str(error))
            return Outcome(session, False, f"it stays in memory: {error}")
        self._drop(session)
        age_ms, idle_ms = now_ms - entry.inserted_ms, now_ms - entry.touched_ms
        self.evicted_ms[session] = now_ms
        self.counters.evictions[cause] += 1
        self.counters.ages.add(age_ms)
        self.counters.idles.add(idle_ms)
        self.log.note(
            ChangeKind.EVICTED, session, now_ms, detail=cause, age_ms=age_ms, idle_ms=idle_ms
        )
        return Outcome(session, True)

    def evict_idle(self, idle_ms: int, now_ms: int, *, kept: str = "") -> tuple[str, ...]:
        """Evicts from the oldest end what was idle for at least `idle_ms`, but not `kept`.

        An entry touched in the future, by a clock that was set back since, is passed over.
        """
        due = []
        for session, entry in self.entries.items():
            if 0 <= now_ms - entry.touched_ms < idle_ms:
                break
            if now_ms >= entry.touched_ms and not entry.is_pinned and session != kept:
                due.append(session)
        return tuple(
            session for session in due if self.evict(session, EvictionCause.IDLE, now_ms).is_done
        )

    def set_capacity(self, capacity: int, now_ms: int) -> None:
        """Changes the capacity, evicting down to it."""
        self.capacity = capacity
        self.evicted_ms.capacity = self.released.capacity = capacity
        self.log.note(ChangeKind.CAPACITY, "", now_ms, count=capacity)
        self.make_room(now_ms, attempts=len(self.entries))

    def make_room(self, now_ms: int, *, kept: str = "", attempts: int = SPILL_ATTEMPTS) -> None:
        """Evicts the oldest unpinned entries until the bound holds, but never `kept`.

        One whose spill fails stays, and the next oldest goes in its place. After `attempts`
        failures the engine stays over capacity, says why, and tries again at the next call. Of
        those that failed only one is then tried again, so that a few sessions that can never be
        spilled don't keep the others in memory; once it goes, all have their turn again.
        """
        excess = len(self.entries) - self.capacity
        if excess <= 0:
            self.over_capacity_why = ""
            return
        tried_again = next((name for name in self._stuck if self._may_go(name, kept)), "")
        victims = (
            name
            for name in self.entries
            if self._may_go(name, kept) and (name == tried_again or name not in self._stuck)
        )
        for session in list(islice(victims, excess + attempts)):
            outcome = self.evict(session, EvictionCause.CAPACITY, now_ms)
            if not outcome.is_done:
                self.over_capacity_why = f"{session!r}: {outcome.why}"
                self._stuck[session] = None
                self._stuck.move_to_end(session)
                attempts -= 1
            elif session == tried_again:
                self._stuck.clear()
                self.make_room(now_ms, kept=kept, attempts=attempts)
                return
            if len(self.entries) <= self.capacity or not attempts:
                return

    def write_spill(self, session: str, entry: Entry) -> None:
        """Writes what is newer in memory, where it is and where spilling is on."""
        # What was adopted is written either way: the folder it came from may be another's soon.
        dirty = entry.dirty if self.spill else entry.dirty & DIRTY_ADOPTED
        if not dirty or self.store.is_read_only:
            return
        saved = self.store.commit(session, entry.state, seq=entry.seq, spill=self.spill)
        entry.state, entry.seq, entry.dirty = saved.state, saved.seq, 0
        self.counters.spills += 1
        self._count_trouble(session, entry, saved)

    def _may_go(self, session: str, kept: str) -> bool:
        return session != kept and not self.entries[session].is_pinned

    def _load(self, session: str, now_ms: int) -> Arrival:
        return load_entry(self.store, session, now_ms, self.counters, self.log)

    def _write_through(
        self,
        event: Event,
        entry: Entry,
        state: SessionState,
        effects: tuple[Effect, ...],
        ends: bool,
    ) -> None:
        captures = [
            Capture(
                effect.trigger, effect.at_ms, event.fill_pct, event.quality_score, event.messages
            )
            for effect in effects
            if effect.trigger is not None
        ]
        saved = self.store.commit(
            event.session,
            state,
            seq=entry.seq,
            captures=captures,
            ends=ends,
            spill=self.spill,
        )
        if captures or self.spill:
            entry.dirty = 0
        else:
            # A guard alone was written: counters wait for the next checkpoint.
            entry.dirty = (entry.dirty | changed_fields(entry.state, state)) & ~(
                DIRTY_PRIOR | DIRTY_ADOPTED
            )
        entry.state, entry.seq = saved.state, saved.seq
        self._count_trouble(event.session, entry, saved)

    def _count_trouble(self, session: str, entry: Entry, saved: Saved) -> None:
        if saved.trouble:
            count_trouble(
                self.counters, self.log, session, saved.trouble, saved.why, entry.touched_ms
            )

    def _arrive(self, session: str, arrival: Arrival, now_ms: int) -> None:
        self._count_touch(session, arrival, now_ms)
        self.insert(session, arrival, now_ms, is_back=arrival.loaded is not None)

    def insert(self, session: str, arrival: Arrival, now_ms: int, *, is_back: bool) -> None:
        """Puts a loaded entry into memory as the newest."""
        self.entries[session] = arrival.entry
        self._number(arrival.entry)
        self.counters.insertions += 1
        if arrival.loaded is None or not is_back:
            self.log.note(ChangeKind.INSERTED, session, now_ms)
        else:
            self.counters.rehydrations += 1
            self.counters.load_times.add(arrival.load_ns)
            evicted_ms = self.evicted_ms.pop(session, None)
            if evicted_ms is not None and 0 <= now_ms - evicted_ms < THRASH_MS:
                self.counters.thrash += 1
            self.log.note(
                ChangeKind.REHYDRATED,
                session,
                now_ms,
                load_ns=arrival.load_ns,
                why=arrival.loaded.why,
            )
        self.make_room(now_ms, kept=session)

    def _move(self, session: str, now_ms: int) -> None:
        self._number(self.entries[session])
        self.entries.move_to_end(session)
        self._stuck.pop(session, None)
        self.counters.hits += 1
        self.log.note(ChangeKind.TOUCHED, session, now_ms)
        if len(self.entries) > self.capacity:
            self.make_room(now_ms, kept=session)

    def _number(self, entry: Entry) -> None:
        self._touches += 1
        entry.recency = self._touches

    def _count_touch(self, session: str, arrival: Arrival | None, now_ms: int) -> None:
        if arrival is None:
            self.counters.hits += 1
            return
        self.counters.misses += 1
        loaded = arrival.loaded
        if loaded.has_ended if loaded else session in self.released:
            self.counters.touches_after_end += 1
            self.log.note(ChangeKind.TOUCHED_AFTER_END, session, now_ms)
        self.released.discard(session)

    def _count_effects(self, session: str, effects: tuple[Effect, ...], now_ms: int) -> None:
        for effect in effects:
            if effect.trigger is not None:
                self.counters.checkpoints += 1
                self.log.note(ChangeKind.CHECKPOINT, session, now_ms, detail=effect.trigger)
            else:
                self.counters.guards_fired += 1
                self.log.note(ChangeKind.GUARD, session, now_ms, detail=effect.effect)

    def _release(self, session: str, now_ms: int) -> None:
        self._drop(session)
        self.released.add(session)
        self.counters.releases += 1
        self.log.note(ChangeKind.RELEASED, session, now_ms)

    def _drop(self, session: str) -> None:
        entry = self.entries.pop(session, None)
        self._stuck.pop(session, None)
        if entry is not None and entry.is_pinned:
            self.pinned -= 1
        if len(self.entries) <= self.capacity:
            self.over_capacity_why = ""
