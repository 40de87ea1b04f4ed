"""Clocks that step, and stamps from the future: no session is silenced for longer than a cooldown.

The law, for any stretch in which time goes on as it should and something is always due: it is
captured at the latest one evaluation cooldown and one checkpoint cooldown after the stretch began,
whatever the clock, the state file, the manifest or another writer said before. And while time goes
on as it should, two captures are never closer than the cooldown, unless another writer's stamp from
the future was united with.
"""

from __future__ import annotations

import json
import random
from collections import Counter
from itertools import pairwise
from pathlib import Path
from typing import Any

from directories import (
    STATE,
    nine_fields,
    scratch,
    write_checkpoint,
    write_state,
)
from feeds import NOW_MS, Clock

from tracker import Event, Rules, SessionTracker, open_tracker, values_of

from .oracle import seal
from .result import RowResult, Stopwatch, base_seed, keep_found

SESSION = "s-1"
RULES = Rules(bands=tuple(range(101)), thresholds=())
"""More bands than any walk captures, so that one is always due."""

COOLDOWN_MS = RULES.checkpoint_cooldown_ms
LATEST_MS = 253_402_300_799_999
HOUR_MS, DAY_MS = 3_600_000, 86_400_000
YEAR_MS = 365 * DAY_MS

JUMPS_MS = (1, 29_999, 30_000, 89_999, 90_000, HOUR_MS, 2 * HOUR_MS, DAY_MS, YEAR_MS, 50 * YEAR_MS)
PLACES_MS = (0, 1, NOW_MS, LATEST_MS - 2 * HOUR_MS)
STEPS_MS = (1_000, 5_000, 7_919, 29_999, 45_000)

STAMPS: dict[str, str] = {
    "never": "0",
    "just now": f"{NOW_MS}",
    "a second ahead": f"{NOW_MS + 1_000}",
    "half a cooldown ahead": f"{NOW_MS + COOLDOWN_MS // 2}",
    "two hours ahead": f"{NOW_MS + 2 * HOUR_MS}",
    "a year ahead": f"{NOW_MS + YEAR_MS}",
    "the end of the year 9999": f"{LATEST_MS}",
    "past every calendar": f"{2**53}",
    "past 2^53": f"{2**53 + 1}",
    "1e308": "1e308",
    "1e400": "1e400",
    "before 1970": "-1",
    "the beginning of 1970": "1",
    "a fraction": "0.5",
    "text": '"2027-11-21T23:00:35.418Z"',
    "null": "null",
}
"""What a state file says of a time, as JSON."""

CREATED = (
    "2126-11-21T23:00:35.418Z",
    "9999-12-31T23:59:59.999Z",
    "+275760-09-13T00:00:00.000Z",
    "0001-01-01T00:00:00.000+23:59",
    "1969-12-31T23:59:59.999Z",
    "never",
)
"""What a manifest line says of its time."""


def clocks(quick: bool) -> RowResult:
    """The row: stamps in state files and manifests, and random walks of the clock."""
    watch, seed = Stopwatch(), base_seed()
    counts: Counter[str] = Counter()
    violations = stamped(counts)
    for number in range(30 if quick else 600):
        wrong = walk(seed + number, counts)
        if wrong:
            keep_found("clocks", seed + number, {"seed": seed + number}, wrong)
            violations += [f"walk {seed + number}: {one}" for one in wrong]
    return RowResult("clocks", dict(counts), tuple(violations), watch.seconds, seed)


def stamped(counts: Counter[str]) -> list[str]:
    """Opens state files and manifests with every stamp, and lets time go on from there."""
    wrong = []
    for name, stamp in STAMPS.items():
        for field in ("lastCheckpointAt", "lastEvaluatedAt"):
            for is_ours in (False, True):
                raw = _state_file(field, stamp, is_ours=is_ours)
                with scratch() as parent:
                    folder = Path(parent) / SESSION
                    folder.mkdir()
                    (folder / STATE).write_bytes(raw)
                    counts["stamps in state files"] += 1
                    wrong += [f"{field} {name}: {one}" for one in _goes_on(Path(parent))]
    for created in CREATED:
        for has_state in (False, True):
            with scratch() as parent:
                folder = Path(parent) / SESSION
                write_checkpoint(folder, "progressive-3", LATEST_MS)
                manifest = folder / "manifest.jsonl"
                line = {**json.loads(manifest.read_bytes()), "createdAt": created}
                manifest.write_text(json.dumps(line) + "\n")
                if has_state:
                    write_state(folder, nine_fields(capturedFillBands=[3]))
                counts["stamps in manifests"] += 1
                wrong += [f"manifest {created}: {one}" for one in _goes_on(Path(parent))]
    return wrong


def walk(seed: int, counts: Counter[str]) -> list[str]:
    """Lets a session live through jumps of the clock, evictions, restarts and another writer."""
    random_ = random.Random(seed)
    clock = Clock()
    wrong: list[str] = []
    has_other = random_.random() < 0.5
    with scratch() as parent:
        root = Path(parent)
        owner = _open(root, clock)
        try:
            for _ in range(20):
                clock.now_ms = _jumped(clock.now_ms, random_)
                chance = random_.random()
                if chance < 0.3:
                    owner.close()
                    owner = _open(root, clock)
                elif chance < 0.6:
                    owner.evict([SESSION])
                elif chance < 0.8 and has_other:
                    _writes_a_stamp(root, random_.choice(list(STAMPS.values())))
                step_ms = random_.choice(STEPS_MS)
                wrong += _stretch(owner, clock, step_ms, random_, may_be_close=has_other)
                counts["stretches after a jump"] += 1
        finally:
            owner.close()
    counts["walks"] += 1
    return wrong


def _stretch(
    owner: SessionTracker,
    clock: Clock,
    step_ms: int,
    random_: random.Random,
    *,
    may_be_close: bool = False,
) -> list[str]:
    """Lets time go on; returns how it was broken, should the law be."""
    began_ms = clock()
    latest_ms = RULES.evaluation_cooldown_ms + COOLDOWN_MS + 2 * step_ms
    captured_ms: list[int] = []
    while clock() - began_ms <= 3 * latest_ms:
        # At some times as the feed tells them, at others by the tracker's own clock.
        at_ms = clock() if random_.random() < 0.5 else None
        tool = random_.choice((None, "Edit", "Read"))
        kind = "after_tool_call" if tool else "agent_turn_prepare"
        event = Event(kind, SESSION, at_ms, 100, 100, tool, "a.py")  # type: ignore[arg-type]
        if any(effect.trigger for effect in owner.handle(event)):
            captured_ms.append(clock())
            if len(captured_ms) == 3:
                break
        clock.advance(step_ms)
    wrong = []
    for before_ms, at_ms in pairwise((began_ms, *captured_ms)):
        if at_ms - before_ms > latest_ms:
            wrong.append(f"silenced for {at_ms - before_ms} ms from {before_ms}")
    for before_ms, at_ms in pairwise(captured_ms):
        # A capture in the first millisecond of 1970 is none that a cooldown follows.
        if before_ms and at_ms - before_ms < COOLDOWN_MS and not may_be_close:
            wrong.append(f"two captures {at_ms - before_ms} ms apart")
    if len(captured_ms) < 3:
        wrong.append(f"only {len(captured_ms)} captures in {clock() - began_ms} ms")
    return wrong


def _goes_on(root: Path) -> list[str]:
    """Opens a directory now, and again later, and lets time go on each time."""
    clock, random_ = Clock(), random.Random(0)
    wrong = []
    for step_ms in (1_000, 29_000):
        with _open(root, clock) as owner:
            known = values_of(owner.recall(SESSION).bands)
            wrong += _stretch(owner, clock, step_ms, random_, may_be_close=True)
            if not set(known) <= set(values_of(owner.recall(SESSION).bands)):
                wrong.append(f"forgot some of {known}")
    return wrong


def _open(root: Path, clock: Clock) -> SessionTracker:
    return open_tracker(root, durability="process", clock=clock, rules=RULES, capacity=2)


def _jumped(now_ms: int, random_: random.Random) -> int:
    if random_.random() < 0.2:
        return random_.choice(PLACES_MS)
    jump_ms = random_.choice(JUMPS_MS) * random_.choice((1, -1))
    return min(max(now_ms + jump_ms, 0), LATEST_MS - 2 * HOUR_MS)


def _writes_a_stamp(root: Path, stamp: str) -> None:
    """Puts a stamp into the state file as it stands, without the key of Holdfast's."""
    path = root / SESSION / STATE
    if path.exists():
        values = json.loads(path.read_bytes())
        fields = {name: values[name] for name in nine_fields()}
        raw = json.dumps({**fields, "lastCheckpointAt": 123454321})
        path.write_text(raw.replace("123454321", stamp))


def _state_file(field: str, stamp: str, *, is_ours: bool) -> bytes:
    fields: dict[str, Any] = nine_fields(**{field: 123454321}, capturedFillBands=[3])
    if is_ours:
        part = {"format": 1, "id": SESSION, "seq": 1, "manifestBytes": 0, "live": {}}
        fields["holdfast"] = {**part, "sha256": "0" * 64}
    return seal(json.dumps(fields, indent=2).replace("123454321", stamp).encode())


def replay(found: dict[str, Any]) -> list[str]:
    """Walks a fixture's walk again."""
    return walk(found["seed"], Counter())
