"""A simulated gateway: a busy, plausible feed, the same for the same seed.

Sessions come, work in turns, fill their context and lose quality, edit files, fan out to other
sessions and are compacted. Some end; the others die without a word, as killed processes do. Work
goes to a few sessions at a time, and now and then to one that lay idle for long.

Pure: no clock, no disk.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from itertools import count
from random import Random
from typing import Final, Literal, NamedTuple

from console.simulate.words import (
    ANSWERED,
    ASKED,
    EDITS,
    OTHERS,
    session_id,
    subagent_id,
    working_set,
)
from tracker import Event, Message

HOT: Final = 8
"""How many sessions most of the work goes to."""

HOT_SHARE: Final = 0.85
PAUSE_S: Final = 15.0
"""The mean pause between two events of a session, where no rate is given."""

MESSAGES_KEPT: Final = 8


Hook = Literal[
    "agent_turn_prepare", "before_tool_call", "after_tool_call", "before_compaction", "session_end"
]


class Step(NamedTuple):
    """What a session does next: the fields of its event that are not common to all."""

    type: Hook
    tool: str | None = None
    file: str | None = None
    has_reading: bool = True


class _Session:
    """One simulated session: how full and how good its context is, and what was said in it."""

    def __init__(self, name: str, rng: Random, words: Random, *, dies: bool) -> None:
        self.name = name
        self.fill_pct = rng.uniform(2, 12)
        self.quality = rng.uniform(86, 98)
        self.spawned = 0
        self.now_ms = 0
        self.said: deque[Message] = deque(maxlen=MESSAGES_KEPT)
        self._rng = rng
        self._words = words
        self._files = working_set(rng)
        turns = max(1, round(rng.lognormvariate(2.2, 0.7)))
        self.steps = self._life(turns, dies=dies)

    def _life(self, turns: int, *, dies: bool) -> Iterator[Step]:
        rng = self._rng
        compacts_at_pct = rng.uniform(82, 96)
        for _ in range(turns):
            self._say("user", ASKED)
            yield Step("agent_turn_prepare", has_reading=rng.random() < 0.97)
            for _ in range(rng.randint(1, 5)):
                yield from self._use_a_tool()
            self._say("assistant", ANSWERED)
            if self.fill_pct > compacts_at_pct:
                yield Step("before_compaction")
                self.fill_pct = rng.uniform(14, 32)
                self.quality = min(self.quality + rng.uniform(0, 6), 95)
        if not dies:
            yield Step("session_end")

    def _use_a_tool(self) -> Iterator[Step]:
        rng = self._rng
        kind = rng.random()
        file = rng.choice(self._files)
        if kind < 0.04:
            yield Step("before_tool_call", "Task")
            self.spawned += rng.randint(1, 3)
            tool, touched, growth_pct = "Task", None, 4.0
        elif kind < 0.42:
            tool, touched, growth_pct = rng.choice(EDITS), file, 1.2
        else:
            tool = rng.choice(OTHERS)
            touched, growth_pct = (file, 2.4) if tool == "Read" else (None, 1.0)
            yield Step("before_tool_call", tool, touched)
        self.fill_pct = min(self.fill_pct + rng.expovariate(1 / growth_pct), 100)
        self.quality = max(self.quality - rng.expovariate(1 / 0.7), 12)
        yield Step("after_tool_call", tool, touched, has_reading=rng.random() < 0.95)

    def _say(self, role: str, sentences: tuple[str, ...]) -> None:
        text = self._words.choice(sentences).format(file=self._words.choice(self._files))
        self.said.append(Message(role, text, self.now_ms))


class _Gateway:
    """All live sessions, the one that was busy last at the end."""

    def __init__(self, seed: int, sessions: int, unclean_pct: float) -> None:
        self.rng = Random(f"holdfast {seed}")  # noqa: S311
        # What is said draws from its own source, so that it changes no event.
        self._words = Random(f"holdfast words {seed}")  # noqa: S311
        self._most = sessions
        self._unclean_pct = unclean_pct
        self._live: list[_Session] = []
        self._names: set[str] = set()

    def next_session(self) -> _Session:
        """Returns the session that does something next, perhaps a new one."""
        rng, live = self.rng, self._live
        if not live or (len(live) < self._most and rng.random() < 0.3):
            return self._start(session_id(rng))
        hot = min(HOT, len(live))
        is_hot = rng.random() < HOT_SHARE
        place = len(live) - 1 - rng.randrange(hot) if is_hot else rng.randrange(len(live))
        session = live.pop(place)
        live.append(session)
        return session

    def fan_out(self, parent: _Session) -> None:
        """Starts the sessions another one asked for, as far as there is room."""
        while parent.spawned and len(self._live) < self._most:
            parent.spawned -= 1
            self._start(subagent_id(self.rng, parent.name))
        parent.spawned = 0

    def drop(self, session: _Session) -> None:
        """Forgets a session that ended or died."""
        self._live.remove(session)
        self._names.discard(session.name)

    def _start(self, name: str) -> _Session:
        while name in self._names:
            name = session_id(self.rng)
        dies = self.rng.random() * 100 < self._unclean_pct
        session = _Session(name, self.rng, self._words, dies=dies)
        self._live.append(session)
        self._names.add(name)
        return session


def simulate_feed(
    *,
    seed: int,
    start_ms: int,
    sessions: int = 48,
    rate: float = 0.0,
    unclean_pct: float = 20.0,
    with_messages: bool = False,
) -> Iterator[Event]:
    """Yields the events of a busy gateway, without end.

    Args:
        seed: The same seed gives the same feed, whatever `with_messages`.
        start_ms: The time of the first event, Unix ms.
        sessions: The most sessions alive at once, at least 1.
        rate: Events a second of the feed's own time; 0 for as many as so many sessions make.
        unclean_pct: How many of a hundred sessions die without `session_end`.
        with_messages: Whether events carry the last messages of their session.
    """
    gateway = _Gateway(seed, sessions, unclean_pct)
    gap_s = 1 / rate if rate else PAUSE_S / sessions
    elapsed_s = 0.0
    for number in count():
        if number:
            elapsed_s += gateway.rng.expovariate(1 / gap_s)
        at_ms = start_ms + round(elapsed_s * 1000)
        step = None
        while step is None:
            session = gateway.next_session()
            session.now_ms = at_ms
            if (step := next(session.steps, None)) is None:
                gateway.drop(session)
        yield Event(
            step.type,
            session.name,
            at_ms,
            round(session.fill_pct, 2) if step.has_reading else None,
            round(session.quality) if step.has_reading else None,
            step.tool,
            step.file,
            tuple(session.said) if with_messages else (),
        )
        gateway.fan_out(session)
        if step.type == "session_end":
            gateway.drop(session)
