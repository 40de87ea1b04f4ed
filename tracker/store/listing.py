"""The checkpoint files of one session: what the manifest lists beside what the folder holds.

And the content of one of them, as text to be shown.

Source: DESIGN.md, sections 5 and 8.
"""

from __future__ import annotations

from codecs import getincrementaldecoder
from typing import Final, Literal

import msgspec

from tracker.errors import ReadError, StoreError
from tracker.store.examine import read_lines
from tracker.store.files import Folder
from tracker.store.manifest import ManifestLine, parse_filename

FileStatus = Literal["listed", "orphan", "missing", "unsafe"]

DISPLAY_BYTES: Final = 1024 * 1024
"""The most bytes of a checkpoint file that are read for display. Source: DESIGN.md, section 5."""

_Decoder: Final = getincrementaldecoder("utf-8")


class CheckpointFile(msgspec.Struct, frozen=True):
    """One checkpoint file, as the manifest and the folder tell.

    Attributes:
        session: The session's id.
        folder: The session's folder.
        filename: The file's name.
        trigger: What made it due; empty where neither manifest nor name tell.
        created_ms: When, Unix ms; 0 where it isn't known.
        fill_pct: The reading's fill, 0 to 100, or None.
        quality_score: The reading's score, 0 to 100, or None.
        file_bytes: Its size; None where it is missing.
        status: `listed` in the manifest and there, `orphan`: not listed, `missing`: not there,
            `unsafe`: refused.
        why: Why it is refused.
    """

    session: str
    folder: str
    filename: str
    trigger: str
    created_ms: int
    fill_pct: int | float | None
    quality_score: int | float | None
    file_bytes: int | None
    status: FileStatus
    why: str = ""


class CheckpointText(msgspec.Struct, frozen=True):
    """The content of a checkpoint file, for people.

    Attributes:
        text: Its text, at most the first 1 MiB of it; what is no UTF-8 became U+FFFD.
        is_cut: Whether the file goes on where the text ends.
        file_bytes: The file's size.
    """

    text: str
    is_cut: bool
    file_bytes: int


def list_files(folder: Folder, folder_name: str, session: str) -> tuple[CheckpointFile, ...]:
    """Lists a folder's checkpoint files, oldest first.

    Raises:
        ReadError: If they can't be listed now.
        UnsafeError: If the manifest is refused.
    """
    listed = {line.filename: line for line in read_lines(folder)}
    names = [name for name in folder.names() if name.endswith(".md")]
    files = [_listed(folder, folder_name, session, line) for line in listed.values()]
    files += [_orphan(folder, folder_name, session, name) for name in names if name not in listed]
    return tuple(sorted(files, key=lambda file: (file.created_ms, file.filename)))


def read_text(folder: Folder, filename: str) -> CheckpointText:
    """Reads one file of a folder as text, at most its first 1 MiB.

    Raises:
        ReadError: If it is missing or can't be read now.
        UnsafeError: If it is refused.
    """
    part = folder.read_part(filename, 0, DISPLAY_BYTES)
    if part is None:
        path = folder.where(filename)
        raise ReadError(f"{path}: no such file", path)
    is_cut = len(part.data) < part.file_bytes
    # A character that the cut goes through is left out.
    text = _Decoder("replace").decode(part.data, final=not is_cut)
    return CheckpointText(text, is_cut, part.file_bytes)


def is_file_name(name: str) -> bool:
    """Whether a name is a plain entry of a folder: no path, no way out of it."""
    return name not in ("", ".", "..") and "/" not in name and "\0" not in name


def _listed(folder: Folder, folder_name: str, session: str, line: ManifestLine) -> CheckpointFile:
    status: FileStatus = "listed"
    why, file_bytes = "", None
    if not is_file_name(line.filename):
        status = "unsafe"
        why = "the manifest names a path, not a file in the folder"
    else:
        try:
            found = folder.status(line.filename)
        except StoreError as error:
            found, status, why = None, "unsafe", str(error)
        if found is not None:
            file_bytes = found.st_size
            if why := folder.refusal(line.filename, found):
                status = "unsafe"
        elif not why:
            status = "missing"
    return CheckpointFile(
        session,
        folder_name,
        line.filename,
        line.trigger,
        line.created_ms,
        line.fill_pct,
        line.quality_score,
        file_bytes,
        status,
        why,
    )


def _orphan(folder: Folder, folder_name: str, session: str, name: str) -> CheckpointFile:
    created_ms, trigger = parse_filename(name) or (0, "")
    found = folder.status(name)
    why = folder.refusal(name, found) if found else ""
    return CheckpointFile(
        session,
        folder_name,
        name,
        trigger,
        created_ms,
        None,
        None,
        found.st_size if found else None,
        "unsafe" if why else "orphan" if found else "missing",
        why,
    )
