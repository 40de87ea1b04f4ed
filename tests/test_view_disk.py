"""View 2: every folder with its verdict, tracked or not, those in trouble first."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from command import run
from console_support import build, console, observing, owning, shown, table, until
from console_values import in_memory, on_disk, statistics, update_of
from directories import STATE, tree, write_checkpoint
from feeds import NOW_MS, Clock
from hosting import PAYLOADS, check_screen
from live import WIDE, Tap, keys_of, main_of, row_of, rows, status, tell, told, view_of

from console.model.rows import size
from console.snapshot import Update
from console.views.disk import DiskView
from console.widgets.tabs import ViewTabs
from tracker import Event, SessionState, wall_clock_ms
from tracker.store.folders import digest_folder

SESSIONS = ["s-0", "s-1", "s-2", "agent:main:main", "s-4"]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Five sessions, two of them sound and one of each trouble; and two copies of a sound one's
    folder, of which one could be its own.
    """
    root = build(tmp_path / "state", SESSIONS)
    (root / "s-1" / STATE).write_text("{ torn")
    write_checkpoint(root / "s-2", "compact", wall_clock_ms() + 60_000)
    shutil.rmtree(root / "s-4")
    (root / "s-4").symlink_to("/etc")
    shutil.copytree(root / "s-0", root / "s-0-copy")
    shutil.copytree(root / "s-0", root / digest_folder("s-0"))
    return root


def folders(*names: str, **changed: object) -> Update:
    """Folders of which each was active after the one before."""
    return update_of(
        is_fresh=True,
        folders=tuple(on_disk(name, at_ms=number, **changed) for number, name in enumerate(names)),
    )


async def test_every_folder_stands_there_with_its_verdict_those_in_trouble_first(
    root: Path,
) -> None:
    before = tree(root)
    async with console(observing(root), (200, 40)) as (app, pilot):
        await pilot.press("2")
        await until(pilot, lambda: len(keys_of(app)) == 7, "the folders")
        verdicts = {line.split()[0]: line.split()[1] for line in rows(app, "folders")[1:]}
        assert list(verdicts.items())[:4] == [
            ("s-0-copy", "unsafe"),
            ("s-4", "unsafe"),
            ("s-1", "corrupt"),
            ("s-2", "behind"),
        ]
        assert list(verdicts.values())[4:] == ["clean", "clean", "clean"]
        sharing = [line for line in rows(app, "folders") if "1 other folder(s) name this" in line]
        assert [line.split()[0] for line in sharing] == ["s-0", digest_folder("s-0")]
        assert "refused, a symbolic link" in row_of(app, "s-4", "folders")
        assert "the manifest knows" in row_of(app, "s-2", "folders")
        assert status(app) == "trouble first, then by name"
    assert tree(root) == before


async def test_it_shows_what_holdfast_sessions_prints(root: Path) -> None:
    printed = {one["folder"]: one for one in json.loads(run("sessions", root, "--json").stdout)}
    async with console(observing(root, capacity=1), (200, 40)) as (app, pilot):
        await pilot.press("2")
        await until(pilot, lambda: len(keys_of(app)) == 7, "the folders")
        view = view_of(app)
        assert isinstance(view, DiskView)
        assert set(keys_of(app)) == set(printed)
        for folder, one in printed.items():
            cells = {key: cell.text for key, cell in view._cells(folder, 0).items()}
            memory = app.board.tracked(one["session"])
            if memory is None:
                assert cells["verdict"].split()[0] == one["verdict"]
            if one["verdict"] != "unsafe":  # What it says of itself is not believed.
                assert cells["session"] == one["session"]
            assert cells["checkpoints"] == str(one["checkpoints"])
            assert cells["bytes"] == size(one["file_bytes"])
            assert cells["bands"].count("■") == len(one["bands"])
            assert cells["quality"].count("■") == len(one["thresholds"])
            assert one["why"].split(";")[0].split("s-4: ")[-1] in cells["notes"]


async def test_the_badge_counts_the_folders_in_trouble_as_they_come_and_go() -> None:
    trouble = on_disk("b", trouble="corrupt", why="torn")
    async with told(folders("a", "b")) as (app, pilot, link):
        tabs = main_of(app).query_one(ViewTabs)
        assert "⚠" not in tabs.render_line(0).text
        await tell(app, pilot, link, update_of(folders=(trouble,)))
        assert "2 Disk ⚠ 1" in tabs.render_line(0).text
        await pilot.press("2")
        assert keys_of(app) == ["b", "a"], "those in trouble stand first"
        await tell(app, pilot, link, update_of(folders=(on_disk("b"),)))
        assert "⚠" not in tabs.render_line(0).text
        assert keys_of(app) == ["a", "b"]


async def test_folders_come_and_go_while_the_view_is_shown_and_while_it_is_not() -> None:
    async with told(folders("b", "d")) as (app, pilot, link):
        await pilot.press("2")
        await tell(app, pilot, link, update_of(folders=(on_disk("a"),)))
        assert keys_of(app) == ["a", "b", "d"]
        await pilot.press("1")
        await tell(app, pilot, link, update_of(folders=(on_disk("c"),), removed=("b",)))
        await tell(app, pilot, link, update_of(tracked=(in_memory("a", is_pinned=True),)))
        await pilot.press("2")
        assert keys_of(app) == ["a", "c", "d"]
        assert "⚑" in row_of(app, "a ", "folders")


async def test_what_memory_does_changes_the_verdict_of_a_folder(tmp_path: Path) -> None:
    root = build(tmp_path / "state", ["a", "b"])
    tap = Tap()
    async with console(owning(root, tap), WIDE) as (app, pilot):
        await pilot.press("2")
        await until(pilot, lambda: "disk-only" in row_of(app, "a ", "folders"), "a on disk alone")
        tap.pour(Event("after_tool_call", "a", tool="Edit", file="x.py"))
        await until(pilot, lambda: "dirty" in row_of(app, "a ", "folders"), "a dirty")
        assert "disk-only" in row_of(app, "b ", "folders")


async def test_folders_are_sorted_by_any_column_and_filtered() -> None:
    update = update_of(
        is_fresh=True,
        folders=(
            on_disk("a", "z", at_ms=3_000_000, file_bytes=1_000, checkpoints=2),
            on_disk("b", "y", at_ms=1_000_000, file_bytes=3_000, checkpoints=1,
                    state=SessionState(bands=1 << 80, last_checkpoint_ms=1_000_000)),
            on_disk("c", "x", at_ms=2_000_000, file_bytes=2_000, trouble="behind", why="older"),
        ),
    )  # fmt: skip
    async with told(update, size=(200, 40)) as (app, pilot, _):
        await pilot.press("2")
        assert keys_of(app) == ["c", "a", "b"]
        view = view_of(app)
        for key, order in (
            ("folder", "abc"), ("session", "cba"), ("verdict", "cab"), ("time", "acb"),
            ("bands", "bca"), ("checkpoints", "abc"), ("bytes", "bca"),
        ):  # fmt: skip
            view.sort_by(key)
            assert "".join(keys_of(app)) == order, key
        x = rows(app, "folders")[0].index("what is wrong")
        await pilot.click("#folders", offset=(x, 0))
        assert view.roster.sort[0] == "bytes", "nothing is sorted by words"
        await pilot.press("0", "slash", *"verdict:behind")
        await until(pilot, lambda: keys_of(app) == ["c"], "the filter")


async def test_enter_opens_the_session_of_a_folder_and_escape_comes_back() -> None:
    async with told(folders("a", "b")) as (app, pilot, _):
        await pilot.press("2", "down", "down", "enter")
        await until(pilot, lambda: main_of(app).view.id == "view-session", "the session")
        assert main_of(app).view.subject == "b"
        await pilot.press("escape")
        await until(pilot, lambda: main_of(app).view.id == "view-disk", "the folders again")
        assert table(app, "folders").cursor_key == "b"


async def test_commands_act_on_the_sessions_of_the_marked_folders_each_once() -> None:
    update = update_of(
        is_fresh=True,
        tracked=(in_memory("s"), in_memory("t")),
        folders=(on_disk("f", "s"), on_disk("f-copy", "s", trouble="unsafe"), on_disk("g", "t")),
    )
    async with told(update) as (app, pilot, link):
        await pilot.press("2", "a")
        assert main_of(app).view.targets() == ("s", "t")
        await tell(app, pilot, link, update_of(removed=("g",)))
        assert main_of(app).view.targets() == ("s",), "what is gone can't be acted on"
        assert "gone" in row_of(app, "g ", "folders")


async def test_hostile_folders_are_shown_safely() -> None:
    update = update_of(
        is_fresh=True,
        folders=tuple(
            on_disk(text, text, last_trigger=text, why=text, trouble="unsafe") for text in PAYLOADS
        ),
        statistics=statistics(),
    )
    async with told(update, size=(200, 48), clock=Clock(NOW_MS)) as (app, pilot, _):
        await pilot.press("2")
        await until(pilot, lambda: "what is wrong" in shown(app), "the folders")
        check_screen(app)
        await pilot.press("end", "space", "i", "full_stop")
        check_screen(app)
