"""The statistics view: figures and plots at every size, and a radar that never holds up a key."""

from __future__ import annotations

import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from console_support import StillLink, lines_of, until
from console_values import HOSTILE, in_memory, on_disk, statistics, update_of
from hosting import SIZES, Host, check_screen, hosted
from textual.pilot import Pilot

from console.desk import Desk
from console.model.board import Board
from console.model.chronicle import Chronicle
from console.model.leaks import LeakRadar
from console.snapshot import Face, Mode, Progress, Update
from console.views.statistics import RADAR_MS, StatisticsView
from console.widgets.text_pane import TextPane
from tracker import Rules

NOW_MS = 1_795_310_000_000
DAY_MS = 86_400_000


class Statistics:
    """A view on a screen, and its desk."""

    def __init__(self, host: Host, pilot: Pilot[None], desk: Desk) -> None:
        self.host, self.pilot, self.desk = host, pilot, desk

    @property
    def view(self) -> StatisticsView:
        return self.host.query_one(StatisticsView)

    def pane(self, name: str) -> str:
        """What is seen in a pane: `figures` or `plots`."""
        pane = self.view.query_one(f"#{name}", TextPane)
        return "\n".join(line.rstrip() for line in lines_of(pane)) if pane.display else ""

    def take(self, update: Update, now_ms: int = NOW_MS) -> None:
        self.desk.board.apply(update)
        self.desk.chronicle.apply(update)
        self.view.show(update, now_ms)

    async def until(self, words: str, name: str = "figures") -> None:
        await until(self.pilot, lambda: words in self.pane(name), words)


@asynccontextmanager
async def shown(size: tuple[int, int] = (120, 30)) -> AsyncIterator[Statistics]:
    desk = Desk(Board(), Chronicle(), StillLink(), None, Rules(), lambda: NOW_MS)  # type: ignore[arg-type]
    async with hosted(lambda: StatisticsView(desk, id="view-statistics"), size=size) as (
        host,
        pilot,
    ):
        one = Statistics(host, pilot, desk)
        one.view.take_focus()
        yield one


def owned(**fields: Any) -> Update:
    counts = {"capacity": 100, "occupancy": 40, "evictions": {"capacity": 7}, "rehydrations": 3}
    defaults = {"mode": Mode.OWN, "at_ms": NOW_MS, "statistics": statistics(**counts)}
    return update_of(**{**defaults, **fields})


async def test_figures_and_plots_stand_side_by_side_where_there_is_room() -> None:
    async with shown() as one:
        one.take(owned())
        await one.until("Evictions  7")
        await one.until("Evictions a minute  7 now · 7 in the last hour", "plots")
        assert "Occupancy  40 of 100" in one.pane("plots")
        assert "Evictions a minute" not in one.pane("figures")
        check_screen(one.host)


async def test_on_a_small_screen_the_plots_are_below_the_figures_and_can_be_scrolled_to() -> None:
    async with shown((80, 19)) as one:
        one.take(owned())
        await one.until("Evictions  7")
        assert one.pane("plots") == ""
        await one.pilot.press("end")
        await one.until("Rehydrations a minute  3 now")
        check_screen(one.host)


async def test_what_is_scrolled_to_stays_as_the_figures_change() -> None:
    async with shown((80, 19)) as one:
        one.take(owned())
        await one.pilot.press("end")
        await one.until("Rehydrations a minute")
        one.take(owned(statistics=statistics(evictions={"capacity": 8}, rehydrations=4)))
        await one.until("Rehydrations a minute  4 now")


async def test_the_radar_sorts_sessions_and_names_the_one_that_is_silent_for_longest() -> None:
    async with shown() as one:
        one.take(
            owned(
                tracked=(in_memory("live", NOW_MS),),
                folders=(
                    on_disk("idle", at_ms=NOW_MS - 3_600_000, has_ended=False),
                    on_disk("older", at_ms=NOW_MS - 3 * DAY_MS, has_ended=False),
                    on_disk("old", at_ms=NOW_MS - 2 * DAY_MS, has_ended=False),
                    on_disk("ended", at_ms=NOW_MS - 9 * DAY_MS, has_ended=True),
                ),
            )
        )
        await one.until("longest: older")
        rows = [line.split()[:3] for line in one.pane("figures").splitlines()]
        assert ["live", "1", "active"] in rows
        assert ["idle", "1", "silent"] in rows
        assert ["never", "ended", "2"] in rows


async def test_the_radar_looks_every_few_seconds_and_not_with_every_update(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    looked: list[int] = []

    def look(*arguments: Any) -> LeakRadar:
        looked.append(arguments[4])
        return LeakRadar(len(looked), 0, (), 0, 0.0, None)

    monkeypatch.setattr("console.views.statistics.leak_radar", look)
    async with shown() as one:
        for _ in range(5):
            one.take(owned())
        await one.until("live                 1")
        one.view.tick(NOW_MS + RADAR_MS - 1)
        one.view.tick(NOW_MS + RADAR_MS)
        await one.until("live                 2")
        one.view.tick(NOW_MS)  # The clock was set back.
        await one.until("live                 3")
        assert looked == [NOW_MS, NOW_MS + RADAR_MS, NOW_MS]


async def test_the_radar_never_looks_on_the_screens_thread_and_a_failure_is_said(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    threads: list[threading.Thread] = []

    def look(*_arguments: Any) -> LeakRadar:
        threads.append(threading.current_thread())
        raise RuntimeError("a [red]broken\x1b radar")

    monkeypatch.setattr("console.views.statistics.leak_radar", look)
    async with shown() as one:
        one.take(owned())
        await until(one.pilot, one.view.status, "the failure")
        assert threads[0] is not threading.main_thread()
        assert [cell.text for cell in one.view.status()] == ["leak radar: a [red]broken\\x1b radar"]
        assert "looking…" in one.pane("figures")


async def test_while_the_directory_is_read_the_radar_waits() -> None:
    async with shown() as one:
        one.take(owned(loading=Progress(1, 2)))
        await one.until("looking…")
        one.take(owned())
        await one.until("active in the last 30m")


async def test_before_anything_moved_it_says_so() -> None:
    async with shown() as one:
        one.take(owned(statistics=statistics()))
        await one.until("Evictions  no evictions yet")
        assert "Evictions a minute  no evictions yet" in one.pane("plots")


async def test_without_a_tracker_it_says_so_and_shows_what_was() -> None:
    async with shown() as one:
        one.take(owned())
        await one.until("active in the last 30m")
        one.take(owned(statistics=None, face=Face.GONE))
        await one.until("not open")
        assert "Occupancy  not open" in one.pane("plots")


async def test_rates_fade_with_the_clock_though_nothing_comes() -> None:
    async with shown() as one:
        one.take(owned())
        await one.until("7 now", "plots")
        one.view.tick(NOW_MS + 120_000)
        await one.until("0 now · 7 in the last hour", "plots")


@pytest.mark.parametrize("size", [(160, 48), *SIZES, (20, 5)], ids=str)
async def test_every_size_says_what_it_can(size: tuple[int, int]) -> None:
    async with shown(size) as one:
        one.take(owned(mode=Mode.OBSERVE))
        await one.until("Leak radar")
        check_screen(one.host)
        for other in ((1, 1), (109, 30), (110, 30), (200, 60)):
            await one.pilot.resize_terminal(*other)
            await one.pilot.pause()
            check_screen(one.host)


async def test_hostile_text_is_shown_as_text() -> None:
    async with shown() as one:
        for number, text in enumerate(HOSTILE):
            one.take(
                owned(
                    is_fresh=True,
                    folders=(on_disk("f", text, at_ms=1, has_ended=False),),
                    statistics=statistics(load_failures={text: number + 1}),
                )
            )
            await one.until(f"Load failures  {number + 1}:")
            await one.until("longest:")
            check_screen(one.host)
