"""One session judged: what it was beside what came back from the store. Pure.

Source: DESIGN.md, sections 1 and 9.
"""

from __future__ import annotations

from typing import Any, Final

from tracker.drill.report import DrilledSession, Ending
from tracker.sessions.comeback import Drilled
from tracker.state import (
    FRESH,
    TRANSIENT_FIELDS,
    Difference,
    SessionState,
    differences,
    guard_names,
    values_of,
)
from tracker.store.examine import BEHIND

DURABLE_FIELDS: Final = (
    "bands",
    "thresholds",
    "milestones",
    "last_checkpoint_ms",
    "marker_writes",
    "marker_files",
)


def judged(drilled: Drilled, *, spills: bool = True) -> DrilledSession:
    """Judges one session that a tracker evicted and rehydrated on purpose.

    Args:
        drilled: What came of it.
        spills: Whether evictions spill. Where they don't, transient fields are meant to restart
            from the last checkpoint and are not compared.
    """
    session, before = drilled.session, drilled.before
    if before is None or before.is_pinned:
        return DrilledSession(session, Ending.SKIPPED, why=drilled.why)
    if not drilled.was_evicted:
        return DrilledSession(session, Ending.FAILED, why=f"not evicted: {drilled.why}")
    if drilled.after is None and drilled.why:
        return DrilledSession(session, Ending.FAILED, why=drilled.why)
    return compared(
        session,
        before.state,
        drilled.after or FRESH,
        load_ns=drilled.load_ns,
        # A record that is behind its manifest is caught up with at every load until it is written.
        why=drilled.why if drilled.trouble not in ("", BEHIND) else "",
        spills=spills,
    )


def compared(
    session: str,
    was: SessionState,
    came_back: SessionState,
    *,
    load_ns: int = 0,
    why: str = "",
    spills: bool = True,
) -> DrilledSession:
    """Compares what a session was with what came back, field by field.

    Args:
        session: The id.
        was: What it was.
        came_back: What came back.
        load_ns: How long the load took, nanoseconds.
        why: Why the record had to be mended as it was loaded. Right after it was written that is
            a failure, even where the fields agree.
        spills: Whether transient fields are compared.
    """
    lost = tuple(
        _shown(difference)
        for difference in differences(was, came_back)
        if spills or difference.field not in TRANSIENT_FIELDS
    )
    return DrilledSession(
        session,
        Ending.FAILED if lost or why else Ending.PASSED,
        durable=_held(was, DURABLE_FIELDS),
        guards=len(guard_names(was.guards)),
        spilled=_held(was, TRANSIENT_FIELDS) if spills else 0,
        differences=lost,
        why=why,
        load_ns=load_ns,
    )


def _held(state: SessionState, fields: tuple[str, ...]) -> int:
    return sum(getattr(state, field) != getattr(FRESH, field) for field in fields)


def _shown(difference: Difference) -> Difference:
    """Returns a difference with bit masks as the values they stand for."""
    memory, disk = (_plain(difference.field, one) for one in (difference.memory, difference.disk))
    return Difference(difference.field, memory, disk)


def _plain(field: str, value: Any) -> Any:
    if field == "guards":
        return guard_names(value)
    if field == "bands":
        return values_of(value)
    return values_of(value)[::-1] if field == "thresholds" else value
