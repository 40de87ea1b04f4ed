"""Desks for tests of views and dialogs, over a link that does as it is told or a real one."""

from __future__ import annotations

import threading
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from console_values import statistics, update_of
from feeds import NOW_MS, Clock
from textual.app import App, ComposeResult
from textual.pilot import Pilot
from textual.screen import Screen
from textual.widget import Widget

import console
from console.acting.audit import AuditFile
from console.acting.operator import Operator
from console.acting.undo import UndoPast
from console.desk import Desk
from console.model.board import Board
from console.model.chronicle import Chronicle
from console.snapshot import GoesOn, Link, Update
from tracker import Finding, Plan, Pruned, PrunePlan, Report, Rules

SIZES = ((160, 48), (120, 36), (80, 24), (40, 12))


class ToldLink:
    """A link whose answers are set by a test, and which notes what it was asked.

    Attributes:
        asked: What it was asked, in order: the name of the call, and its arguments.
        findings: What `diagnose` finds, or the error it raises.
        reports: What `drill` yields, or the error it raises.
        plan: What `plan_prune` returns, or the error it raises.
        pruned: What `apply_prune` returns, or the error it raises.
        gate: What every call waits for; open at first.
        steps: How many steps of progress each of these calls tells of.
    """

    def __init__(self) -> None:
        self.asked: list[tuple[Any, ...]] = []
        self.findings: Sequence[Finding] | Exception = ()
        self.reports: Sequence[Report] | Exception = ()
        self.plan: PrunePlan | Exception | None = None
        self.pruned: Sequence[Pruned] | Exception = ()
        self.gate = threading.Event()
        self.gate.set()
        self.steps = 0
        self.was_stopped = False

    def diagnose(self, progress: GoesOn | None = None) -> tuple[Finding, ...]:
        self.asked.append(("diagnose",))
        self._wait(progress)
        return tuple(_or_raise(self.findings))

    def drill(self, plan: Plan, *, progress: GoesOn, **options: Any) -> Iterator[Report]:
        self.asked.append(("drill", plan, options))
        self._wait(progress)
        yield from _or_raise(self.reports)

    def plan_prune(self, older_than_ms: int, progress: GoesOn | None = None) -> PrunePlan:
        self.asked.append(("plan_prune", older_than_ms))
        self._wait(progress)
        plan: PrunePlan = _or_raise(self.plan)
        return plan

    def apply_prune(self, plan: PrunePlan, progress: GoesOn | None = None) -> tuple[Pruned, ...]:
        self.asked.append(("apply_prune", plan))
        self._wait(progress)
        return tuple(_or_raise(self.pruned))

    def end(self) -> None:
        """Lets whatever still waits at the gate go on, so that a failed test ends too."""
        self.gate.set()

    def calls(self, name: str) -> list[tuple[Any, ...]]:
        """The calls of one name, in order."""
        return [one for one in self.asked if one[0] == name]

    def _wait(self, progress: GoesOn | None) -> None:
        for step in range(self.steps):
            if progress is not None and not progress(step, self.steps):
                self.was_stopped = True
                return
        while not self.gate.wait(0.01):
            if progress is not None and not progress(self.steps, self.steps or 1):
                self.was_stopped = True
                return


def _or_raise(answer: Any) -> Any:
    if isinstance(answer, Exception):
        raise answer
    return answer


def desk_of(
    link: Link | ToldLink,
    folder: Path,
    *updates: Update,
    clock: Callable[[], int] | None = None,
) -> Desk:
    """A desk that has taken updates, whose audit file is in `folder`.

    Args:
        link: The link.
        folder: A folder of the test's own.
        updates: The updates; one in which nothing is new where there are none.
        clock: Returns Unix ms; a clock that stands by default.
    """
    board = Board()
    for update in updates or (update_of(is_fresh=True, statistics=statistics()),):
        board.apply(update)
    clock = clock or Clock(NOW_MS)
    real: Any = link
    operator = Operator(
        real,
        AuditFile(folder / "state" / "audit.jsonl", clock),
        UndoPast(),
        about=lambda: (board.update.directory, board.update.mode) if board.update else ("", ""),
        capacity=lambda: None,
        clock=clock,
    )
    return Desk(board, Chronicle(), real, operator, Rules(), clock)


class DeskApp(App[None]):
    """Shows one widget, or one screen above an empty one, as the console would.

    Args:
        widget: The widget; None for none.
    """

    CSS_PATH = Path(console.__file__).parent / "holdfast.tcss"

    def __init__(self, widget: Widget | None = None) -> None:
        super().__init__()
        self.widget = widget
        self.heard: list[Any] = []

    def get_theme_variable_defaults(self) -> dict[str, str]:
        is_dark = self.current_theme.dark
        return {
            "quiet": "#9aa5b1" if is_dark else "#56616d",
            "cursor-text": "#000000" if is_dark else "#ffffff",
        }

    def compose(self) -> ComposeResult:
        if self.widget is not None:
            yield self.widget


@asynccontextmanager
async def shown_screen(
    screen: Screen[Any], size: tuple[int, int] = (120, 36)
) -> AsyncIterator[tuple[DeskApp, Pilot[None]]]:
    """Runs an app that shows a screen."""
    app = DeskApp()
    async with app.run_test(size=size, notifications=True) as pilot:
        await app.push_screen(screen)
        await pilot.pause()
        yield app, pilot
