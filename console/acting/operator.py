"""The operator's hands: the one way to every command, audited, and what it did remembered for undo.

The order of every action: the audit file, the tracker, the audit file again, the past of what can
be undone, and whoever is told. What can't be recorded beforehand is not done.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from typing import Any, Final

from msgspec.structs import replace

from console.acting.audit import AuditError, AuditFile, Intent
from console.acting.carrying import Came, deed_of, failure, step_of, told
from console.acting.deed import Action, Deed
from console.acting.undo import UndoPast, left_over
from console.snapshot import GoesOn, Link
from tracker import Ending, Outcome, Plan, PrunePlan, Report

NOTHING_TO_UNDO: Final = "there is nothing to undo"


class Operator:
    """Acts on a tracker for a person. Every call blocks, and may be made on any thread.

    Where an action takes a `progress`, see `Link`. One action runs at a time; a second waits for
    the first. Nothing is raised for an action that can't be done: the deed says why.

    Args:
        link: The tracker.
        audit: The audit file.
        past: What can be undone; changed by this operator alone.
        about: Returns the state directory's path and how the console got its tracker.
        clock: Returns Unix ms.
        capacity: Returns the capacity as it is now, or None while there is no tracker; without it
            the undoing of a change brings sessions back, but not the old capacity.
        on_deed: Told of every deed, in order, while the next one waits; it must not act itself.
    """

    def __init__(
        self,
        link: Link,
        audit: AuditFile,
        past: UndoPast,
        *,
        about: Callable[[], tuple[str, str]],
        clock: Callable[[], int],
        capacity: Callable[[], int | None] = lambda: None,
        on_deed: Callable[[Deed], object] | None = None,
    ) -> None:
        self.past = past
        self._link = link
        self._audit = audit
        self._about = about
        self._capacity = capacity
        self._clock = clock
        self._on_deed = on_deed
        self._lock = threading.Lock()

    def evict(self, ids: Sequence[str], reason: str = "", progress: GoesOn | None = None) -> Deed:
        """Evicts sessions. Can be undone."""
        return self._command(
            Action.EVICT, ids, reason, told(self._link.evict, progress), is_undoable=True
        )

    def release(self, ids: Sequence[str], reason: str = "", progress: GoesOn | None = None) -> Deed:
        """Ends sessions. Can be undone."""
        return self._command(
            Action.RELEASE, ids, reason, told(self._link.release, progress), is_undoable=True
        )

    def rehydrate(
        self, ids: Sequence[str], reason: str = "", progress: GoesOn | None = None
    ) -> Deed:
        """Rehydrates sessions."""
        return self._command(Action.REHYDRATE, ids, reason, told(self._link.rehydrate, progress))

    def pin(self, ids: Sequence[str], reason: str = "", progress: GoesOn | None = None) -> Deed:
        """Keeps sessions from being evicted."""
        return self._command(Action.PIN, ids, reason, told(self._link.pin, progress))

    def unpin(self, ids: Sequence[str], reason: str = "", progress: GoesOn | None = None) -> Deed:
        """Lets pinned sessions be evicted again."""
        return self._command(Action.UNPIN, ids, reason, told(self._link.unpin, progress))

    def set_capacity(self, capacity: int, reason: str = "") -> Deed:
        """Changes the capacity; shrinking evicts down to it. Can be undone, the evictions too."""
        with self._lock:
            before = self._capacity()
            intent = self._intent(
                Action.CAPACITY, (), reason, {"capacity": capacity, "capacity_before": before}
            )

            def run(came: Came) -> None:
                came.outcomes = self._link.set_capacity(capacity)
                came.fields["capacity"] = capacity
                came.facts["evicted_ids"] = [one.session for one in came.outcomes if one.is_done]
                old = before if before != capacity else None
                came.step = step_of(Action.CAPACITY, self._clock(), came.outcomes, old)

            return self._do(intent, run)

    def undo(self, reason: str = "", progress: GoesOn | None = None) -> Deed:
        """Undoes the last eviction, release or change of the capacity that is not undone yet.

        An old capacity comes back before the sessions that went for the new one; one that was
        raised takes sessions with it as it goes back, which is not undone in turn. What only found
        no room stays to be tried again; see `left_over`.
        """
        with self._lock:
            step = self.past.peek()
            if step is None:
                return Deed(Action.UNDO, why=NOTHING_TO_UNDO, at_ms=self._clock(), reason=reason)
            facts = {"undone": step.action, "undone_at_ms": step.at_ms}
            if step.capacity is not None:
                facts["capacity"] = step.capacity
            # Where there is not room for all of them, the ones that were used last come back.
            was = sorted(step.was, key=lambda one: one.recency, reverse=True)

            def run(came: Came) -> None:
                came.fields["undone"] = step.action
                if step.capacity is not None:
                    evicted = self._link.set_capacity(step.capacity)
                    came.fields |= {"capacity": step.capacity, "evicted": evicted}
                    came.facts["evicted_ids"] = [one.session for one in evicted if one.is_done]
                    came.left = replace(step, capacity=None)
                if was:
                    came.outcomes = told(self._link.restore, progress)(was)
                    came.left = left_over(replace(step, capacity=None), came.outcomes)

            ids = [one.session for one in was]
            return self._do(self._intent(Action.UNDO, ids, reason, facts), run)

    def prune(self, plan: PrunePlan, progress: GoesOn | None = None, reason: str = "") -> Deed:
        """Deletes the files of a plan, and nothing else. Can't be undone.

        Args:
            plan: The plan that was shown.
            progress: Told how many of how many folders are done; False stops between two.
            reason: The operator's own words.
        """
        going = plan.going
        facts = {
            "older_than_ms": plan.older_than_ms,
            "folders": [one.folder for one in going],
            "files": sum(len(one.files) for one in going),
            "file_bytes": sum(one.file_bytes for one in going),
        }

        def run(came: Came) -> None:
            pruned = self._link.apply_prune(plan, progress)
            came.outcomes = tuple(Outcome(one.session, one.is_done, one.why) for one in pruned)
            came.fields["pruned"] = pruned
            came.facts["files"] = sum(one.files for one in pruned)
            came.facts["file_bytes"] = sum(one.file_bytes for one in pruned)

        with self._lock:
            ids = [one.session for one in going]
            return self._do(self._intent(Action.PRUNE, ids, reason, facts), run)

    def drill(
        self,
        plan: Plan,
        progress: GoesOn,
        *,
        is_live: bool = False,
        sessions: Sequence[str] | None = None,
        count: int | None = None,
        seed: int = 1,
        reason: str = "",
        on_report: Callable[[Report], object] | None = None,
    ) -> Deed:
        """Evicts and rehydrates on purpose; see `Link.drill`.

        A live drill is an action like any other. One on scratch changes nothing: it isn't audited,
        nobody is told of it, and nothing waits for it.

        Args:
            on_report: Told of every report as soon as it is done, on the calling thread.
        """

        def run(came: Came) -> None:
            reports: list[Report] = []
            for report in self._link.drill(
                plan, is_live=is_live, sessions=sessions, count=count, seed=seed, progress=progress
            ):
                reports.append(report)
                came.fields["reports"] = tuple(reports)
                came.outcomes += tuple(
                    Outcome(one.session, one.ended is Ending.PASSED, one.why)
                    for one in report.sessions
                )
                came.facts["has_passed"] = all(one.has_passed for one in reports)
                if on_report is not None:
                    on_report(report)

        facts = {"plan": plan, "count": count, "seed": seed, "are_all": sessions is None}
        intent = self._intent(Action.DRILL, sessions or (), reason, facts)
        if not is_live:
            came, at_ms = Came(), self._clock()
            why = failure(run, came)
            return deed_of(intent, came, at_ms, why)
        with self._lock:
            return self._do(intent, run)

    def _command(
        self,
        action: Action,
        ids: Sequence[str],
        reason: str,
        command: Callable[[Sequence[str]], tuple[Outcome, ...]],
        *,
        is_undoable: bool = False,
    ) -> Deed:
        intent = self._intent(action, ids, reason)

        def run(came: Came) -> None:
            came.outcomes = command(intent.ids)
            if is_undoable:
                came.step = step_of(action, self._clock(), came.outcomes)

        with self._lock:
            return self._do(intent, run)

    def _intent(
        self,
        action: Action,
        ids: Sequence[str],
        reason: str,
        facts: Mapping[str, Any] | None = None,
    ) -> Intent:
        directory, mode = self._about()
        return Intent(action, tuple(ids), directory, mode, reason, facts or {})

    def _do(self, intent: Intent, run: Callable[[Came], None]) -> Deed:
        """Does an action in the order that every action has. Called under the lock."""
        at_ms, came = self._clock(), Came()
        warnings: list[str] = []
        try:
            action_id = self._audit.begin(intent)
        except AuditError as error:
            deed = deed_of(intent, came, at_ms, str(error))
        else:
            with self._closed_off(action_id):
                why = failure(run, came)
            try:
                self._audit.end(action_id, came.outcomes, error=why, facts=came.facts)
            except AuditError as error:
                warnings.append(str(error))
            if came.left is not None:
                self.past.put_back(came.left)
            if came.step is not None and (lost := self.past.push(came.step)):
                warnings.append(f"{lost:,} of them are too many to be undone")
            deed = deed_of(intent, came, at_ms, why, "; ".join(warnings))
        if self._on_deed is not None:
            self._on_deed(deed)
        return deed

    @contextmanager
    def _closed_off(self, action_id: str) -> Iterator[None]:
        """Writes the end of an action that nobody foresaw, so that it isn't left open."""
        try:
            yield
        except BaseException as error:
            with suppress(AuditError):
                self._audit.end(action_id, error=f"{type(error).__name__}: {error}")
            raise
