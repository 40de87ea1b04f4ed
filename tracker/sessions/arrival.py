"""How an entry comes from the store: loaded, timed and judged, but not in memory yet.

Source: DESIGN.md, section 4.
"""

from __future__ import annotations

import time
from typing import NamedTuple

from tracker.errors import NewerFormatError, ReadError, StoreError, UnsafeError
from tracker.sessions.changes import ChangeKind, ChangeLog
from tracker.sessions.entry import DIRTY_ADOPTED, NEW, Entry, Kept
from tracker.sessions.statistics import Counters
from tracker.store.protocol import Loaded, Store


class Arrival(NamedTuple):
    """An entry that was loaded but isn't in memory yet.

    Attributes:
        entry: The entry.
        loaded: What the store gave; None where nothing is stored.
        load_ns: How long that took, nanoseconds.
    """

    entry: Entry
    loaded: Loaded | None
    load_ns: int


def load_entry(
    store: Store, session: str, now_ms: int, counters: Counters, log: ChangeLog
) -> Arrival:
    """Loads a session that isn't in memory; memory stays as it is.

    Raises:
        StoreError: If it can't be read; counted by kind.
    """
    started_ns = time.perf_counter_ns()
    try:
        loaded = store.load(session)
    except StoreError as error:
        counters.load_failures[failure_kind(error)] += 1
        log.note(ChangeKind.LOAD_FAILED, session, now_ms, why=str(error))
        raise
    load_ns = time.perf_counter_ns() - started_ns
    if loaded is None:
        return Arrival(Entry(NEW, now_ms, now_ms), None, load_ns)
    if loaded.trouble:
        count_trouble(counters, log, session, loaded.trouble, loaded.why, now_ms)
    kept = Kept(loaded.state, loaded.seq, DIRTY_ADOPTED if loaded.is_adopted else 0)
    return Arrival(Entry(kept, now_ms, now_ms), loaded, load_ns)


def count_trouble(
    counters: Counters, log: ChangeLog, session: str, trouble: str, why: str, now_ms: int
) -> None:
    """Counts a record that had to be rebuilt or caught up."""
    counters.load_failures[trouble] += 1
    log.note(ChangeKind.LOAD_FAILED, session, now_ms, detail=trouble, why=why)


def failure_kind(error: StoreError) -> str:
    """Returns the kind of load failure an error counts as."""
    if isinstance(error, UnsafeError):
        return "unsafe"
    if isinstance(error, NewerFormatError):
        return "newer-format"
    return "unreadable" if isinstance(error, ReadError) else "unwritable"
