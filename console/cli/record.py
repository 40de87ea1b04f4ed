"""One session's record, field by field: what its last checkpoint saved, and what is live.

The survey gives the live state. What the last checkpoint saved are the original's nine fields in
the state file, read here for display, through the store's own safe folders.

Source: DESIGN.md, section 5.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import msgspec

from tracker import DirectoryStore, FolderSummary, SessionState, StoreError, guard_names, values_of

STATE_FILE: Final = "policy-state.json"
RECORD_BYTES: Final = 64 * 1024


class _Saved(msgspec.Struct, rename="camel"):
    captured_fill_bands: tuple[int, ...]
    captured_quality_thresholds: tuple[int, ...]
    captured_milestones: tuple[str, ...]
    last_checkpoint_at: int
    last_evaluated_at: int
    edit_write_count: int
    edited_files: tuple[str, ...]
    edit_batch_marker_writes: int
    edit_batch_marker_files: int


def live_fields(state: SessionState) -> dict[str, Any]:
    """Returns every field of a state by its name, masks as lists."""
    return {
        "bands": values_of(state.bands),
        "thresholds": values_of(state.thresholds)[::-1],
        "milestones": state.milestones,
        "last_checkpoint_ms": state.last_checkpoint_ms,
        "marker_writes": state.marker_writes,
        "marker_files": state.marker_files,
        "last_evaluated_ms": state.last_evaluated_ms,
        "edit_writes": state.edit_writes,
        "edited_files": state.edited_files,
        "files_beyond": state.files_beyond,
        "guards": guard_names(state.guards),
        "prior_score": state.prior_score,
    }


def saved_fields(store: DirectoryStore, summary: FolderSummary) -> dict[str, Any] | None:
    """Reads what the last checkpoint saved, by the names of `live_fields`.

    Returns:
        The fields; None where there is no state file, or none that can be believed.
    """
    if summary.trouble in ("corrupt", "unsafe"):
        return None
    try:
        folder = store.root.open_folder(summary.folder)
        if folder is None:
            return None
        with folder:
            raw = folder.read(STATE_FILE, RECORD_BYTES)
        saved = msgspec.json.decode(raw or b"", type=_Saved)
    except (StoreError, msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None
    return {
        "bands": tuple(sorted(saved.captured_fill_bands)),
        "thresholds": tuple(sorted(saved.captured_quality_thresholds, reverse=True)),
        "milestones": saved.captured_milestones,
        "last_checkpoint_ms": saved.last_checkpoint_at,
        "marker_writes": saved.edit_batch_marker_writes,
        "marker_files": saved.edit_batch_marker_files,
        "last_evaluated_ms": saved.last_evaluated_at,
        "edit_writes": saved.edit_write_count,
        "edited_files": saved.edited_files,
    }


def record_kind(summary: FolderSummary) -> str:
    """Returns whose record it is, in words."""
    if summary.newer_format:
        return f"a newer Holdfast's, format {summary.newer_format}"
    if summary.trouble in ("corrupt", "unsafe"):
        return "none that can be believed"
    if summary.seq:
        return f"Holdfast's, sequence {summary.seq:,}"
    return "none" if summary.state is None else "the original's"


def is_live(summary: FolderSummary, fields: Mapping[str, Any] | None) -> bool:
    """Whether a record may hold more than its last checkpoint saved."""
    return fields is not None and summary.seq > 0 and not summary.has_ended
