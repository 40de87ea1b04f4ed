"""The main screen: one view at a time, the keys and tabs that change it, and the way back."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from itertools import count
from pathlib import Path
from typing import Any, Final

import pytest
from console_support import (
    StillLink,
    build,
    console,
    lines_of,
    notices,
    observing,
    shown,
    table,
    tracked_ids,
    until,
)
from console_values import in_memory, on_disk, statistics, update_of
from feeds import NOW_MS, Clock
from hosting import SIZES, check_screen
from live import keys_of, main_of, rows, status, tell, told
from textual.events import Key

from console.app import HoldfastApp
from console.messages import HealthKnown, SessionOpened
from console.screens.views import VIEWS, view_id
from console.snapshot import Mode, Update
from console.widgets.live_table import LiveTable
from console.widgets.tabs import ViewTabs
from tracker import Rules

NAMES = tuple(VIEWS)


def world(*sessions: str) -> Update:
    """Sessions in memory with a folder each, the first the oldest."""
    return update_of(
        is_fresh=True,
        tracked=tuple(
            in_memory(one, NOW_MS, recency=number) for number, one in enumerate(sessions, 1)
        ),
        folders=tuple(on_disk(one) for one in sessions),
        statistics=statistics(capacity=10, occupancy=len(sessions)),
    )


def current(app: HoldfastApp) -> str:
    """The name of the view that is shown."""
    shown_ids = {one.id for one in main_of(app).query("#views > *") if one.display}
    (name,) = (name for name in NAMES if view_id(name) in shown_ids)
    assert main_of(app).view.id == view_id(name)
    return name


def tabs(app: HoldfastApp) -> str:
    return main_of(app).query_one(ViewTabs).render_line(0).text


# -- views ------------------------------------------------------------------------------------


async def test_1_to_6_and_a_click_on_a_tab_show_the_views() -> None:
    async with told(world("a", "b"), clock=Clock(NOW_MS)) as (app, pilot, _):
        for number, name in (*enumerate(NAMES, 1), (1, "sessions")):
            await pilot.press(str(number))
            assert current(app) == name
            assert app.focused is None or app.focused.display
        for number, name in (*reversed([*enumerate(NAMES, 1)]), (2, "disk")):
            x = tabs(app).index(f"{number} {name.capitalize()}")
            await pilot.click(ViewTabs, offset=(x, 0))
            await until(pilot, lambda name=name: current(app) == name, name)
        assert main_of(app).query_one(ViewTabs).current == "disk"


@pytest.mark.parametrize("size", SIZES)
async def test_every_view_fits_every_size_and_the_smallest_says_which_it_is(
    size: tuple[int, int],
) -> None:
    async with told(world("a", "b"), size=size, clock=Clock(NOW_MS)) as (app, pilot, _):
        for number, name in enumerate(NAMES, 1):
            await pilot.press(str(number))
            await pilot.pause()
            assert name.capitalize() in check_screen(app)


async def test_a_view_that_is_asked_for_twice_at_once_is_made_once() -> None:
    async with told(world("a", "b"), clock=Clock(NOW_MS)) as (app, _pilot, _):
        screen = main_of(app)
        await asyncio.gather(*(screen.action_view("disk") for _ in range(3)))
        await asyncio.gather(screen.show_session("a"), screen.action_view("session"))
        assert current(app) == "session"
        assert len(screen.query(f"#{view_id('disk')}")) == 1


async def test_a_view_shows_what_came_while_another_was_looked_at() -> None:
    async with told(world("a", "b"), clock=Clock(NOW_MS)) as (app, pilot, link):
        await pilot.press("2", "4")
        await tell(app, pilot, link, update_of(
            tracked=(in_memory("c", NOW_MS, recency=9),), folders=(on_disk("c"),), dropped=("a",)
        ))  # fmt: skip
        await pilot.press("1")
        assert tracked_ids(app) == ["c", "b"]
        await pilot.press("2")
        assert keys_of(app) == ["a", "b", "c"]


async def test_the_cursor_and_marks_of_a_view_stay_while_another_is_looked_at() -> None:
    async with told(world("a", "b", "c"), clock=Clock(NOW_MS)) as (app, pilot, _):
        await pilot.press("down", "space", "2", "4", "1")
        assert table(app).cursor_key == "b"
        assert table(app).has_focus
        assert main_of(app).view.targets() == ("c",)


# -- a session --------------------------------------------------------------------------------


async def test_enter_and_a_double_click_open_a_session_and_escape_comes_back() -> None:
    async with told(world("a", "b", "c"), clock=Clock(NOW_MS)) as (app, pilot, _):
        await pilot.press("down", "down", "enter")
        await until(pilot, lambda: current(app) == "session", "the session")
        assert main_of(app).view.subject == "b"
        await pilot.press("escape")
        await until(pilot, lambda: current(app) == "sessions", "the way back")
        assert table(app).cursor_key == "b"
        await pilot.double_click("#sessions", offset=(12, 1))
        await until(pilot, lambda: current(app) == "session", "the session")
        assert main_of(app).view.subject == "c"


async def test_3_shows_the_session_under_the_cursor_and_without_one_says_how_to_choose() -> None:
    async with told(world("a", "b"), clock=Clock(NOW_MS)) as (app, pilot, _):
        await pilot.press("3")
        assert main_of(app).view.subject is None
        assert "No session" in shown(app)
        await pilot.press("1", "down", "3")
        await until(pilot, lambda: main_of(app).view.subject == "b", "the session")
        await pilot.press("1", "escape", "3")
        assert main_of(app).view.subject == "b", "the last one stays"


@pytest.mark.parametrize("key", ["2", "4"])
async def test_escape_goes_back_to_the_view_a_session_was_opened_from(key: str) -> None:
    async with told(world("a", "b"), clock=Clock(NOW_MS)) as (app, pilot, _):
        await pilot.press(key)
        came_from = current(app)
        main_of(app).view.post_message(SessionOpened("a"))
        await until(pilot, lambda: current(app) == "session", "the session")
        await pilot.press("escape")
        await until(pilot, lambda: current(app) == came_from, "the way back")
        await pilot.press("3", "escape")
        await until(pilot, lambda: current(app) == came_from, "the way back from its number")
        await pilot.press("escape")
        await until(pilot, lambda: current(app) == "sessions", "the first view")
        await pilot.press("escape")
        assert current(app) == "sessions"


async def test_what_a_key_does_in_the_session_view_is_done_to_that_session() -> None:
    async with told(world("a", "b", "c"), clock=Clock(NOW_MS)) as (app, pilot, link):
        await pilot.press("down", "down", "enter")
        await until(pilot, lambda: current(app) == "session", "the session")
        await pilot.press("r")
        await until(pilot, lambda: link.asked == ["b"], "the command")


# -- going to a session -----------------------------------------------------------------------


async def test_the_palette_goes_to_a_session_in_memory_on_disk_and_behind_a_filter() -> None:
    update = world("a-1", "b-1", "b-2")
    async with told(update, update_of(folders=(on_disk("c-1"),)), clock=Clock(NOW_MS)) as (
        app, pilot, _,
    ):  # fmt: skip
        await pilot.press("slash", *"b-", "enter")
        for wanted in ("b-1", "a-1", "c-1"):
            await pilot.press("ctrl+p", *wanted)
            await until(pilot, lambda: "Go to this session" in shown(app), "the hit")
            await pilot.press("enter")
            await until(
                pilot,
                lambda wanted=wanted: (
                    app.screen is main_of(app) and table(app).cursor_key == wanted
                ),
                wanted,
            )
        assert main_of(app).view.filter_text == "", "a filter that hid it is gone"
        await pilot.press("2")
        await app.go_to_session("a-1")
        assert current(app) == "disk"
        assert table(app, "folders").cursor_key == "a-1"
        await pilot.press("5")
        await app.go_to_session("a-1")
        assert current(app) == "sessions"
        assert table(app).cursor_key == "a-1"
        await app.go_to_session("gone")
        await until(pilot, lambda: notices(app), "what is said")
        assert notices(app) == ["It is neither in memory nor on disk any more."]


async def test_going_to_a_session_that_waits_behind_a_freeze_shows_it() -> None:
    async with told(world("a"), clock=Clock(NOW_MS)) as (app, pilot, link):
        await pilot.press("f")
        await tell(app, pilot, link, update_of(tracked=(in_memory("b", NOW_MS, recency=9),)))
        assert keys_of(app) == ["a"]
        await app.go_to_session("b")
        assert table(app).cursor_key == "b"


# -- badges, help, status ---------------------------------------------------------------------


async def test_badges_count_what_asks_for_a_person_on_disk_and_in_health() -> None:
    async with told(world("a"), clock=Clock(NOW_MS)) as (app, pilot, link):
        assert "⚠" not in tabs(app)
        await tell(app, pilot, link, update_of(folders=(on_disk("b", trouble="behind", why="x"),)))
        main_of(app).post_message(HealthKnown(1, 2))
        await until(pilot, lambda: "6 Health ⚠ 3" in tabs(app), "the badge")
        assert "2 Disk ⚠ 1" in tabs(app)
        await tell(app, pilot, link, update_of(removed=("b",)))
        main_of(app).post_message(HealthKnown(0, 0))
        await until(pilot, lambda: "⚠" not in tabs(app), "no badge")


async def test_help_shows_the_keys_with_what_they_do_and_goes_away_again() -> None:
    async with told(world("a"), clock=Clock(NOW_MS)) as (app, pilot, _):
        await pilot.press("question_mark")
        await until(pilot, lambda: "Drop it from memory" in shown(app), "the help")
        await pilot.press("question_mark")
        await until(pilot, lambda: "Drop it from memory" not in shown(app), "it to go")


async def test_the_footer_shows_the_keys_that_mean_something_here() -> None:
    async with told(world("a"), clock=Clock(NOW_MS)) as (app, pilot, _):
        footer = shown(app).splitlines()[-1]
        for words in ("space Mark", "e Evict", "c Capacity", "/ Filter", "? Help", "q Quit"):
            assert words in footer
        assert not app.screen.active_bindings["e"].enabled, "there is nobody to evict yet"
        await pilot.press("down")
        await until(pilot, lambda: app.screen.active_bindings["e"].enabled, "there is one now")
        await pilot.press("5")
        await until(pilot, lambda: "space Mark" not in shown(app).splitlines()[-1], "no marks")


async def test_an_update_that_comes_before_the_widgets_is_shown_with_them(tmp_path: Path) -> None:
    link = StillLink(world("early"))
    app = HoldfastApp(link, Rules(), clock=Clock(NOW_MS))
    async with app.run_test(size=(120, 36)) as pilot:
        await until(pilot, lambda: "early" in shown(app), "the only update there is")
        assert "OBSERVE" in shown(app)


# -- many -------------------------------------------------------------------------------------

TRACKED: Final = 2_000
TOUCHED: Final = 60
"""How many sessions are touched an update; at 16 updates a second, 1,000 a second."""


WAITED: Final = 30
"""The most updates a key may wait for. It passes three queues, each between two updates; this link
never pauses, where a real one gives at most 16 updates a second.
"""


class Flood(StillLink):
    """A link that always has something new: so many touches of 2,000 sessions."""

    def __init__(self) -> None:
        super().__init__()
        self.order = [f"s{number:04}" for number in range(TRACKED)]
        self.taken = 0
        self.is_flowing = True
        self._random = random.Random(5)
        self._recency = count(1)

    def take(self, timeout_s: float) -> Update | None:
        if not self.is_flowing:
            return super().take(timeout_s)
        facts: dict[str, Any] = {"mode": Mode.OWN, "at_ms": NOW_MS}
        facts["statistics"] = statistics(capacity=TRACKED, occupancy=TRACKED)
        touched = self._random.sample(self.order, TOUCHED) if self.taken else list(self.order)
        known = set(touched)
        self.order = [one for one in self.order if one not in known] + touched
        self.taken += 1
        return update_of(
            is_fresh=self.taken == 1,
            tracked=tuple(in_memory(x, NOW_MS, recency=next(self._recency)) for x in touched),
            **facts,
        )


async def test_keys_are_answered_between_any_two_updates_of_a_flood(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    link = Flood()
    app = HoldfastApp(link, Rules(), clock=Clock(NOW_MS))
    answered: list[int] = []

    def noting(action: Callable[..., None]) -> Callable[..., None]:
        def note(self: LiveTable, *arguments: Any) -> None:
            action(self, *arguments)
            answered.append(link.taken)

        return note

    monkeypatch.setattr(LiveTable, "action_move", noting(LiveTable.action_move))
    async with app.run_test(size=(120, 36)) as pilot:
        await until(pilot, lambda: link.taken > 3 and len(tracked_ids(app)) == TRACKED, "the flood")
        for number in range(12):
            before = link.taken
            app.post_message(Key("down", None))
            await until(pilot, lambda number=number: len(answered) > number, "the key's answer")
            assert answered[-1] - before <= WAITED
        chosen = table(app).cursor_key
        after = link.taken
        await until(pilot, lambda: link.taken > after + 10, "more of the flood")
        assert table(app).cursor_key == chosen
        assert chosen is not None
        assert any(chosen in line for line in lines_of(table(app))), "it is in sight"
        link.is_flowing = False
        await until(pilot, lambda: tracked_ids(app) == link.order[::-1], "the order to be right")
        assert chosen in "".join(rows(app))


async def test_marks_and_a_filter_hold_in_a_flood() -> None:
    link = Flood()
    app = HoldfastApp(link, Rules(), clock=Clock(NOW_MS))
    async with app.run_test(size=(160, 40)) as pilot:
        await until(pilot, lambda: link.taken > 2 and len(tracked_ids(app)) == TRACKED, "the flood")
        for key, letter in (("slash", "/"), *zip("s00", "s00", strict=True), ("enter", None)):
            app.post_message(Key(key, letter))
        await until(pilot, lambda: "/s00" in status(app) and table(app).has_focus, "the filter")
        app.post_message(Key("a", "a"))
        await until(pilot, lambda: len(main_of(app).view.targets()) == 100, "the marks")
        held = keys_of(app)
        after = link.taken
        await until(pilot, lambda: link.taken > after + 5, "more of the flood")
        assert keys_of(app) == held
        assert sorted(main_of(app).view.targets()) == [f"s{one:04}" for one in range(100)]
        assert "100 marked" in status(app)


async def test_the_keys_work_while_a_directory_is_read(tmp_path: Path) -> None:
    root = build(tmp_path / "state", [f"s-{number}" for number in range(40)])
    async with console(observing(root), is_open=False) as (app, pilot):
        await pilot.press("2", "1", "question_mark", "escape")
        await until(pilot, lambda: len(tracked_ids(app)) == 40, "all of it")
