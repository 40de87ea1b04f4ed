"""The health view: what the doctor finds, when it looks, and what it says to do."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from console_support import build, lines_of, observing, shown, started, until, was_read
from console_values import HOSTILE, on_disk, update_of
from desks import SIZES, DeskApp, ToldLink, desk_of
from feeds import NOW_MS, Clock
from textual import on
from textual.pilot import Pilot

from console.messages import HealthKnown, SessionOpened
from console.snapshot import Face, Mode, Progress
from console.views.health import HealthView
from console.widgets.lines import Lines
from console.widgets.live_table import LiveTable
from tracker import Finding, ReadError, Severity


def finding(
    code: str = "corrupt",
    session: str = "s-1",
    severity: Severity = Severity.WARNING,
    what: str = "torn; the manifest rebuilds it",
    advice: str = "let an owner touch the session",
) -> Finding:
    return Finding(severity, code, session, session, what, advice)


ERROR = finding("unsafe", "link", Severity.ERROR, "a symbolic link", "look at what stands there")
CORRUPT = finding()
NOTE = finding("leftovers", "s-2", Severity.NOTE, "1 temporary file(s)", "nothing to do")
OWNED = Finding(Severity.NOTE, "owned", "", "", "process 7 owns the directory", "nothing to do")


class Heard(DeskApp):
    """Notes what the view says to the screen."""

    @on(HealthKnown)
    @on(SessionOpened)
    def _hear(self, message: Any) -> None:
        self.heard.append(message)


class Scene:
    """A view over a link, and the time."""

    def __init__(self, link: ToldLink, folder: Path, clock: Clock, **update: Any) -> None:
        self.link, self.clock = link, clock
        folders = tuple(on_disk(f"s-{number}") for number in range(3))
        self.update = update_of(**{"is_fresh": True, "folders": folders, **update})
        self.desk = desk_of(link, folder, self.update, clock=clock)
        self.view = HealthView(self.desk, id="health")
        self.app = Heard(self.view)
        self.pilot: Pilot[None]

    def take(self, **update: Any) -> None:
        """Lets the desk and the view take another update."""
        self.update = update_of(**update)
        self.desk.board.apply(self.update)
        self.view.show(self.update, self.clock())

    def tick(self, seconds: float = 1) -> None:
        self.clock.advance(int(seconds * 1000))
        self.view.tick(self.clock())

    @property
    def table(self) -> LiveTable:
        return self.app.query_one("#findings", LiveTable)

    @property
    def examined(self) -> int:
        return len(self.link.calls("diagnose"))

    def said(self, name: str = "health-summary") -> str:
        return self.app.query_one(f"#{name}", Lines).text

    async def until(self, condition: Any, what: str) -> None:
        await until(self.pilot, condition, what)

    async def until_known(self, times: int = 1) -> None:
        """Waits until so many examinations have ended well."""
        known = lambda: sum(isinstance(one, HealthKnown) for one in self.app.heard)  # noqa: E731
        await self.until(lambda: known() >= times, f"{times} examination(s)")


@asynccontextmanager
async def view_of(
    tmp_path: Path, *findings: Finding, size: tuple[int, int] = (120, 36), **update: Any
) -> AsyncIterator[Scene]:
    """Runs a view whose first examination has ended."""
    link = ToldLink()
    link.findings = findings
    scene = Scene(link, tmp_path, Clock(NOW_MS), **update)
    async with scene.app.run_test(size=size) as pilot:
        scene.pilot = pilot
        scene.view.show(scene.update, scene.clock())
        if scene.update.face is Face.OPEN and scene.update.loading is None:
            await scene.until_known()
        yield scene


async def test_findings_are_listed_with_their_severity_in_words_the_worst_first(
    tmp_path: Path,
) -> None:
    async with view_of(tmp_path, ERROR, CORRUPT, NOTE) as scene:
        lines = lines_of(scene.table)
        assert lines[1].split()[:3] == ["error", "unsafe", "link"]
        assert lines[2].split()[:3] == ["warning", "corrupt", "s-1"]
        assert lines[3].split()[:3] == ["note", "leftovers", "s-2"]
        assert scene.said().startswith("1 error, 1 warning, 1 note · examined ")


async def test_the_finding_under_the_cursor_is_told_whole_with_what_to_do_and_the_key_for_it(
    tmp_path: Path,
) -> None:
    async with view_of(tmp_path, ERROR, CORRUPT, mode=Mode.OWN) as scene:
        assert "choose a finding" in scene.said("finding-lines")
        scene.view.take_focus()
        await scene.pilot.press("down", "down")
        assert scene.view.subject == "s-1"
        said = scene.said("finding-lines")
        for part in (
            "warning: corrupt",
            "session s-1",
            CORRUPT.what,
            f"→ {CORRUPT.advice}",
            "r rehydrates it",
            "opens the session",
            "d drills",
        ):
            assert part in said


@pytest.mark.parametrize(
    "update", [{"mode": Mode.OBSERVE}, {"mode": Mode.OWN, "is_read_only": True}]
)
async def test_no_key_is_offered_that_could_not_mend_the_disk(
    tmp_path: Path, update: dict[str, Any]
) -> None:
    async with view_of(tmp_path, CORRUPT, **update) as scene:
        assert scene.view.go_to("s-1")
        await scene.until(lambda: "corrupt" in scene.said("finding-lines"), "the finding")
        assert "rehydrates" not in scene.said("finding-lines")
        assert "d drills" in scene.said("finding-lines")


async def test_enter_opens_the_session_of_the_finding(tmp_path: Path) -> None:
    async with view_of(tmp_path, OWNED, NOTE) as scene:
        scene.view.take_focus()
        await scene.pilot.press("down", "enter")
        assert scene.view.subject is None
        await scene.pilot.press("down", "enter")
        await scene.pilot.pause()
        opened = [one.session for one in scene.app.heard if isinstance(one, SessionOpened)]
        assert opened == ["s-2"]


async def test_a_click_chooses_a_finding_and_a_double_click_opens_it(tmp_path: Path) -> None:
    async with view_of(tmp_path, ERROR, NOTE) as scene:
        await scene.pilot.click("#findings", offset=(4, 2))
        assert scene.view.subject == "s-2"
        await scene.pilot.click("#findings", offset=(4, 2), times=2)
        await scene.pilot.pause()
        assert any(isinstance(one, SessionOpened) for one in scene.app.heard)


async def test_a_healthy_directory_is_said_to_be_so_with_how_much_was_looked_at(
    tmp_path: Path,
) -> None:
    async with view_of(tmp_path) as scene:
        assert "Healthy: nothing found in 3 folders." in shown(scene.app)
        assert scene.said().startswith("healthy · examined ")
        assert not scene.app.query_one("#finding").region


async def test_notes_alone_leave_a_directory_healthy(tmp_path: Path) -> None:
    async with view_of(tmp_path, OWNED) as scene:
        assert scene.said().startswith("healthy, 1 note · examined ")
        assert (scene.view.errors, scene.view.warnings) == (0, 0)


async def test_the_counts_for_the_badge_are_told(tmp_path: Path) -> None:
    async with view_of(tmp_path, ERROR, CORRUPT, NOTE) as scene:
        (known,) = [one for one in scene.app.heard if isinstance(one, HealthKnown)]
        assert (known.errors, known.warnings) == (1, 1)


async def test_an_examination_that_takes_long_says_so(tmp_path: Path) -> None:
    link = ToldLink()
    link.gate.clear()
    scene = Scene(link, tmp_path, Clock(NOW_MS))
    async with scene.app.run_test(size=(120, 36)) as pilot:
        scene.pilot = pilot
        scene.view.show(scene.update, scene.clock())
        assert scene.said() == ""
        await scene.until(lambda: scene.said().startswith("examining…"), "the examining face")
        assert "Examining 3 folders…" in shown(scene.app)
        link.gate.set()
        await scene.until_known()
        assert "examining" not in scene.said()


@asynccontextmanager
async def slow_scene(tmp_path: Path) -> AsyncIterator[Scene]:
    """Runs a view whose examination stands, after nine of ten steps, until the gate opens."""
    link = ToldLink()
    link.steps, link.findings = 10, (ERROR,)
    link.gate.clear()
    scene = Scene(link, tmp_path, Clock(NOW_MS))
    async with scene.app.run_test(size=(120, 36)) as pilot:
        scene.pilot = pilot
        scene.view.show(scene.update, scene.clock())
        await scene.until(lambda: "looked at 10 of 10" in scene.said(), "how far it is")
        yield scene
        link.end()


async def test_escape_stops_an_examination_that_takes_long_and_none_begins_unasked(
    tmp_path: Path,
) -> None:
    async with slow_scene(tmp_path) as scene:
        assert "esc stops it" in scene.said()
        assert scene.view.step_back()
        await scene.until(lambda: "stopped at 10 of 10" in scene.said(), "what came of it")
        assert scene.link.was_stopped
        assert not list(scene.table.keys)
        assert "Nothing was examined: it was stopped." in shown(scene.app)
        assert not scene.view.step_back()
        scene.take(removed=("s-1",))
        scene.tick(600)
        assert scene.examined == 1
        scene.link.gate.set()
        await scene.pilot.press("ctrl+r")
        await scene.until_known()
        assert list(scene.table.keys)
        assert "stopped" not in scene.said()


async def test_leaving_the_view_stops_its_examination_and_coming_back_begins_another(
    tmp_path: Path,
) -> None:
    async with slow_scene(tmp_path) as scene:
        scene.view.display = False
        await scene.until(lambda: scene.link.was_stopped, "the end of it")
        scene.link.gate.set()
        scene.view.display = True
        await scene.pilot.pause()
        await scene.until(lambda: "looked at" not in scene.said(), "the answer")
        scene.tick(1)
        await scene.until_known()
        assert scene.examined == 2
        assert list(scene.table.keys)


async def test_what_cannot_be_examined_says_why_and_keeps_what_was_found(tmp_path: Path) -> None:
    async with view_of(tmp_path, CORRUPT) as scene:
        scene.link.findings = ReadError("/state: can't be listed: EIO \x1b[2J", "/state")
        await scene.pilot.press("ctrl+r")
        await scene.until(lambda: "can't be examined now" in scene.said(), "the error face")
        assert "can't be listed: EIO \\x1b[2J" in scene.said()
        assert list(scene.table.keys)
        scene.link.findings = ()
        await scene.pilot.press("ctrl+r")
        await scene.until_known(2)
        assert "can't" not in scene.said()


async def test_it_examines_again_when_the_disk_changed_but_not_more_than_every_five_seconds(
    tmp_path: Path,
) -> None:
    async with view_of(tmp_path, CORRUPT) as scene:
        await scene.pilot.pause()
        scene.view.show(update_of(), scene.clock())
        first = scene.examined
        scene.tick(4.9)
        scene.take(folders=(on_disk("s-1", at_ms=2),))
        assert scene.examined == first
        scene.tick(0.2)
        await scene.until_known(first + 1)
        scene.tick(60)
        await scene.pilot.pause()
        assert scene.examined == first + 1
        scene.take(removed=("s-1",))
        await scene.until_known(first + 2)


async def test_a_clock_that_is_set_back_does_not_put_it_off(tmp_path: Path) -> None:
    async with view_of(tmp_path, CORRUPT) as scene:
        scene.clock.advance(-3_600_000)
        scene.take(folders=(on_disk("s-1", at_ms=2),))
        await scene.until_known(2)


async def test_it_is_examined_as_it_becomes_current(tmp_path: Path) -> None:
    async with view_of(tmp_path, CORRUPT) as scene:
        scene.tick(60)
        await scene.pilot.pause()
        before = scene.examined
        scene.view.display = False
        await scene.pilot.pause()
        scene.tick(60)
        assert scene.examined == before
        scene.view.display = True
        await scene.pilot.pause()
        scene.view.show(update_of(), scene.clock())
        await scene.until(lambda: scene.examined == before + 1, "another examination")


async def test_ctrl_r_examines_at_once_but_never_twice_at_a_time(tmp_path: Path) -> None:
    async with view_of(tmp_path, CORRUPT) as scene:
        scene.view.take_focus()
        before = scene.examined
        scene.link.gate.clear()
        await scene.pilot.press("ctrl+r", "ctrl+r", "ctrl+r")
        assert scene.examined == before + 1
        scene.link.gate.set()
        await scene.until_known(2)


async def test_the_cursor_stays_on_its_finding_when_worse_ones_come_above_it(
    tmp_path: Path,
) -> None:
    async with view_of(tmp_path, CORRUPT, NOTE) as scene:
        scene.view.go_to("s-2")
        scene.link.findings = (ERROR, CORRUPT, OWNED, NOTE)
        scene.view.action_examine()
        await scene.until_known(2)
        assert len(scene.table.keys) == 4
        assert scene.view.subject == "s-2"
        assert scene.view.step_back()
        assert scene.view.subject is None
        assert not scene.view.step_back()


async def test_one_that_is_mended_takes_the_cursor_off_and_acts_on_nobody_else(
    tmp_path: Path,
) -> None:
    async with view_of(tmp_path, CORRUPT, NOTE) as scene:
        scene.view.go_to("s-1")
        scene.link.findings = (NOTE,)
        scene.view.action_examine()
        await scene.until_known(2)
        assert scene.view.targets() == ()


@pytest.mark.parametrize(
    ("update", "words"),
    [
        ({"face": Face.MISSING, "face_why": "gone"}, "Nothing to show."),
        ({"loading": Progress(1, 2)}, "Reading the directory…"),
    ],
)
async def test_what_is_not_open_is_not_examined(
    tmp_path: Path, update: dict[str, Any], words: str
) -> None:
    async with view_of(tmp_path, CORRUPT, **update) as scene:
        scene.tick()
        await scene.pilot.press("ctrl+r")
        assert scene.examined == 0
        assert words in shown(scene.app)


async def test_two_findings_of_one_kind_in_one_folder_are_two_rows(tmp_path: Path) -> None:
    other = finding(what="something else")
    async with view_of(tmp_path, CORRUPT, other) as scene:
        assert len(scene.table.keys) == 2
        scene.table.put_cursor(scene.table.keys[1])
        await scene.until(lambda: "something else" in scene.said("finding-lines"), "the second")


@pytest.mark.parametrize("size", SIZES)
async def test_hostile_text_is_shown_escaped_at_every_size(
    tmp_path: Path, size: tuple[int, int]
) -> None:
    findings = [finding("corrupt", text, what=text, advice=text) for text in HOSTILE]
    async with view_of(tmp_path, *findings, size=size) as scene:
        scene.view.take_focus()
        for text in HOSTILE:
            await scene.pilot.press("down")
            assert scene.view.subject == text
            screen = shown(scene.app)
            assert all(one.isprintable() or one == "\n" for one in screen)
        assert "error" in screen or "warning" in screen


@pytest.mark.parametrize("size", SIZES)
async def test_every_size_says_what_is_wrong(tmp_path: Path, size: tuple[int, int]) -> None:
    async with view_of(tmp_path, ERROR, CORRUPT, NOTE, size=size) as scene:
        screen = shown(scene.app)
        assert "1 error, 1 warning, 1 note" in screen
        assert "a symbolic link" in screen
        scene.view.go_to("s-1")
        await scene.pilot.pause()
        assert CORRUPT.advice in shown(scene.app)


async def test_a_real_directory_is_examined_and_examined_again_when_it_changes(
    tmp_path: Path,
) -> None:
    root = build(tmp_path / "state", ["a", "b"])
    link = observing(root, polls=True)
    with started(link) as mirror:
        mirror.until(was_read, "the directory is read")
        desk = desk_of(link, tmp_path, mirror.update)
        view = HealthView(desk, id="health")
        app = Heard(view)
        async with app.run_test(size=(120, 36)) as pilot:
            view.show(mirror.update, NOW_MS)
            await until(pilot, lambda: app.heard, "an examination")
            assert view.errors == 0
            (root / "evil").symlink_to("/etc")
            view.action_examine()
            await until(pilot, lambda: view.errors == 1, "the link is found")
            assert view.go_to("evil")
