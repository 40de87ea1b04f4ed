"""A session's record, `policy-state.json`: the original's nine fields, and Holdfast's one key.

The nine fields say what the last checkpoint wrote. Under `holdfast` stand the format, the id, a
sequence number, the manifest's length, a checksum over the rest of the file, and `live`: guards,
prior score and spilled fields, which a release removes. A file without the key is the original's
and is taken as it is.

Source: DESIGN.md, section 5; `samples/` for the original's names, types and layout.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from hashlib import sha256
from typing import Any, Final

import msgspec
from msgspec.structs import replace

from tracker.errors import WriteError
from tracker.state import GUARDS, SessionState, guard_names, mask_of, values_of
from tracker.store.layout import COUNT_MOST, KEY, NINE, Fields, FileFields, Live, NewerFields, Ours

STATE_FILE: Final = "policy-state.json"
FORMAT: Final = 1
RECORD_BYTES: Final = 64 * 1024
"""The most bytes a record has. Source: DESIGN.md, section 5."""

INDENTED_BYTES: Final = 16 * 1024
"""Up to this size a record is indented as the original's are, for people; above, it is compact."""

_ZEROS: Final = b"0" * 64
_SPACE: Final = ord(" ")

_DECODE: Final = msgspec.json.Decoder(FileFields).decode
_DECODE_NEWER: Final = msgspec.json.Decoder(NewerFields).decode
_DECODE_RAW: Final = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode
_ENCODE: Final = msgspec.json.Encoder().encode


class BadRecordError(Exception):
    """A record can't be believed. Stays inside the store, which rebuilds the session.

    Attributes:
        kind: `torn`, `types`, `encoding`, `duplicates`, `checksum` or `size`.
    """

    def __init__(self, kind: str, why: str) -> None:
        super().__init__(why)
        self.kind = kind


class Record(msgspec.Struct, frozen=True, gc=False):
    """A record as it was read.

    Attributes:
        saved: What the nine fields say: the state at the last checkpoint, without guards.
        state: `saved` with what `live` adds: the state to go on from.
        session: The id it names; None in a file of the original's.
        seq: Its sequence number; 0 in a file of the original's.
        manifest_bytes: How long the manifest was when it was written; None in the original's.
        is_live: Whether the session has not been released since; None in the original's.
        newer_format: The format, where a newer Holdfast wrote it: to be shown, never changed.
        is_plain: Whether the file says that and nothing else, so that it has no key to be kept.
    """

    saved: SessionState
    state: SessionState
    session: str | None = None
    seq: int = 0
    manifest_bytes: int | None = None
    is_live: bool | None = None
    newer_format: int = 0
    is_plain: bool = False


def decode_record(raw: bytes) -> Record:
    """Reads a record's bytes strictly.

    Raises:
        BadRecordError: If they can't be believed.
    """
    try:
        file = _DECODE(raw)
    except UnicodeDecodeError:
        raise BadRecordError("encoding", "not strict UTF-8") from None
    except msgspec.ValidationError as error:
        if (newer := _decode_newer(raw)) is not None:
            return newer
        raise BadRecordError("types", str(error)) from None
    except (msgspec.DecodeError, RecursionError) as error:
        raise BadRecordError("torn", f"not whole JSON: {error}") from None
    ours = file.holdfast
    saved = _saved(file, ours.files_beyond if ours else 0)
    if ours is None:
        _check_unsealed(_strictly(raw))
        return Record(saved, saved)
    if ours.format > FORMAT:
        _strictly(raw)
        return Record(saved, saved, ours.id, newer_format=ours.format)
    if _checksum(raw, ours.sha256) != ours.sha256:
        raise BadRecordError("checksum", "the checksum does not match")
    # What says all that is read here and nothing else can hide nothing.
    if not (is_plain := _is_encoded(raw, _ENCODE(file))):
        _strictly(raw)
    live = ours.live
    state = saved if live is None else _overlay(saved, live)
    has_live = live is not None
    return Record(saved, state, ours.id, ours.seq, ours.manifest_bytes, has_live, 0, is_plain)


def encode_record(
    session: str,
    saved: SessionState,
    live: SessionState | None,
    *,
    seq: int,
    manifest_bytes: int,
    others: Mapping[str, Any],
    spill: bool = True,
) -> bytes:
    """Returns a record's bytes.

    Args:
        session: The session's id.
        saved: What the nine fields shall say.
        live: The state to go on from; None for a released session.
        seq: The record's sequence number.
        manifest_bytes: How long the manifest is.
        others: Keys of the file that are neither the nine nor Holdfast's, kept as they were.
        spill: Whether transient counters newer than `saved` are kept in `live`.

    Raises:
        WriteError: If the record would be larger than 64 KiB.
    """
    saved = _countable(saved)
    live = None if live is None else _countable(live)
    ours = Ours(
        format=FORMAT,
        id=session,
        seq=min(seq, COUNT_MOST),
        manifest_bytes=manifest_bytes,
        sha256=_ZEROS.decode(),
        files_beyond=saved.files_beyond,
        live=None if live is None else _difference(saved, live, spill),
    )
    nine = {
        "capturedFillBands": values_of(saved.bands),
        "capturedQualityThresholds": values_of(saved.thresholds)[::-1],
        "capturedMilestones": saved.milestones,
        "lastCheckpointAt": saved.last_checkpoint_ms,
        "lastEvaluatedAt": saved.last_evaluated_ms,
        "editWriteCount": saved.edit_writes,
        "editedFiles": saved.edited_files,
        "editBatchMarkerWrites": saved.marker_writes,
        "editBatchMarkerFiles": saved.marker_files,
    }
    raw = _laid_out(_ENCODE({**nine, **others, KEY: ours}))
    if len(raw) > RECORD_BYTES:
        raise WriteError(f"the record would have {len(raw):,} bytes; {RECORD_BYTES:,} are the most")
    before, _, after = raw.rpartition(_ZEROS)
    return before + sha256(raw).hexdigest().encode() + after


def _is_encoded(raw: bytes, compact: bytes) -> bool:
    """Whether a record's bytes are its compact encoding, laid out in lines or not.

    Blanks may be left out of account where no text has any: a key that stood twice, or one that is
    not known, would be there without them, too.
    """
    if _SPACE in compact:
        return raw == _laid_out(compact)
    return raw.translate(None, b" \n") == compact


def _laid_out(raw: bytes) -> bytes:
    """Returns compact JSON as a record is laid out."""
    return raw if len(raw) > INDENTED_BYTES else msgspec.json.format(raw, indent=2)


def other_keys(raw: bytes) -> dict[str, msgspec.Raw]:
    """Returns the keys of a readable record that are neither the nine nor Holdfast's, undecoded."""
    values = _DECODE_RAW(raw)
    return {key: value for key, value in values.items() if key not in NINE and key != KEY}


def _countable(state: SessionState) -> SessionState:
    # A count that a file set as high as can be read stands still; a higher one could not be read.
    writes, beyond = state.edit_writes, state.files_beyond
    marker_writes, marker_files = state.marker_writes, state.marker_files
    if max(writes, beyond, marker_writes, marker_files) <= COUNT_MOST:
        return state
    return replace(
        state,
        edit_writes=min(writes, COUNT_MOST),
        files_beyond=min(beyond, COUNT_MOST),
        marker_writes=min(marker_writes, COUNT_MOST),
        marker_files=min(marker_files, COUNT_MOST),
    )


def _difference(saved: SessionState, live: SessionState, spill: bool) -> Live:
    difference = Live(guards=guard_names(live.guards), prior_score=live.prior_score)
    if not spill:
        return difference
    if live.last_evaluated_ms != saved.last_evaluated_ms:
        difference.last_evaluated_at = live.last_evaluated_ms
    if live.edit_writes != saved.edit_writes:
        difference.edit_write_count = live.edit_writes
    if live.files_beyond != saved.files_beyond:
        difference.files_beyond = live.files_beyond
    if live.edited_files != saved.edited_files:
        kept = 0
        for ours, theirs in zip(live.edited_files, saved.edited_files, strict=False):
            if ours != theirs:
                break
            kept += 1
        difference.edited_files_kept = kept
        difference.edited_files = live.edited_files[kept:]
    return difference


def _overlay(saved: SessionState, live: Live) -> SessionState:
    evaluated_ms, writes, beyond = live.last_evaluated_at, live.edit_write_count, live.files_beyond
    files, kept = saved.edited_files, live.edited_files_kept
    guards = 0
    for name in live.guards:
        guards |= GUARDS.get(name, 0)
    return SessionState(
        saved.bands,
        saved.thresholds,
        saved.milestones,
        saved.last_checkpoint_ms,
        saved.marker_writes,
        saved.marker_files,
        guards,
        saved.last_evaluated_ms if evaluated_ms is None else evaluated_ms,
        saved.edit_writes if writes is None else writes,
        files if kept is None else files[:kept] + live.edited_files,
        saved.files_beyond if beyond is None else beyond,
        live.prior_score,
    )


def _checksum(raw: bytes, written: str) -> str:
    # Escapes or foreign spelling may hide what is written; the sums then differ, as they should.
    return sha256(raw.replace(written.encode(), _ZEROS)).hexdigest()


def _saved(file: Fields, files_beyond: int) -> SessionState:
    bands, thresholds = file.captured_fill_bands, file.captured_quality_thresholds
    return SessionState(
        bands=mask_of(bands) if bands else 0,
        thresholds=mask_of(thresholds) if thresholds else 0,
        milestones=file.captured_milestones,
        last_checkpoint_ms=file.last_checkpoint_at,
        marker_writes=file.edit_batch_marker_writes,
        marker_files=file.edit_batch_marker_files,
        last_evaluated_ms=file.last_evaluated_at,
        edit_writes=file.edit_write_count,
        edited_files=file.edited_files,
        files_beyond=files_beyond,
    )


def _decode_newer(raw: bytes) -> Record | None:
    try:
        file = _DECODE_NEWER(raw)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None
    if file.holdfast.format <= FORMAT:
        return None
    _strictly(raw)
    saved = _saved(file, 0)
    return Record(saved, saved, file.holdfast.id, newer_format=file.holdfast.format)


def _strictly(raw: bytes) -> dict[str, Any]:
    # msgspec keeps the last of two equal keys and doesn't look inside what it skips.
    def no_twins(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        values = dict(pairs)
        if len(values) != len(pairs):
            raise BadRecordError("duplicates", "a key stands twice")
        return values

    try:
        values: dict[str, Any] = json.loads(raw.decode(), object_pairs_hook=no_twins)
    except UnicodeDecodeError:
        raise BadRecordError("encoding", "not strict UTF-8") from None
    except (ValueError, RecursionError) as error:
        raise BadRecordError("torn", f"not whole JSON: {error}") from None
    return values


def _check_unsealed(values: dict[str, Any]) -> None:
    # A damaged `holdfast` key must not make a record of ours pass for the original's.
    for key, value in values.items():
        if key not in NINE and isinstance(value, dict) and "sha256" in value:
            raise BadRecordError("checksum", f"the key {key!r} holds a checksum; it was {KEY!r}")
