"""The tracker's counters, and the one frozen value they are read as.

Source: DESIGN.md, section 4.8.
"""

from __future__ import annotations

from collections import Counter, deque
from typing import Final

import msgspec

SAMPLES: Final = 1024
"""How many of the latest samples a spread is computed over."""

THRASH_MS: Final = 60_000
"""A session rehydrated within this time of its eviction counts as thrash."""


class Spread(msgspec.Struct, frozen=True):
    """How a measured time is spread, over the latest 1,024 samples.

    Attributes:
        count: How many samples there ever were.
        p50: The median; 0 without samples. The unit is the field's.
        p99: The 99th percentile.
        worst: The largest there ever was.
    """

    count: int = 0
    p50: int = 0
    p99: int = 0
    worst: int = 0


class Statistics(msgspec.Struct, frozen=True):
    """Everything a tracker counts, at one moment. Counts are since the tracker was opened.

    Attributes:
        capacity: The most sessions held in memory.
        occupancy: How many are held now.
        pinned: How many of them are never evicted.
        dirty: How many of them are newer in memory than on disk.
        hits: Touches of a session that was in memory.
        misses: Touches of a session that was not.
        insertions: Entries that came into memory, new or rehydrated.
        rehydrations: Entries rebuilt from the store.
        evictions: Entries dropped while their session lives, by EvictionCause.
        spills: Evictions and closes that wrote newer transient fields to the store.
        spill_failures: Evictions that were refused because the store could not be written.
        releases: Sessions that ended; one whose release was undone stays counted.
        touches_after_end: Events of a session that had ended.
        thrash: Rehydrations within a minute of the eviction.
        checkpoints: Checkpoints captured.
        guards_fired: Once-per-session messages sent.
        load_failures: Loads that failed or had to rebuild, by kind.
        age_at_eviction_ms: Time in memory of evicted entries.
        idle_at_eviction_ms: Time since the last activity of evicted entries.
        load_time_ns: How long rehydrations took to load.
        over_capacity_why: Why occupancy exceeds the capacity; empty while it does not.
    """

    capacity: int
    occupancy: int
    pinned: int
    dirty: int
    hits: int
    misses: int
    insertions: int
    rehydrations: int
    evictions: dict[str, int]
    spills: int
    spill_failures: int
    releases: int
    touches_after_end: int
    thrash: int
    checkpoints: int
    guards_fired: int
    load_failures: dict[str, int]
    age_at_eviction_ms: Spread
    idle_at_eviction_ms: Spread
    load_time_ns: Spread
    over_capacity_why: str

    @property
    def evicted(self) -> int:
        """Evictions of all causes."""
        return sum(self.evictions.values())

    @property
    def hit_ratio(self) -> float:
        """The share of touches that found their session in memory, 0 to 1; 1 without touches."""
        touches = self.hits + self.misses
        return self.hits / touches if touches else 1.0


class Samples:
    """The latest samples of one measured time."""

    __slots__ = ("_count", "_latest", "_spread", "_worst")

    def __init__(self) -> None:
        self._spread: Spread | None = Spread()
        self._count = 0
        self._worst = 0
        self._latest: deque[int] = deque(maxlen=SAMPLES)

    def add(self, value: int) -> None:
        """Adds a sample."""
        self._spread = None
        self._count += 1
        self._latest.append(value)
        self._worst = max(self._worst, value)

    def spread(self) -> Spread:
        """Returns how the samples are spread. Cost: a sort of them, where one came since."""
        if self._spread is None:
            ordered = sorted(self._latest)
            last = len(ordered) - 1
            p50, p99 = ordered[last // 2], ordered[last * 99 // 100]
            self._spread = Spread(self._count, p50, p99, self._worst)
        return self._spread


class Counters:
    """The running counts, changed only under the tracker's lock. See Statistics for each."""

    __slots__ = (
        "ages",
        "checkpoints",
        "evictions",
        "guards_fired",
        "hits",
        "idles",
        "insertions",
        "load_failures",
        "load_times",
        "misses",
        "rehydrations",
        "releases",
        "spill_failures",
        "spills",
        "thrash",
        "touches_after_end",
    )

    def __init__(self) -> None:
        self.hits = self.misses = self.insertions = self.rehydrations = 0
        self.spills = self.spill_failures = self.releases = 0
        self.touches_after_end = self.thrash = self.checkpoints = self.guards_fired = 0
        self.evictions: Counter[str] = Counter()
        self.load_failures: Counter[str] = Counter()
        self.ages, self.idles, self.load_times = Samples(), Samples(), Samples()
