"""Time series of the last hour in buckets of ten seconds: counts, and the value of a gauge.

A clock that is set back by a little adds to the newest bucket; set back by more than a minute, what
there is keeps its distance from now. A clock that leaps forward leaves empty buckets behind it. So
a series never grows, and never goes quiet for longer than the leap. Reading changes nothing.
"""

from __future__ import annotations

from collections import deque
from typing import Final

BUCKET_MS: Final = 10_000
"""How long one bucket is, ms."""

BUCKETS: Final = 360
"""How many buckets are kept: an hour."""

MINUTE_MS: Final = 60_000

RATE_MS: Final = 300_000
"""The time a rate is taken over, ms: long enough to be calm, short enough to follow a busy hour."""

_SET_BACK: Final = MINUTE_MS // BUCKET_MS


class _Hour:
    """The last hour's buckets, the newest last; None where nothing was known yet."""

    __slots__ = ("_empty", "_newest", "_values")

    def __init__(self, empty: int | None) -> None:
        self._empty = empty
        self._newest = 0
        self._values: deque[int | None] = deque(maxlen=BUCKETS)

    def buckets(self, now_ms: int, count: int = BUCKETS) -> list[int | None]:
        """Returns the last `count` buckets, oldest first; the newest is the one `now_ms` is in.

        Args:
            now_ms: The time now, Unix ms.
            count: How many; 0 to 360.

        Returns:
            Exactly `count` values; None for the time before anything was known.
        """
        count = min(max(count, 0), BUCKETS)
        values = self._as_of(now_ms)[0]
        known = values[max(len(values) - count, 0) :]
        return [None] * (count - len(known)) + known

    def columns(self, now_ms: int, count: int, buckets: int = BUCKETS) -> list[int | None]:
        """Returns the last buckets, oldest first, in at most `count` columns of equal length.

        A column's edges stand still on the clock, so that what is past doesn't flicker as time goes
        on; the newest column is still growing.

        Args:
            now_ms: The time now, Unix ms.
            count: The most columns there is room for; below 1 gives none.
            buckets: How many buckets to go back; 1 to 360.
        """
        if count < 1:
            return []
        length = -(-buckets // count)
        values, newest = self.buckets(now_ms), self._as_of(now_ms)[1]
        # One past the newest column's last bucket, of which not all may be there yet.
        end = BUCKETS + length - 1 - newest % length
        starts = range(end - buckets // length * length, end, length)
        return [self._joined(values[start : start + length]) for start in starts]

    def age_ms(self, now_ms: int) -> int:
        """Returns how long it is known, ms, at most an hour; 0 before anything was."""
        values, newest = self._as_of(now_ms)
        if not values:
            return 0
        return (len(values) - 1) * BUCKET_MS + _over_ms(newest, now_ms)

    def _joined(self, buckets: list[int | None]) -> int | None:
        raise NotImplementedError

    def _advance(self, at_ms: int) -> None:
        """Makes the newest bucket the one `at_ms` is in; the first time it is the only one."""
        values, newest = self._as_of(at_ms)
        if not values:
            values, newest = [self._empty], at_ms // BUCKET_MS
        if newest != self._newest or not self._values:
            self._values, self._newest = deque(values, maxlen=BUCKETS), newest

    def _as_of(self, now_ms: int) -> tuple[list[int | None], int]:
        """Returns the buckets that are known as of a time, and the number of the newest."""
        values = list(self._values)
        step = now_ms // BUCKET_MS - self._newest
        if not values or -_SET_BACK <= step <= 0:
            return values, self._newest
        values += [self._empty] * min(max(step, 0), BUCKETS)
        return values[-BUCKETS:], self._newest + step


class Series(_Hour):
    """Counts of something that happens, over the last hour."""

    def __init__(self) -> None:
        super().__init__(0)

    def add(self, at_ms: int, amount: int = 1) -> None:
        """Adds to the bucket of `at_ms`, Unix ms; an amount of 0 says that the time is known."""
        self._advance(at_ms)
        self._values[-1] = (self._values[-1] or 0) + max(amount, 0)

    def per_minute(self, now_ms: int) -> float:
        """Returns how many there were in the last 60 seconds."""
        return self.within(now_ms, MINUTE_MS)

    def within(self, now_ms: int, span_ms: int) -> float:
        """Returns how many there were in the last `span_ms`.

        The oldest bucket counts by the share of it that is inside, so the result need not be whole,
        and fades instead of falling.

        Args:
            now_ms: The time now, Unix ms.
            span_ms: How far back, ms; at most an hour.
        """
        values, newest = self._as_of(now_ms)
        whole, rest_ms = divmod(max(span_ms - _over_ms(newest, now_ms), 0), BUCKET_MS)
        newest_first = [value or 0 for value in values[::-1][: whole + 2]]
        total = float(sum(newest_first[: whole + 1]))
        if len(newest_first) == whole + 2:
            total += newest_first[-1] * rest_ms / BUCKET_MS
        return total

    def per_minute_columns(
        self, now_ms: int, count: int, buckets: int = BUCKETS
    ) -> list[float | None]:
        """Returns what there was a minute, in columns as `columns` makes them.

        The newest column that is over is the last one: one that is still growing would look as if
        there were less of late.
        """
        columns = self.columns(now_ms, count, buckets)
        length = -(-buckets // max(count, 1))
        if columns and (self._as_of(now_ms)[1] + 1) % length:
            columns = [None, *columns[:-1]]
        minutes = length * BUCKET_MS / MINUTE_MS
        return [None if value is None else value / minutes for value in columns]

    def rate(self, now_ms: int) -> float:
        """Returns how many there are a second, over the last five minutes; 0 before anything.

        A series that is younger is taken over its age, but never over less than ten seconds: one
        event just now is no flood.
        """
        span_ms = min(RATE_MS, max(self.age_ms(now_ms), BUCKET_MS))
        return self.within(now_ms, span_ms) * 1000 / span_ms

    def _joined(self, buckets: list[int | None]) -> int | None:
        known = [value for value in buckets if value is not None]
        return sum(known) if known else None


class GaugeSeries(_Hour):
    """A gauge over the last hour: the last value in a bucket, carried on until it changes."""

    def __init__(self) -> None:
        super().__init__(None)

    def put(self, at_ms: int, value: int | None) -> None:
        """Sets the value from `at_ms`, Unix ms, on; None where it isn't known any more."""
        self._advance(at_ms)
        self._values[-1] = self._empty = value

    def _joined(self, buckets: list[int | None]) -> int | None:
        return next((value for value in reversed(buckets) if value is not None), None)


def _over_ms(newest: int, now_ms: int) -> int:
    """Returns how much of the newest bucket is over, ms; none of it before a clock set back."""
    return min(max(now_ms - newest * BUCKET_MS, 0), BUCKET_MS)
