"""Handling an event that decides nothing, which is what most events come to."""

from __future__ import annotations

import random
from collections.abc import Sequence

from tracker import Event

from .rounds import alone, cpu_s
from .row import Effort, Goal, Measured, Row
from .worlds import FILES, NOW_MS, Ticking, filled, ids, shuffled

TOOLS = ("Read", "Bash", "Grep", "Edit", "Task")


def handle_nothing(effort: Effort) -> Measured:
    """A mix of turns and tool calls, with and without a reading, at the default capacity.

    Guards were sent and the checkpoint cooldown is active, so nothing becomes due: some events
    leave the state alone, others note a time, a score or an edit.
    """
    tracker = filled(effort.few)
    names = shuffled(ids(effort.few))
    for name in names:
        tracker.handle(Event("before_compaction", name, NOW_MS))
    events = _mix(names, 200 if effort.is_quick else 20_000)
    handle = tracker.handle

    def run() -> None:
        for event in events:
            handle(event)

    return alone(lambda: 1 / cpu_s(run, len(events)), effort.rounds)


def _mix(names: Sequence[str], count: int) -> list[Event]:
    random_ = random.Random(1)
    clock = Ticking()
    events = []
    for number in range(count):
        name, at_ms = names[number % len(names)], min(clock(), NOW_MS + 80_000)
        reading = (
            (random_.uniform(0, 60), random_.uniform(75, 95)) if random_.random() < 0.7 else ()
        )
        fill_pct, score = reading or (None, None)
        if random_.random() < 0.2:
            events.append(Event("agent_turn_prepare", name, at_ms, fill_pct, score))
            continue
        tool = random_.choice(TOOLS)
        file = random_.choice(FILES) if tool == "Edit" else None
        kind = random_.choice(("before_tool_call", "after_tool_call"))
        events.append(Event(kind, name, at_ms, fill_pct, score, tool, file))
    return events


ROWS = (
    Row(
        "handle",
        "events that decide nothing, a second: the whole `handle()`, turns and tool calls, 7 in 10"
        " with a reading, 2,000 tracked; no disk",
        "",
        "rate",
        Goal("at least", 300_000),
        handle_nothing,
    ),
)
