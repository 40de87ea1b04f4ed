"""A long replay through a small memory, by the verb itself: flat in memory and in speed."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
from collections import deque
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

from .rounds import HOME, environment
from .row import Effort, Goal, Measured, Row
from .worlds import NOW_MS, resident_bytes, room

TENTHS = 10
EVENTS_EACH = 20
"""Events a session: what a short one of the original's day came to."""

HOOKS = ("agent_turn_prepare", "before_tool_call", "after_tool_call", "after_tool_call")


class Tenth(NamedTuple):
    """One tenth of a replay: events a second of CPU time, and resident memory at its end."""

    rate: float
    resident_bytes: int


def replay_memory(effort: Effort) -> Measured:
    """What memory grew by after the first tenth, in hundredths of what it was then."""
    tenths = _replayed(effort)
    first, last = tenths[0].resident_bytes, tenths[-1].resident_bytes
    note = ", ".join(f"{one.resident_bytes / 1e6:.1f}" for one in tenths) + " MB, by tenths"
    return Measured(((last - first) / first * 100,), (), note)


def replay_speed(effort: Effort) -> Measured:
    """What the last tenth is slower than the first, in hundredths."""
    tenths = _replayed(effort)
    note = ", ".join(f"{tenth.rate:,.0f}" for tenth in tenths) + " events a second, by tenths"
    return Measured(((1 - tenths[-1].rate / tenths[0].rate) * 100,), (), note)


@cache
def _replayed(effort: Effort) -> tuple[Tenth, ...]:
    """Feeds the verb through a pipe, and looks at its process after each tenth."""
    sessions = 500 if effort.is_quick else 50_000
    command = [
        sys.executable, "-m", "console", "replay", "-", "--state-dir", str(room("replay")),
        "--capacity", f"{effort.few}", "--durability", "process",
    ]  # fmt: skip
    lines = _feed(sessions, effort.few)
    tenths = []
    with subprocess.Popen(
        command,
        cwd=HOME,
        env=environment(),
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as process:
        assert process.stdin is not None
        spent_s = _cpu_s(process.pid)
        for _ in range(TENTHS):
            events = sessions * EVENTS_EACH // TENTHS
            for line in (next(lines) for _ in range(events)):
                process.stdin.write(line)
            process.stdin.flush()
            before_s, spent_s = spent_s, _cpu_s(process.pid)
            rate = events / max(spent_s - before_s, 1e-9)
            tenths.append(Tenth(rate, resident_bytes(process.pid)))
        process.stdin.close()
    return tuple(tenths)


def _feed(sessions: int, capacity: int) -> Iterator[bytes]:
    """A feed of which half goes to any session, and so misses, and half to those used last."""
    rng = random.Random(5)
    at_ms = NOW_MS
    used: deque[int] = deque([0], maxlen=max(capacity // 20, 1))
    for _ in range(sessions * EVENTS_EACH):
        at_ms += rng.randrange(20)
        if rng.random() < 0.5:
            used.append(rng.randrange(sessions))
        event = {
            "type": rng.choice(HOOKS),
            "session": f"session-{rng.choice(used):06d}",
            "at_ms": at_ms,
            "fill_pct": round(rng.uniform(5, 60), 1),
            "quality_score": round(rng.uniform(65, 95), 1),
            "tool": rng.choice(("Read", "Edit", "Bash")),
            "file": f"src/module_{rng.randrange(6)}.py",
        }
        yield json.dumps(event).encode() + b"\n"


def _cpu_s(pid: int) -> float:
    """The CPU time a running process has taken."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


ROWS = (
    Row(
        "replay-memory",
        "`holdfast replay` of 1,000,000 events over 50,000 sessions, capacity 2,000: what resident"
        " memory grows by after the first tenth",
        "",
        "percent",
        Goal("at most", 10),
        replay_memory,
    ),
    Row(
        "replay-speed",
        "the same: what the last tenth is slower than the first",
        "",
        "percent",
        Goal("at most", 10),
        replay_speed,
    ),
)
