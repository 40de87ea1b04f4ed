"""The watcher: every change on disk is found, whether the system tells of it or not."""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from console_support import build, compaction, wait_for

from console.embedded import watching
from console.embedded.watching import Watcher
from console.snapshot import Watch
from tracker import DirectoryStore, Survey, open_store, open_tracker, wall_clock_ms

BOTH = pytest.mark.parametrize("polls", [False, True], ids=["watching", "polling"])


class Watched:
    """A watcher over a directory, and what it found."""

    def __init__(self, store: DirectoryStore, polls: bool) -> None:
        self.changed: list[str] = []
        self.removed: list[str] = []
        self.watches: list[Watch] = []
        self.gone = 0
        self.reads = 0
        survey = Survey(store.root)
        survey.sweep()
        self.watcher = Watcher(
            store.root.path,
            survey,
            self._swept,
            self.watches.append,
            self._gone,
            self._read_log,
            polls=polls,
        )

    def _swept(self, changed: Any, removed: Any) -> None:
        self.changed += [summary.session for summary in changed]
        self.removed += removed

    def _gone(self) -> None:
        self.gone += 1

    def _read_log(self) -> bool:
        self.reads += 1
        return self.reads % 3 != 0


@contextmanager
def watched(root: Path, *, polls: bool = False) -> Iterator[Watched]:
    store = open_store(root, read_only=True, clock=wall_clock_ms)
    one = Watched(store, polls)
    one.watcher.start()
    try:
        wait_for(lambda: one.watches, "the first sweep")
        yield one
    finally:
        one.watcher.stop()
        store.close()


def checkpoint(root: Path, *sessions: str) -> None:
    with open_tracker(root, durability="process") as tracker:
        for session in sessions:
            tracker.handle(compaction(session))


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return build(tmp_path / "state", ["a", "b"])


@BOTH
def test_a_checkpoint_of_a_known_session_is_found(root: Path, polls: bool) -> None:
    with watched(root, polls=polls) as found:
        checkpoint(root, "a")
        wait_for(lambda: "a" in found.changed, "the checkpoint")
        assert {*found.changed} == {"a"}


@BOTH
def test_every_one_of_many_brand_new_folders_is_found(root: Path, polls: bool) -> None:
    with watched(root, polls=polls) as found:
        names = {f"new:{number}" for number in range(30)}
        checkpoint(root, *names)
        wait_for(lambda: names <= {*found.changed}, "thirty folders")


@BOTH
def test_a_folder_that_is_removed_is_found_missing_once(root: Path, polls: bool) -> None:
    with watched(root, polls=polls) as found:
        shutil.rmtree(root / "a")
        wait_for(lambda: found.removed, "the removal")
        checkpoint(root, "b")
        wait_for(lambda: "b" in found.changed, "the next change")
        assert found.removed == ["a"]


@BOTH
def test_a_directory_that_goes_away_ends_the_watch_and_is_told_once(
    root: Path, polls: bool
) -> None:
    with watched(root, polls=polls) as found:
        root.rename(root.with_name("moved"))
        wait_for(lambda: found.gone, "the directory to be missed", seconds=5)
        assert found.gone == 1
        assert found.removed == [], "what moved away with the directory was not removed"


@BOTH
def test_a_directory_that_is_swapped_for_another_is_gone_too(root: Path, polls: bool) -> None:
    with watched(root, polls=polls) as found:
        root.rename(root.with_name("moved"))
        root.mkdir()
        wait_for(lambda: found.gone, "the directory to be missed", seconds=5)


def test_what_changes_while_the_watch_is_being_set_up_does_not_wait_for_a_whole_round(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watching, "SWEEP_EVERY_S", 3_600.0)

    def late(*_: Any, stop_event: Any, **__: Any) -> Iterator[set[tuple[int, str]]]:
        checkpoint(root, "early")
        yield set()
        stop_event.wait()

    monkeypatch.setattr("watchfiles.watch", late)
    with watched(root) as found:
        wait_for(lambda: "early" in found.changed, "a sweep once the watch stands")


def test_what_the_system_does_not_tell_of_the_sweep_finds(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def deaf(*_: Any, stop_event: Any, **__: Any) -> Iterator[set[tuple[int, str]]]:
        stop_event.wait()
        yield from ()

    monkeypatch.setattr("watchfiles.watch", deaf)
    monkeypatch.setattr(watching, "SWEEP_EVERY_S", 0.05)
    with watched(root) as found:
        checkpoint(root, "unheard")
        wait_for(lambda: "unheard" in found.changed, "the sweep")
        assert found.watches[-1].how == "watching"


@pytest.mark.parametrize("why", ["many at once", "busy"])
def test_what_is_lost_among_what_the_system_tells_of_is_found_soon(
    why: str, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watching, "SWEEP_EVERY_S", 3_600.0)
    if why == "many at once":
        monkeypatch.setattr(watching, "BUSY_SWEEP_EVERY_S", 3_600.0)
    else:
        monkeypatch.setattr(watching, "BUSY_SWEEP_EVERY_S", 0.05)
        monkeypatch.setattr(watching, "MANY_SHARE", 1_000.0)
    told = threading.Event()

    def forgetful(*_: Any, stop_event: Any, **__: Any) -> Iterator[set[tuple[int, str]]]:
        yield set()
        told.wait(30)
        yield {(2, str(root / "a" / "policy-state.json"))}
        stop_event.wait()

    monkeypatch.setattr("watchfiles.watch", forgetful)
    with watched(root) as found:
        wait_for(lambda: len(found.watches) >= 2, "the sweep once the watch stands")
        checkpoint(root, "unheard")
        told.set()
        wait_for(lambda: "unheard" in found.changed, "the sweep")


def test_a_system_that_cannot_watch_leads_to_polling_which_says_why(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def exhausted(*_: Any, **__: Any) -> Iterator[set[tuple[int, str]]]:
        raise OSError(28, "OS file watch limit reached")

    monkeypatch.setattr("watchfiles.watch", exhausted)
    with watched(root) as found:
        wait_for(lambda: found.watches[-1].how == "polling", "polling")
        assert "watch limit" in found.watches[-1].why
        checkpoint(root, "new")
        wait_for(lambda: "new" in found.changed, "the sweep")


def test_polling_that_was_asked_for_says_so_and_comes_within_a_second(root: Path) -> None:
    with watched(root, polls=True) as found:
        watch = found.watches[-1]
        assert (watch.how, watch.why) == ("polling", "polling was asked for")
        assert watch.every_ms < 1_000
        assert watch.swept_ms > 0


def test_a_hurried_sweep_comes_at_once(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watching, "POLL_EVERY_S", 3_600.0)
    with watched(root, polls=True) as found:
        checkpoint(root, "new")
        found.watcher.hurry()
        wait_for(lambda: "new" in found.changed, "the sweep")


def test_a_sweep_that_fails_is_tried_again(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with watched(root, polls=True) as found:
        real, failures = os.listdir, [0]

        def broken(path: Any) -> list[str]:
            if threading.current_thread().name == "sweep" and failures[0] < 2:
                failures[0] += 1
                raise OSError(5, "Input/output error")
            return real(path)

        monkeypatch.setattr(os, "listdir", broken)
        checkpoint(root, "new")
        wait_for(lambda: "new" in found.changed, "the sweep after the failures")
        assert failures == [2]
        assert not found.gone


def test_entries_that_are_no_folders_of_sessions_are_passed_over(root: Path) -> None:
    with watched(root) as found:
        (root / "checkpoint-events.jsonl").write_text("{}\n")
        (root / ".hidden").mkdir()
        checkpoint(root, "new")
        wait_for(lambda: "new" in found.changed, "the new folder")
        assert {*found.changed} == {"new"}


@BOTH
def test_the_plugins_log_is_read_on_when_it_changes_until_there_is_no_more(
    root: Path, polls: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watching, "SWEEP_EVERY_S", 3_600.0)
    with watched(root, polls=polls) as found:
        assert found.reads >= 3, "until there is no more"

        def is_read_again() -> bool:
            with (root / "checkpoint-events.jsonl").open("a") as log:
                log.write("{}\n")
            return found.reads >= 9  # Beyond the one sweep that comes once the watch stands.

        wait_for(is_read_again, "the log to be read")


def test_both_threads_end_when_it_is_stopped(root: Path) -> None:
    with watched(root) as found:
        pass
    assert not any(thread.is_alive() for thread in found.watcher._threads)
