"""The session tracker: bounded, recency-ordered, written through, rehydrated on touch.

The life of a session in memory: its first event *inserts* it, from the store where something of it
is stored (*rehydration*). Every event *touches* it: it is the newest. When a new one would be one
too many, the oldest that isn't pinned is *evicted*: what is newer in memory is spilled first, and
the next touch brings it back exactly as it was. `session_end` *releases* it.

Order of every change: store, memory, statistics, listeners.

Source: DESIGN.md, section 4.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from types import TracebackType
from typing import Final

from tracker.bounded import check_capacity
from tracker.errors import ReadOnlyError, StoreError
from tracker.events import Effect, Event, check_id
from tracker.policy import Rules
from tracker.sessions.engine import Engine
from tracker.sessions.hands import Hands
from tracker.sessions.renewals import Renewals
from tracker.state import SessionState
from tracker.store.protocol import Store

CAPACITY: Final = 2_000
"""The default capacity. Source: DESIGN.md, section 4."""


def wall_clock_ms() -> int:
    """Returns the time now, Unix ms."""
    return time.time_ns() // 1_000_000


class SessionTracker(Hands):
    """Holds at most `capacity` sessions in memory, in one recency order. Safe for several threads.

    Args:
        store: The durable side. The tracker closes it.
        capacity: The most sessions held, at least 1.
        rules: The policy's numbers.
        spill: Whether an eviction writes what is newer in memory. False is the original's cheaper
            bargain: transient counters restart from the last checkpoint, which can only delay an
            edit batch.
        idle_ttl_ms: Idle time after which an entry is evicted, as others are touched; None: never.
        clock: Returns Unix ms. Used for ages and idle times, and for events without a time.

    Raises:
        CapacityError: If the capacity isn't a whole number of at least 1.
    """

    touch: Callable[[str], None]
    """Uses a session without an event: makes it the newest, rehydrating it first.

    The touch is dated when the tracker reads its clock next, for an event or for anybody who looks.

    Raises:
        IdError: If the id can't be kept.
        StoreError: If it can't be read; memory is unchanged.
        ClosedError: If the tracker was closed.

    Cost: that of a method call and a move in an ordered dict, without the lock, for a session that
    was touched since the clock was read last. See `renewals`.
    """

    def __init__(
        self,
        store: Store,
        *,
        capacity: int = CAPACITY,
        rules: Rules | None = None,
        spill: bool = True,
        idle_ttl_ms: int | None = None,
        clock: Callable[[], int] = wall_clock_ms,
    ) -> None:
        check_capacity(capacity)
        renewals = Renewals(self._touch)
        super().__init__(Engine(store, capacity, rules or Rules(), spill, clock, renewals))
        self.touch = renewals.touch
        self._idle_ttl_ms = idle_ttl_ms

    def handle(self, event: Event) -> tuple[Effect, ...]:
        """Handles one event of a session, and touches the session.

        Args:
            event: The event. Without `at_ms` it happens now.

        Returns:
            What the host is to do, in order. A checkpoint is on disk already.

        Raises:
            StoreError: If the session can't be read or a change can't be written. Memory is
                unchanged and nothing was promised; the same event can be handled again.
            ReadOnlyError: If the tracker observes.
            ClosedError: If the tracker was closed.

        Cost: a hit that comes to nothing does no I/O.
        """
        try:
            with self._lock:
                self._check_writable()
                now_ms = self._engine.now()
                effects = self._engine.handle(event, now_ms)
                if self._idle_ttl_ms is not None:
                    self._engine.evict_idle(self._idle_ttl_ms, now_ms, kept=event.session)
        finally:
            if self._engine.log.changes:
                self._tell()
        return effects

    def recall(self, session: str) -> SessionState:
        """Touches a session at once, and returns its state. Raises as `touch` does."""
        if session not in self._engine.entries:
            check_id(session)
        try:
            with self._lock:
                self._check_open()
                self._engine.touch(session, self._engine.now())
                return self._engine.entries[session].kept.state
        finally:
            if self._engine.log.changes:
                self._tell()

    def _touch(self, session: str) -> None:
        with self._lock:
            if not self._is_closed and self._engine.renew(session):
                return
        self.recall(session)

    def observe(self, session: str, at_ms: int | None = None) -> bool:
        """Takes a change on disk as a touch: reads the session again. For a tracker that observes.

        Args:
            session: The session's id.
            at_ms: When it was active, Unix ms; None for now.

        Returns:
            Whether anything of it is stored. Where nothing is, it is dropped from memory.

        Raises:
            StoreError: If it can't be read; memory is unchanged.
            ClosedError: If the tracker was closed.
        """
        check_id(session)
        try:
            with self._lock:
                self._check_open()
                if not self.is_read_only:
                    raise ReadOnlyError("an owner's memory is the newer side; it re-reads nothing")
                now_ms = self._engine.now()
                touched_ms = now_ms if at_ms is None else at_ms
                return self._engine.observe(session, touched_ms, now_ms)
        finally:
            self._tell()

    def close(self) -> None:
        """Spills every dirty entry, so that a clean restart is invisible, and closes the store.

        Safe to call twice.

        Raises:
            StoreError: If an entry could not be spilled; all others were, and the store is closed.
        """
        failed: list[StoreError] = []
        with self._lock:
            if self._is_closed:
                return
            self._engine.now()
            try:
                for session, entry in self._engine.entries.items():
                    try:
                        self._engine.write_spill(session, entry)
                    except StoreError as error:
                        failed.append(error)
            finally:
                self._is_closed = True
                self._engine.store.close()
        if failed:
            raise StoreError(
                f"{len(failed)} session(s) could not be spilled on closing; the first: {failed[0]}",
                failed[0].path,
            ) from failed[0]

    def __enter__(self) -> SessionTracker:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()
