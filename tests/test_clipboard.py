"""Copying through the terminal: base64 alone, wrapped for tmux and screen, never too long."""

from __future__ import annotations

import base64
import re

import pytest
from console_values import HOSTILE

from console.clipboard import CAP_BYTES, SCREEN_PIECE, ClipboardError, osc52

BARE = re.compile(r"\x1b\]52;c;([A-Za-z0-9+/=]*)\x07")
TMUX = {"TMUX": "/tmp/tmux-1000/default,1,0", "TERM": "screen-256color"}
SCREEN = {"STY": "1234.pts-0.host", "TERM": "screen-256color"}


def copied(bare: str) -> str:
    match = BARE.fullmatch(bare)
    assert match is not None, ascii(bare)
    return base64.b64decode(match[1]).decode()


def through_screen(sequence: str) -> str:
    """What screen passes on: the insides of its device control strings."""
    pieces = re.findall(r"\x1bP(.*?)\x1b\\", sequence, re.DOTALL)
    assert "".join(f"\x1bP{piece}\x1b\\" for piece in pieces) == sequence
    assert all(len(piece) <= SCREEN_PIECE for piece in pieces)
    return "".join(pieces)


def through_tmux(sequence: str) -> tuple[str, str]:
    """What tmux passes on, and what it takes for itself."""
    match = re.fullmatch(r"\x1bPtmux;((?:[^\x1b]|\x1b\x1b)*)\x1b\\(.*)", sequence, re.DOTALL)
    assert match is not None, ascii(sequence)
    return match[1].replace("\x1b\x1b", "\x1b"), match[2]


@pytest.mark.parametrize("text", ["s-1", "", "agent:main:main", "漢字", "x" * 5_000, *HOSTILE])
def test_a_text_comes_out_as_it_was_and_reaches_the_terminal_as_base64_alone(text: str) -> None:
    assert copied(osc52(text, {"TERM": "xterm-256color"})) == text
    assert copied(through_screen(osc52(text, SCREEN))) == text
    passed_on, taken = through_tmux(osc52(text, TMUX))
    assert copied(passed_on) == copied(taken) == text


@pytest.mark.parametrize("environ", [{"TERM": "tmux-256color"}, {**SCREEN, **TMUX}])
def test_tmux_is_known_by_its_terminal_too_and_stands_nearer_than_screen(
    environ: dict[str, str],
) -> None:
    assert copied(through_tmux(osc52("s-1", environ))[0]) == "s-1"


@pytest.mark.parametrize("environ", [{"TERM": "screen"}, {"STY": "1.tty"}])
def test_screen_is_known_by_either_of_its_variables(environ: dict[str, str]) -> None:
    assert copied(through_screen(osc52("s-1", environ))) == "s-1"


def test_what_is_too_long_is_refused_and_what_just_fits_is_not() -> None:
    assert len(copied(osc52("x" * CAP_BYTES, {}))) == CAP_BYTES
    assert len(osc52("x" * CAP_BYTES, {})) <= 100_000
    with pytest.raises(ClipboardError, match="74,995 bytes are more than the 74,994"):
        osc52("x" * (CAP_BYTES + 1), {})
    with pytest.raises(ClipboardError, match="more than the 2 "):
        osc52("漢", {}, cap_bytes=2)


def test_a_lone_surrogate_is_copied_as_its_escape() -> None:
    assert copied(osc52("a\udc80b", {})) == "a\\udc80b"
