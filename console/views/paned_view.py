"""A view of several panes: side by side where there is room, else as pages of which one is shown.

Tab goes through the panes either way. The style sheet hides what has the class `-elsewhere` on a
small screen; here it is only worked out what that is.
"""

from __future__ import annotations

from typing import ClassVar

from textual import events, on
from textual.binding import Binding, BindingType
from textual.widget import Widget

from console.desk import Desk
from console.views.view import View
from console.widgets.keys import key_of
from console.widgets.page_bar import Page, PageBar, PageChosen


class PanedView(View):
    """What is common to views of several panes; a pane's widget has the class `-pane`.

    Args:
        desk: What it shows.
        id: The view's id.

    Attributes:
        NAME: What its panes' ids begin with: `session` in `session-fields`.
        PANES: The panes' names, in the order in which tab goes through them.
        PAGES: The pages of a small screen, each with the panes that share it.
        pane: The name of the pane that has the focus, or had it last; empty before any had.
    """

    NAME: ClassVar[str] = ""
    PANES: ClassVar[tuple[str, ...]] = ()
    PAGES: ClassVar[dict[Page, tuple[str, ...]]] = {}
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "tab",
            "next_pane(1)",
            "Next pane",
            show=False,
            id="pane.next",
            tooltip="Go on to the next pane",
        ),
        Binding(
            "shift+tab",
            "next_pane(-1)",
            "Pane before",
            show=False,
            id="pane.previous",
            tooltip="Go back to the pane before",
        ),
    ]

    def __init__(self, desk: Desk, *, id: str) -> None:  # noqa: A002
        super().__init__(desk, id=id)
        self.pane = ""

    def pane_widget(self, pane: str) -> Widget:
        """Returns a pane's widget."""
        return self.query_one(f"#{self.NAME}-{pane}")

    def go_to_pane(self, pane: str) -> None:
        """Gives the focus to a pane; shows its page first."""
        self.show_pane(pane)
        # A pane that was no part of the page can have the focus only once it is shown.
        self.call_after_refresh(self._focus_pane, pane)

    def _focus_pane(self, pane: str) -> None:
        # By now the view may have been left, or another pane chosen: the focus is theirs.
        if self.display and self.pane == pane:
            self.screen.set_focus(self.pane_widget(pane))

    def show_pane(self, pane: str) -> None:
        """Shows the page of a pane, where there is room for no more than one."""
        self.pane = pane
        page, shown = next(one for one in self.PAGES.items() if pane in one[1])
        if self.screen.has_class("-low"):
            shown = (pane,)
        bar = self.query_one(PageBar)
        bar.current, bar.hint = page.name, f"{key_of(self, 'pane.next', 'tab')} goes on"
        for name in self.PANES:
            self.pane_widget(name).set_class(name not in shown, "-elsewhere")
        for group in self.query(".-group"):
            holds = any(group.query(f"#{self.NAME}-{name}") for name in shown)
            group.set_class(not holds, "-elsewhere")

    def action_next_pane(self, steps: int) -> None:
        """Gives the focus to the next pane, or to the one before."""
        index = self.PANES.index(self.pane) if self.pane in self.PANES else -1
        self.go_to_pane(self.PANES[(index + steps) % len(self.PANES)])

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        """Remembers the pane that has the focus now, as after a click."""
        name = (event.widget.id or "").removeprefix(f"{self.NAME}-")
        if name in self.PANES and name != self.pane:
            self.show_pane(name)

    def on_resize(self) -> None:
        """Works out anew what shares the page: a low screen has room for one pane."""
        if self.pane:
            self.show_pane(self.pane)

    @on(PageChosen)
    def _choose_page(self, message: PageChosen) -> None:
        message.stop()
        panes = next(panes for page, panes in self.PAGES.items() if page.name == message.name)
        self.go_to_pane(panes[0])
