"""Trackers with something in memory, and whether it is still as it was."""

from __future__ import annotations

from feeds import MINUTE_MS, NOW_MS, Clock, edit, turn

from tracker import SessionTracker, TrackedSession


def busy(owner: SessionTracker, clock: Clock, *names: str) -> tuple[TrackedSession, ...]:
    """Gives each session a guard, a checkpoint and edits that are only in memory."""
    for number, name in enumerate(names):
        clock.advance(number % 2)  # Some share a millisecond.
        owner.handle(turn(name, NOW_MS, 22))
        owner.handle(edit(name, NOW_MS + MINUTE_MS, f"{name}.py"))
    return owner.sessions()


def same(now: tuple[TrackedSession, ...], was: tuple[TrackedSession, ...]) -> bool:
    """Whether memory is as it was, but for what is now on disk too."""

    def known(one: TrackedSession) -> tuple[object, ...]:
        times = (one.touched_ms, one.inserted_ms)
        return (one.session, one.state, times, one.is_pinned, one.recency)

    return list(map(known, now)) == list(map(known, was))
