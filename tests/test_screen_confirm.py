"""The question before an action: what it says, and what each way to answer it answers."""

from __future__ import annotations

import pytest
from hosting import (
    PAYLOADS_BY_EIGHT,
    ROOMY,
    SIZES,
    asked,
    begins,
    check_screen,
    hosted,
    screen_lines,
)
from textual.events import Paste
from textual.widgets import Button, Input

from console.acting.asking import Question
from console.screens.confirm import Confirm
from console.screens.dialog import Talk

LINES = (
    "3 are newer in memory, and written to the disk first; nothing is lost.",
    "Undo brings back exactly what was there, as long as the session doesn't go on.",
    "By verdict: 20 clean, 3 dirty.",
)
IDS = ("agent:main:main", "s-2", "s-3", "s-4", "s-5", "and 18 more")


def asking(**changed: object) -> Confirm:
    """A question about 23 sessions."""
    fields = {
        "title": "Evict 23 sessions?",
        "lines": LINES,
        "ids": IDS,
        "confirm_label": "Evict 23",
    }
    return Confirm(Question(**{**fields, **changed}))  # type: ignore[arg-type]


async def test_it_says_what_will_happen_to_how_many_and_to_whom() -> None:
    async with asked(asking()) as (app, _pilot):
        text = check_screen(app)
        for words in ("Evict 23 sessions?", *IDS, "nothing is lost", "20 clean", "Evict 23 (y)"):
            assert words in text
        assert "reason, for the audit file (optional)" in text


@pytest.mark.parametrize("size", SIZES)
async def test_at_every_size_title_reason_and_both_buttons_are_in_sight(
    size: tuple[int, int],
) -> None:
    async with asked(asking(lines=LINES * 4), size) as (app, _pilot):
        text = check_screen(app)
        for words in ("Evict 23 sessions?", "reason, for the audit", "No (n)", "Evict 23 (y)"):
            assert words in text


async def test_what_there_is_no_room_for_is_scrolled_to_with_the_keys() -> None:
    async with asked(asking(), (40, 12)) as (app, pilot):
        assert "and 18 more" not in check_screen(app)
        await pilot.press(*["down"] * 9)
        assert "and 18 more" in check_screen(app)
        await pilot.press(*["up"] * 9)
        assert "3 are newer" in check_screen(app)


@pytest.mark.parametrize("key", ["enter", "escape", "n"])
async def test_enter_typed_too_fast_cancels_as_escape_and_n_do(key: str) -> None:
    async with asked(asking()) as (app, pilot):
        await pilot.press(key)
        assert app.answers == [None]


async def test_a_blank_on_the_first_button_does_nothing() -> None:
    async with asked(asking()) as (app, pilot):
        await pilot.press("space")
        assert app.answers == []


async def test_y_confirms_with_no_reason() -> None:
    async with asked(asking()) as (app, pilot):
        await pilot.press("y")
        assert app.answers == [""]


async def test_y_and_n_in_the_reason_are_letters() -> None:
    async with asked(asking()) as (app, pilot):
        app.screen.query_one(Input).focus()
        await pilot.press(*"yny")
        assert app.answers == []
        assert app.screen.query_one(Input).value == "yny"


async def test_enter_in_the_reason_goes_to_yes_and_a_second_one_answers_it() -> None:
    async with asked(asking()) as (app, pilot):
        app.screen.query_one(Input).focus()
        await pilot.press(*" too cold ", "enter")
        assert app.answers == []
        assert app.screen.focused is app.screen.query_one("#yes", Button)
        await pilot.press("enter")
        assert app.answers == ["too cold"]


async def test_escape_cancels_from_the_reason_too() -> None:
    async with asked(asking()) as (app, pilot):
        app.screen.query_one(Input).focus()
        await pilot.press(*"because", "escape")
        assert app.answers == [None]


@pytest.mark.parametrize(("button", "answer"), [("#yes", ""), ("#no", None)])
async def test_the_mouse_answers(button: str, answer: str | None) -> None:
    async with asked(asking()) as (app, pilot):
        await pilot.click(button)
        await pilot.pause()
        assert app.answers == [answer]


async def test_the_keys_on_the_buttons_are_those_of_the_keymap() -> None:
    async with asked(asking()) as (app, pilot):
        await pilot.press("escape")
        app.set_keymap({"dialog.yes": "j"})
        app.push_screen(asking(), app.answers.append)
        await pilot.pause()
        assert "Evict 23 (j)" in check_screen(app)
        await pilot.press("y")
        assert app.answers == [None]
        await pilot.press("j")
        assert app.answers == [None, ""]


async def test_hostile_text_is_shown_as_text() -> None:
    async with hosted(size=ROOMY) as (app, pilot):
        for texts in PAYLOADS_BY_EIGHT:
            first, last = texts[0], texts[-1]
            app.push_screen(asking(title=first, lines=texts, ids=texts, confirm_label=last))
            await pilot.pause()
            drawn = check_screen(app)
            assert all(drawn.count(begins(text)) >= 2 for text in texts)
            assert drawn.count(begins(first)) >= 3
            assert drawn.count(begins(last)) >= 3
            app.pop_screen()


async def test_a_click_on_text_that_looks_like_an_action_does_nothing() -> None:
    text = "[@click=screen.confirm]press me[/]"
    async with asked(asking(title=text, lines=(text,), ids=(text,))) as (app, pilot):
        for widget in ("#title", "#lines", "#ids"):
            await pilot.click(widget, offset=(4, 0))
        await pilot.pause()
        assert app.answers == []
        assert check_screen(app).count(text) == 3


async def test_hostile_text_pasted_as_a_reason_is_made_safe() -> None:
    async with asked(asking()) as (app, pilot):
        entry = app.screen.query_one(Input)
        entry.focus()
        await pilot.pause()
        app.screen.post_message(Paste("\x1b[31m[red]\u202ex\x9b"))
        await pilot.pause()
        assert entry.value == "\\x1b[31m[red]\\u202ex\\x9b"
        check_screen(app)
        await pilot.press("enter", "enter")
        assert app.answers == ["\\x1b[31m[red]\\u202ex\\x9b"]


async def test_both_ends_of_an_id_that_is_too_long_are_shown() -> None:
    async with asked(asking(ids=("begin-" + "x" * 300 + "-end",))) as (app, _pilot):
        line = next(line for line in screen_lines(app) if "begin-" in line)
        assert "…" in line
        assert "-end" in line


async def test_it_is_laid_out_anew_when_the_terminal_changes() -> None:
    async with asked(asking(lines=LINES * 3), (120, 36)) as (app, pilot):
        assert "and 18 more" in check_screen(app)
        await pilot.resize_terminal(40, 12)
        await pilot.pause()
        assert "Evict 23 (y)" in check_screen(app)
        assert app.screen.query_one(Talk).size.height < 10
