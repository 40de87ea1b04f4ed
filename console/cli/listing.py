"""`sessions` and `files`: what a state directory holds, as tables or as JSON."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import click

from console.cli.arguments import DIRECTORY, JSON
from console.cli.directory import Directory, look_at, of_session
from console.cli.errors import FINDINGS, FINE
from console.cli.output import emit, emit_json, narrate, strong, terminal_width
from console.model.rows import size
from console.model.table import Column, Table, lay_out
from console.model.wording import local_time, whole
from tracker import CheckpointFile, FolderSummary, StoreError, judge, to_builtins, values_of

NONE: Final = "-"

SESSION_COLUMNS: Final = (
    Column("session", least=12),
    Column("folder", least=12, spare=3),
    Column("verdict"),
    Column("last checkpoint", spare=1),
    Column("bands"),
    Column("thresholds"),
    Column("milestones", spare=4),
    Column("checkpoints", is_right=True, spare=2),
    Column("bytes", is_right=True, spare=2),
)

FILE_COLUMNS: Final = (
    Column("session", least=12),
    Column("filename", spare=3),
    Column("trigger"),
    Column("created"),
    Column("fill", is_right=True, spare=1),
    Column("quality", is_right=True, spare=1),
    Column("bytes", is_right=True, spare=2),
    Column("status"),
)


@click.command("sessions")
@DIRECTORY
@JSON
def sessions(directory: str, as_json: bool) -> int:
    """List the sessions of a state directory.

    The one with the newest checkpoint comes first.
    """
    with look_at(directory) as found:
        summaries = found.summaries
    if as_json:
        emit_json(map(session_record, summaries))
    elif not summaries:
        narrate(f"{directory}: no sessions")
    else:
        print_table(SESSION_COLUMNS, [session_cells(summary) for summary in summaries])
    return FINE


@click.command("files")
@DIRECTORY
@click.option("--session", "name", metavar="ID", help="Only this session's.")
@JSON
def files(directory: str, name: str | None, as_json: bool) -> int:
    """List the checkpoint files of a state directory.

    Status: `listed` in the manifest and there, `orphan` there but not listed, `missing` listed but
    gone, `unsafe` refused for what it is. Exits 1 where some folder can't be listed.
    """
    with look_at(directory) as found:
        summaries = found.summaries if name is None else of_session(found.summaries, name)
        listed, unread = list_all(found, summaries)
    for error in unread:
        narrate(error)
    if as_json:
        emit_json(map(file_record, listed))
    elif not listed and not unread:
        narrate(f"{name or directory}: no checkpoint files")
    elif listed:
        print_table(FILE_COLUMNS, [file_cells(file) for file in listed])
    return FINDINGS if unread else FINE


def list_all(
    found: Directory, summaries: Sequence[FolderSummary]
) -> tuple[list[CheckpointFile], list[str]]:
    """Returns the checkpoint files of folders, and why those of others can't be listed."""
    listed: list[CheckpointFile] = []
    unread: list[str] = []
    for summary in summaries:
        try:
            listed += found.survey.files(summary)
        except StoreError as error:
            unread.append(str(error))
    return listed, unread


def print_table(columns: Sequence[Column], rows: Sequence[Sequence[str]]) -> None:
    """Prints a table, fitted to the terminal where there is one."""
    width = terminal_width()
    print_laid_out(lay_out(columns, rows, width, strong), width)


def print_laid_out(table: Table, width: int | None) -> None:
    """Prints a table that was laid out for a width, and says what there was no room for."""
    emit(table.lines)
    if table.left_out:
        missing = ", ".join(table.left_out)
        narrate(f"{width} columns are too few for {missing}; widen the terminal, or pipe it")


def session_cells(summary: FolderSummary) -> tuple[str, ...]:
    """Returns a session's cells, one for each of SESSION_COLUMNS."""
    state = summary.state
    return (
        whole(summary.session),
        whole(summary.folder),
        verdict_text(summary),
        local_time(state.last_checkpoint_ms if state else 0),
        spaced(values_of(state.bands) if state else ()),
        spaced(values_of(state.thresholds)[::-1] if state else ()),
        spaced(state.milestones if state else ()),
        f"{summary.checkpoints}",
        size(summary.file_bytes),
    )


def session_record(summary: FolderSummary) -> dict[str, Any]:
    """Returns a session as a record for JSON; times in Unix ms, sizes in bytes."""
    state, judged = summary.state, judge(None, summary)
    return {
        "session": summary.session,
        "folder": summary.folder,
        "verdict": judged.verdict,
        "marks": judged.marks,
        "why": judged.why,
        "last_checkpoint_ms": state.last_checkpoint_ms if state else 0,
        "bands": values_of(state.bands) if state else (),
        "thresholds": values_of(state.thresholds)[::-1] if state else (),
        "milestones": state.milestones if state else (),
        "checkpoints": summary.checkpoints,
        "file_bytes": summary.file_bytes,
    }


def file_cells(file: CheckpointFile) -> tuple[str, ...]:
    """Returns a checkpoint file's cells, one for each of FILE_COLUMNS."""
    return (
        whole(file.session),
        whole(file.filename),
        whole(file.trigger) or NONE,
        local_time(file.created_ms),
        NONE if file.fill_pct is None else f"{file.fill_pct:g}",
        NONE if file.quality_score is None else f"{file.quality_score:g}",
        NONE if file.file_bytes is None else size(file.file_bytes),
        file.status,
    )


def file_record(file: CheckpointFile) -> Mapping[str, Any]:
    """Returns a checkpoint file as a record for JSON."""
    record: Mapping[str, Any] = to_builtins(file)
    return record


def verdict_text(summary: FolderSummary) -> str:
    """Returns a session's verdict without a memory beside it, and its marks: `disk-only, ended`."""
    judged = judge(None, summary)
    return ", ".join([judged.verdict, *judged.marks])


def spaced(values: Sequence[object]) -> str:
    """Returns values made visible, separated by blanks; a dash for none."""
    return " ".join(whole(str(value)) for value in values) or NONE
