"""What is open, lent to calls on many threads, so that nothing is closed under one at work."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final, NamedTuple

from tracker import DirectoryStore, SessionTracker, Survey

END_S: Final = 5.0
"""How long taking it back waits for the calls that are at work."""


class Opened(NamedTuple):
    """What there is while the directory is open.

    Attributes:
        store: The open state directory.
        tracker: The tracker over it.
        survey: What its folders hold, kept by the watcher alone.
    """

    store: DirectoryStore
    tracker: SessionTracker
    survey: Survey


class Lending:
    """Keeps what is open until nobody works with it any more. Safe for several threads."""

    def __init__(self) -> None:
        self._opened: Opened | None = None
        self._at_work = 0
        self._changed = threading.Condition()

    @property
    def opened(self) -> Opened | None:
        """What is open now; None where nothing is."""
        return self._opened

    def begin(self, opened: Opened) -> None:
        """Lends this from now on."""
        self._opened = opened

    @contextmanager
    def lent(self) -> Iterator[Opened | None]:
        """Lends what is open, if anything is, and keeps it open meanwhile."""
        with self._changed:
            opened = self._opened
            self._at_work += opened is not None
        try:
            yield opened
        finally:
            with self._changed:
                self._at_work -= opened is not None
                self._changed.notify_all()

    def end(self) -> Opened | None:
        """Lends nothing any more, and waits for what was lent; returns what is to be closed."""
        with self._changed:
            opened, self._opened = self._opened, None
            self._changed.wait_for(lambda: not self._at_work, timeout=END_S)
        return opened
