"""Interleaved rounds: ours, the peer's, ours, the peer's: what slows one slows the other."""

from __future__ import annotations

import gc
import os
import resource
import subprocess
import time
import timeit
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

from .row import Measured
from .worlds import room

HOME: Final = Path(__file__).parents[2]
"""Where the packages lie that are measured."""

Cost = Callable[[], float]
"""Does something once; returns what it cost, in the row's unit."""


def interleaved(ours: Cost, peer: Cost, rounds: int, note: str = "") -> Measured:
    """Measures two things in turn. The first turn of each warms up and isn't counted."""
    ours(), peer()
    pairs = [(ours(), peer()) for _ in range(rounds)]
    return Measured(tuple(one for one, _ in pairs), tuple(other for _, other in pairs), note)


def alone(ours: Cost, rounds: int, note: str = "") -> Measured:
    """Measures one thing that has no peer. The first time warms up and isn't counted."""
    ours()
    return Measured(tuple(ours() for _ in range(rounds)), (), note)


def cpu_s(work: Callable[[], object], operations: int = 1) -> float:
    """Returns the seconds of this process's CPU time that one operation of `work` takes.

    The machine may be busy with other things; a wall clock would count those too. The cyclic
    garbage collector stands still meanwhile, on both sides.
    """
    gc.collect()
    gc.disable()
    try:
        started_ns = time.process_time_ns()
        work()
        return (time.process_time_ns() - started_ns) / operations / 1e9
    finally:
        gc.enable()


def loop_cpu_s(call: Callable[[str], object], names: Sequence[str]) -> float:
    """Returns the seconds of CPU time that `call` takes for one of many names.

    Each loop is compiled anew: the interpreter adapts code to what it calls, and a loop that two
    sides share would suit neither.
    """
    timer = timeit.Timer(
        "for name in names: call(name)",
        timer=time.process_time,
        globals={"call": call, "names": names},
    )
    return timer.timeit(1) / len(names)


def wall_s(work: Callable[[], object], operations: int = 1) -> float:
    """Returns the seconds that one operation of `work` takes, waiting included."""
    started_ns = time.perf_counter_ns()
    work()
    return (time.perf_counter_ns() - started_ns) / operations / 1e9


def child_cpu_s(command: Sequence[str]) -> float:
    """Returns the seconds of CPU time a command takes, from its start to its end.

    Raises:
        CalledProcessError: If it fails; carries what it said.
    """
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(
        command,
        check=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        cwd=HOME,
        env=environment(),
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def environment() -> dict[str, str]:
    """The environment of a process that is measured: nothing the user set, bytecode kept."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("HOLDFAST_", "TOKEN_OPTIMIZER_", "PYTHONDONTWRITE"))
    }
    return {**kept, "PYTHONPYCACHEPREFIX": str(room("bytecode", keeps=True))}
