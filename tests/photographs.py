"""The README's pictures: the console over a busy hour, as if it were the end of that hour."""

from __future__ import annotations

import asyncio
import os
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Final, NamedTuple

from busy_hour import END_MS, BusyHour
from console_support import shown, until
from looks import frozen_day, settle
from pictures import picture_of

from console.app import HoldfastApp
from tracker import Rules

HERE: Final = Path(__file__).parent / "screenshots"
SIZE: Final = (132, 36)


class Photograph(NamedTuple):
    """A picture: its file, what it shows, the keys that lead to it, and what is there then."""

    name: str
    title: str
    keys: tuple[str, ...]
    shows: str


PHOTOGRAPHS: Final = (
    Photograph(
        "sessions",
        "The sessions, live: in recency order, the next to go below, and the chosen one beside",
        ("down",) * 2,
        "newer in memory",
    ),
    Photograph(
        "session",
        "One session whole: memory beside disk, what an eviction would do, and its checkpoints",
        ("3",),
        "Captured at",
    ),
    Photograph(
        "statistics",
        "What the tracker counts, the leak radar, and the last hour as plots",
        ("5",),
        "Leak radar",
    ),
)


async def photographs(root: str) -> AsyncIterator[tuple[str, str]]:
    """Yields the name and the picture of each photograph.

    Args:
        root: Where the state directory is made.
    """
    with BusyHour(root) as hour:
        app = HoldfastApp(hour, Rules(), clock=lambda: END_MS)
        *before, last = hour.play()
        for update in before:
            app.desk.board.apply(update)
            app.desk.chronicle.apply(update)
        hour.updates.append(last)
        async with app.run_test(size=SIZE) as pilot:
            await until(pilot, lambda: app.snapshot is not None, "the hour")
            for one in PHOTOGRAPHS:
                await pilot.press(*one.keys)
                await until(pilot, lambda one=one: one.shows in shown(app), one.shows)
                await settle(app, pilot)
                yield one.name, picture_of(app, one.title)


async def take_all(root: str) -> None:
    """Takes all photographs, and writes each beside the command."""
    async for name, picture in photographs(root):
        path = HERE / f"{name}.svg"
        path.write_text(picture, "utf-8")
        print(path)


def main() -> int:
    """Makes the pictures, far from the user's own files."""
    with tempfile.TemporaryDirectory() as home, frozen_day():
        os.environ |= {"HOME": home, "XDG_CONFIG_HOME": home, "XDG_STATE_HOME": home}
        asyncio.run(take_all(f"{home}/state"))
    return 0
