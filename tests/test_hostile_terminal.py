"""Hostile text in a real terminal: every place that shows data shows it, and nothing obeys it.

What reaches the terminal is read byte by byte: but for the few sequences of the console's own, all
of it is printable. One walk goes through every place; what it does on the way changes nothing.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from directories import tree
from hostile_places import COPIED, PLACES, act
from hostile_walk import Walk
from hostile_world import PAYLOADS, build_world
from sent import drawn, read_sent
from terminals import terminal

from console.text import visible

SIZES = [(120, 36), (80, 24)]


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
def test_hostile_text_is_shown_everywhere_and_obeyed_nowhere(
    size: tuple[int, int], tmp_path: Path
) -> None:
    world = build_world(tmp_path)
    variables = {"COLORTERM": "truecolor", "PAGER": "cat"}
    arguments = (world.root, "--feed", world.feed)
    with terminal(world.home, *arguments, size=size, variables=variables) as screen:
        walk = Walk(screen, world)
        before = None
        for see, least in PLACES:
            start = len(screen.raw)
            see(walk)
            text = drawn(bytes(screen.raw[start:]))
            seen = [one for one in PAYLOADS if visible(one)[:5].rstrip() in text]
            assert len(seen) >= least, f"{see} showed only {seen}"
            before = before or tree(world.root)
        assert tree(world.root) == before, "nothing was done to the directory"
        audit = world.home / ".local" / "state" / "holdfast" / "audit.jsonl"
        assert not audit.exists(), "nothing was done to a session"
        act(walk)
        screen.send("q")
        screen.check_end()
        sent = read_sent(bytes(screen.raw), PAYLOADS)
    assert sent.copied == COPIED
    for line in audit.read_text().splitlines():
        assert json.loads(line)["phase"] in ("begin", "end")


@pytest.mark.parametrize("text", [one for one in PAYLOADS if not one.isprintable()], ids=ascii)
def test_what_is_read_of_a_stream_lets_no_payload_pass(text: str) -> None:
    with pytest.raises((AssertionError, UnicodeDecodeError)):
        read_sent(b"before" + text.encode() + b"after", PAYLOADS)
