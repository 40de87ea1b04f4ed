"""What a tracker tells its listeners: one frozen value per thing that happened.

Source: DESIGN.md, sections 4 and 7.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from enum import StrEnum

import msgspec

from tracker.sessions.entry import TrackedSession


class EvictionCause(StrEnum):
    """Why an entry was dropped from memory while its session lives."""

    CAPACITY = "capacity"
    IDLE = "idle"
    OPERATOR = "operator"
    DRILL = "drill"


class ChangeKind(StrEnum):
    """What happened to a session in memory."""

    INSERTED = "inserted"
    TOUCHED = "touched"
    REHYDRATED = "rehydrated"
    TOUCHED_AFTER_END = "touched-after-end"
    CHECKPOINT = "checkpoint"
    GUARD = "guard"
    EVICTED = "evicted"
    SPILL_FAILED = "spill-failed"
    RELEASED = "released"
    LOAD_FAILED = "load-failed"
    PINNED = "pinned"
    UNPINNED = "unpinned"
    CAPACITY = "capacity"


class Change(msgspec.Struct, frozen=True, omit_defaults=True):
    """One thing that happened in a tracker.

    Attributes:
        number: Counts up by one with every change, so that listeners on several threads can order.
        kind: What happened.
        session: The id; empty where the change is about the tracker.
        at_ms: When, by the tracker's clock, Unix ms.
        detail: The checkpoint's trigger, the guard's name, or the eviction's cause.
        why: In words: what failed, or what had to be rebuilt.
        age_ms: On eviction: time since it came into memory.
        idle_ms: On eviction: time since its last activity.
        load_ns: On rehydration: how long the load took, nanoseconds.
        count: On capacity: the new capacity.
    """

    number: int
    kind: ChangeKind
    session: str
    at_ms: int
    detail: str = ""
    why: str = ""
    age_ms: int = 0
    idle_ms: int = 0
    load_ns: int = 0
    count: int = 0


class ChangeLog:
    """Collects changes while somebody listens, until the tracker tells them.

    Attributes:
        is_listening: Whether changes are collected at all.
        changes: Those collected since the last telling.
    """

    __slots__ = ("_number", "changes", "is_listening")

    def __init__(self) -> None:
        self.is_listening = False
        self.changes: list[Change] = []
        self._number = 0

    def note(
        self,
        kind: ChangeKind,
        session: str,
        at_ms: int,
        *,
        detail: str = "",
        why: str = "",
        age_ms: int = 0,
        idle_ms: int = 0,
        load_ns: int = 0,
        count: int = 0,
    ) -> None:
        """Collects a change, where somebody listens. See Change for the arguments."""
        if self.is_listening:
            number = self._number = self._number + 1
            self.changes.append(
                Change(number, kind, session, at_ms, detail, why, age_ms, idle_ms, load_ns, count)
            )

    def take(self) -> list[Change]:
        """Returns what was collected, and starts anew."""
        changes, self.changes = self.changes, []
        return changes


Listener = Callable[[Sequence[Change]], object]
"""Called outside the tracker's lock, after the fact, with the changes of one call."""


class Outcome(msgspec.Struct, frozen=True):
    """What came of one command for one session.

    Attributes:
        session: The id.
        is_done: Whether it was done.
        why: Why it was refused, in words; or a note on how it was done.
        was: Where an eviction or a release was done: the session as it stood just before, by which
            `restore` undoes it.
    """

    session: str
    is_done: bool
    why: str = ""
    was: TrackedSession | None = None
