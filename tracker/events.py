"""What comes in and what goes out: events, effects, and the feed they travel in.

A feed is JSON Lines: one event an object, one object a line, UTF-8. Event names are those of the
OpenClaw plugin hooks, so that a gateway can forward them as they are.

Source: DESIGN.md, section 2.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, BinaryIO, Final, Literal, get_args

import msgspec

from tracker.errors import EventError, IdError

EventType = Literal[
    "agent_turn_prepare", "before_tool_call", "after_tool_call", "before_compaction", "session_end"
]
EffectName = Literal["continuity", "nudge", "checkpoint"]

EVENT_TYPES: Final = frozenset(get_args(EventType))

ID_BYTES: Final = 4096
"""The longest session id that works, in UTF-8 bytes."""

LINE_BYTES: Final = 8 * 1024 * 1024
"""The longest line of a feed that is read; a longer one is counted as bad and skipped."""

LATEST_MS: Final = 253_402_300_799_999
"""The last millisecond of the year 9999: later times have no ISO 8601 form of four-digit years."""


class Message(msgspec.Struct, frozen=True, gc=False):
    """One message of a conversation, for the checkpoint file.

    Attributes:
        role: Who spoke: `user`, `assistant`, or whatever the host calls them.
        content: The text. Written into the checkpoint file, cut at 1,500 characters.
        timestamp: When, as ISO 8601 text or Unix milliseconds; None where the host doesn't say.
    """

    role: str
    content: str
    timestamp: str | int | float | None = None


class Event(msgspec.Struct, frozen=True):
    """One thing that happened in a session.

    Attributes:
        type: The hook's name.
        session: The session's id: any non-empty text up to 4,096 UTF-8 bytes, without NUL.
        at_ms: Unix time in ms; None means the tracker's clock, now.
        fill_pct: How full the context window is, 0 to 100. Both of a reading, or neither.
        quality_score: How good the context is, 0 to 100. Both of a reading, or neither.
        tool: The tool's name, on tool events.
        file: The file the tool touched, on tool events.
        messages: The last messages, for a checkpoint file should one become due.

    Raises:
        EventError: If a field is out of its range; IdError if it is the session id.
    """

    type: EventType
    session: str
    at_ms: int | None = None
    fill_pct: int | float | None = None
    quality_score: int | float | None = None
    tool: str | None = None
    file: str | None = None
    messages: tuple[Message, ...] = ()

    def __post_init__(self) -> None:
        if self.type not in EVENT_TYPES:
            raise EventError(
                f"unknown event type {self.type!r}; one of {', '.join(sorted(EVENT_TYPES))}"
            )
        check_id(self.session)
        fill_pct, quality_score, at_ms = self.fill_pct, self.quality_score, self.at_ms
        if (fill_pct is None) != (quality_score is None):
            raise EventError("a reading needs both fill_pct and quality_score, or neither")
        try:
            if fill_pct is not None and not 0 <= fill_pct <= 100:
                raise EventError(f"fill_pct is {fill_pct}, not 0 to 100")
            if quality_score is not None and not 0 <= quality_score <= 100:
                raise EventError(f"quality_score is {quality_score}, not 0 to 100")
            if at_ms is not None and not (at_ms.__class__ is int and 0 <= at_ms <= LATEST_MS):
                raise EventError(f"at_ms is {at_ms!r}, not whole Unix milliseconds up to year 9999")
        except TypeError:
            raise EventError("fill_pct, quality_score and at_ms are numbers") from None


class Effect(msgspec.Struct, frozen=True, omit_defaults=True):
    """One thing the tracker tells its host to do.

    Attributes:
        at_ms: The event's time, Unix ms.
        session: The session's id.
        effect: `continuity`, `nudge` or `checkpoint`. A checkpoint is already on disk.
        trigger: What made the checkpoint due; None for the other two.
    """

    at_ms: int
    session: str
    effect: EffectName
    trigger: str | None = None

    def to_json(self) -> bytes:
        """Returns the effect as one line of JSON, without the newline."""
        return _ENCODER.encode(self)


class BadLine(msgspec.Struct, frozen=True):
    """A line of a feed that is not an event.

    Attributes:
        number: The line's number, from 1.
        why: What is wrong with it, in one line.
    """

    number: int
    why: str


_ENCODER: Final = msgspec.json.Encoder()
_DECODER: Final = msgspec.json.Decoder(Event)


def check_id(session: str) -> None:
    """Refuses a session id that can't be kept.

    Args:
        session: The id as the host gave it.

    Raises:
        IdError: If it is empty, longer than 4,096 UTF-8 bytes, holds NUL or a lone surrogate, or
            is no text at all.
    """
    if session.__class__ is not str:
        raise IdError(f"a session id is text, not {type(session).__name__}")
    if not session:
        raise IdError("the session id is empty")
    if "\0" in session:
        raise IdError("the session id holds a NUL character")
    if session.isascii():
        id_bytes = len(session)
    else:
        try:
            id_bytes = len(session.encode())
        except UnicodeEncodeError:
            raise IdError(
                "the session id holds a lone surrogate, which no UTF-8 can carry"
            ) from None
    if id_bytes > ID_BYTES:
        raise IdError(f"the session id has {id_bytes} bytes; {ID_BYTES} are the most")


def decode_event(line: bytes) -> Event:
    """Reads one line of a feed.

    Args:
        line: One JSON object, UTF-8, with or without its newline.

    Returns:
        The event. Fields that are not the feed's are ignored.

    Raises:
        EventError: If the line is not an event; the message says what is wrong with it.
    """
    try:
        return _DECODER.decode(line)
    except msgspec.ValidationError as error:
        cause = error.__cause__
        raise EventError(str(cause if isinstance(cause, EventError) else error)) from None
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise EventError(f"not JSON in UTF-8: {error}") from None
    except RecursionError:
        raise EventError("nested too deeply") from None


def read_feed(stream: BinaryIO, *, needs_time: bool = False) -> Iterator[Event | BadLine]:
    """Reads a feed as a stream: one line in memory at a time, whatever the feed's length.

    Args:
        stream: A binary stream of lines.
        needs_time: Whether an event without `at_ms` counts as bad, as a replay demands.

    Yields:
        An Event a line, or a BadLine saying what is wrong. Blank lines are passed over.

    Raises:
        OSError: If the stream fails; what was yielded before stands.
    """
    number = 0
    while line := stream.readline(LINE_BYTES + 1):
        number += 1
        if len(line) > LINE_BYTES:
            while line and not line.endswith(b"\n"):
                line = stream.readline(LINE_BYTES)
            yield BadLine(number, f"longer than {LINE_BYTES:,} bytes")
            continue
        if item := parse_line(line, number, needs_time=needs_time):
            yield item


def parse_line(line: bytes, number: int, *, needs_time: bool = False) -> Event | BadLine | None:
    """Reads line `number` of a feed; None for a blank one. See `read_feed`."""
    if line.isspace() or not line:
        return None
    try:
        event = decode_event(line)
    except EventError as error:
        return BadLine(number, str(error))
    if needs_time and event.at_ms is None:
        return BadLine(number, "no at_ms, which a replay needs")
    return event


def to_builtins(value: Any) -> Any:
    """Returns a Struct, or a container of them, as plain dicts and lists for JSON or TOML."""
    return msgspec.to_builtins(value)
