"""The tabs: what is on their line at each width, which is current, and what a click asks for."""

from __future__ import annotations

import pytest
from hosting import PAYLOADS, SIZES, check_screen, hosted
from hypothesis import given
from hypothesis import strategies as st

from console.messages import ViewChosen
from console.text import visible
from console.widgets.tabs import TABS, ViewTabs, placed

NAMES = [tab.name for tab in TABS]


def words(width: int, current: str = "sessions", **badges: str) -> str:
    return "".join(f"{piece.label}{piece.badge} " for piece in placed(TABS, badges, current, width))


def test_with_room_each_tab_has_its_number_its_title_and_its_badge() -> None:
    assert words(80, health="⚠ 2") == (
        " 1 Sessions  2 Disk  3 Session  4 Events  5 Statistics  6 Health ⚠ 2 "
    )


def test_titles_furthest_from_the_current_tab_go_first_and_numbers_and_badges_stay() -> None:
    assert words(40, "events", health="⚠ 2") == " 1  2  3 Session  4 Events  5  6⚠2 "
    assert words(40) == " 1 Sessions  2 Disk  3 Session  4  5  6 "
    assert words(40, "health") == " 1  2  3  4  5 Statistics  6 Health "


@given(st.integers(18, 120), st.sampled_from(NAMES), st.booleans())
def test_they_fit_and_the_current_title_goes_last(
    width: int, current: str, has_badge: bool
) -> None:
    badges = {"health": "⚠ 2"} if has_badge else {}
    pieces = placed(TABS, badges, current, width)
    assert [piece.name for piece in pieces] == NAMES
    numbers = "".join(f"{piece.label}{piece.badge}" for piece in pieces)
    assert all(str(number) in numbers for number in range(1, 7))
    titled = {piece.name for piece in pieces if len(piece.label) > 2}
    assert not titled or current in titled
    if titled:
        assert sum(piece.width for piece in pieces) <= width


@pytest.mark.parametrize("size", SIZES)
async def test_a_click_on_a_tab_asks_for_its_view_at_every_size(size: tuple[int, int]) -> None:
    async with hosted(ViewTabs, size=size, kept=(ViewChosen,)) as (app, pilot):
        tabs = app.query_one(ViewTabs)
        tabs.current = "session"
        tabs.set_badge("health", "⚠ 2")
        await pilot.pause()
        line = check_screen(app).split("\n")[0]
        for number in range(1, 7):
            await pilot.click(ViewTabs, offset=(line.index(f" {number}") + 1, 0))
        if line.endswith("  "):
            await pilot.click(ViewTabs, offset=(size[0] - 1, 0))
        await pilot.pause()
        assert [message.name for message in app.messages] == NAMES, "and none beside them"


async def test_the_current_tab_is_told_by_reverse_not_by_its_colour_alone() -> None:
    async with hosted(ViewTabs) as (app, pilot):
        tabs = app.query_one(ViewTabs)
        for current in ("disk", "events"):
            tabs.current = current
            await pilot.pause()
            reversed_words = "".join(
                segment.text
                for segment in tabs.render_line(0)
                if segment.style is not None and segment.style.reverse
            )
            title = next(tab.title for tab in TABS if tab.name == current)
            assert reversed_words.split() == [str(NAMES.index(current) + 1), title]


async def test_a_badge_comes_and_goes_and_is_safe_and_short() -> None:
    async with hosted(ViewTabs) as (app, pilot):
        tabs = app.query_one(ViewTabs)
        for text in PAYLOADS:
            tabs.set_badge("disk", text)
            await pilot.pause()
            assert f"2 Disk {visible(text, 12)}" in check_screen(app)
        tabs.set_badge("disk", "")
        await pilot.pause()
        assert " 2 Disk  3 Session " in check_screen(app)


async def test_tabs_are_fitted_anew_when_the_terminal_changes() -> None:
    async with hosted(ViewTabs, size=(80, 24)) as (app, pilot):
        app.query_one(ViewTabs).current = "sessions"
        assert "6 Health" in check_screen(app)
        await pilot.resize_terminal(40, 12)
        await pilot.pause()
        text = check_screen(app)
        assert "6 Health" not in text
        assert "1 Sessions" in text
