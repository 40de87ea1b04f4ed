"""What a drill comes to: one frozen value, per session and in total.

Source: DESIGN.md, section 9.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from enum import StrEnum
from typing import Literal

import msgspec

from tracker.sessions.statistics import Spread
from tracker.state import Difference

PlanName = Literal["restore", "wave", "invisibility"]
Where = Literal["scratch", "live"]

Progress = Callable[[int, int], bool]
"""Called with how much of how much is done; False stops the drill at the next good moment."""


class Ending(StrEnum):
    """How the drill of one session ended."""

    PASSED = "passed"
    FAILED = "failed"
    SKIPPED = "skipped"


class DrilledSession(msgspec.Struct, frozen=True):
    """One session of a drill.

    Every field is compared. The three counts say how many of them held something that could have
    been lost, so that a pass over empty sessions does not look like a proof.

    Attributes:
        session: The id; the folder's name where the id can't be told.
        ended: How its drill ended.
        durable: How many of its durable fields held something.
        guards: How many of its guards had fired.
        spilled: How many of its transient fields held something.
        differences: With `failed`: the fields that differ, as they were beside what came back.
        why: With `skipped` and `failed`: why, in words. With `passed`: what had to be mended first.
        load_ns: How long it took to load, nanoseconds; 0 where it was not loaded.
    """

    session: str
    ended: Ending
    durable: int = 0
    guards: int = 0
    spilled: int = 0
    differences: tuple[Difference, ...] = ()
    why: str = ""
    load_ns: int = 0


class Check(msgspec.Struct, frozen=True):
    """One thing that must hold of the drill as a whole.

    Attributes:
        name: What must hold, as a sentence.
        has_passed: Whether it does.
        why: Why not, in words.
    """

    name: str
    has_passed: bool
    why: str = ""


class Report(msgspec.Struct, frozen=True):
    """What one drill came to.

    Attributes:
        plan: `restore`, `wave` or `invisibility`.
        directory: The state directory it was about; empty for one of synthetic sessions.
        where: `scratch`: on a copy, or in a directory of its own; `live`: on the tracker itself.
        seed: The seed; the same seed does the same again.
        started_ms: When it began, Unix ms.
        duration_ms: How long it took.
        has_passed: Whether all of it was done, something was drilled, and nothing failed.
        was_stopped: Whether it was stopped before its end; the rest says what was done so far.
        passed: How many sessions passed.
        failed: How many failed.
        skipped: How many were skipped.
        load_time_ns: How long sessions took to load, nanoseconds.
        checks: What must hold of the whole.
        sessions: Each session; those that failed first, then those skipped, then the others.
    """

    plan: PlanName
    directory: str
    where: Where
    seed: int
    started_ms: int
    duration_ms: int
    has_passed: bool
    was_stopped: bool
    passed: int
    failed: int
    skipped: int
    load_time_ns: Spread
    checks: tuple[Check, ...]
    sessions: tuple[DrilledSession, ...]


class Draft:
    """A report in the making.

    Attributes:
        was_stopped: Whether the drill was stopped before its end.
    """

    def __init__(
        self,
        plan: PlanName,
        seed: int,
        now_ms: int,
        *,
        directory: str = "",
        where: Where = "scratch",
    ) -> None:
        self.was_stopped = False
        self._about = (plan, directory, where, seed, now_ms)
        self._started_s = time.monotonic()
        self._sessions: dict[str, DrilledSession] = {}
        self._checks: list[Check] = []
        self._load_ns: list[int] = []

    def add(self, session: DrilledSession) -> None:
        """Adds a session; one that failed once stays failed."""
        known = self._sessions.get(session.session)
        if known is None or known.ended is not Ending.FAILED:
            self._sessions[session.session] = session

    def skip(self, session: str, why: str) -> None:
        """Adds a session that is not drilled."""
        self.add(DrilledSession(session, Ending.SKIPPED, why=why))

    def fail(self, session: str, why: str) -> None:
        """Adds a session that failed without fields to show."""
        self.add(DrilledSession(session, Ending.FAILED, why=why))

    def has_failed(self, session: str) -> bool:
        """Whether a session has failed already."""
        known = self._sessions.get(session)
        return known is not None and known.ended is Ending.FAILED

    def check(self, name: str, why: str = "") -> None:
        """Adds what must hold of the whole; it does where there is no `why` against it."""
        self._checks.append(Check(name, not why, why))

    def loaded(self, load_ns: int) -> None:
        """Adds a load time."""
        self._load_ns.append(load_ns)

    def report(self) -> Report:
        """Returns the report of what was done so far."""
        plan, directory, where, seed, started_ms = self._about
        order = (Ending.FAILED, Ending.SKIPPED, Ending.PASSED)
        sessions = tuple(sorted(self._sessions.values(), key=lambda one: order.index(one.ended)))
        counts = {ending: sum(one.ended is ending for one in sessions) for ending in Ending}
        is_whole = not counts[Ending.FAILED] and all(one.has_passed for one in self._checks)
        return Report(
            plan=plan,
            directory=directory,
            where=where,
            seed=seed,
            started_ms=started_ms,
            duration_ms=round((time.monotonic() - self._started_s) * 1000),
            has_passed=is_whole
            and not self.was_stopped
            and bool(counts[Ending.PASSED] or not sessions),
            was_stopped=self.was_stopped,
            passed=counts[Ending.PASSED],
            failed=counts[Ending.FAILED],
            skipped=counts[Ending.SKIPPED],
            load_time_ns=spread_of(self._load_ns),
            checks=tuple(self._checks),
            sessions=sessions,
        )


def spread_of(values: Iterable[int]) -> Spread:
    """Returns how values are spread, over all of them."""
    ordered = sorted(values)
    if not ordered:
        return Spread()
    last = len(ordered) - 1
    return Spread(len(ordered), ordered[last // 2], ordered[last * 99 // 100], ordered[-1])
