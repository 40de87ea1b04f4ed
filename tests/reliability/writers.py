"""Two writers of one session: an owner, and a process that writes as the original does.

In every round both capture bands of a new session at the same time, while the owner evicts it now
and then. What either of them captured is then asked of an observer, of the owner, and of the files.
"""

from __future__ import annotations

import json
import random
from collections import Counter
from pathlib import Path
from typing import Any

from directories import MANIFEST, STATE, scratch
from feeds import turn

from tracker import (
    DirectoryStore,
    Rules,
    SessionTracker,
    open_store,
    open_tracker,
    values_of,
    wall_clock_ms,
)

from .foreign import Foreign, pause
from .oracle import meaning_of
from .result import RowResult, Stopwatch, base_seed, keep_found

BANDS = tuple(range(5, 101, 5))
RULES = Rules(bands=BANDS, thresholds=(), checkpoint_cooldown_ms=0, evaluation_cooldown_ms=0)
EACH = 5
"""How many bands each of the two tries to capture in a round."""


def writers(quick: bool) -> RowResult:
    """The row: an owner and a foreign writer."""
    watch, seed = Stopwatch(), base_seed()
    counts: Counter[str] = Counter()
    violations: list[str] = []
    with scratch() as parent, Foreign() as foreign:
        root = Path(parent)
        owner = open_tracker(root, durability="process", rules=RULES)
        observer = open_store(root, read_only=True, clock=wall_clock_ms)
        try:
            for number in range(100 if quick else 1_000):
                wrong = round_of(root, owner, observer, foreign, seed + number, counts)
                if wrong:
                    keep_found("writers", seed + number, {"rounds": 200}, wrong)
                    violations += [f"round {seed + number}: {one}" for one in wrong]
        finally:
            observer.close()
            owner.close()
        failures = owner.statistics().load_failures
    counts["states caught up"] = failures.pop("behind", 0)
    counts["torn by the other and rebuilt"] = sum(failures.values())
    return RowResult("writers", dict(counts), tuple(violations), watch.seconds, seed)


def round_of(
    root: Path,
    owner: SessionTracker,
    observer: DirectoryStore,
    foreign: Foreign,
    seed: int,
    counts: Counter[str],
) -> list[str]:
    """Lets both write one session, and looks at what is left when both are done."""
    random_ = random.Random(seed)
    session = f"s-{seed}"
    folder = root / session
    foreign.begin(folder, random_.sample(BANDS, EACH), seed)
    captured = set()
    for _ in range(EACH):
        for effect in owner.handle(turn(session, wall_clock_ms(), random_.choice(BANDS), 100)):
            captured |= {effect.trigger} if effect.trigger else set()
        pause(random_)
        if random_.random() < 0.4:
            owner.evict([session])
            counts["evictions in between"] += 1
    theirs = {f"progressive-{band}" for band in foreign.finish()}
    counts["rounds"] += 1
    counts["bands captured by the owner"] += len(captured)
    counts["bands captured by the other"] += len(theirs)
    captured |= theirs
    wrong = _at_rest(folder, captured, counts)
    loaded = observer.load(session)
    wrong += lost("an observer", captured, loaded.state.bands if loaded else 0)
    owner.evict([session])
    wrong += lost("the owner", captured, owner.recall(session).bands)
    for band in BANDS:
        effects = owner.handle(turn(session, wall_clock_ms(), band, 100))
        again = {effect.trigger for effect in effects} & captured
        wrong += [f"{trigger} was captured again" for trigger in again]
    owner.release([session])
    return wrong


def lost(whom: str, captured: set[str], bands: int) -> list[str]:
    """Says which captured bands somebody does not know of."""
    known = {f"progressive-{band}" for band in values_of(bands)}
    return [f"{whom} lost {trigger}" for trigger in sorted(captured - known)]


def _at_rest(folder: Path, captured: set[str], counts: Counter[str]) -> list[str]:
    """Looks at the files when nobody writes: none may be corrupt, no line be missing."""
    wrong = []
    raw = (folder / STATE).read_bytes()
    if meaning_of(raw).kind == "bad":
        wrong.append(f"the state file is corrupt: {raw[:80]!r}")
    else:
        known = {f"progressive-{band}" for band in values_of(meaning_of(raw).state.bands)}
        counts["state files behind their manifest"] += not captured <= known
    listed = set()
    for line in (folder / MANIFEST).read_bytes().splitlines():
        try:
            values: dict[str, Any] = json.loads(line)
        except ValueError:
            wrong.append(f"a manifest line is corrupt: {line[:80]!r}")
            continue
        listed.add(values["trigger"])
        if not (folder / values["filename"]).exists():
            wrong.append(f"{values['filename']} is listed and missing")
    wrong += [f"{trigger} is not listed" for trigger in sorted(captured - listed)]
    return wrong


def replay(found: dict[str, Any]) -> list[str]:
    """Lets both write again for a while; how they meet is chance."""
    counts: Counter[str] = Counter()
    wrong: list[str] = []
    with scratch() as parent, Foreign() as foreign:
        owner = open_tracker(parent, durability="process", rules=RULES)
        observer = open_store(parent, read_only=True, clock=wall_clock_ms)
        for number in range(found["rounds"]):
            wrong += round_of(Path(parent), owner, observer, foreign, number, counts)
        observer.close()
        owner.close()
    return wrong
