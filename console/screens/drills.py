"""The drills: choose one, watch it, stop it, and read what it came to.

A drill runs on a thread of its own. Closing the screen stops it, as escape does.
"""

from __future__ import annotations

import os
from enum import Enum
from functools import partial
from pathlib import Path
from typing import ClassVar, Final

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.screen import ModalScreen
from textual.widgets import Button, Footer, Input

from console.desk import Desk
from console.model.drilling import DrillOrder, live_ids, order_words, report_stem
from console.model.going import Going
from console.model.rows import Cell
from console.screens.drill_work import Ended, Reported, Saved, drill_work, live_question, save_work
from console.snapshot import Mode
from console.text import visible
from console.widgets.drill_form import DrillForm
from console.widgets.drill_report import DrillReport
from console.widgets.headway import Headway
from console.widgets.lines import Lines
from tracker import Report

EVERY_S: Final = 0.1
"""How often the progress on the screen is brought up to date."""


class Phase(Enum):
    """How far the screen is."""

    CHOOSING = "choosing"
    RUNNING = "running"
    ENDED = "ended"


class DrillScreen(ModalScreen[None]):
    """Runs drills.

    Args:
        desk: What it shows and acts through.
        targets: The ids that were chosen before; perhaps none.
        folder: Where reports are saved; the user's own folder by default.
    """

    AUTO_FOCUS = "#drill-start"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+s", "start", "Start", id="drill.start", tooltip="Begin the drill"),
        Binding("w", "save", "Save", id="drill.save", tooltip="Save the report as TOML and JSON"),
        Binding("n", "again", "Another", id="drill.again", tooltip="Choose another drill"),
        Binding(
            "escape",
            "step_back",
            "Stop or close",
            id="drill.stop",
            tooltip="Stop the drill with what was done so far; then close",
        ),
    ]
    DEFAULT_CSS = """
    DrillScreen { align: center middle; background: $background 60%; }
    DrillScreen #drill-frame {
        width: 110; max-width: 100%; height: auto; max-height: 100%; padding: 0 1;
        border: round $primary; background: $surface; color: $foreground;
    }
    DrillScreen #drill-frame.-full { height: 100%; }
    DrillScreen LiveTable { background: $surface; }
    DrillScreen #drill-title { text-wrap: nowrap; text-overflow: ellipsis; margin-bottom: 1; }
    DrillScreen #drill-buttons { height: 1; align-horizontal: right; }
    DrillScreen Button {
        min-width: 8; margin-left: 1; background: $panel; color: $foreground; text-style: none;
    }
    DrillScreen Button:focus { text-style: bold reverse; }
    DrillScreen.-low #drill-frame { height: 100%; }
    DrillScreen.-low DrillForm { height: 1fr; }
    DrillScreen.-low #drill-title { display: none; }
    DrillScreen.-low .row { margin-bottom: 0; }
    DrillScreen #drill-said { max-height: 4; }
    DrillScreen.-low #drill-said { max-height: 2; }
    """
    VERTICAL_BREAKPOINTS = [(0, "-low"), (22, "-tall")]

    def __init__(
        self, desk: Desk, targets: tuple[str, ...] = (), *, folder: Path | None = None
    ) -> None:
        super().__init__()
        self._desk = desk
        self._targets = targets
        self._folder = folder
        self._phase = Phase.CHOOSING
        self._order = DrillOrder()
        self._going = Going()
        self._reports: list[Report] = []
        self._why = ""

    def compose(self) -> ComposeResult:
        """Arranges the form, the progress, the report and the buttons."""
        board, update = self._desk.board, self._desk.board.update
        is_observer = update is None or update.mode is Mode.OBSERVE
        directory = visible(update.directory, 300) if update else ""
        with Vertical(id="drill-frame"):
            yield Lines(Cell(f"Drill  {directory}", "strong"), id="drill-title")
            yield DrillForm(
                board.folder_count,
                board.occupancy,
                self._targets,
                has_live=update is not None and not update.is_read_only,
                live_refusal="only an owner can; this console observes" if is_observer else "",
                id="drill-form",
            )
            yield Headway(id="drill-headway")
            yield DrillReport(id="drill-report")
            yield Lines(id="drill-said")
            with Horizontal(id="drill-buttons"):
                yield Button("Close", id="drill-close", compact=True)
                yield Button("Stop", id="drill-halt", compact=True)
                yield Button("Save", id="drill-save", compact=True)
                yield Button("Start", id="drill-start", compact=True)
        yield Footer(compact=True)

    def on_mount(self) -> None:
        """Begins with the form."""
        self._headway_timer = self.set_interval(EVERY_S, self._show_headway, pause=True)
        self._enter(Phase.CHOOSING)

    def on_unmount(self) -> None:
        """Stops a drill that still runs."""
        self._going.stop()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Hides the keys that mean nothing now."""
        if action == "start":
            return self._phase is Phase.CHOOSING
        if action == "save":
            return self._phase is Phase.ENDED and bool(self._reports)
        if action == "again":
            return self._phase is Phase.ENDED
        return True

    # -- actions ----------------------------------------------------------------------------------

    def action_start(self) -> None:
        """Begins the drill that was chosen; a live one is asked for first."""
        if self._phase is not Phase.CHOOSING:
            return
        try:
            order = self.query_one(DrillForm).order()
        except ValueError as error:
            self._say(Cell(visible(str(error), 300), "bad"))
            return
        if order.is_live:
            self._ask_live(order)
        else:
            self._run(order, "")

    def action_step_back(self) -> None:
        """Stops the drill; closes the screen where none runs, or it was stopped before."""
        if self._phase is Phase.RUNNING and not self._going.was_stopped:
            self._going.stop()
            self._say(Cell("Stopping… escape closes without waiting for the report.", "warn"))
        else:
            self.dismiss()

    def action_save(self) -> None:
        """Saves the report; says where, again too where it has been."""
        if self._phase is Phase.ENDED and self._reports:
            stem = report_stem(self._order, self._reports, os.getpid())
            work = save_work(self, tuple(self._reports), stem, self._folder)
            self.run_worker(work, thread=True, group="save", exit_on_error=False)

    def action_again(self) -> None:
        """Goes back to the form."""
        self._enter(Phase.CHOOSING)

    @on(Button.Pressed)
    def _press(self, event: Button.Pressed) -> None:
        event.stop()
        if event.button.id == "drill-start":
            self.action_start()
        elif event.button.id == "drill-save":
            self.action_save()
        else:
            self.action_step_back()

    @on(Input.Submitted)
    def _submit(self, event: Input.Submitted) -> None:
        event.stop()
        self.action_start()

    # -- running ----------------------------------------------------------------------------------

    def _ask_live(self, order: DrillOrder) -> None:
        from console.screens.confirm import Confirm

        ids = live_ids(order, self._desk.board.newest_first()[::-1])
        asked = live_question(self._desk.board, ids)
        if asked is None:
            self._say(Cell("There is no session in memory to drill.", "bad"))
            return
        # Whatever comes and goes in memory meanwhile, the answer is about these.
        fixed = DrillOrder(order.plan, ids, None, order.seed, True)
        self.app.push_screen(Confirm(asked), partial(self._take_answer, fixed))

    def _take_answer(self, order: DrillOrder, reason: str | None) -> None:
        if reason is not None:
            self._run(order, reason)

    def _run(self, order: DrillOrder, reason: str) -> None:
        self._order, self._reports, self._why = order, [], ""
        going = self._going = Going()
        work = drill_work(self, self._desk.operator, order, going, reason)
        self._enter(Phase.RUNNING)
        self.run_worker(work, thread=True, group="drill", exit_on_error=False)

    @on(Reported)
    def _take_report(self, message: Reported) -> None:
        message.stop()
        self._reports.append(message.report)
        if self._is_whole:
            self._show_report()

    @on(Ended)
    def _take_end(self, message: Ended) -> None:
        message.stop()
        self._why = message.why
        if not self._is_whole:
            return
        self._enter(Phase.ENDED)
        if message.warning:
            self._say(Cell(visible(message.warning, 600), "bad"))

    @on(Saved)
    def _take_saved(self, message: Saved) -> None:
        message.stop()
        if not self._is_whole:
            return
        if message.why:
            self._say(Cell(f"The report can't be saved: {visible(message.why, 600)}", "bad"))
        else:
            toml, json = message.paths
            self._say(
                Cell(f"saved as {visible(json.name)} and .toml in {visible(str(toml.parent))}")
            )

    # -- showing ----------------------------------------------------------------------------------

    def _enter(self, phase: Phase) -> None:
        self._phase = phase
        self.query_one("#drill-form").display = phase is Phase.CHOOSING
        for name, shown_in in (
            ("close", (Phase.CHOOSING, Phase.ENDED)),
            ("halt", (Phase.RUNNING,)),
            ("save", (Phase.ENDED,) if self._reports else ()),
            ("start", (Phase.CHOOSING,)),
        ):
            self.query_one(f"#drill-{name}").display = phase in shown_in
        self._say()
        if phase is Phase.RUNNING:
            self._headway_timer.resume()
            self._show_headway()
        else:
            self._headway_timer.pause()
            self.query_one(Headway).hide()
        self._show_report()
        self._focus_first()
        self.refresh_bindings()

    def _focus_first(self) -> None:
        if self._phase is Phase.CHOOSING:
            self.query_one("#drill-start").focus()
        elif self._phase is Phase.RUNNING:
            self.set_focus(None)  # An enter typed too fast must not stop what it began.
        else:
            self.query_one("#drilled" if self._reports else "#drill-close").focus()

    def _show_headway(self) -> None:
        if not self._is_whole:
            return
        words = order_words(self._order)
        if self._order.plan == "all":
            words += f", plan {len(self._reports) + 1} of 3"
        self.query_one(Headway).show(words, self._going.done, self._going.total)

    def _show_report(self) -> None:
        report = self.query_one(DrillReport)
        if self._phase is Phase.CHOOSING:
            report.display = False
            self.query_one("#drill-frame").remove_class("-full")
            return
        has_more = bool(self._reports) or self._phase is Phase.ENDED
        self.query_one("#drill-frame").set_class(has_more, "-full")
        report.show(self._reports, self._why, has_ended=self._phase is Phase.ENDED)

    @property
    def _is_whole(self) -> bool:
        # What a thread answers may come after the widgets are gone.
        return bool(self.query("#drill-said") and self.query("#what-lines"))

    def _say(self, *cells: Cell) -> None:
        self.query_one("#drill-said", Lines).show(cells)
