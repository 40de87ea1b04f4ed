"""The prune: an age is typed, the plan is shown, its count is typed, and exactly that is deleted.

Planning and deleting run on threads of their own; escape stops either. What was typed after a plan
was made makes it void: the plan that is shown is the plan that is applied.
"""

from __future__ import annotations

from enum import Enum
from typing import ClassVar, Final

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.screen import ModalScreen
from textual.widgets import Button, Footer, Input, Label

from console.desk import Desk
from console.model.going import Going
from console.model.prune_plan import (
    apply_refusal,
    confirmation,
    outcome_cells,
    outcome_lines,
    parse_age_ms,
    plan_cells,
)
from console.model.rows import Cell
from console.screens.prune_work import Applied, Planned, apply_work, plan_work
from console.text import visible
from console.widgets.entry import Entry
from console.widgets.headway import Headway
from console.widgets.lines import Lines
from console.widgets.text_pane import TextPane, wrapped
from tracker import PrunePlan

EVERY_S: Final = 0.1
"""How often the progress on the screen is brought up to date."""


class Phase(Enum):
    """How far the screen is."""

    ASKING = "asking"
    PLANNING = "planning"
    PLANNED = "planned"
    APPLYING = "applying"
    ENDED = "ended"


WORKING: Final = {
    Phase.PLANNING: "looking at folders",
    Phase.APPLYING: "deleting",
}


class PruneScreen(ModalScreen[None]):
    """Plans a prune, and applies the plan where an owner confirms it.

    Args:
        desk: What it shows and acts through.
    """

    AUTO_FOCUS = "#prune-age"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+r", "plan", "Plan", id="prune.plan", tooltip="Make the plan for this age"),
        Binding("ctrl+s", "apply", "Delete", id="prune.apply", tooltip="Do exactly this plan"),
        Binding(
            "escape",
            "step_back",
            "Stop or close",
            id="prune.stop",
            tooltip="Stop what runs, between two folders; then close",
        ),
    ]
    DEFAULT_CSS = """
    PruneScreen { align: center middle; background: $background 60%; }
    PruneScreen #prune-frame {
        width: 100%; height: 100%; padding: 0 1;
        border: round $warning; background: $surface; color: $foreground;
    }
    PruneScreen #prune-title { text-wrap: nowrap; text-overflow: ellipsis; margin-bottom: 1; }
    PruneScreen .row { height: 1; }
    PruneScreen .row > Label { width: 24; color: $quiet; }
    PruneScreen Entry { background: $panel; width: 1fr; }
    PruneScreen #prune-age { max-width: 16; }
    PruneScreen #prune-page { height: 1fr; margin: 1 0; background: $background; }
    PruneScreen Button {
        min-width: 8; margin-left: 1; background: $panel; color: $foreground; text-style: none;
    }
    PruneScreen Button:focus { text-style: bold reverse; }
    PruneScreen #prune-apply { background: $error-muted; color: $text-error; }
    PruneScreen #prune-confirm { height: auto; display: none; }
    PruneScreen.-low #prune-title { margin-bottom: 0; }
    PruneScreen.-low #prune-page { margin: 0; }
    PruneScreen.-narrow .row > Label { width: 11; }
    PruneScreen.-narrow #prune-phrase { width: auto; padding-right: 1; }
    """
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (70, "-normal")]
    VERTICAL_BREAKPOINTS = [(0, "-low"), (22, "-tall")]

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self._phase = Phase.ASKING
        self._going = Going()
        self._plan: PrunePlan | None = None

    def compose(self) -> ComposeResult:
        """Arranges the age, the progress, the plan, and what confirms it."""
        update = self._desk.board.update
        directory = visible(update.directory, 300) if update else ""
        with Vertical(id="prune-frame"):
            yield Lines(Cell(f"Prune  {directory}", "strong"), id="prune-title")
            with Horizontal(classes="row"):
                yield Label("older than")
                yield Entry(placeholder="7d", id="prune-age")
                yield Button("Plan", id="prune-plan", compact=True)
                yield Button("Close", id="prune-close", compact=True)
            yield Headway(id="prune-headway")
            yield Lines(id="prune-said")
            yield TextPane(id="prune-page")
            with Vertical(id="prune-confirm"):
                with Horizontal(classes="row"):
                    yield Label("", id="prune-phrase")
                    yield Entry(id="prune-typed")
                    yield Button("Delete", id="prune-apply", compact=True)
                with Horizontal(classes="row"):
                    yield Label("reason")
                    yield Entry(placeholder="for the audit file; optional", id="prune-reason")
        yield Footer(compact=True)

    def on_mount(self) -> None:
        """Begins with the age."""
        self._headway_timer = self.set_interval(EVERY_S, self._show_headway, pause=True)
        self._enter(
            Phase.ASKING,
            Cell("A session goes whole, once its newest file is older than this: 7d, 12h, 2w."),
            Cell("The plan is shown first; nothing is deleted before it is confirmed.", "dim"),
        )

    def on_unmount(self) -> None:
        """Stops what still runs."""
        self._going.stop()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Hides the keys that mean nothing now; greys the one that isn't confirmed yet."""
        if action == "plan":
            return self._phase not in WORKING
        if action == "apply":
            if self._phase is not Phase.PLANNED or self._refusal or not self._count:
                return False
            return True if self._is_confirmed else None
        return True

    # -- actions ----------------------------------------------------------------------------------

    def action_plan(self) -> None:
        """Makes the plan for the age that was typed."""
        if self._phase in WORKING:
            return
        try:
            older_than_ms = parse_age_ms(self._entry("age").value)
        except ValueError as error:
            self._enter(Phase.ASKING, Cell(visible(str(error), 300), "bad"))
            return
        self._going = Going()
        width = self.query_one(TextPane).scrollable_content_region.width
        work = plan_work(self, self._desk.link, older_than_ms, self._going, max(width - 1, 1))
        self._enter(Phase.PLANNING)
        self.run_worker(work, thread=True, group="prune", exit_on_error=False)

    def action_apply(self) -> None:
        """Applies the plan that is shown, once its count was typed."""
        plan = self._plan
        if self._phase is not Phase.PLANNED or plan is None or self._refusal:
            return
        if not self._is_confirmed:
            self._say(
                *plan_cells(plan, ""), Cell(f"Type {confirmation(plan)} to confirm it.", "bad")
            )
            return
        self._going = Going()
        reason = self._entry("reason").value.strip()
        work = apply_work(self, self._desk.operator, plan, self._going, reason)
        self._enter(Phase.APPLYING, *plan_cells(plan, ""))
        self.run_worker(work, thread=True, group="prune", exit_on_error=False)

    def action_step_back(self) -> None:
        """Stops what runs; closes the screen where nothing does, or it was stopped before."""
        if self._phase in WORKING and not self._going.was_stopped:
            self._going.stop()
            self._say(Cell("Stopping…", "warn"))
        else:
            self.dismiss()

    @on(Button.Pressed)
    def _press(self, event: Button.Pressed) -> None:
        event.stop()
        if event.button.id == "prune-plan":
            self.action_plan()
        elif event.button.id == "prune-apply":
            self.action_apply()
        else:
            self.action_step_back()

    @on(Input.Submitted)
    def _submit(self, event: Input.Submitted) -> None:
        event.stop()
        if event.input.id == "prune-age":
            self.action_plan()
        else:
            self.action_apply()

    @on(Input.Changed)
    def _type(self, event: Input.Changed) -> None:
        event.stop()
        if event.input.id == "prune-age" and self._phase in (Phase.PLANNED, Phase.ENDED):
            self._enter(Phase.ASKING, Cell("The age changed; enter makes the plan anew.", "warn"))
        self.query_one("#prune-apply", Button).disabled = not self._is_confirmed
        self.refresh_bindings()

    # -- answers ----------------------------------------------------------------------------------

    @on(Planned)
    def _take_plan(self, message: Planned) -> None:
        message.stop()
        if not self._is_whole:
            return
        plan = message.plan
        if plan is None:
            why = visible(message.why, 600)
            words = why or "Stopped before the plan was whole; nothing was deleted."
            self._enter(Phase.ASKING, Cell(words, "bad" if why else "warn"))
            return
        self._plan = plan
        self.query_one(TextPane).show(message.layout, is_new=True)
        self.query_one("#prune-phrase", Label).update(f"type  {confirmation(plan)}")
        self._enter(Phase.PLANNED, *plan_cells(plan, self._refusal))

    @on(Applied)
    def _take_outcome(self, message: Applied) -> None:
        message.stop()
        if not self._is_whole:
            return
        deed, plan = message.deed, self._plan
        if deed is None or plan is None:
            self._enter(Phase.ENDED, Cell(visible(message.why, 600), "bad"))
            return
        was_stopped = self._going.was_stopped
        cells = outcome_cells(plan, deed.pruned, deed.why, deed.warning, was_stopped=was_stopped)
        self._enter(Phase.ENDED, *cells)
        self.query_one(TextPane).show(wrapped(outcome_lines(deed.pruned)), is_new=True)

    # -- showing ----------------------------------------------------------------------------------

    def _enter(self, phase: Phase, *said: Cell) -> None:
        self._phase = phase
        if phase in (Phase.ASKING, Phase.PLANNING):
            self._plan = None
            self.query_one(TextPane).show(wrapped(()), is_new=True)
        is_offered = phase is Phase.PLANNED and bool(self._count) and not self._refusal
        self.query_one("#prune-confirm").display = is_offered
        self._entry("age").disabled = phase in WORKING
        self.query_one("#prune-plan").disabled = phase in WORKING
        self._entry("typed").value = ""
        self._say(*said)
        if phase in WORKING:
            self._headway_timer.resume()
            self._show_headway()
        else:
            self._headway_timer.pause()
            self.query_one(Headway).hide()
        if is_offered:
            self._entry("typed").focus()
        elif phase is Phase.ASKING:
            self._entry("age").focus()
        else:
            self.query_one(TextPane).focus()
        self.refresh_bindings()

    def _show_headway(self) -> None:
        if self._phase in WORKING and self._is_whole:
            words = WORKING[self._phase]
            self.query_one(Headway).show(words, self._going.done, self._going.total)

    def _say(self, *cells: Cell) -> None:
        self.query_one("#prune-said", Lines).show(cells)

    @property
    def _is_whole(self) -> bool:
        # What a thread answers may come after the widgets are gone.
        return bool(self.query("#prune-said") and self.query("#prune-reason"))

    @property
    def _refusal(self) -> str:
        return apply_refusal(self._desk.board.update)

    @property
    def _count(self) -> int:
        return len(self._plan.going) if self._plan is not None else 0

    @property
    def _is_confirmed(self) -> bool:
        plan = self._plan
        typed = " ".join(self._entry("typed").value.lower().split())
        return plan is not None and typed == confirmation(plan)

    def _entry(self, name: str) -> Entry:
        return self.query_one(f"#prune-{name}", Entry)
