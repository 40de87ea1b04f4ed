"""The masthead and the pulse: an honest badge, and one line or two as there is room."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from console_support import lines_of, until
from console_values import HOSTILE, statistics, update_of
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from textual.app import App, ComposeResult
from textual.pilot import Pilot

from console.model.chronicle import Chronicle
from console.snapshot import Face, Mode, Watch
from console.widgets.pulse import Masthead, Pulse, masthead_text, tail, watch_badge

NOW_MS = 1_000_000


@pytest.mark.parametrize(
    ("changed", "badge"),
    [
        ({"face": Face.OPENING}, "… opening"),
        ({"face": Face.MISSING}, "⚠ missing"),
        ({"face": Face.UNREADABLE}, "⚠ unreadable"),
        ({"face": Face.GONE}, "⚠ gone"),
        ({"watch": Watch("watching", 0)}, "… reading"),
        ({"watch": Watch("watching", NOW_MS, 4_000)}, "● watching"),
        ({"watch": Watch("polling", NOW_MS, 700, "asked for")}, "◌ polling"),
        ({"watch": Watch("watching", NOW_MS - 30_000, 4_000)}, "⚠ stale 30s"),
        ({"watch": Watch("polling", NOW_MS - 3_000, 700)}, "⚠ stale 3s"),
    ],
)
def test_the_badge_says_how_changes_are_noticed(changed: dict[str, object], badge: str) -> None:
    assert watch_badge(update_of(**changed), NOW_MS) == badge


@given(st.text() | st.sampled_from(HOSTILE), st.integers(-5, 60))
def test_a_path_never_takes_more_cells_than_there_are(path: str, width: int) -> None:
    assert cell_len(tail(path, width)) <= max(width, 0)


def test_a_path_is_cut_at_its_beginning_and_the_home_is_a_tilde() -> None:
    assert tail("/a/long/path/checkpoints", 12) == "…checkpoints"
    assert tail(os.path.expanduser("~/state"), 40) == "~/state"


@pytest.mark.parametrize("mode", Mode)
@pytest.mark.parametrize("is_read_only", [False, True])
def test_the_narrowest_masthead_still_says_mode_read_only_and_how_changes_are_noticed(
    mode: Mode, is_read_only: bool
) -> None:
    watch = Watch("polling", NOW_MS - 99_000, 700)
    update = update_of(mode=mode, is_read_only=is_read_only, watch=watch)
    line = masthead_text(update, NOW_MS, 40).plain
    assert cell_len(line) <= 40
    assert f" {mode} " in line
    assert "⚠ stale 1m" in line
    assert ("READ-ONLY" in line) == is_read_only


@pytest.mark.parametrize("path", HOSTILE)
def test_a_hostile_directory_name_stays_text_on_one_line(path: str) -> None:
    update = update_of(directory=f"/state/{path}", watch=Watch("watching", NOW_MS))
    line = masthead_text(update, NOW_MS, 80).plain
    assert line.isprintable()
    assert cell_len(line) <= 80


# -- on a screen ------------------------------------------------------------------------------


class Host(App[None]):
    """A masthead and a pulse, and nothing else."""

    def get_theme_variable_defaults(self) -> dict[str, str]:
        return {"quiet": "#9aa5b1"}

    def compose(self) -> ComposeResult:
        yield Masthead(id="masthead")
        yield Pulse(id="pulse")

    @property
    def pulse(self) -> Pulse:
        return self.query_one(Pulse)


@asynccontextmanager
async def hosted(
    size: tuple[int, int], **counts: Any
) -> AsyncIterator[tuple[Host, Pilot[None], Chronicle]]:
    host, chronicle = Host(), Chronicle()
    async with host.run_test(size=size) as pilot:
        update = update_of(mode=Mode.OWN, at_ms=NOW_MS, statistics=statistics(**counts))
        chronicle.apply(update)
        host.pulse.show(update, 48, 1_000, chronicle, NOW_MS)
        await pilot.pause()
        yield host, pilot, chronicle


@pytest.mark.parametrize(
    ("size", "height"),
    [((160, 48), 2), ((120, 36), 2), ((100, 29), 1), ((99, 36), 1), ((80, 24), 1), ((40, 12), 1)],
)
async def test_the_pulse_has_two_lines_where_the_screen_is_wide_and_tall(
    size: tuple[int, int], height: int
) -> None:
    async with hosted(size) as (host, _, _):
        lines = lines_of(host.pulse)
        assert len(lines) == height
        assert "memory 0/10" in lines[0]
        assert ("disk 48" in lines[-1]) == (size[0] > 80)


async def test_the_pulse_follows_the_size_of_the_terminal_within_a_tick() -> None:
    async with hosted((60, 20)) as (host, pilot, chronicle):
        shown = (update_of(), 48, 1_000, chronicle)
        assert "load failures" not in lines_of(host.pulse)[0]
        await pilot.resize_terminal(140, 40)
        await until(pilot, lambda: host.pulse.size.height == 2, "the second line")
        assert "load failures 0" in lines_of(host.pulse)[1]
        await pilot.resize_terminal(140, 20)
        host.pulse.show(*shown, NOW_MS + 1_000)
        await until(pilot, lambda: host.pulse.size.height == 1, "one line again")


async def test_rates_fade_as_time_goes_by_without_an_update() -> None:
    async with hosted((120, 36), evictions={"capacity": 7}) as (host, pilot, chronicle):
        assert "evictions 7/min" in lines_of(host.pulse)[0]
        later_ms = NOW_MS + 120_000
        update = update_of(mode=Mode.OWN, statistics=statistics(evictions={"capacity": 7}))
        host.pulse.show(update, 48, 1_000, chronicle, later_ms)
        await pilot.pause()
        assert "evictions 0/min" in lines_of(host.pulse)[0]


async def test_a_full_memory_is_said_in_words_and_in_another_style() -> None:
    async with hosted((80, 24), capacity=10, occupancy=10) as (host, _, _):
        strip = host.pulse.render_line(0)
        said = next(segment for segment in strip if "full" in segment.text)
        plain = next(segment for segment in strip if "memory" in segment.text)
        assert said.style is not None
        assert said.style.bold
        assert said.style != plain.style
