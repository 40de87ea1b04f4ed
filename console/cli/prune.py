"""`prune`: what retention would delete, and with --apply exactly that."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from typing import Any, Final

import click

from console.cli.arguments import DIRECTORY, JSON
from console.cli.directory import local_time
from console.cli.errors import FINE, UNREADABLE, AskedWrongError
from console.cli.feed import Stopping
from console.cli.listing import print_table
from console.cli.output import counted, emit, emit_json, flush, narrate, whole
from console.cli.progress import Progress
from console.cli.table import Column
from console.model.rows import size
from console.settings.durations import duration_text, parse_duration_ms
from tracker import (
    DirectoryStore,
    PlannedFolder,
    Pruned,
    PrunePlan,
    apply_prune,
    current_owner,
    open_store,
    open_to_prune,
    plan_prune,
    wall_clock_ms,
)

COLUMNS: Final = (
    Column("session", least=12),
    Column("folder", least=12, spare=2),
    Column("newest file", spare=1),
    Column("bytes", is_right=True),
    Column("files that go"),
)
KEPT_COLUMNS: Final = (Column("kept", least=12), Column("why"))


@click.command("prune")
@DIRECTORY
@click.option(
    "--older-than", metavar="TIME", required=True,
    help='How old the newest file of a session must be: "7d", "12h".',
)  # fmt: skip
@click.option("--apply", "applies", is_flag=True, help="Delete what the plan says.")
@JSON
def prune(directory: str, older_than: str, applies: bool, as_json: bool) -> int:
    """Print what is old enough to delete; with --apply, delete it.

    A session goes whole, with every file of it that Holdfast or the original plugin wrote. Files of
    others stay, and their folder with them. What changed since the plan was made is skipped.
    """
    older_than_ms = _age_ms(older_than)
    opened = (
        open_to_prune(directory, wall_clock_ms)
        if applies
        else open_store(directory, read_only=True, clock=wall_clock_ms)
    )
    with closing(opened) as store, Stopping() as stopping:
        plan = _planned(store, older_than_ms, stopping)
        if plan is None:
            narrate(f"{stopping.name}: stopped before the plan was whole; nothing was deleted")
            return 128 + stopping.received
        if not as_json:
            print_plan(plan)
            flush()
        pruned: tuple[Pruned, ...] = ()
        if applies:
            with Progress("deleting") as progress:
                pruned = apply_prune(store, plan, progress=stopping.until(progress))
        owner = current_owner(store.root)
    if as_json:
        emit_json(plan_records(plan, pruned))
    if applies:
        say_outcome(plan, pruned)
    else:
        narrate(f"{plan_summary(plan)}; nothing was deleted" + "; --apply does" * bool(plan.going))
        if owner is not None:
            narrate(f"process {owner.pid} owns the directory; stop it before --apply")
    if stopping.received:
        narrate(f"{stopping.name}: stopped after {len(pruned):,} of {len(plan.going):,}")
        return 128 + stopping.received
    return UNREADABLE if any(one.has_failed for one in pruned) else FINE


def print_plan(plan: PrunePlan) -> None:
    """Prints a plan as a table of what goes, and one of what is kept for more than its age."""
    if plan.going:
        print_table(COLUMNS, [folder_cells(folder) for folder in plan.going])
    if kept := [folder for folder in plan.kept if not folder.is_young]:
        if plan.going:
            emit([""])
        rows = [(whole(folder.session), whole(folder.why_kept)) for folder in kept]
        print_table(KEPT_COLUMNS, rows)


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


def plan_records(plan: PrunePlan, pruned: Sequence[Pruned]) -> list[dict[str, Any]]:
    """Returns a record a folder for JSON, with what came of it where the plan was applied."""
    outcomes = {one.folder: one for one in pruned}
    records = []
    for folder in plan.folders:
        record: dict[str, Any] = {
            "session": folder.session,
            "folder": folder.folder,
            "goes": folder.goes,
            "why_kept": folder.why_kept,
            "newest_ms": folder.newest_ms,
            "files": [
                {"name": file.name, "file_bytes": file.file_bytes, "modified_ms": file.modified_ms}
                for file in folder.files
            ],
            "others": folder.others,
        }
        if (outcome := outcomes.get(folder.folder)) is not None:
            record["outcome"] = {
                "is_done": outcome.is_done,
                "files": outcome.files,
                "file_bytes": outcome.file_bytes,
                "is_removed": outcome.is_removed,
                "why": outcome.why,
            }
        records.append(record)
    return records


def say_outcome(plan: PrunePlan, pruned: Sequence[Pruned]) -> None:
    """Says what came of a plan: what was skipped and why, and how much was deleted."""
    for one in pruned:
        if not one.is_done:
            narrate(f"{one.session}: {'stopped' if one.files else 'skipped'}, {one.why}")
    done = [one for one in pruned if one.is_done]
    files = sum(one.files for one in pruned)
    narrate(
        f"{counted(len(done), 'session')} of {len(plan.going):,} deleted:"
        f" {counted(files, 'file')}, {size(sum(one.file_bytes for one in pruned))}"
    )


def _planned(store: DirectoryStore, older_than_ms: int, stopping: Stopping) -> PrunePlan | None:
    """Makes the plan; None where it was stopped."""
    with Progress("looking at folders") as progress:
        plan = plan_prune(
            store.root,
            older_than_ms=older_than_ms,
            now_ms=wall_clock_ms(),
            progress=stopping.until(progress),
        )
    return None if stopping.received else plan


def _age_ms(text: str) -> int:
    try:
        age_ms = parse_duration_ms(text)
    except ValueError as error:
        raise AskedWrongError(f"--older-than: {error}") from None
    if age_ms is None:
        raise AskedWrongError(f"--older-than: {text!r} would keep nothing; give an age such as 7d")
    return age_ms
