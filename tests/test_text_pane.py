"""The text pane: wrapped to the width there is, scrolled by keys, drawn line by line."""

from __future__ import annotations

import pytest
from console_support import lines_of
from hosting import Host, hosted
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from console.model.rows import Cell
from console.text import visible
from console.widgets.text_pane import TextPane, lay_out_cells, wrap, wrapped

WIDE = "漢"


def pane(host: Host) -> TextPane:
    return host.query_one(TextPane)


def numbered(count: int, word: str = "line") -> list[str]:
    return [f"{word} {number}" for number in range(count)]


@given(st.text(st.sampled_from(["a", "b", " ", WIDE, "é", "\t", "\x1b"])), st.integers(2, 12))
def test_wrapping_loses_only_blanks_and_keeps_within_the_width(text: str, width: int) -> None:
    safe = visible(text)
    pieces = list(wrap(safe, width))
    assert "".join(pieces).replace(" ", "") == safe.replace(" ", "")
    assert all(cell_len(piece) <= width for piece in pieces)
    assert pieces


def test_lines_break_at_blanks_where_there_are_any() -> None:
    assert list(wrap("one two three", 8)) == ["one two", "three"]
    assert list(wrap("unbreakable", 4)) == ["unbr", "eaka", "ble"]
    assert list(wrap("", 4)) == [""]
    assert list(wrap("exactly", 7)) == ["exactly"]


def test_a_character_wider_than_the_width_has_a_line_of_its_own() -> None:
    assert list(wrap(WIDE * 2, 1)) == [WIDE, WIDE]


async def test_the_keys_scroll_and_stop_at_both_ends() -> None:
    async with hosted(TextPane, size=(30, 10)) as (host, pilot):
        pane(host).show(wrapped(numbered(100)))
        pane(host).focus()
        await pilot.press("down", "down", "up", "j")
        assert lines_of(pane(host))[0].strip() == "line 2"
        await pilot.press("pagedown")
        assert lines_of(pane(host))[0].strip() == "line 11"
        await pilot.press("end")
        assert lines_of(pane(host))[-1].strip() == "line 99"
        await pilot.press("down", "pagedown")
        assert lines_of(pane(host))[-1].strip() == "line 99"
        await pilot.press("home", "up", "pageup")
        assert lines_of(pane(host))[0].strip() == "line 0"


async def test_the_line_at_the_top_stays_as_the_text_changes_but_not_for_another_text() -> None:
    async with hosted(TextPane, size=(30, 10)) as (host, pilot):
        pane(host).show(wrapped(numbered(100)))
        pane(host).focus()
        await pilot.press("pagedown")
        pane(host).show(wrapped(numbered(100, "again")))
        await pilot.pause()
        assert lines_of(pane(host))[0].strip() == "again 9"
        pane(host).show(wrapped(numbered(100, "other")), is_new=True)
        await pilot.pause()
        assert lines_of(pane(host))[0].strip() == "other 0"


async def test_another_width_wraps_anew() -> None:
    async with hosted(TextPane, size=(60, 10)) as (host, pilot):
        pane(host).show(wrapped(["word " * 20]))
        await pilot.pause()
        wide = pane(host).line_count
        await pilot.resize_terminal(20, 10)
        await pilot.pause()
        assert pane(host).line_count > wide > 1


async def test_a_million_lines_are_laid_out_and_their_end_is_reached() -> None:
    async with hosted(TextPane, size=(30, 10)) as (host, pilot):
        pane(host).show(wrapped([""] * 1_000_000 + ["the end"]))
        pane(host).focus()
        await pilot.press("G")
        assert lines_of(pane(host))[-1].strip() == "the end"


async def test_markup_in_a_text_is_text() -> None:
    async with hosted(TextPane, size=(40, 4)) as (host, pilot):
        pane(host).show(lay_out_cells([Cell("[red]x[/red] [@click=app.quit]y", "bad")]))
        await pilot.pause()
        assert "[red]x[/red] [@click=app.quit]y" in lines_of(pane(host))[0]


@pytest.mark.parametrize("width", [1, 2, 5])
def test_a_layout_keeps_what_it_came_to_for_the_last_width(width: int) -> None:
    layout = wrapped(["some words"])
    assert layout(width) is layout(width)
