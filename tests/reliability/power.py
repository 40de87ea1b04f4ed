"""A power cut with `durability = "power"`: what was answered is there, whatever was not synced.

Every scene is recorded, whole, with each of its syncs failing once, and with a kill before each of
its changes; then every state of the disk that a cut may leave is made and opened. Longer feeds are
recorded too; of their states some are drawn.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from directories import scratch
from faulty_os import KilledError
from feeds import NOW_MS

from tracker import Effect, SessionTracker, StoreError, open_store, open_tracker

from .crash import crash_states, is_each_tried, materialise
from .power_feeds import feed_cut
from .recording import Recorder, Said, Synced, under_the_store
from .result import RowResult, Stopwatch, base_seed, keep_found
from .scenes import SCENES, Scene, judged, ledger_of, prepare

Answers = list[tuple[Effect, ...]]
"""What was answered to a scene's events, in order."""

Weakened = Callable[[Any], Any]
"""Makes of a recorder what the store is given for `os`: a mutant leaves something out."""

PLAYED = 8
"""One state in so many is played on to the end, the others on the policy alone."""


def strong(recorder: Any) -> Any:
    """Leaves nothing out."""
    return recorder


def power(quick: bool) -> RowResult:
    """The row: power cuts."""
    watch, seed = Stopwatch(), base_seed()
    counts: Counter[str] = Counter()
    violations: list[str] = []
    for name in SCENES:
        wrong = scene_cuts(name, seed, counts, quick=quick)
        if wrong:
            keep_found("power-scenes", seed, {"scene": name, "seed": seed}, wrong)
            violations += [f"{name}: {one}" for one in wrong]
    for number in range(seed, seed + (4 if quick else 60)):
        wrong = feed_cut(number, counts)
        if wrong:
            keep_found("power", number, {"seed": number}, wrong)
            violations += [f"seed {number}: {one}" for one in wrong]
    return RowResult("power", dict(counts), tuple(violations), watch.seconds, seed)


def scene_cuts(
    name: str,
    seed: int,
    counts: Counter[str] | None = None,
    *,
    quick: bool = False,
) -> list[str]:
    """Opens every state that a cut in a scene may leave, after a failed sync and a kill as well.

    Args:
        name: The scene's.
        seed: Draws, where there are too many states at one point.
        counts: What is counted is added to it.
        quick: Whether one sync and one kill are drawn, instead of all.
    """
    scene, random_ = SCENES[name], random.Random(seed)
    counts = Counter() if counts is None else counts
    recorder, answers = record_scene(scene)
    wrong = opened_after_cuts(scene, recorder, answers, random_, counts, "states of scenes")
    syncs = range(sum(isinstance(one, Synced) for one in recorder.operations))
    changes = range(sum(not isinstance(one, Said) for one in recorder.operations))
    for nth in random_.sample(syncs, 1) if quick else syncs:
        recorder, answers = record_scene(scene, fail_at=nth)
        what = "states after a failed sync"
        more = opened_after_cuts(scene, recorder, answers, random_, counts, what)
        wrong += [f"sync {nth} failed, {one}" for one in more]
    for nth in random_.sample(changes, 1) if quick else changes:
        recorder, answers = record_scene(scene, kill_at=nth)
        what = "states after a kill"
        more = opened_after_cuts(scene, recorder, answers, random_, counts, what)
        wrong += [f"killed at {nth}, {one}" for one in more]
    return wrong


def opened_after_cuts(
    scene: Scene,
    recorder: Recorder,
    answers: Answers,
    random_: random.Random,
    counts: Counter[str],
    what: str,
    *,
    is_drawn: bool = False,
) -> list[str]:
    """Makes and opens every state that a cut in a recorded scene may leave.

    Args:
        scene: The scene.
        recorder: Its recording.
        answers: What was answered in it.
        random_: Draws, where there are too many states at one point.
        counts: What is counted is added to it.
        what: The name it is counted under.
        is_drawn: Whether it is enough to draw some, where there are too many at one point.
    """
    violations = [] if is_each_tried(recorder) or is_drawn else ["too many states to try each"]
    for number, state in enumerate(crash_states(recorder, random_=random_, most=400)):
        counts[what] += 1
        told = answers[: state.said.answered]
        ledger, _ = ledger_of(scene, state.said.begun, told, twice=recorder.was_killed)
        with scratch() as parent:
            materialise(state, Path(parent))
            wrong = judged(scene, Path(parent) / "state", ledger, plays=number % PLAYED == 0)
        violations += [f"{state.where}: {one}" for one in wrong]
    return violations


def record_scene(
    scene: Scene, weakened: Weakened = strong, *, fail_at: int = -1, kill_at: int | None = None
) -> tuple[Recorder, Answers]:
    """Plays a scene; returns what it did to the disk and what was answered.

    Args:
        scene: The scene.
        weakened: What stands between the store and the disk.
        fail_at: Which sync fails, from 0, so that what it was for is done again; -1 for none.
        kill_at: Before which change the owner is killed, from 0, so that another goes on from the
            same event; None for none.
    """
    answers: Answers = []
    with scratch() as parent:
        top = Path(parent)
        prepare(scene, top / "state")
        if scene.spoil is not None:
            with open_tracker(top / "state", clock=lambda: NOW_MS) as owner:
                answers += [owner.handle(event) for event in scene.before]
            scene.spoil(top / "state")
        recorder = Recorder(top, fail_at=fail_at)
        recorder.live(kill_at)
        recorder.say(len(answers), len(answers))
        with under_the_store(weakened(recorder)):
            try:
                _live(scene, top / "state", recorder, answers)
            except (KilledError, StoreError):
                recorder.live(None)
                with suppress(StoreError):
                    _live(scene, top / "state", recorder, answers)
    return recorder, answers


def _live(scene: Scene, root: Path, recorder: Recorder, answers: Answers) -> None:
    """Handles what is left of a scene; an event whose sync failed is handled again at once."""
    store = open_store(root, clock=lambda: NOW_MS)
    try:
        owner = SessionTracker(store, capacity=scene.capacity, clock=lambda: NOW_MS)
        for event in scene.events[len(answers) :]:
            recorder.say(len(answers) + 1, len(answers))
            try:
                answers.append(owner.handle(event))
            except StoreError:
                answers.append(owner.handle(event))
            recorder.say(len(answers), len(answers))
        if scene.by_hand is not None:
            scene.by_hand(owner)
        owner.close()
    finally:
        store.close()


def replay(found: dict[str, Any]) -> list[str]:
    """Cuts the power of a fixture's scene again."""
    return scene_cuts(found["scene"], found["seed"])
