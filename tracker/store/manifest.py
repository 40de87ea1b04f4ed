"""A session's manifest: one line per checkpoint, with the original's keys, and what it proves.

The manifest is written before the state, so it knows of a checkpoint the state may have missed.
`catch_up` brings a state level with it; `rebuild` makes one from it where the state is lost.

Source: DESIGN.md, section 5.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, datetime
from functools import lru_cache
from typing import Final

import msgspec
from msgspec.structs import replace

from tracker.state import ALL_GUARDS, FRESH, SessionState

MANIFEST: Final = "manifest.jsonl"

READ_BYTES: Final = 16 * 1024 * 1024
"""The most bytes of a manifest that are read, from its end."""

_PROGRESSIVE: Final = re.compile(r"progressive-(\d{1,3})")
_QUALITY: Final = re.compile(r"quality-(\d{1,3})")
_MILESTONE: Final = re.compile(r"milestone-([a-z0-9-]{1,64})")
_FILENAME: Final = re.compile(
    r"(\d{4}-\d\d-\d\d)T(\d\d)-(\d\d)-(\d\d)-(\d{3})Z-([a-z0-9-]{1,80}?)(?:\.(\d{1,3}))?\.md"
)
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
EDIT_BATCH: Final = "edit-batch"


class ManifestLine(msgspec.Struct, frozen=True, gc=False, rename="camel"):
    """One checkpoint, as a line of the manifest.

    Attributes:
        file: The checkpoint file's absolute path when it was written; never opened.
        filename: Its name in the session's folder.
        trigger: What made it due.
        reason: The original's free text; None.
        semantic_digest: SHA-256 of the messages, as hex.
        fill_pct: The reading's fill, 0 to 100; None without a reading.
        quality_score: The reading's score, 0 to 100; None without a reading.
        message_count: How many messages were given.
        created_at: ISO 8601, UTC, milliseconds.
    """

    file: str
    filename: str
    trigger: str
    reason: str | None
    semantic_digest: str
    fill_pct: int | float | None
    quality_score: int | float | None
    message_count: int
    created_at: str

    @property
    def created_ms(self) -> int:
        """The time it was created, Unix ms; 0 where `created_at` can't be read."""
        return parse_iso(self.created_at)


class Manifest(msgspec.Struct, frozen=True):
    """What a manifest holds.

    Attributes:
        lines: The lines that could be read, in order.
        bad: Numbers of lines that could not, from 1, a torn last one included; a line that ends in
            zeros is one of them, and is read up to the first.
    """

    lines: tuple[ManifestLine, ...] = ()
    bad: tuple[int, ...] = ()


_ENCODE: Final = msgspec.json.Encoder().encode
_DECODE: Final = msgspec.json.Decoder(ManifestLine).decode


def encode_line(line: ManifestLine) -> bytes:
    """Returns a manifest line as JSON, without its newline."""
    return _ENCODE(line)


def parse_manifest(data: bytes) -> Manifest:
    """Reads a manifest's bytes. A line that is no checkpoint is passed over and numbered."""
    lines, bad = [], []
    for number, raw in enumerate(data.split(b"\n"), start=1):
        if not raw or raw.isspace():
            continue
        line = _decode(raw)
        if line is None:
            bad.append(number)
            line = _before_zeros(raw)
        if line is not None:
            lines.append(line)
    return Manifest(tuple(lines), tuple(bad))


def last_line(data: bytes) -> ManifestLine | None:
    """Returns the last line that is a checkpoint; None where there is none. Decodes no other."""
    for raw in reversed(data.split(b"\n")):
        if raw and not raw.isspace():
            line = _decode(raw) or _before_zeros(raw)
            if line is not None:
                return line
    return None


def _decode(raw: bytes) -> ManifestLine | None:
    try:
        return _DECODE(raw)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None


def _before_zeros(raw: bytes) -> ManifestLine | None:
    """Decodes what stands before a line's zeros; None where there are none.

    A power cut may leave zeros in place of what was appended, the newline that closes off the line
    before it among them. That line was durable, and no JSON holds a zero, so it ends at the first.
    """
    before, zero, _ = raw.partition(b"\0")
    return _decode(before) if zero else None


@lru_cache(maxsize=64)
def iso_of(at_ms: int) -> str:
    """Returns Unix ms as ISO 8601, UTC, with milliseconds: `2026-11-21T23:00:35.418Z`."""
    seconds, ms = divmod(at_ms, 1000)
    return f"{datetime.fromtimestamp(seconds, UTC).isoformat()[:19]}.{ms:03d}Z"


def parse_iso(text: str) -> int:
    """Returns ISO 8601 text as Unix ms; 0 where it is none, or before 1970."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return 0
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return max((moment - _EPOCH) // _MILLISECOND, 0)


_MILLISECOND: Final = datetime(1970, 1, 1, 0, 0, 0, 1000, tzinfo=UTC) - _EPOCH


def filename_of(at_ms: int, trigger: str, copy: int = 0) -> str:
    """Returns a checkpoint file's name, `copy` set apart when one millisecond has several."""
    stamp = iso_of(at_ms).replace(":", "-").replace(".", "-")
    return f"{stamp}-{trigger}.{copy}.md" if copy else f"{stamp}-{trigger}.md"


def parse_filename(name: str) -> tuple[int, str] | None:
    """Returns the time (Unix ms) and trigger a checkpoint's name tells; None for other names."""
    if (match := _FILENAME.fullmatch(name)) is None:
        return None
    date, hour, minute, second, ms, trigger, _ = match.groups()
    return parse_iso(f"{date}T{hour}:{minute}:{second}.{ms}Z"), trigger


def apply_checkpoint(state: SessionState, trigger: str, at_ms: int) -> SessionState:
    """Marks one checkpoint in a state, as the policy marked it when it captured it.

    An edit batch moves the markers up to the counts at hand, which can only delay the next one.
    """
    last_ms = max(state.last_checkpoint_ms, at_ms)
    if (match := _PROGRESSIVE.fullmatch(trigger)) and int(match[1]) <= 100:
        return replace(state, last_checkpoint_ms=last_ms, bands=state.bands | 1 << int(match[1]))
    if (match := _QUALITY.fullmatch(trigger)) and int(match[1]) <= 100:
        return replace(
            state, last_checkpoint_ms=last_ms, thresholds=state.thresholds | 1 << int(match[1])
        )
    if trigger == f"milestone-{EDIT_BATCH}":
        return replace(
            state,
            last_checkpoint_ms=last_ms,
            marker_writes=state.edit_writes,
            marker_files=state.edit_files,
        )
    if (match := _MILESTONE.fullmatch(trigger)) and match[1] not in state.milestones:
        return replace(state, last_checkpoint_ms=last_ms, milestones=(*state.milestones, match[1]))
    return replace(state, last_checkpoint_ms=last_ms)


def catch_up(state: SessionState, lines: Iterable[ManifestLine]) -> SessionState:
    """Brings a state level with manifest lines that were written after it.

    Returns:
        The state with their checkpoints marked; `state` itself where nothing was missing.
    """
    caught_up = state
    for line in lines:
        caught_up = apply_checkpoint(caught_up, line.trigger, line.created_ms)
    return state if caught_up == state else caught_up


def missing_from(state: SessionState, lines: Iterable[ManifestLine]) -> tuple[ManifestLine, ...]:
    """Returns the lines a state of the original's doesn't know of.

    The original records no length of its manifest, so the captured mark and the time count.
    """
    return tuple(
        line
        for line in lines
        if line.created_ms > state.last_checkpoint_ms
        or replace(
            apply_checkpoint(state, line.trigger, 0),
            marker_writes=state.marker_writes,
            marker_files=state.marker_files,
        )
        != state
    )


def rebuild(lines: Iterable[ManifestLine], filenames: Iterable[str]) -> SessionState:
    """Rebuilds the durable fields of a lost state from the manifest and the files' names.

    Counts restart at zero, which can only delay an edit batch. The guards count as fired: what was
    sent can't be told any more, and a message that is missed once beats one that comes twice.

    Args:
        lines: The manifest's lines.
        filenames: Names of the files in the session's folder; others than checkpoints are ignored.
    """
    state = catch_up(FRESH, lines)
    for name in sorted(filenames):
        if (parsed := parse_filename(name)) is not None:
            state = apply_checkpoint(state, parsed[1], parsed[0])
    return replace(state, guards=ALL_GUARDS)
