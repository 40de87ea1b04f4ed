"""Power cuts in long feeds: with a kill in each, and an owner that goes on over what a cut left."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

from directories import scratch
from faulty_os import KilledError
from feeds import NOW_MS

from tracker import Effect, Event, SessionTracker, open_store

from .audit import audit
from .crash import CrashState, materialise, one_crash
from .ledger import Ledger, plays_on, reopened
from .listing import left_out
from .recording import Recorder, Said, under_the_store
from .script import EVENTS, script


def feed_cut(seed: int, counts: Counter[str], *, samples: int = 12, cuts: int = 3) -> list[str]:
    """Records a feed with a kill in it, and opens some of the states that cuts in it may leave.

    Args:
        seed: Draws the feed, the kill and the cuts.
        counts: What is counted is added to it.
        samples: How many states of each recording are opened; the owner goes on over the last.
        cuts: How many times the power is cut.
    """
    random_ = random.Random(seed)
    feed = script(seed, EVENTS)
    told: list[Exchange] = []
    state: CrashState | None = None
    violations = []
    for _ in range(cuts):
        with scratch() as parent:
            top = Path(parent)
            if state is not None:
                materialise(state, top)
            recorder = Recorder(top)
            recorder.say(len(told), len(told))
            for kill_at in (random_.randint(0, 120), None):
                recorder.live(kill_at)
                _record(recorder, top, islice(feed, 25), told, random_.randint(1, 3))
        violations += _ledger(told, Said(len(told), len(told)))[1]
        for number in range(samples):
            state = one_crash(recorder, random_)
            counts["states drawn from feeds"] += 1
            ledger, _ = _ledger(told, state.said)
            with scratch() as parent:
                materialise(state, Path(parent))
                root = Path(parent) / "state"
                wrong = [*audit(root, ledger), *reopened(root, ledger)]
                wrong += plays_on(root, ledger) if number == 0 else []
                wrong += left_out(root, ledger)
                wrong += audit(root, ledger, is_swept=True)
            violations += [f"{state.where}: {one}" for one in wrong]
        if state is not None:
            told = _as_said(told, state.said)
    return violations


class Exchange(NamedTuple):
    """An event and what was answered; None where nobody was told."""

    event: Event
    effects: tuple[Effect, ...] | None


def _record(
    recorder: Recorder, top: Path, events: Iterator[Event], told: list[Exchange], capacity: int
) -> None:
    """Handles events until the recorder's kill, or to their end; adds all that is told."""
    with under_the_store(recorder), suppress(KilledError):
        store = open_store(top / "state", clock=lambda: NOW_MS)
        try:
            owner = SessionTracker(store, capacity=capacity, clock=lambda: NOW_MS)
            for event in events:
                told.append(Exchange(event, None))
                recorder.say(len(told), len(told) - 1)
                told[-1] = Exchange(event, owner.handle(event))
                recorder.say(len(told), len(told))
        finally:
            store.close()


def _as_said(told: list[Exchange], said: Said) -> list[Exchange]:
    """What of it the host knew at a point."""
    return [
        exchange if number < said.answered else Exchange(exchange.event, None)
        for number, exchange in enumerate(told[: said.begun])
    ]


def _ledger(told: list[Exchange], said: Said) -> tuple[Ledger, list[str]]:
    """What was promised at a point, and what had come again by then."""
    ledger, wrong = Ledger(), []
    for event, effects in _as_said(told, said):
        ledger.begin(event)
        if effects is not None:
            wrong += ledger.hear(event, effects)
    return ledger, wrong


def replay(found: dict[str, Any]) -> list[str]:
    """Cuts the power of a fixture's feed again."""
    return feed_cut(found["seed"], Counter())
