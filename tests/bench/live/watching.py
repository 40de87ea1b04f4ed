"""What the terminal got, what it cost, and how long the event loop and the keys waited."""

from __future__ import annotations

import random
import sys
import time
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Final, NamedTuple

from ..curve import OURS, Curve
from ..row import Effort, Goal, Measured, Row
from ..worlds import directory
from .screen import Screen

PEER: Final = "DataTable"

ROUNDS: Final = 3
PAUSE_S: Final = 0.06
"""The longest pause between two keys."""

STEP_S: Final = 0.1
TICK_S: Final = 0.01
"""The least CPU time that `/proc` tells."""


class Watched(NamedTuple):
    """One side of one round.

    Attributes:
        frames_per_s: Frames the terminal got a second.
        cpu_pct: CPU time of the whole process, hundredths of one core.
        frame_cpu_s: CPU time of the whole process for each frame.
        lag_s: 95th percentile of what a sleep of 10 ms on the event loop took longer.
        worst_lag_s: The longest of it.
        key_s: 95th percentile of the time from a key press to its frame; 0 where none was pressed.
        keys: How many were pressed.
    """

    frames_per_s: float
    cpu_pct: float
    frame_cpu_s: float
    lag_s: float
    worst_lag_s: float
    key_s: float
    keys: int


class Span(NamedTuple):
    """How long a side is watched, seconds: till all is calm, without keys, and with keys."""

    calm_s: float
    steady_s: float
    keys_s: float


WHOLE: Final = Span(2, 10, 6)
QUICK: Final = Span(0.2, 0.4, 0.3)


def frames(effort: Effort) -> Measured:
    """Frames a second."""
    ours, peer = _rounds(effort)
    return _measured([one.frames_per_s for one in ours], [one.frames_per_s for one in peer])


def cpu(effort: Effort) -> Measured:
    """What they cost."""
    ours, peer = _rounds(effort)
    return _measured([one.cpu_pct for one in ours], [one.cpu_pct for one in peer])


def lag(effort: Effort) -> Measured:
    """How long the event loop is held up."""
    ours, peer = _rounds(effort)
    worst = " and ".join(
        f"{max(one.worst_lag_s for one in side) * 1000:.0f} ms" for side in (ours, peer)
    )
    return _measured([one.lag_s for one in ours], [one.lag_s for one in peer], f"at worst {worst}")


def keys(effort: Effort) -> Measured:
    """How long a key waits for its frame."""
    ours, peer = _rounds(effort)
    counts = [sum(one.keys for one in side) for side in (ours, peer)]
    note = f"{counts[0]} and {counts[1]} keys, at random times"
    return _measured([one.key_s for one in ours], [one.key_s for one in peer], note)


def _measured(ours: Sequence[float], peer: Sequence[float], note: str = "") -> Measured:
    if not ours:
        return Measured(skipped="CPU time of another process is read from Linux's /proc")
    return Measured(tuple(ours), tuple(peer), note)


@cache
def _rounds(effort: Effort) -> tuple[list[Watched], list[Watched]]:
    """Watches both sides in turn, once for all rows."""
    if not Path("/proc/self/stat").exists():
        return [], []
    span, rounds = (QUICK, 1) if effort.is_quick else (WHOLE, ROUNDS)
    pairs = [
        (_watched_console(effort.many, span), _watched_peer(effort.few, span))
        for _ in range(rounds)
    ]
    return [ours for ours, _ in pairs], [peer for _, peer in pairs]


def _watched_console(count: int, span: Span) -> Watched:
    command = [sys.executable, "-m", "tests.bench.live.ours", str(directory(count)), str(count)]
    return _watched(Screen(command, count, keeps_session=True), span)


def _watched_peer(count: int, span: Span) -> Watched:
    command = [sys.executable, "-m", "tests.bench.live.peer", str(count)]
    return _watched(Screen(command, count, keeps_session=False), span)


def _watched(screen: Screen, span: Span) -> Watched:
    with screen:
        screen.fill()
        screen.rest(span.calm_s)
        screen.lags_s.clear()
        begun_s, frames, cpu_s = time.monotonic(), screen.frames, screen.cpu_s()
        screen.rest(span.steady_s)
        while screen.frames == frames or not screen.lags_s:
            screen.rest(STEP_S)
        passed_s = time.monotonic() - begun_s
        frames, cpu_s = screen.frames - frames, screen.cpu_s() - cpu_s
        lags_s = sorted(screen.lags_s)
        keys_s = sorted(_pressed(screen, span.keys_s)) if span.keys_s else [0.0]
    return Watched(
        frames / passed_s,
        cpu_s / passed_s * 100,
        max(cpu_s, TICK_S) / frames,
        lags_s[int(len(lags_s) * 0.95)],
        lags_s[-1],
        keys_s[int(len(keys_s) * 0.95)],
        len(keys_s),
    )


def _pressed(screen: Screen, seconds: float) -> list[float]:
    """Presses keys at random times; returns what each waited, seconds."""
    screen.press()
    rng = random.Random(7)
    waited_s: list[float] = []
    ends_s = time.monotonic() + seconds
    while time.monotonic() < ends_s:
        screen.rest(rng.uniform(0, PAUSE_S))
        waited_s.append(screen.press())
    return waited_s


def _curve(count: int, effort: Effort) -> dict[str, float]:
    span = Span(0.2, 0.4, 0) if effort.is_quick else Span(1, 6, 0)
    sides = {OURS: _watched_console(count, span), PEER: _watched_peer(count, span)}
    return {name: watched.frame_cpu_s for name, watched in sides.items()}


CURVE = Curve("One frame under load, CPU time", "time", _curve)

LOAD: Final = (
    "`holdfast DIR --feed -` in a real pseudo-terminal of 150x45, 100,000 sessions on disk, in"
    " memory and in the table, 1,000 touches a second of random ones through the real feed and"
    " tracker"
)
TABLE: Final = "Textual's DataTable of 2,000 rows, sorted once a frame, fed the same touches"

ROWS = (
    Row(
        "live-fps",
        f"{LOAD}: frames the terminal got",
        TABLE,
        "rate",
        Goal("at least", 30),
        frames,
    ),
    Row(
        "live-cpu",
        "the same: CPU time of the whole process, of one core",
        "the same DataTable",
        "percent",
        Goal("at most", 30),
        cpu,
    ),
    Row(
        "live-lag",
        "the same: what a sleep of 10 ms on the event loop takes longer, 95th percentile",
        "the same DataTable",
        "time",
        Goal("at most", 0.010),
        lag,
    ),
    Row(
        "live-key",
        "the same: from a key press to the frame with the cursor on the next row, 95th percentile",
        "the same DataTable",
        "time",
        Goal("at most", 0.050),
        keys,
    ),
)
