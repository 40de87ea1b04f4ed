"""The checkpoint file: a header and the last messages, as Markdown.

Source: `samples/` (the original's header), DESIGN.md section 5.
"""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256
from typing import Final

from tracker.events import Message
from tracker.store.manifest import iso_of
from tracker.store.protocol import Capture

MESSAGE_CHARACTERS: Final = 1500
"""The most characters of one message that a checkpoint file keeps."""

MESSAGES_KEPT: Final = 200
"""The most messages a checkpoint file keeps, the last ones, so that its size is bounded."""

NONE_AVAILABLE: Final = "_No messages were available._"


def render_messages(messages: Sequence[Message]) -> str:
    """Returns the messages part of a checkpoint file; a line saying so where there are none."""
    parts = ["## Recent Messages\n"]
    if not messages:
        parts.append(f"{NONE_AVAILABLE}\n")
    for message in messages[-MESSAGES_KEPT:]:
        stamp = message.timestamp
        if isinstance(stamp, int | float):
            stamp = _iso_or_number(stamp)
        when = f" ({_one_line(stamp)})" if stamp else ""
        content = message.content[:MESSAGE_CHARACTERS]
        parts.append(f"### {_one_line(message.role).capitalize()}{when}\n\n{content}\n")
    return "\n".join(parts)


def semantic_digest(messages_part: str) -> str:
    """Returns the SHA-256 of a checkpoint's messages part, as hex."""
    return sha256(to_bytes(messages_part)).hexdigest()


def render_checkpoint(session: str, capture: Capture, messages_part: str) -> bytes:
    """Returns a checkpoint file's bytes.

    Args:
        session: The session's id; control characters in it become visible escapes.
        capture: What is captured.
        messages_part: What `render_messages` made of its messages.
    """
    header = [
        "# Session Checkpoint (v2)",
        f"> Captured at {iso_of(capture.at_ms)}",
        f"> Session: {_one_line(session)}",
        f"> Trigger: {capture.trigger}",
    ]
    if capture.fill_pct is not None:
        header.append(f"> Fill: {round(capture.fill_pct)}%")
    if capture.quality_score is not None:
        header.append(f"> Quality: {round(capture.quality_score)}/100")
    header.append(f"> Messages preserved: {min(len(capture.messages), MESSAGES_KEPT)}")
    return to_bytes("\n".join(header) + "\n\n" + messages_part)


def to_bytes(text: str) -> bytes:
    """Returns text as UTF-8; lone surrogates, which it can't carry, become visible escapes."""
    return text.encode("utf-8", "backslashreplace")


def _one_line(text: str) -> str:
    if text.isprintable():
        return text
    return "".join(
        c if c.isprintable() else c.encode("unicode_escape", "backslashreplace").decode()
        for c in text
    )


def _iso_or_number(stamp: int | float) -> str:
    try:
        return iso_of(int(stamp))
    except (ValueError, OverflowError, OSError):
        return str(stamp)
