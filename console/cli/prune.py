"""`prune`: what retention would delete, and with --apply exactly that."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from typing import Any

import click

from console.cli.arguments import DIRECTORY, JSON
from console.cli.errors import FINE, UNREADABLE, AskedWrongError
from console.cli.feed import Stopping
from console.cli.listing import print_laid_out
from console.cli.output import emit_json, flush, narrate, strong, terminal_width
from console.cli.progress import Progress
from console.model.prune_plan import (
    outcome_summary,
    parse_age_ms,
    plan_summary,
    plan_table,
    skipped_lines,
)
from tracker import (
    DirectoryStore,
    Pruned,
    PrunePlan,
    apply_prune,
    current_owner,
    open_store,
    open_to_prune,
    plan_prune,
    wall_clock_ms,
)


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
    """Prints a plan, fitted to the terminal where there is one."""
    width = terminal_width()
    print_laid_out(plan_table(plan, width, strong), width)


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
    for line in skipped_lines(pruned):
        narrate(line)
    narrate(outcome_summary(plan, pruned))


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
        return parse_age_ms(text)
    except ValueError as error:
        raise AskedWrongError(f"--older-than: {error}") from None
