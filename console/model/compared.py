"""A session's memory beside its disk, field by field. Pure, and all text made safe.

A difference is told by a sign, never by colour alone: `≠` where memory and disk differ, `↻` where
the tracker wrote the field after this look at the disk, so that the value shown for it is old.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, Literal, NamedTuple

from console.model.rows import FIELD_WORDS, size, today
from console.text import visible
from tracker import FRESH, FolderSummary, TrackedSession, guard_names, values_of

DIFFERS: Final = "≠"
"""The sign of a field whose values in memory and on disk differ."""

WRITTEN: Final = "↻"
"""The sign of a field that was written since this look at the disk."""

Sign = Literal["", "≠", "↻"]

NONE: Final = "none"

FIELD_NAMES: Final = FIELD_WORDS | {
    "bands": "fill bands",
    "thresholds": "quality thresholds",
    "milestones": "milestones",
    "marker_writes": "writes at last batch",
    "marker_files": "files at last batch",
    "guards": "sent once",
}
"""Fields of a session's state in words that fit a column."""

ADOPTED: Final = "adopted"


class ComparedField(NamedTuple):
    """One field, memory beside disk.

    Attributes:
        name: What it is, in words.
        memory: Its value in memory; empty where the session isn't there.
        disk: Its value on disk; empty where there is none to be had.
        sign: How the two compare.
    """

    name: str
    memory: str
    disk: str
    sign: Sign = ""


class ComparedName(NamedTuple):
    """One edited file's name.

    Attributes:
        name: The name, safe to show.
        where: Where alone it is known; empty for both, or where there is only one side.
        sign: How the two sides compare.
    """

    name: str
    where: Literal["", "memory", "disk"] = ""
    sign: Sign = ""


def compare_fields(
    memory: TrackedSession | None, disk: FolderSummary | None
) -> tuple[ComparedField, ...]:
    """Returns every field of a session's state, and what else is known of either side.

    Args:
        memory: The session as the tracker holds it; None where it doesn't.
        disk: Its folder; None where it has none.

    Returns:
        A row a field, in the state's order, then those of the record and of the entry.
    """
    ours = memory.state if memory is not None else None
    theirs = disk.state if disk is not None else None
    rows = [
        ComparedField(
            FIELD_NAMES[field],
            "" if ours is None else field_text(field, getattr(ours, field)),
            "" if theirs is None else field_text(field, getattr(theirs, field)),
            _sign(field, memory, disk),
        )
        for field in FRESH.__struct_fields__
    ]
    if memory is not None and ADOPTED in memory.dirty_fields:
        rows.append(ComparedField(FIELD_NAMES[ADOPTED], "not written yet", "none", DIFFERS))
    return (*rows, *_about(memory, disk))


def compare_names(
    memory: TrackedSession | None, disk: FolderSummary | None
) -> tuple[ComparedName, ...]:
    """Returns the names of the edited files: those that only one side knows first.

    Cost: one pass over the names of both sides, at most 4,096 each.
    """
    ours = memory.state.edited_files if memory is not None else ()
    theirs = disk.state.edited_files if disk is not None and disk.state is not None else ()
    if memory is None or disk is None or disk.state is None or ours == theirs:
        return tuple(ComparedName(visible(name)) for name in ours or theirs)
    sign: Sign = _sign("edited_files", memory, disk)
    in_memory, on_disk = frozenset(ours), frozenset(theirs)
    rows = [ComparedName(visible(name), "memory", sign) for name in ours if name not in on_disk]
    rows += [ComparedName(visible(name), "disk", sign) for name in theirs if name not in in_memory]
    rows += [ComparedName(visible(name)) for name in ours if name in on_disk]
    return tuple(rows)


def side_titles(memory: TrackedSession | None, disk: FolderSummary | None) -> tuple[str, str]:
    """Returns what stands above the two sides: what each is, or why there is none."""
    if disk is None:
        theirs = "no folder"
    elif disk.state is None:
        theirs = "disk: unreadable" if disk.trouble else "disk: no record"
    else:
        theirs = "rebuilt from disk" if disk.trouble == "corrupt" else "disk"
    return "memory" if memory is not None else "not in memory", theirs


def field_text(field: str, value: Any) -> str:
    """Returns the value of a field of a session's state, so exactly that two that differ look it.

    Args:
        field: The field's name in SessionState.
        value: Its value.
    """
    if field in ("bands", "thresholds"):
        values: Sequence[int] = values_of(value)
        return " ".join(map(str, values if field == "bands" else reversed(values))) or NONE
    if field == "guards":
        return ", ".join(guard_names(value)) or NONE
    if field == "milestones":
        return ", ".join(visible(name, 64) for name in value) or NONE
    if field == "edited_files":
        return f"{len(value):,} {'name' if len(value) == 1 else 'names'}" if value else NONE
    if field.endswith("_ms"):
        return moment(value) if value else "never"
    return NONE if value is None else f"{value:,}" if isinstance(value, int) else str(value)


def moment(at_ms: int) -> str:
    """Returns a time to the millisecond, local: the date unless it is today's, the year unless too.

    A time that no calendar has is given as the number it is.
    """
    from datetime import datetime

    try:
        at = datetime.fromtimestamp(at_ms // 1000)
    except (ValueError, OverflowError, OSError):
        return f"{at_ms:,} ms, no date"
    clock = f"{at:%H:%M:%S}.{at_ms % 1000:03}"
    day = today()
    if at.date() == day:
        return clock
    return f"{at:%m-%d} {clock}" if at.year == day.year else f"{at:%Y-%m-%d} {clock}"


def _sign(field: str, memory: TrackedSession | None, disk: FolderSummary | None) -> Sign:
    if memory is None or disk is None or disk.state is None:
        return ""
    differs = getattr(memory.state, field) != getattr(disk.state, field)
    if memory.seq <= disk.seq:
        return DIFFERS if differs else ""
    # The tracker wrote after this look: only what it calls dirty is newer than the disk.
    is_dirty = field in memory.dirty_fields
    return DIFFERS if differs and is_dirty else WRITTEN if differs or is_dirty else ""


def _about(memory: TrackedSession | None, disk: FolderSummary | None) -> tuple[ComparedField, ...]:
    rows = []
    ours = f"{memory.seq:,}" if memory is not None else ""
    theirs = f"{disk.seq:,}" if disk is not None else ""
    sign: Sign = ""
    if memory is not None and disk is not None and memory.seq != disk.seq:
        sign = WRITTEN if memory.seq > disk.seq else DIFFERS
    rows.append(ComparedField("record number", ours, theirs, sign))
    if memory is not None:
        rows.append(ComparedField("last touch", moment(memory.touched_ms), ""))
        rows.append(ComparedField("in memory since", moment(memory.inserted_ms), ""))
        rows.append(ComparedField("pinned", "yes" if memory.is_pinned else "no", ""))
    if disk is not None:
        ended = {True: "yes", False: "no", None: "not said"}[disk.has_ended]
        rows.append(ComparedField("ended", "", ended))
        rows.append(ComparedField("checkpoints", "", f"{disk.checkpoints:,}"))
        rows.append(ComparedField("bytes in its folder", "", size(disk.file_bytes)))
        rows.append(ComparedField("folder", "", visible(disk.folder)))
        if disk.bad_kept:
            rows.append(ComparedField("bad records kept", "", f"{disk.bad_kept:,}"))
        if disk.leftovers:
            rows.append(ComparedField("left-over files", "", f"{disk.leftovers:,}"))
    return tuple(rows)
