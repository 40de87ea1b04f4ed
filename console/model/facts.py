"""Facts: what of one row can be filtered and sorted by. Plain values, no cells and no clock."""

from __future__ import annotations

import msgspec

from tracker import FolderSummary, TrackedSession, guard_names, judge


class Facts(msgspec.Struct, frozen=True, gc=False):
    """What is known of one row.

    Attributes:
        key: The row's key.
        session: The session's id.
        folder: Its folder's name; empty where it has none.
        verdict: How memory and disk compare, as a `Verdict`.
        marks: What else is true of it: `pinned`, `ended`.
        is_tracked: Whether it is in memory.
        recency: Its place in the recency order, the newer the larger; 0 where it isn't in memory.
        active_ms: Its last activity, Unix ms; 0 where that isn't known. Idle is now less this.
        checkpointed_ms: Its last checkpoint, Unix ms; 0 for none.
        has_state: Whether anything is known of what it captured and edited.
        bands: Fill bands captured: bit `v` stands for `v` percent.
        thresholds: Quality thresholds captured, likewise.
        milestones: Milestones captured, in order of capture.
        guards: Names of the once-per-session messages that were sent.
        writes: Edit writes since the last edit batch.
        files: Distinct files edited since the last edit batch.
        trigger: What made its last checkpoint due; empty for none.
        checkpoints: How many checkpoints its manifest lists; None without a folder.
        file_bytes: Bytes of its files; None without a folder.
        folded: Its id, folder and trigger without case, which is what bare text is looked for in.
    """

    key: str
    session: str
    folder: str
    verdict: str
    marks: tuple[str, ...]
    is_tracked: bool
    recency: int
    active_ms: int
    checkpointed_ms: int
    has_state: bool
    bands: int
    thresholds: int
    milestones: tuple[str, ...]
    guards: tuple[str, ...]
    writes: int
    files: int
    trigger: str
    checkpoints: int | None
    file_bytes: int | None
    folded: tuple[str, str, str]

    @property
    def highest_band(self) -> int:
        """The highest fill band captured; 0 for none."""
        return max(self.bands.bit_length() - 1, 0)

    @property
    def lowest_threshold(self) -> int | None:
        """The lowest quality threshold captured; None for none."""
        lowest_bit = self.thresholds & -self.thresholds
        return lowest_bit.bit_length() - 1 if lowest_bit else None


def facts_of(
    key: str, session: str, memory: TrackedSession | None, disk: FolderSummary | None
) -> Facts:
    """Returns the facts of one row.

    Memory counts where there is memory; else what the disk says.

    Args:
        key: The row's key.
        session: The session's id.
        memory: It in memory; None where it isn't.
        disk: Its folder; None where it has none.

    Cost: one comparison of memory and disk; a few microseconds.
    """
    judged = judge(memory, disk)
    state = memory.state if memory else disk.state if disk else None
    folder = disk.folder if disk else ""
    trigger = disk.last_trigger if disk else ""
    active_ms = memory.touched_ms if memory else 0
    if memory is None and state is not None:
        active_ms = max(state.last_checkpoint_ms, state.last_evaluated_ms)
    return Facts(
        key=key,
        session=session,
        folder=folder,
        verdict=judged.verdict,
        marks=judged.marks,
        is_tracked=memory is not None,
        recency=memory.recency if memory else 0,
        active_ms=active_ms,
        checkpointed_ms=state.last_checkpoint_ms if state else 0,
        has_state=state is not None,
        bands=state.bands if state else 0,
        thresholds=state.thresholds if state else 0,
        milestones=state.milestones if state else (),
        guards=guard_names(state.guards) if state else (),
        writes=max(state.edit_writes - state.marker_writes, 0) if state else 0,
        files=max(state.edit_files - state.marker_files, 0) if state else 0,
        trigger=trigger,
        checkpoints=disk.checkpoints if disk else None,
        file_bytes=disk.file_bytes if disk else None,
        folded=(fold(session), fold(folder), fold(trigger)),
    )


def fold(text: str) -> str:
    """Returns text without case: the text itself where it has none, so that it isn't kept twice."""
    folded = text.casefold()
    return text if folded == text else folded
