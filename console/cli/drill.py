"""`drill`: evict and rehydrate on purpose, and prove that nothing was lost."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from typing import Final

import click

from console.cli.arguments import DIRECTORY, JSON, paths
from console.cli.errors import FINDINGS, FINE, INTERRUPTED, AskedWrongError
from console.cli.feed import Stopping
from console.cli.keys import EscapeKey
from console.cli.output import emit, emit_json, narrate
from console.cli.progress import Progress, can_show
from console.cli.reporting import check_target, save_reports
from console.model.reports import has_failed, report_lines, report_record
from console.settings import Settings, load_settings
from tracker import (
    PLANS,
    Plan,
    Report,
    SessionTracker,
    drill_directory,
    drill_on_disk,
    open_store,
    wall_clock_ms,
)

ALL: Final = "all"
GoesOn = Callable[[int, int], bool]


@click.command("drill")
@DIRECTORY
@click.option(
    "--plan", type=click.Choice([*PLANS, ALL]), default=PLANS[0], show_default=True,
    help="What to rehearse.",
)  # fmt: skip
@click.option(
    "--count", type=click.IntRange(min=1), metavar="N",
    help="Restore only the N sessions whose last activity lies furthest back.",
)  # fmt: skip
@click.option(
    "--seed", type=int, default=1, show_default=True, metavar="S", help="Same seed, same drill."
)
@click.option("--live", "is_live", is_flag=True, help="Own DIR and drill it, not a scratch copy.")
@click.option(
    "--report", "report_path", metavar="FILE", shell_complete=paths,
    help="Save the report as TOML, or as JSON where FILE ends in .json.",
)  # fmt: skip
@JSON
def drill(
    directory: str,
    plan: Plan,
    count: int | None,
    seed: int,
    is_live: bool,
    report_path: str | None,
    as_json: bool,
) -> int:
    """Evict and rehydrate on purpose; prove that nothing is lost.

    restore: every session of DIR, on a scratch copy, field by field. wave: 2,500 synthetic sessions
    through a capacity of 2,000. invisibility: a tracker that evicts all the time, beside one that
    never does. Without --live nothing in DIR changes. Exits 1 where anything failed. Esc or Ctrl-C
    stops it, with a report of what was done so far; it then exits 130.
    """
    if count is not None and plan not in ("restore", ALL):
        raise AskedWrongError(
            f"--count is for the restore drill; --plan {plan} has its own sessions"
        )
    if is_live and plan != "restore":
        raise AskedWrongError("--live drills the sessions of DIR; it goes with --plan restore only")
    if report_path is not None:
        check_target(report_path, None if is_live else directory)
    settings = load_settings()
    reports: list[Report] = []
    with (
        EscapeKey(is_wanted=can_show()) as escape,
        Stopping() as stopping,
        Progress("drill", hint=escape.hint) as progress,
    ):
        until = stopping.until(progress)

        def goes_on(done: int, total: int) -> bool:
            return until(done, total) and not escape.was_pressed()

        made = _live if is_live else _on_scratch
        for report in made(directory, plan, count, seed, settings, goes_on):
            reports.append(report)
            progress.clear()
            if not as_json:
                emit(report_lines(report))
    if as_json:
        emit_json(map(report_record, reports))
    if report_path is not None:
        save_reports(report_path, reports)
        narrate(f"report saved to {report_path}")
    if any(map(has_failed, reports)):
        return FINDINGS
    if stopping.received:
        narrate(f"{stopping.name}: stopped; the report says what was done so far")
        return 128 + stopping.received
    if any(report.was_stopped for report in reports):
        narrate("Esc: stopped; the report says what was done so far")
        return INTERRUPTED
    return FINE if all(report.has_passed for report in reports) else FINDINGS


def _on_scratch(
    directory: str, plan: Plan, count: int | None, seed: int, settings: Settings, goes_on: GoesOn
) -> Iterator[Report]:
    # Opened for every plan, so that a wrong DIR never passes.
    open_store(directory, read_only=True, clock=wall_clock_ms).close()
    rules = settings.rules()
    yield from drill_directory(
        directory, plan, count=count, seed=seed, rules=rules, progress=goes_on
    )


def _live(
    directory: str, plan: Plan, count: int | None, seed: int, settings: Settings, goes_on: GoesOn
) -> Iterator[Report]:
    # A missing directory is no directory to make.
    open_store(directory, read_only=True, clock=wall_clock_ms).close()
    store = open_store(directory, durability=settings.durability, clock=wall_clock_ms)
    with closing(store):
        tracker = SessionTracker(
            store, capacity=settings.capacity, rules=settings.rules(), spill=settings.spill
        )
        with tracker:
            yield drill_on_disk(tracker, store.root, count=count, seed=seed, progress=goes_on)
