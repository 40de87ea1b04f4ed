"""A real power cut: the image of a mounted ext4 is copied while it holds what was never synced.

What a process wrote and did not sync is in the page cache alone, not in the image below the loop
device. A copy of the image is thus the disk as a cut leaves it; mounting the copy replays its
journal. Needs root, loop devices and `mkfs.ext4`.
"""

from __future__ import annotations

import os
import random
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from directories import scratch
from feeds import NOW_MS

from tracker import Durability, open_tracker

from .audit import audit
from .ledger import Ledger, reopened
from .result import RowResult, Stopwatch, base_seed, keep_found
from .script import EVENTS, script
from .victim import Tell, Told, Victim, troubles

IMAGE_BYTES = 32 * 1024 * 1024
LONGEST_S = 0.05
COMMIT_S = 300
"""How seldom ext4 commits by itself, so that only what was synced is in the image."""


class CannotCutError(Exception):
    """No file system can be mounted here; says why."""


def cuts(quick: bool) -> RowResult:
    """The row: real power cuts; some without syncs, which have to lose what was answered.

    Where there can be none, the figures are empty and the note says why.
    """
    watch, seed = Stopwatch(), base_seed()
    count = 6 if quick else 300
    violations: list[str] = []
    told = lost = 0
    try:
        with mounted_ext4() as (image, top):
            for number in range(seed, seed + count):
                wrong, effects = one_cut(number, image, top, "power")
                told += effects
                if wrong:
                    keep_found("cuts", number, {"seed": number}, wrong)
                    violations += [f"seed {number}: {one}" for one in wrong]
            for number in range(seed, seed + max(count // 20, 3)):
                wrong, _ = one_cut(number, image, top, "process")
                lost += bool(wrong)
    except CannotCutError as error:
        return RowResult("cuts", {}, (), watch.seconds, seed, f"skipped: {error}")
    if not lost:
        violations.append("the rig cuts nothing: unsynced writes survived every cut")
    figures = {"cuts": count, "effects told": told, "cuts that lost what was not synced": lost}
    return RowResult("cuts", figures, tuple(violations), watch.seconds, seed)


def one_cut(seed: int, image: Path, top: Path, durability: Durability) -> tuple[list[str], int]:
    """Cuts the power of an owner at a random instant; returns what was violated, and effects told.

    Args:
        seed: Draws the feed and the instant.
        image: The image below `top`.
        top: Where it is mounted.
        durability: The owner's.
    """
    random_, ledger, feed = random.Random(seed), Ledger(), script(seed, EVENTS)
    root = top / f"{durability}-{seed}" / "state"

    def work(tell: Tell) -> None:
        owner = open_tracker(root, durability=durability, capacity=2, clock=lambda: NOW_MS)
        for number, event in enumerate(feed):
            tell(Told(number, list(owner.handle(event))))

    victim = Victim(work)
    victim.wait_for_word()
    told, _ = victim.heard(kill_after_s=random_.uniform(0, LONGEST_S))
    wrong = list(troubles(told))
    for one in told if not wrong else ():
        event = next(feed)
        ledger.begin(event)
        wrong += ledger.hear(event, one.effects)
    ledger.begin(next(feed))
    with mounted_copy(image) as copy:
        left = copy / root.relative_to(top)
        wrong += audit(left, ledger) + reopened(left, ledger)
        wrong += audit(left, ledger, is_swept=True)
    shutil.rmtree(root.parent)
    return wrong, ledger.effects


@contextmanager
def mounted_ext4() -> Iterator[tuple[Path, Path]]:
    """Mounts a new ext4; yields its image and where it is mounted.

    Raises:
        CannotCutError: If that can't be done here.
    """
    if os.geteuid() != 0:
        raise CannotCutError("only root can mount a file system")
    with scratch() as parent:
        image = Path(parent) / "image"
        with image.open("wb") as file:
            file.truncate(IMAGE_BYTES)
        _run("mkfs.ext4", "-q", "-F", str(image))
        with _mounted(image, Path(parent) / "top", f"commit={COMMIT_S}") as top:
            yield image, top


@contextmanager
def mounted_copy(image: Path) -> Iterator[Path]:
    """Copies an image as it is now and mounts the copy, which replays its journal."""
    with scratch() as parent:
        copy = Path(parent) / "image"
        shutil.copyfile(image, copy)
        with _mounted(copy, Path(parent) / "top") as top:
            yield top


@contextmanager
def _mounted(image: Path, at: Path, *options: str) -> Iterator[Path]:
    at.mkdir()
    _run("mount", "-t", "ext4", "-o", ",".join(("loop", *options)), str(image), str(at))
    try:
        yield at
    finally:
        _run("umount", str(at))


def _run(*command: str) -> None:
    try:
        subprocess.run(command, check=True, capture_output=True, text=True, timeout=30)
    except FileNotFoundError:
        raise CannotCutError(f"there is no {command[0]} here") from None
    except subprocess.CalledProcessError as error:
        raise CannotCutError(f"{command[0]} failed: {error.stderr.strip()}") from None


def replay(found: dict[str, Any]) -> list[str]:
    """Cuts once more where that can be done; at which instant is chance."""
    try:
        with mounted_ext4() as (image, top):
            return one_cut(found["seed"], image, top, "power")[0]
    except CannotCutError:
        return []
