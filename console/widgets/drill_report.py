"""What drills came to: pass or fail, large and in words, then session by session."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical, VerticalScroll

from console.messages import CursorMoved
from console.model.reports import (
    check_lines,
    compared_text,
    drilled_cells,
    ending_words,
    reason_list,
    summary_line,
    whole_ending,
)
from console.model.rows import Cell
from console.model.wording import whole
from console.text import visible
from console.widgets.columns import Column
from console.widgets.lines import Lines
from console.widgets.live_table import LiveTable
from tracker import DrilledSession, Report

PLAN: Final = Column("plan", "plan", 12, 10)
COLUMNS: Final = (
    Column("ended", "ended", 7, 95),
    Column("session", "session", 12, 90, grows=True, keeps_end=True),
    Column("durable", "durable", 7, 30, is_right=True),
    Column("guards", "guards", 6, 29, is_right=True),
    Column("spilled", "spilled", 7, 28, is_right=True),
    Column("load", "load", 7, 20, is_right=True),
    Column("why", "what differed, or why", 28, 40),
)
BANDS: Final = {
    "passed": "✔  P A S S E D",
    "failed": "✗  F A I L E D",
    "stopped": "■  S T O P P E D",
}
CHOOSE: Final = Cell("↑ ↓ choose a session: how it was compared is said here.", "dim")


class DrillReport(Vertical):
    """Shows reports. Fill it with `show`; hidden before.

    Args:
        id: The widget's id.
    """

    DEFAULT_CSS = """
    DrillReport { height: 1fr; display: none; }
    DrillReport #ending { padding: 1 2; text-style: bold; }
    DrillReport.-passed #ending { background: $success-muted; color: $text-success; }
    DrillReport.-failed #ending { background: $error-muted; color: $text-error; }
    DrillReport.-stopped #ending { background: $warning-muted; color: $text-warning; }
    DrillReport #what { height: auto; max-height: 40%; scrollbar-size-vertical: 1; }
    DrillReport #drilled { height: 1fr; min-height: 3; }
    DrillReport #one {
        height: auto; max-height: 30%; border-top: hkey $border-blurred; scrollbar-size-vertical: 1;
    }
    DrillReport.-low #ending {
        padding: 0 1; height: 1; text-wrap: nowrap; text-overflow: ellipsis;
    }
    DrillReport.-low #what { max-height: 2; }
    DrillReport.-low #one { display: none; }
    """

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._sessions: dict[str, tuple[str, DrilledSession]] = {}

    def compose(self) -> ComposeResult:
        """Arranges the ending, what was checked, the sessions and the one under the cursor."""
        yield Lines(id="ending")
        with VerticalScroll(id="what", can_focus=False):
            yield Lines(id="what-lines")
        yield LiveTable(COLUMNS, self._cells, id="drilled")
        with VerticalScroll(id="one", can_focus=False):
            yield Lines(id="one-lines")

    def show(self, reports: Sequence[Report], why: str, *, has_ended: bool) -> None:
        """Takes the reports that there are so far.

        Args:
            reports: The reports, one a plan.
            why: Why there are no more, in words; empty where all was done.
            has_ended: Whether there will be no more.
        """
        self.display = bool(reports or why)
        self._show_ending(reports, why, has_ended)
        lines = [Cell(f"It ended early: {visible(why, 600)}", "bad")] if why else []
        for report in reports:
            lines.append(Cell(summary_line(report), "strong"))
            lines += check_lines(report)
        self.query_one("#what-lines", Lines).show(lines)
        self._sessions = {
            f"{report.plan}/{number}": (report.plan, one)
            for report in reports
            for number, one in enumerate(report.sessions)
        }
        table = self.query_one("#drilled", LiveTable)
        table.set_columns(COLUMNS if len(reports) < 2 else (COLUMNS[0], PLAN, *COLUMNS[1:]))
        table.show(list(self._sessions), empty_text="No session of its own." if reports else "")
        table.display = bool(reports)
        self._show_one()

    def on_resize(self) -> None:
        """Leaves out what there is no room for."""
        self.set_class(self.size.height < 18, "-low")

    def _show_ending(self, reports: Sequence[Report], why: str, has_ended: bool) -> None:
        ending = "failed" if why else whole_ending(reports)
        for name in BANDS:
            self.set_class(has_ended and name == ending, f"-{name}")
        words = ending_words(reports) if reports else "The drill could not be done."
        lines = [Cell(f"{BANDS[ending]}   {words}")] if has_ended else []
        self.query_one("#ending", Lines).show(lines)

    @on(CursorMoved, "#drilled")
    def _choose(self, message: CursorMoved) -> None:
        message.stop()
        self._show_one()

    def _show_one(self) -> None:
        key = self.query_one("#drilled", LiveTable).cursor_key
        found = self._sessions.get(key) if key is not None else None
        lines = [CHOOSE] if self._sessions else []
        if found is not None:
            plan, session = found
            lines = [
                Cell(f"{session.ended}: {whole(session.session)}", "strong"),
                Cell(f"{plan}; {compared_text(session)} that could have been lost", "dim"),
                *(Cell(reason) for reason in reason_list(session)),
            ]
        self.query_one("#one-lines", Lines).show(lines)

    def _cells(self, key: str, _index: int) -> dict[str, Cell]:
        return drilled_cells(*self._sessions[key])
