"""The dialog that marks sessions: what words find, what is shown of it, and what it answers."""

from __future__ import annotations

import pytest
from hosting import PAYLOADS_BY_EIGHT, ROOMY, SIZES, asked, begins, check_screen, hosted
from textual.widgets import Button, Input

from console.screens.select import SelectDialog, Ways, find

MINUTE_MS = 60_000


def ids(count: int) -> tuple[str, ...]:
    return tuple(f"s-{number}" for number in range(count))


WAYS = Ways(ids, lambda idle_ms: ids(idle_ms // MINUTE_MS), lambda: ids(312))
"""The n coldest; one idle session a minute; 312 that match."""


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("coldest 20", 20),
        ("  Coldest   3 ", 3),
        ("c 7", 7),
        ("idle 10m", 10),
        ("i 1h30m", 90),
        ("idle 1 h 30 m", 90),
        ("all", 312),
        ("none", 0),
        ("n", 0),
    ],
)
def test_words_find_sessions(text: str, count: int) -> None:
    assert find(text, WAYS) == ids(count)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "one of coldest 20, idle 10m, all, none"),
        ("coldestt 3", "one of coldest 20"),
        ("oldest 3", "one of coldest 20"),
        ("coldest", "how many"),
        ("coldest 0", "how many"),
        ("coldest -1", "how many"),
        ("coldest ٣", "how many"),
        ("coldest 99999999999", "how many"),
        ("idle", "for how long"),
        ("idle off", "for how long"),
        ("idle 0", "for how long"),
        ("idle soon", "for how long"),
        ("all of them", '"all" stands alone'),
        ("none 3", '"none" stands alone'),
    ],
)
def test_words_that_can_not_be_meant_are_answered_with_what_would_be_right(
    text: str, words: str
) -> None:
    with pytest.raises(ValueError, match=words):
        find(text, WAYS)


async def test_it_shows_how_many_are_found_and_the_first_ids_as_words_are_typed() -> None:
    async with asked(SelectDialog(WAYS, filter_text="verdict:dirty")) as (app, pilot):
        text = check_screen(app)
        assert "20 sessions that match verdict:dirty:" in text
        assert "s-7" in text
        assert "and 12 more" in text
        await pilot.press(*"idle 1m")
        assert "1 session that matches verdict:dirty:" in check_screen(app)
        await pilot.press("backspace")
        assert "20 sessions" not in check_screen(app)


async def test_enter_answers_the_ids_that_are_found() -> None:
    async with asked(SelectDialog(WAYS)) as (app, pilot):
        await pilot.press(*"coldest 3", "enter")
        assert app.answers == [("s-0", "s-1", "s-2")]


async def test_none_answers_no_id_and_says_that_marks_go() -> None:
    async with asked(SelectDialog(WAYS)) as (app, pilot):
        await pilot.press(*"none")
        assert "those marked lose their marks" in check_screen(app)
        await pilot.press("enter")
        assert app.answers == [()]


async def test_words_that_find_nothing_can_not_be_answered() -> None:
    async with asked(SelectDialog(WAYS)) as (app, pilot):
        await pilot.press(*"idle soon")
        assert "For how long? A time" in check_screen(app)
        assert app.screen.query_one("#yes", Button).disabled
        await pilot.press("enter")
        assert app.answers == []
        await pilot.press("escape")
        assert app.answers == [None]


@pytest.mark.parametrize(
    ("name", "count"), [("coldest 20", 20), ("idle 10m", 10), ("all", 312), ("none", 0)]
)
async def test_each_way_has_a_button_for_the_mouse(name: str, count: int) -> None:
    async with asked(SelectDialog(WAYS, text="c 1")) as (app, pilot):
        buttons = app.screen.query("#examples Button").results(Button)
        await pilot.click(next(one for one in buttons if one.name == name))
        await pilot.pause()
        assert app.screen.query_one(Input).value == name
        await pilot.click("#yes")
        await pilot.pause()
        assert app.answers == [ids(count)]


async def test_what_is_answered_is_found_again_at_that_moment() -> None:
    there = [3]
    ways = Ways(ids, ids, lambda: ids(there[0]))
    async with asked(SelectDialog(ways, text="all")) as (app, pilot):
        there[0] = 4
        await pilot.press("enter")
        assert app.answers == [ids(4)]


@pytest.mark.parametrize("size", SIZES)
async def test_at_every_size_entry_count_and_buttons_are_in_sight(size: tuple[int, int]) -> None:
    async with asked(SelectDialog(WAYS), size) as (app, _pilot):
        text = check_screen(app)
        for words in ("to be marked?", "idle 10m", "none", "20 sessions", "s-0", "Cancel", "Mark"):
            assert words in text


async def test_hostile_ids_filters_and_words_are_shown_as_text() -> None:
    async with hosted(size=ROOMY) as (app, pilot):
        for texts in PAYLOADS_BY_EIGHT:
            ways = Ways(lambda _, texts=texts: texts, lambda _: (), tuple)
            app.push_screen(SelectDialog(ways, filter_text=texts[0]))
            await pilot.pause()
            drawn = check_screen(app)
            assert all(begins(text) in drawn for text in texts)
            assert drawn.count(begins(texts[0])) >= 2
            app.screen.query_one(Input).value = texts[-1]
            await pilot.pause()
            assert begins(texts[-1]) in check_screen(app)
            app.pop_screen()


async def test_a_click_on_an_id_that_looks_like_an_action_does_nothing() -> None:
    ways = Ways(lambda _: ("[@click=app.exit]press me[/]",), lambda _: (), tuple)
    async with asked(SelectDialog(ways)) as (app, pilot):
        await pilot.click("#ids", offset=(4, 0))
        await pilot.pause()
        assert app.is_running
        assert "[@click=app.exit]press me[/]" in check_screen(app)
