"""Progress of work that takes longer than a moment: one line on standard error, on a terminal."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from typing import Final

PATIENCE_S: Final = 0.2
"""How long work goes on before it shows; most is done by then."""

EVERY_S: Final = 0.1
BAR_CELLS: Final = 24
USUAL_COLUMNS: Final = 80


class Progress:
    """A line that shows how far some work is, and is gone when it ends. A context manager.

    Args:
        what: What is being done, in a word or two.
        shows: Whether it may show at all; it never does where standard error is no terminal.
        hint: Returns what to say behind it, such as which key stops the work.
    """

    def __init__(
        self, what: str, *, shows: bool = True, hint: Callable[[], str] | None = None
    ) -> None:
        self._what = what
        self._shows = shows and can_show()
        self._hint = hint
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
            line = f"{self._what}  {progress_text(done, total)}"
            if self._hint is not None and (hint := self._hint()):
                line += f"  {hint}"
            # A line that wrapped could not be taken away again.
            sys.stderr.write(f"\r\x1b[2K{line[: _columns() - 1]}")
            sys.stderr.flush()
        return True

    def clear(self) -> None:
        """Takes the line away, so that something else can be said."""
        if self._is_shown:
            self._is_shown = False
            sys.stderr.write("\r\x1b[2K")
            sys.stderr.flush()


def can_show() -> bool:
    """Returns whether progress can be shown: standard error is a terminal."""
    return sys.stderr is not None and sys.stderr.isatty()


def progress_text(done: int, total: int) -> str:
    """Returns a bar with its share, or a bare count where the total isn't known."""
    if total <= 0:
        return f"{done:,}"
    share = min(done / total, 1.0)
    filled = round(share * BAR_CELLS)
    return f"[{'#' * filled}{'.' * (BAR_CELLS - filled)}] {share:4.0%}"


def _columns() -> int:
    """Returns the width of the terminal that is standard error."""
    try:
        return os.get_terminal_size(sys.stderr.fileno()).columns or USUAL_COLUMNS
    except OSError:
        return USUAL_COLUMNS
