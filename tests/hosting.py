"""A minimal app with the console's themes, for one widget or one dialog, and hostile text in it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from typing import Any

from console_values import HOSTILE
from rich.cells import cell_len
from textual.app import App, ComposeResult
from textual.message import Message
from textual.pilot import Pilot
from textual.screen import Screen
from textual.theme import Theme
from textual.widget import Widget

from console.text import visible
from console.theming import DEFAULT_DARK, list_theme_files

SIZES = ((120, 36), (80, 24), (40, 12))
LONG = "long-" + "x" * 4_091
"""An id as long as an id can be."""

PAYLOADS = (*HOSTILE, LONG)
PAYLOADS_BY_EIGHT = tuple(PAYLOADS[start : start + 8] for start in range(0, len(PAYLOADS), 8))
"""Hostile texts eight at a time, as many as a dialog names."""
ROOMY = (120, 60)
"""A terminal in which nothing a dialog says is out of sight."""


class Host(App[None]):
    """Shows some widgets, in the console's themes.

    Args:
        make: Make the widgets.
        kept: The kinds of message to keep.

    Attributes:
        messages: What was posted of the kinds to keep, in order.
        answers: What dialogs answered.
    """

    def __init__(
        self, make: Iterable[Callable[[], Widget]] = (), kept: tuple[type[Message], ...] = ()
    ) -> None:
        super().__init__()
        self._make = tuple(make)
        self._kept = kept
        self.messages: list[Any] = []
        self.answers: list[Any] = []
        for file in list_theme_files(None):
            assert file.values is not None
            fields = {key: getattr(file.values, key) for key in file.values.__struct_fields__}
            self.register_theme(Theme(**fields))
        self.theme = DEFAULT_DARK

    def get_theme_variable_defaults(self) -> dict[str, str]:
        return {"quiet": "#808080", "cursor-text": "#000000"}

    def compose(self) -> ComposeResult:
        for make in self._make:
            yield make()

    def keep(self, message: Message) -> None:
        """Keeps a message, however many widgets it passes on its way up."""
        if isinstance(message, self._kept) and not any(one is message for one in self.messages):
            self.messages.append(message)


@asynccontextmanager
async def hosted(
    *make: Callable[[], Widget],
    size: tuple[int, int] = (80, 24),
    kept: tuple[type[Message], ...] = (),
) -> AsyncIterator[tuple[Host, Pilot[None]]]:
    """Runs an app with the widgets that are made."""
    host = Host(make, kept)
    async with host.run_test(size=size, message_hook=host.keep) as pilot:
        await pilot.pause()
        yield host, pilot


@asynccontextmanager
async def asked(
    dialog: Screen[Any], size: tuple[int, int] = (80, 24)
) -> AsyncIterator[tuple[Host, Pilot[None]]]:
    """Runs an app that shows a dialog; what it answers is in the app's `answers`."""
    async with hosted(size=size) as (host, pilot):
        host.push_screen(dialog, host.answers.append)
        await pilot.pause()
        yield host, pilot


def screen_lines(app: App[Any]) -> list[str]:
    """What is on the screen, line by line."""
    return [strip.text for strip in app.screen._compositor.render_strips()]


def check_screen(app: App[Any]) -> str:
    """Every line of the screen is printable and as wide as the screen; returns all of it."""
    lines = screen_lines(app)
    for line in lines:
        assert line.isprintable(), ascii(line)
        assert cell_len(line) == app.size.width, ascii(line)
    return "\n".join(lines)


def begins(text: str) -> str:
    """How a text begins where it is shown, which is enough to know it by."""
    return visible(text)[:6].rstrip()
