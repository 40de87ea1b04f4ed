"""The entries in memory, in recency order, and how they leave it: evicted, spilled, dropped.

The victim is the oldest entry that isn't pinned. What is newer in memory is written before it goes;
one that can't be written stays.

Source: DESIGN.md, section 4.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from itertools import islice
from typing import Final, NamedTuple

from tracker.bounded import BoundedMap, BoundedSet
from tracker.errors import StoreError
from tracker.policy import Rules
from tracker.sessions.arrival import count_trouble
from tracker.sessions.changes import ChangeKind, ChangeLog, EvictionCause, Outcome
from tracker.sessions.entry import DIRTY_ADOPTED, Entry, Kept, TrackedSession, view
from tracker.sessions.renewals import IS_GUARDED, Renewals
from tracker.sessions.statistics import Counters
from tracker.state import SessionState
from tracker.store.protocol import Saved, Store

SPILL_ATTEMPTS: Final = 8
"""How many spills may fail in one call before it stays over capacity until the next."""


REMEMBERED: Final = 10_000
"""How many of the sessions evicted last are remembered at least, and how many of those released
last by hand, so that it can be undone."""


class Evicted(NamedTuple):
    """What is remembered of a session that was evicted.

    Attributes:
        at_ms: When, Unix ms.
        recency: The place it had in the recency order.
    """

    at_ms: int
    recency: int


class LetGo(NamedTuple):
    """What is remembered of a session that an operator released.

    Attributes:
        was: The session as it stood just before.
        stored: What a load would have given then: `was.state`, but where what is newer in memory
            isn't spilled.
        seq: The sequence number of the record that the release left; 0 where it left none.
        is_alone: Whether nothing that another writer had left was united with it.
    """

    was: TrackedSession
    stored: SessionState
    seq: int
    is_alone: bool


class Memory:
    """See the module. Knows no threads and no events; `Engine` adds those.

    Args:
        store: The durable side.
        capacity: The most sessions held.
        rules: The policy's numbers.
        spill: Whether an eviction writes what is newer in memory.
        clock: Returns Unix ms.
        renewals: Where touches wait that came since the clock was read last.
    """

    def __init__(
        self,
        store: Store,
        capacity: int,
        rules: Rules,
        spill: bool,
        clock: Callable[[], int],
        renewals: Renewals,
    ) -> None:
        self.store = store
        self.capacity = capacity
        self.rules = rules
        self.spill = spill
        self.entries: OrderedDict[str, Entry] = OrderedDict()
        self.pinned: set[str] = set()
        self.dirty = 0
        self.counters = Counters()
        self.over_capacity_why = ""
        self.log = ChangeLog()
        self._clock = clock
        self._renewals = renewals
        self._newest = 0
        # Sessions that should have gone but could not be spilled, nor were touched since; the one
        # that was tried longest ago stands first.
        self.stuck: OrderedDict[str, None] = OrderedDict()
        self.evicted: BoundedMap[str, Evicted] = BoundedMap(max(capacity, REMEMBERED))
        self.released: BoundedSet[str] = BoundedSet(capacity)
        self.let_go: BoundedMap[str, LetGo] = BoundedMap(REMEMBERED)

    def now(self) -> int:
        """Reads the clock, Unix ms, and catches up with the touches since it was read last.

        First of all under the lock: what comes after it then finds every entry in its place.
        """
        now_ms = self._clock()
        renewed = self._renewals.sessions
        while renewed:
            session, _ = renewed.popitem(last=False)
            entry = self.entries[session]
            entry.touched_ms = now_ms
            self.make_newest(session, entry, now_ms)
        return now_ms

    def renew(self, session: str) -> bool:
        """Makes a touch that is caught up with later; False where it must be made at once."""
        is_calm = IS_GUARDED and not (self.log.is_listening or self.stuck)
        if session not in self.entries or not is_calm or len(self.entries) > self.capacity:
            return False
        self._renewals.sessions[session] = None
        self.counters.hits += 1
        return True

    def make_newest(self, session: str, entry: Entry, now_ms: int) -> None:
        """Moves an entry to the newest end of the recency order."""
        # The time is the number where it is newer than the last: one object for both.
        last = self._newest
        entry.recency = self._newest = now_ms if now_ms > last else last + 1
        self.entries.move_to_end(session)

    def hits(self) -> int:
        """How many touches there were of sessions in memory."""
        self.counters.hits += self._renewals.take_hits()
        return self.counters.hits

    def evict(self, session: str, cause: EvictionCause, now_ms: int) -> Outcome:
        """Evicts one session: spills what is newer in memory, then drops it."""
        entry = self.entries.get(session)
        if entry is None:
            return Outcome(session, False, "not in memory")
        if session in self.pinned:
            return Outcome(session, False, "pinned; unpin it first")
        was = view(session, entry, is_pinned=False)
        try:
            self.write_spill(session, entry)
        except StoreError as error:
            self.counters.spill_failures += 1
            self.log.note(ChangeKind.SPILL_FAILED, session, now_ms, why=str(error))
            return Outcome(session, False, f"it stays in memory: {error}")
        self.drop(session)
        age_ms, idle_ms = now_ms - entry.inserted_ms, now_ms - entry.touched_ms
        self.evicted[session] = Evicted(now_ms, entry.recency)
        self.counters.evictions[cause] += 1
        self.counters.ages.add(age_ms)
        self.counters.idles.add(idle_ms)
        self.log.note(
            ChangeKind.EVICTED, session, now_ms, detail=cause, age_ms=age_ms, idle_ms=idle_ms
        )
        return Outcome(session, True, was=was)

    def evict_idle(
        self, idle_ms: int, now_ms: int, *, kept: str = "", attempts: int = SPILL_ATTEMPTS
    ) -> tuple[str, ...]:
        """Evicts from the oldest end what was idle for at least `idle_ms`, but not `kept`.

        An entry touched in the future, by a clock that was set back since, is passed over.
        After `attempts` spills that failed the others wait for the next call.
        """
        due = []
        for session, entry in self.entries.items():
            if 0 <= now_ms - entry.touched_ms < idle_ms:
                break
            if now_ms >= entry.touched_ms and self._may_go(session, kept):
                due.append(session)
        evicted: list[str] = []
        failures = 0
        for session in due:
            if self.evict(session, EvictionCause.IDLE, now_ms).is_done:
                evicted.append(session)
            elif (failures := failures + 1) == attempts:
                break
        return tuple(evicted)

    def set_capacity(self, capacity: int, now_ms: int) -> list[Outcome]:
        """Changes the capacity, evicting down to it; returns the evictions, oldest first."""
        self.capacity = capacity
        self.evicted.capacity = max(capacity, REMEMBERED)
        self.released.capacity = capacity
        self.log.note(ChangeKind.CAPACITY, "", now_ms, count=capacity)
        return self.make_room(now_ms, attempts=len(self.entries))

    def make_room(
        self, now_ms: int, *, kept: str = "", attempts: int = SPILL_ATTEMPTS
    ) -> list[Outcome]:
        """Evicts the oldest unpinned entries until the bound holds, but never `kept`.

        One whose spill fails stays, and the next oldest goes in its place. After `attempts`
        failures the engine stays over capacity, says why, and tries again at the next call. Of
        those that failed only one is then tried again, so that a few sessions that can never be
        spilled don't keep the others in memory; once it goes, all have their turn again.

        Returns:
            The evictions, in their order.
        """
        done: list[Outcome] = []
        excess = len(self.entries) - self.capacity
        if excess <= 0:
            self.over_capacity_why = ""
            return done
        tried_again = next((name for name in self.stuck if self._may_go(name, kept)), "")
        victims = (
            name
            for name in self.entries
            if self._may_go(name, kept) and (name == tried_again or name not in self.stuck)
        )
        for session in list(islice(victims, excess + attempts)):
            outcome = self.evict(session, EvictionCause.CAPACITY, now_ms)
            if not outcome.is_done:
                self.over_capacity_why = f"{session!r}: {outcome.why}"
                self.stuck[session] = None
                self.stuck.move_to_end(session)
                attempts -= 1
            else:
                done.append(outcome)
                if session == tried_again:
                    self.stuck.clear()
                    return done + self.make_room(now_ms, kept=kept, attempts=attempts)
            if len(self.entries) <= self.capacity or not attempts:
                break
        return done

    def write_spill(self, session: str, entry: Entry) -> None:
        """Writes what is newer in memory, where it is and where spilling is on."""
        # What was adopted is written either way: the folder it came from may be another's soon.
        kept = entry.kept
        dirty = kept.dirty if self.spill else kept.dirty & DIRTY_ADOPTED
        if not dirty or self.store.is_read_only:
            return
        saved = self.store.commit(session, kept.state, seq=kept.seq, spill=self.spill)
        self.keep(session, entry, Kept(saved.state, saved.seq))
        self.counters.spills += 1
        self.count_trouble(session, entry, saved)

    def keep(self, session: str, entry: Entry, kept: Kept) -> None:
        """Gives an entry, in memory or on its way there, what is kept of its session now."""
        if (kept.dirty == 0) != (entry.kept.dirty == 0) and self.entries.get(session) is entry:
            self.dirty += 1 if kept.dirty else -1
        entry.kept = kept

    def put(self, session: str, entry: Entry) -> None:
        """Puts an entry into memory, as the newest."""
        self.entries[session] = entry
        self.dirty += entry.kept.dirty != 0

    def drop(self, session: str) -> None:
        """Drops an entry from memory, and what hangs on it."""
        entry = self.entries.pop(session, None)
        self.stuck.pop(session, None)
        if entry is not None:
            self.dirty -= entry.kept.dirty != 0
            self.pinned.discard(session)
        if len(self.entries) <= self.capacity:
            self.over_capacity_why = ""

    def count_trouble(self, session: str, entry: Entry, saved: Saved) -> None:
        """Counts a record that a commit had to put aside."""
        if saved.trouble:
            count_trouble(
                self.counters, self.log, session, saved.trouble, saved.why, entry.touched_ms
            )

    def _may_go(self, session: str, kept: str) -> bool:
        return session != kept and session not in self.pinned
