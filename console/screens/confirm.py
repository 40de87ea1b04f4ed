"""The question before an action: what will happen, to how many and to whom, and an optional why.

The focus begins on no, so that an enter typed too fast destroys nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar, Final

from textual import on
from textual.binding import Binding, BindingType
from textual.widget import Widget
from textual.widgets import Button, Input

from console.acting.asking import Question
from console.model.rows import Cell
from console.screens.dialog import Dialog, Ids, Said, Talk
from console.widgets.entry import Entry

REASON_WORDS: Final = "reason, for the audit file (optional)"


class Confirm(Dialog[str]):
    """Shows a question; answers the reason, perhaps empty, or None where it was cancelled.

    Args:
        question: What is asked.
    """

    IS_GRAVE = True
    FIELD_ROWS = 1
    NO_KEY = "dialog.no"
    YES_KEY = "dialog.yes"
    AUTO_FOCUS = "#no"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("y", "confirm", "Yes", id="dialog.yes", tooltip="Do it"),
        Binding("n", "cancel", "No", id="dialog.no", tooltip="Close, and do nothing"),
    ]

    def __init__(self, question: Question) -> None:
        super().__init__(question.title, question.confirm_label, "No")
        self._question = question

    def compose_body(self) -> Iterable[Widget]:
        """Returns the lines and the first ids, and the reason's entry."""
        lines = Said([Cell(line) for line in self._question.lines], id="lines")
        yield Talk(lines, Ids(id="ids"))
        yield Entry(placeholder=REASON_WORDS, id="reason")

    def on_mount(self) -> None:
        """Names the first ids."""
        ids = self._question.ids
        self.query_one(Ids).show(ids, len(ids))

    def answer(self) -> str:
        """Returns the reason as it was typed."""
        return self.query_one(Entry).value.strip()

    @on(Input.Submitted)
    def _go_to_yes(self, event: Input.Submitted) -> None:
        # Enter ends the reason; a second one, on yes, is the answer.
        event.stop()
        self.query_one("#yes", Button).focus()
