"""A headless verb, whole process: what it costs over a bare interpreter and the work itself."""

from __future__ import annotations

import sys
from contextlib import closing

from tracker import Survey, open_store

from .rounds import child_cpu_s, cpu_s, interleaved
from .row import Effort, Goal, Measured, Row
from .worlds import NOW_MS, directory


def sessions_verb(effort: Effort) -> Measured:
    """`holdfast sessions`, beside `python -c pass` plus the look at the directory."""
    root = directory(effort.few)
    verb = [sys.executable, "-m", "console", "sessions", str(root)]
    bare = [sys.executable, "-c", "pass"]
    with closing(open_store(root, read_only=True, clock=lambda: NOW_MS)) as store:
        return interleaved(
            lambda: child_cpu_s(verb),
            lambda: child_cpu_s(bare) + cpu_s(lambda: Survey(store.root).sweep()),
            effort.rounds,
        )


ROWS = (
    Row(
        "headless-sessions",
        "`holdfast sessions` on 2,000 sessions, whole process",
        "`python -c pass` plus the first look at the directory",
        "time",
        Goal("over", 0.120),
        sessions_verb,
    ),
)
