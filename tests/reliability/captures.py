"""A kill in the middle of a whole capture: at every system call, and at any instant.

A forked child carries out one scene and ends itself with SIGKILL before its n-th system call on a
file, or half way through a write; for every n there is.
"""

from __future__ import annotations

import os
import signal
from collections import Counter
from pathlib import Path
from typing import Any

from directories import scratch
from faulty_os import watched
from feeds import NOW_MS

from tracker import Durability, SessionTracker, open_tracker

from .kills import killing
from .result import RowResult, Stopwatch, keep_found
from .scenes import SCENES, Scene, judged, ledger_of, prepare
from .victim import Tell, Told, Victim, troubles


class KillSelf:
    """Ends this process before its `nth` system call on a file, from 0.

    Args:
        nth: Which call.
        is_half: Whether half of it is done first, where it is a write; else it counts no other.
    """

    def __init__(self, nth: int, *, is_half: bool) -> None:
        self._left = nth
        self._is_half = is_half

    def __call__(self, name: str, args: tuple[Any, ...], options: dict[str, Any]) -> None:
        if self._is_half and name != "write":
            return
        self._left -= 1
        if self._left < 0:
            if self._is_half:
                os.write(args[0], bytes(args[1])[: len(args[1]) // 2])
            os.kill(os.getpid(), signal.SIGKILL)


def captures(quick: bool) -> RowResult:
    """The row: kills in the middle of a whole capture."""
    watch = Stopwatch()
    boundaries = at_boundaries(3 if quick else 1)
    random_ = killing("captures", 4 if quick else 200, texts=150, text_bytes=1_500)
    return RowResult(
        "captures",
        {
            "kills at system calls": boundaries.figures["kills"],
            "kills at random": random_.figures["kills"],
            **{what: count for what, count in random_.figures.items() if what != "kills"},
        },
        boundaries.violations + random_.violations,
        watch.seconds,
        random_.seed,
    )


def at_boundaries(step: int = 1) -> RowResult:
    """Kills every scene before each system call, or before every `step`-th."""
    watch, counts = Stopwatch(), Counter[str]()
    violations: list[str] = []
    for number, name in enumerate(SCENES):
        durabilities: tuple[Durability, ...] = ("power", "process")
        for durability in durabilities if step == 1 else (durabilities[number % 2],):
            for is_half in (False, True):
                nth, has_ended = number % step, False
                while not has_ended:
                    wrong, has_ended = killed_at(name, durability, nth, is_half=is_half)
                    counts["kills"] += not has_ended
                    case = {"name": name, "durability": durability, "nth": nth, "is_half": is_half}
                    if wrong and not violations:
                        keep_found("boundaries", nth, case, wrong)
                    violations += [f"{case}: {one}" for one in wrong]
                    nth += 1 if is_half else step
    return RowResult("boundaries", dict(counts), tuple(violations), watch.seconds)


def killed_at(
    name: str, durability: Durability, nth: int, *, is_half: bool
) -> tuple[list[str], bool]:
    """Plays a scene and kills it; returns what was violated, and whether it came to its end."""
    scene = SCENES[name]
    with scratch() as parent:
        root = Path(parent) / "state"
        prepare(scene, root)

        def work(tell: Tell) -> None:
            owner = _opened(root, scene, durability)
            for number, event in enumerate(scene.before):
                tell(Told(number, list(owner.handle(event))))
            if scene.spoil is not None:
                owner.close()
                scene.spoil(root)
            with watched(KillSelf(nth, is_half=is_half)):
                if scene.spoil is not None:
                    owner = _opened(root, scene, durability)
                if scene.by_hand is not None:
                    scene.by_hand(owner)
                if scene.act is not None:
                    tell(Told(len(scene.before), list(owner.handle(scene.act))))

        told, has_ended = Victim(work).heard(kill_after_s=None)
        wrong = list(troubles(told))
        answers = [one.effects for one in told if not one.trouble]
        ledger, again = ledger_of(scene, len(scene.events), answers)
        wrong += again
        wrong += judged(scene, root, ledger)
    return wrong, has_ended


def _opened(root: Path, scene: Scene, durability: Durability) -> SessionTracker:
    return open_tracker(root, durability=durability, capacity=scene.capacity, clock=lambda: NOW_MS)


def replay(found: dict[str, Any]) -> list[str]:
    """Kills a fixture's scene where it was killed."""
    return killed_at(**found)[0]
