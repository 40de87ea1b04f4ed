"""The filter bar: what it says while a filter is typed, how it ends, and where it stands."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from hosting import PAYLOADS, SIZES, Host, begins, check_screen, hosted, screen_lines
from textual.events import Paste
from textual.pilot import Pilot
from textual.widgets import Button, Input

from console.model.rows import Cell
from console.text import visible
from console.widgets.filter_bar import BottomLine, FilterBar, FilterDone, FilterTyped
from console.widgets.status_line import StatusLine


def _line() -> BottomLine:
    return BottomLine(StatusLine(), FilterBar())


@asynccontextmanager
async def bar(
    size: tuple[int, int] = (80, 24),
) -> AsyncIterator[tuple[Host, FilterBar, Pilot[None]]]:
    """A button, and below it a status line with a filter bar in its place."""
    async with hosted(
        lambda: Button("above"), _line, size=size, kept=(FilterTyped, FilterDone)
    ) as (app, pilot):
        app.query_one(StatusLine).show([Cell("newest first")])
        await pilot.pause()
        yield app, app.query_one(FilterBar), pilot


def told(app: Host) -> list[Any]:
    """What it said: text as it is typed, and whether it is kept in the end."""
    return [one.text if isinstance(one, FilterTyped) else one.keep for one in app.messages]


async def test_it_is_hidden_until_it_is_opened_and_then_has_the_focus() -> None:
    async with bar() as (app, one, pilot):
        assert not one.display
        assert "newest first" in check_screen(app)
        one.open()
        await pilot.pause()
        assert app.focused is one.query_one(Input)
        assert " / " in check_screen(app)


async def test_it_takes_the_very_line_of_the_status_line_so_that_nothing_moves() -> None:
    async with bar() as (app, one, pilot):
        before = screen_lines(app)
        one.open()
        await pilot.pause()
        after = screen_lines(app)
        changed = [number for number, line in enumerate(before) if line != after[number]]
        assert [before[number].strip() for number in changed] == ["newest first"]
        await pilot.press("escape")
        assert screen_lines(app) == before


async def test_each_change_is_told_and_enter_keeps_it() -> None:
    async with bar() as (app, one, pilot):
        one.open()
        await pilot.press(*"ab", "backspace", "enter")
        assert told(app) == ["a", "ab", "a", True]
        assert not one.display


async def test_escape_clears_and_nothing_is_told_after_that() -> None:
    async with bar() as (app, one, pilot):
        one.open()
        await pilot.press(*"ab", "escape")
        assert told(app)[-1] is False
        assert not one.display
        assert app.focused is not one.query_one(Input)


async def test_what_was_typed_just_before_escape_never_comes_after_it() -> None:
    async with bar() as (app, one, pilot):
        one.open()
        await pilot.pause()
        one.query_one(Input).insert_text_at_cursor("late")
        one.action_clear()
        await pilot.pause()
        assert told(app) == [False]


async def test_it_opens_with_the_filter_there_is_to_be_changed_without_telling_it() -> None:
    async with bar() as (app, one, pilot):
        one.open("verdict:dirty")
        await pilot.pause()
        assert told(app) == []
        await pilot.press("x")
        assert told(app) == ["verdict:dirtyx"]


async def test_up_and_down_go_through_the_filters_of_this_run_and_back_to_what_was_typed() -> None:
    async with bar() as (app, one, pilot):
        for text in ("one", "two", "one", "three"):
            one.open()
            await pilot.press(*text, "enter")
        one.open()
        await pilot.press(*"dr")
        app.messages.clear()
        await pilot.press("up", "up", "up", "up", "up")
        assert told(app) == ["three", "one", "two"], "each once, the last one first"
        await pilot.press("down", "down", "down", "down")
        assert told(app)[3:] == ["one", "three", "dr"]
        assert one.text == "dr"


async def test_what_was_cleared_or_empty_is_no_past_filter() -> None:
    async with bar() as (app, one, pilot):
        one.open()
        await pilot.press(*"gone", "escape")
        one.open()
        await pilot.press("space", "enter")
        one.open()
        app.messages.clear()
        await pilot.press("up")
        assert told(app) == []


async def test_what_is_wrong_is_said_at_its_right_with_a_sign_until_it_is_right() -> None:
    async with bar() as (app, one, pilot):
        one.open()
        one.say("there is no verdict foo; did you mean dirty?")
        await pilot.pause()
        line = screen_lines(app)[one.region.y]
        assert "⚠ there is no verdict foo; did you" in line
        one.say("")
        await pilot.pause()
        assert "⚠" not in check_screen(app)


async def test_an_old_problem_is_gone_as_it_opens_again() -> None:
    async with bar() as (app, one, pilot):
        one.open()
        one.say("wrong")
        await pilot.press("escape")
        one.open()
        await pilot.pause()
        assert "wrong" not in check_screen(app)


@pytest.mark.parametrize("size", SIZES)
async def test_at_every_size_prompt_text_and_problem_share_one_line(size: tuple[int, int]) -> None:
    async with bar(size) as (app, one, pilot):
        one.open()
        await pilot.pause()
        assert " / text, !text" in check_screen(app)
        await pilot.press(*"verdict:foo")
        one.say("there is no verdict foo; did you mean dirty?")
        await pilot.pause()
        line = screen_lines(app)[one.region.y]
        assert line.startswith(" / verdict:foo")
        assert "⚠ there is no ver" in line
        assert one.region.height == 1


async def test_hostile_text_pasted_typed_and_said_is_text() -> None:
    async with bar() as (app, one, pilot):
        entry = one.query_one(Input)
        for text in PAYLOADS:
            one.open()
            app.screen.post_message(Paste(text))
            one.say(text)
            await pilot.pause()
            drawn = check_screen(app)
            assert f"⚠ {begins(text)}" in drawn
            assert entry.value == visible(text.splitlines()[0], 4_096)
            one.open(text)
            await pilot.pause()
            assert entry.value.isprintable()
            check_screen(app)
        assert app.is_running


async def test_the_cursor_stands_behind_what_was_pasted_however_long_its_escapes_are() -> None:
    async with bar() as (app, one, pilot):
        one.open("ab")
        await pilot.press("left")
        app.screen.post_message(Paste("\x1b\x1b"))
        await pilot.pause()
        await pilot.press("c")
        assert one.text == "a\\x1b\\x1bcb"
