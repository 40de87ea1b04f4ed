"""Rows: what one session or one checkpoint file looks like as cells. Pure, and all text made safe.

Meaning never rests on colour alone: captured bands are filled squares, verdicts are words.
"""

from __future__ import annotations

from functools import cache, lru_cache
from typing import TYPE_CHECKING, Literal, NamedTuple

from console.text import visible
from tracker import (
    CheckpointFile,
    FolderSummary,
    Rules,
    TrackedSession,
    Verdict,
    guard_names,
    judge,
)

if TYPE_CHECKING:
    from datetime import date

Tone = Literal["", "dim", "good", "warn", "bad", "accent", "strong"]


class Cell(NamedTuple):
    """One cell: safe text and its tone.

    Attributes:
        text: What it says; printable, on one line.
        tone: How it is coloured; never the only carrier of its meaning.
    """

    text: str
    tone: Tone = ""


FILLED, HOLLOW = "■", "□"
DASH, DIM_DASH = Cell("—"), Cell("—", "dim")

SEEN = 1024
"""How many of a kind of cell are kept: sessions differ in little, and many look alike."""

VERDICT_TONES: dict[Verdict, Tone] = {
    Verdict.CLEAN: "good",
    Verdict.DIRTY: "warn",
    Verdict.MEMORY_ONLY: "warn",
    Verdict.DISK_ONLY: "dim",
    Verdict.BEHIND: "warn",
    Verdict.CORRUPT: "bad",
    Verdict.UNSAFE: "bad",
}

MILESTONE_WORDS = {"pre-fanout": "fan", "edit-batch": "edit"}
"""Milestones in the least of words."""

FIELD_WORDS = {
    "last_checkpoint_ms": "last checkpoint",
    "last_evaluated_ms": "last evaluation",
    "marker_writes": "writes at the last edit batch",
    "marker_files": "files at the last edit batch",
    "edit_writes": "edit writes",
    "edited_files": "edited files",
    "files_beyond": "files past the bound",
    "prior_score": "prior score",
    "adopted": "its own folder",
}
"""Fields of a session's state, in words."""

STATUS_TONES: dict[str, Tone] = {
    "listed": "good",
    "orphan": "warn",
    "missing": "bad",
    "unsafe": "bad",
}


def session_cells(
    session: str,
    memory: TrackedSession | None,
    disk: FolderSummary | None,
    position: int | None,
    now_ms: int,
    rules: Rules,
) -> dict[str, Cell]:
    """Returns the cells of one session, by column.

    Args:
        session: Its id.
        memory: It in memory; None where it isn't.
        disk: Its folder; None where it has none.
        position: Its place in recency order, from 1; None where it isn't in memory.
        now_ms: The time now, Unix ms, for its age.
        rules: The policy's numbers, for the marks.
    """
    judged = judge(memory, disk)
    state = memory.state if memory else disk.state if disk else None
    active_ms = memory.touched_ms if memory else _active_ms(disk)
    tone: Tone = "" if memory else "dim"
    return {
        "position": Cell("" if position is None else str(position), "dim"),
        "session": Cell(visible(session, 256), tone),
        "idle": _age_cell((now_ms - active_ms) // 1000, tone) if active_ms else Cell("—", tone),
        "verdict": _verdict_cell(judged.verdict, judged.marks),
        "bands": _marks(state.bands if state else 0, rules.bands),
        "quality": _marks(state.thresholds if state else 0, rules.thresholds),
        "milestones": _milestone_marks(state.milestones) if state else DIM_DASH,
        "guards": _guard_marks(state.guards) if state else DIM_DASH,
        "edits": (
            _edits(state.edit_writes - state.marker_writes, state.edit_files - state.marker_files)
            if state
            else DIM_DASH
        ),
        "trigger": Cell(visible(disk.last_trigger, 40)) if disk and disk.last_trigger else DASH,
        "checkpoints": Cell(str(disk.checkpoints)) if disk else DASH,
        "bytes": _size_cell(disk.file_bytes) if disk else DIM_DASH,
    }


def folder_cells(
    disk: FolderSummary, memory: TrackedSession | None, twins: int, rules: Rules
) -> dict[str, Cell]:
    """Returns the cells of one folder, by column.

    Args:
        disk: The folder.
        memory: Its session in memory; None where it isn't.
        twins: How many other folders name the same session.
        rules: The policy's numbers, for the marks.
    """
    judged = judge(memory, disk)
    # The path up to the folder is the same in all rows, and would leave no room for the rest.
    path, found, why = disk.why.partition(f"/{disk.folder}: ")
    notes = [why if found else path] if disk.why else []
    if twins:
        notes.append(f"{twins} other folder(s) name this session")
    if disk.leftovers:
        notes.append(f"{disk.leftovers} temporary file(s) left by a killed owner")
    if disk.bad_kept:
        notes.append(f"{disk.bad_kept} bad record(s) kept")
    state = disk.state
    at_ms = state.last_checkpoint_ms if state else 0
    return {
        "folder": Cell(visible(disk.folder, 256)),
        "session": Cell(visible(disk.session, 256), "dim" if disk.session == disk.folder else ""),
        "verdict": _verdict_cell(judged.verdict, judged.marks),
        "time": Cell(clock_time(at_ms) if at_ms else "—"),
        "bands": _marks(state.bands if state else 0, rules.bands),
        "quality": _marks(state.thresholds if state else 0, rules.thresholds),
        "milestones": _milestone_marks(state.milestones) if state else DIM_DASH,
        "trigger": Cell(visible(disk.last_trigger, 40) if disk.last_trigger else "—"),
        "checkpoints": Cell(str(disk.checkpoints)),
        "bytes": Cell(size(disk.file_bytes), "dim"),
        "notes": Cell(visible("; ".join(notes), 300), "warn" if twins or disk.trouble else "dim"),
    }


def file_cells(file: CheckpointFile) -> dict[str, Cell]:
    """Returns the cells of one checkpoint file, by column."""
    return {
        "time": Cell(clock_time(file.created_ms) if file.created_ms else "—"),
        "trigger": Cell(visible(file.trigger or file.filename, 64), "strong"),
        "fill": Cell(percent(file.fill_pct)),
        "quality": Cell(percent(file.quality_score)),
        "bytes": Cell(size(file.file_bytes) if file.file_bytes is not None else "—", "dim"),
        "status": Cell(file.status, STATUS_TONES[file.status]),
    }


def checkpoint_cells(disk: FolderSummary) -> dict[str, Cell]:
    """Returns the cells of a folder's last checkpoint, by column."""
    at_ms = disk.state.last_checkpoint_ms if disk.state else 0
    return {
        "time": Cell(clock_time(at_ms) if at_ms else "—"),
        "trigger": Cell(visible(disk.last_trigger, 64), "strong"),
        "session": Cell(visible(disk.session, 256)),
    }


def state_lines(memory: TrackedSession | None, disk: FolderSummary | None) -> list[Cell]:
    """Returns what is to be said of a session above its files: verdict, why, and what differs."""
    judged = judge(memory, disk)
    tone = VERDICT_TONES[judged.verdict]
    lines = [Cell(" · ".join([judged.verdict, *judged.marks]), tone)]
    if judged.why:
        lines.append(Cell(visible(judged.why, 400), tone))
    if judged.verdict is Verdict.DIRTY:
        fields = ", ".join(FIELD_WORDS.get(field, field) for field in judged.fields)
        lines.append(Cell(f"newer in memory: {fields}; an eviction spills it", "dim"))
    elif judged.verdict is Verdict.MEMORY_ONLY:
        lines.append(Cell("nothing of it on disk yet; an eviction writes what there is", "dim"))
    state = memory.state if memory else disk.state if disk else None
    if state is not None and state.guards:
        lines.append(Cell("sent once: " + ", ".join(guard_names(state.guards)), "dim"))
    return lines


def age(ms: int) -> str:
    """Returns a time span in its largest whole unit: `0s`, `59s`, `12m`, `3h`, `8d`."""
    seconds = max(ms, 0) // 1000
    for unit, length in (("d", 86_400), ("h", 3_600), ("m", 60)):
        if seconds >= length:
            return f"{seconds // length}{unit}"
    return f"{seconds}s"


def size(file_bytes: int) -> str:
    """Returns a number of bytes in at most five characters: `0 B`, `28 K`, `1.2 M`."""
    if file_bytes < 1000:
        return f"{file_bytes} B"
    value = float(file_bytes)
    for unit in "KMGTP":
        value /= 1000
        if value < 9.95:
            return f"{value:.1f} {unit}"
        if value < 999.5:
            return f"{value:.0f} {unit}"
    return "huge"


def percent(value: int | float | None) -> str:
    """Returns a percentage or score as a whole number; a dash where there is none."""
    return "—" if value is None else str(round(value))


def clock_time(at_ms: int) -> str:
    """Returns a time of day, local; with the date where it isn't today's."""
    from datetime import datetime

    try:
        moment = datetime.fromtimestamp(at_ms / 1000)
    except (ValueError, OverflowError, OSError):
        return "—"
    if moment.date() == today():
        return f"{moment:%H:%M:%S}"
    return f"{moment:%m-%d %H:%M}"


def today() -> date:
    """Returns the day it is here: a time of this day is said without its date."""
    from datetime import date

    return date.today()


def _active_ms(disk: FolderSummary | None) -> int:
    if disk is None or disk.state is None:
        return 0
    return max(disk.state.last_checkpoint_ms, disk.state.last_evaluated_ms)


@cache
def _verdict_cell(verdict: Verdict, marks: tuple[str, ...]) -> Cell:
    said = "".join({"pinned": " ⚑", "ended": " ended"}[mark] for mark in marks)
    return Cell(f"{verdict}{said}", VERDICT_TONES[verdict])


@lru_cache(SEEN)
def _age_cell(seconds: int, tone: Tone) -> Cell:
    return Cell(age(seconds * 1000), tone)


@lru_cache(SEEN)
def _marks(captured: int, values: tuple[int, ...]) -> Cell:
    text = "".join(FILLED if captured >> value & 1 else HOLLOW for value in values)
    return Cell(text, "accent" if FILLED in text else "dim")


@lru_cache(SEEN)
def _guard_marks(guards: int) -> Cell:
    names = guard_names(guards)
    text = "".join(name[0].upper() if name in names else "·" for name in ("continuity", "nudge"))
    return Cell(text, "dim")


@lru_cache(SEEN)
def _milestone_marks(milestones: tuple[str, ...]) -> Cell:
    names = [word for name, word in MILESTONE_WORDS.items() if name in milestones]
    return Cell(" ".join(names) or "·", "dim")


@lru_cache(SEEN)
def _edits(writes: int, files: int) -> Cell:
    writes, files = max(writes, 0), max(files, 0)
    return Cell(f"{writes}w {files}f", "" if writes else "dim")


@lru_cache(SEEN)
def _size_cell(file_bytes: int) -> Cell:
    return Cell(size(file_bytes), "dim")
