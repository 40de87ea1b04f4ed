"""The plans by their names, each with its usual numbers.

Source: DESIGN.md, section 9.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterator
from typing import Final, Literal, get_args

from tracker.drill.invisibility import drill_invisibility
from tracker.drill.report import PlanName, Progress, Report
from tracker.drill.restore import drill_restore
from tracker.drill.wave import drill_wave
from tracker.policy import Rules
from tracker.sessions.tracker import wall_clock_ms

Plan = Literal["restore", "wave", "invisibility", "all"]
"""What can be asked for: one plan, or all of them."""

PLANS: Final[tuple[PlanName, ...]] = get_args(PlanName)
"""The plans, in the order in which all of them run."""


def drill_directory(
    directory: str | os.PathLike[str],
    plan: Plan = "restore",
    *,
    count: int | None = None,
    sessions: Collection[str] | None = None,
    seed: int = 1,
    rules: Rules | None = None,
    progress: Progress | None = None,
    clock: Callable[[], int] = wall_clock_ms,
) -> Iterator[Report]:
    """Runs a plan, or all of them, on scratch; the directory is only read.

    Args:
        directory: The state directory, for the restore drill.
        plan: Which one; `all` runs one after the other, and none after one that was stopped.
        count: Of the restore drill: only so many sessions; None for all.
        sessions: Of the restore drill: only those with these ids; None for all.
        seed: The same seed does the same again.
        rules: The policy's numbers; the original's by default.
        progress: Told how far the plan at hand is; False stops it.
        clock: Returns Unix ms.

    Yields:
        A report a plan, as soon as it is done.

    Raises:
        StoreError: If the directory can't be read, or no scratch copy be made. See `drill_restore`.
    """
    for name in PLANS if plan == "all" else (plan,):
        if name == "restore":
            report = drill_restore(
                directory,
                count=count,
                sessions=sessions,
                seed=seed,
                rules=rules,
                progress=progress,
                clock=clock,
            )
        elif name == "wave":
            report = drill_wave(seed=seed, rules=rules, progress=progress, clock=clock)
        else:
            report = drill_invisibility(seed=seed, rules=rules, progress=progress, clock=clock)
        yield report
        if report.was_stopped:
            return
