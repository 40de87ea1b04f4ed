"""Rehydrating one session: beside the system calls alone, and beside the original's sequence."""

from __future__ import annotations

import subprocess
from contextlib import closing
from pathlib import Path

from tracker import open_store

from . import original
from .floors import NoCompilerError, floor
from .rounds import Cost, interleaved, loop_cpu_s
from .row import Effort, Goal, Measured, Row
from .worlds import NOW_MS, directory, ids


def rehydrate_floor(effort: Effort) -> Measured:
    """Beside a C program that makes the same system calls."""
    try:
        program = floor("rehydrate")
    except NoCompilerError as error:
        return Measured(skipped=str(error))
    root, names = directory(effort.few), ids(effort.few)

    def in_c() -> float:
        done = subprocess.run(
            [program, root, "1"], input="\n".join(names), capture_output=True, check=True, text=True
        )
        return float(done.stdout)

    return _beside(effort, root, names, in_c)


def rehydrate_original(effort: Effort) -> Measured:
    """Beside the original's checks and its reading, ported."""
    root, names = directory(effort.few), ids(effort.few)

    def ported(name: str) -> object:
        return original.load(str(root), name)

    return _beside(effort, root, names, lambda: loop_cpu_s(ported, names))


def _beside(effort: Effort, root: Path, names: list[str], peer: Cost) -> Measured:
    """Each session is loaded and let go of, on both sides."""
    with closing(open_store(root, read_only=True, clock=lambda: NOW_MS)) as store:
        return interleaved(lambda: loop_cpu_s(store.load, names), peer, effort.rounds)


ROWS = (
    Row(
        "rehydrate-floor",
        "one session loaded from its folder: opened, judged, read, verified, decoded",
        "C making the same system calls: open and judge the folder and the record, read it,"
        " ask for the manifest's size",
        "time",
        Goal("ratio", 2.5),
        rehydrate_floor,
    ),
    Row(
        "rehydrate-original",
        "the same",
        "the original's sequence, ported: see `original.py`",
        "time",
        Goal("faster", 8),
        rehydrate_original,
    ),
)
