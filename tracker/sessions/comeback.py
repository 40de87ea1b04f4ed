"""How an evicted session comes back exactly: its state, its times, its pin and its place.

Two have use for it: a drill, which evicts and rehydrates on purpose, and whoever undoes an eviction
by hand. Neither is a use of the session, so neither counts as a hit, a miss or thrash.

Source: DESIGN.md, section 9.
"""

from __future__ import annotations

from collections.abc import Iterable

import msgspec
from msgspec.structs import replace

from tracker.errors import StoreError
from tracker.sessions.arrival import Arrival, load_entry
from tracker.sessions.changes import ChangeKind, EvictionCause, Outcome
from tracker.sessions.engine import Engine
from tracker.sessions.entry import (
    DIRTY_ADOPTED,
    Entry,
    TrackedSession,
    changed_fields,
    dirty_mask,
    view,
)
from tracker.state import SessionState, durable_part


class Drilled(msgspec.Struct, frozen=True):
    """What came of evicting and rehydrating one session on purpose.

    Attributes:
        session: The id.
        before: The session as it stood; None where it wasn't in memory.
        was_evicted: Whether it left memory at all.
        after: The state that came back from the store; None where nothing did.
        load_ns: How long the load took, nanoseconds; 0 where none was made.
        trouble: Why the record had to be rebuilt or caught up; empty where it stood as written.
        why: In words: the trouble, or why it could not be evicted or loaded.
    """

    session: str
    before: TrackedSession | None
    was_evicted: bool = False
    after: SessionState | None = None
    load_ns: int = 0
    trouble: str = ""
    why: str = ""


def drill(engine: Engine, sessions: Iterable[str], now_ms: int) -> tuple[Drilled, ...]:
    """Evicts sessions, loads all of them back, and leaves memory as it was.

    All go before the first comes back, so that a store that mixes two of them is found out. What
    was in memory is put back whatever the store answers: a drill on a broken store loses nothing.
    """
    drilled: dict[str, Drilled] = {}
    gone: dict[str, Entry] = {}
    try:
        for session in dict.fromkeys(sessions):
            entry = engine.entries.get(session)
            before = None if entry is None else view(session, entry)
            outcome = engine.evict(session, EvictionCause.DRILL, now_ms)
            drilled[session] = Drilled(session, before, outcome.is_done, why=outcome.why)
            if entry is not None and outcome.is_done:
                gone[session] = entry
        for session in list(gone):
            drilled[session] = _load_back(engine, drilled[session], gone.pop(session), now_ms)
    finally:
        for session, entry in gone.items():
            engine.entries[session] = entry
        settle(engine)
    return tuple(drilled.values())


def restore(engine: Engine, was: TrackedSession, now_ms: int) -> Outcome:
    """Puts an evicted session back as it was when it was seen; `settle` then gives it its place.

    Refused where it can't be exact: the session is in memory again, it went on or ended since, or
    there is no room left for it.
    """
    session = was.session
    if session in engine.entries:
        return Outcome(session, False, "already in memory")
    if len(engine.entries) >= engine.capacity:
        why = f"memory is full again, {len(engine.entries)} of {engine.capacity}"
        return Outcome(session, False, why)
    if session in engine.released:
        return Outcome(session, False, "it ended since")
    try:
        arrival = load_entry(engine.store, session, now_ms, engine.counters, engine.log)
    except StoreError as error:
        return Outcome(session, False, str(error))
    if why := _take_up(arrival, was):
        return Outcome(session, False, why)
    _insert(engine, session, arrival, was.recency, now_ms)
    note = ""
    if was.is_pinned:
        if engine.pinned < engine.capacity - 1:
            arrival.entry.is_pinned = True
            engine.pinned += 1
        else:
            note = f"no longer pinned: {engine.pinned} are, of capacity {engine.capacity}"
    return Outcome(session, True, note)


def settle(engine: Engine) -> None:
    """Puts all entries in the order of their recency. Cost: one pass; 0.2 ms for 2,000."""
    entries = engine.entries
    for session in sorted(entries, key=lambda name: entries[name].recency):
        entries.move_to_end(session)


def _load_back(engine: Engine, drilled: Drilled, entry: Entry, now_ms: int) -> Drilled:
    session, recency = drilled.session, entry.recency
    try:
        arrival = load_entry(engine.store, session, now_ms, engine.counters, engine.log)
    except StoreError as error:
        engine.entries[session] = entry
        engine.log.note(ChangeKind.INSERTED, session, now_ms, why="put back after a failed drill")
        return replace(drilled, why=str(error))
    except BaseException:
        engine.entries[session] = entry
        raise
    loaded, stored = arrival.loaded, arrival.entry.state
    if stored != entry.state:
        # What the store lost is written again when the entry is evicted next.
        entry.dirty |= changed_fields(stored, entry.state)
        if _lasting(stored) != _lasting(entry.state):
            entry.dirty |= DIRTY_ADOPTED
    _insert(engine, session, arrival._replace(entry=entry), recency, now_ms)
    if loaded is None:
        return replace(drilled, load_ns=arrival.load_ns)
    return replace(
        drilled,
        after=stored,
        load_ns=arrival.load_ns,
        trouble=loaded.trouble,
        why=loaded.why,
    )


def _take_up(arrival: Arrival, was: TrackedSession) -> str:
    """Gives a loaded entry what it had when it was seen; says why not, where it went on since."""
    entry, loaded = arrival.entry, arrival.loaded
    if entry.state != was.state:
        # Without spilling, what was newer in memory is in `was` alone. It is still true if nothing
        # was written since.
        is_untouched = entry.seq == was.seq and _lasting(entry.state) == _lasting(was.state)
        if not (was.dirty_fields and is_untouched):
            return (loaded.why if loaded else "") or "it went on since; rehydrate it instead"
        entry.state, entry.dirty = was.state, dirty_mask(was.dirty_fields)
    elif entry.seq != was.seq and loaded is not None and loaded.has_ended:
        return "it ended since"
    entry.touched_ms, entry.inserted_ms = was.touched_ms, was.inserted_ms
    return ""


def _insert(engine: Engine, session: str, arrival: Arrival, recency: int, now_ms: int) -> None:
    engine.evicted_ms.pop(session, None)
    engine.insert(session, arrival, now_ms, is_back=True)
    arrival.entry.recency = recency


def _lasting(state: SessionState) -> SessionState:
    """Returns what is on disk whether or not evictions spill."""
    return replace(durable_part(state), guards=state.guards)
