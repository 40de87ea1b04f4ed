"""The app: what it remembers, themes that are edited while it runs, and how it ends."""

from __future__ import annotations

import os
import signal
import threading
import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from console_support import (
    StillLink,
    build,
    console,
    notices,
    observing,
    shown,
    table,
    until,
    wait_for,
)
from console_values import in_memory, on_disk, statistics, update_of
from feeds import NOW_MS, Clock
from live import audited, keys_of, main_of, question, tell, told, view_of

from console.app import HoldfastApp
from console.choices import Choices, ChoicesFile, Sorting
from console.messages import CapacityChosen
from console.screens.capacity import CapacityDialog
from console.screens.confirm import Confirm
from console.screens.drills import DrillScreen
from console.screens.pruning import PruneScreen
from console.screens.select import SelectDialog
from console.screens.working import Working
from console.settings.paths import audit_path, choices_path, config_path
from console.snapshot import Mode, Update
from console.theming import DEFAULT_DARK
from tracker import Outcome, Rules

THEME = """name = "mine"
primary = "{primary}"
background = "#101418"
surface = "#151a20"
panel = "#1c232b"
foreground = "#e0e6ec"
"""


def some(**changed: Any) -> Update:
    """Two sessions in memory, clean."""
    state = on_disk("x").state
    return update_of(**{
        "is_fresh": True,
        "tracked": tuple(in_memory(x, NOW_MS, state=state, recency=ord(x)) for x in "ab"),
        "folders": (on_disk("a"), on_disk("b")),
        "statistics": statistics(capacity=10, occupancy=2),
        "mode": Mode.OWN,
        **changed,
    })  # fmt: skip


@pytest.fixture
def file(tmp_path: Path) -> ChoicesFile:
    return ChoicesFile(tmp_path / "choices" / "console.toml", Clock(NOW_MS))


def remembered(file: ChoicesFile) -> dict[str, Any]:
    return tomllib.loads(file.path.read_text()) if file.path.exists() else {}


# -- away from the user -----------------------------------------------------------------------


async def test_a_test_writes_to_folders_of_its_own(own_folders: Path) -> None:
    for path in (audit_path(), choices_path(), config_path()):
        assert own_folders in path.parents
    async with told(some()) as (_app, pilot, link):
        await pilot.press("down", "p")
        await until(pilot, lambda: link.asked == ["b"], "the command")
    assert audited(own_folders)[0]["action"] == "pin"
    assert audit_path().exists()


# -- what is remembered -----------------------------------------------------------------------


async def test_sort_columns_and_theme_are_remembered_and_come_back(file: ChoicesFile) -> None:
    async with told(some(), choices_file=file, clock=Clock(NOW_MS)) as (app, pilot, _):
        await pilot.press("full_stop", "full_stop", "i", "2")
        view_of(app).hide_columns(["bytes", "folder"])
        await pilot.press("t", *"holdfast-light")
        await until(pilot, lambda: "holdfast-light" in shown(app), "the theme in the list")
        await pilot.press("enter")
        await until(pilot, lambda: app.theme == "holdfast-light", "the theme")
        wanted = {
            "theme": {"name": "holdfast-light", "chosen_ms": NOW_MS},
            "sort": {"sessions": {"column": "session", "is_descending": True}},
            "hidden": {"disk": ["bytes"]},
        }
        await until(pilot, lambda: remembered(file) == wanted, "the file")
    choices, problem = file.load()
    assert problem == ""
    assert choices.theme is not None
    async with told(
        some(), choices=choices, choices_file=file, theme_name=choices.theme.name
    ) as (app, pilot, _):  # fmt: skip
        assert app.theme == "holdfast-light"
        assert keys_of(app) == ["b", "a"]
        assert view_of(app).roster.sort == ("session", True)
        await pilot.press("2")
        assert view_of(app).hidden_columns == ("bytes",)
        assert "bytes" not in [one.key for one in table(app, "folders").columns]
        await pilot.press("1", "0")
        await until(pilot, lambda: "sort" not in remembered(file), "the natural order")


async def test_what_is_remembered_wrongly_is_left_out() -> None:
    choices = Choices(
        sort={"sessions": Sorting("no-such-column", True)},
        hidden={"sessions": ("session", "nothing", "idle")},
    )
    async with told(some(), choices=choices) as (app, _pilot, _):
        assert view_of(app).roster.sort == (None, False)
        assert view_of(app).hidden_columns == ("idle",), "the one that names the row stays"


async def test_a_capacity_set_by_hand_is_remembered_for_its_directory(file: ChoicesFile) -> None:
    clock = Clock(NOW_MS)
    async with told(some(), choices_file=file, clock=clock) as (app, pilot, link):
        await pilot.press("c", *"7", "enter", "enter")
        await until(pilot, lambda: link.capacities == [7], "the capacity")
        wanted = {"/state": {"sessions": 7, "chosen_ms": NOW_MS}}
        await until(pilot, lambda: remembered(file).get("capacity") == wanted, "the file")
        await pilot.press("z")
        await until(pilot, lambda: link.capacities == [7, 10], "the undo")
        await until(
            pilot, lambda: remembered(file)["capacity"]["/state"]["sessions"] == 10, "the file"
        )
        assert app.choices.capacity_of("/state") is not None


async def test_the_demo_s_capacity_is_not_remembered(file: ChoicesFile) -> None:
    async with told(some(mode=Mode.DEMO), choices_file=file) as (app, pilot, link):
        main_of(app).post_message(CapacityChosen(7))
        await pilot.pause()
        await tell(app, pilot, link, update_of(mode=Mode.DEMO))
        assert app.choices.capacity == {}
        app.theme = "holdfast-light"
        await until(pilot, lambda: "theme" in remembered(file), "the file")
        assert "capacity" not in remembered(file)


async def test_choices_that_cannot_be_written_last_until_the_end_and_it_is_said(
    tmp_path: Path,
) -> None:
    (tmp_path / "choices").write_text("not a folder")
    file = ChoicesFile(tmp_path / "choices" / "console.toml", Clock(NOW_MS))
    async with told(some(), choices_file=file) as (app, pilot, _):
        app.theme = "holdfast-light"
        await until(pilot, lambda: notices(app), "what is said")
        assert "what you choose lasts until the console ends" in notices(app)[0]
        assert app.theme == "holdfast-light"
        assert app.choices.theme is not None


async def test_notes_are_said_first() -> None:
    async with told(some(), notes=["capacity: 7, which was set [red]by hand\x1b[2J"]) as (app, *_):
        assert notices(app) == ["capacity: 7, which was set [red]by hand\\x1b[2J"]


# -- themes -----------------------------------------------------------------------------------


async def test_a_theme_that_is_edited_is_applied_at_once_and_a_broken_edit_is_not(
    tmp_path: Path, file: ChoicesFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("console.themed.THEMES_S", 0.02)
    theme = tmp_path / "mine.toml"
    theme.write_text(THEME.format(primary="#112233"))
    options: dict[str, Any] = {"theme_name": "mine", "theme_folder": tmp_path}
    async with told(some(), choices_file=file, **options) as (app, pilot, _):
        assert app.theme == "mine"
        drawn = main_of(app).query_one("#masthead").styles.background
        theme.write_text(THEME.format(primary="#445566").replace("#1c232b", "#3c434b"))
        await until(pilot, lambda: app.current_theme.primary == "#445566", "the edit")
        masthead = main_of(app).query_one("#masthead")
        await until(pilot, lambda: masthead.styles.background != drawn, "it on the screen")
        assert notices(app) == ["Theme mine was read again."]
        theme.write_text(THEME.format(primary="#zzz"))
        await until(pilot, lambda: len(notices(app)) == 2, "what is wrong")
        assert "mine.toml: primary is '#zzz'" in notices(app)[1]
        assert app.theme == "mine"
        assert app.current_theme.primary == "#445566"
        theme.write_text(THEME.format(primary="#778899"))
        await until(pilot, lambda: app.current_theme.primary == "#778899", "the mended one")
        theme.unlink()
        await until(pilot, lambda: "its file is gone" in notices(app)[-1], "it to be gone")
        assert app.current_theme.primary == "#778899"
        assert app.choices.theme is None, "nobody chose it"
    assert remembered(file) == {}


async def test_a_theme_that_is_not_in_use_is_read_again_quietly(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("console.themed.THEMES_S", 0.02)
    async with told(some(), theme_folder=tmp_path) as (app, pilot, _):
        (tmp_path / "mine.toml").write_text(THEME.format(primary="#112233"))
        await until(pilot, lambda: "mine" in app.available_themes, "the new one")
        assert app.theme == DEFAULT_DARK
        assert notices(app) == []


async def test_a_theme_that_there_is_not_and_a_file_that_is_wrong_are_said_at_the_start(
    tmp_path: Path,
) -> None:
    (tmp_path / "bad.toml").write_text("nam = 'x'")
    async with told(some(), theme_name="none", theme_folder=tmp_path) as (app, *_):
        assert app.theme == DEFAULT_DARK
        said = "\n".join(notices(app))
        assert "There is no theme 'none'" in said
        assert "bad.toml" in said


# -- the end ----------------------------------------------------------------------------------


def end_by_signal() -> None:
    """Sends the signal that ends a shift, where it wouldn't end the tests."""
    assert signal.getsignal(signal.SIGTERM) is not signal.SIG_DFL
    os.kill(os.getpid(), signal.SIGTERM)


@pytest.mark.parametrize("way", ["q", "ctrl+q", "SIGTERM"])
async def test_it_quits_with_code_0(tmp_path: Path, way: str) -> None:
    root = build(tmp_path / "state", ["a", "b"])
    link = observing(root)
    async with console(link) as (app, pilot):
        if way == "SIGTERM":
            end_by_signal()
            await until(pilot, lambda: app._exit, "it to be told")
        else:
            await pilot.press(way)
    assert app.return_code == 0
    assert app.crash is None
    assert link.stop() == ""


DIALOGS = {
    "e": Confirm,
    "c": CapacityDialog,
    "s": SelectDialog,
    "d": DrillScreen,
    "P": PruneScreen,
}


@pytest.mark.parametrize(
    ("key", "way"), zip(DIALOGS, ("ctrl+q", "SIGTERM", "ctrl+q", "SIGTERM", "ctrl+q"), strict=True)
)
async def test_it_quits_while_a_dialog_is_open(key: str, way: str) -> None:
    async with told(some()) as (app, pilot, link):
        await pilot.press("a", key)
        await until(pilot, lambda: isinstance(app.screen, DIALOGS[key]), "the dialog")
        if way == "SIGTERM":
            end_by_signal()
            await until(pilot, lambda: app._exit, "it to be told")
        else:
            await pilot.press(way)
    assert app.return_code == 0
    assert app.crash is None
    assert link.asked == []


class Slow(StillLink):
    """A link whose commands end when a test lets them."""

    def __init__(self) -> None:
        super().__init__()
        self.has_begun = threading.Event()
        self.gate = threading.Event()

    def evict(self, sessions: Sequence[str], progress: object = None) -> tuple[Outcome, ...]:
        self.has_begun.set()
        self.gate.wait(20)
        return super().evict(sessions)


@pytest.mark.parametrize("way", ["q", "ctrl+q", "SIGTERM"])
async def test_it_quits_while_a_command_runs_and_the_command_ends_on_its_own(
    way: str, own_folders: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # With ctrl+q while it is shown at work, with q before.
    monkeypatch.setattr("console.screens.commands.SHOWN_AFTER_S", 0.01 if way == "ctrl+q" else 30)
    link = Slow()
    app = HoldfastApp(link, Rules(), clock=Clock(NOW_MS))
    async with app.run_test(size=(120, 36)) as pilot:
        await tell(app, pilot, link, some())
        await pilot.press("down", "e")
        await until(pilot, link.has_begun.is_set, "the command")
        if way == "ctrl+q":
            await until(pilot, lambda: isinstance(app.screen, Working), "it at work")
        if way == "SIGTERM":
            end_by_signal()
            await until(pilot, lambda: app._exit, "it to be told")
        else:
            await pilot.press(way)
    assert app.return_code == 0
    assert app.crash is None
    link.gate.set()
    wait_for(lambda: len(audited(own_folders)) == 2, "the command to end")
    assert [line["phase"] for line in audited(own_folders)] == ["begin", "end"]
    assert link.asked == ["b"]


async def test_a_command_that_ends_after_its_view_was_left_is_told_all_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("console.screens.commands.SHOWN_AFTER_S", 30)
    link = Slow()
    app = HoldfastApp(link, Rules(), clock=Clock(NOW_MS))
    async with app.run_test(size=(120, 36), notifications=True) as pilot:
        await tell(app, pilot, link, some())
        await pilot.press("2", "down", "e")
        await until(pilot, link.has_begun.is_set, "the command")
        await pilot.press("1", "down")
        link.gate.set()
        await until(pilot, lambda: notices(app), "what came of it")
        assert notices(app)[0].startswith("Evicted a.")
        await pilot.press("x")
        await question(app, pilot)
