"""Options: a few lines of which exactly one is chosen, by the arrow keys or a click.

The one that is chosen has a filled sign. One that can't be chosen says why, and is passed over.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, Final, NamedTuple

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Size
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from console.widgets.columns import fit

SIGNS: Final = {True: "●", False: "○"}


class Option(NamedTuple):
    """One line of a choice.

    Attributes:
        key: Its name.
        label: What it is called, safe to show.
        about: What it means, safe to show.
        refusal: Why it can't be chosen here, safe to show; empty where it can.
    """

    key: str
    label: str
    about: str = ""
    refusal: str = ""


class Options(Widget, can_focus=True):
    """A choice of one.

    Args:
        options: The lines, at least one; the first that can be chosen is chosen.
        chosen: The key of the one that is chosen instead; empty for none.
        id: The widget's id.
    """

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "options--chosen",
        "options--about",
        "options--refused",
    }
    DEFAULT_CSS = """
    Options { height: auto; width: 1fr; color: $foreground; }
    Options > .options--chosen { text-style: bold; }
    Options:focus > .options--chosen {
        background: $primary; color: $cursor-text; text-style: bold;
    }
    Options > .options--about { color: $quiet; }
    Options > .options--refused { color: $quiet; text-style: italic; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k,left", "move(-1)", "Option above", show=False, id="options.up"),
        Binding("down,j,right,space", "move(1)", "Option below", show=False, id="options.down"),
    ]

    class Chosen(Message):
        """Another option was chosen.

        Attributes:
            options: The widget.
            key: The option's key.
        """

        def __init__(self, options: Options, key: str) -> None:
            super().__init__()
            self.options = options
            self.key = key

        @property
        def control(self) -> Options:
            """The widget, for `@on` selectors."""
            return self.options

    def __init__(
        self,
        options: Sequence[Option],
        *,
        chosen: str = "",
        id: str | None = None,  # noqa: A002
    ) -> None:
        super().__init__(id=id)
        self._options = tuple(options)
        self._chosen = chosen
        self._choose_possible()

    @property
    def chosen(self) -> str:
        """The key of the one that is chosen."""
        return self._chosen

    def offer(self, options: Sequence[Option]) -> None:
        """Takes other lines; what is chosen stays, where it still can be."""
        was = self._chosen
        self._options = tuple(options)
        self._choose_possible()
        self.refresh(layout=True)
        if self._chosen != was:
            self.post_message(self.Chosen(self, self._chosen))

    def choose(self, key: str) -> None:
        """Chooses a line, where it can be."""
        if key != self._chosen and any(one.key == key and not one.refusal for one in self._options):
            self._chosen = key
            self.refresh()
            self.post_message(self.Chosen(self, key))

    def action_move(self, lines: int) -> None:
        """Chooses the next line that can be, up or down, around the ends."""
        keys = [one.key for one in self._options if not one.refusal]
        if self._chosen in keys:
            self.choose(keys[(keys.index(self._chosen) + lines) % len(keys)])

    def on_click(self, event: events.Click) -> None:
        """Chooses the line that was clicked."""
        offset = event.get_content_offset(self)
        if offset is not None and offset.y < len(self._options):
            self.choose(self._options[offset.y].key)

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """Is as high as it has lines."""
        return len(self._options)

    def render_line(self, y: int) -> Strip:
        """Draws one line: its sign, its label, and what it means or why it can't be chosen."""
        base, width = self.rich_style, self.size.width
        if y >= len(self._options):
            return Strip.blank(width, base)
        option = self._options[y]
        is_chosen = option.key == self._chosen
        head = f" {SIGNS[is_chosen]} {option.label} "
        tail = option.refusal or option.about
        quiet = self._style("refused" if option.refusal else "about", base)
        style = self._style("chosen", base) if is_chosen else quiet if option.refusal else base
        room = max(width - len(head), 0)
        segments = [Segment(head, style), Segment(fit(tail, room) if room else "", quiet)]
        return Strip(segments).adjust_cell_length(width, base)

    def _choose_possible(self) -> None:
        keys = [one.key for one in self._options if not one.refusal]
        if self._chosen not in keys and keys:
            self._chosen = keys[0]

    def _style(self, name: str, base: Style) -> Style:
        return base + self.get_component_rich_style(f"options--{name}", partial=True)
