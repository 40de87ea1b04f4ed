"""The form of a drill: which plan, which sessions, the seed, and where."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, cast

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, VerticalScroll
from textual.widget import Widget
from textual.widgets import Label

from console.model.drilling import DrillOrder, Which, order_of
from console.model.wording import counted
from console.text import visible
from console.widgets.entry import Entry
from console.widgets.options import Option, Options
from tracker import Plan

PLANS: Final = (
    Option("restore", "restore", "the sessions of this directory, evicted and rehydrated"),
    Option("wave", "wave", "more synthetic sessions than memory holds, and what must hold then"),
    Option("invisibility", "invisibility", "evicting all the time, beside never evicting"),
    Option("all", "all", "one after the other"),
)
SCRATCH: Final = Option("scratch", "scratch copy", "nothing in the directory changes")
LIVE: Final = Option("live", "live", "the running tracker itself, while events go on")
NOT_LIVE: Final = "goes with the restore plan only"


class DrillForm(VerticalScroll, can_focus=False):
    """Asks which drill.

    Args:
        folders: How many sessions are on disk.
        tracked: How many are in memory.
        chosen: The ids that were chosen before; perhaps none.
        has_live: Whether a live drill is offered at all.
        live_refusal: Why a live drill can't be had, in words; empty where it can.
        id: The widget's id.
    """

    DEFAULT_CSS = """
    DrillForm { height: auto; max-height: 100%; scrollbar-size-vertical: 1; }
    DrillForm .row { height: auto; margin-bottom: 1; }
    DrillForm .row > Label { width: 10; color: $quiet; }
    DrillForm .row > Entry { width: 22; background: $panel; }
    """

    def __init__(
        self,
        folders: int,
        tracked: int,
        chosen: tuple[str, ...],
        *,
        has_live: bool,
        live_refusal: str,
        id: str | None = None,  # noqa: A002
    ) -> None:
        super().__init__(id=id)
        self._chosen = chosen
        self._has_live = has_live
        self._live_refusal = live_refusal
        in_memory = f"; live: the {tracked:,} in memory" if has_live and not live_refusal else ""
        which = [
            Option("all", "all", f"{folders:,} on disk{in_memory}"),
            Option("coldest", "coldest", "only so many, those idle longest"),
        ]
        if chosen:
            only = visible(chosen[0], 200) if len(chosen) == 1 else counted(len(chosen), "session")
            which.append(Option("chosen", "chosen", only))
        self._which = tuple(which)

    def compose(self) -> ComposeResult:
        """Arranges the questions below each other, each behind its name."""
        which = "chosen" if len(self._chosen) > 1 else "all"
        yield _row("Plan", [Options(PLANS, id="drill-plan")])
        yield _row("Sessions", [Options(self._which, chosen=which, id="drill-which")])
        yield _row("How many", [Entry("10", id="drill-count")])
        yield _row("Seed", [Entry("1", id="drill-seed")])
        yield _row("Where", [Options(self._where("restore"), id="drill-where")])

    def on_mount(self) -> None:
        """Shows what belongs to the plan that is chosen."""
        self._fit_to_plan()

    def order(self) -> DrillOrder:
        """Returns the drill that is asked for. Raises ValueError where something typed is wrong."""
        return order_of(
            cast(Plan, self._options("drill-plan").chosen),
            cast(Which, self._options("drill-which").chosen),
            count_text=self.query_one("#drill-count", Entry).value,
            seed_text=self.query_one("#drill-seed", Entry).value,
            chosen=self._chosen,
            is_live=self._options("drill-where").chosen == "live",
        )

    @on(Options.Chosen)
    def _fit_to_plan(self) -> None:
        plan = self._options("drill-plan").chosen
        takes_sessions = plan in ("restore", "all")
        is_coldest = self._options("drill-which").chosen == "coldest"
        self._show_row("drill-which", takes_sessions)
        self._show_row("drill-count", takes_sessions and is_coldest)
        self._options("drill-where").offer(self._where(plan))

    def _where(self, plan: str) -> tuple[Option, ...]:
        if not self._has_live:
            return (SCRATCH,)
        refusal = self._live_refusal or (NOT_LIVE if plan != "restore" else "")
        return SCRATCH, LIVE._replace(refusal=refusal)

    def _options(self, name: str) -> Options:
        return self.query_one(f"#{name}", Options)

    def _show_row(self, name: str, is_shown: bool) -> None:
        row = self.query_one(f"#{name}").parent
        if isinstance(row, Widget):
            row.display = is_shown


def _row(label: str, widgets: Iterable[Widget]) -> Horizontal:
    return Horizontal(Label(label), *widgets, classes="row")
