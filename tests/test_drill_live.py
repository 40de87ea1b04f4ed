"""The live drill: sessions of a running tracker, put back as they were, under its own events."""

from __future__ import annotations

import threading
from pathlib import Path
from random import Random

import pytest
from conftest import Open
from directories import STATE, tree, write_original
from feeds import MINUTE_MS, NOW_MS, Clock, edit, turn
from msgspec.structs import replace

from tracker import (
    Ending,
    Event,
    ReadOnlyError,
    SessionTracker,
    drill_live,
    drill_on_disk,
    open_tracker,
)
from tracker.drill.feed import NAMES, seeded_feed
from tracker.drill.live import IN_ORDER
from tracker.drill.reference import NeverEvicts
from tracker.store.files import open_root


def fill(owner: SessionTracker, clock: Clock, count: int) -> list[str]:
    """Sessions with a guard, a checkpoint, and edits that are only in memory; oldest first."""
    names = [f"s-{number:02}" for number in range(count)]
    for number, name in enumerate(names):
        clock.advance(number % 3)
        owner.handle(turn(name, NOW_MS, 22))
        owner.handle(edit(name, NOW_MS + MINUTE_MS, "a.py"))
    return names


def test_all_in_memory_pass_and_stand_where_they_stood(open_owner: Open, clock: Clock) -> None:
    owner = open_owner()
    names = fill(owner, clock, 70)
    was = [(one.session, one.touched_ms, one.inserted_ms) for one in owner.sessions()]
    clock.advance(MINUTE_MS)
    report = drill_live(owner, directory="somewhere", seed=5, clock=clock)
    assert report.has_passed
    assert (report.passed, report.failed, report.skipped) == (70, 0, 0)
    assert (report.where, report.directory, report.seed) == ("live", "somewhere", 5)
    assert [check.name for check in report.checks] == [IN_ORDER]
    assert report.load_time_ns.count == 70
    assert {one.session for one in report.sessions} == set(names)
    assert all(one.durable and one.guards and one.spilled for one in report.sessions)
    assert [(one.session, one.touched_ms, one.inserted_ms) for one in owner.sessions()] == was
    assert owner.statistics().evictions["drill"] == 70


def test_the_coldest_are_those_that_would_go_next(open_owner: Open, clock: Clock) -> None:
    owner = open_owner()
    names = fill(owner, clock, 10)
    owner.pin(names[0])
    report = drill_live(owner, count=3)
    assert {one.session for one in report.sessions} == set(names[1:4])
    assert report.has_passed


def test_a_marked_set_is_drilled_and_what_cannot_be_is_named(
    open_owner: Open, clock: Clock
) -> None:
    owner = open_owner()
    fill(owner, clock, 5)
    owner.pin("s-03")
    report = drill_live(owner, sessions=["s-01", "s-03", "nobody", "s-01"])
    whys = {one.session: one.why for one in report.sessions if one.ended is Ending.SKIPPED}
    assert whys == {"s-03": "pinned; unpin it first", "nobody": "not in memory"}
    assert report.passed == 1
    assert report.has_passed


def test_without_spilling_what_is_meant_to_restart_is_not_compared(
    open_owner: Open, clock: Clock
) -> None:
    owner = open_owner(spill=False)
    fill(owner, clock, 3)
    was = owner.sessions()
    report = drill_live(owner)
    assert report.has_passed
    assert {one.spilled for one in report.sessions} == {0}
    assert owner.sessions() == was


def test_a_live_drill_that_is_stopped_reports_what_was_done_so_far(
    open_owner: Open, clock: Clock
) -> None:
    owner = open_owner()
    fill(owner, clock, 70)
    report = drill_live(owner, progress=lambda done, total: False)
    assert report.was_stopped
    assert not report.has_passed
    assert (report.passed, report.failed) == (32, 0)


def test_stopping_at_the_very_end_is_no_stop(open_owner: Open, clock: Clock) -> None:
    owner = open_owner()
    fill(owner, clock, 3)
    assert drill_live(owner, progress=lambda done, total: False).has_passed


def test_an_empty_memory_passes(open_owner: Open) -> None:
    assert drill_live(open_owner()).has_passed


def test_an_observer_is_refused(root: Path, clock: Clock) -> None:
    write_original(root, "s-1", NOW_MS)
    with open_tracker(root, read_only=True, clock=clock) as observer:
        observer.observe("s-1", NOW_MS)
        with pytest.raises(ReadOnlyError):
            drill_live(observer)


def test_what_somebody_else_wrote_meanwhile_is_a_finding(root: Path, open_owner: Open) -> None:
    write_original(root, "s-1", NOW_MS)
    owner = open_owner()
    owner.touch("s-1")
    write_original(root, "s-1", NOW_MS + MINUTE_MS, triggers=("progressive-35",))
    report = drill_live(owner)
    (one,) = report.sessions
    assert one.ended is Ending.FAILED
    assert [difference.field for difference in one.differences][:1] == ["bands"]


def test_events_that_come_meanwhile_have_the_effects_of_a_tracker_that_never_evicts(
    open_owner: Open, clock: Clock
) -> None:
    owner, reference = open_owner(capacity=9), NeverEvicts()
    feed = list(seeded_feed(Random(1), NOW_MS, 1_500))
    wrong: list[Event] = []

    def handle() -> None:
        wrong.extend(
            event for event in feed if owner.handle(event) != reference.handle(event, clock())
        )

    thread = threading.Thread(target=handle)
    thread.start()
    drilled = failed = 0
    while thread.is_alive() or not drilled:
        report = drill_live(owner, sessions=NAMES)
        drilled += report.passed
        failed += report.failed + (not report.checks[0].has_passed)
    thread.join()
    assert (wrong, failed) == ([], 0)
    assert drilled > 0


# -- on disk ----------------------------------------------------------------------------------


def test_sessions_on_disk_are_drilled_live_and_leave_memory_as_it_was(
    root: Path, open_owner: Open
) -> None:
    for number in range(40):
        write_original(root, f"s-{number:02}", NOW_MS - number)
    owner = open_owner(capacity=35)
    owner.touch("s-07")
    was = owner.sessions()
    before = tree(root)
    with open_root(str(root)) as folder:
        report = drill_on_disk(owner, folder)
    assert report.has_passed
    assert (report.where, report.directory, report.passed) == ("live", str(root), 40)
    assert report.load_time_ns.count == 40
    assert [one.session for one in owner.sessions()] == [one.session for one in was]
    assert tree(root) == before


def test_a_tiny_tracker_drills_a_directory_one_by_one(root: Path, open_owner: Open) -> None:
    for number in range(5):
        write_original(root, f"s-{number}", NOW_MS - number)
    owner = open_owner(capacity=1)
    with open_root(str(root)) as folder:
        assert drill_on_disk(owner, folder).passed == 5
        assert drill_on_disk(owner, folder, count=2).passed == 2


@pytest.mark.parametrize("capacity", [1, 3, 40])
def test_a_full_memory_has_those_back_that_made_room_for_the_drill(
    capacity: int, root: Path, open_owner: Open, clock: Clock
) -> None:
    for number in range(40):
        write_original(root, f"d-{number:02}", NOW_MS - number)
    owner = open_owner(capacity=capacity)
    fill(owner, clock, capacity)
    if capacity > 1:
        owner.pin("s-00")
    was = [replace(one, seq=0, dirty_fields=()) for one in owner.sessions()]
    with open_root(str(root)) as folder:
        report = drill_on_disk(owner, folder)
    assert report.has_passed
    skipped = int(capacity > 1)
    assert (report.passed, report.skipped) == (40 + capacity - skipped, skipped)
    assert [replace(one, seq=0, dirty_fields=()) for one in owner.sessions()] == was


def test_named_sessions_are_drilled_in_memory_or_not_and_even_if_never_written(
    root: Path, open_owner: Open
) -> None:
    for number in range(5):
        write_original(root, f"s-{number}", NOW_MS)
    owner = open_owner()
    owner.touch("s-1")
    owner.handle(edit("unwritten", NOW_MS, "a.py"))
    names = ["s-1", "unwritten", "s-3", "nobody"]
    with open_root(str(root)) as folder:
        report = drill_on_disk(owner, folder, sessions=names)
    assert {one.session: one.ended for one in report.sessions} == {
        "s-1": Ending.PASSED,
        "s-3": Ending.PASSED,
        "unwritten": Ending.PASSED,
        "nobody": Ending.SKIPPED,
    }
    assert list(owner) == ["s-1", "unwritten"]


def test_what_cannot_be_drilled_on_disk_is_named(root: Path, open_owner: Open) -> None:
    write_original(root, "good", NOW_MS)
    (root / "link").symlink_to("/nowhere")
    (write_original(root, "bad", NOW_MS) / STATE).chmod(0o000)
    owner = open_owner()
    with open_root(str(root)) as folder:
        report = drill_on_disk(owner, folder)
    endings = {one.session: one.ended for one in report.sessions}
    assert endings["good"] is Ending.PASSED
    assert endings["link"] is Ending.SKIPPED


def test_a_live_drill_on_disk_is_stopped_between_batches(root: Path, open_owner: Open) -> None:
    for number in range(40):
        write_original(root, f"s-{number:02}", NOW_MS)
    with open_root(str(root)) as folder:
        report = drill_on_disk(open_owner(), folder, progress=lambda done, total: False)
    assert report.was_stopped
    assert report.passed == 32
