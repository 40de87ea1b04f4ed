"""The dialog on columns: what is shown, marked and answered."""

from __future__ import annotations

import pytest
from hosting import PAYLOADS, ROOMY, SIZES, asked, begins, check_screen, screen_lines
from textual.widgets import OptionList

from console.screens.columns import ColumnsDialog
from console.widgets.columns import Column

COLUMNS = (
    Column("position", "#", 6, 40, is_right=True),
    Column("session", "session", 16, 100, grows=True, keeps_end=True),
    Column("idle", "idle", 5, 90, is_right=True),
    Column("verdict", "verdict", 15, 95),
    Column("bands", "fill", 5, 70),
)


async def test_each_column_has_a_box_that_says_without_colour_whether_it_is_shown() -> None:
    async with asked(ColumnsDialog(COLUMNS, ("idle",))) as (app, _pilot):
        text = check_screen(app)
        for words in ("■ #  (position)", "■ session  (always shown)", "□ idle", "■ fill  (bands)"):
            assert words in text
        assert "4 of 5" in text


async def test_a_blank_hides_and_shows_and_enter_answers_what_is_hidden() -> None:
    async with asked(ColumnsDialog(COLUMNS, ("idle",))) as (app, pilot):
        await pilot.press("space", "down", "down", "space", "down", "space")
        assert "□ #" in check_screen(app)
        assert "■ idle" in check_screen(app)
        await pilot.press("enter")
        assert app.answers == [("position", "verdict")]


async def test_the_column_that_names_the_row_stays() -> None:
    async with asked(ColumnsDialog(COLUMNS, ("session", "idle"))) as (app, pilot):
        await pilot.press("down", "space")
        assert "■ session" in check_screen(app)
        await pilot.press("enter")
        assert app.answers == [("idle",)]


async def test_enter_on_cancel_cancels() -> None:
    async with asked(ColumnsDialog(COLUMNS, ())) as (app, pilot):
        await pilot.press("space", "tab", "enter")
        assert app.answers == [None]


async def test_escape_answers_nothing() -> None:
    async with asked(ColumnsDialog(COLUMNS, ())) as (app, pilot):
        await pilot.press("space", "escape")
        assert app.answers == [None]


async def test_the_mouse_marks_and_applies() -> None:
    async with asked(ColumnsDialog(COLUMNS, ())) as (app, pilot):
        await pilot.click(OptionList, offset=(4, 2))
        await pilot.pause()
        assert "□ idle" in check_screen(app)
        await pilot.click("#yes")
        await pilot.pause()
        assert app.answers == [("idle",)]


async def test_keys_that_are_not_columns_are_forgotten() -> None:
    async with asked(ColumnsDialog(COLUMNS, ("gone", "bands"))) as (app, pilot):
        await pilot.press("enter")
        assert app.answers == [("bands",)]


@pytest.mark.parametrize("size", SIZES)
async def test_at_every_size_boxes_keys_and_buttons_are_in_sight(size: tuple[int, int]) -> None:
    many = (*COLUMNS, *(Column(f"c{number}", f"c{number}", 4, 1) for number in range(12)))
    async with asked(ColumnsDialog(many, ()), size) as (app, pilot):
        text = check_screen(app)
        for words in ("columns are shown?", "■ session", "17 of 17", "Cancel", "Apply"):
            assert words in text
        await pilot.press("end")
        await pilot.pause()
        assert any("■ c11" in line for line in screen_lines(app))


async def test_hostile_titles_are_shown_as_text() -> None:
    columns = [Column(f"k{number}", text, 4, 1) for number, text in enumerate(PAYLOADS)]
    async with asked(ColumnsDialog(columns, ("k3",)), ROOMY) as (app, pilot):
        drawn = check_screen(app)
        assert all(begins(text) in drawn for text in PAYLOADS)
        await pilot.press("space", "enter")
        assert app.answers == [("k0", "k3")]
