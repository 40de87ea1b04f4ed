"""A million sessions through a tracker of capacity 2,000, nearly none of which ends.

The mix, drawn by seed: of 100 sessions 62 only read (an event that changes nothing: they are
evicted clean and never have a folder), 25 edit a file (evicted with a spill), 11 take a turn before
(the continuity guard is written through, then a spill), 2 capture a checkpoint. Of every kind 4 in
100 end cleanly, and after every 50th session an earlier one comes back, evicted or not.

A million folders must not be left on a disk, so what retention would do is done here, without the
tracker: behind the newest 6,000 sessions the folders of older ones are removed, by name. It is
never told, as it never is of `holdfast prune`.

It runs in a process of its own, which measures itself: `python -m tests.reliability.soak N SEED`.
"""

from __future__ import annotations

import gc
import json
import os
import random
import resource
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from directories import scratch
from feeds import Clock, edit, end, turn

from tracker import Event, open_tracker

from .result import RowResult, Stopwatch, base_seed, keep_found

REPOSITORY = Path(__file__).parent.parent.parent
CAPACITY = 2_000
KEPT = 3 * CAPACITY
"""How many of the newest sessions keep their folders."""

WARM_UP = 4 * CAPACITY
GROWTH_BYTES = 16 * 1024 * 1024
DEADLINE_S = 540.0


def soak(quick: bool) -> RowResult:
    """The row: sessions that die without an end."""
    watch, seed = Stopwatch(), base_seed()
    sessions = 20_000 if quick else 1_000_000
    came = soaked(sessions, seed)
    wrong = violations_of(came)
    if wrong:
        keep_found("soak", seed, {"sessions": sessions, "seed": seed}, wrong)
    figures = {
        "sessions": came["sessions"],
        "events": came["events"],
        "evictions": came["evictions"],
        "spills": came["spills"],
        "rehydrations": came["rehydrations"],
        "at most in memory": came["occupancy"],
        "KiB grown after warm-up": came["grown_bytes"] // 1024,
        "descriptors leaked": came["descriptors"],
    }
    note = "of 100 sessions 62 only read, 36 spill, 2 capture; 4 end"
    return RowResult("soak", figures, tuple(wrong), watch.seconds, seed, note)


def soaked(sessions: int, seed: int) -> dict[str, Any]:
    """Runs the soak in a process of its own; returns what that measured."""
    command = [sys.executable, "-m", "tests.reliability.soak", str(sessions), str(seed)]
    done = subprocess.run(
        command, cwd=REPOSITORY, stdout=subprocess.PIPE, timeout=DEADLINE_S, check=True
    )
    came: dict[str, Any] = json.loads(done.stdout)
    return came


def violations_of(came: dict[str, Any]) -> list[str]:
    """Says which promise the measured figures break."""
    wrong = []
    if came["occupancy"] > CAPACITY:
        wrong.append(f"{came['occupancy']} in memory at a capacity of {CAPACITY}")
    if came["grown_bytes"] > GROWTH_BYTES:
        wrong.append(f"memory grew by {came['grown_bytes']:,} bytes after warm-up")
    if came["descriptors"]:
        wrong.append(f"{came['descriptors']} descriptors leaked")
    if came["failures"]:
        wrong.append(f"loads failed: {came['failures']}")
    if came["evictions"] < came["sessions"] // 2:
        wrong.append(f"only {came['evictions']} evictions of {came['sessions']} sessions")
    return wrong


def run(root: Path, sessions: int, seed: int) -> dict[str, Any]:
    """Lets sessions through, and measures this process."""
    random_ = random.Random(seed)
    clock = Clock()
    before_fds = _descriptors()
    owner = open_tracker(root, durability="process", capacity=CAPACITY, clock=clock)
    steady_fds = _descriptors()
    occupancy = events = warm_bytes = peak_bytes = most_fds = 0
    kinds = list(KINDS.values())
    shares = list(KINDS)
    for number in range(sessions):
        make = random_.choices(kinds, weights=shares)[0]
        came = make(f"gw-{number}", clock())
        if random_.random() < 0.04:
            came.append(end(f"gw-{number}", clock()))
        if number % 50 == 49:
            earlier = number - random_.randint(1, min(number, KEPT - 1))
            came.append(edit(f"gw-{earlier}", clock(), "again.py"))
        for event in came:
            owner.handle(event)
            occupancy = max(occupancy, len(owner))
        events += len(came)
        clock.advance(20)
        if number >= KEPT:
            _forget(root / f"gw-{number - KEPT}")
        if number >= WARM_UP and number % 1_000 == 0:
            warm_bytes = warm_bytes or _settled_bytes()
            peak_bytes = max(peak_bytes, resident_bytes())
            most_fds = max(most_fds, _descriptors())
    statistics = owner.statistics()
    owner.close()
    return {
        "sessions": sessions,
        "events": events,
        "evictions": statistics.evicted,
        "spills": statistics.spills,
        "rehydrations": statistics.rehydrations,
        "occupancy": occupancy,
        "warm_bytes": warm_bytes,
        "grown_bytes": max(peak_bytes - warm_bytes, 0),
        "descriptors": max(most_fds - steady_fds, 0) + max(_descriptors() - before_fds, 0),
        "failures": statistics.load_failures,
    }


Make = Callable[[str, int], list[Event]]


def reads(session: str, now_ms: int) -> list[Event]:
    return [Event("before_tool_call", session, now_ms, tool="Read", file="a.py")]


def edits(session: str, now_ms: int) -> list[Event]:
    return [edit(session, now_ms, f"{session}.py")]


def talks(session: str, now_ms: int) -> list[Event]:
    return [turn(session, now_ms), edit(session, now_ms, f"{session}.py")]


def captures(session: str, now_ms: int) -> list[Event]:
    return [turn(session, now_ms, 20, 90), edit(session, now_ms, f"{session}.py")]


KINDS: dict[int, Make] = {62: reads, 25: edits, 11: talks, 2: captures}
"""Share of all sessions, in hundredths, to what one of them does."""


def _forget(folder: Path) -> None:
    with suppress(FileNotFoundError):
        for path in os.listdir(folder):
            (folder / path).unlink()
        folder.rmdir()


def _settled_bytes() -> int:
    gc.collect()
    return resident_bytes()


def resident_bytes() -> int:
    """Resident memory now; the most there ever was, where the system tells only that."""
    with suppress(FileNotFoundError):
        pages = int(Path("/proc/self/statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024


def _descriptors() -> int:
    return len(os.listdir("/dev/fd"))


def replay(found: dict[str, Any]) -> list[str]:
    """Soaks again as a fixture says."""
    return violations_of(soaked(min(found["sessions"], 20_000), found["seed"]))


def main() -> None:
    """Runs as a process of its own; prints what it measured as JSON."""
    sessions, seed = map(int, sys.argv[1:])
    with scratch() as parent:
        print(json.dumps(run(Path(parent) / "state", sessions, seed)))


if __name__ == "__main__":
    main()
