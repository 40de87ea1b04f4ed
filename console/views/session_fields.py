"""The pane with all fields of one session, below what an eviction now would do to them."""

from __future__ import annotations

from typing import Final

from console.model.compared import compare_fields, compare_names, side_titles
from console.model.loss import loss_preview
from console.model.rows import Cell
from console.snapshot import Mode, Update
from console.views.fields_layout import fields_layout
from console.views.session_face import Seen, eviction_cells, quiet_cells
from console.widgets.text_pane import TextPane

TITLE: Final = "Memory beside disk"

LOST_WITH_FOLDER: Final = Cell(
    "? Its folder is gone: what the eviction doesn't write anew is lost.", "bad"
)


class FieldsPane(TextPane):
    """Shows a session's fields. Fill it with `show_session`."""

    _drawn: tuple[object, ...] = ()

    def show_session(
        self, session: str, seen: Seen, update: Update, *, is_gone: bool, has_lost_folder: bool
    ) -> None:
        """Takes a session; draws anew only what changed.

        Args:
            session: Its id.
            seen: It in memory and on disk.
            update: The newest update.
            is_gone: Whether it is neither any more, and `seen` is what was last seen.
            has_lost_folder: Whether it had a folder that is gone.
        """
        drawn = (session, seen, update.spills, update.mode, is_gone, has_lost_folder)
        if drawn == self._drawn:
            return
        is_new = self._drawn[:1] != (session,)
        self._drawn = drawn
        preview: list[Cell] = []
        if not is_gone:
            is_observer = update.mode is Mode.OBSERVE
            loss = loss_preview(*seen, spills=update.spills, is_observer=is_observer)
            preview = eviction_cells(loss) if seen[0] is not None else quiet_cells(loss)
            if has_lost_folder:
                preview.append(LOST_WITH_FOLDER)
        self.border_title = f"{TITLE}, as last seen" if is_gone else TITLE
        rows, names = compare_fields(*seen), compare_names(*seen)
        layout = fields_layout(session, preview, side_titles(*seen), rows, names)
        self.show(layout, is_new=is_new)
