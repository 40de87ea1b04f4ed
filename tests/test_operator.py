"""The operator: every action audited before it runs, what it did undone, one at a time."""

from __future__ import annotations

import errno
import json
import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from console_support import (
    Mirror,
    StillLink,
    build,
    compaction,
    observing,
    owning,
    started,
    turn,
    wait_for,
    waiting,
    was_read,
)
from console_values import HOSTILE, in_memory
from faulty_os import FaultyOs, fail

from console.acting.audit import AuditError, AuditFile
from console.acting.deed import Action, Deed
from console.acting.operator import NOTHING_TO_UNDO, Operator
from console.acting.undo import UndoPast
from console.embedded.link import EmbeddedLink
from console.snapshot import GoesOn
from tracker import (
    CapacityError,
    DrilledSession,
    Ending,
    Outcome,
    PlannedFile,
    PlannedFolder,
    Pruned,
    PrunePlan,
    ReadOnlyError,
    Report,
    Spread,
    TrackedSession,
    open_tracker,
    wall_clock_ms,
)

NOW_MS = 1_795_262_400_000


class HandLink(StillLink):
    """A link whose sessions are all in memory, each with what it was; notes every command.

    Attributes:
        said: What happened, in order.
        refusing: Why a session is refused, by id.
        failing: What every command raises.
        evicting: The sessions that go when the capacity is set.
        reports: What a drill comes to.
    """

    def __init__(self) -> None:
        super().__init__()
        self.said: list[str] = []
        self.refusing: dict[str, str] = {}
        self.failing: Exception | None = None
        self.evicting: tuple[str, ...] = ()
        self.reports: list[Report] = []

    def _outcomes(self, verb: str, sessions: Sequence[str]) -> tuple[Outcome, ...]:
        self.said.append(f"{verb} {' '.join(sessions)}".strip())
        if self.failing is not None:
            raise self.failing
        return tuple(
            Outcome(one, False, self.refusing[one])
            if one in self.refusing
            else Outcome(one, True, was=in_memory(one, recency=number))
            for number, one in enumerate(sessions)
        )

    def evict(self, sessions: Sequence[str]) -> tuple[Outcome, ...]:
        return self._outcomes("evict", sessions)

    def rehydrate(self, sessions: Sequence[str]) -> tuple[Outcome, ...]:
        return self._outcomes("rehydrate", sessions)

    def pin(self, sessions: Sequence[str]) -> tuple[Outcome, ...]:
        return self._outcomes("pin", sessions)

    def unpin(self, sessions: Sequence[str]) -> tuple[Outcome, ...]:
        return self._outcomes("unpin", sessions)

    def release(self, sessions: Sequence[str]) -> tuple[Outcome, ...]:
        return self._outcomes("release", sessions)

    def restore(self, tracked: Sequence[TrackedSession]) -> tuple[Outcome, ...]:
        return self._outcomes("restore", [one.session for one in tracked])

    def set_capacity(self, capacity: int) -> tuple[Outcome, ...]:
        self.capacities.append(capacity)
        return self._outcomes(f"capacity {capacity}", self.evicting)

    def apply_prune(self, plan: PrunePlan, progress: GoesOn | None = None) -> tuple[Pruned, ...]:
        self._outcomes("prune", [one.folder for one in plan.going])
        return tuple(
            Pruned(one.folder, one.session, number == 0, 2, 10, why="" if number == 0 else "alive")
            for number, one in enumerate(plan.going)
        )

    def drill(self, plan: Any, *, is_live: bool, **options: Any) -> Iterator[Report]:
        self._outcomes(f"drill {'live' if is_live else 'scratch'}", options["sessions"] or ())
        yield from self.reports


class Bench:
    """An operator over a link, and everything that can be seen of it.

    Attributes:
        link: The link.
        operator: The operator.
        deeds: What it told of, in order.
        path: The audit file.
    """

    def __init__(self, folder: Path, capacity: int | None = 10) -> None:
        self.link = HandLink()
        self.path = folder / "audit.jsonl"
        self.deeds: list[Deed] = []
        self.now_capacity = capacity
        self.operator = operator_of(
            self.link, self.path, lambda: self.now_capacity, on_deed=self._told
        )

    def _told(self, deed: Deed) -> None:
        self.deeds.append(deed)
        self.link.said.append(f"told {deed.action}")

    @property
    def audited(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.path.read_text().splitlines()]

    @property
    def undoable(self) -> list[tuple[Action, list[str]]]:
        steps = self.operator.past.steps
        return [(one.action, [was.session for was in one.was]) for one in steps]


def operator_of(
    link: Any, path: Path, capacity: Callable[[], int | None], **options: Any
) -> Operator:
    return Operator(
        link,
        AuditFile(path, lambda: NOW_MS),
        UndoPast(),
        about=lambda: ("/state", "OWN"),
        capacity=capacity,
        clock=lambda: NOW_MS,
        **options,
    )


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path / "state")


def plan_of(*sessions: str) -> PrunePlan:
    file = PlannedFile("policy-state.json", 5, 1, ())
    folders = [PlannedFolder(f"{one}-folder", one, (file, file)) for one in sessions]
    return PrunePlan("/state", 7, NOW_MS, (*folders, PlannedFolder("k", "k", why_kept="young")))


def report_of(**endings: Ending) -> Report:
    sessions = tuple(DrilledSession(name, ended, why="x") for name, ended in endings.items())
    return Report("restore", "", "live", 1, 0, 0, True, False, 1, 0, 0, Spread(), (), sessions)


# -- audit ------------------------------------------------------------------------------------


@pytest.mark.parametrize("verb", ["evict", "rehydrate", "pin", "unpin", "release"])
def test_every_command_is_audited_before_and_after_and_then_told(bench: Bench, verb: str) -> None:
    bench.link.refusing["s-2"] = "pinned; unpin it first"
    act = getattr(bench.operator, verb)
    begun: list[str] = []
    outcomes = bench.link._outcomes

    def looking(name: str, sessions: Sequence[str]) -> tuple[Outcome, ...]:
        begun.extend(one["phase"] for one in bench.audited)
        return outcomes(name, sessions)

    bench.link._outcomes = looking  # type: ignore[method-assign]
    deed = act(["s-1", "s-2"], "too cold")
    assert begun == ["begin"]
    begin, end = bench.audited
    assert (begin["action"], begin["ids"], begin["count"]) == (verb, ["s-1", "s-2"], 2)
    assert (begin["reason"], begin["directory"], begin["mode"]) == ("too cold", "/state", "OWN")
    assert (end["done"], end["refused"], end["error"]) == (1, 1, "")
    assert end["refused_ids"] == [{"id": "s-2", "why": "pinned; unpin it first"}]
    assert end["action_id"] == begin["action_id"]
    assert bench.link.said == [f"{verb} s-1 s-2", f"told {verb}"]
    assert bench.deeds == [deed]
    assert (deed.action, deed.ids, deed.reason) == (Action(verb), ("s-1", "s-2"), "too cold")
    assert (deed.at_ms, deed.why, deed.warning) == (NOW_MS, "", "")
    assert deed.done == ("s-1",)
    assert [one.session for one in deed.refused] == ["s-2"]


@pytest.mark.parametrize(
    "act",
    [
        lambda operator: operator.evict(["s-1"]),
        lambda operator: operator.rehydrate(["s-1"]),
        lambda operator: operator.pin(["s-1"]),
        lambda operator: operator.unpin(["s-1"]),
        lambda operator: operator.release(["s-1"]),
        lambda operator: operator.set_capacity(5),
        lambda operator: operator.undo(),
        lambda operator: operator.prune(plan_of("s-1")),
        lambda operator: operator.drill("restore", lambda *_: True, is_live=True),
    ],
)
def test_what_cannot_be_recorded_is_not_done(
    bench: Bench, act: Callable[[Operator], Deed], monkeypatch: pytest.MonkeyPatch
) -> None:
    bench.operator.evict(["s-0"])
    bench.link.said.clear()
    undoable = bench.undoable
    monkeypatch.setattr("console.acting.audit.os", FaultyOs(fail(errno.ENOSPC, "write")))
    deed = act(bench.operator)
    assert deed.why.startswith("nothing was done, because it could not be recorded: ")
    assert str(bench.path) in deed.why
    assert deed.outcomes == ()
    assert bench.link.said == [f"told {deed.action}"]
    assert bench.undoable == undoable


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (ReadOnlyError("only the owner changes it"), "only the owner changes it"),
        (OSError(errno.EIO, "Input/output error", "/state"), "/state: Input/output error"),
        (OSError("no number"), "no number"),
    ],
)
def test_a_command_that_fails_says_why_in_the_deed_and_in_the_audit_file(
    bench: Bench, error: Exception, words: str
) -> None:
    bench.link.failing = error
    deed = bench.operator.evict(["s-1"])
    assert (deed.why, deed.outcomes) == (words, ())
    assert bench.audited[1]["error"] == words
    assert bench.undoable == []
    assert bench.deeds == [deed]


def test_an_outcome_that_cannot_be_recorded_is_a_warning_and_can_still_be_undone(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    def end(*_: object, **__: object) -> None:
        raise AuditError("what came of it could not be recorded: full", "audit.jsonl")

    monkeypatch.setattr(AuditFile, "end", end)
    deed = bench.operator.evict(["s-1"])
    assert (deed.done, deed.why) == (("s-1",), "")
    assert deed.warning == "what came of it could not be recorded: full"
    assert bench.undoable == [(Action.EVICT, ["s-1"])]


def test_what_nobody_foresaw_is_raised_and_leaves_no_action_open(bench: Bench) -> None:
    bench.link.failing = ZeroDivisionError("odd")
    with pytest.raises(ZeroDivisionError):
        bench.operator.evict(["s-1"])
    assert [one["phase"] for one in bench.audited] == ["begin", "end"]
    assert bench.audited[1]["error"] == "ZeroDivisionError: odd"
    bench.link.failing = None
    assert bench.operator.evict(["s-1"]).done == ("s-1",)


def test_hostile_ids_go_through_whole(bench: Bench) -> None:
    assert bench.operator.evict(HOSTILE).done == HOSTILE
    assert tuple(bench.audited[0]["ids"]) == HOSTILE


def test_a_second_action_waits_for_the_first(bench: Bench) -> None:
    entered, go_on = threading.Event(), threading.Event()
    outcomes = bench.link._outcomes

    def slow(verb: str, sessions: Sequence[str]) -> tuple[Outcome, ...]:
        if sessions == ("first",):
            entered.set()
            assert go_on.wait(20)
        return outcomes(verb, sessions)

    bench.link._outcomes = slow  # type: ignore[method-assign]
    first = threading.Thread(target=bench.operator.evict, args=(["first"],))
    second = threading.Thread(target=bench.operator.release, args=(["second"],))
    first.start()
    assert entered.wait(20)
    second.start()
    wait_for(lambda: second.is_alive(), "the second runs")
    assert [one["phase"] for one in bench.audited] == ["begin"]
    go_on.set()
    first.join(20)
    second.join(20)
    assert [one["phase"] for one in bench.audited] == ["begin", "end"] * 2
    assert [deed.action for deed in bench.deeds] == [Action.EVICT, Action.RELEASE]


# -- undo -------------------------------------------------------------------------------------


def test_evictions_and_releases_can_be_undone_the_last_one_first(bench: Bench) -> None:
    bench.operator.evict(["s-1", "s-2"])
    bench.operator.release(["s-3"])
    bench.operator.pin(["s-4"])
    bench.operator.rehydrate(["s-5"])
    assert bench.undoable == [(Action.EVICT, ["s-1", "s-2"]), (Action.RELEASE, ["s-3"])]
    deed = bench.operator.undo("a slip")
    assert (deed.undone, deed.ids, deed.done) == (Action.RELEASE, ("s-3",), ("s-3",))
    begin = bench.audited[-2]
    assert (begin["action"], begin["ids"], begin["reason"]) == ("undo", ["s-3"], "a slip")
    assert begin["facts"] == {"undone": "release", "undone_at_ms": NOW_MS}
    deed = bench.operator.undo()
    # The one used last comes first, where there may not be room for all.
    assert deed.ids == ("s-2", "s-1")
    assert bench.undoable == []


def test_nothing_to_undo_is_said_and_is_no_action(bench: Bench) -> None:
    deed = bench.operator.undo()
    assert (deed.why, deed.ids) == (NOTHING_TO_UNDO, ())
    assert not bench.path.exists()
    assert bench.link.said == []


def test_what_was_refused_is_not_undone(bench: Bench) -> None:
    bench.link.refusing["s-1"] = "pinned; unpin it first"
    bench.operator.evict(["s-1"])
    assert bench.undoable == []


def test_what_finds_no_room_stays_to_be_undone_and_what_went_on_does_not(bench: Bench) -> None:
    bench.operator.evict(["s-1"])
    bench.operator.evict(["s-2", "s-3", "s-4"])
    bench.link.refusing = {
        "s-2": "memory is full again, 10 of 10",
        "s-3": "it went on since; rehydrate it instead",
    }
    deed = bench.operator.undo()
    assert deed.done == ("s-4",)
    assert {one.session for one in deed.refused} == {"s-2", "s-3"}
    assert bench.undoable == [(Action.EVICT, ["s-1"]), (Action.EVICT, ["s-2"])]
    bench.link.refusing = {}
    assert bench.operator.undo().done == ("s-2",)
    assert bench.operator.undo().done == ("s-1",)


def test_an_undo_that_fails_as_a_whole_can_be_tried_again(bench: Bench) -> None:
    bench.operator.evict(["s-1"])
    bench.link.failing = ReadOnlyError("closed")
    assert bench.operator.undo().why == "closed"
    assert bench.undoable == [(Action.EVICT, ["s-1"])]


def test_more_than_can_be_remembered_is_a_warning(tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    bench.operator.past = UndoPast(sessions=2)
    deed = bench.operator.evict(["s-1", "s-2", "s-3"])
    assert deed.warning == "1 of them are too many to be undone"
    assert bench.undoable == [(Action.EVICT, ["s-3", "s-2"])]


# -- the capacity -----------------------------------------------------------------------------


def test_a_capacity_set_by_hand_is_undone_before_the_sessions_it_evicted(bench: Bench) -> None:
    bench.link.evicting = ("s-1", "s-2")
    deed = bench.operator.set_capacity(5, "less memory")
    assert (deed.capacity, deed.ids, deed.done) == (5, (), ("s-1", "s-2"))
    begin, end = bench.audited
    assert (begin["action"], begin["count"]) == ("capacity", 0)
    assert begin["facts"] == {"capacity": 5, "capacity_before": 10}
    assert end["facts"] == {"evicted_ids": ["s-1", "s-2"]}
    bench.link.said.clear()
    bench.link.evicting = ()
    deed = bench.operator.undo()
    assert bench.link.said == ["capacity 10", "restore s-2 s-1", "told undo"]
    assert (deed.capacity, deed.undone, deed.evicted) == (10, Action.CAPACITY, ())
    assert deed.done == ("s-2", "s-1")
    assert bench.audited[2]["facts"]["capacity"] == 10
    assert bench.undoable == []


def test_a_capacity_that_was_raised_goes_back_and_says_who_had_to_go(bench: Bench) -> None:
    bench.operator.set_capacity(20)
    bench.link.evicting = ("s-9",)
    deed = bench.operator.undo()
    assert bench.link.capacities == [20, 10]
    assert [one.session for one in deed.evicted] == ["s-9"]
    assert (deed.outcomes, deed.capacity) == ((), 10)
    assert bench.audited[-1]["facts"] == {"evicted_ids": ["s-9"]}
    assert bench.undoable == []


def test_the_capacity_that_it_was_leaves_nothing_to_undo(bench: Bench) -> None:
    assert bench.operator.set_capacity(10).capacity == 10
    assert bench.undoable == []


def test_a_capacity_that_cannot_be_granted_changes_nothing(bench: Bench) -> None:
    bench.link.failing = CapacityError("capacity 1 leaves no room beside 2 pinned session(s)")
    deed = bench.operator.set_capacity(1)
    assert deed.capacity is None
    assert "leaves no room" in deed.why
    assert bench.undoable == []


def test_a_capacity_that_is_back_is_not_put_back_twice_where_the_sessions_are_not(
    bench: Bench,
) -> None:
    bench.link.evicting = ("s-1",)
    bench.operator.set_capacity(5)
    bench.link.evicting = ()
    bench.link.refusing["s-1"] = "memory is full again, 10 of 10"
    assert bench.operator.undo().capacity == 10
    assert bench.undoable == [(Action.CAPACITY, ["s-1"])]
    bench.link.refusing = {}
    deed = bench.operator.undo()
    assert (deed.capacity, deed.done) == (None, ("s-1",))
    assert bench.link.capacities == [5, 10]


def test_a_capacity_comes_back_even_if_the_sessions_fail_as_a_whole(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench.link.evicting = ("s-1",)
    bench.operator.set_capacity(5)
    bench.link.evicting = ()

    def restore(_: object) -> tuple[Outcome, ...]:
        raise ReadOnlyError("closed")

    with monkeypatch.context() as patched:
        patched.setattr(bench.link, "restore", restore)
        deed = bench.operator.undo()
    assert (deed.why, deed.capacity) == ("closed", 10)
    assert bench.operator.undo().done == ("s-1",)
    assert bench.link.capacities == [5, 10]


def test_where_the_old_capacity_cannot_be_told_only_the_sessions_come_back(tmp_path: Path) -> None:
    bench = Bench(tmp_path, capacity=None)
    bench.link.evicting = ("s-1",)
    bench.operator.set_capacity(5)
    assert bench.operator.undo().done == ("s-1",)
    assert bench.link.capacities == [5]


# -- prune and drill --------------------------------------------------------------------------


def test_a_prune_names_every_session_and_folder_and_what_was_deleted(bench: Bench) -> None:
    deed = bench.operator.prune(plan_of("s-1", "s-2"), reason="old")
    begin, end = bench.audited
    assert (begin["action"], begin["ids"]) == ("prune", ["s-1", "s-2"])
    assert begin["facts"] == {
        "older_than_ms": 7,
        "folders": ["s-1-folder", "s-2-folder"],
        "files": 4,
        "file_bytes": 20,
    }
    assert end["facts"] == {"files": 4, "file_bytes": 20}
    assert end["refused_ids"] == [{"id": "s-2", "why": "alive"}]
    assert [one.folder for one in deed.pruned] == ["s-1-folder", "s-2-folder"]
    assert deed.done == ("s-1",)
    assert bench.undoable == []


def test_a_live_drill_is_an_action_and_its_report_is_told_as_soon_as_it_is_done(
    bench: Bench,
) -> None:
    bench.link.reports = [report_of(a=Ending.PASSED, b=Ending.FAILED, c=Ending.SKIPPED)]
    reports: list[Report] = []
    deed = bench.operator.drill(
        "restore",
        lambda *_: True,
        is_live=True,
        sessions=["a", "b", "c"],
        count=3,
        on_report=reports.append,
    )
    begin, end = bench.audited
    assert (begin["action"], begin["ids"]) == ("drill", ["a", "b", "c"])
    assert begin["facts"] == {"plan": "restore", "count": 3, "seed": 1, "are_all": False}
    assert (end["done"], end["refused"], end["facts"]) == (1, 2, {"has_passed": True})
    assert list(deed.reports) == reports == bench.link.reports
    assert deed.done == ("a",)
    assert bench.deeds == [deed]


def test_a_drill_on_scratch_leaves_no_trace_and_waits_for_nothing(bench: Bench) -> None:
    bench.link.reports = [report_of(a=Ending.PASSED), report_of(b=Ending.PASSED)]
    with bench.operator._lock:
        deed = bench.operator.drill("all", lambda *_: True)
    assert list(deed.reports) == bench.link.reports
    assert bench.link.said == ["drill scratch"]
    assert not bench.path.exists()
    bench.link.failing = ReadOnlyError("no copy can be made")
    assert bench.operator.drill("all", lambda *_: True).why == "no copy can be made"


# -- over a real tracker ----------------------------------------------------------------------


def opened(link: EmbeddedLink, tmp_path: Path, capacity: int) -> tuple[Operator, list[int]]:
    capacities = [capacity]

    def told(deed: Deed) -> None:
        if deed.capacity is not None:
            capacities.append(deed.capacity)

    path = tmp_path / "audit.jsonl"
    return operator_of(link, path, lambda: capacities[-1], on_deed=told), capacities


def sessions(mirror: Mirror) -> list[tuple[Any, ...]]:
    """What memory holds, in its order; the number of a record goes up where one is written."""
    tracker = mirror.link._tracker
    assert tracker is not None
    return [
        (one.session, one.state, one.touched_ms, one.inserted_ms, one.is_pinned, one.recency)
        for one in tracker.sessions()
    ]


def test_an_owner_brings_back_exactly_what_was_evicted_released_and_shrunk_away(
    tmp_path: Path,
) -> None:
    root = build(tmp_path / "state", [f"s-{number}" for number in range(40)])
    link = owning(root, waiting, capacity=50)
    with started(link) as mirror:
        mirror.until(was_read, "the directory is read")
        operator, capacities = opened(link, tmp_path, 50)
        assert link._tracker is not None
        for number in range(40):
            link._tracker.handle(turn(f"s-{number}", 30 + number))
        operator.pin(["s-7"])
        before = sessions(mirror)
        assert len(operator.evict(["s-1", "s-5", "s-9"]).done) == 3
        assert len(operator.release(["s-2", "s-30"]).done) == 2
        assert len(operator.set_capacity(3).done) == 32
        assert len(sessions(mirror)) == 3
        deeds = [operator.undo() for _ in range(3)]
        assert [deed.undone for deed in deeds] == [Action.CAPACITY, Action.RELEASE, Action.EVICT]
        assert [deed.refused for deed in deeds] == [(), (), ()]
        assert sessions(mirror) == before
        assert capacities == [50, 3, 50]
        assert operator.undo().why == NOTHING_TO_UNDO


def test_an_observers_eviction_comes_back_and_the_disk_is_never_written(tmp_path: Path) -> None:
    root = build(tmp_path / "state", ["s-1", "s-2", "s-3"])
    content = {path: path.read_bytes() for path in root.rglob("*") if path.is_file()}
    link = observing(root)
    with started(link) as mirror:
        mirror.until(was_read, "the directory is read")
        operator, _ = opened(link, tmp_path, 2_000)
        before = sessions(mirror)
        operator.evict(["s-2"])
        assert operator.release(["s-1"]).why
        assert operator.undo().done == ("s-2",)
        assert sessions(mirror) == before
    assert {path: path.read_bytes() for path in root.rglob("*") if path.is_file()} == content


def test_a_session_that_went_on_is_left_alone_and_leaves_the_past(tmp_path: Path) -> None:
    link = owning(tmp_path / "state", waiting, capacity=10)
    with started(link) as mirror:
        mirror.until(was_read, "the directory is read")
        operator, _ = opened(link, tmp_path, 10)
        tracker = link._tracker
        assert tracker is not None
        for name in ("s-1", "s-2"):
            tracker.handle(compaction(name))
        operator.evict(["s-1", "s-2"])
        tracker.handle(compaction("s-1"))
        deed = operator.undo()
        assert deed.done == ("s-2",)
        assert [one.session for one in deed.refused] == ["s-1"]
        assert operator.past.steps == ()


def test_with_read_only_every_command_says_so_and_changes_nothing(tmp_path: Path) -> None:
    root = build(tmp_path / "state", ["s-1"])
    link = observing(root, is_read_only=True)
    with started(link) as mirror:
        mirror.until(was_read, "the directory is read")
        operator, _ = opened(link, tmp_path, 2_000)
        before = sessions(mirror)
        for act in (operator.evict, operator.release, operator.pin, operator.rehydrate):
            assert "--read-only" in act(["s-1"]).why
        assert "--read-only" in operator.set_capacity(1).why
        assert sessions(mirror) == before
        assert operator.past.steps == ()


def test_a_release_that_was_undone_is_no_end_to_whoever_opens_the_directory_next(
    tmp_path: Path,
) -> None:
    root = build(tmp_path / "state", ["s-1"])
    link = owning(root, waiting, capacity=10)
    with started(link) as mirror:
        mirror.until(was_read, "the directory is read")
        operator, _ = opened(link, tmp_path, 10)
        operator.rehydrate(["s-1"])
        operator.release(["s-1"])
        operator.undo()
    with open_tracker(root, durability="process", clock=wall_clock_ms) as tracker:
        tracker.rehydrate(["s-1"])
        (one,) = tracker.sessions()
        assert one.state.guards
