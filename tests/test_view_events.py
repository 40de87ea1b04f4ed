"""The events view: what happened, newest first; filtered, paused, acting on no neighbour."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from console_support import StillLink, lines_of, until
from console_values import HOSTILE, on_disk, update_of
from hosting import SIZES, Host, check_screen, hosted, screen_lines
from rich.cells import cell_len
from textual.pilot import Pilot

from console.desk import Desk
from console.messages import SessionOpened, StateChanged
from console.model.board import Board
from console.model.chronicle import Chronicle
from console.snapshot import Face, Mode, Update
from console.views.events import EventsView
from console.widgets.lines import Lines
from console.widgets.live_table import LiveTable
from tracker import Change, ChangeKind, PluginEvent, Rules

NOW_MS = 1_795_310_000_000


class Events:
    """A view on a screen, and a hand that makes things happen."""

    def __init__(self, host: Host, pilot: Pilot[None], desk: Desk) -> None:
        self.host, self.pilot, self.desk = host, pilot, desk
        self._number = 0

    @property
    def view(self) -> EventsView:
        return self.host.query_one(EventsView)

    @property
    def table(self) -> LiveTable:
        return self.host.query_one(LiveTable)

    @property
    def rows(self) -> list[str]:
        """The rows that are seen, without the header."""
        return [line.strip() for line in lines_of(self.table)[1:] if line.strip()]

    @property
    def sessions(self) -> list[str]:
        """The sessions of all rows, newest first."""
        found = (self.view._rows.get(key) for key in self.table.keys)
        return [one.session for one in found if one is not None]

    @property
    def said(self) -> list[str]:
        """What is said below the view."""
        return [cell.text for cell in self.view.status()]

    async def happen(
        self, *sessions: str, kind: ChangeKind = ChangeKind.GUARD, **fields: Any
    ) -> None:
        """Lets one change a session happen."""
        changes = []
        for session in sessions:
            self._number += 1
            changes.append(Change(self._number, kind, session, NOW_MS, **fields))
        await self.apply(update_of(mode=Mode.OWN, changes=tuple(changes)))

    async def apply(self, update: Update) -> None:
        self.desk.board.apply(update)
        self.desk.chronicle.apply(update)
        self.view.show(update, NOW_MS)
        await self.pilot.pause()

    async def press(self, *keys: str) -> None:
        await self.pilot.press(*keys)
        await self.pilot.pause()


@asynccontextmanager
async def events(
    size: tuple[int, int] = (120, 24), *, is_open: bool = True
) -> AsyncIterator[Events]:
    desk = Desk(Board(), Chronicle(), StillLink(), None, Rules(), lambda: NOW_MS)  # type: ignore[arg-type]
    made = hosted(
        lambda: EventsView(desk, id="view-events"), size=size, kept=(SessionOpened, StateChanged)
    )
    async with made as (host, pilot):
        one = Events(host, pilot, desk)
        one.view.take_focus()
        if is_open:
            opened = update_of(mode=Mode.OWN)
            desk.chronicle._face = Face.OPEN  # So that no row says that it was opened.
            await one.apply(opened)
        yield one


async def test_what_happens_is_shown_newest_first_with_all_there_is_to_say() -> None:
    async with events() as one:
        await one.happen(
            "agent:main", kind=ChangeKind.EVICTED, detail="idle", age_ms=7_200_000, idle_ms=61_000
        )
        await one.happen("s-2", kind=ChangeKind.REHYDRATED, load_ns=14_000)
        await one.happen("s-3", kind=ChangeKind.CHECKPOINT, detail="quality-80")
        assert [row.split(maxsplit=3)[1:] for row in one.rows] == [
            ["checkpoint", "s-3", "quality-80"],
            ["rehydrated", "s-2", "loaded in 14 µs"],
            ["evicted", "agent:main", "idle · idle 1m · in memory 2h"],
        ]


async def test_before_anything_happened_it_says_so() -> None:
    async with events(is_open=False) as one:
        await one.apply(update_of(mode=Mode.OWN, face=Face.OPENING, statistics=None))
        assert "Reading the directory…" in one.rows
    async with events() as one:
        assert "Nothing has happened yet." in one.rows


async def test_the_row_under_the_cursor_is_said_whole_below() -> None:
    async with events() as one:
        why = "policy-state.json: not JSON: " + "x" * 150
        await one.happen("s-1", kind=ChangeKind.LOAD_FAILED, detail="corrupt", why=why)
        below = one.view.query_one(Lines)
        assert not below.display
        await one.press("down")
        assert below.display
        assert f"corrupt · {why}" in below.text
        assert "told by the tracker" in below.text
        await one.press("home")
        one.view.step_back()
        await one.pilot.pause()
        assert not below.display


async def test_enter_goes_to_the_session_and_an_event_of_none_goes_nowhere() -> None:
    async with events() as one:
        await one.happen("s-1")
        await one.happen("", kind=ChangeKind.CAPACITY, count=5)
        await one.press("down", "enter")
        assert one.view.subject is None
        await one.press("down", "enter")
        assert one.view.subject == "s-1"
        opened = [message for message in one.host.messages if isinstance(message, SessionOpened)]
        assert [message.session for message in opened] == ["s-1"]


async def test_the_cursor_stays_on_its_event_as_newer_ones_come() -> None:
    async with events() as one:
        await one.happen("a", "b", "c")
        await one.press("down", "down")
        assert one.view.subject == "b"
        await one.happen(*"defghijk")
        assert one.view.subject == "b"
        assert one.view.targets() == ("b",)


async def test_f_pauses_the_rows_says_how_many_are_newer_and_loses_none() -> None:
    async with events() as one:
        await one.happen("a", "b")
        await one.press("f")
        assert one.said[0] == "paused · 0 newer"
        await one.happen(*[f"s-{number}" for number in range(37)])
        assert one.sessions == ["b", "a"]
        assert one.said[0] == "paused · 37 newer"
        await one.press("f")
        assert one.sessions == [*[f"s-{number}" for number in range(36, -1, -1)], "b", "a"]
        assert one.said == ["39 events"]


async def test_while_paused_it_says_how_many_fell_out_of_what_is_kept(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("console.model.chronicle.KEPT", 5)
    async with events() as one:
        await one.happen(*"abcde")
        await one.press("f")
        await one.happen(*"fghijklm")
        assert one.sessions == list("edcba")
        assert one.said[0] == "paused · 8 newer, 3 of all fell out"
        await one.press("f")
        assert one.sessions == list("mlkji")
        assert one.said == ["5 events", "8 older ones fell out"]


async def test_a_dialog_holds_the_rows_and_a_pause_outlives_it() -> None:
    async with events() as one:
        await one.happen("a")
        one.view.hold("dialog")
        await one.happen("b")
        assert one.said[0] == "held · 1 newer"
        await one.press("f")
        one.view.let_go("dialog")
        assert one.sessions == ["a"]
        assert one.said[0] == "paused · 1 newer"
        await one.press("f")
        assert one.sessions == ["b", "a"]


async def test_a_filter_shows_what_matches_now_and_later() -> None:
    async with events() as one:
        await one.happen("main", "side")
        await one.happen("main", kind=ChangeKind.EVICTED, detail="operator")
        assert one.view.take_filter("kind:guard session:main") == ""
        assert one.sessions == ["main"]
        await one.happen("side", "main")
        assert one.sessions == ["main", "main"]
        assert one.said[0] == "/kind:guard session:main  2 of 5"
        assert one.view.take_filter("cause:operator") == ""
        assert len(one.sessions) == 1
        assert one.view.take_filter("") == ""
        assert len(one.sessions) == 5


async def test_a_filter_that_cannot_be_read_changes_nothing_and_says_why() -> None:
    async with events() as one:
        await one.happen("a")
        one.view.take_filter("session:a")
        problem = one.view.take_filter("kind:nonsense")
        assert "nonsense" in problem
        assert one.view.filter_text == "session:a"
        assert one.sessions == ["a"]


async def test_a_filter_that_nothing_matches_says_how_to_end_it() -> None:
    async with events() as one:
        await one.happen("a")
        one.view.take_filter("session:nobody")
        await one.pilot.pause()
        assert one.rows == ["Nothing matches the filter; escape clears it."]


async def test_escape_ends_the_pause_then_the_filter_then_lets_the_cursor_go() -> None:
    async with events() as one:
        await one.happen("a", "b")
        one.view.take_filter("session:a")
        await one.press("down", "f")
        assert one.view.step_back()
        assert one.said[0].startswith("/session:a")
        assert one.view.step_back()
        assert one.said == ["2 events"]
        assert one.view.subject == "a"
        assert one.view.step_back()
        assert one.view.subject is None
        assert not one.view.step_back()


async def test_going_to_a_session_puts_the_cursor_on_its_newest_event() -> None:
    async with events() as one:
        await one.happen("a", "b", "a", "c")
        assert one.view.go_to("a")
        assert one.table.cursor_key == one.table.keys[1]
        assert not one.view.go_to("nobody")


async def test_what_was_never_told_and_a_log_that_is_not_read_are_said() -> None:
    async with events() as one:
        await one.happen("a")
        one._number += 100
        await one.happen("b")
        assert "100 came too fast to be told" in one.said
        await one.apply(update_of(mode=Mode.OWN, plugin_why="unsafe: a FIFO"))
        assert "the plugin's log: unsafe: a FIFO" in one.said


async def test_an_observer_sees_checkpoints_and_the_plugins_log() -> None:
    async with events() as one:
        event = PluginEvent(NOW_MS, "p", "compact", 42, 71, "compact-before")
        await one.apply(
            update_of(
                folders=(on_disk("d", at_ms=NOW_MS, checkpoints=1, last_trigger="quality-70"),),
                plugin_events=(event,),
            )
        )
        assert [row.split(maxsplit=3)[1:] for row in one.rows] == [
            ["checkpoint", "d", "quality-70"],
            ["plugin", "p", "compact · compact-before · fill 42 · quality 71"],
        ]


@pytest.mark.parametrize("size", [(160, 48), *SIZES, (20, 4)], ids=str)
async def test_at_every_size_time_kind_and_session_are_there(size: tuple[int, int]) -> None:
    async with events(size) as one:
        await one.happen("s-1", kind=ChangeKind.EVICTED, detail="capacity")
        assert "s-1" in one.rows[0]
        if size[0] >= 40:
            assert "evicted" in one.rows[0]
        if size[0] >= 80:
            assert "capacity · idle 0s" in one.rows[0]
        await one.press("down")
        check_screen(one.host)
        await one.pilot.resize_terminal(1, 1)
        await one.pilot.resize_terminal(200, 60)
        await until(
            one.pilot,
            lambda: {cell_len(line) for line in screen_lines(one.host)} == {200},
            "the whole of the new size",
        )
        check_screen(one.host)


async def test_hostile_text_is_shown_as_text() -> None:
    async with events((100, 24)) as one:
        for text in HOSTILE:
            await one.happen(text, kind=ChangeKind.LOAD_FAILED, detail=text, why=text)
        await one.apply(
            update_of(
                mode=Mode.OWN,
                plugin_why=HOSTILE[7],
                plugin_events=tuple(PluginEvent(NOW_MS, text, text, tool=text) for text in HOSTILE),
            )
        )
        for _ in range(len(one.table.keys)):
            one.table.action_move(1)
            await one.pilot.pause()
            check_screen(one.host)
        assert all(text.isprintable() for text in one.said)
