"""Seeded feeds in which nearly every event comes to a promise."""

from __future__ import annotations

import random
from collections.abc import Iterator

from feeds import FILES, FILLS, NOW_MS, SCORES, TWINS

from tracker import Event, Message

KINDS = ("agent_turn_prepare", "after_tool_call", "before_tool_call", "before_compaction")
WEIGHTS = (8, 5, 2, 1)
EVENTS = 1_000_000
"""More events than anybody handles before it is cut off."""


def script(
    seed: int, count: int, *, texts: int = 1, text_bytes: int = 20, sessions: int = 3
) -> Iterator[Event]:
    """Yields a feed in which time mostly outruns every cooldown.

    No two events have the same messages, so each checkpoint has a line of its own.

    Args:
        seed: The same seed gives the same feed.
        count: How many events.
        texts: How many messages each carries.
        text_bytes: About how long each message is.
        sessions: How many sessions are active at a time; new ones take their place.
    """
    random_ = random.Random(seed)
    at_ms = NOW_MS
    names: list[str] = []
    for number in range(count):
        if len(names) < sessions or random_.random() < 0.06:
            names.append(f"{random_.choice(TWINS)}{number}")
            names = names[-sessions:]
        at_ms += random_.choices((90_001, 30_001, 1, -1_000), weights=(16, 2, 1, 1))[0]
        session = random_.choice(names)
        filler = "x" * text_bytes
        messages = tuple(Message("user", f"{number} {text} {filler}") for text in range(texts))
        reading = random_.choice(FILLS), random_.choice(SCORES)
        if random_.random() < 0.03:
            with_reading = reading if random_.random() < 0.5 else (None, None)
            yield Event("session_end", session, at_ms, *with_reading, messages=messages)
            continue
        kind = random_.choices(KINDS, weights=WEIGHTS)[0]
        tool = {"after_tool_call": "Edit", "before_tool_call": "Task"}.get(kind)
        file = random_.choice(FILES) if tool == "Edit" else None
        yield Event(kind, session, at_ms, *reading, tool, file, messages)  # type: ignore[arg-type]
