"""How a session that an operator released comes back exactly, and what else an undo can meet.

A release took its guards, its prior score and what was spilled off the disk. They are written again
before memory says so. That is no use of the session: it counts as no hit, miss or thrash, and the
release, which did happen, stays counted.

Source: DESIGN.md, section 4.
"""

from __future__ import annotations

from typing import Final

from msgspec.structs import replace

from tracker.errors import StoreError
from tracker.sessions.arrival import Arrival, load_entry
from tracker.sessions.changes import Outcome
from tracker.sessions.comeback import WENT_ON, restore, take_back
from tracker.sessions.engine import Engine
from tracker.sessions.entry import Entry, Kept, TrackedSession, dirty_mask
from tracker.sessions.memory import LetGo
from tracker.state import unite
from tracker.store.protocol import Loaded

UNDONE: Final = "its release was undone"


def undo(engine: Engine, was: TrackedSession, now_ms: int) -> Outcome:
    """Undoes the eviction or the release of one session; `settle` then gives it its place.

    Refused where it can't be exact: the session is in memory again, it went on or ended since, or
    there is no room left for it.
    """
    session = was.session
    if session in engine.entries:
        return Outcome(session, False, "already in memory")
    if len(engine.entries) >= engine.capacity:
        why = f"memory is full again, {len(engine.entries)} of {engine.capacity}"
        return Outcome(session, False, why)
    let_go = engine.let_go.get(session)
    if let_go is None or let_go.was != was:
        return restore(engine, was, now_ms)
    return _reopen(engine, let_go, now_ms)


def _reopen(engine: Engine, let_go: LetGo, now_ms: int) -> Outcome:
    was, session = let_go.was, let_go.was.session
    if not let_go.is_alone:
        why = "what another writer had left was united with it as it ended; rehydrate it instead"
        return Outcome(session, False, why)
    try:
        arrival = load_entry(engine.store, session, now_ms, engine.counters, engine.log)
        if not _is_as_left(arrival.loaded, let_go):
            return Outcome(session, False, WENT_ON)
        entry = _written(engine, let_go)
    except StoreError as error:
        return Outcome(session, False, str(error))
    loaded = arrival.loaded and replace(arrival.loaded, why=UNDONE)
    note = take_back(engine, Arrival(entry, loaded, arrival.load_ns), was, now_ms)
    engine.released.discard(session)
    del engine.let_go[session]
    return Outcome(session, True, note)


def _is_as_left(loaded: Loaded | None, let_go: LetGo) -> bool:
    """Whether the disk holds what the release left there, and nothing else."""
    if loaded is None:
        return not let_go.seq
    return loaded.has_ended and loaded.seq == let_go.seq and not loaded.trouble


def _written(engine: Engine, let_go: LetGo) -> Entry:
    """Writes what the disk held before the release, where that was anything; returns the entry."""
    was = let_go.was
    dirty = dirty_mask(was.dirty_fields)
    entry = Entry(Kept(was.state, 0, dirty), was.touched_ms, was.inserted_ms)
    if not was.seq and not let_go.seq:
        return entry
    stored, seq = let_go.stored, let_go.seq
    saved = engine.store.commit(was.session, stored, seq=seq, spill=engine.spill)
    # Another writer may have come between the load and this.
    state = was.state if saved.state == stored else unite(was.state, saved.state)
    entry.kept = Kept(state, saved.seq, 0 if engine.spill else dirty)
    engine.count_trouble(was.session, entry, saved)
    return entry
