"""A drill must fail on a store that is broken on purpose, and name the sessions it breaks."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from broken_stores import (
    CannotRead,
    CannotWrite,
    DropsSpills,
    ForgetsGuards,
    LosesBands,
    MixesIds,
    Sound,
    TearsWrites,
)
from conftest import Open
from feeds import MINUTE_MS, NOW_MS, Clock, edit, turn

from tracker import (
    Ending,
    Report,
    Rules,
    SessionTracker,
    Store,
    drill_invisibility,
    drill_live,
    drill_restore,
    drill_wave,
    open_store,
)
from tracker.state import unite

IDS = ("s-1", "s-2", "agent:main:main", "agent_main_main")
BROKEN = (TearsWrites, ForgetsGuards, DropsSpills, MixesIds, LosesBands, CannotRead)

Wrap = Callable[[Store], Store]


@pytest.fixture
def filled(root: Path, open_owner: Open) -> Path:
    """Four sessions, each with guards, captured bands and spilled edits; two of them are twins."""
    owner = open_owner()
    for number, session in enumerate(IDS):
        owner.handle(turn(session, NOW_MS + number, 25, 90))
        owner.handle(turn(session, NOW_MS + 2 * MINUTE_MS + number, 40 + 20 * (number % 2), 90))
        for count in range(number + 1):
            owner.handle(edit(session, NOW_MS + 3 * MINUTE_MS + count, f"{number}-{count}.py"))
    owner.close()
    return root


def failed(report: Report) -> dict[str, set[str]]:
    """The sessions that failed, each with the fields that differ."""
    assert not report.has_passed
    assert report.failed == sum(one.ended is Ending.FAILED for one in report.sessions)
    return {
        one.session: {difference.field for difference in one.differences}
        for one in report.sessions
        if one.ended is Ending.FAILED
    }


def whys(report: Report) -> set[str]:
    return {one.why for one in report.sessions if one.ended is Ending.FAILED}


# -- restore ----------------------------------------------------------------------------------


def test_an_unbroken_store_passes_through_a_wrapper(filled: Path) -> None:
    assert drill_restore(filled, wrap=Sound).has_passed


def test_a_store_that_tears_writes_fails_the_restore_drill(filled: Path) -> None:
    report = drill_restore(filled, wrap=TearsWrites)
    assert failed(report).keys() == set(IDS)
    assert all("JSON" in why for why in whys(report))


def test_a_store_that_forgets_a_guard_fails_the_restore_drill(filled: Path) -> None:
    report = drill_restore(filled, wrap=ForgetsGuards)
    assert failed(report) == {session: {"guards"} for session in IDS}
    (difference,) = report.sessions[0].differences
    assert (difference.memory, difference.disk) == (("continuity",), ())


def test_a_store_that_drops_spilled_fields_fails_the_restore_drill(filled: Path) -> None:
    lost = failed(drill_restore(filled, wrap=DropsSpills))
    assert lost.keys() == set(IDS)
    for fields in lost.values():
        assert {"edit_writes", "edited_files"} <= fields


def test_a_store_that_mixes_two_ids_fails_the_restore_drill_and_only_those_are_named(
    filled: Path,
) -> None:
    lost = failed(drill_restore(filled, wrap=MixesIds))
    assert lost
    assert lost.keys() <= {"agent:main:main", "agent_main_main"}
    assert all(lost.values())


def test_a_store_that_loses_a_band_is_shown_beside_the_record(filled: Path) -> None:
    report = drill_restore(filled, wrap=LosesBands, sessions=["s-1"])
    assert failed(report) == {"s-1": {"bands"}}
    (difference,) = report.sessions[0].differences
    assert (difference.memory, difference.disk) == ((20, 35), (35,))


def test_a_store_that_cannot_be_read_again_fails_the_restore_drill(filled: Path) -> None:
    report = drill_restore(filled, wrap=CannotRead)
    assert failed(report).keys() == set(IDS)
    assert all("can't be read now" in why for why in whys(report))


def test_a_store_that_cannot_be_written_fails_the_restore_drill(filled: Path) -> None:
    report = drill_restore(filled, wrap=CannotWrite)
    assert failed(report).keys() == set(IDS)
    assert all("can't be written" in why for why in whys(report))


# -- wave -------------------------------------------------------------------------------------


@pytest.mark.parametrize("wrap", BROKEN)
def test_every_broken_store_fails_the_wave_drill(wrap: Wrap) -> None:
    report = drill_wave(sessions=14, capacity=8, wrap=wrap)
    assert failed(report)


def test_a_guard_that_fires_again_in_a_wave_is_named() -> None:
    report = drill_wave(sessions=14, capacity=8, wrap=ForgetsGuards)
    (check,) = (one for one in report.checks if not one.has_passed)
    assert check.name == "no once-only effect fires again"
    assert "fired again" in check.why
    assert any(why.startswith("fired again: continuity") for why in whys(report))


def test_a_wave_on_a_full_disk_fails_and_says_why() -> None:
    report = drill_wave(sessions=14, capacity=8, wrap=CannotWrite)
    assert not report.has_passed
    assert all("can't be written" in why for why in whys(report))


# -- invisibility -----------------------------------------------------------------------------


@pytest.mark.parametrize("wrap", BROKEN)
def test_every_broken_store_fails_the_invisibility_drill(wrap: Wrap) -> None:
    rules = Rules(checkpoint_cooldown_ms=0, evaluation_cooldown_ms=0)
    report = drill_invisibility(events=200, wrap=wrap, rules=rules)
    assert failed(report)


def test_the_first_event_that_differs_is_named_with_its_session() -> None:
    report = drill_invisibility(events=200, wrap=ForgetsGuards)
    (check,) = report.checks
    assert not check.has_passed
    first = min(whys(report), key=lambda why: int(why.split(",")[0].removeprefix("event ")))
    assert first in check.why
    came = first.partition(" expected, ")[2]
    assert came.startswith("continuity")
    session = next(one.session for one in report.sessions if one.why == first)
    assert check.why.startswith(f"first of {session!r}: event ")


def test_mixed_ids_are_named_by_the_invisibility_drill() -> None:
    names = ("x.y", "x_y", "s-1")
    lost = failed(drill_invisibility(events=150, names=names, wrap=MixesIds))
    assert lost.keys() <= {"x.y", "x_y"}


# -- live -------------------------------------------------------------------------------------


@pytest.mark.parametrize("wrap", [TearsWrites, ForgetsGuards, DropsSpills, CannotRead])
def test_a_broken_store_fails_the_live_drill_and_memory_loses_nothing(
    wrap: Wrap, root: Path, clock: Clock
) -> None:
    store = open_store(root, durability="process", clock=clock)
    tracker = SessionTracker(wrap(store), clock=clock)
    for number, session in enumerate(IDS):
        tracker.handle(turn(session, NOW_MS + number, 25, 90))
        tracker.handle(edit(session, NOW_MS + MINUTE_MS, f"{number}.py"))
    before = tracker.sessions()
    report = drill_live(tracker)
    assert failed(report)
    assert [one.state for one in tracker.sessions()] == [one.state for one in before]
    assert [one.session for one in tracker.sessions()] == [one.session for one in before]
    store.close()


def test_a_live_drill_on_mixed_ids_fails_and_memory_only_grows(root: Path, clock: Clock) -> None:
    store = open_store(root, durability="process", clock=clock)
    tracker = SessionTracker(MixesIds(store), clock=clock)
    for number, session in enumerate(IDS):
        tracker.handle(turn(session, NOW_MS + number, 25 + 20 * number, 90))
        tracker.handle(edit(session, NOW_MS + MINUTE_MS, f"{number}.py"))
    before = {one.session: one.state for one in tracker.sessions()}
    assert failed(drill_live(tracker)).keys() <= {"agent:main:main", "agent_main_main"}
    for session, state in before.items():
        after = tracker.peek(session)
        assert after is not None
        assert unite(after.state, state) == after.state
    store.close()


def test_what_a_broken_store_lost_is_written_again_by_the_next_eviction(
    root: Path, clock: Clock
) -> None:
    class Forgetful(ForgetsGuards):
        def commit(self, session: str, state: object, **options: object) -> object:  # type: ignore[override]
            base = ForgetsGuards if breaks else Sound
            return base.commit(self, session, state, **options)  # type: ignore[arg-type]

    breaks = True
    store = open_store(root, durability="process", clock=clock)
    tracker = SessionTracker(Forgetful(store), clock=clock)  # type: ignore[arg-type]
    tracker.handle(turn("s-1", NOW_MS))
    assert failed(drill_live(tracker)) == {"s-1": {"guards"}}
    breaks = False
    tracker.evict(["s-1"])
    assert tracker.handle(turn("s-1", NOW_MS + MINUTE_MS)) == ()
    tracker.close()
