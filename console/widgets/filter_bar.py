"""The filter bar: one line that takes the status line's place while a filter is typed."""

from __future__ import annotations

from typing import ClassVar, Final

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container, Horizontal
from textual.message import Message
from textual.widgets import Input, Static

from console.text import visible
from console.widgets.entry import Entry

PAST_KEPT: Final = 50
"""The most filters of this run that up and down go through."""


class FilterTyped(Message):
    """The filter is being typed.

    Attributes:
        text: All of it, as it stands now; printable.
    """

    def __init__(self, text: str) -> None:
        super().__init__()
        self.text = text

    def can_replace(self, message: Message) -> bool:
        """Only the newest counts."""
        return isinstance(message, FilterTyped)


class FilterDone(Message):
    """The filter bar has closed.

    Attributes:
        keep: Whether the filter stays as it was last typed; else there is none any more.
    """

    def __init__(self, keep: bool) -> None:
        super().__init__()
        self.keep = keep


class BottomLine(Container):
    """One line for a status line and, above it in the same place, a filter bar.

    So that nothing moves as the bar opens.
    """

    DEFAULT_CSS = "BottomLine { height: 1; width: 1fr; layers: default above; }"


class FilterBar(Horizontal):
    """A `/` prompt, hidden until `open`; enter keeps the filter, escape clears and closes."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "clear", "Clear", id="filter.clear", tooltip="No filter any more"),
        Binding(
            "up", "recall(1)", "Older", show=False, id="filter.older", tooltip="An earlier filter"
        ),
        Binding(
            "down", "recall(-1)", "Newer", show=False, id="filter.newer", tooltip="A later filter"
        ),
    ]
    DEFAULT_CSS = """
    FilterBar {
        layer: above; display: none; height: 1; width: 1fr;
        background: $panel; color: $foreground;
    }
    FilterBar #prompt { width: 3; color: $text-accent; text-style: bold; }
    FilterBar Entry { width: 1fr; background: $panel; background-tint: $foreground 0%; }
    FilterBar #problem {
        width: auto; max-width: 50%; padding: 0 1; color: $text-error;
        text-wrap: nowrap; text-overflow: ellipsis;
    }
    """

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._past: list[str] = []  # The oldest first.
        self._back = 0  # How many steps into the past what stands in the entry is.
        self._draft = ""

    def compose(self) -> ComposeResult:
        """Arranges prompt, entry and problem on one line."""
        yield Static(Text(" / "), id="prompt")
        yield Entry(placeholder="text, !text, or such as verdict:dirty idle>10m band<50")
        yield Static(id="problem")

    @property
    def text(self) -> str:
        """What stands in it."""
        return self._entry.value

    def open(self, text: str = "") -> None:
        """Shows it and gives it the focus.

        Args:
            text: The filter that holds now, to be changed.
        """
        self._back, self._draft = 0, ""
        self.display = True
        with self.prevent(Input.Changed):
            self._entry.value = text
        self._entry.cursor_position = len(self._entry.value)
        self.screen.set_focus(self._entry)  # At once: the next key is meant for it already.
        self.say("")

    def say(self, problem: str) -> None:
        """Says at its right what is wrong with the filter; nothing where `problem` is empty."""
        words = f"⚠ {visible(problem, 200)}" if problem else ""
        line = self.query_one("#problem", Static)
        line.display = bool(words)
        line.update(Text(words, no_wrap=True))

    def action_clear(self) -> None:
        """Closes it, with no filter left."""
        self._close(False)

    def action_recall(self, steps: int) -> None:
        """Goes back through the filters of this run, or forward to what was being typed."""
        back = min(max(self._back + steps, 0), len(self._past))
        if back == self._back:
            return
        if not self._back:
            self._draft = self._entry.value
        self._back = back
        self._entry.value = self._past[-back] if back else self._draft
        self._entry.cursor_position = len(self._entry.value)

    @on(Input.Changed)
    def _tell(self, message: Input.Changed) -> None:
        message.stop()
        # What was typed just before escape comes late, and must not bring the filter back.
        if self.display:
            self.post_message(FilterTyped(self._entry.value))

    @on(Input.Submitted)
    def _keep(self, message: Input.Submitted) -> None:
        message.stop()
        if self.display:
            self._close(True)

    def _close(self, keep: bool) -> None:
        text = self._entry.value.strip()
        if keep and text:
            self._past = [*(one for one in self._past if one != text), text][-PAST_KEPT:]
        self.display = False
        self.post_message(FilterDone(keep))

    @property
    def _entry(self) -> Entry:
        return self.query_one(Entry)
