"""`kill -9` while one event after another is handled.

A child handles a feed as fast as it can and tells each answer once `handle` has returned; it is
killed at any instant. A directory lives through several such lives, then all there is left to fire
is played to it.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import Any

from directories import scratch
from feeds import NOW_MS

from tracker import Durability, Event, open_tracker

from .audit import audit
from .ledger import Ledger, plays_on, reopened
from .result import RowResult, Stopwatch, base_seed, keep_found
from .script import EVENTS, script
from .victim import Tell, Told, Victim, troubles

LIVES = 5
"""How many kills one directory lives through."""

LONGEST_S = 0.012
"""The longest a child goes on after its first answer."""


def kills(quick: bool) -> RowResult:
    """The row: kills while one event after another is handled."""
    return killing("kills", 8 if quick else 200)


def killing(row: str, directories: int, **shape: Any) -> RowResult:
    """Lets directories live through kills; `shape` is what `script` takes."""
    watch, seed = Stopwatch(), base_seed()
    counts: Counter[str] = Counter()
    violations: list[str] = []
    for number in range(directories):
        wrong = lives(seed + number, counts, **shape)
        if wrong:
            keep_found(row, seed + number, {"seed": seed + number, "shape": shape}, wrong)
            violations += [f"seed {seed + number}: {one}" for one in wrong]
    figures = {
        what: counts[what]
        for what in ("kills", "effects told", "sessions", "temporary files left", "states behind")
    }
    return RowResult(row, figures, tuple(violations), watch.seconds, seed)


def lives(seed: int, counts: Counter[str], **shape: Any) -> list[str]:
    """Kills one directory's owner again and again; returns what was violated.

    Args:
        seed: Draws the feed, the delays, the durability and the capacity.
        counts: What is counted is added to it.
        shape: What `script` takes.
    """
    random_ = random.Random(seed)
    durability: Durability = random_.choice(("power", "process"))
    capacity = random_.randint(1, 4)
    ledger = Ledger()
    feed: Iterator[Event] = script(seed, EVENTS, **shape)
    wrong: list[str] = []
    with scratch() as parent:
        root = Path(parent) / "state"
        for _ in range(LIVES):
            # The fork has a feed of its own, which goes on from the same event.
            heard = _one_life(root, feed, durability, capacity, random_)
            counts["kills"] += 1
            wrong += troubles(heard)
            for told in heard:
                if told.trouble:
                    continue
                event = next(feed)
                ledger.begin(event)
                wrong += ledger.hear(event, told.effects)
            cut_off = next(feed)
            ledger.begin(cut_off)
            ledger.cut_off()
            if random_.random() < 0.5:  # It comes again, or was lost with the gateway.
                feed = chain([cut_off], feed)
            if root.exists():
                counts["temporary files left"] += len(list(root.rglob("*.tmp")))
                wrong += audit(root, ledger)
                wrong += reopened(root, ledger, read_only=True, counts=counts)
        counts["effects told"] += ledger.effects
        counts["sessions"] += len(ledger.sessions)
        wrong += reopened(root, ledger)
        wrong += plays_on(root, ledger)
        wrong += audit(root, ledger, is_swept=True)
    return wrong


def _one_life(
    root: Path,
    events: Iterator[Event],
    durability: Durability,
    capacity: int,
    random_: random.Random,
) -> list[Told]:
    def work(tell: Tell) -> None:
        owner = open_tracker(root, durability=durability, capacity=capacity, clock=lambda: NOW_MS)
        for number, event in enumerate(events):
            tell(Told(number, list(owner.handle(event))))

    victim = Victim(work)
    if random_.random() < 0.9:
        victim.wait_for_word()
        told, has_ended = victim.heard(kill_after_s=random_.uniform(0, LONGEST_S))
    else:
        told, has_ended = victim.heard(kill_after_s=random_.uniform(0, LONGEST_S / 4))
    if has_ended and not any(one.trouble for one in told):
        told.append(Told(-1, trouble="it came to the end of its feed before it was killed"))
    return told


def replay(found: dict[str, Any]) -> list[str]:
    """Lives a fixture's lives again; at which instant the kills come is chance."""
    return lives(found["seed"], Counter(), **found["shape"])
