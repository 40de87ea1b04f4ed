"""Histories: what happened to each of the latest sessions, bounded both ways.

Touches in a row are one entry with a count and the time of the first and the last, else a busy
minute would push everything else out.
"""

from __future__ import annotations

from collections import deque
from typing import Final

from console.model.happenings import Happening, HappeningKind
from tracker import BoundedMap

SESSIONS_KEPT: Final = 4_000
"""The most sessions whose history is kept: those something happened to last."""

HISTORY_KEPT: Final = 64
"""The most entries kept of one session's history."""


class Histories:
    """The latest entries of the latest sessions."""

    def __init__(self) -> None:
        self._entries: BoundedMap[str, deque[Happening]] = BoundedMap(SESSIONS_KEPT)

    def of(self, session: str) -> tuple[Happening, ...]:
        """Returns the history of one session, oldest first; empty where nothing is known."""
        return tuple(self._entries.get(session, ()))

    def add(self, session: str, one: Happening) -> None:
        """Adds something that isn't a touch."""
        self._newest(session).append(one)

    def add_touch(self, session: str, at_ms: int) -> None:
        """Adds a touch, to the last entry where that is touches too."""
        entries = self._newest(session)
        count, first_ms = 1, at_ms
        if entries and entries[-1].kind is HappeningKind.TOUCHED:
            last = entries.pop()
            count, first_ms = last.count + 1, last.first_ms
        kind = HappeningKind.TOUCHED
        entries.append(Happening(0, at_ms, kind, session, count=count, first_ms=first_ms))

    def _newest(self, session: str) -> deque[Happening]:
        entries = self._entries.get(session)
        if entries is None:
            entries = deque(maxlen=HISTORY_KEPT)
        self._entries[session] = entries  # Makes it the newest, too.
        return entries
