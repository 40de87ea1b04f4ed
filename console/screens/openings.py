"""The keys that open something: the capacity, drills, prune, what to mark, columns; and copying."""

from __future__ import annotations

import asyncio
from typing import ClassVar

from textual import work
from textual.binding import Binding, BindingType

from console.messages import CapacityChosen
from console.screens.commands import Commands
from console.views.table_view import TableView


class Openings(Commands):
    """The part of the main screen that opens dialogs."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "s",
            "select",
            "Select",
            show=False,
            id="session.select",
            tooltip="Mark by age or number",
        ),
        Binding("y", "copy_id", "Copy id", show=False, id="session.copy", tooltip="Copy the id"),
        Binding("c", "capacity", "Capacity", id="tracker.capacity", tooltip="Change the capacity"),
        Binding("d", "drills", "Drills", id="tracker.drills", tooltip="Prove that nothing is lost"),
        Binding(
            "P", "prune", "Prune", show=False, id="directory.prune", tooltip="Delete old files"
        ),
        Binding(
            "v", "columns", "Columns", show=False, id="table.columns", tooltip="Choose columns"
        ),
    ]

    @work(group="command", exit_on_error=True)
    async def action_capacity(self) -> None:
        """Asks for a capacity, shows who would go, and applies it."""
        from console.model.foresight import what_if
        from console.screens.capacity import CapacityDialog

        board, view = self.desk.board, self.view
        counts = board.update.statistics if board.update else None
        if counts is None:
            self.notify("The directory isn't open yet.", severity="warning", markup=False)
            return
        if self._is_asking:
            return
        held = self._hold(view)
        try:
            dialog = CapacityDialog(
                counts.capacity,
                counts.occupancy,
                lambda capacity: what_if(capacity, tuple(board.oldest_first())),
                self.mode,
            )
            answer = await self.app.push_screen_wait(dialog)
            if answer is not None:
                deed = await asyncio.to_thread(self.desk.operator.set_capacity, *answer)
                self._tell(deed)
                if deed.capacity is not None:
                    self.post_message(CapacityChosen(deed.capacity))
        finally:
            view.let_go(held)

    def action_drills(self) -> None:
        """Opens the drills, with the marked sessions where there are any."""
        from console.screens.drills import DrillScreen

        self.app.push_screen(DrillScreen(self.desk, self.view.targets()))

    def action_prune(self) -> None:
        """Opens the plan of a prune."""
        from console.screens.pruning import PruneScreen

        self.app.push_screen(PruneScreen(self.desk))

    @work(group="dialog")
    async def action_select(self) -> None:
        """Asks which sessions to mark: the coldest, the idle, all that match, none."""
        from console.screens.select import SelectDialog, Ways

        view = self.view
        if not isinstance(view, TableView) or self._is_asking:
            return
        held = self._hold(view)
        try:
            ways = Ways(view.coldest, view.idle, view.matching)
            chosen = await self.app.push_screen_wait(
                SelectDialog(ways, filter_text=view.filter_text)
            )
            if chosen is not None:
                view.mark(chosen)
        finally:
            view.let_go(held)

    @work(group="dialog")
    async def action_columns(self) -> None:
        """Asks which columns are shown, and remembers it."""
        from console.screens.columns import ColumnsDialog

        view = self.view
        if not isinstance(view, TableView) or self._is_asking:
            return
        dialog = ColumnsDialog(view.COLUMNS, view.hidden_columns)
        hidden = await self.app.push_screen_wait(dialog)
        if hidden is not None:
            view.hide_columns(hidden)

    def action_copy_id(self) -> None:
        """Copies the ids: the marked sessions', or that of the one under the cursor."""
        ids = self.view.targets()
        self.app.copy_to_clipboard("\n".join(ids))
