"""The state of one session: what is remembered, which part is exact on disk, and how two compare.

A `SessionState` never changes; a new one takes its place. So a state handed out is a snapshot, and
all sessions that have done nothing yet share `FRESH`.

*Durable* fields are exact on disk after every checkpoint. *Transient* fields may be newer in
memory; an eviction spills them. Captured bands and thresholds are bit masks in which bit `v` stands
for the value `v`, so any whole percentage fits, whatever bands are configured today.

Source: DESIGN.md, sections 1, 3 and 5 (the original's nine fields).
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from typing import Any, Final

import msgspec
from msgspec.structs import replace

CONTINUITY: Final = 1
"""The guard of the continuity message, as a bit of `SessionState.guards`."""

NUDGE: Final = 2
"""The guard of the quality nudge, as a bit of `SessionState.guards`."""

GUARDS: Final = {"continuity": CONTINUITY, "nudge": NUDGE}
ALL_GUARDS: Final = CONTINUITY | NUDGE

FILES_KEPT: Final = 4096
"""The most distinct file names kept for one session. Source: DESIGN.md, section 5."""

FILES_JSON_BYTES: Final = 54 * 1024
"""The most bytes the id and the file names of one session take as JSON, so that its record stays
below 64 KiB."""


class SessionState(msgspec.Struct, frozen=True, gc=False):
    """Everything remembered of one session.

    Attributes:
        bands: Fill bands captured, a bit mask of percentages. Durable.
        thresholds: Quality thresholds captured, a bit mask of scores. Durable.
        milestones: Milestones captured, each once, in order of capture. Durable.
        last_checkpoint_ms: Time of the last checkpoint, Unix ms; 0 for never. Durable.
        marker_writes: `edit_writes` at the last edit batch. Durable.
        marker_files: `edit_files` at the last edit batch. Durable.
        guards: Once-per-session messages that were sent: CONTINUITY, NUDGE. Durable while live.
        last_evaluated_ms: Time of the last evaluation, Unix ms; 0 for never. Transient.
        edit_writes: Writes by edit tools. Transient.
        edited_files: Names of distinct files edited, in order, at most FILES_KEPT. Transient.
        files_beyond: Edits of files past that bound, whose names are not kept. Transient.
        prior_score: The quality score of the turn before; None for none. Transient.
    """

    bands: int = 0
    thresholds: int = 0
    milestones: tuple[str, ...] = ()
    last_checkpoint_ms: int = 0
    marker_writes: int = 0
    marker_files: int = 0
    guards: int = 0
    last_evaluated_ms: int = 0
    edit_writes: int = 0
    edited_files: tuple[str, ...] = ()
    files_beyond: int = 0
    prior_score: int | float | None = None

    @property
    def edit_files(self) -> int:
        """How many distinct files were edited, counting those whose names are not kept."""
        return len(self.edited_files) + self.files_beyond


FRESH: Final = SessionState()
"""The state of a session of which nothing is known. Shared by all such sessions."""

TRANSIENT_FIELDS: Final = (
    "last_evaluated_ms",
    "edit_writes",
    "edited_files",
    "files_beyond",
    "prior_score",
)
FIELDS: Final = SessionState.__struct_fields__


def mask_of(values: Iterable[int]) -> int:
    """Returns whole percentages as a bit mask: bit `v` stands for the value `v`."""
    mask = 0
    for value in values:
        mask |= 1 << value
    return mask


def values_of(mask: int) -> tuple[int, ...]:
    """Returns the percentages in a bit mask, ascending."""
    values = []
    while mask:
        lowest = mask & -mask
        values.append(lowest.bit_length() - 1)
        mask ^= lowest
    return tuple(values)


def guard_names(guards: int) -> tuple[str, ...]:
    """Returns the names of the guards in a mask, in the order they are checked."""
    return tuple(name for name, bit in GUARDS.items() if guards & bit)


def keep_file(files: tuple[str, ...], name: str, session: str) -> tuple[str, ...]:
    """Adds a file's name to a session's names, within the bound.

    Args:
        files: The names kept so far; `name` is not among them.
        name: The file's name. Lone surrogates, which no JSON can carry, become visible escapes.
        session: The session's id, which shares the bound in bytes.

    Returns:
        The names with `name` at the end, or `files` itself where the bound is reached.

    Cost: encodes the names once; a microsecond for a handful.
    """
    if len(files) >= FILES_KEPT:
        return files
    grown = (*files, name)
    return files if _json_bytes(grown, session) > FILES_JSON_BYTES else grown


def within_bounds(state: SessionState, session: str) -> SessionState:
    """Returns a state whose file names keep the bound; of those past it only the count is left.

    What another writer left may be longer than the bound, and so may a union with it.

    Args:
        state: The state.
        session: The session's id, which shares the bound in bytes.

    Returns:
        The state with the first of its names, or `state` itself where all keep the bound.
    """
    files = state.edited_files
    if len(files) <= FILES_KEPT and _json_bytes(files, session) <= FILES_JSON_BYTES:
        return state
    counts = range(1, min(len(files), FILES_KEPT) + 1)
    kept = bisect_right(
        counts, FILES_JSON_BYTES, key=lambda count: _json_bytes(files[:count], session)
    )
    return replace(
        state, edited_files=files[:kept], files_beyond=state.files_beyond + len(files) - kept
    )


def _json_bytes(files: tuple[str, ...], session: str) -> int:
    return len(msgspec.json.encode((session, *files)))


def plain_name(name: str) -> str:
    r"""Returns a file's name as text that UTF-8 can carry; lone surrogates become `\udc80`."""
    if name.isascii():
        return name
    return name.encode("utf-8", "backslashreplace").decode()


class Difference(msgspec.Struct, frozen=True):
    """One field that differs between memory and disk.

    Attributes:
        field: The field's name in SessionState.
        memory: Its value in memory.
        disk: Its value on disk.
    """

    field: str
    memory: Any
    disk: Any


def differences(memory: SessionState, disk: SessionState) -> tuple[Difference, ...]:
    """Returns the fields in which two states differ, in SessionState's order."""
    if memory is disk or memory == disk:
        return ()
    return tuple(
        Difference(field, ours, theirs)
        for field in FIELDS
        if (ours := getattr(memory, field)) != (theirs := getattr(disk, field))
    )


def durable_part(state: SessionState) -> SessionState:
    """Returns a state with nothing but its durable fields, the guards left out."""
    return SessionState(
        bands=state.bands,
        thresholds=state.thresholds,
        milestones=state.milestones,
        last_checkpoint_ms=state.last_checkpoint_ms,
        marker_writes=state.marker_writes,
        marker_files=state.marker_files,
    )


def unite(ours: SessionState, theirs: SessionState) -> SessionState:
    """Unites two records of one session that were written apart.

    Captured sets and guards only grow, every time and count is the later one, so nothing that was
    sent once can be sent again. Markers move up by what the counts grow, so that the union can
    only delay an edit batch. File names may exceed their bound; see `within_bounds`.

    Args:
        ours: The state in memory.
        theirs: What another writer left on disk.

    Returns:
        The union; `ours` itself where it holds all of `theirs`.

    Source: DESIGN.md, section 5 (foreign writers).
    """
    edit_writes = max(ours.edit_writes, theirs.edit_writes)
    files = tuple(dict.fromkeys(ours.edited_files + theirs.edited_files))
    files_beyond = max(ours.files_beyond, theirs.files_beyond)
    more_files = len(files) + files_beyond - ours.edit_files
    united = SessionState(
        bands=ours.bands | theirs.bands,
        thresholds=ours.thresholds | theirs.thresholds,
        milestones=tuple(dict.fromkeys(ours.milestones + theirs.milestones)),
        last_checkpoint_ms=max(ours.last_checkpoint_ms, theirs.last_checkpoint_ms),
        marker_writes=max(
            ours.marker_writes + edit_writes - ours.edit_writes, theirs.marker_writes
        ),
        marker_files=max(ours.marker_files + more_files, theirs.marker_files),
        guards=ours.guards | theirs.guards,
        last_evaluated_ms=max(ours.last_evaluated_ms, theirs.last_evaluated_ms),
        edit_writes=edit_writes,
        edited_files=files,
        files_beyond=files_beyond,
        prior_score=ours.prior_score if ours.prior_score is not None else theirs.prior_score,
    )
    return ours if united == ours else united
