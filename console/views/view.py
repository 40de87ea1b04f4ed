"""What every view is: a widget that shows the desk, and knows what a key would act on.

A screen shows one view at a time and tells only that one of updates; a view that becomes current is
shown the last one. Attributes go down, messages come up.
"""

from __future__ import annotations

from typing import ClassVar

from textual.binding import BindingType
from textual.widget import Widget

from console.desk import Desk
from console.model.rows import Cell
from console.snapshot import Update


class View(Widget):
    """One of the numbered views.

    Args:
        desk: What it shows.
        id: Its name: `sessions`, `disk`, `session`, `events`, `statistics`, `health`.

    Attributes:
        TITLE: What its tab says.
        CAN_FILTER: Whether `/` means anything here.
        desk: What it shows.
        filter_text: The filter as it was typed; empty for none.
    """

    TITLE: ClassVar[str] = ""
    CAN_FILTER: ClassVar[bool] = False
    BINDINGS: ClassVar[list[BindingType]] = []
    DEFAULT_CSS = "View { height: 1fr; width: 1fr; }"

    def __init__(self, desk: Desk, *, id: str) -> None:  # noqa: A002
        super().__init__(id=id)
        self.desk = desk
        self.filter_text = ""

    def show(self, update: Update, now_ms: int) -> None:
        """Shows an update; the desk has taken it already.

        Args:
            update: The newest update.
            now_ms: The time now, Unix ms.
        """
        raise NotImplementedError

    def tick(self, now_ms: int) -> None:
        """Lets ages tick, once a second while this view is current."""

    def take_focus(self) -> None:
        """Gives the focus to what the keys move in: the view's first widget that can have it."""
        for widget in self.query("*").results(Widget):
            if widget.focusable:
                self.screen.set_focus(widget)  # At once: the next key may be meant for it already.
                return

    @property
    def subject(self) -> str | None:
        """The id of the session under the cursor; None where there is none."""
        return None

    def targets(self) -> tuple[str, ...]:
        """Returns the ids a command would act on: those marked, else the one under the cursor."""
        return (self.subject,) if self.subject is not None else ()

    def go_to(self, session: str) -> bool:
        """Puts the cursor on a session; whether it is here."""
        return False

    def take_filter(self, text: str) -> str:
        """Applies a filter as it is typed; returns what is wrong with it, in words, or nothing."""
        return ""

    def step_back(self) -> bool:
        """Undoes the innermost thing that was begun here: marks, filter, freeze, cursor.

        Returns:
            Whether there was one.
        """
        return False

    def hold(self, why: str) -> None:
        """Lets rows stand still from now on, as while a dialog is open; values go on."""

    def let_go(self, why: str) -> None:
        """Ends a hold of the same name."""

    def status(self) -> tuple[Cell, ...]:
        """Says what state the view is in, for the line below it: filter, marks, sort, freeze."""
        return ()
