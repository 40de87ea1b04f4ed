"""Foresight: who goes next and about when, and who would go if the capacity were another. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

from tracker import TrackedSession

FAR_MS: Final = 365 * 86_400_000
"""What is further off than this, ms, isn't coming."""


class Victim(NamedTuple):
    """A session that goes, unless it is touched before.

    Attributes:
        session: Its id.
        eta_ms: The time until it goes, ms; None where nothing new is coming, or not in a year.
    """

    session: str
    eta_ms: int | None


class WhatIf(NamedTuple):
    """What would come of another capacity.

    Attributes:
        capacity: The capacity that was asked about.
        occupancy: How many sessions are in memory now.
        evicted_ids: Who would go, the oldest first.
        dirty: How many of those are newer in memory than on disk.
        pinned: How many sessions in memory are never evicted.
        problem: Why the tracker would refuse it, in words; empty where it wouldn't. Nobody goes
            then.
    """

    capacity: int
    occupancy: int
    evicted_ids: tuple[str, ...] = ()
    dirty: int = 0
    pinned: int = 0
    problem: str = ""


def next_victims(
    unpinned_ids: Sequence[str], insertions_per_s: float, room: int
) -> tuple[Victim, ...]:
    """Returns who goes next, and about when.

    The room that is left is filled first; from then on every insertion evicts the oldest session.
    So the n-th to go, counted from 1, goes with insertion number `room + n`:

        eta_ms = (room + n) * 1000 / insertions_per_s

    With less than no room, because a spill failed, those in excess go with the next event.

    Args:
        unpinned_ids: Sessions that can be evicted, the oldest first: as many as are wanted.
        insertions_per_s: How many sessions come into memory a second.
        room: Capacity less occupancy.
    """
    return tuple(
        Victim(session, time_until(room + place, insertions_per_s / 1000))
        for place, session in enumerate(unpinned_ids, 1)
    )


def time_until(count: float, per_ms: float) -> int | None:
    """Returns the time in which something happens `count` times, ms.

    Args:
        count: How many times; 0 or less has happened already.
        per_ms: How often it happens in a ms.

    Returns:
        The time; None where it is longer than FAR_MS.
    """
    if count <= 0:
        return 0
    return round(count / per_ms) if per_ms > 0 and count / per_ms <= FAR_MS else None


def what_if(capacity: int, tracked: Iterable[TrackedSession]) -> WhatIf:
    """Returns who would go if the capacity were another.

    As the tracker does it: the oldest that aren't pinned, until the bound holds. It takes a
    capacity of at least 1 that is above the number of pinned sessions.

    Args:
        capacity: The capacity to be.
        tracked: All sessions in memory, in any order: their recency tells who is older. Of two that
            say the same the first is.

    Cost: a sort of the sessions; one pass where they are in order.
    """
    oldest_first = sorted(tracked, key=lambda one: one.recency)
    occupancy = len(oldest_first)
    pinned = sum(one.is_pinned for one in oldest_first)
    problem = ""
    if capacity < 1:
        problem = f"a capacity is a whole number of at least 1, not {capacity:,}"
    elif capacity <= pinned:
        problem = (
            f"capacity {capacity:,} leaves no room beside {pinned:,} pinned session(s);"
            " unpin some first"
        )
    if problem:
        return WhatIf(capacity, occupancy, pinned=pinned, problem=problem)
    unpinned = [one for one in oldest_first if not one.is_pinned]
    evicted = unpinned[: max(occupancy - capacity, 0)]
    return WhatIf(
        capacity,
        occupancy,
        tuple(one.session for one in evicted),
        sum(bool(one.dirty_fields) for one in evicted),
        pinned,
    )
