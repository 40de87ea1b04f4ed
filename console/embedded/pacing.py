"""How often updates are taken: what comes alone at once, what comes in a stream in steps."""

from __future__ import annotations

import threading
import time
from typing import Final

FRAME_S: Final = 1 / 32
"""The least time between two updates: a person sees no steps from about 30 a second on."""

READING_FRAME_S: Final = 1 / 10
"""The same while the first look goes on: drawing all the time would hold it up."""


class Pace:
    """Keeps the least time between two updates. Used by one thread.

    Attributes:
        has_begun: Whether there was one.
    """

    def __init__(self) -> None:
        self._last_s = 0.0
        self.has_begun = False

    def keep(self, stopping: threading.Event, *, is_reading: bool) -> None:
        """Waits until the next update may be taken; no longer than until all is to stop."""
        every_s = READING_FRAME_S if is_reading else FRAME_S
        if (early_s := self._last_s + every_s - time.monotonic()) > 0:
            stopping.wait(early_s)
        self._last_s = time.monotonic()
        self.has_begun = True
