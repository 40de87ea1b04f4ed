"""A reader of a live writer: whatever instant it looks at, it sees one whole state or another.

A child owns the directory, so small that every event evicts and spills a session. The state of
each session says of itself whether it is whole: so many writes, so many files, by number.
"""

from __future__ import annotations

import random
import re
from collections import Counter
from itertools import count
from pathlib import Path
from typing import Any

from directories import scratch
from feeds import NOW_MS, Clock, compact, edit, end, turn

from tracker import (
    DirectoryStore,
    FolderSummary,
    SessionState,
    Survey,
    open_store,
    open_tracker,
)

from .child import Child
from .result import RowResult, Stopwatch, base_seed, keep_found

SESSIONS = tuple(f"s-{number}" for number in range(6))
PASSING = "passing"
"""A session that ends before it captured anything, so that its folder comes and goes."""

WHOLE = re.compile(
    r"# Session Checkpoint \(v2\)\n> Captured at \S+\n> Session: s-\d\n(?:> [^\n]+\n)+\n"
    r"## Recent Messages\n\n"
    r"(?:### User\n\n(?:first|text \d+)|_No messages were available\._)\n"
)
"""A checkpoint file that was written to its end."""

FILES = 40
DEADLINE_S = 240.0
READS_A_WRITE = 50
"""Reading goes on until a write in so many reads was seen: a busy machine may let it wait first."""


def readers(quick: bool) -> RowResult:
    """The row: reads of sessions while their owner writes them."""
    watch, seed = Stopwatch(), base_seed()
    counts: Counter[str] = Counter()
    violations = read_beside(5_000 if quick else 100_000, seed, counts)
    if violations:
        keep_found("readers", seed, {"reads": 20_000, "seed": seed}, violations)
    return RowResult("readers", dict(counts), tuple(violations), watch.seconds, seed)


def read_beside(reads: int, seed: int, counts: Counter[str]) -> list[str]:
    """Reads so many times while a child writes; returns what was wrong with what was seen."""
    wrong = []
    with scratch() as parent:
        root = Path(parent) / "state"
        with open_tracker(root, durability="process", clock=Clock(), capacity=2) as owner:
            for session in SESSIONS:
                owner.handle(compact(session, NOW_MS, "first"))
        with Child(lambda: write(root, seed), DEADLINE_S) as writer:
            reader = Reader(root, seed)
            for number in range(reads):
                wrong += [f"read {number}: {one}" for one in reader.read(counts)]
            while sum(reader.seqs.values()) < reads // READS_A_WRITE and writer.is_running():
                wrong += [f"read at last: {one}" for one in reader.read(counts)]
            reader.close()
            if not writer.is_running():
                wrong.append("the writer ended early")
    counts["writes meanwhile"] = sum(reader.seqs.values())
    return wrong


def write(root: Path, seed: int) -> None:
    """Owns the directory and never stops."""
    random_ = random.Random(seed)
    clock = Clock()
    owner = open_tracker(root, durability="process", clock=clock, capacity=2)
    writes = Counter[str]()
    for number in count():
        clock.advance(2_000)
        session = random_.choice(SESSIONS)
        chance = random_.random()
        if chance < 0.004:
            owner.handle(compact(session, clock(), f"text {number}"))
        elif chance < 0.3:
            owner.handle(turn(PASSING, clock()))
            owner.handle(end(PASSING, clock()))
        else:
            # An edit batch comes now and then, when the reading comes with the write.
            file = f"{writes[session]}" if writes[session] < FILES else None
            fill = 0 if random_.random() < 0.1 else None
            owner.handle(edit(session, clock(), file, fill))
            writes[session] += 1


class Reader:
    """Reads in every way there is, and remembers what it saw last.

    Attributes:
        seqs: The latest sequence number seen of each session.
    """

    def __init__(self, root: Path, seed: int) -> None:
        self.seqs: Counter[str] = Counter()
        self._store: DirectoryStore = open_store(root, read_only=True, clock=Clock())
        self._survey = Survey(self._store.root)
        self._random = random.Random(seed)
        self._seen: dict[str, SessionState] = {}

    def close(self) -> None:
        self._store.close()

    def read(self, counts: Counter[str]) -> list[str]:
        """Reads one session in some way; returns what was wrong with what it saw."""
        session = self._random.choice((*SESSIONS, PASSING))
        way = self._random.choices(("load", "survey", "files"), weights=(14, 5, 1))[0]
        counts[f"reads by {way}"] += 1
        if way == "load":
            loaded = self._store.load(session)
            if loaded is None:
                return self._missing(session)
            wrong = self._trouble(loaded.trouble, loaded.why, counts)
            return wrong + self._judge(session, loaded.state, loaded.seq)
        summary = self._survey.summarize(session)
        wrong = self._trouble(summary.trouble, summary.why, counts)
        if summary.state is None:
            return wrong + self._missing(session)
        wrong += self._judge(session, summary.state, summary.seq)
        return wrong + (self._files(summary) if way == "files" else [])

    def _trouble(self, trouble: str, why: str, counts: Counter[str]) -> list[str]:
        counts["caught between manifest and state"] += trouble == "behind"
        return [] if trouble in ("", "behind") else [f"a false {trouble!r}: {why}"]

    def _missing(self, session: str) -> list[str]:
        return [] if session == PASSING else [f"{session} read as empty"]

    def _judge(self, session: str, state: SessionState, seq: int) -> list[str]:
        if session == PASSING:
            return []
        before = self._seen.get(session, state)
        wrong = [
            f"{session}: {name} went back"
            for name in ("edit_writes", "last_checkpoint_ms", "marker_writes", "marker_files")
            if getattr(state, name) < getattr(before, name)
        ]
        files = tuple(str(number) for number in range(min(state.edit_writes, FILES)))
        if state.edited_files != files:
            wrong.append(f"{session} torn: {state.edit_writes} writes of {state.edited_files}")
        if seq < self.seqs[session]:
            wrong.append(f"{session}: the sequence number went back")
        self._seen[session] = state
        self.seqs[session] = seq
        return wrong

    def _files(self, summary: FolderSummary) -> list[str]:
        wrong = []
        for file in self._survey.files(summary):
            if file.status not in ("listed", "orphan"):
                wrong.append(f"{file.filename} is {file.status}: {file.why}")
                continue
            text = self._survey.text(summary, file.filename).text
            if not WHOLE.fullmatch(text):
                wrong.append(f"{file.filename} torn: {text!r:.300}")
        return wrong


def replay(found: dict[str, Any]) -> list[str]:
    """Reads again for a while; what is met is chance."""
    return read_beside(found["reads"], found["seed"], Counter())
