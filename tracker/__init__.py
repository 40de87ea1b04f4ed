"""Holdfast's core: a bounded session tracker whose evictions nobody can notice.

    import tracker

    with tracker.open_tracker("~/.openclaw/token-optimizer/checkpoints") as sessions:
        event = tracker.Event("agent_turn_prepare", "s-1", fill_pct=42, quality_score=88)
        for effect in sessions.handle(event):
            print(effect.session, effect.effect, effect.trigger)

This is the front door: what is not in `__all__` is nobody's business outside. The rooms behind it
are shown in `README.md` beside this file.
"""

from __future__ import annotations

import os
from collections.abc import Callable

from tracker.bounded import BoundedMap, BoundedSet
from tracker.drill.invisibility import drill_invisibility
from tracker.drill.live import drill_live, drill_on_disk
from tracker.drill.plans import PLANS, Plan, drill_directory
from tracker.drill.report import Check, DrilledSession, Ending, Report
from tracker.drill.restore import drill_restore
from tracker.drill.wave import drill_wave
from tracker.errors import (
    CapacityError,
    ClosedError,
    DirectoryError,
    EventError,
    HoldfastError,
    IdError,
    NewerFormatError,
    OwnedError,
    ReadError,
    ReadOnlyError,
    StoreError,
    UnsafeError,
    WriteError,
)
from tracker.events import (
    BadLine,
    Effect,
    Event,
    Message,
    check_id,
    decode_event,
    parse_line,
    read_feed,
    to_builtins,
)
from tracker.policy import Rules
from tracker.sessions.changes import Change, ChangeKind, EvictionCause, Listener, Outcome
from tracker.sessions.comeback import Drilled
from tracker.sessions.doctor import Finding, Severity, diagnose, is_healthy
from tracker.sessions.entry import TrackedSession
from tracker.sessions.statistics import Spread, Statistics
from tracker.sessions.tracker import CAPACITY, SessionTracker, wall_clock_ms
from tracker.sessions.verdict import Judged, Verdict, judge
from tracker.state import (
    FRESH,
    Difference,
    SessionState,
    differences,
    guard_names,
    values_of,
)
from tracker.store.directory import DirectoryStore, Durability, open_store
from tracker.store.listing import CheckpointFile, CheckpointText
from tracker.store.lock import Owner, current_owner
from tracker.store.manifest import iso_of
from tracker.store.plugin_log import PluginEvent, PluginLog
from tracker.store.protocol import Capture, Loaded, Saved, Store
from tracker.store.pruning import Pruned, apply_prune, open_to_prune
from tracker.store.retention import PlannedFile, PlannedFolder, PrunePlan, plan_prune
from tracker.store.summary import FolderSummary
from tracker.store.survey import Survey, Sweep

__version__ = "0.1.0"

__all__ = [
    "CAPACITY",
    "FRESH",
    "PLANS",
    "BadLine",
    "BoundedMap",
    "BoundedSet",
    "CapacityError",
    "Capture",
    "Change",
    "ChangeKind",
    "Check",
    "CheckpointFile",
    "CheckpointText",
    "ClosedError",
    "Difference",
    "DirectoryError",
    "DirectoryStore",
    "Drilled",
    "DrilledSession",
    "Durability",
    "Effect",
    "Ending",
    "Event",
    "EventError",
    "EvictionCause",
    "Finding",
    "FolderSummary",
    "HoldfastError",
    "IdError",
    "Judged",
    "Listener",
    "Loaded",
    "Message",
    "NewerFormatError",
    "Outcome",
    "OwnedError",
    "Owner",
    "Plan",
    "PlannedFile",
    "PlannedFolder",
    "PluginEvent",
    "PluginLog",
    "PrunePlan",
    "Pruned",
    "ReadError",
    "ReadOnlyError",
    "Report",
    "Rules",
    "Saved",
    "SessionState",
    "SessionTracker",
    "Severity",
    "Spread",
    "Statistics",
    "Store",
    "StoreError",
    "Survey",
    "Sweep",
    "TrackedSession",
    "UnsafeError",
    "Verdict",
    "WriteError",
    "apply_prune",
    "check_id",
    "current_owner",
    "decode_event",
    "diagnose",
    "differences",
    "drill_directory",
    "drill_invisibility",
    "drill_live",
    "drill_on_disk",
    "drill_restore",
    "drill_wave",
    "guard_names",
    "is_healthy",
    "iso_of",
    "judge",
    "open_store",
    "open_to_prune",
    "open_tracker",
    "parse_line",
    "plan_prune",
    "read_feed",
    "to_builtins",
    "values_of",
    "wall_clock_ms",
]


def open_tracker(
    path: str | os.PathLike[str],
    *,
    capacity: int = CAPACITY,
    rules: Rules | None = None,
    spill: bool = True,
    idle_ttl_ms: int | None = None,
    durability: Durability = "power",
    read_only: bool = False,
    clock: Callable[[], int] = wall_clock_ms,
) -> SessionTracker:
    """Opens a tracker on a state directory.

    Args:
        path: The directory; an owner makes it (0700) where it is missing. `~` is expanded.
        capacity: The most sessions held in memory, at least 1.
        rules: The policy's numbers; the original's by default.
        spill: Whether an eviction writes what is newer in memory. See SessionTracker.
        idle_ttl_ms: Idle time after which an entry is evicted, ms; None for never.
        durability: `power` survives a power cut, `process` only a kill, and is 20 times faster.
        read_only: Whether to observe a directory that somebody else writes.
        clock: Returns Unix ms.

    Returns:
        The tracker; close it, or use it in a `with` statement.

    Raises:
        CapacityError: If the capacity isn't a whole number of at least 1.
        DirectoryError: If the directory can't be opened.
        OwnedError: If another process owns it; carries that process's id.
    """
    store = open_store(path, read_only=read_only, durability=durability, clock=clock)
    try:
        return SessionTracker(
            store,
            capacity=capacity,
            rules=rules,
            spill=spill,
            idle_ttl_ms=idle_ttl_ms,
            clock=clock,
        )
    except BaseException:
        store.close()
        raise
