"""The engine under a tracker: what events and operators do to the entries in memory.

Knows no threads; `SessionTracker` holds the lock around every call. Changes are collected in
`log` while somebody listens, and are told by the tracker after the lock is released.

Order of every change: store, memory, statistics, listeners. What raises has changed no memory.

Source: DESIGN.md, section 4.
"""

from __future__ import annotations

from tracker.errors import StoreError
from tracker.events import Effect, Event
from tracker.policy import decide
from tracker.sessions.arrival import Arrival, load_entry
from tracker.sessions.changes import ChangeKind, Outcome
from tracker.sessions.entry import DIRTY_ADOPTED, DIRTY_PRIOR, Entry, Kept, changed_fields, view
from tracker.sessions.memory import LetGo, Memory
from tracker.sessions.statistics import THRASH_MS
from tracker.state import FRESH, SessionState
from tracker.store.protocol import Capture


class Engine(Memory):
    """See the module. Public attributes are for the tracker, under its lock."""

    def handle(self, event: Event, now_ms: int) -> tuple[Effect, ...]:
        """Handles one event: decides it, writes what must be written, then changes memory."""
        session = event.session
        arrival = None
        entry = self.entries.get(session)
        if entry is None:
            arrival = self._load(session, now_ms)
            entry = arrival.entry
        at_ms = event.at_ms if event.at_ms is not None else now_ms
        kept = entry.kept
        state, effects = decide(kept.state, event, at_ms, self.rules)
        ends = event.type == "session_end"
        if effects or ends:
            self._write_through(event, entry, state, effects, ends)
        elif state is not kept.state:
            dirty = kept.dirty | changed_fields(kept.state, state)
            self.keep(session, entry, Kept(state, kept.seq, dirty))
        if effects:
            self._count_effects(session, effects, now_ms)
        if ends:
            self._count_touch(session, arrival, now_ms)
            self._release(session, now_ms)
            self.make_room(now_ms)
        else:
            self._arrive(session, arrival, now_ms) if arrival else self._hit(session, entry, now_ms)
        return effects

    def touch(self, session: str, now_ms: int) -> None:
        """Makes a session the newest, loading it first where it isn't in memory."""
        entry = self.entries.get(session)
        if entry is None:
            self._arrive(session, self._load(session, now_ms), now_ms)
        else:
            self._hit(session, entry, now_ms)

    def observe(self, session: str, touched_ms: int, now_ms: int) -> bool:
        """Takes what the store holds now, and makes the session the newest; False: nothing.

        What others write is no use of memory: it counts neither as a hit nor as a miss.
        """
        arrival = self._load(session, now_ms)
        known = self.entries.get(session)
        if arrival.loaded is None:
            if known is not None:
                self.drop(session)
                self.log.note(ChangeKind.RELEASED, session, now_ms, why="gone from the disk")
            return False
        if known is None:
            arrival.entry.touched_ms = touched_ms
            self.insert(session, arrival, now_ms, is_back=session in self.evicted)
        else:
            self.keep(session, known, arrival.entry.kept)
            known.touched_ms = touched_ms
            self.make_newest(session, known, now_ms)
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
        kept = entry.kept
        was, stored = view(session, entry, is_pinned=session in self.pinned), kept.state
        try:
            if kept.dirty and not self.spill:
                loaded = self.store.load(session)
                stored = FRESH if loaded is None else loaded.state
            saved = self.store.commit(session, kept.state, seq=kept.seq, ends=True)
        except StoreError as error:
            return Outcome(session, False, str(error))
        self.count_trouble(session, entry, saved)
        self._release(session, now_ms)
        self.let_go[session] = LetGo(was, stored, saved.seq, saved.state == was.state)
        return Outcome(session, True, was=was)

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
        session, kept = event.session, entry.kept
        saved = self.store.commit(
            session,
            state,
            seq=kept.seq,
            captures=captures,
            ends=ends,
            spill=self.spill,
        )
        dirty = 0
        if not captures and not self.spill:
            # A guard alone was written: counters wait for the next checkpoint.
            dirty = kept.dirty | changed_fields(kept.state, state)
            dirty &= ~(DIRTY_PRIOR | DIRTY_ADOPTED)
        self.keep(session, entry, Kept(saved.state, saved.seq, dirty))
        self.count_trouble(session, entry, saved)

    def _arrive(self, session: str, arrival: Arrival, now_ms: int) -> None:
        self._count_touch(session, arrival, now_ms)
        self.insert(session, arrival, now_ms, is_back=arrival.loaded is not None)

    def insert(self, session: str, arrival: Arrival, now_ms: int, *, is_back: bool) -> None:
        """Puts a loaded entry into memory as the newest."""
        self.put(session, arrival.entry)
        self.make_newest(session, arrival.entry, now_ms)
        self.counters.insertions += 1
        evicted = self.evicted.pop(session, None)
        if arrival.loaded is None or not is_back:
            self.log.note(ChangeKind.INSERTED, session, now_ms)
        else:
            self.counters.rehydrations += 1
            self.counters.load_times.add(arrival.load_ns)
            if evicted is not None and 0 <= now_ms - evicted.at_ms < THRASH_MS:
                self.counters.thrash += 1
            self.log.note(
                ChangeKind.REHYDRATED,
                session,
                now_ms,
                load_ns=arrival.load_ns,
                why=arrival.loaded.why,
            )
        self.make_room(now_ms, kept=session)

    def _hit(self, session: str, entry: Entry, now_ms: int) -> None:
        entry.touched_ms = now_ms
        self.make_newest(session, entry, now_ms)
        self.counters.hits += 1
        if self.log.is_listening:
            self.log.note(ChangeKind.TOUCHED, session, now_ms)
        if self.stuck:
            self.stuck.pop(session, None)
        if len(self.entries) > self.capacity:
            self.make_room(now_ms, kept=session)

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
        self.let_go.pop(session, None)

    def _count_effects(self, session: str, effects: tuple[Effect, ...], now_ms: int) -> None:
        for effect in effects:
            if effect.trigger is not None:
                self.counters.checkpoints += 1
                self.log.note(ChangeKind.CHECKPOINT, session, now_ms, detail=effect.trigger)
            else:
                self.counters.guards_fired += 1
                self.log.note(ChangeKind.GUARD, session, now_ms, detail=effect.effect)

    def _release(self, session: str, now_ms: int) -> None:
        self.drop(session)
        self.evicted.pop(session, None)
        self.released.add(session)
        self.counters.releases += 1
        self.log.note(ChangeKind.RELEASED, session, now_ms)
