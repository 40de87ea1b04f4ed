"""An operator's actions, and what came of one: frozen values."""

from __future__ import annotations

from enum import StrEnum

import msgspec

from tracker import Outcome, Pruned, Report


class Action(StrEnum):
    """What an operator can do. The values are those of the audit file."""

    EVICT = "evict"
    REHYDRATE = "rehydrate"
    PIN = "pin"
    UNPIN = "unpin"
    RELEASE = "release"
    CAPACITY = "capacity"
    DRILL = "drill"
    PRUNE = "prune"
    UNDO = "undo"


class Deed(msgspec.Struct, frozen=True):
    """What came of one action.

    Attributes:
        action: What was asked for.
        ids: The sessions it was asked for, all of them; none for a capacity.
        outcomes: What came of it, one a session; for a capacity, one a session it evicted.
        why: Why nothing more than `outcomes` was done, in words; empty where all was tried.
        at_ms: When it began, by the console's clock, Unix ms.
        reason: The operator's own words for it; perhaps empty.
        warning: What is wrong though the action was done, in words; perhaps empty.
        capacity: The capacity it left behind, where it changed that; else None.
        evicted: With `undo`: the sessions that had to go as the old capacity was put back.
        undone: With `undo`: the action that was undone; else None.
        pruned: With `prune`: what came of each folder.
        reports: With `drill`: a report a plan.
    """

    action: Action
    ids: tuple[str, ...] = ()
    outcomes: tuple[Outcome, ...] = ()
    why: str = ""
    at_ms: int = 0
    reason: str = ""
    warning: str = ""
    capacity: int | None = None
    evicted: tuple[Outcome, ...] = ()
    undone: Action | None = None
    pruned: tuple[Pruned, ...] = ()
    reports: tuple[Report, ...] = ()

    @property
    def done(self) -> tuple[str, ...]:
        """The sessions for which it was done."""
        return tuple(one.session for one in self.outcomes if one.is_done)

    @property
    def refused(self) -> tuple[Outcome, ...]:
        """The outcomes of the sessions for which it was refused."""
        return tuple(one for one in self.outcomes if not one.is_done)
