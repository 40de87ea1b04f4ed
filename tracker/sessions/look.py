"""Looking at a tracker, which moves nothing: the recency order stays as it is.

Source: DESIGN.md, section 4.2.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice

from tracker.policy import Rules
from tracker.sessions.changes import EvictionCause
from tracker.sessions.engine import Engine
from tracker.sessions.entry import Entry, TrackedSession, view
from tracker.sessions.statistics import Statistics


class Look:
    """The part of a tracker that only looks. `SessionTracker` adds all that changes it."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._lock = threading.RLock()

    @property
    def capacity(self) -> int:
        """The most sessions held in memory."""
        return self._engine.capacity

    @property
    def rules(self) -> Rules:
        """The policy's numbers."""
        return self._engine.rules

    @property
    def spills(self) -> bool:
        """Whether an eviction writes what is newer in memory."""
        return self._engine.spill

    @property
    def is_read_only(self) -> bool:
        """Whether this tracker observes: it handles no events and writes nothing."""
        return self._engine.store.is_read_only

    @contextmanager
    def holding(self) -> Iterator[None]:
        """Keeps every other thread from changing the tracker; what comes meanwhile waits.

        For a step on the disk that must not meet a session on its way into memory, such as the
        deletion of one folder. Keep it short.
        """
        with self._caught_up():
            yield

    def __len__(self) -> int:
        return len(self._engine.entries)

    def __contains__(self, session: object) -> bool:
        return session in self._engine.entries

    def __iter__(self) -> Iterator[str]:
        """Iterates over a copy of the ids, oldest first."""
        with self._caught_up() as engine:
            return iter(list(engine.entries))

    def peek(self, session: str) -> TrackedSession | None:
        """Returns a session as it stands, without moving it; None where it isn't in memory."""
        with self._caught_up() as engine:
            entry = engine.entries.get(session)
            return None if entry is None else self._view(session, entry)

    def sessions(self) -> tuple[TrackedSession, ...]:
        """Returns all sessions in recency order, the newest first, without moving any.

        Cost: a frozen view of each, under the lock; 1 ms for 2,000.
        """
        with self._caught_up() as engine:
            return tuple(
                self._view(name, entry) for name, entry in reversed(engine.entries.items())
            )

    def coldest(self, count: int) -> tuple[TrackedSession, ...]:
        """Returns the `count` sessions that would be evicted next, oldest first, moving none."""
        with self._caught_up() as engine:
            unpinned = (item for item in engine.entries.items() if item[0] not in engine.pinned)
            return tuple(self._view(name, entry) for name, entry in islice(unpinned, max(count, 0)))

    def statistics(self) -> Statistics:
        """Returns all counts as one frozen value.

        Cost: the same for any number of entries: a sort of the latest samples where some are new.
        """
        with self._lock:
            engine, counters = self._engine, self._engine.counters
            return Statistics(
                capacity=engine.capacity,
                occupancy=len(engine.entries),
                pinned=len(engine.pinned),
                dirty=engine.dirty,
                hits=engine.hits(),
                misses=counters.misses,
                insertions=counters.insertions,
                rehydrations=counters.rehydrations,
                evictions={cause: counters.evictions[cause] for cause in EvictionCause},
                spills=counters.spills,
                spill_failures=counters.spill_failures,
                releases=counters.releases,
                touches_after_end=counters.touches_after_end,
                thrash=counters.thrash,
                checkpoints=counters.checkpoints,
                guards_fired=counters.guards_fired,
                load_failures=dict(counters.load_failures),
                age_at_eviction_ms=counters.ages.spread(),
                idle_at_eviction_ms=counters.idles.spread(),
                load_time_ns=counters.load_times.spread(),
                over_capacity_why=engine.over_capacity_why,
            )

    @contextmanager
    def _caught_up(self) -> Iterator[Engine]:
        """Holds the lock, with every touch so far in its place."""
        with self._lock:
            self._engine.now()
            yield self._engine

    def _view(self, session: str, entry: Entry) -> TrackedSession:
        return view(session, entry, is_pinned=session in self._engine.pinned)
