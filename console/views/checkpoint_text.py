"""The text of one checkpoint: read and made safe on a thread, laid out with notes of our own.

A copy for the operator's pager is made in the same way.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from textual.message import Message

from console.acting.paging import WIDEST, copy_text
from console.model.rows import Cell, size
from console.snapshot import Link
from console.text import visible, visible_lines
from console.widgets.text_pane import Layout, Line, lay_out_cells, wrap_cells, wrapped
from tracker import CheckpointFile, CheckpointText, FolderSummary


class TextRead(Message):
    """A checkpoint's text was read, or wasn't.

    Attributes:
        file: The checkpoint.
        layout: What is to be shown.
    """

    def __init__(self, file: CheckpointFile, layout: Layout) -> None:
        super().__init__()
        self.file = file
        self.layout = layout


class CopyMade(Message):
    """A copy of a checkpoint for the operator's pager was made, or wasn't.

    Attributes:
        file: The checkpoint.
        text: What the copy says; safe.
        why: Why there is none, in words; not made safe yet.
    """

    def __init__(self, file: CheckpointFile, text: str, why: str = "") -> None:
        super().__init__()
        self.file = file
        self.text = text
        self.why = why


def read(link: Link, folder: FolderSummary, file: CheckpointFile, width: int) -> TextRead:
    """Reads a checkpoint and lays it out. May block; raises nothing.

    Args:
        link: What reads it.
        folder: Its session's folder.
        file: The checkpoint.
        width: The cells it will probably be shown in.
    """
    try:
        text = link.text(folder, file.filename)
        safe = visible_lines(text.text, WIDEST * len(text.text) + 1)
        layout = checkpoint_layout(file, text, safe)
        layout(max(width, 1))
    except Exception as error:  # noqa: BLE001 - the top of a worker; it is shown.
        why = str(error) or type(error).__name__
        return TextRead(file, lay_out_cells(text_notes(file, None, why)))
    return TextRead(file, layout)


def make_copy(link: Link, folder: FolderSummary, file: CheckpointFile) -> CopyMade:
    """Reads a checkpoint and makes the text of its copy. May block; raises nothing."""
    try:
        text = link.text(folder, file.filename)
        return CopyMade(file, copy_text(file.folder, file.filename, text))
    except Exception as error:  # noqa: BLE001 - the top of a worker; it is shown.
        return CopyMade(file, "", str(error) or type(error).__name__)


def checkpoint_layout(file: CheckpointFile, text: CheckpointText, safe: str) -> Layout:
    """Returns the layout of a checkpoint: notes, its text, and at its end that it was cut.

    Args:
        file: The checkpoint.
        text: Its text.
        safe: The text made safe.
    """
    notes = text_notes(file, text, "")
    ending = notes[-1:] if text.is_cut else []
    body = wrapped(safe.split("\n"))

    @lru_cache(maxsize=1)
    def layout(width: int) -> Sequence[Line]:
        above = wrap_cells(notes, width)
        if above:
            above.append(())
        return [*above, *body(width), *wrap_cells(ending, width)]

    return layout


def text_notes(file: CheckpointFile, text: CheckpointText | None, why: str) -> list[Cell]:
    """Returns what is to be said of a checkpoint above its text.

    Args:
        file: The checkpoint.
        text: Its text; None where it wasn't read.
        why: Why it can't be read.
    """
    cells = []
    if file.status == "missing":
        cells.append(Cell("Missing: the manifest lists it, but the folder doesn't hold it.", "bad"))
    elif file.status == "unsafe":
        cells.append(Cell(f"Not read, because it is unsafe: {visible(file.why, 400)}", "bad"))
    elif file.status == "orphan":
        cells.append(Cell("Orphan: the folder holds it, but the manifest doesn't list it.", "warn"))
    if why:
        cells.append(Cell(f"It can't be read: {visible(why, 400)}", "bad"))
    if text is not None and text.is_cut:
        words = f"Cut: this is the first 1 MiB of {size(text.file_bytes)}; the file goes on."
        cells.append(Cell(words, "warn"))
    return cells
