"""Options: exactly one is chosen, by keys or a click, and one that can't be is passed over."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from console_support import lines_of
from desks import DeskApp
from textual import on
from textual.pilot import Pilot

from console.widgets.options import Option, Options

ABC = (
    Option("a", "one", "the first"),
    Option("b", "two", "the second", "not here"),
    Option("c", "three", "the third"),
)


class Heard(DeskApp):
    @on(Options.Chosen)
    def _hear(self, message: Options.Chosen) -> None:
        self.heard.append(message.key)


@asynccontextmanager
async def options_of(
    *options: Option, **more: Any
) -> AsyncIterator[tuple[Options, Heard, Pilot[None]]]:
    widget = Options(options, **more)
    app = Heard(widget)
    async with app.run_test(size=(40, 10)) as pilot:
        widget.focus()
        yield widget, app, pilot


async def test_keys_choose_the_next_that_can_be_chosen_around_the_ends() -> None:
    async with options_of(*ABC) as (widget, app, pilot):
        assert widget.chosen == "a"
        await pilot.press("down")
        assert widget.chosen == "c"
        await pilot.press("down", "up", "space")
        await pilot.pause()
        assert app.heard == ["c", "a", "c", "a"]


async def test_a_click_chooses_but_not_what_is_refused() -> None:
    async with options_of(*ABC) as (widget, app, pilot):
        await pilot.click(Options, offset=(3, 1))
        assert widget.chosen == "a"
        await pilot.click(Options, offset=(3, 2))
        await pilot.pause()
        assert (widget.chosen, app.heard) == ("c", ["c"])


async def test_every_line_says_whether_it_is_chosen_and_why_it_cannot_be() -> None:
    async with options_of(*ABC, chosen="c") as (widget, _, _pilot):
        lines = [line.rstrip() for line in lines_of(widget)]
        assert lines == [" ○ one the first", " ○ two not here", " ● three the third"]


async def test_what_cannot_be_chosen_any_more_gives_way_and_says_so() -> None:
    async with options_of(*ABC, chosen="c") as (widget, app, pilot):
        widget.offer((ABC[0], ABC[2]._replace(refusal="not now")))
        await pilot.pause()
        assert (widget.chosen, app.heard) == ("a", ["a"])
        widget.offer(ABC[:1])
        await pilot.pause()
        assert app.heard == ["a"]
        assert widget.size.height == 1
