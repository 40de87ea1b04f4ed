"""One tracked session in memory, and the frozen view of it that leaves the tracker.

Source: DESIGN.md, sections 1 and 4.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import msgspec

from tracker.state import FRESH, TRANSIENT_FIELDS, SessionState

ADOPTED: Final = "adopted"
"""Stands among the dirty fields of a session read from the original's folder, not yet written."""

DIRTY_NAMES: Final = (*TRANSIENT_FIELDS, ADOPTED)
DIRTY_EVALUATED, DIRTY_WRITES, DIRTY_FILES, DIRTY_BEYOND, DIRTY_PRIOR, DIRTY_ADOPTED = (
    1 << bit for bit in range(len(DIRTY_NAMES))
)


class Kept(msgspec.Struct, frozen=True, gc=False):
    """What memory keeps of a session, and how the disk stands to it. Never changes.

    Attributes:
        state: The session's state.
        seq: The record's sequence number when it was last loaded or saved; 0 for no record.
        dirty: Which fields are newer than on disk: a mask of the DIRTY bits.
    """

    state: SessionState
    seq: int = 0
    dirty: int = 0


NEW: Final = Kept(FRESH)
"""What is kept of a session of which nothing is known. Shared by all such sessions."""


class Entry(msgspec.Struct, gc=False):
    """One tracked session. Changes only under the tracker's lock; never leaves the tracker.

    Attributes:
        kept: What memory keeps of it.
        touched_ms: Last activity, by the tracker's clock, Unix ms.
        inserted_ms: When it came into memory, by the tracker's clock, Unix ms.
        recency: Its place in the recency order: the newer of two has the larger number.
    """

    kept: Kept
    touched_ms: int
    inserted_ms: int
    recency: int = 0


class TrackedSession(msgspec.Struct, frozen=True):
    """One tracked session as it stood when it was asked for.

    Attributes:
        session: The id.
        state: The state in memory.
        seq: The record's sequence number on disk as the tracker knows it; 0 for no record.
        dirty_fields: Names of the fields that are newer in memory than on disk.
        touched_ms: Last activity, by the tracker's clock, Unix ms.
        inserted_ms: When it came into memory, by the tracker's clock, Unix ms.
        is_pinned: Whether it is never evicted.
        recency: Its place in the recency order: the newer of two has the larger number.
    """

    session: str
    state: SessionState
    seq: int
    dirty_fields: tuple[str, ...]
    touched_ms: int
    inserted_ms: int
    is_pinned: bool
    recency: int = 0


def dirty_names(dirty: int) -> tuple[str, ...]:
    """Returns the names of the fields in a dirty mask."""
    if not dirty:
        return ()
    return tuple(name for bit, name in enumerate(DIRTY_NAMES) if dirty >> bit & 1)


def dirty_mask(names: Iterable[str]) -> int:
    """Returns the dirty mask of the fields named."""
    return sum(1 << DIRTY_NAMES.index(name) for name in names)


def changed_fields(before: SessionState, after: SessionState) -> int:
    """Returns which transient fields differ between two states, as a dirty mask."""
    dirty = 0
    if after.last_evaluated_ms != before.last_evaluated_ms:
        dirty |= DIRTY_EVALUATED
    if after.edit_writes != before.edit_writes:
        dirty |= DIRTY_WRITES
        if after.edited_files is not before.edited_files:
            dirty |= DIRTY_FILES
        if after.files_beyond != before.files_beyond:
            dirty |= DIRTY_BEYOND
    if after.prior_score != before.prior_score:
        dirty |= DIRTY_PRIOR
    return dirty


def view(session: str, entry: Entry, *, is_pinned: bool) -> TrackedSession:
    """Returns the frozen view of an entry."""
    kept = entry.kept
    return TrackedSession(
        session,
        kept.state,
        kept.seq,
        dirty_names(kept.dirty),
        entry.touched_ms,
        entry.inserted_ms,
        is_pinned,
        entry.recency,
    )
