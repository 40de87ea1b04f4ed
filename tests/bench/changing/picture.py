"""What a directory holds, in a form in which two looks at it can be compared."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import closing
from pathlib import Path

from tracker import FolderSummary, Survey, open_store, wall_clock_ms

Picture = dict[str, str]
"""By each folder: its session, trouble, checkpoints, bytes, and when it was last captured."""


def picture_of(folders: Iterable[FolderSummary]) -> Picture:
    """Returns the picture of some folders."""
    return {one.folder: _line(one) for one in folders}


def fresh_picture(directory: Path) -> Picture:
    """Returns the picture of a directory by a look of its own."""
    with closing(open_store(directory, read_only=True, clock=wall_clock_ms)) as store:
        survey = Survey(store.root)
        survey.sweep()
        return picture_of(survey.summaries)


def _line(one: FolderSummary) -> str:
    at_ms = one.state.last_checkpoint_ms if one.state else 0
    return f"{one.session} {one.trouble} {one.checkpoints} {one.file_bytes} {at_ms}"
