"""One session's record, field by field: what its last checkpoint saved, and what is live.

Source: DESIGN.md, section 5.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from tracker import FolderSummary, SessionState, guard_names, values_of

LIVE_ALONE: Final = ("guards", "prior_score")


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


def saved_fields(summary: FolderSummary) -> dict[str, Any] | None:
    """Returns what the last checkpoint saved, by name; None where there is no record to believe.

    Guards and the prior score are never saved by a checkpoint; they are live or gone.
    """
    if summary.saved is None:
        return None
    fields = live_fields(summary.saved)
    return {name: value for name, value in fields.items() if name not in LIVE_ALONE}


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
