"""Marks: the rows of a table that a command will act on, instead of the one under the cursor.

While there are any, rows stand still: see `RosterView`.
"""

from __future__ import annotations

from itertools import islice
from typing import ClassVar

from textual.binding import Binding, BindingType

from console.desk import Desk
from console.model.roster import Source
from console.model.rows import Cell
from console.views.roster_view import RosterView
from console.widgets.live_table import DIVIDER


class TableView(RosterView):
    """A live table whose rows can be marked.

    Args:
        desk: What it shows.
        source: Where its rows come from.
        id: The view's id.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("space", "mark", "Mark", id="table.mark", tooltip="Mark this row, or unmark it"),
        Binding(
            "ctrl+@,ctrl+space",
            "mark_range",
            "Mark range",
            show=False,
            id="table.mark-range",
            tooltip="Mark from the last mark to here",
        ),
        Binding(
            "a",
            "mark_all",
            "Mark all",
            show=False,
            id="table.mark-all",
            tooltip="Mark all rows that match the filter",
        ),
    ]

    def __init__(self, desk: Desk, source: Source, *, id: str) -> None:  # noqa: A002
        super().__init__(desk, source, id=id)
        self._anchor: str | None = None

    def targets(self) -> tuple[str, ...]:
        """Returns the sessions of the marked rows, else the one under the cursor."""
        if not self.roster.marks:
            return super().targets()
        found = (self.session_of(key) for key in self.roster.marks)
        return tuple(dict.fromkeys(session for session in found if session is not None))

    def step_back(self) -> bool:
        """Takes back the marks, else what the table has."""
        if not self.roster.marks:
            return super().step_back()
        self.roster.clear_marks()
        self._show_marks()
        return True

    def status(self) -> tuple[Cell, ...]:
        """Says how many are marked, then what the table has."""
        if not self.roster.marks:
            return super().status()
        count = len(self.roster.marks)
        hidden = len(self.roster.hidden_marks())
        words = f"{count:,} marked" + (f", {hidden:,} of them hidden" if hidden else "")
        return (Cell(words, "accent"), *super().status())

    def action_mark(self) -> None:
        """Marks the row under the cursor, or unmarks it, and goes on to the next."""
        key = self.table.cursor_key
        if key is None:
            self.table.action_move(1)
            return
        self.roster.toggle(key)
        self._anchor = key
        self.table.action_move(1)
        self._show_marks()

    def action_mark_range(self) -> None:
        """Marks all rows between the last one marked and the cursor."""
        key = self.table.cursor_key
        if key is not None:
            self.roster.mark_range(self._anchor or key, key)
            self._anchor = key
            self._show_marks()

    def action_mark_all(self) -> None:
        """Marks all rows that are shown; where all are, none."""
        self.roster.mark_all()
        self._show_marks()

    def mark(self, sessions: tuple[str, ...]) -> None:
        """Marks these sessions and no others."""
        self.roster.clear_marks()
        keys = (self.key_of(session) for session in sessions)
        self.roster.mark_many(key for key in keys if key is not None)
        self._show_marks()

    def coldest(self, count: int) -> tuple[str, ...]:
        """Returns the sessions shown that would be evicted next, the next one first."""
        shown = set(self.matching())
        oldest = (one.session for one in self.desk.board.oldest_first() if not one.is_pinned)
        return tuple(islice((session for session in oldest if session in shown), count))

    def idle(self, idle_ms: int) -> tuple[str, ...]:
        """Returns the sessions shown that are in memory and idle that long, the longest first."""
        shown, now_ms = set(self.matching()), self.desk.clock()
        return tuple(
            one.session
            for one in sorted(self.desk.board.oldest_first(), key=lambda one: one.touched_ms)
            if one.session in shown and now_ms - one.touched_ms >= idle_ms
        )

    def matching(self) -> tuple[str, ...]:
        """Returns the sessions shown."""
        found = (self.session_of(key) for key in self.roster.rows if key != DIVIDER)
        return tuple(dict.fromkeys(session for session in found if session is not None))

    def unmark(self, sessions: tuple[str, ...]) -> None:
        """Takes the marks of these sessions away."""
        gone = set(sessions)
        self.roster.unmark([key for key in self.roster.marks if self.session_of(key) in gone])
        self._show_marks()

    def _show_marks(self) -> None:
        if not self.roster.marks:
            self._anchor = None
        self._show_rows()
        self.table.refresh()
