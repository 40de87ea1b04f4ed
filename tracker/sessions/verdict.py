"""Verdicts: how a session's memory and its disk compare.

Source: DESIGN.md, section 6.
"""

from __future__ import annotations

from enum import StrEnum

import msgspec

from tracker.sessions.entry import TrackedSession
from tracker.state import differences
from tracker.store.summary import FolderSummary


class Verdict(StrEnum):
    """How memory and disk compare."""

    CLEAN = "clean"
    DIRTY = "dirty"
    MEMORY_ONLY = "memory-only"
    DISK_ONLY = "disk-only"
    BEHIND = "behind"
    CORRUPT = "corrupt"
    UNSAFE = "unsafe"


class Judged(msgspec.Struct, frozen=True):
    """A verdict and what it rests on.

    Attributes:
        verdict: The verdict.
        fields: With `dirty`: the fields that are newer in memory.
        why: With `behind`, `corrupt` and `unsafe`: why, and what can be done.
        marks: `pinned`, `ended`: what else is true of the session.
    """

    verdict: Verdict
    fields: tuple[str, ...] = ()
    why: str = ""
    marks: tuple[str, ...] = ()


def judge(memory: TrackedSession | None, disk: FolderSummary | None) -> Judged:
    """Compares a session's memory with its folder.

    Args:
        memory: The session as the tracker holds it; None where it doesn't.
        disk: Its folder as a survey saw it; None where there is none.

    Returns:
        The verdict. A survey that is older than the last write of the tracker counts as seen
        after it: what the tracker wrote is on disk.
    """
    marks = []
    if memory is not None and memory.is_pinned:
        marks.append("pinned")
    if disk is not None and disk.has_ended and (memory is None or not memory.dirty_fields):
        marks.append("ended")
    if disk is not None and disk.trouble:
        why = disk.why
        if disk.trouble == "corrupt":
            why += "; the manifest rebuilds it" if disk.can_rebuild else "; nothing rebuilds it"
        return Judged(Verdict(disk.trouble), (), why, tuple(marks))
    if memory is None:
        return Judged(Verdict.DISK_ONLY, (), disk.why if disk else "", tuple(marks))
    if disk is None or disk.state is None:
        if memory.seq == 0:
            return Judged(Verdict.MEMORY_ONLY, memory.dirty_fields, "", tuple(marks))
        fields = memory.dirty_fields
    elif memory.seq > disk.seq:
        fields = memory.dirty_fields
    else:
        fields = tuple(difference.field for difference in differences(memory.state, disk.state))
    return Judged(Verdict.DIRTY if fields else Verdict.CLEAN, fields, "", tuple(marks))
