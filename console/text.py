r"""Hostile text made safe: the one way data reaches a screen or a terminal.

Ids, file names and file contents may hold escape sequences, C1 controls, bidi overrides, zero-width
characters and floods of combining marks. Here each becomes a visible escape such as `\x1b`.
"""

from __future__ import annotations

import unicodedata
from typing import Final

CELLS: Final = 512
"""The most characters of one datum that are shown, unless a place asks for another bound."""

MARKS: Final = 2
"""The most combining marks in a row that are shown as they are."""

ELLIPSIS: Final = "…"

_UNSETTLED: Final = frozenset(
    map(chr, (*range(0xFE00, 0xFE10), *range(0x1F1E6, 0x1F200), *range(0x1F3FB, 0x1F400)))
)
"""Variation selectors, flag letters and skin tones: terminals don't agree how many cells they take,
so that a line with one would push what stands behind it out of its column."""


def visible(text: str, limit: int = CELLS) -> str:
    """Returns text that is safe to show: printable, on one line, bounded.

    Args:
        text: Any text at all.
        limit: The most characters returned.

    Returns:
        The text with every character that is not plainly printable as a visible escape; cut, with
        an ellipsis, where it is longer than `limit`.

    Cost: one pass over at most `limit` characters; ASCII that is printable is returned at once.
    """
    if len(text) <= limit and text.isascii() and text.isprintable():
        return text
    shown: list[str] = []
    length = marks = 0
    for character in text[: limit + 1]:
        if unicodedata.combining(character) or unicodedata.category(character) in ("Mn", "Me"):
            marks += 1
        else:
            marks = 0
        is_plain = character.isprintable() and character not in _UNSETTLED and marks <= MARKS
        piece = character if is_plain else escape(character)
        length += len(piece)
        if length > limit:
            break
        shown.append(piece)
    else:
        if len(text) <= limit:
            return "".join(shown)
    while shown and sum(map(len, shown)) > limit - 1:
        shown.pop()
    return "".join(shown) + ELLIPSIS


def visible_lines(text: str, limit: int = 4 * CELLS) -> str:
    """Returns text of several lines that is safe to show; each line as `visible`, tabs widened."""
    return "\n".join(visible(line.expandtabs(4), limit) for line in text.split("\n"))


def escape(character: str) -> str:
    r"""Returns one character as a visible escape: `\x1b`, `\u202e`, `\U000e0001`."""
    code = ord(character)
    if code < 0x100:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
