"""Continuity and nudge: each fires at most once in a session's life, however often it comes back.

A life is ten evictions and ten restarts, every other one a kill, with turns in between each of
which would let both fire, had they not.
"""

from __future__ import annotations

import random
from collections import Counter
from pathlib import Path
from typing import Any

from directories import scratch
from feeds import NOW_MS, TWINS, Clock, compact, edit, turn

from tracker import Event, SessionTracker, open_store, open_tracker

from .result import RowResult, Stopwatch, base_seed, keep_found
from .victim import Tell, Told, Victim, troubles

EVICTIONS = RESTARTS = 10
SESSIONS = TWINS[:4]
KILLED_AFTER_S = 0.004


def guards(quick: bool) -> RowResult:
    """The row: guards over evictions, restarts and kills."""
    watch, seed = Stopwatch(), base_seed()
    counts: Counter[str] = Counter()
    violations: list[str] = []
    for way, lives, number in ((life, 20, 400), (killed_life, 3, 40)):
        for each in range(lives if quick else number):
            wrong = way(seed + each, counts)
            if wrong:
                keep_found("guards", seed + each, {"way": way.__name__, "seed": seed + each}, wrong)
                violations += [f"{way.__name__} {seed + each}: {one}" for one in wrong]
    return RowResult("guards", dict(counts), tuple(violations), watch.seconds, seed)


def life(seed: int, counts: Counter[str]) -> list[str]:
    """Evicts and restarts, cleanly and by dropping all that is in memory; returns what repeated."""
    random_ = random.Random(seed)
    clock = Clock()
    spill = random_.random() < 0.7
    capacity = random_.randint(1, 4)
    fired: Counter[tuple[str, str]] = Counter()
    turns: Counter[str] = Counter()
    what = ["evict"] * EVICTIONS + ["restart", "kill"] * (RESTARTS // 2)
    random_.shuffle(what)
    with scratch() as parent:
        tracker = None
        for happening in (*what, "restart"):
            if tracker is None:
                store = open_store(parent, durability="process", clock=clock)
                tracker = SessionTracker(store, capacity=capacity, spill=spill, clock=clock)
            for event in _events(random_, clock):
                turns[event.session] += event.type == "agent_turn_prepare"
                for effect in tracker.handle(event):
                    if effect.trigger is None:
                        fired[event.session, effect.effect] += 1
            if happening == "evict":
                counts["evictions"] += sum(one.is_done for one in tracker.evict(SESSIONS))
            elif happening == "restart":
                tracker.close()
                tracker = None
                counts["clean restarts"] += 1
            else:
                store.close()  # All that was in memory is gone; the kernel gives the lock back.
                tracker = None
                counts["kills in between"] += 1
    counts["guards fired"] += sum(fired.values())
    counts["lives"] += 1
    return _repeated(fired, turns)


def killed_life(seed: int, counts: Counter[str]) -> list[str]:
    """Restarts after `kill -9` of the process that owns it; returns what repeated."""
    random_ = random.Random(seed)
    clock = Clock()
    fired: Counter[tuple[str, str]] = Counter()
    wrong: list[str] = []
    with scratch() as parent:
        root = Path(parent) / "state"
        for _ in range(RESTARTS):
            events = [event for _ in range(40) for event in _events(random_, clock)]
            now_ms = clock()

            def work(tell: Tell, events: list[Event] = events, now_ms: int = now_ms) -> None:
                owner = open_tracker(root, durability="process", capacity=2, clock=lambda: now_ms)
                for number, event in enumerate(events):
                    tell(Told(number, list(owner.handle(event))))

            victim = Victim(work)
            victim.wait_for_word()
            told, _ = victim.heard(kill_after_s=random_.uniform(0, KILLED_AFTER_S))
            wrong += troubles(told)
            for one in told:
                for effect in one.effects:
                    if effect.trigger is None:
                        fired[effect.session, effect.effect] += 1
            counts["kills by signal"] += 1
    counts["guards fired"] += sum(fired.values())
    counts["lives"] += 1
    return wrong + _repeated(fired, Counter())


def _repeated(fired: Counter[tuple[str, str]], turns: Counter[str]) -> list[str]:
    wrong = [
        f"{session!r}: {guard} fired {times} times"
        for (session, guard), times in fired.items()
        if times > 1
    ]
    missing = [name for name in turns if turns[name] and not fired[name, "continuity"]]
    return wrong + [f"{name!r}: continuity never fired" for name in missing]


def _events(random_: random.Random, clock: Clock) -> list[Event]:
    """A few turns, edits and compactions, in which every turn is worth both messages."""
    events = []
    for _ in range(random_.randint(1, 6)):
        clock.advance(random_.choice((1, 31_000, 91_000)))
        session = random_.choice(SESSIONS)
        chance = random_.random()
        if chance < 0.7:
            low = random_.choice((10, 39, 55, 69))
            fill = random_.choice((None, 50, 66, 99))
            events.append(turn(session, clock(), fill, low))
        elif chance < 0.9:
            events.append(edit(session, clock(), f"{clock()}.py"))
        else:
            events.append(compact(session, clock(), f"at {clock()}"))
    assert clock() > NOW_MS
    return events


def replay(found: dict[str, Any]) -> list[str]:
    """Lives a fixture's life again."""
    way = {"life": life, "killed_life": killed_life}[found["way"]]
    return way(found["seed"], Counter())
