"""What one session's folder holds, read without changing anything.

Source: DESIGN.md, section 5: reconciliation with the manifest, rebuild of bad records.
"""

from __future__ import annotations

import time
from typing import Final

import msgspec
from msgspec.structs import replace

from tracker.errors import UnsafeError
from tracker.state import FRESH, SessionState
from tracker.store.files import Folder
from tracker.store.manifest import (
    MANIFEST,
    READ_BYTES,
    ManifestLine,
    catch_up,
    missing_from,
    parse_manifest,
    rebuild,
)
from tracker.store.record import RECORD_BYTES, STATE_FILE, BadRecordError, Record, decode_record

BEHIND: Final = "behind"
"""The trouble of a state that is older than its manifest."""

READ_AGAIN_S: Final = (0.001, 0.004, 0.016, 0.0)
"""Pauses before a torn record is read again while somebody may just be writing it. The original
writes in place, so that a reader beside it finds an empty file most of the time."""

JUST_WRITTEN_S: Final = 1.0


class Examined(msgspec.Struct, frozen=True, gc=False):
    """What a folder holds of a session.

    Attributes:
        record: The record, where there is one that can be believed.
        raw: Its bytes; None where there is no record, or one too large to read.
        saved: What the last checkpoint wrote, caught up or rebuilt.
        state: The state to go on from, caught up or rebuilt; None where nothing is stored.
        manifest_bytes: How long the manifest is; 0 where there is none.
        trouble: A kind of bad record, or BEHIND; empty where state and manifest agree.
        why: The trouble in words.
        missed: How many checkpoints the manifest knows that the state did not.
    """

    record: Record | None = None
    raw: bytes | None = None
    saved: SessionState = FRESH
    state: SessionState | None = None
    manifest_bytes: int = 0
    trouble: str = ""
    why: str = ""
    missed: int = 0

    @property
    def is_bad(self) -> bool:
        """Whether a record stands there that can't be believed."""
        return self.trouble not in ("", BEHIND)


def examine(folder: Folder) -> Examined:
    """Reads what a folder holds of its session.

    Raises:
        ReadError: If a file can't be read now.
        UnsafeError: If a file is refused for what it is (a record that is too large is only bad).
    """
    raw, record, bad = _read_record(folder)
    # Asked for after the record was read: a line that comes in between is one it doesn't know of.
    manifest_bytes = _manifest_bytes(folder)
    if record is not None and record.manifest_bytes == manifest_bytes:
        return Examined(record, raw, record.saved, record.state, manifest_bytes)
    return _examined(folder, raw, record, bad, manifest_bytes)


def examine_with_lines(folder: Folder) -> tuple[Examined, tuple[ManifestLine, ...]]:
    """Reads what a folder holds of its session, and all the lines of its manifest.

    Raises as `examine` does.
    """
    raw, record, bad = _read_record(folder)
    manifest = folder.read_from(MANIFEST, 0, READ_BYTES) or b""
    is_whole = len(manifest) < READ_BYTES
    manifest_bytes = len(manifest) if is_whole else _manifest_bytes(folder)
    found = _examined(folder, raw, record, bad, manifest_bytes)
    return found, parse_manifest(manifest).lines if manifest else ()


def _examined(
    folder: Folder,
    raw: bytes | None,
    record: Record | None,
    bad: BadRecordError | None,
    manifest_bytes: int,
) -> Examined:
    if bad is not None:
        return _rebuilt(folder, raw, bad, manifest_bytes)
    if record is None:
        return _without_record(folder, manifest_bytes)
    known_bytes = record.manifest_bytes
    if known_bytes == manifest_bytes or (known_bytes is None and not manifest_bytes):
        return Examined(record, raw, record.saved, record.state, manifest_bytes)
    if known_bytes is None:
        lines = missing_from(record.saved, read_lines(folder))
    else:
        lines = read_lines(folder, known_bytes if known_bytes < manifest_bytes else 0)
    state, saved = catch_up(record.state, lines), catch_up(record.saved, lines)
    if state is record.state:
        return Examined(record, raw, saved, state, manifest_bytes)
    why = f"the manifest knows {len(lines)} checkpoint(s) the state does not"
    return Examined(record, raw, saved, state, manifest_bytes, BEHIND, why, len(lines))


def read_lines(folder: Folder, offset: int = 0) -> tuple[ManifestLine, ...]:
    """Reads a folder's manifest from a byte offset; empty where there is none.

    Raises:
        ReadError: If it can't be read now.
        UnsafeError: If it is refused for what it is.
    """
    return parse_manifest(folder.read_from(MANIFEST, offset, READ_BYTES) or b"").lines


def _read_record(folder: Folder) -> tuple[bytes | None, Record | None, BadRecordError | None]:
    """Reads the state file: its bytes, and the record or what is wrong with it; None for none."""
    raw = None
    try:
        for pause_s in READ_AGAIN_S:
            raw = folder.read(STATE_FILE, RECORD_BYTES)
            if raw is None:
                break
            try:
                return raw, decode_record(raw), None
            except BadRecordError as error:
                if error.kind != "torn" or not pause_s or not _is_just_written(folder):
                    return raw, None, error
            time.sleep(pause_s)
    except UnsafeError as error:
        if not _is_only_too_large(folder):
            raise
        return None, None, BadRecordError("size", str(error))
    return None, None, None


def _manifest_bytes(folder: Folder) -> int:
    # Judged even where it need not be read, so that what is refused is named before it is due.
    status = folder.status(MANIFEST)
    if status is None:
        return 0
    if why := folder.refusal(MANIFEST, status):
        path = folder.where(MANIFEST)
        raise UnsafeError(f"{path}: refused, {why}", path)
    return status.st_size


def _without_record(folder: Folder, manifest_bytes: int) -> Examined:
    lines = read_lines(folder) if manifest_bytes else ()
    if not lines:
        return Examined(manifest_bytes=manifest_bytes)
    state = catch_up(FRESH, lines)
    why = f"no state file, but {len(lines)} checkpoint(s) in the manifest"
    return Examined(None, None, state, state, manifest_bytes, BEHIND, why, len(lines))


def _rebuilt(
    folder: Folder, raw: bytes | None, error: BadRecordError, manifest_bytes: int
) -> Examined:
    lines = read_lines(folder) if manifest_bytes else ()
    state = rebuild(lines, folder.names())
    saved = replace(state, guards=0)
    return Examined(None, raw, saved, state, manifest_bytes, error.kind, str(error), len(lines))


def _is_just_written(folder: Folder) -> bool:
    status = folder.status(STATE_FILE)
    return status is not None and abs(time.time() - status.st_mtime) < JUST_WRITTEN_S


def _is_only_too_large(folder: Folder) -> bool:
    status = folder.status(STATE_FILE)
    return status is not None and not folder.refusal(STATE_FILE, status)
