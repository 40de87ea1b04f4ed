"""Copying text to the clipboard of the person's own terminal, however far away that is. Pure.

A terminal takes text for its clipboard by the escape sequence OSC 52. Inside tmux and screen it has
to be wrapped to get through.

Source: XTerm Control Sequences, "Operating System Commands", Ps = 52; tmux(1), `set-clipboard` and
`allow-passthrough`; screen(1), "Device Control String".
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Final

from tracker import HoldfastError

CAP_BYTES: Final = 74_994
"""The most bytes of text that are copied: in base64 what a sequence of 100,000 bytes can carry,
which is the most that common terminals take."""

SCREEN_PIECE: Final = 240
"""The most characters of one piece for screen: its buffer for one was of 256 for long."""


class ClipboardError(HoldfastError):
    """The text is too long to be copied; nothing was sent."""


def osc52(text: str, environ: Mapping[str, str], cap_bytes: int = CAP_BYTES) -> str:
    """Returns the escape sequence that copies a text.

    Whatever the text holds, the sequence holds it as base64 alone, so that nothing in it reaches
    the terminal as a command. Nothing answers: whether the terminal allows it can't be told.

    Args:
        text: Any text at all; lone surrogates are copied as visible escapes.
        environ: The environment's variables; TMUX, STY and TERM say what stands in between.
        cap_bytes: The most bytes of text, in UTF-8.

    Raises:
        ClipboardError: If the text is longer.
    """
    raw = text.encode("utf-8", "backslashreplace")
    if len(raw) > cap_bytes:
        raise ClipboardError(
            f"{len(raw):,} bytes are more than the {cap_bytes:,} that a terminal takes at once"
        )
    bare = f"\x1b]52;c;{base64.b64encode(raw).decode('ascii')}\x07"
    terminal = environ.get("TERM", "")
    if environ.get("TMUX") or terminal.startswith("tmux"):
        # One of the two gets through: the wrapped one where tmux has `allow-passthrough on`, the
        # bare one where it has `set-clipboard on`. Where both do, the same text is set twice.
        return "\x1bPtmux;" + bare.replace("\x1b", "\x1b\x1b") + "\x1b\\" + bare
    if environ.get("STY") or terminal.startswith("screen"):
        pieces = (bare[at : at + SCREEN_PIECE] for at in range(0, len(bare), SCREEN_PIECE))
        return "".join(f"\x1bP{piece}\x1b\\" for piece in pieces)
    return bare
