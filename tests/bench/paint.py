"""The console's first useful frame, beside the first frame of the least app Textual makes."""

from __future__ import annotations

import sys
from pathlib import Path
from statistics import median
from typing import Final, NamedTuple

import msgspec

from .rounds import interleaved
from .row import Effort, Goal, Measured, Row
from .terminal import Terminal
from .worlds import directory

ROW: Final = rb"session-\d{6}"
"""A session's id, as it stands in a row and nowhere else on the screen."""

READING: Final = "… reading".encode()
"""What the masthead says until all was read."""

BAR: Final = rb"of [\d,]+ folders"

MINIMAL: Final = """
from textual.app import App
from textual.widgets import Static

class Minimal(App):
    def compose(self):
        yield Static("the first frame")

Minimal().run()
"""


def paint_few(effort: Effort) -> Measured:
    """Beside a minimal app, on a directory that is read in a moment."""
    return interleaved(lambda: _console_s(directory(effort.few)).rows_s, _minimal_s, effort.rounds)


def paint_many(effort: Effort) -> Measured:
    """The same on one that is read for seconds."""
    root = directory(effort.many)
    bars_s = []

    def console_s() -> float:
        frames = _console_s(root, is_long=not effort.is_quick)
        bars_s.append(frames.bar_s)
        return frames.rows_s

    found = interleaved(console_s, _minimal_s, effort.rounds)
    note = (
        "the frame says that the directory is being read; the bar that counts its folders came"
        f" {median(bars_s[1:]) * 1000:.0f} ms after the start"
    )
    return found if effort.is_quick else msgspec.structs.replace(found, note=note)


class Frames(NamedTuple):
    """When a console drew its first sessions, and the bar of its reading; seconds from its start.

    The bar is 0 where it wasn't waited for.
    """

    rows_s: float
    bar_s: float


def _console_s(root: Path, *, is_long: bool = False) -> Frames:
    with Terminal((sys.executable, "-m", "console", str(root))) as terminal:
        rows_s = terminal.until(ROW) - terminal.started_s
        if not is_long:
            return Frames(rows_s, 0)
        assert READING in terminal.drawn, "sessions that aren't all are said to be all"
        return Frames(rows_s, terminal.until(BAR) - terminal.started_s)


def _minimal_s() -> float:
    with Terminal((sys.executable, "-c", MINIMAL)) as terminal:
        return terminal.until(rb"the first frame") - terminal.started_s


ROWS = (
    Row(
        "paint-2000",
        "`holdfast DIR` on 2,000 sessions, from the start of the process to the first frame with"
        " sessions in it, in a real pseudo-terminal of 150x45",
        "a minimal Textual app (one Static) to its first frame, in the same terminal",
        "time",
        Goal("ratio", 1.3),
        paint_few,
    ),
    Row(
        "paint-100000",
        "the same on 100,000 sessions, of which it draws some while it reads the others",
        "the same",
        "time",
        Goal("ratio", 1.3),
        paint_many,
    ),
)
