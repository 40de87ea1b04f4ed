"""Hostile text in the console: ids, file names, manifests and contents are shown, never obeyed."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from queue import Empty, Queue

import pytest
from console_support import (
    build,
    compaction,
    console,
    disk_only_ids,
    feed_of,
    lines_of,
    notices,
    observing,
    owning,
    shown,
    table,
    tracked_ids,
    until,
)
from console_values import HOSTILE
from hostile_world import PAYLOADS, build_world
from rich.cells import cell_len

from console.app import HoldfastApp
from console.text import visible
from tracker import BadLine, Event, open_tracker, read_feed

SIZE = (120, 36)
FILE_NAMES = [name for name in HOSTILE if len(name.encode()) < 240 and "/" not in name]


def check_screen(app: HoldfastApp, width: int = SIZE[0]) -> str:
    """Every line on the screen is printable and exactly as wide as the screen."""
    text = shown(app)
    for line in text.split("\n"):
        assert line.isprintable(), ascii(line)
        assert cell_len(line) == width, ascii(line)
    return text


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Every hostile text as an id, and as the text of its session's checkpoints."""
    build(tmp_path / "state", HOSTILE)
    with open_tracker(tmp_path / "state", durability="process") as owner:
        for text in HOSTILE:
            owner.handle(compaction(text, text=text))
    return tmp_path / "state"


async def test_hostile_ids_are_shown_chosen_evicted_and_brought_back_like_any_other(
    root: Path,
) -> None:
    async with console(observing(root), SIZE) as (app, pilot):
        assert sorted(tracked_ids(app)) == sorted(HOSTILE)
        check_screen(app)
        for text in tracked_ids(app):
            await pilot.press("down")
            assert table(app).cursor_key == text
            drawn = check_screen(app)
            assert visible(text)[:10] in drawn
        for count in range(1, 4):
            await pilot.press("home", "e")
            await until(pilot, lambda count=count: len(disk_only_ids(app)) == count, "an eviction")
            await until(pilot, lambda count=count: len(notices(app)) >= count, "a notice")
            check_screen(app)
        assert app.is_running


async def test_every_hostile_text_is_safe_in_notices_banner_and_detail(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("console.embedded.pacing.FRAME_S", 0.01)
    items: Queue[Event | BadLine] = Queue()

    def lines(stopping: threading.Event) -> Iterator[Event | BadLine]:
        while not stopping.is_set():
            with suppress(Empty):
                yield items.get(timeout=0.05)

    async with console(owning(tmp_path / "state", lines), SIZE) as (app, pilot):
        for number, text in enumerate(HOSTILE, 1):
            items.put(compaction(text))
            items.put(BadLine(number, text))
            await until(pilot, lambda text=text: tracked_ids(app) == [text], f"{text!a}")
            app.clear_notifications()
            table(app).put_cursor(text)
            await pilot.press("e")
            await until(pilot, lambda text=text: disk_only_ids(app)[:1] == [text], "the eviction")
            await until(pilot, lambda: notices(app), "the notice")
            assert notices(app)[0].startswith(f"Evicted {visible(text, 80)}.")
            await until(
                pilot, lambda number=number: f"Feed: line {number}:" in shown(app), "the banner"
            )
            check_screen(app)


async def test_hostile_file_names_and_manifests_are_listed_as_text(tmp_path: Path) -> None:
    root = build(tmp_path / "state", ["s"])
    folder = root / "s"
    for name in FILE_NAMES:
        (folder / f"{name}.md").write_text(name)
    (folder / os.fsdecode(b"not-utf-8-\xff\x9b31m.md")).write_bytes(b"\x1b[2J")
    known = json.loads((folder / "manifest.jsonl").read_text().splitlines()[0])
    with (folder / "manifest.jsonl").open("a") as manifest:
        for text in (*HOSTILE, "\0", "\ud800"):
            line = {**known, "filename": text, "trigger": text, "file": text, "createdAt": text}
            manifest.write(json.dumps(line) + "\n")
    async with console(observing(root), SIZE) as (app, pilot):
        await pilot.press("down")
        files = table(app, "files")
        await until(pilot, lambda: len(files.keys) >= len(FILE_NAMES) + len(HOSTILE), "the files")
        files.focus()
        seen: set[str] = set()
        while files.cursor_key != files.keys[-1]:
            await pilot.press("pagedown")
            check_screen(app)
            seen.update(lines_of(files)[1:])
        assert len(seen) >= len(files.keys)
        assert files.cursor_key == files.keys[-1]
        assert "unsafe" in "\n".join(lines_of(files)) or "missing" in "\n".join(lines_of(files))


async def test_folders_with_hostile_names_and_records_are_shown_as_text(tmp_path: Path) -> None:
    root = build(tmp_path / "state", ["victim"])
    record = json.loads((root / "victim" / "policy-state.json").read_text())
    for name in FILE_NAMES:
        (root / name).mkdir(parents=True)
        lying = {**record, "holdfast": {**record["holdfast"], "id": name, "format": 99}}
        (root / name / "policy-state.json").write_text(json.dumps(lying))
    (root / os.fsdecode(b"\xff\x9b31m")).mkdir()
    async with console(observing(root), SIZE) as (app, pilot):
        assert "victim" in tracked_ids(app)
        while table(app).cursor_key != table(app).keys[-1]:
            await pilot.press("pagedown")
            check_screen(app)
        assert table(app).keys.count("\0") == 1, "the divider, and nothing that passes for it"


@pytest.mark.parametrize("size", [(120, 36), (80, 24), (40, 12)], ids=lambda size: f"{size[0]}")
async def test_no_hostile_text_pushes_a_line_out_of_its_place_in_any_view_or_dialog(
    size: tuple[int, int], tmp_path: Path
) -> None:
    world = build_world(tmp_path)
    with world.feed.open("rb") as stream:
        items = list(read_feed(stream))
    async with console(owning(world.root, feed_of(*items)), size) as (app, pilot):
        await until(pilot, lambda: len(tracked_ids(app)) == len(PAYLOADS) + 1, "the sessions")
        await until(pilot, lambda: app.snapshot and app.snapshot.feed.has_ended, "all of the feed")
        await pilot.press("down")
        for view in "123456":
            await pilot.press(view)
            await pilot.pause(0.1)
            for key in ("down", "pagedown", "end"):
                await pilot.press(key)
                check_screen(app, size[0])
        await pilot.press("1", "a")
        for key in ("e", "x", "p", "r", "s", "c", "d", "P", "v", "ctrl+p"):
            await pilot.press(key)
            await until(pilot, lambda: len(app.screen_stack) == 2, "the dialog")
            check_screen(app, size[0])
            await pilot.press("escape")
            await until(pilot, lambda: len(app.screen_stack) == 1, "its end")
            check_screen(app, size[0])


async def test_a_click_on_text_that_looks_like_an_action_does_nothing(tmp_path: Path) -> None:
    payload = "[@click=app.quit]press me[/]"
    root = build(tmp_path / "state", [payload])
    async with console(observing(root), SIZE) as (app, pilot):
        await pilot.click("#sessions", offset=(14, 1))
        await until(pilot, lambda: table(app).cursor_key == payload, "the row to be chosen")
        await until(pilot, lambda: payload in str(app.screen.query_one("#subject").render()), "it")
        await pilot.click("#subject", offset=(3, 0))
        await pilot.press("e")
        await until(pilot, lambda: notices(app), "the notice")
        await pilot.click("Toast", offset=(5, 1))
        await pilot.pause()
        assert app.is_running
        assert payload in shown(app)


async def test_a_directory_with_a_hostile_path_is_shown_as_text(tmp_path: Path) -> None:
    path = tmp_path / "[red]\x1b[2J\u202e\n[/x]"
    async with console(observing(path), SIZE, is_open=False) as (app, pilot):
        await until(pilot, lambda: "nosuchdirectory" in "".join(shown(app).split()), "the words")
        check_screen(app)
        assert "[red]\\x1b[2J\\u202e" in "".join(shown(app).split())
        build(path, ["a"])
        await until(pilot, lambda: tracked_ids(app) == ["a"], "the session")
        check_screen(app)
