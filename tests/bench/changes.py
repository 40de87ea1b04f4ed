"""From a change on disk until the console draws it; and that no change is missed in the end."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from math import ceil, inf, isfinite
from pathlib import Path
from typing import Final, NamedTuple

from .rounds import HOME, environment
from .row import Effort, Goal, Measured, Row
from .terminal import Terminal
from .worlds import directory, room

CALM: Final = 5
"""Changes a second where few come."""

FLOOD: Final = 1_000
"""Changes a second where many do."""

SAMPLE: Final = "session-0000"
"""What the ids of the sessions begin with that are looked at in a flood: a hundred of them."""

READ: Final = rb"\xe2\x97\x8f watching"
"""The badge of a console that has read the directory and is told of changes."""

MOVE: Final = re.compile(rb"\x1b\[\d+;\d+H")
"""What stands before each piece of a frame, and at its end."""

STYLE: Final = re.compile(rb"\x1b\[[\d;]*m")
SEEN: Final = re.compile(rb"((?:session|fresh)-\d{6}) [^\r\n]*? (\d+) +[\d.]+ [BKM]")
"""A row of the sessions, without its colours: its id, its checkpoints, its bytes."""


class Change(NamedTuple):
    """A change as its writer told it: whose, how many checkpoints it has since, and when."""

    session: str
    checkpoints: int
    at_s: float


def change(effort: Effort) -> Measured:
    """Few changes."""
    changes = 10 if effort.is_quick else 20 * CALM
    return _drawn(effort, changes, CALM if not effort.is_quick else 10, sample="")


def change_flood(effort: Effort) -> Measured:
    """Many; the rows of a sample of the sessions are looked at, by a filter."""
    return _drawn(effort, FLOOD * (1 if effort.is_quick else 10), FLOOD, sample=SAMPLE)


def _drawn(effort: Effort, changes: int, rate: float, *, sample: str) -> Measured:
    """Returns the 95th percentile of the time until a change was drawn."""
    root = copied(effort.few)
    with Terminal((sys.executable, "-m", "console", str(root))) as terminal:
        terminal.until(READ)
        if sample:
            terminal.send(f"/{sample}\r".encode())
        terminal.rest(0.3 if effort.is_quick else 2)
        watcher = _Rows()
        with writing(root, effort.few, changes, rate, 0.0 if sample else 0.5) as writer:
            while writer.is_at_work:
                watcher.take(*terminal.read(0.05))
            ends_s = time.monotonic() + 2
            made = [one for one in writer.changes() if one.session.startswith(sample)]
            while not watcher.has_seen(made) and time.monotonic() < ends_s:
                watcher.take(*terminal.read(0.05))
    lags_s = sorted(watcher.lag_s(one) for one in made)
    note = (
        f"{sum(map(isfinite, lags_s)):,} of {len(made):,} changes were seen on the screen; median"
        f" {lags_s[len(made) // 2] * 1000:.0f} ms, the slowest {lags_s[-1] * 1000:.0f} ms"
    )
    return Measured((lags_s[ceil(0.95 * len(made)) - 1],), (), note)


class _Rows:
    """Remembers when each session was first drawn with so many checkpoints."""

    def __init__(self) -> None:
        self._rest = b""
        self._seen: dict[str, list[tuple[int, float]]] = {}

    def take(self, drawn: bytes, at_s: float) -> None:
        """Takes what was drawn; a row counts when all of it was."""
        *pieces, self._rest = MOVE.split(self._rest + drawn)
        for line in pieces:
            for session, checkpoints in SEEN.findall(STYLE.sub(b"", line)):
                seen = self._seen.setdefault(session.decode(), [])
                if not seen or seen[-1][0] < int(checkpoints):
                    seen.append((int(checkpoints), at_s))

    def lag_s(self, change: Change) -> float:
        """Returns how long a change, or a later one of its session, took; infinity where unseen."""
        for checkpoints, at_s in self._seen.get(change.session, ()):
            if checkpoints >= change.checkpoints and at_s > change.at_s:
                return at_s - change.at_s
        return inf

    def has_seen(self, changes: list[Change]) -> bool:
        """Whether all these changes were drawn."""
        return all(isfinite(self.lag_s(one)) for one in changes)


class Writer:
    """A process that changes a directory."""

    def __init__(self, process: subprocess.Popen[bytes], told: Path) -> None:
        self._process = process
        self._told = told

    @property
    def is_at_work(self) -> bool:
        """Whether it has more to do."""
        return self._process.poll() is None

    def changes(self) -> list[Change]:
        """Waits for its end; returns what it changed, in order."""
        if self._process.wait():
            raise RuntimeError("the writer failed")
        lines = (line.split() for line in self._told.read_text(encoding="ascii").splitlines())
        return [Change(session, int(count), float(at_s)) for session, count, at_s in lines]


@contextmanager
def writing(
    root: Path, known: int, changes: int, rate: float, new_share: float
) -> Iterator[Writer]:
    """Runs a process that changes a directory; see `changing.writer`."""
    command = [sys.executable, "-m", "tests.bench.changing.writer", str(root)]
    command += [str(figure) for figure in (known, changes, rate, new_share)]
    with tempfile.NamedTemporaryFile() as told:
        process = subprocess.Popen(command, stdout=told, cwd=HOME, env=environment())
        try:
            yield Writer(process, Path(told.name))
        finally:
            process.kill()
            process.wait()


def copied(sessions: int) -> Path:
    """Returns a directory of so many sessions that may be changed."""
    root = room("changed") / "checkpoints"
    shutil.copytree(directory(sessions), root)
    return root


ROWS = (
    Row(
        "change",
        "from before a checkpoint is captured in one of 2,000 folders, or in a brand-new one, by"
        " another process, five times a second, until its row is drawn with it: bytes on a"
        " pseudo-terminal; 95th percentile",
        "",
        "time",
        Goal("at most", 0.150),
        change,
    ),
    Row(
        "change-flood",
        "the same at 1,000 checkpoints a second over all folders, of a twentieth of them: a filter"
        " keeps the rows of a hundred sessions in sight",
        "",
        "time",
        Goal("at most", 0.250),
        change_flood,
    ),
)
