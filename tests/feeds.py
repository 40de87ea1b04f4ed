"""Events for tests: short ways to make one, a seeded feed, and a Hypothesis strategy of any."""

from __future__ import annotations

import random
from typing import Any

from hypothesis import strategies as st

from tracker import Event, Message

NOW_MS = 1_795_310_000_000
MINUTE_MS = 60_000

TWINS = ("a:b", "a.b", "a_b", "A_B", "-a_b", "x" * 130, "ümläut ☃", "..")
"""Ids of which the original would put several into one folder, or none at all."""

FILLS = (0, 19.9, 20, 34, 35.5, 50, 64, 65, 80, 100)
SCORES = (0, 39, 40, 49.5, 50, 69, 70, 79, 80, 100)
TOOLS = ("Edit", "Write", "MultiEdit", "NotebookEdit", "Read", "Task", "Agent", None)
FILES = ("a.py", "b.py", "c.py", "d/ü.py", "bad\udc80name", None)
STEPS_MS = (0, 1, 10_000, 29_999, 30_000, 89_999, 90_000, 90_001, -1, -45_000, -3_600_000)


class Clock:
    """A clock that stands at `now_ms` until it is moved."""

    def __init__(self, now_ms: int = NOW_MS) -> None:
        self.now_ms = now_ms

    def __call__(self) -> int:
        return self.now_ms

    def advance(self, ms: int) -> None:
        self.now_ms += ms


def turn(session: str, at_ms: int, fill: float | None = None, score: float = 90) -> Event:
    """A turn, with a reading where `fill` is given."""
    return Event(
        "agent_turn_prepare",
        session,
        at_ms,
        fill_pct=fill,
        quality_score=None if fill is None else score,
    )


def edit(session: str, at_ms: int, file: str | None = None, fill: float | None = None) -> Event:
    """An edit; with `fill`, a reading of perfect quality comes with it."""
    score = None if fill is None else 100
    return Event("after_tool_call", session, at_ms, fill, score, tool="Edit", file=file)


def compact(session: str, at_ms: int, *texts: str) -> Event:
    """A compaction, which is a checkpoint whatever else holds."""
    messages = tuple(Message("user", text) for text in texts)
    return Event("before_compaction", session, at_ms, messages=messages)


def end(session: str, at_ms: int) -> Event:
    """The end of a session, without a reading."""
    return Event("session_end", session, at_ms)


def seeded_feed(seed: int, sessions: tuple[str, ...], count: int) -> list[Event]:
    """A feed of any events in any order, with time mostly going on and now and then back."""
    random_ = random.Random(seed)
    at_ms = NOW_MS
    feed = []
    for _ in range(count):
        at_ms = max(at_ms + random_.choice(STEPS_MS), 0)
        reading: dict[str, Any] = {}
        if random_.random() < 0.8:
            reading["fill_pct"] = random_.choice(FILLS)
            reading["quality_score"] = random_.choice(SCORES)
        kind = random_.choices(
            (
                "agent_turn_prepare",
                "before_tool_call",
                "after_tool_call",
                "before_compaction",
                "session_end",
            ),
            weights=(6, 2, 9, 1, 1),
        )[0]
        feed.append(
            Event(
                kind,
                random_.choice(sessions),
                at_ms,
                tool=random_.choice(TOOLS),
                file=random_.choice(FILES),
                **reading,
            )
        )
    return feed


def any_event(sessions: tuple[str, ...]) -> st.SearchStrategy[tuple[Event, int]]:
    """Any event of these sessions without a time, beside the step from the time before it."""
    reading = st.none() | st.tuples(st.sampled_from(FILLS), st.sampled_from(SCORES))
    kinds = (
        "agent_turn_prepare",
        "after_tool_call",
        "after_tool_call",
        "before_tool_call",
        "before_compaction",
        "session_end",
    )

    def make(
        kind: Any,
        session: str,
        at: tuple[float, float] | None,
        tool: str | None,
        file: str | None,
        texts: list[str],
    ) -> Event:
        fill, score = at or (None, None)
        messages = tuple(Message("user", text) for text in texts)
        return Event(kind, session, None, fill, score, tool, file, messages)

    event = st.builds(
        make,
        st.sampled_from(kinds),
        st.sampled_from(sessions),
        reading,
        st.sampled_from(TOOLS),
        st.sampled_from(FILES),
        st.lists(st.sampled_from(("hello", "broken \ud800 text")), max_size=1),
    )
    return st.tuples(event, st.sampled_from(STEPS_MS))
