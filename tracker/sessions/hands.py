"""A tracker's hands: what an operator does to it, and how listeners are told of it.

Every command is made through the engine under the lock, and told outside it, after the fact.

Source: DESIGN.md, sections 4 and 7.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable

from tracker.bounded import check_capacity
from tracker.errors import CapacityError, ClosedError, IdError, ReadOnlyError
from tracker.events import check_id
from tracker.sessions.changes import ChangeKind, EvictionCause, Listener, Outcome
from tracker.sessions.comeback import Drilled, drill, settle
from tracker.sessions.engine import Engine
from tracker.sessions.entry import TrackedSession
from tracker.sessions.look import Look
from tracker.sessions.reopening import undo

_LOG = logging.getLogger("holdfast.tracker")


class Hands(Look):
    """The part of a tracker that is worked by hand. `SessionTracker` adds events."""

    def __init__(self, engine: Engine) -> None:
        super().__init__(engine)
        self._listeners: tuple[Listener, ...] = ()
        self._is_closed = False

    def evict(
        self, sessions: Iterable[str], cause: EvictionCause = EvictionCause.OPERATOR
    ) -> tuple[Outcome, ...]:
        """Evicts sessions by hand, spilling what is newer in memory first.

        Returns:
            One outcome an id, with what it `was` for `restore`. Pinned ones are refused, and so is
            one whose spill fails: it stays.
        """
        with self._lock:
            self._check_open()
            now_ms = self._engine.now()
            outcomes = tuple(self._engine.evict(session, cause, now_ms) for session in sessions)
        self._tell()
        return outcomes

    def rehydrate(self, sessions: Iterable[str]) -> tuple[Outcome, ...]:
        """Brings sessions back from the store by hand, each the newest.

        Returns:
            One outcome an id; what is in memory already, or nowhere on disk, is refused.
        """
        with self._lock:
            self._check_open()
            now_ms = self._engine.now()
            outcomes = tuple(self._rehydrate(session, now_ms) for session in sessions)
        self._tell()
        return outcomes

    def restore(self, sessions: Iterable[TrackedSession]) -> tuple[Outcome, ...]:
        """Undoes evictions, and releases by hand: puts sessions back as they were.

        State, guards, times, pin and place in the recency order are what they were, transient
        fields included, whether or not evictions spill. What a release took off the disk is written
        again before memory says so.

        Args:
            sessions: The sessions as they stood just before: what each outcome gave as `was`.

        Returns:
            One outcome an id. One that went on or ended since is refused, and so is one that the
            disk doesn't hold as it was left, or for which there is no room.

        Cost: a load each, a write for each that was released, and one pass over the entries.
        """
        with self._lock:
            self._check_open()
            now_ms = self._engine.now()
            outcomes = tuple(undo(self._engine, session, now_ms) for session in sessions)
            settle(self._engine)
        self._tell()
        return outcomes

    def drill(self, sessions: Iterable[str]) -> tuple[Drilled, ...]:
        """Evicts sessions, all of them, and rehydrates them, in one hold of the lock.

        Afterwards memory is as it was: states, times and recency order, whatever the store did.

        Returns:
            One a distinct id: what it was before beside what came back. A pinned one isn't evicted.

        Raises:
            ReadOnlyError: If the tracker observes: its disk may be newer than its memory.

        Cost: a spill and a load each, and one pass over the entries; give it a few dozen at a time.
        """
        with self._lock:
            self._check_writable()
            drilled = drill(self._engine, sessions, self._engine.now())
        self._tell()
        return drilled

    def release(self, sessions: Iterable[str]) -> tuple[Outcome, ...]:
        """Ends sessions by hand, as `session_end` without a reading would.

        Returns:
            One outcome an id, with what it `was` for `restore`. One that can't be written stays as
            it was.

        Raises:
            ReadOnlyError: If the tracker observes.
        """
        with self._lock:
            self._check_writable()
            now_ms = self._engine.now()
            outcomes = tuple(self._engine.release(session, now_ms) for session in sessions)
        self._tell()
        return outcomes

    def pin(self, session: str) -> Outcome:
        """Keeps a session from being evicted. At most capacity - 1 can be pinned."""
        with self._lock:
            self._check_open()
            engine = self._engine
            if session not in engine.entries:
                return Outcome(session, False, "not in memory")
            if session in engine.pinned:
                return Outcome(session, False, "already pinned")
            pinned = len(engine.pinned)
            if pinned >= engine.capacity - 1:
                why = f"{pinned} pinned of capacity {engine.capacity}; one must stay free"
                return Outcome(session, False, why)
            engine.pinned.add(session)
            engine.log.note(ChangeKind.PINNED, session, engine.now())
        self._tell()
        return Outcome(session, True)

    def unpin(self, session: str) -> Outcome:
        """Lets a pinned session be evicted again."""
        with self._lock:
            self._check_open()
            engine = self._engine
            if session not in engine.pinned:
                return Outcome(session, False, "not pinned")
            engine.pinned.remove(session)
            now_ms = engine.now()
            engine.log.note(ChangeKind.UNPINNED, session, now_ms)
            engine.make_room(now_ms)
        self._tell()
        return Outcome(session, True)

    def evict_idle(self, idle_ms: int) -> tuple[str, ...]:
        """Evicts every unpinned session that was idle for at least `idle_ms`.

        Returns:
            The ids evicted, oldest first.
        """
        with self._lock:
            self._check_open()
            every = len(self._engine.entries)
            evicted = self._engine.evict_idle(idle_ms, self._engine.now(), attempts=every)
        self._tell()
        return evicted

    def set_capacity(self, capacity: int) -> tuple[Outcome, ...]:
        """Changes the capacity while running; shrinking evicts down to it, oldest first.

        Returns:
            An outcome for each session that was evicted, with what it `was` for `restore`. One
            whose spill fails stays: see `Statistics.over_capacity_why`.

        Raises:
            CapacityError: If it isn't a whole number of at least 1, or not above the number of
                pinned sessions. Nothing was changed.
        """
        check_capacity(capacity)
        with self._lock:
            self._check_open()
            pinned = len(self._engine.pinned)
            if capacity <= pinned:
                raise CapacityError(
                    f"capacity {capacity} leaves no room beside {pinned} pinned session(s);"
                    " unpin some first"
                )
            outcomes = tuple(self._engine.set_capacity(capacity, self._engine.now()))
        self._tell()
        return outcomes

    def subscribe(self, listener: Listener) -> Callable[[], None]:
        """Adds a listener; returns what removes it.

        A listener is called outside the lock, after the fact, with the changes of one call, perhaps
        on several threads at once. What it raises is logged: the change has happened.
        """
        with self._caught_up():
            self._listeners = (*self._listeners, listener)
            self._engine.log.is_listening = True

        def unsubscribe() -> None:
            with self._lock:
                self._listeners = tuple(one for one in self._listeners if one is not listener)
                self._engine.log.is_listening = bool(self._listeners)

        return unsubscribe

    def _rehydrate(self, session: str, now_ms: int) -> Outcome:
        try:
            check_id(session)
        except IdError as error:
            return Outcome(session, False, str(error))
        return self._engine.rehydrate(session, now_ms)

    def _check_open(self) -> None:
        if self._is_closed:
            raise ClosedError("the tracker is closed; open its directory again")

    def _check_writable(self) -> None:
        self._check_open()
        if self.is_read_only:
            raise ReadOnlyError("the tracker observes; only the owner of the directory changes it")

    def _tell(self) -> None:
        with self._lock:
            changes = self._engine.log.take()
            listeners = self._listeners
        if not changes:
            return
        for listener in listeners:
            try:
                listener(changes)
            except Exception:  # noqa: BLE001 - a host's code; the change stands whatever it raises.
                _LOG.exception("a listener failed; the change it was told of has happened")
