"""The main screen over a directory of its own and a feed that a test pours events into."""

from __future__ import annotations

import json
import queue
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from console_support import (
    StillLink,
    console,
    lines_of,
    owning,
    shown,
    table,
    tracked_ids,
    until,
)
from textual.pilot import Pilot

from console.app import HoldfastApp
from console.screens.confirm import Confirm
from console.screens.main import MainScreen
from console.snapshot import Update
from console.views.roster_view import RosterView
from console.views.table_view import TableView
from console.widgets.status_line import StatusLine
from tracker import BadLine, Event, Rules

WIDE = (160, 48)
"""The size at which everything is shown."""


class Tap:
    """A feed that gives what a test pours into it, and waits for more."""

    def __init__(self, *events: Event) -> None:
        self._events: queue.SimpleQueue[Event] = queue.SimpleQueue()
        self.pour(*events)

    def pour(self, *events: Event) -> None:
        for event in events:
            self._events.put(event)

    def touch(self, *sessions: str) -> None:
        """Lets sessions do the least that can be done, in this order."""
        self.pour(*(Event("agent_turn_prepare", session) for session in sessions))

    def __call__(self, stopping: threading.Event) -> Iterator[Event | BadLine]:
        while not stopping.is_set():
            try:
                yield self._events.get(timeout=0.02)
            except queue.Empty:
                continue


@asynccontextmanager
async def owned(
    root: Path, *sessions: str, size: tuple[int, int] = WIDE, capacity: int = 2_000, **options: Any
) -> AsyncIterator[tuple[HoldfastApp, Pilot[None], Tap]]:
    """Runs a console that owns a directory; waits until these sessions are in memory.

    Args:
        root: The state directory.
        sessions: Those that are touched first, in this order, so that the last is the newest.
        size: Of the screen.
        capacity: Of the tracker.
        options: Of the app.
    """
    tap = Tap()
    tap.touch(*sessions)
    async with console(owning(root, tap, capacity=capacity), size, **options) as (app, pilot):
        kept = list(sessions)[-capacity:][::-1]
        await until(pilot, lambda: tracked_ids(app) == kept, "the sessions")
        yield app, pilot, tap


@asynccontextmanager
async def told(
    *updates: Update, size: tuple[int, int] = WIDE, **options: Any
) -> AsyncIterator[tuple[HoldfastApp, Pilot[None], StillLink]]:
    """Runs a console over a link that has these updates to give; waits until they are shown."""
    link = StillLink()
    app = HoldfastApp(link, Rules(), **options)
    async with app.run_test(size=size, notifications=True) as pilot:
        for update in updates:
            await tell(app, pilot, link, update)
        await pilot.pause()
        yield app, pilot, link


async def tell(app: HoldfastApp, pilot: Pilot[None], link: StillLink, update: Update) -> None:
    """Lets a link give one more update, and waits until it is shown."""
    link.updates.append(update)
    await until(pilot, lambda: main_of(app).snapshot is update, "the update")


def main_of(app: HoldfastApp) -> MainScreen:
    """The main screen, whatever stands above it."""
    assert app.main is not None
    return app.main


def view_of(app: HoldfastApp) -> TableView:
    """The view that is shown, one whose rows can be marked."""
    view = main_of(app).view
    assert isinstance(view, TableView)
    return view


def keys_of(app: HoldfastApp) -> list[str]:
    """The keys of the rows that are shown."""
    view = main_of(app).view
    assert isinstance(view, RosterView)
    return list(view.table.keys)


def status(app: HoldfastApp) -> str:
    """What the status line says."""
    return lines_of(main_of(app).query_one(StatusLine))[0].strip()


def rows(app: HoldfastApp, name: str = "sessions") -> list[str]:
    """The lines of a table that are seen, the header first."""
    return [line for line in lines_of(table(app, name)) if line.strip()]


def row_of(app: HoldfastApp, text: str, name: str = "sessions") -> str:
    """The line of a table in which a text stands."""
    (found,) = [line for line in rows(app, name)[1:] if text in line]
    return found


async def question(app: HoldfastApp, pilot: Pilot[None]) -> Confirm:
    """Waits for the question before an action."""
    await until(
        pilot, lambda: isinstance(app.screen, Confirm) and "No (" in shown(app), "the question"
    )
    assert isinstance(app.screen, Confirm)
    return app.screen


def audited(home: Path) -> list[dict[str, Any]]:
    """The lines of the audit file of a test, in order."""
    path = home / "state" / "holdfast" / "audit.jsonl"
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []
