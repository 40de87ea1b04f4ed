"""A large directory: its rows arrive while it is read, and every key is answered meanwhile."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from console_support import (
    build,
    console,
    disk_only_ids,
    observing,
    owning,
    shown,
    table,
    tracked_ids,
    until,
    wait_for,
    waiting,
)
from textual.widgets import Input

from console.app import HoldfastApp
from tracker import Survey

FOLDERS = 40
PART = 4
"""How many folders are read between two times it is told how far it is."""


class SlowDisk:
    """A disk that reads so many folders, and then waits until it is allowed more.

    Attributes:
        looked: How many it has read.
    """

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self._allowed = threading.Semaphore(0)
        self._is_fast = threading.Event()
        self.looked = 0
        look = Survey.look

        def slow_look(survey: Survey, name: str) -> Any:
            while not self._is_fast.is_set() and not self._allowed.acquire(timeout=0.05):
                pass
            self.looked += 1
            return look(survey, name)

        patch.setattr(Survey, "look", slow_look)
        patch.setattr("tracker.store.survey.PART", PART)
        patch.setattr("console.embedded.soonest.SOONEST", 0)  # They are told of only at their end.

    def allow(self, folders: int) -> None:
        """Lets it read so many more."""
        self._allowed.release(folders)

    def hurry(self) -> None:
        """Lets it read all, from now on."""
        self._is_fast.set()


@pytest.fixture
def disk(monkeypatch: pytest.MonkeyPatch) -> Iterator[SlowDisk]:
    one = SlowDisk(monkeypatch)
    yield one
    one.hurry()


def rows(app: HoldfastApp) -> list[str]:
    """The sessions shown, in memory and on disk."""
    return tracked_ids(app) + disk_only_ids(app)


@pytest.mark.parametrize("is_owner", [False, True], ids=["observing", "owning"])
async def test_rows_arrive_and_keys_are_answered_while_a_large_directory_is_read(
    is_owner: bool, tmp_path: Path, disk: SlowDisk
) -> None:
    root = build(tmp_path / "state", [f"s-{number:02}" for number in range(FOLDERS)])
    link = owning(root, waiting) if is_owner else observing(root)
    async with console(link, is_open=False) as (app, pilot):
        await until(pilot, lambda: f"0 of {FOLDERS} folders" in shown(app), "the progress")
        disk.allow(2 * PART)
        await until(pilot, lambda: len(rows(app)) == 2 * PART, "the first rows")
        assert f"{2 * PART} of {FOLDERS} folders" in shown(app)

        await pilot.press("down", "down")
        chosen = table(app).cursor_key
        assert chosen in rows(app)
        await until(pilot, lambda: f"{chosen}" in shown(app), "the chosen one beside")
        await until(pilot, lambda: len(table(app, "files").keys) == 2, "its files")
        await pilot.press("slash")
        assert isinstance(app.focused, Input)
        app.focused.value = "s-"
        await pilot.press("enter")
        await until(pilot, lambda: f"{2 * PART} of {2 * PART}" in shown(app), "the filter")
        await pilot.press("2")
        await until(pilot, lambda: "trouble first" in shown(app), "the disk view")
        await pilot.press("6", "5", "4", "3", "1")
        assert f"{2 * PART} of {FOLDERS} folders" in shown(app), "it still reads"

        disk.allow(PART)
        await until(pilot, lambda: len(rows(app)) == 3 * PART, "more rows")
        assert table(app).cursor_key == chosen
        disk.hurry()
        await until(pilot, lambda: len(rows(app)) == FOLDERS, "all rows")
        await until(pilot, lambda: "Reading the directory" not in shown(app), "its end")
        assert table(app).cursor_key == chosen
        assert len(tracked_ids(app)) == (0 if is_owner else FOLDERS)


async def test_a_console_that_is_quit_while_it_reads_reads_no_further(
    tmp_path: Path, disk: SlowDisk
) -> None:
    root = build(tmp_path / "state", [f"s-{number:02}" for number in range(FOLDERS)])
    link = observing(root)
    async with console(link, is_open=False) as (app, pilot):
        await until(pilot, lambda: f"0 of {FOLDERS} folders" in shown(app), "the progress")
        disk.allow(PART + 1)
        await until(pilot, lambda: len(rows(app)) == PART, "the first rows")
        await pilot.press("q")
        await until(pilot, lambda: not app.is_running, "the end")
        stopping = threading.Thread(target=link.stop)
        stopping.start()
        wait_for(link._stopping.is_set, "the link to stop")
        disk.allow(FOLDERS)
        stopping.join(4)
        assert not stopping.is_alive()
    assert disk.looked <= 2 * PART
    assert (app.return_code, app.crash) == (0, None)
