"""A prune in words: its plan as a table, what confirms it, and what came of it. Pure."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Sequence
from typing import Final

from console.model.rows import Cell, size
from console.model.table import Column, Table, lay_out
from console.model.wording import counted, local_time, whole
from console.settings.durations import duration_text, parse_duration_ms
from console.snapshot import Face, Mode, Update
from console.text import visible
from tracker import PlannedFolder, Pruned, PrunePlan

COLUMNS: Final = (
    Column("session", least=12),
    Column("folder", least=12, spare=2),
    Column("newest file", spare=1),
    Column("bytes", is_right=True),
    Column("files that go", least=24),
)
KEPT_COLUMNS: Final = (Column("kept", least=12), Column("why"))


def parse_age_ms(text: str) -> int:
    """Returns how old the newest file of a session must be, ms.

    Raises:
        ValueError: If it is no duration, or none at all, which would keep nothing.
    """
    age_ms = parse_duration_ms(text)
    if age_ms is None:
        raise ValueError(f"{text!r} would keep nothing; give an age such as 7d")
    return age_ms


def plan_table(
    plan: PrunePlan, width: int | None = None, heading: Callable[[str], str] = str
) -> Table:
    """Lays out a plan: a table of what goes, and one of what is kept for more than its age.

    Args:
        plan: The plan.
        width: The width to fit, in cells; None for as wide as it is.
        heading: Styles the lines of titles.
    """
    lines: list[str] = []
    left_out: list[str] = []
    if plan.going:
        going = lay_out(COLUMNS, [folder_cells(one) for one in plan.going], width, heading)
        lines += going.lines
        left_out += going.left_out
    if kept := [folder for folder in plan.kept if not folder.is_young]:
        rows = [(whole(folder.session), whole(folder.why_kept)) for folder in kept]
        lines += [""] * bool(lines) + lay_out(KEPT_COLUMNS, rows, width, heading).lines
    return Table(lines, left_out)


def folder_cells(folder: PlannedFolder) -> tuple[str, ...]:
    """Returns a folder's cells, one for each of COLUMNS."""
    return (
        whole(folder.session),
        whole(folder.folder),
        local_time(folder.newest_ms),
        size(folder.file_bytes),
        files_text(folder),
    )


def files_text(folder: PlannedFolder) -> str:
    """Returns which files go, and which of others stay, in words."""
    names = [file.name for file in folder.files]
    checkpoints = sum(name.endswith(".md") for name in names)
    parts = [counted(checkpoints, "checkpoint")] if checkpoints else []
    parts += [whole(name) for name in names if not name.endswith(".md")]
    text = ", ".join(parts) or "an empty folder"
    if folder.others:
        text += f"; not {', '.join(map(whole, folder.others))}, so the folder stays"
    return text


def plan_summary(plan: PrunePlan) -> str:
    """Returns how much a plan would delete, in words."""
    files = sum(len(folder.files) for folder in plan.going)
    file_bytes = sum(folder.file_bytes for folder in plan.going)
    young = sum(folder.is_young for folder in plan.kept)
    return (
        f"{counted(len(plan.going), 'session')} to go"
        f" ({counted(files, 'file')}, {size(file_bytes)}); {len(plan.kept):,} kept,"
        f" {young:,} of them younger than {duration_text(plan.older_than_ms)}"
    )


def confirmation(plan: PrunePlan) -> str:
    """Returns what an operator types to confirm a plan: `prune 12`, the count of its folders."""
    return f"prune {len(plan.going)}"


def apply_command(directory: str, older_than_ms: int) -> str:
    """Returns the command that would make and apply such a plan, for a shell."""
    age = duration_text(older_than_ms)
    return f"holdfast prune {shlex.quote(directory)} --older-than {age} --apply"


def skipped_lines(pruned: Sequence[Pruned]) -> list[str]:
    """Returns a line for each folder that was skipped, or stopped half way, with why."""
    return [
        f"{whole(one.session)}: {'stopped' if one.files else 'skipped'}, {whole(one.why)}"
        for one in pruned
        if not one.is_done
    ]


def outcome_summary(plan: PrunePlan, pruned: Sequence[Pruned]) -> str:
    """Returns how much of a plan was deleted, in words."""
    done = sum(one.is_done for one in pruned)
    files = sum(one.files for one in pruned)
    return (
        f"{counted(done, 'session')} of {len(plan.going):,} deleted:"
        f" {counted(files, 'file')}, {size(sum(one.file_bytes for one in pruned))}"
    )


def outcome_lines(pruned: Sequence[Pruned]) -> list[str]:
    """Returns a line for each folder of an applied plan, those that were not deleted first."""
    deleted = [f"{whole(one.session)}: deleted" for one in pruned if one.is_done]
    return [*skipped_lines(pruned), *deleted]


def apply_refusal(update: Update | None) -> str:
    """Returns why no plan can be applied from the console, in words; empty where it can."""
    if update is None or update.face is not Face.OPEN:
        return "The directory isn't open."
    if update.is_read_only:
        return "This console was opened with --read-only, so it deletes nothing."
    if update.mode is Mode.OBSERVE:
        return "This console observes, so it deletes nothing; who owns the directory ends first."
    return ""


def plan_cells(plan: PrunePlan, refusal: str) -> list[Cell]:
    """Returns what is said above a plan: how much goes, and why it can't be applied here.

    Args:
        plan: The plan.
        refusal: Why it can't be applied here, in words; empty where it can.
    """
    cells = [Cell(plan_summary(plan), "strong")]
    if refusal and plan.going:
        command = apply_command(plan.directory, plan.older_than_ms)
        cells.append(Cell(f"{refusal} To apply it: {visible(command, 1_000)}", "warn"))
    return cells


def outcome_cells(
    plan: PrunePlan, pruned: Sequence[Pruned], why: str, warning: str, *, was_stopped: bool
) -> list[Cell]:
    """Returns what came of a plan: how much is deleted, and what kept it from being all.

    Args:
        plan: The plan.
        pruned: What came of its folders, as far as it came.
        why: Why nothing more was done, in words.
        warning: What is wrong though it was done, in words.
        was_stopped: Whether it was stopped.
    """
    cells = [Cell(f"Not pruned: {visible(why, 600)}", "bad")] if why else []
    if pruned or not why:
        is_whole = len(pruned) == len(plan.going) and all(one.is_done for one in pruned)
        cells.append(Cell(outcome_summary(plan, pruned), "good" if is_whole else "warn"))
    if was_stopped and len(pruned) < len(plan.going):
        cells.append(Cell(f"Stopped after {len(pruned):,} of {len(plan.going):,}.", "warn"))
    if warning:
        cells.append(Cell(visible(warning, 600), "bad"))
    return cells
