"""The live table: the cursor belongs to a row's key, and only what is seen is drawn."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import pytest
from console_support import lines_of
from console_values import HOSTILE
from rich.cells import cell_len
from textual.app import App, ComposeResult
from textual.pilot import Pilot

from console.messages import CursorMoved, HeaderChosen, RowOpened
from console.model.rows import Cell
from console.text import visible
from console.widgets.columns import Column
from console.widgets.live_table import ARROWS, DIVIDER, MARK, LiveTable

COLUMNS = (
    Column("session", "session", 8, 100, grows=True),
    Column("place", "place", 6, 50, is_right=True),
    Column("extra", "extra", 12, 10),
)
SIZE = (40, 12)
SEEN = SIZE[1] - 1
"""How many rows are seen below the header."""


class Host(App[None]):
    """A table and nothing else; it counts what is asked of it and keeps what it says."""

    CSS = "LiveTable { scrollbar-size-vertical: 1; }"

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[str] = []
        self.moves: list[str | None] = []
        self.acted: list[str | None] = []
        self.marked: set[str] = set()
        self.headers: list[str] = []
        self.opened: list[str] = []

    def compose(self) -> ComposeResult:
        yield LiveTable(COLUMNS, self._cells, is_marked=self.marked.__contains__, id="table")

    def on_mount(self) -> None:
        self.table.focus()

    @property
    def table(self) -> LiveTable:
        return self.query_one(LiveTable)

    def on_cursor_moved(self, message: CursorMoved) -> None:
        self.moves.append(message.key)

    def on_header_chosen(self, message: HeaderChosen) -> None:
        assert message.control is self.table
        self.headers.append(message.column)

    def on_row_opened(self, message: RowOpened) -> None:
        assert message.control is self.table
        self.opened.append(message.key)

    def key_e(self) -> None:
        self.acted.append(self.table.cursor_key)

    def _cells(self, key: str, index: int) -> dict[str, Cell]:
        self.asked.append(key)
        return {"session": Cell(visible(key, 60)), "place": Cell(str(index))}


@asynccontextmanager
async def hosted(
    keys: Sequence[str], size: tuple[int, int] = SIZE
) -> AsyncIterator[tuple[Host, LiveTable, Pilot[None]]]:
    host = Host()
    async with host.run_test(size=size) as pilot:
        host.table.show(keys, empty_text="Nothing here.", divider_text="below")
        await pilot.pause()
        yield host, host.table, pilot


def names(count: int) -> list[str]:
    return [f"s-{number}" for number in range(count)]


def line_of(table: LiveTable) -> int:
    """The line on the screen the cursor's row is drawn on; -1 where it is not seen."""
    found = [
        y for y, text in enumerate(lines_of(table)) if text.split()[:1] == [table.cursor_key or ""]
    ]
    return found[0] if found else -1


# -- the cursor -------------------------------------------------------------------------------


async def test_the_cursor_stays_on_its_key_and_line_as_the_order_changes_around_it() -> None:
    keys = names(200)
    order = random.Random(7)
    async with hosted(keys) as (host, table, pilot):
        table.put_cursor("s-100")
        await pilot.pause()
        for _ in range(40):
            moved = keys.pop(order.randrange(len(keys)))
            if moved == "s-100":
                keys.insert(order.randrange(50, 150), moved)
            else:
                keys.insert(0, moved)
            before = line_of(table)
            table.show(list(keys))
            await pilot.pause()
            assert table.cursor_key == "s-100"
            assert line_of(table) == before
        assert host.moves == ["s-100"]


@pytest.mark.parametrize("chosen", ["s-0", "s-40", "s-199"])
async def test_the_cursors_row_is_seen_however_the_order_is_turned_over(chosen: str) -> None:
    keys = names(200)
    order = random.Random(11)
    async with hosted(keys) as (_, table, pilot):
        table.put_cursor(chosen)
        for _ in range(12):
            order.shuffle(keys)
            rest = [key for key in keys if key == chosen or order.random() < 0.7]
            table.show(rest)
            await pilot.pause()
            assert table.cursor_key == chosen
            assert 1 <= line_of(table) <= SEEN


async def test_when_its_row_goes_away_the_cursor_is_on_none_and_the_next_key_acts_on_none() -> None:
    keys = names(30)
    async with hosted(keys) as (host, table, pilot):
        await pilot.press("down", "down", "down", "down")
        await pilot.press("e")
        assert host.acted == ["s-3"]
        table.show([key for key in keys if key != "s-3"])
        await pilot.press("e")
        assert host.acted == ["s-3", None]
        assert host.moves[-1] is None
        await pilot.press("down")
        assert table.cursor_key == "s-4", "a key puts it on the row that took the place"


async def test_when_the_last_row_goes_away_the_cursor_comes_back_to_the_last_that_is() -> None:
    async with hosted(names(5)) as (_, table, pilot):
        await pilot.press("end")
        assert table.cursor_key == "s-4"
        table.show(names(4))
        assert table.cursor_key is None
        await pilot.press("up")
        assert table.cursor_key == "s-3"
        table.show([])
        await pilot.press("up", "down", "home", "end", "pagedown")
        assert table.cursor_key is None


async def test_before_any_key_the_table_follows_the_newest() -> None:
    keys = names(100)
    async with hosted(keys) as (host, table, pilot):
        for number in range(20):
            keys.insert(0, f"new-{number}")
            table.show(list(keys))
            await pilot.pause()
            assert lines_of(table)[1].split()[0] == f"new-{number}"
        assert table.cursor_key is None
        assert host.moves == []


async def test_letting_go_follows_the_newest_again() -> None:
    async with hosted(names(100)) as (host, table, pilot):
        await pilot.press("end")
        assert lines_of(table)[SEEN].split()[0] == "s-99"
        table.put_cursor(None)
        await pilot.pause()
        assert lines_of(table)[1].split()[0] == "s-0"
        assert host.moves == ["s-99", None]


# -- keys and clicks --------------------------------------------------------------------------


async def test_keys_move_the_cursor_by_rows_by_pages_and_to_both_ends() -> None:
    async with hosted(names(100)) as (_, table, pilot):
        for keys, expected in (
            (("down",), "s-0"),
            (("down", "j"), "s-2"),
            (("up",), "s-1"),
            (("k", "up", "up"), "s-0"),
            (("pagedown",), "s-10"),
            (("pagedown",), "s-20"),
            (("pageup",), "s-10"),
            (("end",), "s-99"),
            (("down",), "s-99"),
            (("G",), "s-99"),
            (("home",), "s-0"),
            (("g",), "s-0"),
        ):
            await pilot.press(*keys)
            assert table.cursor_key == expected, keys
            assert line_of(table) >= 1


async def test_the_divider_is_stepped_over_and_never_chosen() -> None:
    async with hosted(["a", "b", DIVIDER, "c"]) as (_, table, pilot):
        await pilot.press("down", "down", "down")
        assert table.cursor_key == "c"
        await pilot.press("up")
        assert table.cursor_key == "b"
        await pilot.click(LiveTable, offset=(3, 3))
        assert table.cursor_key == "b"
        assert lines_of(table)[3].startswith("── below ───")
    async with hosted([DIVIDER, "c", DIVIDER]) as (_, table, pilot):
        await pilot.press("home")
        assert table.cursor_key == "c"
        await pilot.press("end")
        assert table.cursor_key == "c"


async def test_a_page_that_ends_on_the_divider_goes_past_it() -> None:
    keys = [*names(10), DIVIDER, *names(30)[10:]]
    async with hosted(keys) as (_, table, pilot):
        await pilot.press("home", "pagedown")
        assert table.cursor_key == "s-10"
        await pilot.press("pageup")
        assert table.cursor_key == "s-1"
        table.show(keys[10:])
        await pilot.press("end", "pageup", "pageup")
        assert table.cursor_key == "s-10", "above it is the divider alone"
        await pilot.press("up")
        assert table.cursor_key == "s-10"


async def test_a_click_chooses_the_row_under_it_and_none_past_the_last() -> None:
    async with hosted(names(5)) as (_, table, pilot):
        await pilot.click(LiveTable, offset=(3, 2))
        assert table.cursor_key == "s-1"
        await pilot.click(LiveTable, offset=(3, 0))
        await pilot.click(LiveTable, offset=(3, 8))
        assert table.cursor_key == "s-1"


async def test_a_click_on_a_scrolled_table_chooses_what_is_seen_there() -> None:
    async with hosted(names(100)) as (_, table, pilot):
        await pilot.press("end", "home", "pagedown", "pagedown")
        text = lines_of(table)[4].split()[0]
        await pilot.click(LiveTable, offset=(3, 4))
        assert table.cursor_key == text


async def test_a_resize_keeps_the_cursor_in_sight() -> None:
    async with hosted(names(100)) as (_, table, pilot):
        await pilot.press("home", "pagedown")
        await pilot.resize_terminal(30, 5)
        await pilot.pause()
        assert line_of(table) >= 1


async def test_enter_opens_the_row_under_the_cursor_and_nothing_where_there_is_none() -> None:
    async with hosted(names(5)) as (host, _, pilot):
        await pilot.press("enter")
        await pilot.press("down", "down", "enter")
        assert host.opened == ["s-1"]


async def test_a_double_click_opens_a_row_and_a_single_one_does_not() -> None:
    async with hosted(["a", "b", DIVIDER, "c"]) as (host, table, pilot):
        await pilot.click(LiveTable, offset=(3, 2))
        assert host.opened == []
        await pilot.double_click(LiveTable, offset=(3, 1))
        assert host.opened == ["a"]
        assert table.cursor_key == "a"
        await pilot.double_click(LiveTable, offset=(3, 3))
        await pilot.double_click(LiveTable, offset=(3, 0))
        await pilot.double_click(LiveTable, offset=(3, 9))
        assert host.opened == ["a"], "neither the divider nor the header nor what is below opens"


async def test_a_click_on_a_header_names_its_column_wherever_the_rows_are_scrolled_to() -> None:
    async with hosted(names(100)) as (host, table, pilot):
        await pilot.press("end")
        title = lines_of(table)[0]
        for column in COLUMNS:
            end = title.index(column.title) + len(column.title) - 1
            await pilot.click(LiveTable, offset=(end, 0))
        assert host.headers == ["session", "place", "extra"]
        assert table.cursor_key == "s-99", "the cursor stays"
        await pilot.click(LiveTable, offset=(0, 0))
        assert host.headers == ["session", "place", "extra"]


# -- marks, arrows, columns -------------------------------------------------------------------


async def test_a_marked_row_begins_with_a_sign_under_the_cursor_too() -> None:
    async with hosted(names(5)) as (host, table, pilot):
        host.marked |= {"s-1", "s-3"}
        table.refresh()
        await pilot.press("down", "down")
        marked = [text for text in lines_of(table) if text.startswith(MARK)]
        assert [text[1:].split()[0] for text in marked] == ["s-1", "s-3"]
        assert table.cursor_key == "s-1"
        host.marked.clear()
        assert not any(text.startswith(MARK) for text in lines_of(table))


async def test_the_header_s_arrow_says_which_column_and_which_way() -> None:
    async with hosted(names(5)) as (_, table, _pilot):
        assert not any(arrow in lines_of(table)[0] for arrow in ARROWS.values())
        table.show_sort("place", True)
        assert lines_of(table)[0].split() == ["session", "place▼", "extra"]
        table.show_sort("session", False)
        assert lines_of(table)[0].split() == ["session▲", "place", "extra"]
        table.show_sort(None, False)
        assert lines_of(table)[0].split() == ["session", "place", "extra"]


@pytest.mark.parametrize("width", [1, 2, 5, 6])
async def test_the_arrow_is_seen_however_narrow_its_column(width: int) -> None:
    async with hosted(names(1)) as (_, table, _pilot):
        column = Column("place", "placement", width, 50, is_right=True)
        table.set_columns((COLUMNS[0], column))
        table.show_sort("place", True)
        assert lines_of(table)[0].rstrip().endswith(ARROWS[True])


async def test_other_columns_take_the_place_of_those_there_were() -> None:
    async with hosted(names(5)) as (_, table, pilot):
        await pilot.press("down", "down")
        table.set_columns((COLUMNS[1], COLUMNS[0]))
        assert table.columns == (COLUMNS[1], COLUMNS[0])
        assert lines_of(table)[0].split() == ["place", "session"]
        assert lines_of(table)[2].split() == ["1", "s-1"]
        assert table.cursor_key == "s-1"


# -- drawing ----------------------------------------------------------------------------------


async def test_of_50_000_rows_only_those_that_are_seen_are_drawn() -> None:
    keys = names(50_000)
    async with hosted(keys) as (host, table, pilot):
        assert set(host.asked) == set(keys[:SEEN])
        for press, first in (("end", 50_000 - SEEN), ("home", 0)):
            host.asked.clear()
            await pilot.press(press)
            await pilot.pause()
            assert set(host.asked) <= set(keys[first : first + SEEN])
            assert len(host.asked) <= 4 * SEEN
        host.asked.clear()
        table.show([keys[-1], *keys[:-1]])
        await pilot.pause()
        assert len(host.asked) <= 2 * SEEN


@pytest.mark.parametrize("width", [1, 2, 5, 12, 40, 80])
async def test_every_line_is_exactly_as_wide_as_the_table_whatever_is_in_it(width: int) -> None:
    keys = [*HOSTILE[:8], DIVIDER, *HOSTILE[8:], "漢字", "e\u0301\u0301", "👩‍👩‍👧‍👦", "🏳️‍🌈", "❤️"]
    async with hosted(keys, (width, 50)) as (_, table, _pilot):
        inside = table.scrollable_content_region.width
        for strip in (table.render_line(y) for y in range(50)):
            assert strip.cell_length == cell_len(strip.text) == inside
            assert strip.text.isprintable()


async def test_a_table_without_rows_says_why_and_one_with_rows_does_not() -> None:
    async with hosted([]) as (_, table, pilot):
        assert "Nothing here." in "\n".join(lines_of(table))
        table.show(names(1), empty_text="Nothing here.")
        await pilot.pause()
        assert "Nothing here." not in "\n".join(lines_of(table))
