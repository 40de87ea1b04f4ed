"""The live drill: sessions of a running tracker, evicted and rehydrated under its own events.

Nothing is made up and nothing changes: what is newer in memory is spilled, as any eviction would,
and states, times and recency order are put back as they were.

Source: DESIGN.md, section 9.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import islice, pairwise

from tracker.drill.choose import batches, choose
from tracker.drill.compare import judged
from tracker.drill.report import Draft, Progress, Report
from tracker.sessions.changes import EvictionCause
from tracker.sessions.entry import TrackedSession
from tracker.sessions.tracker import SessionTracker, wall_clock_ms
from tracker.store.files import Folder
from tracker.store.survey import Survey

IN_ORDER = "the recency order is as it was"


def drill_live(
    tracker: SessionTracker,
    *,
    count: int | None = None,
    sessions: Sequence[str] | None = None,
    directory: str = "",
    seed: int = 1,
    progress: Progress | None = None,
    clock: Callable[[], int] = wall_clock_ms,
) -> Report:
    """Drills sessions that a tracker holds in memory. Events may go on meanwhile.

    Args:
        tracker: The tracker, an owner's.
        count: Only so many, those that would be evicted next; None for all.
        sessions: Only those with these ids; one that isn't in memory is skipped.
        directory: The state directory, for the report.
        seed: For the report: nothing here is left to chance.
        progress: Told how far it is; False stops it.
        clock: Returns Unix ms, for the report.

    Raises:
        ReadOnlyError: If the tracker observes.
        ClosedError: If the tracker was closed meanwhile.
    """
    draft = Draft("restore", seed, clock(), directory=directory, where="live")
    chosen = tuple(tracker) if sessions is None else tuple(dict.fromkeys(sessions))
    if count is not None:
        coldest = (one.session for one in tracker.coldest(len(tracker)))
        chosen = tuple(one for one in coldest if sessions is None or one in sessions)[:count]
    done = 0
    for batch in batches(chosen):
        _drill(tracker, batch, draft)
        done += len(batch)
        if progress is not None and not progress(done, len(chosen)):
            draft.was_stopped = done < len(chosen)
            break
    _check_order(tracker, draft)
    return draft.report()


def drill_on_disk(
    tracker: SessionTracker,
    root: Folder,
    *,
    count: int | None = None,
    sessions: Sequence[str] | None = None,
    seed: int = 1,
    progress: Progress | None = None,
    clock: Callable[[], int] = wall_clock_ms,
) -> Report:
    """Drills the sessions of the directory a tracker owns, those not in memory too.

    What has to leave memory so that they can come is put back afterwards.

    Args:
        tracker: The tracker, an owner's.
        root: Its open state directory.
        count: Only so many, those whose last activity lies furthest back; None for all.
        sessions: Only those with these ids, those that were never written too; None for all.
        seed: For the report: nothing here is left to chance.
        progress: Told how far it is; False stops it.
        clock: Returns Unix ms, for the report.

    Raises:
        ReadError: If the directory can't be listed.
        ReadOnlyError: If the tracker observes.
    """
    draft = Draft("restore", seed, clock(), directory=root.path, where="live")
    survey = Survey(root)
    survey.sweep()
    asked = None if sessions is None else dict.fromkeys(sessions)
    choice = choose(survey.summaries, count=count, sessions=asked)
    stored = {one.session for one in survey.summaries}
    unwritten = [one for one in asked or () if one not in stored and one in tracker]
    for session, why in choice.left.items():
        if session not in unwritten:
            draft.skip(session, why)
    taken = [one.session for one in choice.taken] + unwritten
    done = 0
    for batch in batches(taken, most=max(tracker.capacity - tracker.statistics().pinned, 1)):
        missing = [one for one in batch if one not in tracker]
        pushed_out = _make_room(tracker, len(missing), frozenset(batch))
        brought, refused = [], set()
        for outcome in tracker.rehydrate(missing):
            if outcome.is_done:
                brought.append(outcome.session)
            elif outcome.session not in tracker:  # Else an event brought it meanwhile.
                refused.add(outcome.session)
                draft.fail(outcome.session, outcome.why)
        _drill(tracker, [one for one in batch if one not in refused], draft)
        tracker.evict(brought, EvictionCause.DRILL)
        tracker.restore(pushed_out)
        done += len(batch)
        if progress is not None and not progress(done, len(taken)):
            draft.was_stopped = done < len(taken)
            break
    _check_order(tracker, draft)
    return draft.report()


def _make_room(tracker: SessionTracker, count: int, kept: frozenset[str]) -> list[TrackedSession]:
    """Evicts the coldest sessions until `count` more have room; returns what they were."""
    excess = len(tracker) + count - tracker.capacity
    if excess <= 0:
        return []
    coldest = (one.session for one in tracker.coldest(len(tracker)) if one.session not in kept)
    outcomes = tracker.evict(islice(coldest, excess), EvictionCause.DRILL)
    return [one.was for one in outcomes if one.was is not None]


def _drill(tracker: SessionTracker, sessions: Sequence[str], draft: Draft) -> None:
    for drilled in tracker.drill(sessions):
        if drilled.load_ns:
            draft.loaded(drilled.load_ns)
        found = judged(drilled, spills=tracker.spills)
        draft.add(found)
        before, after = drilled.before, tracker.peek(drilled.session)
        if before is None or after is None or after.recency != before.recency:
            continue  # An event came meanwhile.
        if (after.touched_ms, after.inserted_ms) != (before.touched_ms, before.inserted_ms):
            draft.fail(drilled.session, "its times are not what they were")


def _check_order(tracker: SessionTracker, draft: Draft) -> None:
    order = [one.recency for one in tracker.sessions()]
    wrong = sum(newer <= older for newer, older in pairwise(order))
    draft.check(IN_ORDER, f"{wrong} session(s) stand out of their place" if wrong else "")
