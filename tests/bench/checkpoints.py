"""A checkpoint, whole: the event, the decision, the file, the manifest line and the record."""

from __future__ import annotations

import itertools
import subprocess
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from tracker import Durability, Event, Message, open_tracker

from . import original
from .floors import NoCompilerError, floor
from .rounds import Cost, cpu_s, interleaved, wall_s
from .row import Effort, Goal, Measured, Row
from .worlds import FILES, MESSAGES, NOW_MS, let_settle, room

EACH = 10
"""Checkpoints a session: what a day of the original's came to."""

Capture = Callable[[str, int], object]
"""Captures the checkpoint of this number of this session."""


def checkpoint_power(effort: Effort) -> Measured:
    """Synced, beside a C program that makes the same writes and the same syncs.

    What a sync takes changes from one moment to the next, so each of ours is followed by one of
    the other's; and each is of a session that captured before, a while ago, as is usual. What it
    takes to make a file depends on the part of the disk that its folder was put in, so the folders
    of both are made in turn, side by side.
    """
    try:
        program = floor("checkpoint")
    except NoCompilerError as error:
        return Measured(skipped=str(error))
    rounds = effort.rounds * EACH
    names = [f"session-{number:03d}" for number in range(rounds + 1)]
    with _tracker_capturing("power") as (capture, root):
        capture("first", 0)
        command = [program, str(root), *_sizes(root)]
        with subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        ) as child:
            stdin, stdout = child.stdin, child.stdout
            assert stdin is not None
            assert stdout is not None

            def in_c(name: str) -> float:
                print(f"floor-{name}", file=stdin, flush=True)
                return float(stdout.readline())

            for name in names:
                capture(name, 0)
                in_c(name)
            let_settle(root / names[-1])
            ours_due, theirs_due = iter(names), iter(names)
            found = interleaved(
                lambda: wall_s(partial(capture, next(ours_due), 1)),
                lambda: in_c(next(theirs_due)),
                rounds,
            )
            stdin.close()
    return found


def checkpoint_process(effort: Effort) -> Measured:
    """Unsynced, beside the original's sequence, which never syncs."""
    sessions = 2 if effort.is_quick else 20
    root = room("checkpoint-original") / ".openclaw/token-optimizer/checkpoints"
    root.mkdir(parents=True, mode=0o700)
    state: dict[str, Any] = dict.fromkeys(
        ("lastCheckpointAt", "lastEvaluatedAt", "editWriteCount", "editBatchMarkerWrites"), 7
    )
    state |= {"editBatchMarkerFiles": 2, **{name: set() for name in original.SETS}}
    state["editedFiles"] = set(FILES)

    def ported(name: str, number: int) -> None:
        content = f"# Session Checkpoint (v2)\n\n{MESSAGES[0].content}\n{number}\n"
        original.capture(str(root), name, state, "compact", NOW_MS + number, content)

    with _tracker_capturing("process") as (capture, _):
        return interleaved(
            _capturing(capture, sessions, cpu_s),
            _capturing(ported, sessions, cpu_s),
            effort.rounds,
        )


@contextmanager
def _tracker_capturing(durability: Durability) -> Iterator[tuple[Capture, Path]]:
    """Gives what captures by a tracker of its own, and the tracker's directory."""
    home = room(f"checkpoint-{durability}", on_disk=durability == "power")
    root = home / ".openclaw/token-optimizer/checkpoints"
    with open_tracker(root, durability=durability) as tracker:

        def capture(name: str, number: int) -> None:
            if not number:
                for file in FILES:
                    tracker.handle(Event("after_tool_call", name, NOW_MS, tool="Edit", file=file))
            messages = (*MESSAGES, Message("user", f"{number}"))
            at_ms = NOW_MS + number
            tracker.handle(Event("before_compaction", name, at_ms, messages=messages))

        yield capture, root


def _capturing(
    capture: Capture, sessions: int, timed: Callable[[Callable[[], object], int], float]
) -> Cost:
    """Gives what times EACH checkpoints of so many new sessions, but not the first of each."""
    batches = itertools.count()

    def measure() -> float:
        batch = next(batches)
        names = [f"session-{batch:03d}-{number:02d}" for number in range(sessions)]
        for name in names:
            capture(name, 0)
        return timed(lambda: _capture_all(capture, names), sessions * EACH)

    return measure


def _capture_all(capture: Capture, names: Sequence[str]) -> None:
    for name in names:
        for number in range(1, EACH + 1):
            capture(name, number)


def _sizes(root: Path) -> tuple[str, str, str]:
    """The bytes of a checkpoint file, a manifest line and a record, as one session has them."""
    folder = next(root.glob("[!.]*"))
    file = next(folder.glob("*.md"))
    line = (folder / "manifest.jsonl").read_bytes().splitlines(keepends=True)[-1]
    record = folder / "policy-state.json"
    return f"{file.stat().st_size}", f"{len(line)}", f"{record.stat().st_size}"


ROWS = (
    Row(
        "checkpoint-power",
        "a checkpoint that survives a power cut, from the event to the answer",
        "C making the same writes: file, manifest line, record; temporary name, sync, rename,"
        " sync of the folder",
        "time",
        Goal("ratio", 1.15),
        checkpoint_power,
    ),
    Row(
        "checkpoint-process",
        "a checkpoint that survives a kill, from the event to the answer",
        "the original's sequence, ported: see `original.py`",
        "time",
        Goal("faster", 1.5),
        checkpoint_process,
    ),
)
