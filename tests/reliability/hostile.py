"""A folder in which everything is swapped for something hostile while it is used.

One process swaps, another reads and writes through owner, observer, survey and doctor. Nothing
outside the state directory may be read, written or listed; nothing secret may come back; nothing
may hang.
"""

from __future__ import annotations

import os
import random
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

from directories import scratch
from feeds import NOW_MS, Clock, compact, edit, end, turn

from tracker import (
    HoldfastError,
    Survey,
    current_owner,
    diagnose,
    open_store,
    open_tracker,
)

from .child import Child
from .result import RowResult, Stopwatch, base_seed, keep_found
from .swaps import KINDS, LOCKS, NEED_ROOT, SECRET, SESSION, Ground, swap_for_ever

DEADLINE_S = 10.0
"""How much longer than it was given a run may take before it counts as hung."""

COOLDOWNS_MS = 200_000


def hostile(quick: bool) -> RowResult:
    """The row: every kind of swap."""
    return swapping(quick, KINDS)


def swapping(quick: bool, kinds: tuple[str, ...]) -> RowResult:
    """Uses a directory under some kinds of swap; those that need root are left out without it."""
    watch, seed = Stopwatch(), base_seed()
    counts: Counter[str] = Counter()
    violations: list[str] = []
    tried = [kind for kind in kinds if os.geteuid() == 0 or kind not in NEED_ROOT]
    seconds = 1.0 if quick else 10.0
    for number, kind in enumerate(tried):
        wrong = use_under(kind, seconds, seed + number, counts)
        if wrong:
            case = {"kind": kind, "seconds": seconds, "seed": seed + number}
            keep_found("hostile", seed + number, case, wrong)
            violations += [f"{kind}: {one}" for one in wrong]
        counts["kinds of swap"] += 1
    left_out = [kind for kind in kinds if kind not in tried]
    note = f"left out, for they need root: {', '.join(left_out)}" if left_out else ""
    return RowResult("hostile", dict(counts), tuple(violations), watch.seconds, seed, note)


def use_under(kind: str, seconds: float, seed: int, counts: Counter[str]) -> list[str]:
    """Uses a directory for some seconds while a child swaps; returns what escaped."""
    with scratch() as parent:
        ground = Ground(Path(parent))
        contents = ground.contents()
        for path in ground.outside.iterdir():
            os.utime(path, ns=(10**18, 10**18 + 10**9))
        os.utime(ground.outside, ns=(10**18, 10**18 + 10**9))
        before, read_at = ground.canaries(), ground.read_at()
        user = Child(lambda: use(ground.root, kind, seconds, seed), seconds + DEADLINE_S)
        swapper = Child(lambda: swap_for_ever(ground, kind, seed), seconds + 2 * DEADLINE_S)
        with user, swapper:
            came = user.finish()
            is_swapped = swapper.is_running()
        wrong = [] if is_swapped else ["the swaps ended early"]
        if came is None:
            wrong.append(f"hung: not back {DEADLINE_S:.0f} s after its time")
        else:
            wrong += came.pop("wrong")
            counts.update(came)
        after = ground.read_at()
        # Making copies for a stranger reads the canaries, so that these can't tell.
        if kind not in NEED_ROOT and after != read_at:
            wrong += [f"{name} was read" for name in after if after[name] != read_at.get(name)]
        if ground.canaries() != before or ground.contents() != contents:
            wrong.append(f"a canary was changed: {before} became {ground.canaries()}")
        return wrong


def use(root: Path, kind: str, seconds: float, seed: int) -> dict[str, Any]:
    """Reads and writes until the time is over; returns what was counted and what went wrong."""
    random_ = random.Random(seed)
    until = time.monotonic() + seconds
    counts: Counter[str] = Counter()
    wrong: list[str] = []
    user = LockUser(root) if kind == LOCKS else User(root, random_)
    while time.monotonic() < until:
        way = random_.choice(user.ways)
        counts["operations"] += 1
        try:
            came: object = way()
        except HoldfastError as error:
            counts["refused"] += 1
            came = error
        except Exception as error:  # noqa: BLE001 - a crash is what this looks for.
            wrong.append(f"{way.__name__} crashed: {type(error).__name__}: {error}")
            continue
        if SECRET in repr(came) and len(wrong) < 100:
            wrong.append(f"{way.__name__} gave away {repr(came)[:200]}")
    return {**counts, "wrong": wrong}


class User:
    """Every way to read and write a directory.

    Attributes:
        ways: What can be called; what comes back is looked through for the canary's secret.
    """

    def __init__(self, root: Path, random_: random.Random) -> None:
        self._random = random_
        self._clock = Clock()
        self._owner = open_tracker(root, durability="process", clock=self._clock, capacity=2)
        self._observer = open_store(root, read_only=True, clock=self._clock)
        self._survey = Survey(self._observer.root)
        self.ways: tuple[Callable[[], object], ...] = (
            self.event,
            self.event,
            self.come_back,
            self.come_back,
            self.observe,
            self.observe,
            self.survey,
            self.files,
            self.doctor,
        )

    def event(self) -> object:
        """Handles an event that mostly is a checkpoint."""
        self._clock.advance(COOLDOWNS_MS)
        now_ms = self._clock()
        make = self._random.choice((turn, edit, compact, compact, end))
        effects = self._owner.handle(make(SESSION, now_ms))
        if self._random.random() < 0.3:
            effects += self._owner.handle(turn(SESSION, now_ms, self._random.randint(0, 100)))
        return effects, self._owner.peek(SESSION)

    def come_back(self) -> object:
        """Evicts and loads again."""
        outcomes = self._owner.evict([SESSION])
        return outcomes, self._owner.touch(SESSION)

    def observe(self) -> object:
        """Loads without owning."""
        return self._observer.load(SESSION)

    def survey(self) -> object:
        """Looks at all folders, and into the one."""
        return self._survey.sweep(), self._survey.summarize(SESSION)

    def files(self) -> object:
        """Lists the checkpoint files and reads each, the newest five and what else is called so."""
        files = self._survey.files(self._survey.summarize(SESSION))
        self._tidy(len(files))
        came: list[object] = [files]
        for name in (*(file.filename for file in files[:3]), "policy-state.json"):
            try:
                came.append(self._survey.read_checkpoint(SESSION, name))
            except HoldfastError as error:
                came.append(error)
        return came

    def doctor(self) -> object:
        """Lets the doctor look at all of it."""
        return diagnose(self._observer.root, self._survey, NOW_MS), self._survey.plugin_log()

    def _tidy(self, files: int) -> None:
        """Removes checkpoint files once there are many, so that listing them stays cheap."""
        if files < 50:
            return
        folder = self._observer.root.open_folder(SESSION)
        if folder is None:
            return
        with folder:
            for name in sorted(name for name in folder.names() if name.endswith(".md"))[1:]:
                os.unlink(name, dir_fd=folder.fd)


class LockUser:
    """Every way to use the owner's lock."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._observer = open_store(root, read_only=True, clock=Clock())
        self.ways: tuple[Callable[[], object], ...] = (self.own, self.ask)

    def own(self) -> object:
        """Becomes the owner, and lets go."""
        with open_tracker(self._root, durability="process", clock=Clock(NOW_MS)) as owner:
            return len(owner)

    def ask(self) -> object:
        """Asks who owns it; the process a canary names is no answer."""
        owner = current_owner(self._observer.root)
        return SECRET if owner is not None and owner.since_ms == 7373 else owner


def replay(found: dict[str, Any]) -> list[str]:
    """Swaps for a second again; what is met is chance."""
    return use_under(found["kind"], 1.0, found["seed"], Counter())
