"""When work that follows changes is due again: never twice at a time, and with a rest between."""

from __future__ import annotations

from typing import Final

REST_MS: Final = 5_000
"""The least time from one beginning to the next, ms."""

REST_FACTOR: Final = 10
"""From one beginning to the next it takes at least this many times as long as the work did: what
takes seconds is done for a tenth of the time."""


class Due:
    """Says when work is to be begun.

    A clock that is set back doesn't put it off.

    Attributes:
        is_wanted: Whether something changed since it was last begun.
        is_running: Whether it was begun and hasn't ended.
    """

    def __init__(self) -> None:
        self.is_wanted = True
        self.is_running = False
        self._began_ms = 0
        self._rest_ms = 0

    def want(self) -> None:
        """Notes that something changed."""
        self.is_wanted = True

    def is_due(self, now_ms: int) -> bool:
        """Whether it is to be begun now, Unix ms."""
        rests = 0 <= now_ms - self._began_ms < self._rest_ms
        return self.is_wanted and not self.is_running and not rests

    def begin(self, now_ms: int) -> None:
        """Notes that it begins, Unix ms."""
        self.is_wanted, self.is_running = False, True
        self._began_ms = now_ms

    def end(self, now_ms: int) -> None:
        """Notes that it ended, Unix ms."""
        self.is_running = False
        self._rest_ms = max(REST_MS, REST_FACTOR * (now_ms - self._began_ms))
