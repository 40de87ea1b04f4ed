"""The palette's commands: what the keys do, as they are now, in the words of footer and help."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from types import SimpleNamespace
from typing import Any, ClassVar

from console_support import until
from hosting import Host, check_screen
from textual.app import ComposeResult, SystemCommand
from textual.binding import Binding, BindingType
from textual.command import CommandPalette
from textual.pilot import Pilot
from textual.screen import Screen
from textual.widgets import Button

from console.screens.palette import list_commands
from console.snapshot import Update
from console.views.view import View
from console.widgets.columns import Column


class Rows(View):
    """A view that can be sorted, with keys of its own."""

    COLUMNS: ClassVar[tuple[Column, ...]] = (
        Column("idle", "idle", 5, 1),
        Column("bands", "[fill]", 5, 1),
        Column("bytes", "bytes", 5, 1),
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("space", "mark", "Mark [it]", id="table.mark", tooltip="Mark [this] row"),
        Binding("up,k", "move(-1)", "Up", show=False, id="table.up", tooltip="One row up"),
        Binding("i", "reverse", "Turn the order around", show=False, id="table.reverse"),
        Binding("j", "unnamed", "No id"),
    ]

    def __init__(self, sorted_by: list[str | None]) -> None:
        super().__init__(SimpleNamespace(), id="view-rows")  # type: ignore[arg-type]
        self._sorted_by = sorted_by

    def compose(self) -> ComposeResult:
        yield Button("here")

    def show(self, update: Update, now_ms: int) -> None: ...

    def sorts(self) -> frozenset[str]:
        return frozenset(("idle", "bands"))

    def sort_by(self, column: str | None) -> None:
        self._sorted_by.append(column)


class Main(Screen[None]):
    """A screen with keys: one that works, one that is greyed, one that is gone."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("e", "evict", "Evict", id="session.evict", tooltip="Drop it from memory"),
        Binding("r", "rehydrate", "Rehydrate", id="session.rehydrate", tooltip="Bring it back"),
        Binding("z", "undo", "Undo", id="session.undo", tooltip="Bring the last ones back"),
        Binding("1", "view('rows')", "Rows", show=False, id="view.rows", tooltip="Show rows"),
    ]

    def __init__(self) -> None:
        super().__init__()
        self.done: list[str] = []
        self.sorted_by: list[str | None] = []

    def compose(self) -> ComposeResult:
        yield Rows(self.sorted_by)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        return {"rehydrate": None, "undo": False}.get(action, True)

    def action_evict(self) -> None:
        self.done.append("evict")

    def action_view(self, name: str) -> None:
        self.done.append(f"view {name}")


class Console(Host):
    """An app with a main screen and our commands."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("q", "quit", "Quit", id="app.quit", tooltip="Quit the console"),
    ]

    def on_mount(self) -> None:
        self.push_screen(Main())

    def get_system_commands(self, screen: Screen[Any]) -> Iterable[SystemCommand]:
        yield from list_commands(screen, super().get_system_commands(screen))


@asynccontextmanager
async def palette() -> AsyncIterator[tuple[Console, Main, Pilot[None]]]:
    """Runs the app, with the focus in its view."""
    app = Console()
    async with app.run_test(size=(100, 40)) as pilot:
        await until(pilot, lambda: isinstance(app.screen, Main), "the main screen")
        screen = app.screen
        assert isinstance(screen, Main)
        screen.query_one(Button).focus()
        await pilot.pause()
        yield app, screen, pilot


def titles(screen: Screen[Any]) -> list[str]:
    return [command.title for command in list_commands(screen)]


async def test_commands_are_what_the_keys_of_app_screen_and_view_do() -> None:
    async with palette() as (_app, screen, _pilot):
        commands = {one.title: one.help for one in list_commands(screen)}
        assert commands["Evict"] == "Drop it from memory (e)"
        assert commands["Mark \\[it]"] == "Mark \\[this] row (space)"
        assert commands["Rows"] == "Show rows (1)"
        assert commands["Turn the order around"] == "(i)"
        assert commands["Quit"] == "Quit the console (q)"


async def test_what_can_not_be_done_now_is_no_command_nor_is_a_cursor_key() -> None:
    async with palette() as (_app, screen, _pilot):
        for gone in ("Rehydrate", "Undo", "Up", "No id"):
            assert gone not in titles(screen)


async def test_each_command_comes_once_and_the_key_is_that_of_the_keymap() -> None:
    async with palette() as (app, screen, _pilot):
        app.set_keymap({"session.evict": "x,X"})
        assert titles(screen).count("Evict") == 1
        (command,) = [one for one in list_commands(screen) if one.title == "Evict"]
        assert command.help == "Drop it from memory (x)"


async def test_a_view_that_can_be_sorted_is_sorted_by_each_of_its_columns() -> None:
    async with palette() as (_app, screen, _pilot):
        sorts = [one for one in list_commands(screen) if one.title.startswith("Sort by")]
        assert [one.title for one in sorts] == ["Sort by idle", "Sort by \\[fill]"]
        for one in sorts:
            one.callback()
        assert screen.sorted_by == ["idle", "bands"]
        screen.query_one(Rows).display = False
        assert not any(title.startswith("Sort by") for title in titles(screen))


async def test_textual_s_own_commands_that_a_key_of_ours_does_are_left_out() -> None:
    async with palette() as (app, screen, _pilot):
        all_titles = [one.title for one in app.get_system_commands(screen)]
        assert all_titles.count("Quit") == 1
        assert "Theme" in all_titles, "no key of ours does that here"
        assert "Screenshot" in all_titles


async def test_choosing_a_command_does_what_its_key_does() -> None:
    async with palette() as (app, screen, pilot):
        for typed, words, done in (
            ("evict", "Drop it", "evict"),
            ("rows", "Show rows", "view rows"),
        ):
            await pilot.press("ctrl+p")
            await pilot.press(*typed)
            await until(pilot, lambda words=words: words in check_screen(app), words)
            await pilot.press("enter")
            await until(pilot, lambda done=done: done in screen.done, done)
            assert not CommandPalette.is_open(app)


async def test_the_palette_shows_commands_at_once_and_survives_markup_in_their_words() -> None:
    async with palette() as (app, _screen, pilot):
        await pilot.press("ctrl+p")
        await until(pilot, lambda: "Evict" in check_screen(app), "the commands")
        assert "Mark [it]" in check_screen(app)
        assert "Mark [this] row (space)" in check_screen(app)
        await pilot.press(*"fill")
        await until(pilot, lambda: "Sort by [fill]" in check_screen(app), "the column")
