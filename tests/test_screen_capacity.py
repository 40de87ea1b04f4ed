"""The dialog on capacity: what a number would bring, what is wrong with it, and what it answers."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from console_values import in_memory
from hosting import PAYLOADS_BY_EIGHT, ROOMY, SIZES, asked, begins, check_screen, hosted
from textual.widgets import Button, Input

from console.model.foresight import WhatIf, what_if
from console.screens.capacity import CapacityDialog, read_capacity
from console.snapshot import Mode
from tracker import TrackedSession


def sessions(count: int, *, dirty_every: int = 5, pinned: int = 0) -> list[TrackedSession]:
    """So many sessions, the first the oldest; the first few pinned."""
    return [
        in_memory(
            f"s-{number}",
            recency=number,
            is_pinned=number < pinned,
            dirty_fields=("edit_writes",) if number % dirty_every == 0 else (),
        )
        for number in range(count)
    ]


def dialog(tracked: Sequence[TrackedSession], capacity: int = 20) -> CapacityDialog:
    """A dialog over sessions in memory."""
    return CapacityDialog(capacity, len(tracked), lambda wanted: what_if(wanted, tracked), Mode.OWN)


async def test_it_names_who_would_go_oldest_first_with_how_many_and_how_many_are_dirty() -> None:
    async with asked(dialog(sessions(20))) as (app, pilot):
        await pilot.press(*"8")
        text = check_screen(app)
        assert "12 sessions go, the oldest first; 3 of them dirty:" in text
        assert text.index("s-0") < text.index("s-1") < text.index("s-7")
        assert "and 4 more" in text
        assert "It is 20 now; 20 are held." in text


async def test_what_is_typed_takes_the_old_number_s_place() -> None:
    async with asked(dialog(sessions(3))) as (app, pilot):
        assert app.screen.query_one("#capacity", Input).value == "20"
        await pilot.press(*"15")
        assert app.screen.query_one("#capacity", Input).value == "15"


async def test_where_nobody_goes_it_says_how_much_room_there_is() -> None:
    async with asked(dialog(sessions(20))) as (app, pilot):
        await pilot.press(*"1,000")
        assert "Nobody goes; there is room for 980 more." in check_screen(app)


async def test_a_single_session_that_goes_is_spoken_of_as_one() -> None:
    async with asked(dialog(sessions(20))) as (app, pilot):
        await pilot.press(*"19")
        assert "1 session goes; it is dirty:" in check_screen(app)


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("x", "That is not a whole number"),
        ("1.5", "That is not a whole number"),
        ("0", "A capacity is at least 1"),
        ("-3", "A capacity is at least 1"),
        ("2", "leaves no room beside 3 pinned"),
        ("9" * 10, "A capacity is at most 1,000,000,000"),
        ("20", "That is the capacity there is."),
    ],
)
async def test_what_is_wrong_with_a_number_is_said_and_it_can_not_be_applied(
    typed: str, words: str
) -> None:
    async with asked(dialog(sessions(20, pinned=3))) as (app, pilot):
        await pilot.press(*typed)
        assert words in check_screen(app)
        assert app.screen.query_one("#yes", Button).disabled
        await pilot.press("enter", "enter")
        await pilot.click("#yes")
        await pilot.pause()
        assert app.answers == []


async def test_an_empty_number_asks_for_one() -> None:
    async with asked(dialog(sessions(3))) as (app, pilot):
        await pilot.press("backspace")
        assert "Type a number" in check_screen(app)


async def test_enter_in_the_number_goes_to_apply_and_a_second_one_applies_it() -> None:
    async with asked(dialog(sessions(20))) as (app, pilot):
        await pilot.press(*"8", "enter")
        assert app.answers == []
        await pilot.press("enter")
        assert app.answers == [(8, "")]


async def test_the_reason_is_answered_too() -> None:
    async with asked(dialog(sessions(20))) as (app, pilot):
        await pilot.press(*"8", "tab", *" memory is short ", "enter", "enter")
        assert app.answers == [(8, "memory is short")]


async def test_escape_and_cancel_answer_nothing() -> None:
    async with hosted() as (app, pilot):
        for way in ("escape", "click"):
            app.push_screen(dialog(sessions(20)), app.answers.append)
            await pilot.pause()
            await pilot.press(*"8")
            if way == "escape":
                await pilot.press("escape")
            else:
                await pilot.click("#no")
            await pilot.pause()
        assert app.answers == [None, None]


async def test_the_preview_follows_what_happens_while_nothing_is_typed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("console.screens.capacity.LOOK_S", 0.02)
    tracked = sessions(20)
    async with asked(dialog(tracked)) as (app, pilot):
        await pilot.press(*"8")
        tracked += sessions(25)[20:]
        while "17 sessions go" not in check_screen(app):
            await pilot.pause(0.02)


async def test_what_is_applied_is_judged_again_as_it_is_pressed() -> None:
    pinned = [3]

    def outlook(capacity: int) -> WhatIf:
        return what_if(capacity, sessions(20, pinned=pinned[0]))

    async with asked(CapacityDialog(20, 20, outlook, Mode.OWN)) as (app, pilot):
        await pilot.press(*"8", "enter")
        pinned[0] = 8
        await pilot.press("enter")
        assert app.answers == []
        assert "leaves no room beside 8 pinned" in check_screen(app)


async def test_an_observer_is_told_that_the_gateway_s_capacity_stays() -> None:
    async with asked(CapacityDialog(20, 0, lambda _: WhatIf(20, 0), Mode.OBSERVE)) as (app, _pilot):
        assert "the gateway's own capacity stays as it is" in check_screen(app)


async def test_the_number_stays_where_it_is_while_the_preview_changes() -> None:
    async with asked(dialog(sessions(20))) as (app, pilot):
        entry = app.screen.query_one("#capacity", Input)
        region = entry.region
        for key in "8x":
            await pilot.press(key)
            assert entry.region == region


@pytest.mark.parametrize("size", SIZES)
async def test_at_every_size_number_count_reason_and_buttons_are_in_sight(
    size: tuple[int, int],
) -> None:
    async with asked(dialog(sessions(20)), size) as (app, pilot):
        await pilot.press(*"8")
        text = check_screen(app)
        for words in ("held in memory", "8 ", "12 sessions go", "reason, for", "Cancel", "Apply"):
            assert words in text


async def test_hostile_ids_problems_and_numbers_are_shown_as_text() -> None:
    async with hosted(size=ROOMY) as (app, pilot):
        for texts in PAYLOADS_BY_EIGHT:
            outlooks = {8: WhatIf(8, 20, texts), 20: WhatIf(20, 20, problem=texts[0])}
            app.push_screen(CapacityDialog(20, 20, outlooks.__getitem__, Mode.OWN))
            await pilot.pause()
            problem = texts[0][:1].upper() + texts[0][1:]
            assert begins(problem) in check_screen(app)
            app.screen.query_one("#capacity", Input).value = "8"
            await pilot.pause()
            drawn = check_screen(app)
            assert all(begins(text) in drawn for text in texts)
            app.screen.query_one("#capacity", Input).value = texts[-1]
            await pilot.pause()
            assert begins(texts[-1]) in check_screen(app)
            app.pop_screen()


@pytest.mark.parametrize(
    ("text", "capacity"), [("2000", 2000), (" 2,000 ", 2000), ("2_000", 2000), ("+7", 7)]
)
def test_a_capacity_is_read_as_people_write_it(text: str, capacity: int) -> None:
    assert read_capacity(text) == capacity


@pytest.mark.parametrize(
    "text", ["", "-", "9" * 5_000, "two", "٣", "1e3", "²", "0", "-1", "1000000001"]
)
def test_what_is_no_capacity_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        read_capacity(text)
