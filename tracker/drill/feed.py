"""A seeded feed that spares nothing: any event in any order, and time that now and then goes back.

Pure: the same seed gives the same feed.

Source: DESIGN.md, sections 2 and 3.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from random import Random
from typing import Final

from tracker.events import Event, EventType, Message
from tracker.policy import EDIT_TOOLS, FANOUT_TOOLS

NAMES: Final = (
    "s-1",
    "S-1",
    "agent:main:main",
    "agent_main_main",
    "agent.main.main",
    "-dash",
    "ümläut ☃",
    "../../etc/passwd",
    "x" * 130,
    "x" * 131,
    "con",
    "with blank",
)
"""Ids of which the original puts several into one folder, or none at all."""

_KINDS: Final[tuple[tuple[EventType, int], ...]] = (
    ("agent_turn_prepare", 6),
    ("before_tool_call", 2),
    ("after_tool_call", 9),
    ("before_compaction", 1),
    ("session_end", 1),
)
_TOOLS: Final = (*sorted(EDIT_TOOLS | FANOUT_TOOLS), "Read", None)
_FILES: Final = ("a.py", "b.py", "c.py", "d/ü.py", "e e.py", None)
_STEPS_MS: Final = (0, 1, 700, 10_000, 29_999, 30_000, 89_999, 90_000, 90_001, -1, -45_000)
_READINGS: Final = 0.8


def seeded_feed(
    random: Random, start_ms: int, count: int, names: Sequence[str] = NAMES
) -> Iterator[Event]:
    """Yields a feed.

    Args:
        random: Where chance comes from.
        start_ms: When it starts, Unix ms.
        count: How many events it has.
        names: The ids of its sessions.
    """
    kinds, weights = zip(*_KINDS, strict=True)
    at_ms = start_ms
    for number in range(count):
        at_ms = max(at_ms + random.choice(_STEPS_MS), 1)
        has_reading = random.random() < _READINGS
        yield Event(
            random.choices(kinds, weights)[0],
            random.choice(names),
            at_ms,
            random.randint(0, 1000) / 10 if has_reading else None,
            random.randint(0, 100) if has_reading else None,
            random.choice(_TOOLS),
            random.choice(_FILES),
            (Message("user", f"said {number}"),) if number % 3 else (),
        )
