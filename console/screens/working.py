"""A command on many sessions at work: how far it is. Escape stops it; what is done stays."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen

from console.model.going import Going
from console.model.rows import Cell
from console.widgets.headway import Headway
from console.widgets.lines import Lines

LOOKS_S = 0.1
"""How often it looks how far the command is."""


class Working(ModalScreen[None]):
    """Shows a command at work. Whoever made it takes it away.

    Args:
        words: What is being done, safe to show.
        going: How far it is, and whether it may go on.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "stop", "Stop", id="working.stop", tooltip="Stop; what is done stays")
    ]
    DEFAULT_CSS = """
    Working { align: center middle; background: $background 60%; }
    Working #working-frame {
        width: 60; max-width: 100%; height: auto; padding: 0 1;
        border: round $primary; background: $surface; color: $foreground;
    }
    """

    def __init__(self, words: str, going: Going) -> None:
        super().__init__()
        self._words = words
        self._going = going
        self._has_ended = False

    def compose(self) -> ComposeResult:
        """Arranges the bar above its key."""
        with Vertical(id="working-frame"):
            yield Headway()
            yield Lines()

    def on_mount(self) -> None:
        """Looks how far it is, from now on."""
        self._look()
        self.set_interval(LOOKS_S, self._look)

    def action_stop(self) -> None:
        """Lets the command end at its next good moment."""
        self._going.stop()
        self._look()

    def end(self) -> None:
        """Takes it away; as soon as nothing stands above it, such as the palette."""
        self._has_ended = True
        self._look()

    def _look(self) -> None:
        if self._has_ended:
            if self.is_active:
                self.dismiss()
            return
        going = self._going
        self.query_one(Headway).show(self._words, going.done, going.total)
        words = "stopping: what is done stays" if going.was_stopped else "esc stops it"
        self.query_one("#working-frame > Lines", Lines).show([Cell(words, "dim")])
