"""The embedded link: opens, watches and feeds in the background; updates out, commands in."""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from console_support import (
    build,
    compaction,
    feed_of,
    observing,
    owning,
    started,
    turn,
    wait_for,
    waiting,
    was_read,
)
from directories import tree, write_original

import console.embedded.link as link_module
from console.embedded.homes import Homes
from console.model.board import Board
from console.snapshot import Face, Feed, Mode
from tracker import (
    BadLine,
    DirectoryError,
    Event,
    FolderSummary,
    ReadOnlyError,
    StoreError,
    open_tracker,
)

# -- observing --------------------------------------------------------------------------------


def test_an_observer_starts_with_the_newest_sessions_in_order_of_their_activity(
    tmp_path: Path,
) -> None:
    root = build(tmp_path / "state", [f"s-{number}" for number in range(9)])
    with started(observing(root, capacity=3)) as shown:
        shown.until(was_read, "the first look")
        assert shown.board.newest_first() == ["s-8", "s-7", "s-6"]
        assert shown.board.disk_only() == ["s-5", "s-4", "s-3", "s-2", "s-1", "s-0"]
        assert shown.update.mode is Mode.OBSERVE


def test_the_originals_folders_are_read_beside_our_own(tmp_path: Path) -> None:
    root = build(tmp_path / "state", ["ours:1"], ended_ms=2_000_000)
    write_original(root, "theirs", 9_000_000, triggers=("progressive-20", "quality-80"))
    with started(observing(root)) as shown:
        shown.until(was_read, "the first look")
        assert shown.board.newest_first() == ["theirs", "ours:1"]
        folder = shown.board.folder("theirs")
        assert folder is not None
        assert [file.trigger for file in shown.link.files(folder)] == [
            "progressive-20", "quality-80",
        ]  # fmt: skip


def test_a_link_that_has_begun_begins_nothing_more(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = []
    real = link_module.open_store
    monkeypatch.setattr(
        link_module, "open_store", lambda *a, **k: opened.append(a) or real(*a, **k)
    )
    link = observing(build(tmp_path / "state", ["a"]))
    link.start()
    with started(link) as shown:
        link.wait(30)
        shown.until(was_read, "the first look")
    assert len(opened) == 1


def test_reading_goes_on_once_what_was_found_first_was_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(link_module, "SEEN_S", 3_600.0)
    with started(observing(build(tmp_path / "state", ["a", "b"]))) as shown:
        shown.link.wait(30)
        first = shown.link.take(30)
        assert first is not None
        assert {one.session for one in first.folders} == {"a", "b"}
        assert first.loading is None
        assert not first.watch.swept_ms
        shown.board.apply(first)
        shown.until(was_read, "the rest")


def test_an_update_never_says_more_than_what_comes_with_it(tmp_path: Path) -> None:
    with started(observing(build(tmp_path / "state", ["a"]))) as shown:
        shown.until(was_read, "the first look")
        link, real = shown.link, shown.link._pending.take

        def overtaken() -> Any:
            link._pending.take = real
            news = real()
            link._feeding(Feed("feed", 1))
            return news

        link._pending.take = overtaken
        link._pending.wake()
        update = link.take(0)
        assert update is not None
        assert update.feed == Feed()
        shown.until(lambda board: board.update.feed == Feed("feed", 1), "what overtook it")


def test_a_change_on_disk_touches_its_session_and_a_removal_drops_it(tmp_path: Path) -> None:
    root = build(tmp_path / "state", ["a", "b:1", "c"])
    with started(observing(root)) as shown:
        shown.until(was_read, "the first look")
        with open_tracker(root, durability="process") as owner:
            owner.handle(compaction("a"))
            shown.until(lambda board: board.newest_first() == ["a", "c", "b:1"], "a touch of a")
        shutil.rmtree(next(path for path in root.iterdir() if path.name.startswith("b_1")))
        shown.until(lambda board: board.newest_first() == ["a", "c"], "b:1 to be dropped")


@pytest.mark.parametrize("damage", ["torn", "link"])
def test_a_folder_that_goes_bad_stays_its_sessions_in_memory_and_on_disk(
    damage: str, tmp_path: Path
) -> None:
    root = build(tmp_path / "state", ["agent:main:main", "other"])
    with started(observing(root)) as shown:
        shown.until(was_read, "the first look")
        state = next(root.glob("agent_*")) / "policy-state.json"
        state.unlink()
        if damage == "torn":
            state.write_bytes(b'{"capturedFillBands":[2')
        else:
            state.symlink_to("/etc/hostname")
        trouble = "corrupt" if damage == "torn" else "unsafe"
        shown.until(
            lambda board: board.folder("agent:main:main").trouble == trouble, "the damage"
        )  # fmt: skip
        assert set(shown.board.newest_first()) == {"agent:main:main", "other"}
        assert shown.board.disk_only() == []


def test_a_folder_that_names_another_session_takes_nothing_of_it(tmp_path: Path) -> None:
    root = build(tmp_path / "state", ["honest", "victim"])
    with started(observing(root)) as shown:
        shown.until(was_read, "the first look")
        shutil.copytree(root / "honest", root / "copy")
        shown.until(lambda board: board.folder("copy"), "the copy")
        folder = shown.board.folder("copy")
        assert folder is not None
        assert folder.trouble == "unsafe"
        assert "names a session" in folder.why
        assert shown.board.newest_first() == ["victim", "honest"]


def test_watching_and_commands_write_nothing_to_a_directory_that_is_observed(
    tmp_path: Path,
) -> None:
    root = build(tmp_path / "state", ["a", "b"])
    write_original(root, "theirs", 9_000_000)
    before = tree(root)
    with started(observing(root)) as shown:
        shown.until(was_read, "the first look")
        assert [one.is_done for one in shown.link.evict(["a", "theirs", "nobody"])] == [
            True, True, False,
        ]  # fmt: skip
        shown.until(lambda board: board.disk_only() == ["theirs", "a"], "the evictions")
        assert shown.link.rehydrate(["a"])[0].is_done
        shown.until(lambda board: board.newest_first() == ["a", "b"], "the rehydration")
    assert tree(root) == before


# -- commands ---------------------------------------------------------------------------------


def test_a_read_only_link_refuses_commands_in_words(tmp_path: Path) -> None:
    root = build(tmp_path / "state", ["a"])
    with started(observing(root, is_read_only=True)) as shown:
        shown.until(was_read, "the first look")
        for command in (shown.link.evict, shown.link.rehydrate):
            with pytest.raises(ReadOnlyError, match="--read-only"):
                command(["a"])
        assert shown.board.newest_first() == ["a"]


def test_before_the_directory_is_open_a_command_says_why_it_is_not(tmp_path: Path) -> None:
    with started(observing(tmp_path / "none")) as shown:
        shown.until(lambda board: board.update.face is Face.MISSING, "the missing face")
        with pytest.raises(DirectoryError, match="no such directory"):
            shown.link.evict(["a"])


def test_the_last_session_in_memory_leaves_it_like_any_other(tmp_path: Path) -> None:
    root = build(tmp_path / "state", ["only"])
    with started(observing(root)) as shown:
        shown.until(was_read, "the first look")
        shown.link.evict(["only"])
        shown.until(lambda board: board.disk_only() == ["only"], "the eviction")
        assert shown.update.statistics is not None
        assert shown.update.statistics.occupancy == 0


def test_a_session_whose_eviction_writes_its_first_file_is_never_out_of_sight(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("console.embedded.pacing.FRAME_S", 0.5)
    edit = Event("after_tool_call", "new", tool="Edit", file="a.py")
    with started(owning(tmp_path / "state", feed_of(turn("other"), edit))) as shown:
        shown.until(was_read, "the first look")
        shown.until(lambda board: board.newest_first() == ["new", "other"], "the feed")
        assert shown.board.folder("new") is None
        assert shown.link.evict(["new"])[0].is_done
        in_sight = []

        def is_evicted(board: Board) -> bool:
            in_sight.append(board.tracked("new") or board.folder("new"))
            return board.disk_only() == ["new"]

        shown.until(is_evicted, "the eviction")
        assert all(in_sight)


# -- owning -----------------------------------------------------------------------------------


def test_an_owner_handles_its_feed_and_says_how_it_goes(tmp_path: Path) -> None:
    items = (turn("a", 22), BadLine(2, "not JSON"), compaction("b"), BadLine(4, "no type"))
    with started(owning(tmp_path / "state", feed_of(*items))) as shown:
        shown.until(lambda board: board.update.feed.has_ended, "the end of the feed")
        assert shown.update.feed == Feed("gateway.jsonl", 2, 2, True, "line 4: no type")
        shown.until(lambda board: set(board.disk_only()) == set(), "the folders")
        assert shown.board.newest_first() == ["b", "a"]
    assert {path.name for path in (tmp_path / "state").iterdir()} >= {"a", "b"}


def test_a_bad_line_is_told_at_once_though_no_event_follows(tmp_path: Path) -> None:
    is_sent = threading.Event()

    def lines(stopping: threading.Event) -> Iterator[Event | BadLine]:
        is_sent.wait()
        yield BadLine(1, "not JSON")
        stopping.wait()

    with started(owning(tmp_path / "state", lines)) as shown:
        shown.until(was_read, "the first look")
        while shown.link.take(0.3) is not None:
            pass
        is_sent.set()
        update = shown.link.take(2.0)
        assert update is not None
        assert update.feed.why == "line 1: not JSON"


def test_an_event_that_is_refused_is_told_and_the_feed_goes_on(tmp_path: Path) -> None:
    root = tmp_path / "state"
    (root / "a").mkdir(parents=True)
    (root / "a" / "policy-state.json").symlink_to("/etc/hostname")
    with started(owning(root, feed_of(turn("a", 22), turn("b", 22)))) as shown:
        shown.until(lambda board: board.update.feed.has_ended, "the end of the feed")
        assert "an event of 'a' was refused" in shown.update.feed.why
        assert shown.board.newest_first() == ["b"]


def test_a_feed_that_cannot_be_read_ends_with_the_reason(tmp_path: Path) -> None:
    def lines(_stopping: threading.Event) -> Iterator[Event | BadLine]:
        yield turn("a")
        raise OSError(5, "Input/output error")

    with started(owning(tmp_path / "state", lines)) as shown:
        shown.until(lambda board: board.update.feed.has_ended, "the end of the feed")
        assert shown.update.feed.why == "gateway.jsonl: Input/output error"
        assert shown.update.feed.events == 1


def test_a_pin_does_not_move_its_session(tmp_path: Path) -> None:
    with started(owning(tmp_path / "state", feed_of(*map(turn, "abc")))) as shown:
        shown.until(lambda board: board.newest_first() == ["c", "b", "a"], "the feed")
        tracker = shown.link._tracker
        assert tracker is not None
        assert tracker.pin("a").is_done
        shown.until(lambda board: board.tracked("a").is_pinned, "the pin")
        assert shown.board.newest_first() == ["c", "b", "a"]
        assert [one.session for one in tracker.sessions()] == ["c", "b", "a"]


# -- faces and the end ------------------------------------------------------------------------


def test_a_directory_that_cannot_be_listed_is_tried_again_until_it_can(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = build(tmp_path / "state", ["a"])
    real, failures = os.listdir, [3]

    def broken(path: Any) -> list[str]:
        if threading.current_thread().name == "open" and failures[0]:
            failures[0] -= 1
            raise OSError(5, "Input/output error")
        return real(path)

    monkeypatch.setattr("console.embedded.link.RETRY_S", 0.01)
    monkeypatch.setattr(os, "listdir", broken)
    for link in (observing(root), owning(root, waiting)):
        failures[0] = 3
        with started(link) as shown:
            shown.until(was_read, "the directory to be read in the end")
            assert shown.board.folder("a") is not None
            tracker = link._tracker
            assert tracker is not None
            assert tracker.is_read_only == (shown.update.mode is Mode.OBSERVE)


def test_stopping_an_owner_spills_what_is_newer_in_memory(tmp_path: Path) -> None:
    root = tmp_path / "state"
    with started(owning(root, feed_of(turn("a", 22), turn("a", 10)))) as shown:
        shown.until(lambda board: board.update.feed.has_ended, "the end of the feed")
    with open_tracker(root, durability="process") as owner:
        assert owner.recall("a").prior_score == 100


def test_a_spill_that_fails_at_the_end_is_returned_in_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    link = owning(tmp_path / "state", feed_of(turn("a", 22)))
    with started(link) as shown:
        shown.until(lambda board: board.update.feed.has_ended, "the end of the feed")
        tracker = link._tracker
        assert tracker is not None

        def fail() -> None:
            raise StoreError("1 session(s) could not be spilled on closing")

        monkeypatch.setattr(tracker, "close", fail)
        assert "could not be spilled" in link.stop()
        assert link.stop() == ""
        monkeypatch.undo()
        tracker.close()


def test_every_thread_ends_with_the_link(tmp_path: Path) -> None:
    before = threading.active_count()
    for root in (build(tmp_path / "state", ["a"]), tmp_path / "none"):
        with started(observing(root)) as shown:
            shown.until(lambda board: board.update, "an update")
    wait_for(lambda: threading.active_count() == before, "all threads to end")


def test_a_folder_that_loses_its_record_before_it_goes_still_takes_its_session_along() -> None:
    homes = Homes()
    whole = FolderSummary("agent_main_main~0123456789abcdef", "agent:main:main", seq=1)
    (named,) = homes.named([whole])
    assert named.session == "agent:main:main"
    (emptied,) = homes.named([FolderSummary(whole.folder, whole.folder)])
    assert emptied.session == "agent:main:main"
    assert homes.forget([whole.folder]) == ["agent:main:main"]
