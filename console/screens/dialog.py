"""What dialogs have in common: a frame, a part that scrolls, two buttons that always stay in sight.

A dialog answers None when it is cancelled; escape always does that, from wherever the focus is.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import ClassVar, Final, Generic, TypeVar

from rich.style import Style
from rich.text import Text
from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widget import Widget
from textual.widgets import Button, Static

from console.model.rows import Cell, Tone
from console.text import visible
from console.widgets.columns import fit

IDS_SHOWN: Final = 8
"""The most ids a dialog names."""

FRAME_ROWS: Final = 4
"""Rows that every dialog has: two of its border, the title, the buttons."""

TALL_ROWS: Final = 20
"""From this height on, there is room for a blank row below the title and above the buttons."""

TONE_SIGNS: Final[dict[Tone, str]] = {"warn": "⚠ ", "bad": "✗ "}
"""What a line begins with, so that its tone isn't told by its colour alone."""

Answer = TypeVar("Answer")


class Talk(VerticalScroll, can_focus=False):
    """The part of a dialog that scrolls where there isn't room for all of it."""

    DEFAULT_CSS = "Talk { height: auto; scrollbar-size-vertical: 1; }"


class Dialog(ModalScreen["Answer | None"], Generic[Answer]):
    """Asks something in the middle of the screen.

    Args:
        title: What it is about; made safe here.
        yes_label: What its second button says; made safe here.
        no_label: What the first one says, which cancels; made safe here.

    Attributes:
        IS_GRAVE: Whether yes does something that is worth a second look.
        FIELD_ROWS: How many rows its body has besides its `Talk`.
        NO_KEY: The id of the binding that is shown on the first button.
        YES_KEY: The id of the one that is shown on the second; empty for none.
    """

    IS_GRAVE: ClassVar[bool] = False
    FIELD_ROWS: ClassVar[int] = 0
    NO_KEY: ClassVar[str] = "dialog.cancel"
    YES_KEY: ClassVar[str] = ""
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "cancel", "Cancel", id="dialog.cancel", tooltip="Close, and do nothing"),
        Binding("up", "talk(-1)", "Up", show=False, id="dialog.up", tooltip="Scroll up"),
        Binding("down", "talk(1)", "Down", show=False, id="dialog.down", tooltip="Scroll down"),
    ]
    DEFAULT_CSS = """
    Dialog { align: center middle; background: $background 60%; }
    Dialog #frame {
        width: 76; max-width: 100%; height: auto; max-height: 100%; padding: 0 1;
        border: round $primary; background: $surface; color: $foreground;
    }
    Dialog.-grave #frame { border: round $warning; }
    Dialog #title {
        height: 1; margin-bottom: 1; text-style: bold; text-wrap: nowrap; text-overflow: ellipsis;
    }
    Dialog Entry { background: $panel; }
    Dialog #buttons { height: 1; margin-top: 1; align-horizontal: right; }
    Dialog Button.-style-default {
        min-width: 8; background: $panel; color: $foreground; text-style: none;
    }
    Dialog Button.-style-default:hover { text-style: underline; }
    Dialog Button.-style-default:focus { text-style: bold reverse; }
    Dialog #buttons Button { margin-left: 1; }
    Dialog.-grave #yes.-style-default { background: $error-muted; color: $text-error; }
    Dialog.-low #title { margin-bottom: 0; }
    Dialog.-low #buttons { margin-top: 0; }
    """
    VERTICAL_BREAKPOINTS = [(0, "-low"), (TALL_ROWS, "-tall")]

    def __init__(self, title: str, yes_label: str, no_label: str = "Cancel") -> None:
        super().__init__(classes="-grave" if self.IS_GRAVE else "")
        self._title_text = visible(title, 300)
        self._labels = (visible(no_label, 40), visible(yes_label, 40))

    def compose(self) -> ComposeResult:
        """Arranges title, body and buttons."""
        no_label, yes_label = self._labels
        with Vertical(id="frame"):
            yield Static(Text(self._title_text), id="title")
            yield from self.compose_body()
            with Horizontal(id="buttons"):
                yield Button(self._labelled(no_label, self.NO_KEY), id="no", compact=True)
                yield Button(self._labelled(yes_label, self.YES_KEY), id="yes", compact=True)

    def compose_body(self) -> Iterable[Widget]:
        """Returns what stands between the title and the buttons, one `Talk` in it."""
        raise NotImplementedError

    def answer(self) -> Answer | None:
        """Returns what yes answers; None where it can't be answered yet, and why is shown."""
        raise NotImplementedError

    def allow(self, is_allowed: bool) -> None:
        """Lets yes be pressed, or not."""
        self.query_one("#yes", Button).disabled = not is_allowed

    def action_cancel(self) -> None:
        """Closes it with no answer."""
        self.dismiss(None)

    def action_confirm(self) -> None:
        """Closes it with its answer, where there is one."""
        if (answer := self.answer()) is not None:
            self.dismiss(answer)

    def action_talk(self, rows: int) -> None:
        """Scrolls the part that scrolls."""
        self.query_one(Talk).scroll_relative(y=rows, animate=False)

    def on_resize(self, event: events.Resize) -> None:
        """Gives the part that scrolls the rows that nothing else needs."""
        blank = 2 if event.size.height >= TALL_ROWS else 0
        room = event.size.height - FRAME_ROWS - blank - self.FIELD_ROWS
        for talk in self.query(Talk):
            talk.styles.max_height = max(room, 1)

    @on(Button.Pressed, "#no")
    def _press_no(self, event: Button.Pressed) -> None:
        event.stop()
        self.action_cancel()

    @on(Button.Pressed, "#yes")
    def _press_yes(self, event: Button.Pressed) -> None:
        event.stop()
        self.action_confirm()

    def key_shown(self, binding_id: str) -> str:
        """Returns the key of a binding that can be pressed now, as the footer shows it."""
        for active in self.active_bindings.values():
            if active.binding.id == binding_id:
                return self.app.get_key_display(active.binding)
        return ""

    def _labelled(self, label: str, binding_id: str) -> Content:
        key = self.key_shown(binding_id)
        return Content(f"{label} ({key})" if key else label)


class Said(Widget):
    """A few lines in words, each with its tone and the sign that goes with it. Fill with `show`."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"said--dim", "said--warn", "said--bad", "said--strong"}
    DEFAULT_CSS = """
    Said { height: auto; }
    Said > .said--dim { color: $quiet; }
    Said > .said--warn { color: $text-warning; }
    Said > .said--bad { color: $text-error; text-style: bold; }
    Said > .said--strong { text-style: bold; }
    """

    def __init__(self, lines: Sequence[Cell] = (), *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._lines = tuple(lines)

    def show(self, lines: Sequence[Cell]) -> None:
        """Takes new lines."""
        self._lines = tuple(lines)
        self.refresh(layout=True)

    def render(self) -> Text:
        """Returns the lines, in the colours of the theme there is now."""
        text = Text()
        for number, cell in enumerate(self._lines):
            style = Style()
            if f"said--{cell.tone}" in self.COMPONENT_CLASSES:
                style = self.get_component_rich_style(f"said--{cell.tone}", partial=True)
            text.append("\n" if number else "")
            text.append(f"{TONE_SIGNS.get(cell.tone, '')}{visible(cell.text, 600)}", style)
        return text


class Ids(Static):
    """The first ids of many, one a line, with both ends where one is too long."""

    _shown: tuple[tuple[str, ...], int] = ((), 0)

    def show(self, ids: Sequence[str], total: int) -> None:
        """Takes ids.

        Args:
            ids: The first of them, in order; any text. At most IDS_SHOWN are named.
            total: How many there are.
        """
        self._shown = (tuple(ids[:IDS_SHOWN]), total)
        self.display = bool(ids)
        self.on_resize()

    def on_resize(self) -> None:
        """Names them in the width there is."""
        ids, total = self._shown
        width = max((self.size.width or 40) - 2, 1)
        lines = [f"  {fit(visible(one, 512), width, keeps_end=True).rstrip()}" for one in ids]
        if total > len(ids):
            lines.append(f"  and {total - len(ids):,} more")
        self.update(Text("\n".join(lines), no_wrap=True))
