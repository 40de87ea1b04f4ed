"""What a program sent to its terminal: text, and the few sequences the console's toolkit uses.

Everything else is refused, so that a byte that came from data can't pass for the console's own.
"""

from __future__ import annotations

import base64
import re
import unicodedata
from collections.abc import Iterable
from typing import Final, NamedTuple

COLOUR: Final = r"(?:[34]8;2;\d+;\d+;\d+|[34]9)"
ALLOWED: Final = re.compile(
    rf"\x1b\[(?:0|[1-9](?:;[1-9])*|(?:[1-9];)*{COLOUR}(?:;{COLOUR})?)m"  # A style.
    r"|\x1b\[\d+;\d+H"  # The cursor's place.
    r"|\x1b\[\?(?:7|25|1000|1003|1004|1006|1015|1049|2004)[hl]"  # Wrapping, cursor, mouse, paste.
    r"|\x1b\[\?20(?:26|48)\$p|\x1b\[>25u|\x1b\[<u"  # What the terminal can do; its key reports.
    r"|\x1b\]22;[a-z-]+\x07"  # The mouse pointer's shape.
    r"|\x1b\]52;c;(?P<copied>[A-Za-z0-9+/]*={0,2})\x07"  # The clipboard.
    r"|\r\n"
)
"""What Textual sends in true colour, and the clipboard sequence of the console's own."""

MARKS: Final = 2
"""The most combining marks in a row that a terminal is sent."""


class Sent(NamedTuple):
    """What was sent.

    Attributes:
        text: All that was drawn, in the order it was, without sequences.
        copied: The texts that were sent to the clipboard, in order.
    """

    text: str
    copied: tuple[str, ...]


def drawn(raw: bytes) -> str:
    """What a part of a stream drew, in the order it was; it may begin and end anywhere."""
    return ALLOWED.sub("", raw.decode("utf-8", "replace"))


def read_sent(raw: bytes, payloads: Iterable[str] = ()) -> Sent:
    """Reads a stream. Fails, showing the place, where something in it isn't allowed.

    Args:
        raw: The stream.
        payloads: Texts that must not be in it as they are, even where the toolkit could have sent
            the like; of those that are printable nothing is asked.
    """
    for text in payloads:
        assert text.isprintable() or text.encode() not in raw, f"sent as it is: {text[:80]!a}"
    stream = raw.decode("utf-8", "strict")
    copied = [one for match in ALLOWED.finditer(stream) if (one := match["copied"]) is not None]
    pieces = ALLOWED.sub("\0", stream).split("\0")
    for piece in pieces:
        assert piece.isprintable(), f"not allowed: {piece[:200]!a}"
    marks = 0
    for character in (text := "".join(pieces)):
        marks = marks + 1 if unicodedata.combining(character) else 0
        assert marks <= MARKS, "a flood of combining marks"
    return Sent(text, tuple(base64.b64decode(one, validate=True).decode() for one in copied))
