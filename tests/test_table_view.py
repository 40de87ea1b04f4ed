"""Tables under the fingers: filter, marks and freeze, and rows that stand still meanwhile."""

from __future__ import annotations

from pathlib import Path

from console_support import shown, table, tracked_ids, until
from console_values import in_memory, on_disk, update_of
from feeds import NOW_MS, Clock
from live import keys_of, main_of, owned, rows, status, tell, told, view_of
from textual.events import Key
from textual.pilot import Pilot

from console.app import HoldfastApp
from console.snapshot import Update
from console.widgets.entry import Entry
from console.widgets.filter_bar import FilterBar
from console.widgets.live_table import DIVIDER, MARK
from console.widgets.tabs import ViewTabs
from tracker import Event, SessionState

AGENTS = ["agent:main:a", "agent:main:b", "agent:sub:c", "d", "e"]


def agents(*sessions: str) -> Update:
    """Sessions in memory, the first of them the oldest."""
    return update_of(
        is_fresh=True,
        tracked=tuple(
            in_memory(name, NOW_MS - (9 - number) * 60_000, recency=number)
            for number, name in enumerate(sessions or AGENTS)
        ),
    )


def marked(app: HoldfastApp) -> list[str]:
    """The marked sessions, in the order they were marked."""
    return list(view_of(app).roster.marks)


def signs(app: HoldfastApp) -> list[str]:
    """The sessions of the rows that are drawn with a mark, from above."""
    return [line[1:].split()[1] for line in rows(app) if line.startswith(MARK)]


def bar_of(app: HoldfastApp) -> FilterBar:
    return main_of(app).query_one(FilterBar)


def problem(app: HoldfastApp) -> str:
    line = bar_of(app).query_one("#problem")
    return str(line.render()) if line.display else ""


def put(app: HoldfastApp, text: str) -> None:
    """Puts a whole filter into the bar at once, as pasting does."""
    entry = bar_of(app).query_one(Entry)
    entry.value = text
    entry.cursor_position = len(text)


async def kept(pilot: Pilot[None], text: str) -> None:
    """Types a filter and keeps it."""
    await pilot.press("slash", *text, "enter")
    await pilot.pause()


# -- filter -----------------------------------------------------------------------------------


async def test_the_rows_that_match_are_shown_with_every_letter() -> None:
    async with told(agents()) as (app, pilot, _):
        await pilot.press("slash")
        assert bar_of(app).display
        for letters, left in (("ag", 3), ("ent:m", 2), ("ain:b", 1), ("zz", 0)):
            await pilot.press(*letters)
            await until(pilot, lambda left=left: len(keys_of(app)) == left, f"{letters}: {left}")
        assert "Nothing matches the filter; escape clears it." in shown(app)
        await pilot.press("backspace", "backspace")
        await until(pilot, lambda: keys_of(app) == ["agent:main:b"], "one letter less")
        assert tracked_ids(app) == ["agent:main:b"]


async def test_enter_keeps_a_filter_says_how_many_match_and_slash_opens_it_again() -> None:
    async with told(agents()) as (app, pilot, _):
        await kept(pilot, "agent")
        assert not bar_of(app).display
        assert table(app).has_focus
        await until(pilot, lambda: "/agent  3 of 5" in status(app), "the status")
        await pilot.press("slash")
        assert bar_of(app).text == "agent"
        await pilot.press(*":sub", "enter")
        await until(pilot, lambda: keys_of(app) == ["agent:sub:c"], "the longer filter")


async def test_a_slash_in_a_filter_is_a_letter_and_what_is_typed_at_once_is_no_command() -> None:
    async with told(agents("a/b", "ab")) as (app, pilot, link):
        for key in ("slash", "a", "slash", "e"):
            app.post_message(Key(key, "/" if key == "slash" else key))
        await until(pilot, lambda: bar_of(app).text == "a/e", "the text")
        assert link.asked == []
        await pilot.press("backspace")
        await until(pilot, lambda: keys_of(app) == ["a/b"], "the filter")


async def test_escape_clears_a_filter_while_it_is_typed_and_afterwards() -> None:
    async with told(agents()) as (app, pilot, _):
        await pilot.press("slash", *"sub")
        await until(pilot, lambda: len(keys_of(app)) == 1, "the filter")
        await pilot.press("escape")
        await until(pilot, lambda: len(keys_of(app)) == 5, "all rows")
        assert not bar_of(app).display
        assert table(app).has_focus
        assert view_of(app).filter_text == ""
        await kept(pilot, "sub")
        await until(pilot, lambda: len(keys_of(app)) == 1, "the filter")
        await pilot.press("escape")
        await until(pilot, lambda: len(keys_of(app)) == 5, "all rows")


async def test_a_filter_asks_for_the_opposite_and_for_fields() -> None:
    ids = ["agent:main:a", "agent:main:b", "agent:sub:c"]
    banded = SessionState(bands=1 << 50)
    update = update_of(
        is_fresh=True,
        tracked=(
            in_memory("old", NOW_MS - 3_600_000),
            *(in_memory(name, NOW_MS, state=banded) for name in ids),
            in_memory("clean", NOW_MS, state=on_disk("clean").state),
            in_memory("pinned", NOW_MS, is_pinned=True),
        ),
        folders=(on_disk("clean", file_bytes=2_000), on_disk("left")),
    )
    async with told(update, clock=Clock(NOW_MS)) as (app, _pilot, _):
        view = view_of(app)
        for text, left in (
            ("!agent", {"old", "clean", "pinned", "left"}),
            ("agent -main", {"agent:sub:c"}),
            ("verdict:clean", {"clean"}),
            ("verdict:disk", {"left"}),
            ("verdict:memory idle>30m", {"old"}),
            ("is:pinned", {"pinned"}),
            ("band<50 is:tracked", {"old", "clean", "pinned"}),
            ("bytes>1k", {"clean"}),
        ):
            assert view.take_filter(text) == ""
            assert {*keys_of(app)} - {DIVIDER} == left, text


async def test_a_filter_that_cannot_be_read_says_why_and_the_last_good_one_stays() -> None:
    async with told(agents()) as (app, pilot, _):
        await pilot.press("slash", *"sub")
        await until(pilot, lambda: len(keys_of(app)) == 1, "the good one")
        put(app, "sub verdict:zz")
        await until(pilot, lambda: "⚠" in problem(app), "what is wrong")
        assert "zz" in problem(app)
        assert keys_of(app) == ["agent:sub:c"]
        await pilot.press("backspace", "backspace", "backspace")
        await until(pilot, lambda: problem(app) == "", "it to be right again")
        assert keys_of(app) == [], "now it looks for the word"
        put(app, "sub bnad<50")
        await until(pilot, lambda: "did you mean band" in problem(app), "the nearest right one")
        await pilot.press("enter")
        await pilot.pause()
        assert view_of(app).filter_text == "sub verdict"
        await until(pilot, lambda: "/sub verdict  0 of 5" in status(app), "the one that holds")


async def test_a_filter_goes_on_with_what_comes_and_changes(tmp_path: Path) -> None:
    async with owned(tmp_path / "state", "a-1", "b-1") as (app, pilot, tap):
        await kept(pilot, "a-")
        tap.touch("b-2", "a-2")
        await until(pilot, lambda: keys_of(app) == ["a-2", "a-1"], "the new one that matches")
        await until(pilot, lambda: "2 of 4" in status(app), "the count")


async def test_a_row_may_match_by_the_time_that_goes_by_alone() -> None:
    clock = Clock(NOW_MS)
    async with told(agents("a"), clock=clock) as (app, pilot, link):
        view_of(app).take_filter("idle>20m")
        assert keys_of(app) == []
        clock.advance(15 * 60_000)
        await tell(app, pilot, link, update_of())
        assert keys_of(app) == ["a"]


async def test_the_filter_bar_closes_as_another_view_is_chosen() -> None:
    async with told(agents()) as (app, pilot, _):
        await pilot.press("slash", *"sub")
        await until(pilot, lambda: len(keys_of(app)) == 1, "the filter")
        await pilot.click(ViewTabs, offset=(16, 0))
        await until(pilot, lambda: main_of(app).view.id == "view-disk", "the other view")
        assert not bar_of(app).display
        await pilot.press("1")
        assert keys_of(app) == ["agent:sub:c"]


# -- marks ------------------------------------------------------------------------------------


async def test_space_marks_a_row_and_goes_on_and_unmarks_it_again() -> None:
    async with told(agents("a", "b", "c")) as (app, pilot, _):
        await pilot.press("space")
        assert marked(app) == []
        assert table(app).cursor_key == "c", "there was no cursor to mark at"
        await pilot.press("space", "space")
        assert marked(app) == ["c", "b"]
        assert signs(app) == ["c", "b"]
        assert table(app).cursor_key == "a"
        await until(pilot, lambda: "2 marked" in status(app), "the count")
        assert main_of(app).view.targets() == ("c", "b")
        await pilot.press("home", "space")
        assert marked(app) == ["b"]


async def test_ctrl_space_marks_all_from_the_last_mark_to_here() -> None:
    async with told(agents("a", "b", "c", "d", "e")) as (app, pilot, _):
        await pilot.press("down", "down", "space", "down", "down", "ctrl+@")
        assert sorted(marked(app)) == ["a", "b", "c", "d"]
        await pilot.press("escape", "home", "ctrl+space")
        assert marked(app) == ["e"], "without a mark before, the row itself"
        await pilot.press("end", "ctrl+space")
        assert sorted(marked(app)) == ["a", "b", "c", "d", "e"]


async def test_a_range_is_marked_upwards_and_across_the_divider() -> None:
    update = agents("a", "b")
    folders = update_of(folders=(on_disk("x"), on_disk("y")))
    async with told(update, folders) as (app, pilot, _):
        await pilot.press("end", "space", "home", "ctrl+@")
        assert sorted(marked(app)) == ["a", "b", "x", "y"]
        assert len(main_of(app).view.targets()) == 4


async def test_a_marks_all_that_match_the_filter_and_a_second_time_none() -> None:
    async with told(agents()) as (app, pilot, _):
        await kept(pilot, "main")
        await pilot.press("a")
        assert sorted(marked(app)) == ["agent:main:a", "agent:main:b"]
        await pilot.press("a")
        assert marked(app) == []


async def test_marks_survive_a_filter_and_those_it_hides_are_counted() -> None:
    async with told(agents()) as (app, pilot, _):
        await pilot.press("down", "space", "space", "space")
        assert marked(app) == ["e", "d", "agent:sub:c"]
        await kept(pilot, "agent")
        await until(pilot, lambda: "3 marked, 2 of them hidden" in status(app), "the count")
        assert main_of(app).view.targets() == ("e", "d", "agent:sub:c")
        view_of(app).take_filter("")
        await until(pilot, lambda: "3 marked │" in status(app), "none of them hidden")


async def test_marks_stay_on_their_sessions_as_the_order_is_another() -> None:
    async with told(agents()) as (app, pilot, _):
        await pilot.press("down", "space", "full_stop", "full_stop")
        assert marked(app) == ["e"]
        assert signs(app) == ["e"]
        assert keys_of(app)[-1] == "e"


# -- standing still ---------------------------------------------------------------------------


async def test_rows_stand_still_while_some_are_marked_though_their_values_go_on(
    tmp_path: Path,
) -> None:
    async with owned(tmp_path / "state", "a", "b", "c") as (app, pilot, tap):
        await pilot.press("down", "space")
        held = keys_of(app)
        tap.touch("a", "new-1", "new-2", "a")
        await until(pilot, lambda: "2 waiting" in status(app), "what is waiting to be counted")
        assert "order held" in status(app)
        assert keys_of(app) == held == ["c", "b", "a"]
        place = next(line for line in rows(app) if " a " in line).split()[0]
        assert place == "1", "the position is the one it has now"
        await pilot.press("escape")
        await until(pilot, lambda: keys_of(app) == ["a", "new-2", "new-1", "c", "b"], "to catch up")
        assert table(app).cursor_key == "b", "the cursor is where it was"
        assert "waiting" not in status(app)


async def test_f_freezes_the_order_and_lets_it_go_on(tmp_path: Path) -> None:
    async with owned(tmp_path / "state", "a", "b", "c") as (app, pilot, tap):
        await pilot.press("down", "down", "f")
        await until(pilot, lambda: status(app).startswith("frozen"), "the freeze")
        assert table(app).cursor_key == "b"
        tap.touch("a", "d")
        await until(pilot, lambda: "frozen, 1 waiting" in status(app), "the count")
        assert keys_of(app) == ["c", "b", "a"]
        await pilot.press("f")
        assert keys_of(app) == ["d", "a", "c", "b"]
        assert table(app).cursor_key == "b"


async def test_a_frozen_table_shows_what_left_as_gone_until_it_goes_on(tmp_path: Path) -> None:
    async with owned(tmp_path / "state", "a", "b", "c") as (app, pilot, tap):
        await pilot.press("f")
        tap.pour(Event("session_end", "b"))
        await until(pilot, lambda: any(" b " in r and "gone" in r for r in rows(app)), "it gone")
        assert keys_of(app) == ["c", "b", "a"]
        await pilot.press("f")
        assert keys_of(app) == ["c", "a"]


async def test_while_frozen_a_filter_and_an_order_that_are_asked_for_are_shown() -> None:
    async with told(agents()) as (app, pilot, link):
        await pilot.press("f")
        await kept(pilot, "agent")
        assert len(keys_of(app)) == 3
        await pilot.press("full_stop", "full_stop")
        assert keys_of(app) == AGENTS[:3]
        await tell(app, pilot, link, update_of(tracked=(in_memory("agent:new", recency=99),)))
        assert keys_of(app) == AGENTS[:3]


async def test_an_empty_table_that_is_frozen_takes_its_first_rows() -> None:
    async with told(update_of(is_fresh=True)) as (app, pilot, link):
        await pilot.press("f")
        await tell(app, pilot, link, update_of(tracked=(in_memory("a", recency=1),)))
        assert keys_of(app) == ["a"]


# -- escape -----------------------------------------------------------------------------------


async def test_escape_steps_back_one_thing_at_a_time() -> None:
    async with told(update_of(is_fresh=True, folders=tuple(on_disk(name) for name in AGENTS))) as (
        app,
        pilot,
        _,
    ):
        await pilot.press("2")
        view = view_of(app)
        assert view.id == "view-disk"
        await kept(pilot, "agent")
        await pilot.press("down", "f", "space", "question_mark")
        await pilot.pause()

        def state() -> tuple[bool, int, bool, str, bool, str | None]:
            return (
                bool(app.screen.query("HelpPanel")),
                len(view.roster.marks),
                view.roster.is_frozen,
                view.filter_text,
                table(app, "folders").cursor_key is not None,
                main_of(app).view.id,
            )

        assert state() == (True, 1, True, "agent", True, "view-disk")
        for left in (
            (False, 1, True, "agent", True, "view-disk"),
            (False, 0, True, "agent", True, "view-disk"),
            (False, 0, False, "agent", True, "view-disk"),
            (False, 0, False, "", True, "view-disk"),
            (False, 0, False, "", False, "view-disk"),
            (False, 0, False, "", False, "view-sessions"),
            (False, 0, False, "", False, "view-sessions"),
        ):
            await pilot.press("escape")
            await until(pilot, lambda left=left: state() == left, f"{left}, not {state()}")
