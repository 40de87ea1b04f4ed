"""A folder in which everything is swapped for something hostile while it is used.

One process swaps, another reads and writes through owner, observer, survey and doctor, prunes, and
copies all of it for a drill. Nothing outside the state directory may be read, written or listed;
nothing secret may come back; nothing may hang.
"""

from __future__ import annotations

import os
import random
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

from directories import STATE, scratch
from feeds import NOW_MS, Clock, compact, edit, end, turn

from tracker import (
    DirectoryStore,
    HoldfastError,
    PluginLog,
    PrunePlan,
    SessionTracker,
    Survey,
    apply_prune,
    current_owner,
    diagnose,
    drill_restore,
    open_store,
    open_tracker,
    plan_prune,
)

from .child import Child
from .result import RowResult, Stopwatch, base_seed, keep_found
from .swaps import KINDS, LOCKS, NEED_ROOT, SECRET, SESSION, Ground, swap_for_ever

DEADLINE_S = 30.0
"""How much longer than it was given a run may take before it counts as hung."""

OPERATIONS = 10_000
"""How many operations each kind of swap is met by at least: a busy machine takes longer for it."""

COOLDOWNS_MS = 200_000
LATEST_MS = 253_402_300_799_999
"""The end of the year 9999, when everything is old enough to be pruned."""


def hostile(quick: bool) -> RowResult:
    """The row: every kind of swap."""
    return swapping(quick, KINDS)


def swapping(quick: bool, kinds: tuple[str, ...]) -> RowResult:
    """Uses a directory under some kinds of swap; those that need root are left out without it."""
    watch, seed = Stopwatch(), base_seed()
    counts: Counter[str] = Counter()
    violations: list[str] = []
    tried = [kind for kind in kinds if os.geteuid() == 0 or kind not in NEED_ROOT]
    seconds, least = (1.0, 0) if quick else (10.0, OPERATIONS)
    for number, kind in enumerate(tried):
        wrong = use_under(kind, seconds, seed + number, counts, least=least)
        if wrong:
            case = {"kind": kind, "seconds": seconds, "seed": seed + number}
            keep_found("hostile", seed + number, case, wrong)
            violations += [f"{kind}: {one}" for one in wrong]
        counts["kinds of swap"] += 1
    left_out = [kind for kind in kinds if kind not in tried]
    note = f"left out, for they need root: {', '.join(left_out)}" if left_out else ""
    return RowResult("hostile", dict(counts), tuple(violations), watch.seconds, seed, note)


def use_under(
    kind: str, seconds: float, seed: int, counts: Counter[str], *, least: int = 0
) -> list[str]:
    """Uses a directory while a child swaps; returns what escaped.

    Args:
        kind: What is swapped.
        seconds: For how long at least.
        seed: Draws both what is done and what is swapped.
        counts: What is counted is added to it.
        least: How many operations there are at least.
    """
    with scratch() as parent:
        ground = Ground(Path(parent))
        contents = ground.contents()
        for path in ground.outside.iterdir():
            os.utime(path, ns=(10**18, 10**18 + 10**9))
        os.utime(ground.outside, ns=(10**18, 10**18 + 10**9))
        before, read_at = ground.canaries(), ground.read_at()
        user = Child(lambda: use(ground.root, kind, seconds, seed, least), seconds + DEADLINE_S)
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


def use(root: Path, kind: str, seconds: float, seed: int, least: int) -> dict[str, Any]:
    """Reads and writes for so long and so often; returns what was counted and what went wrong."""
    random_ = random.Random(seed)
    until = time.monotonic() + seconds
    counts: Counter[str] = Counter()
    wrong: list[str] = []
    user = LockUser(root) if kind == LOCKS else User(root, random_)
    ways, weights = list(user.ways), list(user.ways.values())
    while time.monotonic() < until or counts["operations"] < least:
        (way,) = random_.choices(ways, weights)
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


Ways = dict[Callable[[], object], int]
"""What can be called, and how often each is; what comes back is looked through for the secret."""


class User:
    """Every way to read and write a directory.

    Attributes:
        ways: See Ways.
    """

    def __init__(self, root: Path, random_: random.Random) -> None:
        self._random = random_
        self._clock = Clock()
        self._path = root
        self._store = open_store(root, durability="process", clock=self._clock)
        self._owner = SessionTracker(self._store, clock=self._clock, capacity=2)
        self._observer = open_store(root, read_only=True, clock=self._clock)
        self._survey = Survey(self._observer.root)
        self.ways: Ways = {
            self.event: 40,
            self.come_back: 40,
            self.observe: 40,
            self.survey: 20,
            self.files: 20,
            self.doctor: 20,
            self.plan: 5,
            self.prune: 1,
            self.copy: 1,
        }

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
        return outcomes, self._owner.recall(SESSION)

    def observe(self) -> object:
        """Loads without owning."""
        return self._observer.load(SESSION)

    def survey(self) -> object:
        """Looks at all folders, and into the one."""
        return self._survey.sweep(), self._survey.summarize(SESSION)

    def files(self) -> object:
        """Lists the checkpoint files and reads three, and the record by the same way."""
        summary = self._survey.summarize(SESSION)
        files = self._survey.files(summary)
        self._tidy(len(files))
        came: list[object] = [files]
        for name in (*(file.filename for file in files[:3]), STATE):
            try:
                came.append(self._survey.text(summary, name))
            except HoldfastError as error:
                came.append(error)
        return came

    def doctor(self) -> object:
        """Lets the doctor look at all of it, and reads the plugin's log."""
        root = self._observer.root
        return diagnose(root, self._survey, NOW_MS), PluginLog(root).read()

    def plan(self) -> object:
        """Plans what would be pruned."""
        return self._planned(self._observer)

    def prune(self) -> object:
        """Deletes what a plan made a moment ago says."""
        self._owner.evict([SESSION])
        return apply_prune(self._store, self._planned(self._store), tracked=self._owner)

    def copy(self) -> object:
        """Copies all of it, and drills on the copy."""
        return drill_restore(self._path)

    def _planned(self, store: DirectoryStore) -> PrunePlan:
        return plan_prune(store.root, older_than_ms=1, now_ms=LATEST_MS)

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
        self.ways: Ways = {self.own: 1, self.ask: 1}

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
