"""Headway: how far some work is, as a bar with its share and in numbers. Hidden while none runs."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import ProgressBar

from console.model.rows import Cell
from console.widgets.lines import Lines


class Headway(Vertical):
    """A bar above its words. Fill it with `show`, and end it with `hide`.

    Args:
        id: The widget's id.
    """

    DEFAULT_CSS = """
    Headway { height: auto; display: none; }
    Headway ProgressBar { width: 1fr; }
    Headway Bar { width: 1fr; }
    """

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)

    def compose(self) -> ComposeResult:
        """Arranges the bar above the words."""
        yield ProgressBar(show_eta=False)
        yield Lines()

    def show(self, words: str, done: int, total: int) -> None:
        """Shows how far it is.

        Args:
            words: What is being done, safe to show.
            done: How much is done.
            total: Of how much; 0 while that isn't known.
        """
        self.display = True
        self.query_one(ProgressBar).update(total=total or None, progress=done)
        far = f"{done:,} of {total:,}" if total else f"{done:,}" if done else "beginning"
        self.query_one(Lines).show([Cell(f"{words}  {far}")])

    def hide(self) -> None:
        """Takes it away."""
        self.display = False
