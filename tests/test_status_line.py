"""The status line: what fits, in which order, and in which tones."""

from __future__ import annotations

import pytest
from hosting import PAYLOADS, SIZES, check_screen, hosted
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from console.model.rows import Cell, Tone
from console.text import visible
from console.widgets.status_line import JOINT, StatusLine, fitting

CELLS = (
    Cell("/verdict:dirty  3 of 20", "accent"),
    Cell("3 marked", "strong"),
    Cell("frozen", "warn"),
    Cell("by idle ▼"),
    Cell("newest first", "dim"),
)


@pytest.mark.parametrize(
    ("size", "words"),
    [
        (SIZES[0], "/verdict:dirty  3 of 20 │ 3 marked │ frozen │ by idle ▼ │ newest first"),
        (SIZES[1], "/verdict:dirty  3 of 20 │ 3 marked │ frozen │ by idle ▼ │ newest first"),
        (SIZES[2], "/verdict:dirty  3 of 20 │ 3 marked"),
    ],
)
async def test_the_most_important_pieces_are_on_the_line_whole(
    size: tuple[int, int], words: str
) -> None:
    async with hosted(StatusLine, size=size) as (app, pilot):
        app.query_one(StatusLine).show(CELLS)
        await pilot.pause()
        assert check_screen(app).split("\n")[0].strip() == words


async def test_each_piece_has_its_tone() -> None:
    tones: tuple[Tone, ...] = ("good", "warn", "bad", "accent", "strong", "dim", "")
    async with hosted(StatusLine) as (app, pilot):
        line = app.query_one(StatusLine)
        line.show([Cell(tone or "plain", tone) for tone in tones])
        await pilot.pause()
        styles = {one.text: one.style for one in line.render_line(0) if one.text != JOINT}
        plain = styles["plain"]
        assert plain is not None
        for tone in tones[:-1]:
            style = styles[tone]
            assert style is not None
            assert (style.color, style.bold) != (plain.color, plain.bold), tone


async def test_hostile_pieces_are_shown_as_text_on_one_line() -> None:
    async with hosted(StatusLine) as (app, pilot):
        line = app.query_one(StatusLine)
        for text in PAYLOADS:
            line.show([Cell("first"), Cell(text, "bad"), Cell("last")])
            await pilot.pause()
            drawn = check_screen(app).split("\n")
            assert drawn[0].startswith(" first │ ")
            assert not "".join(drawn[1:]).strip()
            line.show([Cell(text, "bad")])
            await pilot.pause()
            assert check_screen(app).lstrip().startswith(visible(text)[:6])


@given(st.lists(st.text(max_size=30), max_size=6), st.integers(0, 60))
def test_what_fits_is_never_wider_than_the_room_there_is(texts: list[str], width: int) -> None:
    kept = fitting([Cell(text) for text in texts if text], width)
    assert cell_len(JOINT.join(cell.text for cell in kept)) <= width
    assert all(cell.text.isprintable() for cell in kept)


def test_a_piece_that_is_too_long_makes_way_for_a_shorter_one_behind_it() -> None:
    cells = [Cell("one"), Cell("x" * 40), Cell("two")]
    assert [cell.text for cell in fitting(cells, 12)] == ["one", "two"]


def test_the_first_piece_is_cut_rather_than_left_out() -> None:
    assert [cell.text for cell in fitting([Cell("abcdefgh"), Cell("x")], 5)] == ["abcd…"]
