"""How far some work on another thread is, and whether it may go on."""

from __future__ import annotations

import threading


class Going:
    """Given to work as its `progress`, and asked by the screen that waits for it.

    Attributes:
        done: How much is done.
        total: Of how much; 0 while that isn't known.
    """

    def __init__(self) -> None:
        self.done = 0
        self.total = 0
        self._has_stopped = threading.Event()

    def __call__(self, done: int, total: int) -> bool:
        """Notes how far it is; returns whether to go on."""
        self.done, self.total = done, total
        return not self._has_stopped.is_set()

    def stop(self) -> None:
        """Lets the work end at its next good moment."""
        self._has_stopped.set()

    @property
    def was_stopped(self) -> bool:
        """Whether it was told to stop."""
        return self._has_stopped.is_set()
