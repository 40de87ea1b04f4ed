"""The n-th file operation fails: once, for good, or for good where such an error would come.

A life of an owner is played with every operation failing in turn. Whatever fails, the caller gets
an error that says so, memory is as it was, and the same call, once the fault is gone, comes to what
it would have come to.

Source: DESIGN.md, section 4, rule 4, and section 5.
"""

from __future__ import annotations

import errno
import os
from collections import Counter
from collections.abc import Callable, Sequence
from itertools import count, product
from pathlib import Path
from typing import Any, NamedTuple

from directories import scratch
from feeds import MINUTE_MS, NOW_MS, compact, edit, end, turn

from tracker import (
    Event,
    HoldfastError,
    Outcome,
    SessionState,
    SessionTracker,
    StoreError,
    open_tracker,
)

from .audit import audit, listed
from .faults import CODES, LASTING, ONCE, Fault, open_descriptors, struck_by
from .inherited import ADOPTED, TORN, but_for_the_torn, expect, is_kept, lay
from .ledger import Ledger, reopened
from .result import RowResult, Stopwatch, keep_found

ID, OTHER, THIRD = ADOPTED, TORN, "third"
OPEN, CLOSE = ("open", ""), ("close", "")
ATTEMPTS = 4
"""How often a step is tried; before the last time the fault is gone."""

Step = Event | tuple[str, str]
"""An event, or what is done by hand and to which session."""

STEPS: tuple[Step, ...] = (
    OPEN,
    turn(ID, NOW_MS),
    turn(ID, NOW_MS + MINUTE_MS, 20, 75),
    edit(ID, NOW_MS + 2 * MINUTE_MS, "a.py"),
    turn(ID, NOW_MS + 4 * MINUTE_MS, 65, 40),
    turn(OTHER, NOW_MS + 5 * MINUTE_MS, 35, 90),
    ("evict", ID),
    edit(ID, NOW_MS + 6 * MINUTE_MS, "b.py"),
    ("evict", ID),
    ("rehydrate", ID),
    compact(ID, NOW_MS + 7 * MINUTE_MS, "a long text"),
    turn(THIRD, NOW_MS + 8 * MINUTE_MS),
    end(THIRD, NOW_MS + 9 * MINUTE_MS),
    edit(OTHER, NOW_MS + 9 * MINUTE_MS, "c.py"),
    Event("session_end", ID, NOW_MS + 10 * MINUTE_MS, 80, 90),
    CLOSE,
)
"""A new session, a guard, checkpoints, spills, rehydrations, releases, and a clean end."""


class Life(NamedTuple):
    """What a life came to: the answers of its steps, and what it left of each session."""

    answers: list[object]
    states: dict[str, SessionState]
    triggers: dict[str, list[str]]


BEGINNINGS = ((4, False), (1, False), (4, True))
"""How lives begin: the tracker's capacity, and whether the directory holds what others left."""


def operations(quick: bool) -> RowResult:
    """The row: every operation fails in turn."""
    return failing_from(quick, BEGINNINGS)


def failing_from(quick: bool, beginnings: Sequence[tuple[int, bool]]) -> RowResult:
    """Lets every operation fail in turn, in lives that begin in some ways."""
    watch, counts = Stopwatch(), Counter[str]()
    violations: list[str] = []
    stride = 29 if quick else 1
    for capacity, inherits in beginnings:
        for number, (code, lasting) in enumerate(product(CODES, LASTING)):
            for nth in count(number * 5 % stride, stride):
                case = {"nth": nth, "code": code, "lasting": lasting}
                case |= {"capacity": capacity, "inherits": inherits}
                wrong, has_struck = failing(**case, counts=counts)  # type: ignore[arg-type]
                if not has_struck:
                    break
                counts["lives"] += 1
                if wrong and not violations:
                    keep_found("operations", nth, case, wrong)
                violations += [f"{case}, {errno.errorcode[code]}: {one}" for one in wrong]
                counts["operations"] = max(counts["operations"], nth + 1)
    return RowResult("operations", dict(counts), tuple(violations), watch.seconds)


def failing(
    nth: int,
    code: int,
    lasting: str,
    capacity: int,
    counts: Counter[str],
    *,
    inherits: bool = False,
) -> tuple[list[str], bool]:
    """Lives a life in which the `nth` operation fails; returns what was violated, and if it came.

    Args:
        nth: Which operation, from 0.
        code: What it fails with.
        lasting: How long.
        capacity: The tracker's.
        counts: What is counted is added to it.
        inherits: Whether the directory holds what others left, one torn record among it.
    """
    fault, wrong, ledger = Fault(nth, code, lasting), [], Ledger()
    descriptors = open_descriptors()
    with scratch() as parent:
        root = Path(parent) / "state"
        torn = lay(root) if inherits else None
        if inherits:
            expect(ledger)
        owner: SessionTracker | None = None
        answers: list[object] = []
        errors = 0
        closed_badly = False
        with struck_by(fault):
            for step in STEPS:
                if isinstance(step, Event):
                    ledger.begin(step)
                strikes = fault.strikes
                for attempt in range(ATTEMPTS):
                    if attempt == ATTEMPTS - 1:
                        fault.is_on = False
                    try:
                        owner, answer, more = _take(step, owner, root, capacity, parent)
                    except _FailedError as failed:
                        errors += 1
                        closed_badly = closed_badly or step == CLOSE
                        more = [*failed.wrong, *_told_cause(code, failed)]
                        more += _kept(root, ledger, fault, torn) if attempt == 0 else []
                        wrong += [f"{step} failed: {one}" for one in more]
                        continue
                    wrong += [f"{step}: {one}" for one in more]
                    answers.append(answer)
                    break
                else:
                    wrong.append(f"{step}: never worked again")
                    return wrong, True
                if isinstance(step, Event):
                    wrong += ledger.hear(step, answer)  # type: ignore[arg-type]
                if fault.strikes > strikes:
                    more = _kept(root, ledger, fault, torn)
                    wrong += [f"after {step}: {one}" for one in more]
        if lasting == ONCE and errors > 1:
            wrong.append(f"one failing operation came to {errors} errors")
        if (left := open_descriptors()) != descriptors:
            wrong.append(f"{left - descriptors} descriptors leaked")
        counts["errors"] += errors
        healthy = _healthy(capacity, inherits=inherits)
        if answers != healthy.answers:
            wrong.append(f"answers differ from a life without a fault: {answers}")
        wrong += reopened(root, ledger)
        wrong += audit(root, ledger, is_swept=True)
        if torn is not None and not is_kept(root, torn):
            wrong.append("the torn record was not kept")
        life = _left(root, answers)
        if life.triggers != healthy.triggers:
            wrong.append(f"the manifests differ: {life.triggers}")
        if not closed_badly and life.states != healthy.states:
            wrong.append(f"the states differ: {life.states}")
    return wrong, bool(fault.strikes)


def _kept(root: Path, ledger: Ledger, fault: Fault, torn: bytes | None) -> list[str]:
    """Says what the disk no longer holds right now, while memory still may."""
    if not root.exists() or not fault.strikes:
        return []
    with fault.paused():
        wrong = [*audit(root, ledger), *reopened(root, ledger, read_only=True)]
    return wrong if torn is None else but_for_the_torn(wrong, root, torn)


class _FailedError(Exception):
    """A step failed as it should, or nearly; carries its message and what was wrong about it."""

    def __init__(self, message: str, wrong: list[str]) -> None:
        super().__init__(message)
        self.wrong = wrong


def _told_cause(code: int, failed: _FailedError) -> list[str]:
    cause = os.strerror(code)
    return [] if cause in str(failed) else [f"{str(failed)!r} doesn't say {cause!r}"]


def _take(
    step: Step, owner: SessionTracker | None, root: Path, capacity: int, parent: str
) -> tuple[SessionTracker | None, object, list[str]]:
    """Takes one step; returns the owner, the answer, and what was wrong although it worked."""
    memory = () if owner is None else owner.sessions()
    descriptors, wrong = open_descriptors(), []
    try:
        answer: object = None
        if isinstance(step, Event):
            assert owner is not None
            answer = owner.handle(step)
        elif step == OPEN:
            owner = open_tracker(root, capacity=capacity, clock=lambda: NOW_MS)
        elif step == CLOSE:
            assert owner is not None
            owner.close()
        else:
            act: Callable[..., tuple[Outcome, ...]] = getattr(owner, step[0])
            (outcome,) = act([step[1]])
            if not outcome.is_done and "already" not in outcome.why and "not in" not in outcome.why:
                raise StoreError(outcome.why, str(root))
            answer = "it is where it should be"
    except StoreError as error:
        message = str(error)
        if "\n" in message or parent not in message or not error.path.startswith(parent):
            wrong.append(f"an error that isn't clear: {message!r}, {error.path!r}")
        if owner is not None and step != CLOSE and owner.sessions() != memory:
            wrong.append(f"memory changed: {message}")
        if step != CLOSE and open_descriptors() != descriptors:
            wrong.append(f"a descriptor leaked: {message}")
        raise _FailedError(message, wrong) from None
    except (OSError, HoldfastError, RuntimeError) as error:
        raise _FailedError(str(error), [f"a raw error, {error!r}"]) from None
    if owner is not None and step != CLOSE:
        excess = owner.statistics().occupancy - capacity
        if excess > 0 and parent not in owner.statistics().over_capacity_why:
            wrong.append(f"{excess} over capacity, and it doesn't say why")
    return owner, answer, wrong


def _healthy(capacity: int, *, inherits: bool) -> Life:
    """What the life comes to without a fault."""
    if (capacity, inherits) not in _HEALTHY:
        with scratch() as parent:
            root, owner, answers = Path(parent) / "state", None, []
            if inherits:
                lay(root)
            for step in STEPS:
                owner, answer, _ = _take(step, owner, root, capacity, parent)
                answers.append(answer)
            _HEALTHY[capacity, inherits] = _left(root, answers)
    return _HEALTHY[capacity, inherits]


_HEALTHY: dict[tuple[int, bool], Life] = {}


def _left(root: Path, answers: list[object]) -> Life:
    with open_tracker(root, durability="process", clock=lambda: NOW_MS) as owner:
        states = {session: owner.recall(session) for session in (ID, OTHER, THIRD)}
    folders = sorted(path for path in root.iterdir() if path.is_dir())
    # An empty folder may be left where a temporary file in it could not be removed.
    triggers = {path.name: lines for path in folders if (lines := triggers_in(path))}
    return Life(answers, states, triggers)


def triggers_in(folder: Path) -> list[str]:
    """The triggers in a manifest, in order, torn lines left out."""
    return [line["trigger"] for line in listed(folder)]


def replay(found: dict[str, Any]) -> list[str]:
    """Lets the operation of a fixture fail again."""
    return failing(**found, counts=Counter())[0]
