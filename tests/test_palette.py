"""The palette finds sessions by any part of their ids, and shows and runs them as text."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from types import SimpleNamespace
from typing import Any

import pytest
from console_support import until
from console_values import in_memory, on_disk, update_of
from hosting import PAYLOADS, Host, begins, check_screen
from hypothesis import given
from hypothesis import strategies as st
from textual.app import App
from textual.command import Hit
from textual.pilot import Pilot

from console.model.board import Board
from console.screens.palette import HITS, SessionProvider, match, plain


class Console(Host):
    """An app with a board and our palette."""

    COMMANDS = App.COMMANDS | {SessionProvider}

    def __init__(self, board: Any) -> None:
        super().__init__()
        self.desk = SimpleNamespace(board=board)
        self.gone_to: list[str] = []

    async def go_to_session(self, session: str) -> None:
        self.gone_to.append(session)


class Ids:
    """A board that knows ids and nothing else."""

    def __init__(self, newest_first: Sequence[str], disk_only: Sequence[str] = ()) -> None:
        self._newest_first, self._disk_only = list(newest_first), list(disk_only)

    def newest_first(self) -> list[str]:
        return self._newest_first

    def disk_only(self) -> list[str]:
        return self._disk_only

    def tracked(self, session: str) -> str | None:
        return session if session in self._newest_first else None

    def folder(self, session: str) -> str | None:
        return session if session in self._disk_only else None


@asynccontextmanager
async def palette(board: Any) -> AsyncIterator[tuple[Console, Pilot[None]]]:
    """Runs the app over a board."""
    app = Console(board)
    async with app.run_test(size=(100, 40)) as pilot:
        await pilot.pause()
        yield app, pilot


async def hits(board: Any, query: str) -> list[Hit]:
    """What a search finds, in order."""
    async with palette(board) as (app, _pilot):
        return await search(app, query)


async def search(app: Console, query: str) -> list[Hit]:
    found = [hit async for hit in SessionProvider(app.screen).search(query)]
    assert all(isinstance(hit, Hit) for hit in found)
    return found  # type: ignore[return-value]


def texts(found: Iterable[Hit]) -> list[str | None]:
    return [hit.text for hit in found]


async def test_memory_comes_before_the_disk_each_the_newest_first() -> None:
    board = Board()
    tracked = tuple(in_memory(f"s-{number}", recency=number) for number in range(3))
    folders = tuple(on_disk(f"s-{number}", at_ms=number) for number in (7, 8, 9))
    board.apply(update_of(is_fresh=True, tracked=tracked, folders=folders))
    found = await hits(board, "S-")
    assert texts(found) == ["s-2", "s-1", "s-0", "s-9", "s-8", "s-7"]
    assert found[0].help == "Go to this session, in memory"
    assert found[-1].help == "Go to this session, on disk"


async def test_an_id_that_is_the_query_comes_first_then_its_parts_then_its_letters() -> None:
    ids = ["a-m-ain", "xmainx", "main-2", "nothing", "main"]
    assert texts(await hits(Ids(ids), "main")) == ["main", "xmainx", "main-2", "a-m-ain"]


async def test_at_most_so_many_are_found_and_newer_ones_rather_than_older() -> None:
    found = await hits(Ids([f"s-{number}" for number in range(100)]), "s-")
    assert texts(found) == [f"s-{number}" for number in range(HITS)]


async def test_parts_are_never_crowded_out_by_scattered_letters() -> None:
    scattered = [f"a-{number}-b" for number in range(100)]
    assert texts(await hits(Ids(scattered, ["xabx"]), "ab"))[0] == "xabx"


async def test_what_matches_is_underlined() -> None:
    (hit,) = await hits(Ids(["agent:main"]), "main")
    spans = hit.match_display.spans  # type: ignore[union-attr]
    assert [(span.start, span.end) for span in spans] == [(6, 7), (7, 8), (8, 9), (9, 10)]
    assert all("underline" in str(span.style) for span in spans)


async def test_hostile_ids_are_found_by_what_is_shown_of_them_and_shown_as_text() -> None:
    async with palette(Ids(PAYLOADS)) as (app, _pilot):
        for text in PAYLOADS:
            found = await search(app, begins(text))
            assert any((hit.text or "").startswith(begins(text)) for hit in found), ascii(text)
            for hit in found:
                assert hit.text is not None
                assert hit.text.isprintable()
                assert hit.match_display.plain == hit.text  # type: ignore[union-attr]
                assert len(hit.text) <= 160
            for hit in await search(app, text):
                assert hit.text is not None


async def test_a_search_that_textual_s_matcher_would_never_end_ends() -> None:
    ids = ["a" * 4_096 for _ in range(200)]
    assert await hits(Ids(ids), "a" * 30 + "b") == []


async def test_keys_and_drawing_have_their_turn_during_a_search(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("console.screens.palette.TURN_S", 0)
    turns = 0

    async def others() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    board = Ids([f"s-{number}" for number in range(50_000)], [f"d-{n}" for n in range(50_000)])
    async with palette(board) as (app, _pilot):
        task = asyncio.create_task(others())
        assert await search(app, "zz") == []
        task.cancel()
    assert turns > 1_000


async def test_the_board_may_change_while_a_search_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("console.screens.palette.TURN_S", 0)
    board = Ids((), [f"d-{number}" for number in range(5_000)])
    async with palette(board) as (app, _pilot):
        searching = asyncio.create_task(search(app, "-4999"))
        await asyncio.sleep(0)
        board.disk_only().clear()
        assert texts(await searching) == ["d-4999"]


async def test_typing_part_of_an_id_and_enter_goes_there() -> None:
    async with palette(Ids(["agent:main:a", "[@click=app.exit]x[/]"])) as (app, pilot):
        await pilot.press("ctrl+p")
        await pilot.press(*"main:a")
        await until(pilot, lambda: "agent:main:a" in check_screen(app), "the hit")
        await pilot.press("enter")
        await until(pilot, lambda: app.gone_to == ["agent:main:a"], "to be there")
        await pilot.press("ctrl+p")
        await pilot.press(*"@click")
        await until(pilot, lambda: "[@click=app.exit]x[/]" in check_screen(app), "the hostile hit")
        await pilot.press("enter")
        await until(pilot, lambda: len(app.gone_to) == 2, "to be there too")
        assert app.gone_to[1] == "[@click=app.exit]x[/]"
        assert app.is_running


@given(st.text(max_size=6), st.text(max_size=40))
def test_a_match_names_the_letters_of_the_query_in_order(wanted: str, text: str) -> None:
    places = match(wanted, text)
    assert list(places) == sorted(set(places))
    if places:
        found = [text[place] for place in places]
        assert found in (list(wanted), [one for one in wanted if not one.isspace()])
    elif wanted and not any(letter.isspace() for letter in wanted):
        rest = iter(text)
        assert not all(letter in rest for letter in wanted)


@given(st.text(min_size=1, max_size=60) | st.sampled_from(PAYLOADS))
def test_an_id_is_searched_as_it_is_shown(session: str) -> None:
    assert plain(session).isprintable()
