"""What a console costs while nothing changes."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from .changes import READ
from .row import Effort, Goal, Measured, Row
from .terminal import Terminal
from .worlds import directory

SETTLE_S = 8.0
"""Until all was read, drawn and taken out of the collector's rounds, and a sweep went by."""

MEASURED_S = 20.0


def idle(effort: Effort) -> Measured:
    """The share of a core the whole process takes, all its threads, in hundredths."""
    settle_s, measured_s = (1.0, 1.0) if effort.is_quick else (SETTLE_S, MEASURED_S)
    root = directory(effort.few)
    shares = []
    with Terminal((sys.executable, "-m", "console", str(root))) as terminal:
        terminal.until(READ)
        terminal.rest(settle_s)
        for _ in range(1 if effort.is_quick else 2):
            before_s = _cpu_s(terminal.pid)
            terminal.rest(measured_s)
            shares.append((_cpu_s(terminal.pid) - before_s) / measured_s * 100)
    return Measured(tuple(shares))


def _cpu_s(pid: int) -> float:
    """The CPU time a process has taken. Needs Linux's `/proc`."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


ROWS = (
    Row(
        "idle",
        "a console on 2,000 sessions while nothing changes: the share of a core that its process"
        " takes, over 20 s, once it has settled",
        "",
        "percent",
        Goal("at most", 1),
        idle,
    ),
)
