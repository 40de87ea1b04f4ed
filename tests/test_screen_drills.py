"""The drill screen: what can be chosen, what is run, how it ends, and where its report goes."""

from __future__ import annotations

import json
import os
import stat
import tomllib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from broken_stores import ForgetsGuards
from console_support import (
    build,
    notices,
    observing,
    owning,
    shown,
    started,
    until,
    was_read,
)
from console_values import HOSTILE, in_memory, on_disk, statistics, update_of
from desks import SIZES, DeskApp, ToldLink, desk_of, shown_screen
from directories import tree
from feeds import NOW_MS
from textual.pilot import Pilot
from textual.widgets import Button

from console.desk import Desk
from console.embedded import commands
from console.screens.confirm import Confirm
from console.screens.drills import DrillScreen, Phase
from console.snapshot import Mode
from console.widgets.drill_report import DrillReport
from console.widgets.entry import Entry
from console.widgets.headway import Headway
from console.widgets.lines import Lines
from console.widgets.live_table import LiveTable
from console.widgets.options import Options
from tracker import (
    Check,
    Difference,
    DrilledSession,
    Ending,
    ReadError,
    Report,
    Spread,
    drill_directory,
    drill_restore,
)


def report(*sessions: DrilledSession, plan: Any = "restore", **changed: Any) -> Report:
    count = {ending: sum(one.ended is ending for one in sessions) for ending in Ending}
    fields: dict[str, Any] = {
        "directory": "/state",
        "where": "scratch",
        "seed": 7,
        "started_ms": NOW_MS,
        "duration_ms": 1_230,
        "has_passed": not count[Ending.FAILED],
        "was_stopped": False,
        "passed": count[Ending.PASSED],
        "failed": count[Ending.FAILED],
        "skipped": count[Ending.SKIPPED],
        "load_time_ns": Spread(3, 39_000, 80_000, 1_200_000),
        "checks": (Check("the recency order is as it was", True),),
        "sessions": sessions,
    }
    return Report(plan=plan, **{**fields, **changed})


PASSED = DrilledSession("s-1", Ending.PASSED, durable=4, guards=1, spilled=2, load_ns=39_000)
LOST = DrilledSession(
    "s-2",
    Ending.FAILED,
    durable=3,
    guards=1,
    differences=(Difference("guards", ("continuity",), ()),),
    load_ns=80_000,
)
SKIPPED = DrilledSession("link", Ending.SKIPPED, why="refused, a symbolic link")


class Scene:
    """A drill screen over a link, on an app."""

    def __init__(self, screen: DrillScreen, link: Any, app: DeskApp, pilot: Pilot[None]) -> None:
        self.screen, self.link, self.app, self.pilot = screen, link, app, pilot

    @property
    def phase(self) -> Phase:
        return self.screen._phase

    @property
    def asked(self) -> list[tuple[Any, ...]]:
        """The drills that were asked for."""
        calls: list[tuple[Any, ...]] = self.link.calls("drill")
        return calls

    def options(self, name: str) -> Options:
        return self.screen.query_one(f"#drill-{name}", Options)

    def type(self, name: str, text: str) -> None:
        self.screen.query_one(f"#drill-{name}", Entry).value = text

    def said(self, name: str) -> str:
        return self.screen.query_one(f"#{name}", Lines).text

    async def until(self, condition: Any, what: str) -> None:
        await until(self.pilot, condition, what)

    async def until_ended(self) -> None:
        await self.until(lambda: self.phase is Phase.ENDED, "the drill ends")
        await self.pilot.pause()


def desk(link: ToldLink, folder: Path, **update: Any) -> Desk:
    names = ("s-1", "s-2", "s-3")
    fields: dict[str, Any] = {
        "is_fresh": True,
        "mode": Mode.OWN,
        "folders": tuple(on_disk(name) for name in (*names, "cold")),
        "tracked": tuple(in_memory(name) for name in names),
        "statistics": statistics(occupancy=3),
    }
    return desk_of(link, folder, update_of(**{**fields, **update}))


@asynccontextmanager
async def screen_of(
    tmp_path: Path,
    *reports: Report,
    size: tuple[int, int] = (120, 36),
    targets: tuple[str, ...] = (),
    **update: Any,
) -> AsyncIterator[Scene]:
    """Opens a drill screen over a link that yields reports."""
    link = ToldLink()
    link.reports = reports
    screen = DrillScreen(desk(link, tmp_path, **update), targets, folder=tmp_path / "drills")
    try:
        async with shown_screen(screen, size) as (app, pilot):
            yield Scene(screen, link, app, pilot)
    finally:
        link.end()


# -- choosing ---------------------------------------------------------------------------------


async def test_enter_starts_the_usual_drill_all_sessions_on_a_scratch_copy(tmp_path: Path) -> None:
    async with screen_of(tmp_path, report(PASSED)) as scene:
        await scene.pilot.press("enter")
        await scene.until_ended()
        ((_, plan, options),) = scene.asked
        assert plan == "restore"
        assert options == {"is_live": False, "sessions": None, "count": None, "seed": 1}
        assert not (tmp_path / "state" / "audit.jsonl").exists()


async def test_the_plan_the_count_and_the_seed_are_what_was_chosen(tmp_path: Path) -> None:
    async with screen_of(tmp_path, report(PASSED)) as scene:
        scene.options("plan").focus()
        await scene.pilot.press("down", "down", "down")
        assert scene.options("plan").chosen == "all"
        scene.options("which").focus()
        await scene.pilot.press("down")
        scene.type("count", "12")
        scene.type("seed", "-5")
        await scene.pilot.press("ctrl+s")
        await scene.until_ended()
        ((_, plan, options),) = scene.asked
        assert (plan, options["count"], options["seed"]) == ("all", 12, -5)


async def test_the_marked_sessions_are_drilled_where_several_are_marked(tmp_path: Path) -> None:
    async with screen_of(tmp_path, report(PASSED), targets=("s-1", "cold")) as scene:
        assert "2 sessions" in shown(scene.app)
        await scene.pilot.press("enter")
        await scene.until_ended()
        ((_, _, options),) = scene.asked
        assert options["sessions"] == ("s-1", "cold")


async def test_the_one_under_the_cursor_is_offered_but_all_are_drilled_unless_it_is_chosen(
    tmp_path: Path,
) -> None:
    async with screen_of(tmp_path, report(PASSED), targets=("s-1",)) as scene:
        assert scene.options("which").chosen == "all"
        scene.options("which").choose("chosen")
        await scene.pilot.press("ctrl+s")
        await scene.until_ended()
        assert scene.asked[0][2]["sessions"] == ("s-1",)


async def test_a_plan_of_its_own_sessions_asks_for_none(tmp_path: Path) -> None:
    async with screen_of(tmp_path, report(plan="wave"), targets=("s-1", "s-2")) as scene:
        scene.options("plan").choose("wave")
        await scene.pilot.pause()
        assert not scene.options("which").is_on_screen
        await scene.pilot.press("ctrl+s")
        await scene.until_ended()
        assert scene.asked[0][2]["sessions"] is None


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("seed", "x", "'x' is no seed"),
        ("seed", "", "'' is no seed"),
        ("count", "0", "'0' is no number of sessions"),
        ("count", "-1", "'-1' is no number of sessions"),
    ],
)
async def test_a_number_that_is_none_is_said_and_nothing_runs(
    tmp_path: Path, name: str, text: str, words: str
) -> None:
    async with screen_of(tmp_path, report(PASSED)) as scene:
        scene.options("which").choose("coldest")
        scene.type(name, text)
        await scene.pilot.press("ctrl+s")
        assert words in scene.said("drill-said")
        assert (scene.phase, scene.asked) == (Phase.CHOOSING, [])


async def test_a_click_chooses_an_option_and_starts_the_drill(tmp_path: Path) -> None:
    async with screen_of(tmp_path, report(plan="wave")) as scene:
        await scene.pilot.click("#drill-plan", offset=(5, 1))
        assert scene.options("plan").chosen == "wave"
        await scene.pilot.click("#drill-start")
        await scene.until_ended()
        assert scene.asked[0][1] == "wave"


async def test_what_is_chosen_can_be_told_without_colour(tmp_path: Path) -> None:
    async with screen_of(tmp_path) as scene:
        lines = [line for line in shown(scene.app).splitlines() if "●" in line]
        assert len(lines) == 3
        assert [line.split("●")[1].split()[0] for line in lines] == ["restore", "all", "scratch"]


# -- live -------------------------------------------------------------------------------------


async def test_read_only_offers_no_live_drill_at_all(tmp_path: Path) -> None:
    async with screen_of(tmp_path, is_read_only=True) as scene:
        screen = shown(scene.app)
        assert "scratch copy" in screen
        assert "live" not in screen


async def test_an_observer_sees_why_there_is_no_live_drill(tmp_path: Path) -> None:
    async with screen_of(tmp_path, mode=Mode.OBSERVE) as scene:
        assert "only an owner can; this console observes" in shown(scene.app)
        scene.options("where").focus()
        await scene.pilot.press("down")
        scene.options("where").choose("live")
        assert scene.options("where").chosen == "scratch"


async def test_a_live_drill_goes_with_the_restore_plan_only(tmp_path: Path) -> None:
    async with screen_of(tmp_path) as scene:
        scene.options("where").choose("live")
        scene.options("plan").choose("wave")
        await scene.pilot.pause()
        assert scene.options("where").chosen == "scratch"
        assert "goes with the restore plan only" in shown(scene.app)


async def test_a_live_drill_asks_first_naming_the_count_and_acts_on_those_ids(
    tmp_path: Path,
) -> None:
    async with screen_of(tmp_path, report(PASSED, where="live")) as scene:
        scene.options("where").choose("live")
        scene.options("which").choose("coldest")
        scene.type("count", "2")
        await scene.pilot.press("ctrl+s")
        await scene.until(lambda: isinstance(scene.app.screen, Confirm), "the question")
        assert "Drill 2 sessions?" in shown(scene.app)
        assert "s-1" in shown(scene.app)
        assert scene.asked == []
        scene.screen._desk.board.apply(
            update_of(mode=Mode.OWN, tracked=(in_memory("s-1"),), dropped=("s-2",))
        )
        await scene.pilot.press("y")
        await scene.until_ended()
        ((_, plan, options),) = scene.asked
        assert (plan, options["is_live"], options["count"]) == ("restore", True, None)
        assert options["sessions"] == ("s-1", "s-2")
        begin = (tmp_path / "state" / "audit.jsonl").read_text().splitlines()[0]
        assert json.loads(begin)["ids"] == ["s-1", "s-2"]


async def test_a_no_to_the_question_runs_nothing_and_keeps_the_form(tmp_path: Path) -> None:
    async with screen_of(tmp_path, report(PASSED)) as scene:
        scene.options("where").choose("live")
        await scene.pilot.press("ctrl+s")
        await scene.until(lambda: isinstance(scene.app.screen, Confirm), "the question")
        await scene.pilot.press("n")
        await scene.pilot.pause()
        assert scene.app.screen is scene.screen
        assert (scene.phase, scene.asked) == (Phase.CHOOSING, [])


async def test_with_nothing_in_memory_there_is_nothing_to_drill_live(tmp_path: Path) -> None:
    async with screen_of(tmp_path, tracked=()) as scene:
        scene.options("where").choose("live")
        await scene.pilot.press("ctrl+s")
        assert "no session in memory" in scene.said("drill-said")


# -- running ----------------------------------------------------------------------------------


async def test_progress_shows_done_of_total_and_what_is_drilled(tmp_path: Path) -> None:
    async with screen_of(tmp_path, report(PASSED)) as scene:
        scene.link.gate.clear()
        scene.link.steps = 40
        await scene.pilot.press("enter")
        await scene.until(lambda: "40 of 40" in shown(scene.app), "the progress")
        assert "restore, on a scratch copy, seed 1" in shown(scene.app)
        assert scene.screen.query_one(Headway).display
        scene.link.gate.set()
        await scene.until_ended()
        assert not scene.screen.query_one(Headway).display


async def test_escape_stops_it_and_the_report_says_what_was_done_so_far(tmp_path: Path) -> None:
    stopped = report(PASSED, has_passed=False, was_stopped=True)
    async with screen_of(tmp_path, stopped) as scene:
        scene.link.gate.clear()
        await scene.pilot.press("enter")
        await scene.until(lambda: scene.asked, "the drill runs")
        await scene.pilot.press("escape")
        await scene.until_ended()
        assert scene.link.was_stopped
        assert "S T O P P E D" in shown(scene.app)
        assert "1 session so far, none failed" in shown(scene.app)
        assert scene.app.screen is scene.screen
        await scene.pilot.press("escape")
        await scene.until(lambda: scene.app.screen is not scene.screen, "it closes")


async def test_a_second_escape_closes_without_waiting(tmp_path: Path) -> None:
    async with screen_of(tmp_path, report(PASSED)) as scene:
        held = scene.link.gate
        held.clear()
        scene.link._wait = lambda progress: held.wait(20)
        await scene.pilot.press("enter")
        await scene.until(lambda: scene.asked, "the drill runs")
        await scene.pilot.press("escape")
        await scene.until(lambda: "Stopping" in shown(scene.app), "the words")
        await scene.pilot.press("escape")
        await scene.until(lambda: scene.app.screen is not scene.screen, "it closes")
        held.set()


async def test_closing_the_screen_while_it_runs_stops_the_drill(tmp_path: Path) -> None:
    async with screen_of(tmp_path, report(PASSED)) as scene:
        scene.link.gate.clear()
        await scene.pilot.press("enter")
        await scene.until(lambda: scene.asked, "the drill runs")
        scene.screen.dismiss()
        await scene.until(lambda: scene.link.was_stopped, "the drill stops")


async def test_the_console_can_be_left_while_it_runs(tmp_path: Path) -> None:
    async with screen_of(tmp_path, report(PASSED)) as scene:
        scene.link.gate.clear()
        await scene.pilot.press("enter")
        await scene.until(lambda: scene.asked, "the drill runs")
        scene.app.exit()
    assert scene.screen._going.was_stopped


async def test_an_enter_too_many_does_not_stop_what_the_first_one_began(tmp_path: Path) -> None:
    async with screen_of(tmp_path, report(PASSED)) as scene:
        scene.link.gate.clear()
        await scene.pilot.press("enter", "enter")
        await scene.until(lambda: scene.asked, "the drill runs")
        await scene.pilot.press("enter")
        scene.link.gate.set()
        await scene.until_ended()
        assert not scene.link.was_stopped
        assert len(scene.asked) == 1


async def test_the_stop_button_stops_it(tmp_path: Path) -> None:
    async with screen_of(tmp_path, report(PASSED, was_stopped=True)) as scene:
        scene.link.gate.clear()
        await scene.pilot.press("enter")
        await scene.until(lambda: scene.asked, "the drill runs")
        await scene.pilot.click("#drill-halt")
        await scene.until_ended()
        assert scene.link.was_stopped


async def test_a_drill_that_cannot_be_done_says_why(tmp_path: Path) -> None:
    async with screen_of(tmp_path) as scene:
        scene.link.reports = ReadError("/state: can't be listed \x1b[2J", "/state")
        await scene.pilot.press("enter")
        await scene.until_ended()
        assert "F A I L E D   The drill could not be done." in shown(scene.app)
        assert "can't be listed \\x1b[2J" in shown(scene.app)


async def test_what_nobody_foresaw_is_shown_too(tmp_path: Path) -> None:
    async with screen_of(tmp_path) as scene:
        scene.link.reports = RuntimeError("no more threads")
        await scene.pilot.press("enter")
        await scene.until_ended()
        assert "no more threads" in shown(scene.app)


# -- the report -------------------------------------------------------------------------------


async def test_a_pass_is_large_and_in_words_with_load_times_and_seed(tmp_path: Path) -> None:
    async with screen_of(tmp_path, report(PASSED)) as scene:
        await scene.pilot.press("enter")
        await scene.until_ended()
        screen = words_on(scene.app)
        for part in (
            "✔ P A S S E D 1 session came back exactly.",
            "p50 39 µs, p99 80 µs, worst 1.2 ms",
            "seed 7",
            "passed the recency order is as it was",
            "passed s-1 4 1 2 39 µs",
        ):
            assert part in screen


async def test_a_failure_names_the_sessions_first_and_what_was_lost(tmp_path: Path) -> None:
    async with screen_of(tmp_path, report(LOST, SKIPPED, PASSED)) as scene:
        await scene.pilot.press("enter")
        await scene.until_ended()
        screen = shown(scene.app)
        assert "✗  F A I L E D   1 of 2 sessions did not come back exactly." in screen
        table = scene.screen.query_one("#drilled", LiveTable)
        assert [table.render_line(y).text.split()[0] for y in (1, 2, 3)] == [
            "failed",
            "skipped",
            "passed",
        ]
        await scene.pilot.press("down")
        assert "failed: s-2" in scene.said("one-lines")
        assert "guards: continuity in memory, none on disk" in shown(scene.app)


async def test_a_check_that_does_not_hold_is_a_failure(tmp_path: Path) -> None:
    wrong = report(
        PASSED, plan="wave", has_passed=False, checks=(Check("nothing is lost", False, "2 are"),)
    )
    async with screen_of(tmp_path, wrong) as scene:
        await scene.pilot.press("enter")
        await scene.until_ended()
        assert "F A I L E D   1 check did not hold." in shown(scene.app)
        assert "failed   nothing is lost: 2 are" in shown(scene.app)


async def test_all_plans_show_each_report_as_it_comes_and_end_as_the_worst(tmp_path: Path) -> None:
    reports = (report(PASSED), report(LOST, plan="wave"), report(plan="invisibility"))
    async with screen_of(tmp_path, *reports) as scene:
        scene.options("plan").choose("all")
        await scene.pilot.press("ctrl+s")
        await scene.until_ended()
        screen = shown(scene.app)
        assert "F A I L E D" in screen
        for part in ("restore passed: ", "wave failed: ", "invisibility passed: "):
            assert part in screen


async def test_another_drill_can_be_chosen_after_one(tmp_path: Path) -> None:
    async with screen_of(tmp_path, report(PASSED)) as scene:
        await scene.pilot.press("enter")
        await scene.until_ended()
        await scene.pilot.press("n")
        assert scene.phase is Phase.CHOOSING
        assert not scene.screen.query_one(DrillReport).display
        await scene.pilot.press("enter")
        await scene.until_ended()
        assert len(scene.asked) == 2


# -- saving -----------------------------------------------------------------------------------


async def test_w_saves_the_report_as_toml_and_json_readable_by_its_user_alone(
    tmp_path: Path,
) -> None:
    async with screen_of(tmp_path, report(LOST, PASSED)) as scene:
        await scene.pilot.press("w")
        assert not (tmp_path / "drills").exists()
        await scene.pilot.press("enter")
        await scene.until_ended()
        await scene.pilot.press("w")
        await scene.until(lambda: "saved as" in scene.said("drill-said"), "it is saved")
        folder = tmp_path / "drills"
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        json_path, toml_path = sorted(folder.iterdir())
        assert json_path.name == f"2026-11-22T01-13-20.000Z-restore-{os.getpid()}.json"
        assert toml_path.name == json_path.name.replace(".json", ".toml")
        assert {stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()} == {0o600}
        (saved,) = json.loads(json_path.read_bytes())
        assert tomllib.loads(toml_path.read_text())["drill"] == [saved]
        assert saved["sessions"][0]["session"] == "s-2"
        assert scene.said("drill-said") == f"saved as {json_path.name} and .toml in {folder}"


async def test_a_report_that_cannot_be_saved_says_why_and_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "drills").write_text("in the way")
    async with screen_of(tmp_path, report(PASSED)) as scene:
        await scene.pilot.press("enter")
        await scene.until_ended()
        await scene.pilot.press("w")
        await scene.until(lambda: "can't be saved" in scene.said("drill-said"), "why not")
        assert "File exists" in scene.said("drill-said")
        assert notices(scene.app) == []


async def test_a_report_that_is_there_already_is_not_written_over(tmp_path: Path) -> None:
    async with screen_of(tmp_path, report(PASSED)) as scene:
        await scene.pilot.press("enter")
        await scene.until_ended()
        await scene.pilot.press("w")
        await scene.until(lambda: "saved as" in scene.said("drill-said"), "it is saved")
        (path,) = (tmp_path / "drills").glob("*.json")
        path.write_text("mine")
        (tmp_path / "drills").joinpath(path.name.replace(".json", ".toml")).unlink()
        await scene.pilot.press("w")
        await scene.until(lambda: "can't be saved" in scene.said("drill-said"), "why not")
        assert [one.name for one in (tmp_path / "drills").iterdir()] == [path.name]
        assert path.read_text() == "mine"


# -- looks ------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", SIZES)
async def test_every_size_can_start_a_drill_and_says_how_it_ended(
    tmp_path: Path, size: tuple[int, int]
) -> None:
    async with screen_of(tmp_path, report(LOST, PASSED), size=size) as scene:
        assert "restore" in shown(scene.app)
        assert scene.screen.query_one("#drill-start", Button).region.bottom <= size[1]
        assert "Close" in shown(scene.app)
        await scene.pilot.click("#drill-start")
        await scene.until_ended()
        screen = shown(scene.app)
        assert "F A I L E D" in screen
        assert "s-2" in screen


@pytest.mark.parametrize("size", [(120, 36), (40, 12)])
async def test_hostile_ids_and_reasons_are_shown_escaped(
    tmp_path: Path, size: tuple[int, int]
) -> None:
    sessions = [
        DrilledSession(
            text, Ending.FAILED, differences=(Difference("bands", text, None),), why=text
        )
        for text in HOSTILE
    ]
    hostile = report(*sessions, checks=(Check("sound", False, HOSTILE[7]),))
    async with screen_of(tmp_path, hostile, size=size, targets=(HOSTILE[7],)) as scene:
        assert_clean(scene.app)
        await scene.pilot.press("enter")
        await scene.until_ended()
        for _ in HOSTILE:
            await scene.pilot.press("down")
            assert_clean(scene.app)


def words_on(app: DeskApp) -> str:
    """What is on the screen, wherever its lines break."""
    return " ".join("".join(one if one not in "│╭╮╰╯─" else " " for one in shown(app)).split())


def assert_clean(app: DeskApp) -> None:
    assert all(one.isprintable() or one == "\n" for one in shown(app))


# -- over real directories --------------------------------------------------------------------


async def test_a_real_directory_is_drilled_on_scratch_and_no_byte_of_it_changes(
    tmp_path: Path,
) -> None:
    root = build(tmp_path / "root", ["a", "agent:main:main", "evil\x1b[31m"])
    before = tree(root)
    link = observing(root, polls=True)
    with started(link) as mirror:
        mirror.until(was_read, "the directory is read")
        screen = DrillScreen(desk_of(link, tmp_path, mirror.update), folder=tmp_path / "drills")
        async with shown_screen(screen) as (app, pilot):
            await pilot.press("enter")
            await until(pilot, lambda: screen._phase is Phase.ENDED, "it ends")
            await pilot.pause()
            assert "P A S S E D   3 sessions came back exactly" in shown(app)
    assert tree(root) == before


async def test_a_store_that_forgets_guards_fails_and_names_the_sessions(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(path: str, plan: Any, **options: Any) -> Any:
        del options["clock"]
        yield drill_restore(path, wrap=ForgetsGuards, **options)

    def drill(path: str, plan: Any, **options: Any) -> Any:
        return broken(path, plan, clock=None, **options)

    assert commands.drill_directory is drill_directory
    monkeypatch.setattr(commands, "drill_directory", drill)
    root = build(tmp_path / "root", ["a", "b"])
    link = observing(root, polls=True)
    with started(link) as mirror:
        mirror.until(was_read, "the directory is read")
        screen = DrillScreen(desk_of(link, tmp_path, mirror.update), folder=tmp_path / "drills")
        async with shown_screen(screen) as (app, pilot):
            await pilot.press("enter")
            await until(pilot, lambda: screen._phase is Phase.ENDED, "it ends")
            await pilot.pause()
            assert "F A I L E D   2 of 2 sessions" in shown(app)
            await pilot.press("down")
            assert "guards: continuity in memory, none on disk" in shown(app)


async def test_a_live_drill_of_an_owner_puts_everything_back_and_is_audited(
    tmp_path: Path,
) -> None:
    root = build(tmp_path / "root", ["a", "b", "c"])
    link = owning(root, None)
    with started(link) as mirror:
        mirror.until(was_read, "the directory is read")
        link.rehydrate(["a", "b", "c"])
        mirror.until(lambda board: board.occupancy == 3, "all are in memory")
        desk = desk_of(link, tmp_path, mirror.update)
        desk.board = mirror.board
        screen = DrillScreen(desk, folder=tmp_path / "drills")
        async with shown_screen(screen) as (app, pilot):
            screen.query_one("#drill-where", Options).choose("live")
            await pilot.press("ctrl+s")
            await until(pilot, lambda: isinstance(app.screen, Confirm), "the question")
            assert "Drill 3 sessions?" in shown(app)
            await pilot.press("y")
            await until(pilot, lambda: screen._phase is Phase.ENDED, "it ends")
            await pilot.pause()
            assert "P A S S E D   3 sessions came back exactly" in shown(app)
            assert "; live; " in shown(app)
        assert link._tracker is not None
        assert sorted(link._tracker) == ["a", "b", "c"]
    phases = [
        json.loads(line)["phase"]
        for line in (tmp_path / "state" / "audit.jsonl").read_text().splitlines()
    ]
    assert phases == ["begin", "end"]
