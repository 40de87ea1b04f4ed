"""The main screen: the pulse above, one view at a time, what state it is in below.

Views are told of updates only while they are shown; keys that act are in `commands`.
"""

from __future__ import annotations

import asyncio
from typing import ClassVar, Final

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.reactive import var
from textual.widgets import ContentSwitcher

from console.choices import Choices
from console.desk import Desk
from console.messages import HealthKnown, SessionOpened, StateChanged, ViewChosen
from console.model.rows import Cell
from console.screens.openings import Openings
from console.screens.views import VIEWS, view_id
from console.snapshot import Update
from console.views.table_view import TableView
from console.views.view import View
from console.widgets.banner import Banner
from console.widgets.filter_bar import BottomLine, FilterBar, FilterDone, FilterTyped
from console.widgets.key_bar import KeyBar
from console.widgets.pulse import Masthead, Pulse
from console.widgets.status_line import StatusLine
from console.widgets.tabs import ViewTabs

FIRST: Final = "sessions"


class MainScreen(Openings):
    """Shows a desk, one view at a time.

    Args:
        desk: What it shows and acts through. The app keeps it up to date.
        choices: How the tables were arranged in earlier runs.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        # With priority, so that the bar is open before the next key is looked at: what is typed
        # fast is a filter then, and no command.
        Binding(
            "slash",
            "filter",
            "Filter",
            priority=True,
            id="view.filter",
            tooltip="Show only what matches",
        ),
        Binding("escape", "step_back", "Back", show=False, id="view.back", tooltip="One step back"),
        *(
            Binding(
                str(number),
                f"view('{name}')",
                name.capitalize(),
                show=False,
                id=f"view.{name}",
                tooltip=f"Show the {name} view",
            )
            for number, name in enumerate(VIEWS, 1)
        ),
    ]
    HORIZONTAL_BREAKPOINTS = [
        (0, "-narrow"),
        (100, "-normal"),
        (150, "-wide"),
    ]
    VERTICAL_BREAKPOINTS = [(0, "-low"), (20, "-tall")]

    # A reactive would have the whole screen drawn again; views draw what changed.
    snapshot: var[Update | None] = var(None, always_update=True)

    def __init__(self, desk: Desk, choices: Choices) -> None:
        super().__init__(desk)
        self._choices = choices
        self._views: dict[str, View] = {FIRST: self._made(FIRST)}
        self._current = FIRST
        self._came_from = FIRST
        self._making = asyncio.Lock()
        self._meaning: tuple[str, bool, bool] | None = None
        # They are told of every update, and so are kept rather than looked for.
        self._masthead, self._tabs = Masthead(id="masthead"), ViewTabs(id="tabs")
        self._pulse, self._banner = Pulse(id="pulse"), Banner(id="banner")
        self._status, self._filter_bar = StatusLine(id="status"), FilterBar(id="filter-bar")

    def compose(self) -> ComposeResult:
        """Arranges the widgets."""
        yield self._masthead
        yield self._tabs
        yield self._pulse
        yield self._banner
        with ContentSwitcher(initial=view_id(FIRST), id="views"):
            yield self._views[FIRST]
        with BottomLine():
            yield self._status
            yield self._filter_bar
        yield KeyBar()

    def on_mount(self) -> None:
        """Shows the empty faces, and lets ages tick."""
        self._tabs.current = FIRST
        self.call_after_refresh(self._begin_in_view)
        self.set_interval(1.0, self._tick)

    def _begin_in_view(self) -> None:
        if not self._filter_bar.display:  # A filter may be typed before the first frame.
            self.view.take_focus()

    # -- updates ----------------------------------------------------------------------------------

    def watch_snapshot(self, update: Update | None) -> None:
        """Shows a new update. The desk has taken it already."""
        if update is None:
            return
        for view in self._views.values():
            if isinstance(view, TableView):
                view.note()
        if not self._is_whole:
            return
        self._show_above(update)
        self._banner.show(update)
        self.view.show(update, self.desk.clock())
        self._show_state()

    def _tick(self) -> None:
        update = self.snapshot
        if update is not None and self._is_whole:
            self._show_above(update)
            self.view.tick(self.desk.clock())

    def _show_above(self, update: Update) -> None:
        now_ms, board = self.desk.clock(), self.desk.board
        self._masthead.show(update, now_ms)
        self._pulse.show(update, board.folder_count, board.disk_bytes, self.desk.chronicle, now_ms)
        self._set_badge("disk", len(board.troubled))

    @on(StateChanged)
    def _show_state(self) -> None:
        if self._is_whole:
            # Where there is no room for the tabs, the status says which view it is.
            title = (Cell(self.view.TITLE, "strong"),) if self.has_class("-low") else ()
            self._status.show((*title, *self.view.status()))
            # The footer is made anew each time its keys are: only when what they mean changes.
            meaning = (self._current, self.has_targets, self.is_read_only)
            if meaning != self._meaning:
                self._meaning = meaning
                self.refresh_bindings()

    @property
    def _is_whole(self) -> bool:
        # An update may come before the widgets are there, and after they are gone.
        return self._filter_bar.is_attached and self._masthead.is_attached and self.view.is_mounted

    # -- views ------------------------------------------------------------------------------------

    @property
    def view(self) -> View:
        """The view that is shown."""
        return self._views[self._current]

    def view_named(self, name: str) -> View | None:
        """Returns a view by its name; None while it was never shown."""
        return self._views.get(name)

    @on(HealthKnown)
    def _show_health(self, message: HealthKnown) -> None:
        self._set_badge("health", message.errors + message.warnings)

    def _set_badge(self, name: str, count: int) -> None:
        self._tabs.set_badge(name, f"⚠ {count:,}" if count else "")

    async def action_view(self, name: str) -> None:
        """Shows a view; the third with the session the cursor is on, where it is on one."""
        session = self.view.subject
        if name == "session" and session is not None:
            await self.show_session(session)
        else:
            await self._switch(name)

    @on(ViewChosen)
    async def _choose_view(self, message: ViewChosen) -> None:
        await self.action_view(message.name)

    @on(SessionOpened)
    async def _open_session(self, message: SessionOpened) -> None:
        await self.show_session(message.session)

    async def show_session(self, session: str) -> None:
        """Shows a session whole."""
        await self._switch("session")
        self.view.go_to(session)
        self._show_state()

    async def go_to_session(self, session: str) -> None:
        """Puts the cursor on a session: in the view that is shown if it can, else among all."""
        if not self.view.go_to(session):
            await self._switch(FIRST)
            if not self.view.go_to(session):
                self.notify("It is neither in memory nor on disk any more.", markup=False)

    async def _switch(self, name: str) -> None:
        switcher = self.query_one("#views", ContentSwitcher)
        async with self._making:  # A key and a click may ask for the same one at once.
            if name not in self._views:
                view = self._made(name)
                await switcher.add_content(view)
                self._views[name] = view
        self._close_filter_bar()
        if name == "session" and self._current != name:
            self._came_from = self._current
        self._current = name
        switcher.current = view_id(name)
        self._tabs.current = name
        if self.snapshot is not None:
            self.view.show(self.snapshot, self.desk.clock())
        self.view.take_focus()
        self._show_state()

    def _made(self, name: str) -> View:
        view = VIEWS[name](self.desk)
        if isinstance(view, TableView):
            view.take_arrangement(self._choices.sort.get(name), self._choices.hidden.get(name, ()))
        return view

    # -- filter and steps back --------------------------------------------------------------------

    def action_filter(self) -> None:
        """Opens the filter bar with the filter that holds now."""
        if self.view.CAN_FILTER:
            self._filter_bar.open(self.view.filter_text)

    @on(FilterTyped)
    def _filter(self, message: FilterTyped) -> None:
        self._filter_bar.say(self.view.take_filter(message.text))

    @on(FilterDone)
    def _end_filter(self, message: FilterDone) -> None:
        if not message.keep:
            self.view.take_filter("")
        self.view.take_focus()

    def _close_filter_bar(self) -> None:
        self._filter_bar.display = False

    async def action_step_back(self) -> None:
        """Takes back the innermost thing: the help panel, then what the view has, then the view."""
        if self.query("HelpPanel"):
            self.app.action_hide_help_panel()
        elif not self.view.step_back() and self._current != FIRST:
            await self._switch(self._came_from if self._current == "session" else FIRST)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Hides what means nothing here; what acts is judged by `Commands`."""
        if action == "filter":
            if self.is_mounted and self._filter_bar.display:
                return False  # It is typed into it.
            return True if self.view.CAN_FILTER else None
        return super().check_action(action, parameters)
