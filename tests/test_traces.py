"""The recorded runs of the original, replayed: every effect, and every durable field on disk."""

from __future__ import annotations

import json
import random
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from conftest import Open
from directories import MANIFEST, STATE, read_state, triggers_of
from feeds import seeded_feed
from reference import NeverEvicts

from tracker import Effect, Event, decode_event
from tracker.store.folders import folders_of

TRACES = Path(__file__).parent / "data" / "traces"
NAMES = ("day", *(f"run-{number}" for number in range(1, 7)))


@cache
def recording(name: str) -> tuple[list[Event], list[str], dict[str, dict[str, Any]]]:
    """A recorded run: its events, its effects as lines, and the durable fields at its end."""
    events = (TRACES / f"{name}.events.jsonl").read_bytes().splitlines()
    effects = (TRACES / f"{name}.effects.jsonl").read_text().splitlines()
    final = json.loads((TRACES / f"{name}.final.json").read_bytes())
    return [decode_event(line) for line in events], effects, final


def lines(effects: list[Effect]) -> list[str]:
    """Effects as lines of JSON."""
    return [effect.to_json().decode() for effect in effects]


def durable_on_disk(root: Path) -> dict[str, dict[str, Any]]:
    """The durable fields of every session that has a checkpoint, as the state files say."""
    found = {}
    for folder in root.iterdir():
        if (folder / STATE).exists():
            record = read_state(folder)
            if not record["lastCheckpointAt"]:
                assert not (folder / MANIFEST).exists()
                continue
            found[record["holdfast"]["id"]] = {
                "bands": sorted(record["capturedFillBands"]),
                "thresholds": sorted(record["capturedQualityThresholds"]),
                "milestones": record["capturedMilestones"],
                "last_checkpoint_ms": record["lastCheckpointAt"],
            }
    return found


def disturbed(open_owner: Open, seed: int, events: list[Event], **options: Any) -> list[Effect]:
    """Replays events with evictions by hand, pins, resizes and clean restarts in between."""
    random_ = random.Random(seed)
    tracker = open_owner(**options)
    effects: list[Effect] = []
    for event in events:
        effects += tracker.handle(event)
        known = list(tracker)
        chance = random_.random()
        if chance < 0.15:
            tracker.evict(random_.sample(known, random_.randint(0, len(known))))
        elif chance < 0.20 and known:
            tracker.pin(random_.choice(known))
        elif chance < 0.30 and known:
            tracker.unpin(random_.choice(known))
        elif chance < 0.32:
            tracker.rehydrate([event.session])
        elif chance < 0.34:
            pinned = tracker.statistics().pinned
            tracker.set_capacity(random_.randint(pinned + 1, pinned + 9))
        elif chance < 0.35:
            tracker.close()
            tracker = open_owner(**options)
        assert len(tracker) <= tracker.capacity
    tracker.close()
    return effects


@pytest.mark.parametrize("capacity", [1, 2, 7, 2_000])
@pytest.mark.parametrize("name", NAMES)
def test_a_recorded_run_comes_to_the_recorded_effects_and_state_at_any_capacity(
    name: str, capacity: int, root: Path, open_owner: Open
) -> None:
    events, effects, final = recording(name)
    with open_owner(capacity=capacity) as tracker:
        found = [effect for event in events for effect in tracker.handle(event)]
        assert len(tracker) <= capacity
    assert lines(found) == effects
    assert durable_on_disk(root) == final
    for session in final:
        captured = [
            effect.trigger for effect in found if effect.session == session and effect.trigger
        ]
        listed = triggers_of(root / folders_of(session)[0])
        # The same content twice in a row is captured once; all else is on disk, in order.
        rest = iter(captured)
        assert all(trigger in rest for trigger in listed)
        assert set(listed) == set(captured)


@pytest.mark.parametrize("seed", [1, 2])
@pytest.mark.parametrize("name", NAMES)
def test_evictions_by_hand_pins_and_restarts_change_nothing_of_a_recorded_run(
    name: str, seed: int, root: Path, open_owner: Open
) -> None:
    events, effects, final = recording(name)
    assert lines(disturbed(open_owner, seed, events, capacity=6)) == effects
    assert durable_on_disk(root) == final


@pytest.mark.parametrize("capacity", [1, 7])
@pytest.mark.parametrize("name", NAMES)
def test_without_spilling_nothing_comes_twice_and_no_edit_batch_is_spurious(
    name: str, capacity: int, root: Path, open_owner: Open
) -> None:
    events, effects, _ = recording(name)
    with open_owner(capacity=capacity, spill=False) as tracker:
        found = [(event, effect) for event in events for effect in tracker.handle(event)]
    once = [
        (effect.session, effect.trigger)
        for _, effect in found
        if effect.trigger not in (None, "compact", "milestone-edit-batch")
    ]
    assert len(once) == len(set(once))
    assert_guards_fire_once_a_life(events, [effect for _, effect in found])
    for kind in ("continuity", "compact"):
        assert [line for line in effects if kind in line] == [
            line for line in lines([effect for _, effect in found]) if kind in line
        ]
    assert_batches_are_due(events, found)


def assert_guards_fire_once_a_life(events: list[Event], effects: list[Effect]) -> None:
    """Nothing that is said once in a session's life is said twice in it."""
    ends = [(event.session, event.at_ms) for event in events if event.type == "session_end"]
    said = set()
    for effect in effects:
        if effect.effect != "checkpoint":
            life = sum(one == effect.session and (at or 0) < effect.at_ms for one, at in ends)
            assert (effect.session, effect.effect, life) not in said
            said.add((effect.session, effect.effect, life))


def assert_batches_are_due(events: list[Event], found: list[tuple[Event, Effect]]) -> None:
    """Before every edit batch came at least 4 writes or 3 distinct files since the last one."""
    batches = [event for event, effect in found if effect.trigger == "milestone-edit-batch"]
    writes: dict[str, int] = {}
    files: dict[str, set[str]] = {}
    for event in events:
        name = event.session
        if event.type == "after_tool_call" and event.tool not in ("Read", "Bash", "Grep", None):
            writes[name] = writes.get(name, 0) + 1
            if event.file is not None:
                files.setdefault(name, set()).add(event.file)
        if any(event is batch for batch in batches):
            assert writes.pop(name, 0) >= 4 or len(files.get(name, ())) >= 3
            files.pop(name, None)


@pytest.mark.parametrize("seed", range(6))
def test_a_feed_of_anything_comes_to_the_effects_of_a_tracker_that_never_evicts(
    seed: int, root: Path, open_owner: Open
) -> None:
    sessions = tuple(f"a{sign}{number}" for sign in ":._" for number in range(3))
    events = seeded_feed(seed, sessions, 700)
    reference = NeverEvicts()
    expected = [effect for event in events for effect in reference.handle(event, 0)]
    assert disturbed(open_owner, seed, events, capacity=1 + seed) == expected
    assert len(expected) > 150
