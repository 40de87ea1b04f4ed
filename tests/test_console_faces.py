"""The console's faces: whatever becomes of the directory and the screen, honest words, no crash."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from console_support import (
    REPOSITORY,
    StillLink,
    build,
    console,
    disk_only_ids,
    is_read,
    lines_of,
    observing,
    owning,
    shown,
    table,
    tracked_ids,
    until,
    waiting,
)
from console_values import on_disk, update_of
from directories import write_checkpoint, write_original

from console.app import HoldfastApp
from console.embedded.link import EmbeddedLink
from console.snapshot import Face
from tracker import CheckpointFile, FolderSummary, Rules

SIZES = ((160, 48), (120, 36), (80, 24), (40, 12))


def face(app: HoldfastApp) -> Face | None:
    return app.snapshot.face if app.snapshot else None


def words_on(app: HoldfastApp) -> str:
    """What is on the screen, wherever its lines break."""
    return " ".join(shown(app).split())


# -- the directory ----------------------------------------------------------------------------


async def test_a_missing_directory_is_said_and_shown_as_soon_as_it_appears(tmp_path: Path) -> None:
    root = tmp_path / "later"
    async with console(observing(root), is_open=False) as (app, pilot):
        await until(pilot, lambda: face(app) is Face.MISSING, "the missing face")
        await until(pilot, lambda: "no such directory" in shown(app), "the words")
        assert "as soon as it appears" in words_on(app)
        assert "⚠ missing" in shown(app)
        await pilot.press("down", "e", "r")
        build(root, ["a"])
        await until(pilot, lambda: tracked_ids(app) == ["a"], "the session")
        await until(pilot, lambda: "no such directory" not in shown(app), "the banner to go")


async def test_an_empty_directory_says_that_it_waits(tmp_path: Path) -> None:
    async with console(observing(tmp_path)) as (app, pilot):
        await until(pilot, lambda: "No sessions here yet" in shown(app), "the words")
        assert "memory 0/2,000" in shown(app)
        write_original(tmp_path, "first", 9_000_000)
        await until(pilot, lambda: tracked_ids(app) == ["first"], "the first session")


async def test_an_empty_directory_of_an_owner_names_the_feed_it_waits_for(tmp_path: Path) -> None:
    async with console(owning(tmp_path / "state", waiting)) as (app, pilot):
        await until(pilot, lambda: "Waiting for gateway.jsonl" in shown(app), "the words")


async def test_a_path_that_is_a_file_is_said_and_tried_again(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_text("not a directory")
    async with console(observing(path), is_open=False) as (app, pilot):
        await until(pilot, lambda: "not a directory" in shown(app), "the words")
        assert face(app) is Face.UNREADABLE
        path.unlink()
        build(path, ["a"])
        await until(pilot, lambda: tracked_ids(app) == ["a"], "the session")


async def test_a_directory_that_may_not_be_read_is_said_and_shown_once_it_may(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = build(tmp_path / "state", ["a"])
    real = os.open

    def locked(path: object, *args: object, **named: object) -> int:
        if path == str(root):
            raise PermissionError(13, "Permission denied")
        return real(path, *args, **named)  # type: ignore[arg-type]

    monkeypatch.setattr("tracker.store.files.os.open", locked)
    async with console(observing(root), is_open=False) as (app, pilot):
        await until(pilot, lambda: "Permission denied" in shown(app), "the words")
        assert "⚠ unreadable" in shown(app)
        assert "mend it, or quit with q" in words_on(app)
        monkeypatch.undo()
        await until(pilot, lambda: tracked_ids(app) == ["a"], "the session")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")
def test_another_user_is_told_in_words_what_it_may_not_read(tmp_path: Path) -> None:
    script = f"""
import asyncio, os, sys
sys.path[:0] = [{str(REPOSITORY)!r}, {str(REPOSITORY / "tests")!r}]
from console_support import console, observing, shown, until
async def main(path, words):
    async with console(observing(path), is_open=False) as (app, pilot):
        await until(pilot, lambda: words in shown(app), words)
asyncio.run(main(sys.argv[1], "clean"))  # All is imported while it may be read.
os.setgroups([]); os.setgid(65534); os.setuid(65534)
asyncio.run(main(sys.argv[1], "Permission denied"))
"""
    root = build(tmp_path / "state", ["a"])
    for path in tmp_path.parents:
        if path.name.startswith("pytest-"):
            path.chmod(0o755)
    tmp_path.chmod(0o755)
    root.chmod(0o700)
    ran = subprocess.run(
        [sys.executable, "-c", script, str(root)], capture_output=True, text=True, timeout=60
    )
    assert ran.returncode == 0, ran.stderr
    assert "Traceback" not in ran.stderr


async def test_a_directory_that_is_removed_while_open_keeps_what_was_seen_and_may_come_back(
    tmp_path: Path,
) -> None:
    root = build(tmp_path / "state", ["a", "b"])
    async with console(observing(root)) as (app, pilot):
        await pilot.press("down")
        root.rename(tmp_path / "moved")
        await until(pilot, lambda: face(app) is Face.GONE, "the gone face", seconds=5)
        await until(pilot, lambda: "was last seen" in words_on(app), "the words")
        assert tracked_ids(app) == ["b", "a"]
        assert table(app).cursor_key == "b"
        await pilot.press("e")
        build(root, ["c"])
        await until(pilot, lambda: tracked_ids(app) == ["c"], "what came in its place")
        await until(pilot, lambda: is_read(app), "the directory to be watched again")
        assert disk_only_ids(app) == []
        build(root, ["d"])
        await until(pilot, lambda: "d" in tracked_ids(app), "a change in it")


async def test_a_directory_that_is_deleted_under_an_owner_is_said_and_nothing_crashes(
    tmp_path: Path,
) -> None:
    root = build(tmp_path / "state", ["a"])
    async with console(owning(root, waiting)) as (app, pilot):
        shutil.rmtree(root)
        await until(pilot, lambda: face(app) is Face.GONE, "the gone face", seconds=5)
        await until(pilot, lambda: "written any more; quit with q" in words_on(app), "the words")
        await pilot.press("down", "e", "r")


# -- folders ----------------------------------------------------------------------------------


def damaged(root: Path) -> EmbeddedLink:
    """A directory with a folder of every verdict that is not fine."""
    build(root, ["fine", "torn", "hopeless", "linked", "behind", "copied"], ended_ms=9_000_000)
    (root / "torn" / "policy-state.json").write_bytes(b'{"capturedFillBands":[2')
    shutil.rmtree(root / "hopeless")
    (root / "hopeless").mkdir()
    (root / "hopeless" / "policy-state.json").write_bytes(b"\xff\xfe")
    shutil.rmtree(root / "linked")
    (root / "linked").symlink_to("/etc")
    write_checkpoint(root / "behind", "progressive-50", 10_000_000)
    shutil.rmtree(root / "copied")
    shutil.copytree(root / "fine", root / "copied")
    return observing(root)


async def test_every_damaged_folder_has_its_verdict_and_its_reason(tmp_path: Path) -> None:
    expected = {
        "fine": ("clean", ""),
        "torn": ("corrupt", "the manifest rebuilds it"),
        "hopeless": ("corrupt", "nothing rebuilds it"),
        "linked": ("unsafe", "a symbolic link"),
        "behind": ("behind", "the manifest knows 1 checkpoint(s)"),
        "copied": ("unsafe", "names a session that lives in fine"),
    }
    async with console(damaged(tmp_path / "state"), (160, 48)) as (app, pilot):
        keys = [*tracked_ids(app), *disk_only_ids(app)]
        assert sorted(keys) == sorted(expected)
        for key in keys:
            await pilot.press("down")
            assert table(app).cursor_key == key
            verdict, why = expected[key]
            subject = app.screen.query_one("#subject")
            await until(pilot, lambda: key in str(subject.render()), key)  # noqa: B023
            text = " ".join(str(subject.render()).split())
            assert verdict in text, key
            assert why in text, key
            row = next(one for one in lines_of(table(app)) if f" {key} " in one)
            assert verdict in row
        assert "load failures" in shown(app)


async def test_a_list_of_files_that_comes_late_does_not_take_the_place_of_a_newer_one() -> None:
    is_newer_listed = threading.Event()

    class Slow(StillLink):
        def files(self, folder: FolderSummary) -> tuple[CheckpointFile, ...]:
            if folder.checkpoints == 1:
                is_newer_listed.wait(10)
            else:
                is_newer_listed.set()
            return tuple(
                CheckpointFile("s", "s", f"{one}.md", "compact", 1, None, None, 1, "listed")
                for one in range(folder.checkpoints)
            )

    link = Slow(update_of(folders=(on_disk("s", checkpoints=1),)))
    app = HoldfastApp(link, Rules())
    async with app.run_test(size=(120, 36)) as pilot:
        await until(pilot, lambda: disk_only_ids(app) == ["s"], "the session")
        await pilot.press("down")
        link.updates.append(update_of(folders=(on_disk("s", checkpoints=2),)))
        await until(pilot, is_newer_listed.is_set, "the newer list")
        await pilot.pause(0.1)
        assert len(table(app, "files").keys) == 2


# -- sizes ------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
async def test_at_every_size_the_essential_is_there(size: tuple[int, int], tmp_path: Path) -> None:
    root = build(tmp_path / "state", ["agent:main:main", "s-1"])
    async with console(observing(root), size) as (app, pilot):
        await pilot.press("down")
        await until(pilot, lambda: app.screen.query("FooterKey"), "the footer")
        text = shown(app)
        for words in ("agent:main:main", "s-1", "clean", "e Evict", "r Rehydrate", "memory 2/"):
            assert words in text, words
        assert all(len(one) == size[0] for one in text.splitlines())
        if size[1] >= 20:
            await until(pilot, lambda: "progressive-20" in shown(app), "the files")
        await pilot.press("question_mark")
        await pilot.pause()
        await pilot.press("question_mark", "e")
        await until(pilot, lambda: len(disk_only_ids(app)) == 1, "the eviction")
        assert "disk-only" in "\n".join(lines_of(table(app)))


@pytest.mark.parametrize("state", ["missing", "damaged"])
async def test_nothing_crashes_as_the_terminal_is_made_any_size(state: str, tmp_path: Path) -> None:
    link = damaged(tmp_path / "state") if state == "damaged" else observing(tmp_path / "none")
    async with console(link, is_open=state == "damaged") as (app, pilot):
        for width, height in ((200, 60), (1, 1), (2, 3), (40, 2), (10, 40), (99, 19), (80, 24)):
            await pilot.resize_terminal(width, height)
            await pilot.press("down", "end")
            await pilot.pause()
        assert app.is_running
