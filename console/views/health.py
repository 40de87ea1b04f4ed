"""View 6: what the doctor finds wrong in the state directory, the worst first, and what to do.

The directory is examined in the background as the view becomes current, again when something on
disk changed, and whenever it is asked for. What was found stays until the next examination ends.
Escape stops one that takes long, until another is asked for; so does leaving the view.
"""

from __future__ import annotations

from functools import partial
from typing import ClassVar, Final

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, VerticalScroll

from console.desk import Desk
from console.messages import CursorMoved, HealthKnown, RowOpened, SessionOpened, StateChanged
from console.model.findings import (
    detail_lines,
    finding_cells,
    keyed,
    remedies,
    summary_lines,
)
from console.model.going import Going
from console.model.rows import Cell
from console.model.wording import counted
from console.model.words import empty_words
from console.snapshot import Face, Update
from console.views.examining import Examinations, Examined, examine_work
from console.views.view import View
from console.widgets.columns import Column
from console.widgets.keys import key_of
from console.widgets.lines import Lines
from console.widgets.live_table import LiveTable
from tracker import Finding, Severity

COLUMNS: Final = (
    Column("severity", "severity", 8, 90),
    Column("code", "finding", 16, 60),
    Column("session", "session", 20, 80, keeps_end=True),
    Column("what", "what was found", 20, 100, grows=True),
)

PATIENCE_S: Final = 0.2
"""How long an examination goes on before it is shown; most are done by then."""

LOOKS_S: Final = 0.1
"""How often it is looked then how far it is."""

CHOOSE: Final = Cell("↑ ↓ choose a finding: what to do about it is said here.", "dim")


class HealthView(View):
    """The doctor's findings. See View."""

    TITLE = "Health"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "ctrl+r",
            "examine",
            "Examine",
            id="health.examine",
            tooltip="Examine the directory again, now",
        ),
    ]
    DEFAULT_CSS = """
    HealthView { layout: vertical; }
    HealthView #health-summary { height: auto; max-height: 3; padding: 0 1; background: $surface; }
    HealthView #findings { width: 1fr; height: 1fr; }
    HealthView #finding {
        width: 50; height: 1fr; border-left: vkey $border-blurred; padding: 0 1;
        scrollbar-size-vertical: 1;
    }
    HealthView.-narrow Horizontal { layout: vertical; }
    HealthView.-narrow #finding {
        width: 1fr; height: 40%; border-left: none; border-top: hkey $border-blurred;
    }
    HealthView.-low #finding, HealthView.-empty #finding { display: none; }
    """

    def __init__(self, desk: Desk, *, id: str) -> None:  # noqa: A002
        super().__init__(desk, id=id)
        self._findings: dict[str, Finding] = {}
        self._folders = 0
        self._why = ""
        self._examined_ms = 0  # When what is shown was examined; 0 before the first time.
        self._examinations = Examinations()

    def compose(self) -> ComposeResult:
        """Arranges the summary above the findings, and the one chosen beside them."""
        yield Lines(id="health-summary")
        with Horizontal():
            yield LiveTable(COLUMNS, self._cells, id="findings")
            with VerticalScroll(id="finding", can_focus=False):
                yield Lines(id="finding-lines")

    # -- what every view does -------------------------------------------------------------------

    def on_mount(self) -> None:
        """Looks how far an examination is, while one takes long."""
        self._looks = self.set_interval(LOOKS_S, self._show_now, pause=True)

    def on_unmount(self) -> None:
        """Stops an examination that still runs."""
        self._examinations.leave()

    def on_show(self) -> None:
        """Lets the directory be examined as the view becomes current."""
        self._examinations.ask()

    def on_hide(self) -> None:
        """Stops an examination that nobody waits for any more."""
        self._examinations.leave()

    def show(self, update: Update, now_ms: int) -> None:
        """Notes whether anything on disk changed, and examines it where that is due."""
        if update.folders or update.removed or update.is_fresh:
            self._examinations.want()
        self._examine_if_due(now_ms)
        self._show_all(now_ms)

    def tick(self, now_ms: int) -> None:
        """Examines what is due by now, and lets the age of what is shown tick."""
        self._examine_if_due(now_ms)
        self._show_summary(now_ms)

    @property
    def subject(self) -> str | None:
        """The id of the session of the finding under the cursor."""
        finding = self._chosen
        return finding.session if finding is not None and finding.session else None

    def go_to(self, session: str) -> bool:
        """Puts the cursor on the worst finding about a session; whether there is one."""
        for key, finding in self._findings.items():
            if finding.session == session:
                self._table.put_cursor(key)
                return True
        return False

    def step_back(self) -> bool:
        """Stops an examination that takes long, else takes the cursor off; whether it did."""
        if self._examinations.stop():
            self._show_all(self.desk.clock())
            return True
        if self._table.cursor_key is None:
            return False
        self._table.put_cursor(None)
        return True

    @property
    def errors(self) -> int:
        """How many errors there are."""
        return self._count(Severity.ERROR)

    @property
    def warnings(self) -> int:
        """How many warnings there are."""
        return self._count(Severity.WARNING)

    # -- examining ------------------------------------------------------------------------------

    def action_examine(self) -> None:
        """Examines the directory again, now."""
        self._examinations.ask()
        if not self._examinations.is_running and self._is_open:
            self._examine()

    def _examine_if_due(self, now_ms: int) -> None:
        if self._is_open and self._examinations.is_due(now_ms):
            self._examine()

    def _examine(self) -> None:
        began_ms = self.desk.clock()
        going = self._examinations.begin(began_ms)
        work = examine_work(self, self.desk.link, going, began_ms)
        self.run_worker(work, thread=True, group="examine", exit_on_error=False)
        self.set_timer(PATIENCE_S, partial(self._is_taking_long, going))

    def _is_taking_long(self, going: Going) -> None:
        if self._examinations.is_running and going is self._examinations.going:
            self._examinations.is_slow = True
            self._looks.resume()
            self._show_all(self.desk.clock())

    @on(Examined)
    def _take(self, message: Examined) -> None:
        message.stop()
        now_ms = self.desk.clock()
        self._looks.pause()
        if self._examinations.end(now_ms):
            self._why = message.why
            if not message.why:
                self._findings = keyed(message.findings)
                self._folders = self.desk.board.folder_count
                self._examined_ms = message.began_ms
                self.post_message(HealthKnown(self.errors, self.warnings))
        self._show_all(now_ms)
        self.post_message(StateChanged())

    # -- showing --------------------------------------------------------------------------------

    def on_resize(self) -> None:
        """Puts the finding beside the table, below it, or above in a line, by the room there is."""
        self.set_class(self.size.width < 110, "-narrow")
        self.set_class(self.size.height < 14, "-low")
        self._show_now()

    @on(CursorMoved, "#findings")
    def _choose(self, message: CursorMoved) -> None:
        message.stop()
        self._show_finding()
        self._show_now()
        self.post_message(StateChanged())

    @on(RowOpened, "#findings")
    def _open(self, message: RowOpened) -> None:
        message.stop()
        if self.subject is not None:
            self.post_message(SessionOpened(self.subject))

    def _show_all(self, now_ms: int) -> None:
        if not self._is_whole:
            return
        self._table.show(list(self._findings), empty_text=self._empty_text)
        self.set_class(not self._findings, "-empty")
        self._show_summary(now_ms)
        self._show_finding()

    def _show_now(self) -> None:
        self._show_summary(self.desk.clock())

    def _show_summary(self, now_ms: int) -> None:
        if not self._is_whole:
            return
        lines = summary_lines(
            self._all, self._examined_ms, now_ms, self._why, is_slow=self._examinations.is_slow
        )
        if headway := self._examinations.headway(
            key_of(self, "view.back", "esc"), key_of(self, "health.examine", "^r")
        ):
            lines.append(Cell(headway, "warn"))
        if self.has_class("-low") and self._chosen is not None:
            lines = detail_lines(self._chosen)[-1:]  # There is no room for the pane that says more.
        self.query_one("#health-summary", Lines).show(lines)

    def _show_finding(self) -> None:
        finding, update = self._chosen, self.desk.board.update
        lines = [CHOOSE]
        if finding is not None and update is not None:
            lines = detail_lines(finding)
            for one in remedies(finding, update.mode, is_read_only=update.is_read_only):
                key = key_of(self, one.binding, one.key)
                lines.append(Cell(f"{key} {one.words}", "strong"))
        self.query_one("#finding-lines", Lines).show(lines)

    @property
    def _empty_text(self) -> str:
        update = self.desk.board.update
        if update is None or not self._is_open:
            return "Nothing is known yet." if update is None else empty_words(update)
        if self._examined_ms:
            return f"Healthy: nothing found in {counted(self._folders, 'folder')}."
        if self._examinations.is_slow:
            return f"Examining {counted(self.desk.board.folder_count, 'folder')}…"
        if self._examinations.was_stopped:
            return "Nothing was examined: it was stopped."
        return "Nothing was examined yet." if self._why else ""

    @property
    def _is_open(self) -> bool:
        update = self.desk.board.update
        return update is not None and update.face is Face.OPEN and update.loading is None

    @property
    def _is_whole(self) -> bool:
        # What a thread answers may come after the widgets are gone.
        return bool(self.query("#finding-lines"))

    @property
    def _table(self) -> LiveTable:
        return self.query_one("#findings", LiveTable)

    @property
    def _chosen(self) -> Finding | None:
        if not self._is_whole or self._table.cursor_key is None:
            return None
        return self._findings.get(self._table.cursor_key)

    @property
    def _all(self) -> tuple[Finding, ...]:
        return tuple(self._findings.values())

    def _count(self, severity: Severity) -> int:
        return sum(finding.severity is severity for finding in self._all)

    def _cells(self, key: str, _index: int) -> dict[str, Cell]:
        return finding_cells(self._findings[key])
