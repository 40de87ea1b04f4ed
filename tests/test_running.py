"""A run of the console from its settings to its exit code, and what the next run knows of it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from console_support import build, is_read, notices, shown, tracked_ids, until
from live import view_of
from msgspec.structs import replace
from textual.pilot import Pilot

from console.app import HoldfastApp
from console.choices import ChoicesFile
from console.running import UNREAD, open_console
from console.settings import DemoOptions, Settings, SettingsError
from console.settings.paths import choices_path
from console.theming import DEFAULT_DARK
from tracker import wall_clock_ms

Script = Callable[[HoldfastApp, Pilot[None]], Awaitable[None]]
BASE = Settings(durability="process")


@pytest.fixture
def play(monkeypatch: pytest.MonkeyPatch) -> Callable[..., int]:
    """Runs the console with somebody at the keys instead of on a terminal."""

    def run_played(script: Script, settings: Settings = BASE, **options: object) -> int:
        async def at_the_keys(app: HoldfastApp) -> None:
            async with app.run_test(size=(120, 36), notifications=True) as pilot:
                await script(app, pilot)

        monkeypatch.setattr(HoldfastApp, "run", lambda app: asyncio.run(at_the_keys(app)))
        return open_console(settings, **{"directory": None, **options})  # type: ignore[arg-type]

    return run_played


async def opened(app: HoldfastApp, pilot: Pilot[None]) -> None:
    await until(pilot, lambda: is_read(app), "the directory is read")


def chosen(capacity: int) -> Settings:
    """Settings with a capacity from the command line."""
    return replace(BASE, capacity=capacity, origins={"capacity": "--capacity"})


def test_what_is_chosen_in_one_run_holds_in_the_next(
    tmp_path: Path, play: Callable[..., int]
) -> None:
    root, other = (build(tmp_path / name, ["a", "b", "c"]) for name in ("one", "other"))

    async def first(app: HoldfastApp, pilot: Pilot[None]) -> None:
        await opened(app, pilot)
        assert app.theme == DEFAULT_DARK
        assert notices(app) == []
        app.theme = "holdfast-light"
        await pilot.press("full_stop", "full_stop", "c", *"2", "enter", "enter")
        await until(pilot, lambda: "memory 2/2" in shown(app), "the capacity")
        file = ChoicesFile(choices_path(), wall_clock_ms)
        await until(
            pilot,
            lambda: (found := file.load()[0]).capacity and found.theme and found.sort,
            "the choices to be written",
        )

    async def second(app: HoldfastApp, pilot: Pilot[None]) -> None:
        await opened(app, pilot)
        assert app.theme == "holdfast-light"
        assert view_of(app).roster.sort == ("session", False)
        await until(pilot, lambda: "memory 2/2" in shown(app), "the capacity")
        assert len(notices(app)) == 1
        assert "capacity: 2, which was set by hand" in notices(app)[0]

    async def by_the_command_line(app: HoldfastApp, pilot: Pilot[None]) -> None:
        await opened(app, pilot)
        await until(pilot, lambda: "memory 3/7" in shown(app), "the capacity that was given")
        assert notices(app) == []

    async def elsewhere(app: HoldfastApp, pilot: Pilot[None]) -> None:
        await opened(app, pilot)
        assert app.theme == "holdfast-light"
        await until(pilot, lambda: "memory 3/2,000" in shown(app), "the default")

    assert play(first, directory=str(root)) == 0
    assert play(second, directory=str(root)) == 0
    assert play(by_the_command_line, chosen(7), directory=str(root)) == 0
    assert play(elsewhere, directory=str(other)) == 0


def test_the_demo_begins_with_its_own_capacity_every_time(play: Callable[..., int]) -> None:
    async def first(app: HoldfastApp, pilot: Pilot[None]) -> None:
        await opened(app, pilot)
        await pilot.press("c", *"3", "enter", "enter")
        await until(pilot, lambda: "/3 " in shown(app), "the capacity")
        app.theme = "holdfast-light"
        file = ChoicesFile(choices_path(), wall_clock_ms)
        await until(pilot, lambda: file.load()[0].theme, "the choices to be written")
        assert file.load()[0].capacity == {}

    async def second(app: HoldfastApp, pilot: Pilot[None]) -> None:
        await opened(app, pilot)
        await until(pilot, lambda: "/5 " in shown(app), "the demo's own")

    demo = DemoOptions(seed=1, rate=50.0, capacity=5)
    assert play(first, demo=demo) == 0
    assert play(second, demo=demo) == 0


def test_keys_of_ones_own_hold_and_wrong_ones_are_refused_before_the_screen(
    tmp_path: Path, play: Callable[..., int]
) -> None:
    root = build(tmp_path / "one", ["a", "b"])

    async def script(app: HoldfastApp, pilot: Pilot[None]) -> None:
        await opened(app, pilot)
        await pilot.press("down", "w")
        await until(pilot, lambda: tracked_ids(app) == ["a"], "the eviction")

    async def never(app: HoldfastApp, pilot: Pilot[None]) -> None:
        raise AssertionError("it opened")

    assert play(script, replace(BASE, keys={"session.evict": "w"}), directory=str(root)) == 0
    with pytest.raises(SettingsError, match="did you mean session"):
        play(never, replace(BASE, keys={"session.evikt": "w"}), directory=str(root))


def test_a_directory_that_was_never_read_is_named_and_the_exit_code_says_so(
    tmp_path: Path, play: Callable[..., int], capsys: pytest.CaptureFixture[str]
) -> None:
    async def script(app: HoldfastApp, pilot: Pilot[None]) -> None:
        await until(pilot, lambda: "no such directory" in shown(app), "the face")

    assert play(script, directory=str(tmp_path / "none")) == UNREAD
    assert "no such directory" in capsys.readouterr().err


def test_a_damaged_file_of_choices_is_put_aside_and_said(
    tmp_path: Path, play: Callable[..., int]
) -> None:
    choices_path().parent.mkdir(parents=True)
    choices_path().write_text("theme = 3")

    async def script(app: HoldfastApp, pilot: Pilot[None]) -> None:
        await opened(app, pilot)
        assert "put aside as console.toml.bad-" in notices(app)[0]
        assert app.theme == DEFAULT_DARK

    assert play(script, directory=str(build(tmp_path / "one", ["a"]))) == 0
    assert [path.name[:17] for path in choices_path().parent.iterdir()] == ["console.toml.bad-"]
