"""View 1: the sessions newest first, every column of them, sorted by any; and who goes next."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from console_support import disk_only_ids, lines_of, shown, table, tracked_ids, until
from console_values import in_memory, on_disk, statistics, update_of
from feeds import NOW_MS, Clock
from hosting import PAYLOADS, SIZES, begins, check_screen
from live import keys_of, main_of, owned, row_of, rows, status, tell, told, view_of

from console.app import HoldfastApp
from console.snapshot import Face, Mode, Update
from console.views.sessions import SessionsView
from console.widgets.lane import Lane
from console.widgets.live_table import ARROWS, DIVIDER
from tracker import Event, FolderSummary, SessionState, TrackedSession

MINUTE_MS = 60_000


def bits(*values: int) -> int:
    return sum(1 << value for value in values)


def pair(
    session: str, recency: int, idle_minutes: int, held: SessionState, **disk: Any
) -> tuple[TrackedSession, FolderSummary]:
    """A session in memory and its folder, equal unless `disk` says otherwise."""
    touched_ms = NOW_MS - idle_minutes * MINUTE_MS
    memory = in_memory(session, touched_ms, state=held, recency=recency, seq=1)
    return memory, on_disk(session, **{"state": held, "seq": 1, **disk})


def five_sessions() -> Update:
    """Four sessions in memory and one on disk alone, each of them first by some column."""
    pairs = [
        pair("bravo", 1, 40, SessionState(
            bands=bits(20, 35, 50, 65), thresholds=bits(80, 70, 50), guards=3,
            milestones=("pre-fanout", "edit-batch"), edit_writes=3,
        ), last_trigger="quality-80", checkpoints=4, file_bytes=200),
        pair("charlie", 2, 30, SessionState(
            bands=bits(20, 35, 50), thresholds=bits(80, 70), guards=2,
            milestones=("pre-fanout",), edit_writes=2,
        ), last_trigger="milestone-pre-fanout", checkpoints=2, file_bytes=400,
            trouble="behind", why="the manifest knows more"),
        pair("alpha", 3, 20, SessionState(
            bands=bits(20, 35), thresholds=bits(80), guards=1,
            milestones=("edit-batch",), edit_writes=1,
        ), last_trigger="progressive-20", checkpoints=3, file_bytes=100,
            state=SessionState()),
        pair("delta", 4, 10, SessionState(bands=bits(20)),
             last_trigger="compact", checkpoints=1, file_bytes=300),
    ]  # fmt: skip
    echo = on_disk("echo", state=None, trouble="corrupt", why="torn", checkpoints=5, file_bytes=500)
    return update_of(
        is_fresh=True,
        tracked=tuple(memory for memory, _ in pairs),
        folders=(*(disk for _, disk in pairs), echo),
        statistics=statistics(capacity=10, occupancy=4),
        at_ms=NOW_MS,
    )


FIRST_WAY = {
    "position": "delta alpha charlie bravo echo",
    "session": "alpha bravo charlie delta echo",
    "idle": "bravo charlie alpha delta echo",
    "verdict": "echo charlie alpha bravo delta",
    "bands": "bravo charlie alpha delta echo",
    "quality": "bravo charlie alpha delta echo",
    "milestones": "bravo charlie alpha delta echo",
    "guards": "charlie bravo alpha delta echo",
    "edits": "bravo charlie alpha delta echo",
    "trigger": "delta charlie alpha bravo echo",
    "checkpoints": "echo bravo alpha charlie delta",
    "bytes": "echo charlie delta bravo alpha",
}
"""The order by each column, the way that reads best."""

OTHER_WAY = {
    "position": "bravo charlie alpha delta echo",
    "session": "echo delta charlie bravo alpha",
    "bytes": "alpha bravo delta charlie echo",
}


def lane(app: HoldfastApp) -> str:
    return str(main_of(app).query_one(Lane).render())


def arrows(app: HoldfastApp) -> dict[str, str]:
    """The arrows in the header, by the title they stand behind."""
    words = rows(app)[0].split()
    return {word[:-1]: word[-1] for word in words if word[-1] in ARROWS.values()}


# -- what is shown ----------------------------------------------------------------------------


async def test_every_session_has_every_column_and_the_newest_stands_first() -> None:
    async with told(five_sessions(), size=(220, 40), clock=Clock(NOW_MS)) as (app, _pilot, _):
        header, *lines = rows(app)
        assert header.split() == [
            "#", "session", "idle", "verdict", "fill", "qual", "miles", "sent", "edits", "last",
            "checkpoint", "ckpts", "bytes",
        ]  # fmt: skip
        assert [line.split()[:3] for line in lines[:4]] == [
            ["1", "delta", "10m"],
            ["2", "alpha", "20m"],
            ["3", "charlie", "30m"],
            ["4", "bravo", "40m"],
        ]
        assert lines[3].split()[3:] == [
            "clean", "■■■■□", "■■■□", "fan", "edit", "CN", "3w", "0f",
            "quality-80", "4", "200", "B",
        ]  # fmt: skip
        assert "dirty" in lines[1]
        assert "behind" in lines[2]
        assert "on disk only: 1" in lines[4]
        assert lines[5].split()[:3] == ["echo", "—", "corrupt"]
        assert status(app) == "newest first"


@pytest.mark.parametrize("size", SIZES)
async def test_on_every_size_a_session_and_its_verdict_are_seen(size: tuple[int, int]) -> None:
    async with told(five_sessions(), size=size, clock=Clock(NOW_MS)) as (app, _pilot, _):
        check_screen(app)
        row = row_of(app, "charlie")
        assert "behind" in row


async def test_a_touched_session_becomes_the_first_and_the_others_keep_their_order(
    tmp_path: Path,
) -> None:
    async with owned(tmp_path / "state", "a", "b", "c") as (app, pilot, tap):
        assert tracked_ids(app) == ["c", "b", "a"]
        tap.touch("a")
        await until(pilot, lambda: tracked_ids(app) == ["a", "c", "b"], "the touch")
        assert rows(app)[1].split()[:2] == ["1", "a"]


async def test_ages_tick_while_nothing_happens() -> None:
    clock = Clock(NOW_MS)
    async with told(five_sessions(), clock=clock) as (app, pilot, _):
        assert " 10m " in row_of(app, "delta")
        clock.advance(5 * MINUTE_MS)
        await until(pilot, lambda: " 15m " in row_of(app, "delta"), "the age to tick")


async def test_a_directory_without_sessions_says_why_there_are_none() -> None:
    async with told(update_of(is_fresh=True), size=(120, 36)) as (app, pilot, link):
        assert "No sessions here yet" in shown(app)
        await tell(app, pilot, link, update_of(face=Face.MISSING, face_why="no such directory"))
        assert "Nothing to show." in shown(app)


async def test_hostile_ids_are_shown_safely_in_table_lane_and_detail() -> None:
    update = update_of(
        is_fresh=True,
        tracked=tuple(in_memory(text, recency=-number) for number, text in enumerate(PAYLOADS)),
        folders=tuple(
            on_disk(f"f-{number}", text, last_trigger=text, why=text, trouble="unsafe")
            for number, text in enumerate(PAYLOADS)
        ),
        statistics=statistics(capacity=40, occupancy=len(PAYLOADS)),
    )
    async with told(update, clock=Clock(NOW_MS)) as (app, pilot, _):
        subject = app.screen.query_one("#subject")
        for text in reversed(PAYLOADS):
            await pilot.press("up" if table(app).cursor_key else "end")
            assert table(app).cursor_key == text
            await until(pilot, lambda text=text: begins(text) in str(subject.render()), text)
            assert begins(text) in check_screen(app)


async def test_the_detail_shows_the_chosen_session_or_the_latest_checkpoints_and_opens_them() -> (
    None
):
    async with told(five_sessions(), clock=Clock(NOW_MS)) as (app, pilot, _):
        assert "Latest checkpoints" in shown(app)
        assert set(table(app, "recent").keys) == {"alpha", "bravo", "charlie", "delta"}
        table(app, "recent").put_cursor("charlie")
        table(app, "recent").action_open()
        await until(pilot, lambda: main_of(app).view.subject == "charlie", "the session")
        await until(pilot, lambda: main_of(app).view.id == "view-session", "its view")
        await pilot.press("escape", "down")
        await until(pilot, lambda: "No checkpoints yet." in shown(app), "the files")
        subject = str(app.screen.query_one("#subject").render())
        assert subject.splitlines()[:2] == ["delta", "clean"]
        await pilot.press("down", "down", "down")
        subject = str(app.screen.query_one("#subject").render())
        assert "sent once: continuity, nudge" in subject


async def test_a_key_typed_right_after_a_session_is_left_moves_among_the_sessions() -> None:
    async with told(five_sessions(), clock=Clock(NOW_MS)) as (app, pilot, _):
        main = main_of(app)
        await main.show_session("charlie")
        await main.action_step_back()  # Before the view that was opened was drawn once.
        await pilot.press("down")
        assert main.view.subject == "delta"


# -- who goes next ----------------------------------------------------------------------------


async def test_the_lane_names_who_goes_next_and_passes_over_the_pinned() -> None:
    tracked = [in_memory(name, NOW_MS, recency=number) for number, name in enumerate("abcdef")]
    tracked[0] = in_memory("a", NOW_MS, recency=0, is_pinned=True)
    update = update_of(
        is_fresh=True, tracked=tuple(tracked), statistics=statistics(capacity=6, occupancy=6)
    )
    async with told(update, clock=Clock(NOW_MS)) as (app, pilot, link):
        assert [line.split()[-1] for line in lane(app).splitlines()] == list("bcdef")
        await tell(app, pilot, link, update_of(
            changed=(in_memory("b", NOW_MS, recency=1, is_pinned=True),),
            statistics=statistics(capacity=6, occupancy=6),
        ))  # fmt: skip
        assert lane(app).split()[3] == "c"


async def test_the_lane_says_about_when_from_how_fast_sessions_come() -> None:
    clock = Clock(NOW_MS)
    tracked = tuple(in_memory(name, NOW_MS, recency=number) for number, name in enumerate("abc"))
    facts: dict[str, Any] = {"mode": Mode.OWN, "at_ms": NOW_MS}
    full = statistics(capacity=4, occupancy=3)
    first = update_of(is_fresh=True, tracked=tracked, statistics=full, **facts)
    async with told(first, clock=clock) as (app, pilot, link):
        assert lane(app).removeprefix(" next out ").split() == ["—", "a", "—", "b", "—", "c"]
        clock.advance(MINUTE_MS)
        six = statistics(capacity=4, occupancy=3, insertions=6)
        await tell(app, pilot, link, update_of(statistics=six, mode=Mode.OWN, at_ms=clock.now_ms))
        assert lane(app).removeprefix(" next out ").split() == [
            "in", "~20s", "a", "in", "~30s", "b", "in", "~40s", "c",
        ]  # fmt: skip


async def test_where_nobody_can_go_the_lane_says_why() -> None:
    async with told(update_of(is_fresh=True)) as (app, pilot, link):
        assert "nobody: memory is empty" in lane(app)
        pinned = in_memory("a", is_pinned=True)
        some = statistics(capacity=10, occupancy=1, pinned=1)
        await tell(app, pilot, link, update_of(tracked=(pinned,), statistics=some))
        assert "nobody: all are pinned" in lane(app)


async def test_the_session_the_lane_names_is_the_one_that_goes(tmp_path: Path) -> None:
    async with owned(tmp_path / "state", "a", "b", "c", capacity=3) as (app, pilot, tap):
        for new in ("d", "e", "f"):
            named = lane(app).splitlines()[0].split()[-1]
            tap.touch(new)
            await until(pilot, lambda new=new: tracked_ids(app)[0] == new, "the new one")
            assert disk_only_ids(app)[:1] == [named] or named not in tracked_ids(app)


# -- sorting ----------------------------------------------------------------------------------


async def test_the_rows_are_sorted_by_the_next_column_and_the_one_before() -> None:
    async with told(five_sessions(), clock=Clock(NOW_MS)) as (app, pilot, _):
        columns = [one.key for one in SessionsView.COLUMNS]
        assert list(FIRST_WAY) == columns
        for key in columns:
            await pilot.press("full_stop")
            assert view_of(app).roster.sort[0] == key
            assert " ".join(keys_of(app)) == FIRST_WAY[key], key
        await pilot.press("full_stop")
        assert keys_of(app) == ["delta", "alpha", "charlie", "bravo", DIVIDER, "echo"]
        for key in reversed(columns):
            await pilot.press("comma")
            assert " ".join(keys_of(app)) == FIRST_WAY[key], key
        await pilot.press("comma")
        assert DIVIDER in keys_of(app)


async def test_the_arrow_and_the_status_say_by_which_column_and_which_way() -> None:
    async with told(five_sessions(), clock=Clock(NOW_MS), size=(220, 40)) as (app, pilot, _):
        assert arrows(app) == {}
        await pilot.press("full_stop", "full_stop")
        await until(pilot, lambda: status(app) == "by session ▲", "the status")
        assert arrows(app) == {"session": "▲"}
        await pilot.press("i")
        await until(pilot, lambda: status(app) == "by session ▼", "the status")
        assert arrows(app) == {"session": "▼"}
        await pilot.press("0")
        await until(pilot, lambda: status(app) == "newest first", "the status")
        assert arrows(app) == {}


async def test_the_order_is_turned_around_and_what_is_not_known_stays_last() -> None:
    async with told(five_sessions(), clock=Clock(NOW_MS)) as (app, pilot, _):
        natural = keys_of(app)
        await pilot.press("i", "0")
        assert keys_of(app) == natural, "there is nothing to turn around"
        for key, other_way in OTHER_WAY.items():
            view_of(app).sort_by(key)
            await pilot.press("i")
            assert " ".join(keys_of(app)) == other_way
            await pilot.press("i")
            assert " ".join(keys_of(app)) == FIRST_WAY[key]


async def test_a_click_on_a_header_sorts_and_a_second_one_turns_it_around() -> None:
    async with told(five_sessions(), clock=Clock(NOW_MS), size=(220, 40)) as (app, pilot, _):
        x = rows(app)[0].index("bytes")
        await pilot.click("#sessions", offset=(x, 0))
        await until(pilot, lambda: " ".join(keys_of(app)) == FIRST_WAY["bytes"], "the order")
        assert arrows(app) == {"bytes": "▼"}
        await pilot.click("#sessions", offset=(x, 0))
        await until(pilot, lambda: " ".join(keys_of(app)) == OTHER_WAY["bytes"], "the other way")
        assert arrows(app) == {"bytes": "▲"}


async def test_sorted_rows_are_one_part_and_still_say_where_they_stand_in_memory() -> None:
    async with told(five_sessions(), clock=Clock(NOW_MS)) as (app, pilot, _):
        await pilot.press("comma")
        assert DIVIDER not in keys_of(app)
        assert "on disk only" not in shown(app)
        places = {line.split()[1]: line.split()[0] for line in rows(app)[1:] if "echo" not in line}
        assert places == {"delta": "1", "alpha": "2", "charlie": "3", "bravo": "4"}


async def test_a_sorted_table_takes_what_changes_to_its_place(tmp_path: Path) -> None:
    edit = Event("after_tool_call", "b", tool="Edit", file="x.py")
    async with owned(tmp_path / "state", "a", "b", "c") as (app, pilot, tap):
        view_of(app).sort_by("edits")
        tap.pour(edit)
        await until(pilot, lambda: keys_of(app)[0] == "b", "the edit")
        tap.pour(*[Event("after_tool_call", "a", tool="Edit", file="y.py")] * 2)
        await until(pilot, lambda: keys_of(app)[:2] == ["a", "b"], "the edits")
        tap.touch("d")
        await until(pilot, lambda: "d" in keys_of(app), "the new one")
        assert len(keys_of(app)) == 4


async def test_the_cursor_stays_on_its_session_as_the_order_changes() -> None:
    async with told(five_sessions(), clock=Clock(NOW_MS)) as (app, pilot, _):
        await pilot.press("down", "down")
        assert table(app).cursor_key == "alpha"
        for key in ("full_stop", "full_stop", "i", "comma", "0"):
            await pilot.press(key)
            assert table(app).cursor_key == "alpha"
            line = next(line for line in lines_of(table(app)) if "alpha" in line)
            assert line


async def test_a_session_that_is_gone_says_so_while_its_row_is_held() -> None:
    async with told(five_sessions(), clock=Clock(NOW_MS)) as (app, pilot, link):
        await pilot.press("f")
        await tell(app, pilot, link, update_of(
            dropped=("delta",), removed=("delta",), statistics=statistics(occupancy=3)
        ))  # fmt: skip
        assert "gone" in row_of(app, "delta")
        await pilot.press("f")
        assert "delta" not in keys_of(app)
