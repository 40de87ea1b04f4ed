"""The timetable: which rows are due to be looked at again, and when."""

from __future__ import annotations

from heapq import heapify, heappop, heappush
from typing import Final

STALE: Final = 64
"""So many entries may stand behind the times before they are cleared away."""


class Timetable:
    """Keys, each due at one time at most."""

    def __init__(self) -> None:
        self._due_ms: dict[str, int] = {}
        self._queue: list[tuple[int, str]] = []  # May hold times that a key is no longer due at.

    def __len__(self) -> int:
        return len(self._due_ms)

    def set(self, key: str, at_ms: int | None) -> None:
        """Sets when a key is due, Unix ms; None for never.

        Cost: logarithmic; times that were set before are cleared away once they are the most.
        """
        if self._due_ms.get(key) == at_ms:
            return
        if at_ms is None:
            self._due_ms.pop(key, None)
            return
        self._due_ms[key] = at_ms
        heappush(self._queue, (at_ms, key))
        if len(self._queue) > STALE + 2 * len(self._due_ms):
            self._queue = [(due_ms, name) for name, due_ms in self._due_ms.items()]
            heapify(self._queue)

    def take(self, now_ms: int) -> list[str]:
        """Takes the keys that are due by now, the earliest first. Cost: how many there are."""
        due: list[str] = []
        while self._queue and self._queue[0][0] <= now_ms:
            at_ms, key = heappop(self._queue)
            if self._due_ms.get(key) == at_ms:
                del self._due_ms[key]
                due.append(key)
        return due

    def clear(self) -> None:
        """Forgets all of them."""
        self._due_ms, self._queue = {}, []
