"""The leak radar: sessions that live, that idle, and that never ended, and how fast they gather."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, NamedTuple

from console.model.foresight import time_until
from tracker import FolderSummary, Statistics, TrackedSession

MINUTE_MS: Final = 60_000
HOUR_MS: Final = 60 * MINUTE_MS
DAY_MS: Final = 24 * HOUR_MS


class Flow(NamedTuple):
    """How many sessions came and went within a time.

    Attributes:
        insertions: How many came into memory, new or rehydrated.
        rehydrations: How many of those came back.
        releases: How many ended.
        evictions: How many were evicted, whatever the cause.
        span_ms: How long that time was, ms; shorter than an hour where less is known.
    """

    insertions: float
    rehydrations: float
    releases: float
    evictions: float
    span_ms: int = HOUR_MS


class LeakRadar(NamedTuple):
    """Sessions that have not ended, each in one of the first three; see `leak_radar`.

    Attributes:
        live: How many were active lately.
        idle: How many were not, but may go on.
        never_ended: Ids of those idle for so long that they died without an end, the longest first.
        untold: How many on disk alone don't say whether they ended, or when they were active.
        leak_per_hour: How many more sessions begin than end, an hour; below 0 where fewer do.
        until_full_ms: The time until memory is full, ms; 0 where it is, None where it doesn't fill,
            or not in a year.
    """

    live: int
    idle: int
    never_ended: tuple[str, ...]
    untold: int
    leak_per_hour: float
    until_full_ms: int | None


def leak_radar(
    tracked: Iterable[TrackedSession],
    folders: Iterable[FolderSummary],
    statistics: Statistics,
    flow: Flow,
    now_ms: int,
    idle_after_ms: int,
    never_after_ms: int = DAY_MS,
) -> LeakRadar:
    """Sorts sessions by their last activity, and says how fast they gather.

    A session has ended where its record says so and memory has nothing newer. Of the others, in
    memory or on disk, the time since the last activity decides: below `idle_after_ms` it is live,
    below `never_after_ms` idle, from there on it never ended. A last activity in the future, by a
    clock that was set back, is now.

        leak_per_hour = (insertions - rehydrations - releases) * 1 h / span
        until_full_ms = (capacity - occupancy) * span / (insertions - releases - evictions)

    One that comes back isn't one that begins, so rehydrations don't count as leaks; they do fill
    memory. The span counts as a minute at least, so that one session isn't sixty an hour's worth.

    Args:
        tracked: All sessions in memory.
        folders: All folders on disk; refused ones say nothing.
        statistics: The tracker's counts, for capacity and occupancy.
        flow: What came and went of late.
        now_ms: The time now, Unix ms.
        idle_after_ms: From how long without activity a session is idle, ms.
        never_after_ms: From how long on it counts as never ended, ms.

    Cost: one pass over all sessions; a sort of those that never ended.
    """
    homes = {one.session: one for one in folders if one.trouble != "unsafe"}
    active_ms: dict[str, int] = {}
    in_memory: set[str] = set()
    untold = 0
    for one in tracked:
        in_memory.add(one.session)
        home = homes.get(one.session)
        if one.dirty_fields or home is None or not home.has_ended:
            active_ms[one.session] = one.touched_ms
    for session, home in homes.items():
        if session in in_memory or home.has_ended:
            continue
        state = home.state
        at_ms = max(state.last_checkpoint_ms, state.last_evaluated_ms) if state else 0
        if home.has_ended is None or not at_ms:
            untold += 1
        else:
            active_ms[session] = at_ms
    live = sum(now_ms - at_ms < idle_after_ms for at_ms in active_ms.values())
    never_ended = sorted(
        (at_ms, session)
        for session, at_ms in active_ms.items()
        if now_ms - at_ms >= max(never_after_ms, idle_after_ms)
    )
    span_ms = max(flow.span_ms, MINUTE_MS)
    return LeakRadar(
        live=live,
        idle=len(active_ms) - live - len(never_ended),
        never_ended=tuple(session for _, session in never_ended),
        untold=untold,
        leak_per_hour=(flow.insertions - flow.rehydrations - flow.releases) * HOUR_MS / span_ms,
        until_full_ms=_until_full_ms(statistics, flow, span_ms),
    )


def _until_full_ms(statistics: Statistics, flow: Flow, span_ms: int) -> int | None:
    growth = flow.insertions - flow.releases - flow.evictions
    return time_until(statistics.capacity - statistics.occupancy, growth / span_ms)
