"""The operator's side of the embedded link: commands, looks at the disk, drills and pruning."""

from __future__ import annotations

import inspect
import json
import os
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from console_support import (
    MINUTE_MS,
    Mirror,
    StillLink,
    build,
    feed_of,
    observing,
    owning,
    started,
    turn,
    wait_for,
    waiting,
    was_read,
)
from directories import STATE, iso, tree, write_original
from old_sessions import OLD_MS, age, old
from recency import same

from console.embedded.commands import TOGETHER
from console.embedded.link import EmbeddedLink
from console.snapshot import Face, GoesOn, Link
from tracker import (
    CapacityError,
    ClosedError,
    DirectoryError,
    Event,
    FolderSummary,
    HoldfastError,
    Outcome,
    Plan,
    PrunePlan,
    ReadOnlyError,
    Report,
    SessionTracker,
    Severity,
    StoreError,
    UnsafeError,
)

DAY_MS = 24 * 60 * MINUTE_MS
LOG = "checkpoint-events.jsonl"


def edits(count: int, *sessions: str) -> list[Event]:
    """So many edits of each session, which are newer in memory than on disk."""
    names = sessions or ("a", "b", "c")
    return [
        Event("after_tool_call", name, tool="Edit", file=f"{number}.py")
        for name in names
        for number in range(count)
    ]


def drilled(link: Link, plan: Plan = "restore", **options: Any) -> list[Report]:
    """Runs a drill to its end."""
    asked: dict[str, Any] = {
        "is_live": False, "sessions": None, "count": None, "seed": 1,
        "progress": lambda done, total: True, **options,
    }  # fmt: skip
    return list(link.drill(plan, **asked))


def log_line(session: str, at_ms: int = OLD_MS) -> str:
    return (
        json.dumps(
            {"timestamp": iso(at_ms), "platform": "openclaw", "sessionId": session,
             "trigger": "compact", "eventKind": "compact-before"}
        )
        + "\n"
    )  # fmt: skip


COMMANDS: dict[str, Callable[[Link], object]] = {
    "evict": lambda link: link.evict(["a"]),
    "rehydrate": lambda link: link.rehydrate(["a"]),
    "pin": lambda link: link.pin(["a"]),
    "unpin": lambda link: link.unpin(["a"]),
    "release": lambda link: link.release(["a"]),
    "restore": lambda link: link.restore([]),
    "set_capacity": lambda link: link.set_capacity(1),
    "apply_prune": lambda link: link.apply_prune(PrunePlan("", 0, 0, ())),
    "live drill": lambda link: drilled(link, is_live=True),
}
LOOKS: dict[str, Callable[[Link], object]] = {
    "files": lambda link: link.files(FolderSummary("a", "a")),
    "text": lambda link: link.text(
        FolderSummary("a", "a"), link.files(FolderSummary("a", "a"))[0].filename
    ),
    "diagnose": lambda link: link.diagnose(),
    "plan_prune": lambda link: link.plan_prune(DAY_MS),
    "drill": drilled,
}


def until_read(shown: Mirror) -> SessionTracker:
    """Waits for the first look; returns the tracker behind the link."""
    shown.until(was_read, "the first look")
    tracker = shown.link._tracker
    assert tracker is not None
    return tracker


# -- who may ----------------------------------------------------------------------------------


def test_a_read_only_link_refuses_every_command_and_still_looks(tmp_path: Path) -> None:
    root = build(tmp_path / "state", ["a", "b"])
    for link in (
        observing(root, is_read_only=True),
        owning(root, waiting, is_read_only=True),
    ):
        with started(link) as shown:
            until_read(shown)
            before = tree(root)
            for name, command in COMMANDS.items():
                with pytest.raises(ReadOnlyError, match="--read-only"):
                    command(link)
                assert tree(root) == before, name
            for name, look in LOOKS.items():
                look(link)
                assert tree(root) == before, name


def test_before_the_directory_is_open_everything_says_why_it_is_not(tmp_path: Path) -> None:
    with started(observing(tmp_path / "none")) as shown:
        shown.until(lambda board: board.update.face is Face.MISSING, "the missing face")
        for call in (*COMMANDS.values(), *LOOKS.values()):
            with pytest.raises(DirectoryError, match="no such directory"):
                call(shown.link)
    link = observing(tmp_path / "none")
    with pytest.raises(DirectoryError, match="still being opened"):
        link.diagnose()


def test_an_observer_is_told_in_words_what_only_the_owner_does(tmp_path: Path) -> None:
    root = build(tmp_path / "state", ["a"])
    with started(observing(root)) as shown:
        until_read(shown)
        before = tree(root)
        with pytest.raises(ReadOnlyError, match="only the owner"):
            shown.link.release(["a"])
        with pytest.raises(ReadOnlyError, match="the owner's"):
            drilled(shown.link, is_live=True)
        plan = shown.link.plan_prune(0)
        assert [one.session for one in plan.going] == ["a"]
        with pytest.raises(ReadOnlyError, match=r"stop the process that owns it.*holdfast prune"):
            shown.link.apply_prune(plan)
        assert tree(root) == before


# -- commands ---------------------------------------------------------------------------------


def test_what_is_evicted_and_released_comes_back_exactly(tmp_path: Path) -> None:
    names = [f"s-{number:03}" for number in range(3 * TOGETHER)]
    events = [*edits(2, *names), *(turn(name, 22) for name in names[::3])]
    with started(owning(tmp_path / "state", feed_of(*events))) as shown:
        shown.until(lambda board: board.update.feed.has_ended, "the end of the feed")
        tracker = until_read(shown)
        assert shown.link.pin(names[:2])[0].is_done
        was = tracker.sessions()
        taken = [*shown.link.evict(names[2:50]), *shown.link.release([*names[50:], "nobody"])]
        assert [one.session for one in taken if not one.is_done] == ["nobody"]
        shown.until(lambda board: len(board.newest_first()) == 2, "them to go")
        again = shown.link.restore([one.was for one in taken if one.was is not None])
        assert all(one.is_done for one in again)
        assert len(again) == len(names) - 2
        assert same(tracker.sessions(), was)
        order = [one.session for one in was]
        shown.until(lambda board: board.newest_first() == order, "all to be back in their order")


def test_an_observer_undoes_its_evictions_in_memory_alone(tmp_path: Path) -> None:
    root = build(tmp_path / "state", ["a", "b", "c"])
    with started(observing(root)) as shown:
        tracker = until_read(shown)
        was, before = tracker.sessions(), tree(root)
        taken = [*shown.link.evict(["b"]), *shown.link.set_capacity(1)]
        assert [one.session for one in taken] == ["b", "a"]
        shown.link.set_capacity(3)
        shown.link.restore([one.was for one in taken if one.was is not None])
        assert tracker.sessions() == was
        assert tree(root) == before


def test_many_are_pinned_and_unpinned_one_outcome_an_id(tmp_path: Path) -> None:
    with started(owning(tmp_path / "state", feed_of(*map(turn, "abc")), capacity=3)) as shown:
        shown.until(lambda board: board.newest_first() == ["c", "b", "a"], "the feed")
        outcomes = shown.link.pin(["a", "b", "c", "d"])
        assert [one.is_done for one in outcomes] == [True, True, False, False]
        assert "one must stay free" in outcomes[2].why
        shown.until(lambda board: board.tracked("b").is_pinned, "the pin")
        assert [one.is_done for one in shown.link.unpin(["a", "c", "b"])] == [True, False, True]


def test_a_capacity_is_changed_and_says_who_went_or_why_it_cannot_be(tmp_path: Path) -> None:
    with started(owning(tmp_path / "state", feed_of(*map(turn, "abcd")))) as shown:
        shown.until(lambda board: board.newest_first() == ["d", "c", "b", "a"], "the feed")
        shown.link.pin(["a", "c"])
        for capacity in (2, 0, -1):
            with pytest.raises(CapacityError):
                shown.link.set_capacity(capacity)
        outcomes = shown.link.set_capacity(3)
        assert [(one.session, one.is_done) for one in outcomes] == [("b", True)]
        assert outcomes[0].was is not None
        shown.until(lambda board: board.update.statistics.capacity == 3, "the new capacity")


def test_what_was_done_before_a_command_failed_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = [f"s-{number:03}" for number in range(2 * TOGETHER)]
    with started(owning(tmp_path / "state", feed_of(*map(turn, names)))) as shown:
        shown.until(lambda board: board.update.feed.has_ended, "the end of the feed")
        tracker = until_read(shown)
        real, calls = SessionTracker.evict, []

        def evict(self: SessionTracker, sessions: Any) -> tuple[Outcome, ...]:
            calls.append(len(sessions))
            if len(calls) == 2:
                raise ClosedError("the tracker is closed")
            return real(self, sessions)

        monkeypatch.setattr(SessionTracker, "evict", evict)
        outcomes = shown.link.evict(names)
        assert [one.session for one in outcomes] == names
        assert [one.is_done for one in outcomes] == [True] * TOGETHER + [False] * TOGETHER
        assert outcomes[-1].why == "the tracker is closed"
        assert len(tracker) == TOGETHER
        assert calls == [TOGETHER, TOGETHER]


def test_a_command_does_not_stop_the_feed_for_longer_than_one_part(tmp_path: Path) -> None:
    names = [f"s-{number:03}" for number in range(4 * TOGETHER)]
    gate = threading.Event()

    def lines(stopping: threading.Event) -> Iterator[Event]:
        yield from edits(1, *names)
        gate.wait()
        yield turn("between")
        stopping.wait()

    with started(owning(tmp_path / "state", lines)) as shown:
        tracker = until_read(shown)
        wait_for(lambda: len(tracker) == len(names), "the feed")
        parts: list[bool] = []

        def heard(changes: Any) -> None:
            if any(change.kind == "evicted" for change in changes):
                parts.append("between" in tracker)
                gate.set()
                wait_for(lambda: "between" in tracker, "the event in between")

        tracker.subscribe(heard)
        shown.link.evict(names)
        assert parts == [False, True, True, True]


# -- looks ------------------------------------------------------------------------------------


def test_a_checkpoint_is_read_as_text_and_what_is_refused_is_said(tmp_path: Path) -> None:
    root = build(tmp_path / "state", ["a"])
    with started(observing(root)) as shown:
        until_read(shown)
        folder = shown.board.folder("a")
        assert folder is not None
        file = shown.link.files(folder)[-1]
        text = shown.link.text(folder, file.filename)
        assert text.text.startswith("# Session Checkpoint (v2)")
        assert "> Session: a\n" in text.text
        assert (text.is_cut, text.file_bytes) == (False, file.file_bytes)
        (root / "a" / "x.md").symlink_to("/etc/hostname")
        for name in ("x.md", "../b/x.md"):
            with pytest.raises(UnsafeError, match="refused"):
                shown.link.text(folder, name)
        with pytest.raises(StoreError, match="no such file"):
            shown.link.text(folder, "gone.md")


def test_the_doctor_has_a_survey_of_its_own_and_takes_nothing_from_the_sweeper(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("console.embedded.watching.POLL_EVERY_S", 3_600.0)
    root = build(tmp_path / "state", ["a", "b"])
    with started(observing(root, polls=True)) as shown:
        until_read(shown)
        (root / "a" / STATE).write_bytes(b"{")
        findings = shown.link.diagnose()
        assert [(one.severity, one.code, one.session) for one in findings] == [
            (Severity.WARNING, "corrupt", "a")
        ]
        shown.link.evict(["b"])  # Makes the next sweep come now.
        shown.until(lambda board: board.folder("a").trouble == "corrupt", "the sweep to see it")


def test_an_examination_says_how_far_it_is_and_stops_in_either_half(tmp_path: Path) -> None:
    root = build(tmp_path / "state", ["a", "b"])
    for name in ("a", "b"):
        (root / name / STATE).write_bytes(b"{")
    with started(observing(root)) as shown:
        until_read(shown)
        told: list[tuple[int, int]] = []

        def stop_at(calls: int) -> GoesOn:
            told.clear()

            def goes_on(done: int, total: int) -> bool:
                told.append((done, total))
                return len(told) < calls

            return goes_on

        assert len(shown.link.diagnose(stop_at(99))) == 2
        assert told == sorted(told)
        assert {total for _, total in told} == {2}
        assert told[-1] == (2, 2)
        whole = len(told)
        assert shown.link.diagnose(stop_at(1)) == ()
        assert len(shown.link.diagnose(stop_at(whole - 1))) == 1


# -- drills -----------------------------------------------------------------------------------


def test_a_drill_on_scratch_changes_nothing_and_takes_what_is_asked_for(tmp_path: Path) -> None:
    root = build(tmp_path / "state", ["a", "b", "c", "d"])
    with started(observing(root)) as shown:
        until_read(shown)
        before = tree(root)
        (report,) = drilled(shown.link, seed=7)
        assert (report.passed, report.where, report.seed) == (4, "scratch", 7)
        assert report.directory == str(root)
        (report,) = drilled(shown.link, count=2)
        assert {one.session for one in report.sessions} == {"a", "b"}
        (report,) = drilled(shown.link, sessions=["c", "a", "nobody"])
        assert {one.session for one in report.sessions} == {"a", "c", "nobody"}
        assert (report.passed, report.skipped) == (2, 1)
        assert tree(root) == before


def test_all_plans_run_one_after_the_other_and_stop_at_a_word(tmp_path: Path) -> None:
    root = build(tmp_path / "state", ["a"])
    with started(observing(root)) as shown:
        until_read(shown)
        asked: list[tuple[int, int]] = []

        def progress(done: int, total: int) -> bool:
            asked.append((done, total))
            return total < 100  # The wave has more to do than that.

        reports = drilled(shown.link, "all", progress=progress)
        assert [(one.plan, one.was_stopped) for one in reports] == [
            ("restore", False),
            ("wave", True),
        ]
        assert asked


def test_the_tracker_itself_is_drilled_and_is_as_it_was(tmp_path: Path) -> None:
    root = build(tmp_path / "state", ["x", "y"])
    with started(owning(root, feed_of(*edits(2, "a", "b", "c"), turn("b")), capacity=3)) as shown:
        shown.until(lambda board: board.update.feed.has_ended, "the end of the feed")
        tracker = until_read(shown)
        was = tracker.sessions()
        for options, passed in (
            ({"count": 2}, {"a", "c"}),
            ({"sessions": ["b", "a"]}, {"a", "b"}),
            ({"sessions": ["x", "b"]}, {"b", "x"}),
            ({}, {"a", "b", "c", "x", "y"}),
        ):
            (report,) = drilled(shown.link, is_live=True, **options)
            assert report.has_passed
            assert {one.session for one in report.sessions} == passed
            assert (report.where, report.directory) == ("live", str(root))
            assert same(tracker.sessions(), was)


def test_only_the_restore_drill_is_live(tmp_path: Path) -> None:
    with started(owning(tmp_path / "state", waiting)) as shown:
        until_read(shown)
        for plan in ("wave", "invisibility", "all"):
            with pytest.raises(HoldfastError, match="never live"):
                drilled(shown.link, plan, is_live=True)  # type: ignore[arg-type]


# -- pruning ----------------------------------------------------------------------------------


def test_an_owner_prunes_what_it_planned_and_never_what_it_tracks(tmp_path: Path) -> None:
    root = tmp_path / "state"
    for name in ("old", "tracked", "pinned", "touched-since", "a_b"):
        old(root, name)
    write_original(root, "young", OLD_MS)
    feed = feed_of(turn("tracked"), turn("pinned"))
    with started(owning(root, feed)) as shown:
        shown.until(lambda board: board.update.feed.has_ended, "the end of the feed")
        tracker = until_read(shown)
        for name in ("tracked", "pinned"):
            age(root / name)
        shown.link.pin(["pinned"])
        plan = shown.link.plan_prune(7 * DAY_MS)
        assert [one.session for one in plan.going] == ["a_b", "old", "touched-since"]
        kept = {one.session: one.why_kept for one in plan.kept}
        assert (kept["tracked"], kept["pinned"]) == ("tracked in memory", "pinned")
        assert "newest file" in kept["young"]
        tracker.touch("touched-since")
        tracker.touch("a:b")  # Read from the folder `a_b`.
        steps: list[tuple[int, int]] = []
        pruned = shown.link.apply_prune(plan, lambda *step: steps.append(step) is None)
        assert {one.session: (one.is_done, one.why) for one in pruned} == {
            "old": (True, ""),
            "touched-since": (False, "tracked in memory"),
            "a_b": (False, "tracked in memory"),
        }
        assert steps == [(1, 3), (2, 3), (3, 3)]
        shown.until(lambda board: board.folder("old") is None, "the folder to go from the board")
    assert {path.name for path in root.iterdir() if path.is_dir()} >= {"tracked", "pinned", "young"}
    assert not (root / "old").exists()


def test_planning_stops_at_a_word(tmp_path: Path) -> None:
    root = tmp_path / "state"
    for name in "abc":
        old(root, name)
    with started(observing(root)) as shown:
        until_read(shown)
        plan = shown.link.plan_prune(DAY_MS, lambda done, total: done < 2)
        assert [one.session for one in plan.folders] == ["a", "b"]


# -- stopping ---------------------------------------------------------------------------------


def test_stopping_waits_for_a_command_at_work_and_ends_it_at_its_next_good_moment(
    tmp_path: Path,
) -> None:
    root = tmp_path / "state"
    for name in ("a", "b", "c"):
        old(root, name)
    with started(owning(root, waiting)) as shown:
        tracker = until_read(shown)
        plan = shown.link.plan_prune(DAY_MS)
        at_work, go_on = threading.Event(), threading.Event()
        pruned: list[Any] = []

        def progress(done: int, total: int) -> bool:
            at_work.set()
            return go_on.wait(20)

        worker = threading.Thread(
            target=lambda: pruned.extend(shown.link.apply_prune(plan, progress))
        )
        worker.start()
        assert at_work.wait(20)
        stopping = threading.Thread(target=shown.link.stop)
        stopping.start()
        wait_for(shown.link._stopping.is_set, "stopping to begin")
        assert not tracker._is_closed
        with pytest.raises(DirectoryError):
            wait_for(lambda: shown.link.evict([]), "nothing to be lent any more", seconds=5)
        go_on.set()
        worker.join(20)
        stopping.join(20)
        assert [one.folder for one in pruned] == ["a"]
        assert tracker._is_closed
        assert (root / "b").exists()


# -- updates ----------------------------------------------------------------------------------


@pytest.mark.parametrize("spill", [True, False])
def test_an_update_says_whether_evictions_spill(spill: bool, tmp_path: Path) -> None:
    root = build(tmp_path / "state", ["a"])
    link = observing(root)
    link._make_tracker = lambda store: SessionTracker(store, spill=spill)
    with started(link) as shown:
        until_read(shown)
        assert shown.update.spills is spill


@pytest.mark.parametrize("is_owner", [False, True])
def test_the_plugins_events_come_as_they_are_written_each_once(
    is_owner: bool, tmp_path: Path
) -> None:
    root = build(tmp_path / "state", ["a"])
    (root / LOG).write_text(log_line("first") + "no JSON\n")
    link = owning(root, waiting) if is_owner else observing(root)
    logged: list[str] = []

    def take(session: str) -> bool:
        while (update := link.take(0)) is not None:
            logged.extend(event.session for event in update.plugin_events)
            assert update.plugin_why == ""
        return session in logged

    link.start()
    try:
        wait_for(lambda: take("first"), "what was there already")
        with (root / LOG).open("a") as log:
            log.write(log_line("second"))
        wait_for(lambda: take("second"), "what was appended")
        assert logged == ["first", "second"]
    finally:
        link.stop()


def test_a_log_that_is_refused_says_why_until_it_is_mended(tmp_path: Path) -> None:
    root = build(tmp_path / "state", ["a"])
    os.mkfifo(root / LOG)
    with started(observing(root)) as shown:
        shown.until(lambda board: "refused, a FIFO" in board.update.plugin_why, "the words")
        (root / LOG).unlink()
        (root / LOG).write_text(log_line("a"))
        shown.until(lambda board: board.update.plugin_why == "", "the words to go")


def test_a_directory_that_comes_back_has_its_log_read_anew(tmp_path: Path) -> None:
    root = build(tmp_path / "state", ["a"])
    (root / LOG).write_text(log_line("old"))
    with started(observing(root)) as shown:
        until_read(shown)
        root.rename(tmp_path / "away")
        shown.until(lambda board: board.update.face is not Face.OPEN, "it to be gone")
        build(root, ["b"])
        (root / LOG).write_text(log_line("new"))
        logged: list[str] = []

        def has_come() -> bool:
            while (update := shown.link.take(0)) is not None:
                logged.extend(event.session for event in update.plugin_events)
            return "new" in logged

        wait_for(has_come, "the new log")
        assert logged == ["new"]


@pytest.mark.parametrize("kind", [EmbeddedLink, StillLink])
def test_every_link_takes_every_call_as_it_is_agreed(kind: type) -> None:
    calls = {name: call for name, call in vars(Link).items() if not name.startswith("_")}
    assert {"start", "restore", "drill"} < calls.keys()
    for name, call in calls.items():
        theirs = inspect.signature(getattr(kind, name)).parameters.values()
        ours = inspect.signature(call).parameters.values()
        assert [(one.kind, one.default) for one in theirs] == [
            (one.kind, one.default) for one in ours
        ], name
