"""The prune screen: the plan that is shown is the plan that is applied, once its count is typed."""

from __future__ import annotations

import json
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from command import run
from console_support import observing, owning, shown, started, until, was_read
from console_values import HOSTILE, update_of
from desks import SIZES, DeskApp, ToldLink, desk_of, shown_screen
from directories import tree, write_original
from feeds import NOW_MS
from textual.pilot import Pilot
from textual.widgets import Button

from console.model.prune_plan import plan_table
from console.screens.pruning import Phase, PruneScreen
from console.snapshot import Mode
from console.widgets.entry import Entry
from console.widgets.headway import Headway
from console.widgets.lines import Lines
from console.widgets.text_pane import TextPane
from tracker import PlannedFile, PlannedFolder, Pruned, PrunePlan, ReadError, wall_clock_ms

DAY_MS = 86_400_000
STATE = PlannedFile("policy-state.json", 700, NOW_MS, (1, 2, 3, 4))


def going(name: str, **changed: Any) -> PlannedFolder:
    fields: dict[str, Any] = {"files": (STATE,), "newest_ms": NOW_MS - 30 * DAY_MS}
    return PlannedFolder(name, name, **{**fields, **changed})


def kept(name: str, why: str, *, is_young: bool = False) -> PlannedFolder:
    return PlannedFolder(name, name, why_kept=why, is_young=is_young)


def plan_of(*folders: PlannedFolder) -> PrunePlan:
    return PrunePlan("/state", 7 * DAY_MS, NOW_MS, folders)


PLAN = plan_of(
    going("old-1"),
    going("old-2", others=("notes.txt",)),
    kept("link", "refused, a symbolic link"),
    kept("young", "its newest file is of today", is_young=True),
)
DONE = Pruned("old-1", "old-1", True, 1, 700, True)
ALIVE = Pruned("old-2", "old-2", False, why="it changed since the plan was made")


class Scene:
    """A prune screen over a link, on an app."""

    def __init__(self, screen: PruneScreen, link: Any, app: DeskApp, pilot: Pilot[None]) -> None:
        self.screen, self.link, self.app, self.pilot = screen, link, app, pilot

    @property
    def phase(self) -> Phase:
        return self.screen._phase

    @property
    def said(self) -> str:
        return self.screen.query_one("#prune-said", Lines).text

    @property
    def page(self) -> list[str]:
        """The lines of the plan, or of the outcome."""
        pane = self.screen.query_one(TextPane)
        return ["".join(cell.text for cell in line) for line in pane._laid_out]

    async def type(self, name: str, text: str) -> None:
        self.screen.query_one(f"#prune-{name}", Entry).value = text
        await self.pilot.pause()

    async def until(self, condition: Any, what: str) -> None:
        await until(self.pilot, condition, what)

    async def plan(self, age: str = "7d") -> None:
        """Types an age and waits for the plan."""
        await self.type("age", age)
        await self.pilot.press("enter")
        await self.until(lambda: self.phase is Phase.PLANNED, "the plan")
        await self.pilot.pause()

    async def until_ended(self) -> None:
        await self.until(lambda: self.phase is Phase.ENDED, "the end")
        await self.pilot.pause()

    @property
    def applied(self) -> list[PrunePlan]:
        """The plans that were applied."""
        return [one[1] for one in self.link.calls("apply_prune")]


@asynccontextmanager
async def screen_of(
    tmp_path: Path, plan: Any = PLAN, *, size: tuple[int, int] = (120, 36), **update: Any
) -> AsyncIterator[Scene]:
    """Opens a prune screen over a link that makes one plan."""
    link = ToldLink()
    link.plan = plan
    link.pruned = (DONE, ALIVE)
    fields = {"is_fresh": True, "mode": Mode.OWN, **update}
    screen = PruneScreen(desk_of(link, tmp_path, update_of(**fields)))
    try:
        async with shown_screen(screen, size) as (app, pilot):
            yield Scene(screen, link, app, pilot)
    finally:
        link.end()


# -- the plan ---------------------------------------------------------------------------------


async def test_an_age_makes_a_plan_that_is_shown_in_the_words_of_the_verb(tmp_path: Path) -> None:
    async with screen_of(tmp_path) as scene:
        await scene.pilot.press("7", "d", "enter")
        await scene.until(lambda: scene.phase is Phase.PLANNED, "the plan")
        await scene.pilot.pause()
        assert scene.link.calls("plan_prune") == [("plan_prune", 7 * DAY_MS)]
        pane = scene.screen.query_one(TextPane)
        width = pane.scrollable_content_region.width - 1
        assert scene.page == plan_table(PLAN, width).lines
        assert "old-2" in shown(scene.app)
        assert "not notes.txt, so the folder stays" in shown(scene.app)
        assert "refused, a symbolic link" in shown(scene.app)
        assert scene.said.startswith("2 sessions to go (2 files, 1.4 K); 2 kept, 1 of them younger")


@pytest.mark.parametrize(
    ("age", "words"),
    [
        ("", "'' is no duration"),
        ("soon", "'soon' is no duration"),
        ("0", "'0' would keep nothing"),
        ("off", "'off' would keep nothing"),
        ("900000w", "longer than a hundred years"),
    ],
)
async def test_what_is_no_age_is_said_and_plans_nothing(
    tmp_path: Path, age: str, words: str
) -> None:
    async with screen_of(tmp_path) as scene:
        await scene.type("age", age)
        await scene.pilot.press("enter")
        assert words in scene.said
        assert scene.link.asked == []


async def test_where_nothing_is_old_enough_there_is_nothing_to_confirm(tmp_path: Path) -> None:
    plan = plan_of(kept("young", "its newest file is of today", is_young=True))
    async with screen_of(tmp_path, plan) as scene:
        await scene.plan()
        assert "0 sessions to go" in scene.said
        assert not scene.screen.query_one("#prune-confirm").region
        await scene.pilot.press("ctrl+s")
        assert scene.applied == []


async def test_planning_shows_progress_and_escape_stops_it_with_nothing_planned(
    tmp_path: Path,
) -> None:
    async with screen_of(tmp_path) as scene:
        scene.link.gate.clear()
        scene.link.steps = 12
        await scene.type("age", "7d")
        await scene.pilot.press("enter")
        await scene.until(lambda: "looking at folders  12 of 12" in shown(scene.app), "progress")
        await scene.pilot.press("escape")
        await scene.until(lambda: scene.phase is Phase.ASKING, "it stops")
        assert scene.said == "Stopped before the plan was whole; nothing was deleted."
        assert not scene.screen.query_one(Headway).display
        await scene.pilot.press("escape")
        await scene.until(lambda: scene.app.screen is not scene.screen, "it closes")


async def test_a_directory_that_cannot_be_read_says_why(tmp_path: Path) -> None:
    async with screen_of(tmp_path, ReadError("/state: can't be listed \x1b[2J", "/state")) as scene:
        await scene.type("age", "7d")
        await scene.pilot.press("ctrl+r")
        await scene.until(lambda: "can't be listed \\x1b[2J" in scene.said, "why not")
        assert scene.phase is Phase.ASKING


async def test_another_age_makes_the_plan_void(tmp_path: Path) -> None:
    async with screen_of(tmp_path) as scene:
        await scene.plan()
        await scene.type("typed", "prune 2")
        await scene.type("age", "7")
        assert scene.phase is Phase.ASKING
        assert scene.page == []
        await scene.pilot.press("ctrl+s")
        assert scene.applied == []


# -- confirming -------------------------------------------------------------------------------


@pytest.mark.parametrize("typed", ["", "prune", "prune 1", "prune 22", "yes", "2"])
async def test_anything_but_the_count_of_folders_deletes_nothing(
    tmp_path: Path, typed: str
) -> None:
    async with screen_of(tmp_path) as scene:
        await scene.plan()
        await scene.type("typed", typed)
        assert scene.screen.query_one("#prune-apply", Button).disabled
        await scene.pilot.press("enter")
        await scene.pilot.press("ctrl+s")
        await scene.pilot.pause()
        assert (scene.phase, scene.applied) == (Phase.PLANNED, [])


async def test_typing_the_count_applies_the_very_plan_that_is_shown_with_the_reason(
    tmp_path: Path,
) -> None:
    async with screen_of(tmp_path) as scene:
        await scene.plan()
        assert "type  prune 2" in shown(scene.app)
        await scene.type("reason", "disk is full")
        await scene.pilot.press(*"prune", "space", "2")
        assert not scene.screen.query_one("#prune-apply", Button).disabled
        await scene.pilot.press("enter")
        await scene.until_ended()
        (applied,) = scene.applied
        assert applied is PLAN
        begin, end = map(json.loads, (tmp_path / "state" / "audit.jsonl").read_text().splitlines())
        assert begin["reason"] == "disk is full"
        assert begin["ids"] == ["old-1", "old-2"]
        assert (end["done"], end["refused"]) == (1, 1)


async def test_the_mouse_confirms_too_but_only_what_was_typed(tmp_path: Path) -> None:
    async with screen_of(tmp_path) as scene:
        await scene.type("age", "7d")
        await scene.pilot.click("#prune-plan")
        await scene.until(lambda: scene.phase is Phase.PLANNED, "the plan")
        await scene.pilot.pause()
        await scene.pilot.click("#prune-apply")
        assert scene.applied == []
        await scene.type("typed", "Prune  2")
        await scene.pilot.click("#prune-apply")
        await scene.until_ended()
        assert scene.applied == [PLAN]


async def test_the_outcome_names_what_was_skipped_with_why_before_what_is_gone(
    tmp_path: Path,
) -> None:
    async with screen_of(tmp_path) as scene:
        await scene.plan()
        await scene.type("typed", "prune 2")
        await scene.pilot.press("ctrl+s")
        await scene.until_ended()
        assert scene.said == "1 session of 2 deleted: 1 file, 700 B"
        assert scene.page == [
            "old-2: skipped, it changed since the plan was made",
            "old-1: deleted",
        ]
        assert "old-2: skipped" in shown(scene.app)


async def test_a_prune_that_is_refused_says_why(tmp_path: Path) -> None:
    (tmp_path / "state").write_text("no folder for the audit file")
    async with screen_of(tmp_path) as scene:
        await scene.plan()
        await scene.type("typed", "prune 2")
        await scene.pilot.press("ctrl+s")
        await scene.until_ended()
        assert scene.said.startswith("Not pruned: nothing was done, because it could not be")
        assert scene.applied == []


async def test_escape_stops_between_two_folders_and_the_outcome_says_how_far(
    tmp_path: Path,
) -> None:
    async with screen_of(tmp_path) as scene:
        await scene.plan()
        scene.link.pruned = (DONE,)
        scene.link.gate.clear()
        await scene.type("typed", "prune 2")
        await scene.pilot.press("enter")
        await scene.until(lambda: "deleting" in shown(scene.app), "progress")
        await scene.pilot.press("escape")
        await scene.until_ended()
        assert scene.link.was_stopped
        assert "Stopped after 1 of 2." in scene.said
        assert scene.app.screen is scene.screen


async def test_closing_the_screen_while_it_deletes_stops_it(tmp_path: Path) -> None:
    async with screen_of(tmp_path) as scene:
        await scene.plan()
        scene.link.gate.clear()
        await scene.type("typed", "prune 2")
        await scene.pilot.press("enter")
        await scene.until(lambda: scene.applied, "it deletes")
        scene.screen.dismiss()
        await scene.until(lambda: scene.link.was_stopped, "it stops")


# -- where nothing may be deleted -------------------------------------------------------------


@pytest.mark.parametrize(
    ("update", "words"),
    [
        ({"mode": Mode.OBSERVE}, "This console observes, so it deletes nothing"),
        ({"is_read_only": True}, "This console was opened with --read-only"),
    ],
)
async def test_an_observer_sees_the_plan_and_the_command_that_would_apply_it(
    tmp_path: Path, update: dict[str, Any], words: str
) -> None:
    async with screen_of(tmp_path, **update) as scene:
        await scene.plan()
        assert words in scene.said
        assert "To apply it: holdfast prune /state --older-than 1w --apply" in scene.said
        assert "old-1" in shown(scene.app)
        assert not scene.screen.query_one("#prune-confirm").region
        await scene.type("typed", "prune 2")
        await scene.pilot.press("ctrl+s")
        scene.screen.action_apply()
        await scene.pilot.pause()
        assert (scene.phase, scene.applied) == (Phase.PLANNED, [])


# -- looks ------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", SIZES)
async def test_every_size_shows_the_plan_and_what_confirms_it(
    tmp_path: Path, size: tuple[int, int]
) -> None:
    async with screen_of(tmp_path, size=size) as scene:
        await scene.plan()
        screen = shown(scene.app)
        assert "2 sessions to go" in screen
        assert "old-1" in screen
        assert "prune 2" in screen
        for name in ("typed", "apply"):
            region = scene.screen.query_one(f"#prune-{name}").region
            assert region.width >= 8
            assert region.right <= size[0]
            assert region.bottom <= size[1]


async def test_a_plan_is_laid_out_anew_for_another_width(tmp_path: Path) -> None:
    async with screen_of(tmp_path) as scene:
        await scene.plan()
        await scene.pilot.resize_terminal(60, 30)
        await scene.pilot.pause()
        pane = scene.screen.query_one(TextPane)
        assert scene.page == plan_table(PLAN, pane.scrollable_content_region.width - 1).lines


@pytest.mark.parametrize("size", [(120, 36), (40, 12)])
async def test_hostile_names_are_shown_escaped(tmp_path: Path, size: tuple[int, int]) -> None:
    plan = plan_of(
        *(going(text, others=(text,)) for text in HOSTILE),
        *(kept(f"kept {text}", text) for text in HOSTILE),
    )
    async with screen_of(tmp_path, plan, size=size, directory=HOSTILE[7]) as scene:
        scene.link.pruned = tuple(Pruned(text, text, False, why=text) for text in HOSTILE)
        assert_clean(scene.app)
        await scene.plan()
        assert_clean(scene.app)
        await scene.pilot.press("tab", "pagedown")
        assert_clean(scene.app)
        await scene.type("typed", f"prune {len(HOSTILE)}")
        await scene.pilot.press("ctrl+s")
        await scene.until_ended()
        for _ in range(4):
            assert_clean(scene.app)
            await scene.pilot.press("pagedown")


def assert_clean(app: DeskApp) -> None:
    assert all(one.isprintable() or one == "\n" for one in shown(app))


# -- over real directories --------------------------------------------------------------------


@pytest.fixture
def filled(root: Path) -> Path:
    """Two sessions of 30 days ago, one of which holds a file of somebody else, and a young one."""
    for name in ("old-1", "old-2", "young"):
        folder = write_original(root, name, NOW_MS, triggers=("progressive-20", "quality-80"))
        if name == "old-2":
            (folder / "notes.txt").write_text("mine")
        if name != "young":
            age(folder)
    return root


def age(folder: Path) -> None:
    at_ns = (wall_clock_ms() - 30 * DAY_MS) * 1_000_000
    for path in (*folder.iterdir(), folder):
        os.utime(path, ns=(at_ns, at_ns))


async def test_an_owner_deletes_exactly_the_plan_the_verb_prints_and_skips_what_came_alive(
    filled: Path, tmp_path: Path
) -> None:
    printed = run("prune", filled, "--older-than", "7d").lines
    young = tree(filled / "young")
    link = owning(filled, None)
    with started(link) as mirror:
        mirror.until(was_read, "the directory is read")
        screen = PruneScreen(desk_of(link, tmp_path, mirror.update))
        async with shown_screen(screen, (200, 40)) as (app, pilot):
            scene = Scene(screen, link, app, pilot)
            await scene.plan()
            assert scene.page == printed
            (filled / "old-1" / "policy-state.json").touch()
            await scene.type("typed", "prune 2")
            await pilot.press("enter")
            await scene.until_ended()
            assert scene.said.startswith("1 session of 2 deleted: 4 files")
            assert scene.page[0] == "old-1: skipped, it changed since the plan was made"
    assert sorted(one.name for one in filled.iterdir() if one.is_dir()) == [
        "old-1",
        "old-2",
        "young",
    ]
    assert os.listdir(filled / "old-2") == ["notes.txt"]
    assert tree(filled / "young") == young


async def test_an_observer_plans_what_it_shows_in_memory_too_and_changes_no_byte(
    filled: Path, tmp_path: Path
) -> None:
    before = tree(filled)
    link = observing(filled, polls=True)
    with started(link) as mirror:
        mirror.until(was_read, "the directory is read")
        screen = PruneScreen(desk_of(link, tmp_path, mirror.update))
        async with shown_screen(screen) as (app, pilot):
            scene = Scene(screen, link, app, pilot)
            await scene.plan()
            assert scene.said.startswith("2 sessions to go")
            await pilot.press("ctrl+s")
            await pilot.pause()
    assert tree(filled) == before
