"""`show`: one session, field by field: memory beside disk, and its checkpoints."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import click

from console.cli.arguments import DIRECTORY, JSON, folder_names
from console.cli.directory import look_at, of_session
from console.cli.errors import FINDINGS, FINE
from console.cli.listing import (
    FILE_COLUMNS,
    NONE,
    file_cells,
    file_record,
    list_all,
    print_table,
    session_record,
    spaced,
    verdict_text,
)
from console.cli.output import emit, emit_json, narrate, terminal_width
from console.cli.record import is_live, live_fields, record_kind, saved_fields
from console.model.rows import size
from console.model.table import Column
from console.model.wording import counted, local_time, whole
from tracker import CheckpointFile, FolderSummary, judge

FILES_SHOWN: Final = 20
"""The most names of edited files shown on a terminal; a pipe gets all."""


@click.command("show")
@DIRECTORY
@click.argument("session", metavar="ID", shell_complete=folder_names)
@JSON
def show(directory: str, session: str, as_json: bool) -> int:
    """Show one session: every field, and its checkpoints.

    ID is the session's id or the name of its folder.
    """
    exit_code = FINE
    records = []
    with look_at(directory) as found:
        for place, summary in enumerate(of_session(found.summaries, session)):
            listed, unread = list_all(found, [summary])
            for error in unread:
                narrate(error)
                exit_code = FINDINGS
            if as_json:
                records.append(show_record(summary, listed))
            else:
                emit([""] if place else [])
                _print(summary, listed)
    if as_json:
        emit_json(records)
    return exit_code


def show_record(summary: FolderSummary, listed: Sequence[CheckpointFile]) -> dict[str, Any]:
    """Returns all there is to say of a session as a record for JSON."""
    return {
        **session_record(summary),
        "seq": summary.seq,
        "has_ended": summary.has_ended,
        "newer_format": summary.newer_format,
        "memory": None,
        "saved": saved_fields(summary),
        "live": None if summary.state is None else live_fields(summary.state),
        "files": [file_record(file) for file in listed],
    }


def head_lines(summary: FolderSummary) -> list[str]:
    """Returns what is to be said of a session before its fields."""
    last = f", the last {whole(summary.last_trigger)}" if summary.last_trigger else ""
    pairs = [
        ("session", whole(summary.session)),
        ("folder", whole(summary.folder)),
        ("verdict", verdict_text(summary)),
        ("why", whole(judge(None, summary).why)),
        ("record", record_kind(summary)),
        ("checkpoints", f"{summary.checkpoints:,}{last}"),
        ("bytes", f"{size(summary.file_bytes)} in its folder"),
        ("memory", "none here; only a running tracker has one. Below is the disk."),
    ]
    return [f"{name:<12} {text}" for name, text in pairs if text]


def field_rows(
    saved: Mapping[str, Any] | None, live: Mapping[str, Any], *, beside: bool
) -> list[tuple[str, ...]]:
    """Returns a row a field: its name and its value, or what was saved beside what is live."""
    rows: list[tuple[str, ...]] = []
    for field, value in live.items():
        text = field_text(field, value)
        if beside and saved is not None:
            kept = field_text(field, saved[field]) if field in saved else ""
            rows.append((field_name(field), kept, text, "newer" if kept not in ("", text) else ""))
        else:
            rows.append((field_name(field), text))
    return rows


def field_name(field: str) -> str:
    """Returns a field's name in words."""
    return field.removesuffix("_ms").replace("_", " ")


def field_text(field: str, value: Any) -> str:
    """Returns a field's value in words."""
    if field == "edited_files":
        return counted(len(value), "name") if value else NONE
    if field.endswith("_ms"):
        return local_time(value)
    if isinstance(value, tuple):
        return spaced(value)
    return NONE if value is None else f"{value:g}" if isinstance(value, float) else f"{value:,}"


def edited_lines(names: Sequence[str], most: int | None) -> list[str]:
    """Returns a line for each edited file, at most `most` of them."""
    lines = [f"  {whole(name)}" for name in names[:most]]
    if len(lines) < len(names):
        lines.append(f"  and {len(names) - len(lines):,} more; a pipe gets them all")
    return lines


def _print(summary: FolderSummary, listed: Sequence[CheckpointFile]) -> None:
    emit(head_lines(summary))
    if summary.state is not None:
        saved, live = saved_fields(summary), live_fields(summary.state)
        beside = is_live(summary, saved)
        titles = ("field", "at the last checkpoint", "live", "") if beside else ("field", "on disk")
        emit([""])
        print_table([Column(title) for title in titles], field_rows(saved, live, beside=beside))
        if names := live["edited_files"]:
            emit(["", "edited files"])
            emit(edited_lines(names, None if terminal_width() is None else FILES_SHOWN))
    if listed:
        emit([""])
        print_table(FILE_COLUMNS[1:], [file_cells(file)[1:] for file in listed])
