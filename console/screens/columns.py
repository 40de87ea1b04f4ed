"""Which columns of a table are shown. The one that names the row can't be hidden."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import ClassVar, Final

from textual import on
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widget import Widget
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from console.model.rows import FILLED, HOLLOW, Cell
from console.screens.dialog import Dialog, Said, Talk
from console.text import visible
from console.widgets.columns import Column

ALWAYS: Final = "always shown"


class ColumnsDialog(Dialog[tuple[str, ...]]):
    """Asks which columns are shown; answers the keys of those that are hidden.

    Args:
        columns: All columns, in order. Those that grow stay: they name the row.
        hidden: The keys of those that are hidden now.
    """

    FIELD_ROWS = 1
    AUTO_FOCUS = "#columns"
    DEFAULT_CSS = """
    ColumnsDialog #frame { width: 48; }
    ColumnsDialog #outlook { height: 1; text-wrap: nowrap; text-overflow: ellipsis; }
    ColumnsDialog #columns {
        height: auto; padding: 0; border: none; background: $surface; color: $foreground;
    }
    ColumnsDialog #columns > .option-list--option-highlighted {
        background: $primary; color: $cursor-text; text-style: bold;
    }
    """

    def __init__(self, columns: Sequence[Column], hidden: Collection[str]) -> None:
        super().__init__("Which columns are shown?", "Apply")
        self._columns = tuple(columns)
        self._hidden = {one.key for one in columns if one.key in hidden and not one.grows}

    def compose_body(self) -> Iterable[Widget]:
        """Returns a box for each column."""
        options = (Option(self._box(one)) for one in self._columns)
        yield Talk(_Boxes(*options, id="columns"))
        yield Said(id="outlook")

    def on_descendant_focus(self) -> None:
        """Says how many are shown, and which keys there are now."""
        self._say()

    def answer(self) -> tuple[str, ...]:
        """Returns the keys of the columns that are hidden, in order."""
        return tuple(one.key for one in self._columns if one.key in self._hidden)

    def action_mark(self) -> None:
        """Shows the column under the cursor, or hides it."""
        boxes = self.query_one(OptionList)
        if (index := boxes.highlighted) is None:
            return
        column = self._columns[index]
        if not column.grows:
            self._hidden ^= {column.key}
            boxes.replace_option_prompt_at_index(index, self._box(column))
        self._say()

    @on(OptionList.OptionSelected)
    def _toggle_clicked(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self.action_mark()

    def _box(self, column: Column) -> Content:
        box = HOLLOW if column.key in self._hidden else FILLED
        note = ALWAYS if column.grows else column.key
        words = column.title if column.title == note else f"{column.title}  ({note})"
        return Content(f"{box} {visible(words, 60)}")

    def _say(self) -> None:
        shown = len(self._columns) - len(self._hidden)
        words = [f"{shown} of {len(self._columns)}"]
        for binding_id, does in (("dialog.toggle", "show/hide"), ("dialog.apply", "apply")):
            if key := self.key_shown(binding_id):
                words.append(f"{key} {does}")
        self.query_one(Said).show([Cell(" · ".join(words), "dim")])


class _Boxes(OptionList):
    """Boxes that a blank marks; enter ends the choice."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "screen.confirm", "Apply", id="dialog.apply", tooltip="Show these"),
        Binding("space", "screen.mark", "Mark", id="dialog.toggle", tooltip="Show it, or hide it"),
    ]
