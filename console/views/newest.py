"""Work on a thread of which only the newest counts: the newest request wins, and none pile up."""

from __future__ import annotations

import threading
from collections.abc import Callable

from textual.message import Message
from textual.widget import Widget

Work = Callable[[], Message]
"""Does the work and returns what came of it. Raises nothing: what went wrong is a message too."""


class Newest:
    """Does one piece of work at a time; of what is asked for meanwhile, the newest alone.

    So a disk that hangs costs one thread, however many keys are pressed.

    Args:
        widget: Gets what comes of the work, as messages.
        group: What its workers are called.
    """

    def __init__(self, widget: Widget, group: str) -> None:
        self._widget = widget
        self._group = group
        self._lock = threading.Lock()
        self._next: Work | None = None
        self._is_busy = False

    def ask(self, work: Work) -> None:
        """Has work done, as soon as what is done now is done, unless something newer is asked."""
        with self._lock:
            self._next = work
            if self._is_busy:
                return
            self._is_busy = True
        self._widget.run_worker(
            self._run, thread=True, group=self._group, name=self._group, exit_on_error=False
        )

    def _run(self) -> None:
        while True:
            with self._lock:
                work, self._next = self._next, None
                if work is None:
                    self._is_busy = False
                    return
            if not self._widget.post_message(work()):
                return
