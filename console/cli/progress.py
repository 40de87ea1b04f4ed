"""Progress of work that takes longer than a moment: one line on standard error, on a terminal."""

from __future__ import annotations

import sys
import time
from typing import Final

PATIENCE_S: Final = 0.2
"""How long work goes on before it shows; most is done by then."""

EVERY_S: Final = 0.1
BAR_CELLS: Final = 24


class Progress:
    """A line that shows how far some work is, and is gone when it ends. A context manager.

    Args:
        what: What is being done, in a word or two.
        shows: Whether it may show at all; it never does where standard error is no terminal.
    """

    def __init__(self, what: str, *, shows: bool = True) -> None:
        self._what = what
        self._shows = shows and sys.stderr is not None and sys.stderr.isatty()
        self._next_s = time.monotonic() + PATIENCE_S
        self._is_shown = False

    def __enter__(self) -> Progress:
        return self

    def __exit__(self, *_: object) -> None:
        self.clear()

    def __call__(self, done: int, total: int) -> bool:
        """Notes that `done` of `total` is done; 0 for a total that isn't known. Returns True."""
        if self._shows and (now_s := time.monotonic()) >= self._next_s:
            self._next_s = now_s + EVERY_S
            self._is_shown = True
            sys.stderr.write(f"\r\x1b[2K{self._what}  {progress_text(done, total)}")
            sys.stderr.flush()
        return True

    def clear(self) -> None:
        """Takes the line away, so that something else can be said."""
        if self._is_shown:
            self._is_shown = False
            sys.stderr.write("\r\x1b[2K")
            sys.stderr.flush()


def progress_text(done: int, total: int) -> str:
    """Returns a bar with its share, or a bare count where the total isn't known."""
    if total <= 0:
        return f"{done:,}"
    share = min(done / total, 1.0)
    filled = round(share * BAR_CELLS)
    return f"[{'#' * filled}{'.' * (BAR_CELLS - filled)}] {share:4.0%}"
