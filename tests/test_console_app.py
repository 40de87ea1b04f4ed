"""The console over real directories: what it shows, what its keys do, and what stays as it was."""

from __future__ import annotations

import os
import shutil
import time
from functools import partial
from pathlib import Path
from statistics import median

import pytest
from console_support import (
    StillLink,
    agree,
    build,
    compaction,
    console,
    disk_only_ids,
    feed_of,
    gateway,
    notices,
    observing,
    owning,
    shown,
    table,
    tracked_ids,
    turn,
    until,
)
from console_values import in_memory, on_disk, update_of
from directories import tree

from console.app import HoldfastApp
from console.embedded.feeds import read_growing, read_stream
from console.snapshot import Watch
from console.widgets.banner import Banner
from tracker import Event, Rules, open_tracker

EDIT = Event("after_tool_call", "a", tool="Edit", file="x.py")
SESSIONS = ["s-0", "s-1", "agent:main:main", "s-3"]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return build(tmp_path / "state", SESSIONS)


def banner(app: HoldfastApp) -> str:
    one = app.screen.query_one(Banner)
    return str(one.render()) if one.display else ""


def line(session: str) -> str:
    return f'{{"type":"before_compaction","session":"{session}"}}\n'


def grow(feed: Path, text: str) -> None:
    with feed.open("a") as stream:
        stream.write(text)


# -- looking ----------------------------------------------------------------------------------


async def test_sessions_stand_newest_first_with_counters_above_and_the_latest_beside(
    root: Path,
) -> None:
    async with console(observing(root), (160, 40)) as (app, pilot):
        await until(pilot, lambda: tracked_ids(app) == SESSIONS[::-1], "the sessions")
        text = shown(app)
        rows = [row for row in text.splitlines() if "clean" in row]
        assert [row.split()[1] for row in rows[:4]] == SESSIONS[::-1]
        assert "OBSERVE" in text
        assert "memory 4/2,000" in text
        assert "evictions 0" in text
        assert "disk 4" in text
        assert "Latest checkpoints" in text


async def test_the_files_of_the_session_under_the_cursor_are_listed_newest_first(
    root: Path,
) -> None:
    async with console(observing(root)) as (app, pilot):
        await pilot.press("down", "down")
        assert table(app).cursor_key == "agent:main:main"
        await until(pilot, lambda: len(table(app, "files").keys) == 2, "the files")
        text = shown(app)
        assert text.index("compact ") < text.rindex("progressive-20")
        assert "sent once: continuity" in text
        await pilot.press("down")
        await until(pilot, lambda: "s-1" in str(app.screen.query_one("#subject").render()), "s-1")
        await pilot.press("escape")
        await until(pilot, lambda: "Latest checkpoints" in shown(app), "the cursor on none")


async def test_a_file_that_is_added_to_the_chosen_session_appears_in_its_list(root: Path) -> None:
    async with console(observing(root)) as (app, pilot):
        await pilot.press("down")
        await until(pilot, lambda: len(table(app, "files").keys) == 2, "two files")
        with open_tracker(root, durability="process") as owner:
            owner.handle(compaction("s-3", text="more"))
        await until(pilot, lambda: len(table(app, "files").keys) == 3, "the third")
        assert table(app).cursor_key == "s-3"


async def test_an_update_that_comes_before_the_screen_stands_is_shown() -> None:
    update = update_of(tracked=(in_memory("early"),), folders=(on_disk("early"),))
    app = HoldfastApp(StillLink(update), Rules())
    async with app.run_test(size=(120, 36)) as pilot:
        await until(pilot, lambda: "early" in shown(app), "the only update there is")


async def test_a_link_that_breaks_ends_the_console_with_the_reason() -> None:
    class Broken(StillLink):
        def take(self, timeout_s: float) -> None:
            raise RuntimeError("the link broke")

    app = HoldfastApp(Broken(), Rules())
    with pytest.raises(Exception, match="the link broke"):
        async with app.run_test() as pilot:
            await until(pilot, lambda: app.crash is not None, "the end")
    assert app.crash is not None


# -- acting -----------------------------------------------------------------------------------


async def test_evict_and_rehydrate_go_through_the_tracker_and_leave_an_observed_disk_as_it_is(
    root: Path,
) -> None:
    before = tree(root)
    async with console(observing(root)) as (app, pilot):
        await pilot.press("down", "down", "e")
        await until(pilot, lambda: disk_only_ids(app) == ["agent:main:main"], "the eviction")
        await until(pilot, lambda: notices(app), "the notice")
        assert notices(app) == [
            "Evicted agent:main:main."
            " Only this console's memory let go of it; z or r brings it back."
        ]
        assert table(app).cursor_key == "agent:main:main"
        await until(pilot, lambda: "on disk only: 1" in shown(app), "the divider")
        await until(pilot, lambda: "evictions 1/min" in shown(app), "the count")
        await pilot.press("r")
        await until(pilot, lambda: tracked_ids(app)[0] == "agent:main:main", "the rehydration")
        await until(pilot, lambda: len(notices(app)) == 2, "the notice")
        assert notices(app)[1] == "Rehydrated agent:main:main."
        await until(pilot, lambda: "rehydrations 1/min" in shown(app), "the count")
        assert disk_only_ids(app) == []
    assert tree(root) == before


async def test_an_owners_eviction_spills_and_says_so(tmp_path: Path) -> None:
    root = tmp_path / "state"
    feed = feed_of(turn("a", 22), EDIT, turn("b"))
    async with console(owning(root, feed)) as (app, pilot):
        await until(pilot, lambda: tracked_ids(app) == ["b", "a"], "the feed")
        await until(pilot, lambda: "dirty 1" in shown(app), "the dirty session")
        await pilot.press("end", "e")
        await agree(app, pilot)
        await until(pilot, lambda: disk_only_ids(app) == ["a"], "the eviction")
        assert "What was newer in memory is on disk" in notices(app)[0]
        await until(pilot, lambda: "dirty 0" in shown(app), "the spill")


async def test_without_a_session_under_the_cursor_no_key_acts(root: Path) -> None:
    async with console(observing(root)) as (app, pilot):
        await pilot.press("e", "r", "escape", "e")
        await pilot.pause(0.2)
        assert tracked_ids(app) == SESSIONS[::-1]
        assert notices(app) == []
        app.screen.action_evict()  # type: ignore[attr-defined]
        await until(pilot, lambda: notices(app), "what the palette's command says")
        assert notices(app) == ["No session is chosen: choose one with ↑ ↓ first."]


async def test_a_session_that_goes_away_under_the_cursor_is_not_followed_by_its_neighbour(
    root: Path,
) -> None:
    async with console(observing(root)) as (app, pilot):
        await pilot.press("down", "down")
        shutil.rmtree(next(root.glob("agent_*")))
        await until(pilot, lambda: "agent:main:main" not in tracked_ids(app), "the removal")
        assert table(app).cursor_key is None
        await pilot.press("e")
        await pilot.pause(0.2)
        assert len(tracked_ids(app)) == 3
        assert notices(app) == []


async def test_with_read_only_the_commands_are_hidden_and_their_keys_change_nothing(
    root: Path,
) -> None:
    before = tree(root)
    async with console(observing(root, is_read_only=True)) as (app, pilot):
        await pilot.press("down", "e", "r")
        await pilot.pause(0.2)
        text = shown(app)
        assert "READ-ONLY" in text
        assert "Evict" not in text
        assert "Rehydrate" not in text
        assert tracked_ids(app) == SESSIONS[::-1]
        titles = [command.title for command in app.get_system_commands(app.screen)]
        assert not {"Evict", "Rehydrate"} & set(titles)
    assert tree(root) == before


async def test_a_pinned_session_is_not_evicted_and_the_notice_says_why(root: Path) -> None:
    link = observing(root)
    async with console(link) as (app, pilot):
        assert link._tracker is not None
        assert link._tracker.pin("s-1").is_done
        await until(pilot, lambda: "⚑" in shown(app), "the pin's mark")
        assert tracked_ids(app) == SESSIONS[::-1], "a pin moves nothing"
        await pilot.press("end", "up", "e")
        await until(pilot, lambda: notices(app), "the refusal")
        assert notices(app) == ["Not evicted: s-1: pinned; unpin it first"]
        assert tracked_ids(app) == SESSIONS[::-1]


async def test_a_spill_that_fails_keeps_the_session_and_says_why(tmp_path: Path) -> None:
    root = tmp_path / "state"
    async with console(owning(root, feed_of(turn("a", 22), EDIT))) as (app, pilot):
        await until(pilot, lambda: "dirty 1" in shown(app), "the feed")
        shutil.rmtree(root / "a")
        (root / "a").symlink_to("/etc")
        await pilot.press("down", "e")
        await agree(app, pilot)
        await until(pilot, lambda: notices(app), "the refusal")
        assert notices(app)[0].startswith("Not evicted: a: it stays in memory: ")
        assert "refused" in notices(app)[0]
        assert tracked_ids(app) == ["a"]
        await until(pilot, lambda: "unsafe" in shown(app), "the verdict")


async def test_a_spill_that_fails_at_capacity_is_said_in_the_banner(tmp_path: Path) -> None:
    root = tmp_path / "state"
    (feed := tmp_path / "feed.jsonl").write_text("")
    link = owning(root, partial(read_growing, str(feed)), capacity=1)
    async with console(link) as (app, pilot):
        grow(feed, '{"type":"after_tool_call","session":"a","tool":"Edit","file":"x"}\n')
        await until(pilot, lambda: tracked_ids(app) == ["a"], "the first session")
        (root / "a").symlink_to("/etc")
        grow(feed, line("b"))
        await until(pilot, lambda: "Over capacity by 1" in banner(app), "the banner")
        assert "'a': it stays in memory" in banner(app)
        (root / "a").unlink()
        grow(feed, line("b"))
        await until(pilot, lambda: banner(app) == "", "the next event to make room")
        assert tracked_ids(app) == ["b"]


# -- feeds ------------------------------------------------------------------------------------


async def test_a_feed_file_that_grows_moves_the_sessions(tmp_path: Path) -> None:
    (feed := tmp_path / "feed.jsonl").write_text(line("a"))
    link = owning(tmp_path / "state", partial(read_growing, str(feed)))
    async with console(link) as (app, pilot):
        assert "OWN" in shown(app)
        for session, order in (("b", ["b", "a"]), ("a", ["a", "b"]), ("c:1", ["c:1", "a", "b"])):
            grow(feed, line(session))
            await until(pilot, lambda order=order: tracked_ids(app) == order, f"{order}")
        assert "events 4" in shown(app)


async def test_a_fifo_feeds_as_its_writers_come_and_go(tmp_path: Path) -> None:
    os.mkfifo(fifo := tmp_path / "fifo")
    link = owning(tmp_path / "state", partial(read_growing, str(fifo)))
    async with console(link) as (app, pilot):
        for session, order in (("a", ["a"]), ("b", ["b", "a"])):
            with fifo.open("w") as stream:
                stream.write(line(session))
            await until(pilot, lambda order=order: tracked_ids(app) == order, f"{order}")
        assert "ended" not in banner(app)


async def test_bad_lines_are_named_and_the_end_of_the_feed_is_said(tmp_path: Path) -> None:
    read_fd, write_fd = os.pipe()
    link = owning(tmp_path / "state", partial(read_stream, read_fd))
    async with console(link) as (app, pilot):
        os.write(write_fd, b"not json\n" + line("a").encode() + b'{"type":"[red]"}\n')
        await until(pilot, lambda: "line 3:" in banner(app), "the bad line's number")
        assert "2 bad line(s)" in banner(app)
        assert tracked_ids(app) == ["a"]
        os.close(write_fd)
        await until(pilot, lambda: "ended after 1 event" in banner(app), "the end")
        await pilot.press("down", "e")
        await until(pilot, lambda: disk_only_ids(app) == ["a"], "a command after the end")
    os.close(read_fd)


# -- live -------------------------------------------------------------------------------------


@pytest.mark.parametrize("polls", [False, True], ids=["watching", "polling"])
async def test_what_another_process_writes_is_shown_within_a_second(
    root: Path, tmp_path: Path, polls: bool
) -> None:
    copy = shutil.copytree(root, tmp_path / "copy")
    with gateway(copy) as other:
        async with console(observing(copy, polls=polls)) as (app, pilot):
            assert ("polling" if polls else "watching") in shown(app)
            waits_s = []
            for session in ("s-1", "brand-new", "agent:new:1", "s-0", "brand-new-2"):
                written_s = other.touch(session)
                await until(pilot, lambda session=session: tracked_ids(app)[0] == session, session)
                waits_s.append(time.monotonic() - written_s)
            assert median(waits_s) < 1.0, waits_s
            assert len(tracked_ids(app)) == len(SESSIONS) + 3


async def test_what_came_before_the_screen_is_in_its_first_frame_and_both_are_settled() -> None:
    settled: list[str] = []
    update = update_of(folders=[on_disk("early")], watch=Watch())
    link = StillLink(update)
    app = HoldfastApp(link, Rules(), settle=lambda: settled.append(shown(app)))
    async with app.run_test(size=(160, 48)) as pilot:
        assert app.screen is app.main
        assert app.screen_stack == [app.main]
        assert {"-wide", "-tall"} <= set(app.screen.classes)
        await until(pilot, lambda: settled, "the first frame")
        assert "early" in settled[0]
        link.updates.append(update_of(watch=Watch("watching", 1)))
        await until(pilot, lambda: len(settled) == 2, "the end of the reading")
        link.updates.append(update_of(watch=Watch("watching", 2)))
        await until(pilot, lambda: app.snapshot.watch.swept_ms == 2, "the next sweep")  # type: ignore[union-attr]
        assert len(settled) == 2
