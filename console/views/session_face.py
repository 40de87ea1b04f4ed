"""What stands at the head of the session view, what an eviction would do, and its history. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from console.model.compared import FIELD_NAMES, field_text
from console.model.happenings import Happening, HappeningKind
from console.model.loss import LossPreview
from console.model.rows import VERDICT_TONES, Cell, Tone, age, clock_time
from console.snapshot import Face, Update
from console.text import visible
from console.widgets.columns import fit
from tracker import FolderSummary, TrackedSession, judge

Seen = tuple[TrackedSession | None, FolderSummary | None]
"""A session in memory and on disk; None where it isn't there."""

WHOLE_ID: Final = 8192
"""Room for the longest id, most of its characters escaped."""

UNCHOSEN: Final = (
    Cell("No session is chosen.", "strong"),
    Cell("Choose one in the Sessions or the Disk view, and open it.", "dim"),
)


def face_cells(
    session: str,
    memory: TrackedSession | None,
    disk: FolderSummary | None,
    place: tuple[int, int] | None,
    history: Sequence[Happening],
    now_ms: int,
    width: int,
) -> list[Cell]:
    """Returns what is to be known of a session at a glance: its id, its verdict, where it stands.

    Args:
        session: Its id.
        memory: It in memory; None where it isn't.
        disk: Its folder; None where it has none.
        place: Its position in recency order, from 1, and of how many; None where memory lacks it.
        history: What happened to it, oldest first.
        now_ms: The time now, Unix ms.
        width: Cells there are; a longer id is cut in its middle.
    """
    judged = judge(memory, disk)
    pieces = [str(judged.verdict), *judged.marks]
    if memory is None:
        pieces.append(_absence(history, now_ms))
    else:
        if place is not None:
            pieces.append(f"#{place[0]:,} of {place[1]:,}")
        pieces.append(f"idle {age(now_ms - memory.touched_ms)}")
        pieces.append(f"in memory {age(now_ms - memory.inserted_ms)}")
    tone = VERDICT_TONES[judged.verdict]
    cells = [id_cell(session, width), Cell(" · ".join(pieces), tone)]
    if judged.why:
        cells.append(Cell(visible(judged.why, 400), tone))
    return cells


def vanished_cells(
    session: str,
    seen: Seen,
    history: Sequence[Happening],
    update: Update | None,
    gone_ms: int,
    width: int,
) -> list[Cell]:
    """Returns what is to be said of a session that is neither in memory nor on disk.

    Args:
        session: Its id.
        seen: It in memory and on disk as it was last seen.
        history: What happened to it, oldest first.
        update: The newest update; None before the first.
        gone_ms: When it was first seen to be gone, Unix ms.
        width: Cells there are.
    """
    if update is None or update.face is Face.OPENING or update.loading is not None:
        return [id_cell(session, width), Cell("Reading the directory…", "dim")]
    last = next((one for one in reversed(history) if one.kind is not HappeningKind.OPERATOR), None)
    if last is not None and last.kind is HappeningKind.RELEASED:
        words = f"Ended at {clock_time(last.at_ms)}, and left no folder."
    else:
        words = f"Gone from memory and from disk at {clock_time(gone_ms)}."
    if seen != (None, None):
        words += " Below is what was last seen."
    return [id_cell(session, width), Cell(words, "bad")]


def eviction_cells(preview: LossPreview) -> list[Cell]:
    """Returns what an eviction now would do: in words, then each value that would be lost.

    A sign stands before the words: `✗` where something would be lost, `–` where the session would
    stay in memory, `?` where the disk isn't known well enough to say, `✓` where nothing is lost.
    """
    sign, tone = _sign(preview)
    cells = [Cell("If it were evicted now", "strong")]
    for number, words in enumerate(preview.words):
        cells.append(Cell(f"{sign if not number else ' '} {words}", "" if number else tone))
    for one in preview.lost:
        before, after = field_text(one.field, one.memory), field_text(one.field, one.disk)
        cells.append(Cell(f"  {FIELD_NAMES.get(one.field, one.field)}: {before} → {after}", "bad"))
    return cells


def quiet_cells(preview: LossPreview) -> list[Cell]:
    """Returns the words alone, for a session that can't be evicted because it isn't in memory."""
    return [Cell(words, "dim") for words in preview.words]


def _sign(preview: LossPreview) -> tuple[str, Tone]:
    if preview.lost:
        return "✗", "bad"
    if preview.is_refused:
        return "–", "warn"
    return ("✓", "good") if preview.is_exact else ("?", "warn")


def _absence(history: Sequence[Happening], now_ms: int) -> str:
    """Says that a session isn't in memory, and how it left, where that is known."""
    kinds = (HappeningKind.EVICTED, HappeningKind.RELEASED)
    left = next((one for one in reversed(history) if one.kind in kinds), None)
    if left is None:
        return "not in memory"
    cause = f" ({visible(left.detail, 20)})" if left.detail else ""
    return f"{left.kind} {age(now_ms - left.at_ms)} ago{cause}"


def id_cell(session: str, width: int) -> Cell:
    """Returns a session's id on one line, cut in its middle where it is longer."""
    return Cell(
        fit(visible(session, WHOLE_ID), max(width, 9), keeps_end=True).rstrip(" "), "strong"
    )
