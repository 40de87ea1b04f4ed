"""The admin console: one app over one link.

The app alone changes the board: a thread takes updates from the link one at a time, the next only
when the last was shown, so a slow screen makes fewer and larger updates instead of a queue.
"""

from __future__ import annotations

import asyncio
import signal
import threading
from collections.abc import Iterable
from pathlib import Path
from typing import ClassVar, Final

from textual.app import App, SystemCommand
from textual.binding import Binding, BindingType
from textual.reactive import reactive
from textual.screen import Screen
from textual.theme import Theme

from console.messages import Updated
from console.model.board import Board
from console.screens.main import MainScreen
from console.snapshot import Link, Update
from console.text import visible
from console.theming import DEFAULT_DARK, list_theme_files
from tracker import Rules

TAKE_S: Final = 0.25
"""How long the thread waits for an update before it looks whether the app has ended."""

QUIET: Final = {True: "#9aa5b1", False: "#56616d"}
"""The colour of text that steps back, where a theme has none of its own, by whether it is dark."""


class _UnseenError(Exception):
    """Carries what ended the app past Textual's own printing of it."""

    def __init__(self, error: Exception) -> None:
        super().__init__(f"{type(error).__name__}: {error}")
        self.__cause__ = error

    def __rich__(self) -> str:
        return ""


class HoldfastApp(App[None]):
    """The console.

    Args:
        link: The tracker; started when the app is, stopped by whoever made it.
        rules: The policy's numbers.
        theme_name: The theme to begin with; empty for the default.
        theme_folder: The user's folder of themes.
        keys: Keys by binding id, that take the place of the built-in ones.
    """

    TITLE = "Holdfast"
    CSS_PATH = "holdfast.tcss"
    ENABLE_COMMAND_PALETTE = True
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("t", "change_theme", "Theme", id="app.theme", tooltip="Choose a theme"),
        Binding("question_mark", "toggle_help", "Help", id="app.help", tooltip="Show all keys"),
        Binding("q", "quit", "Quit", id="app.quit", tooltip="Quit the console", priority=True),
    ]

    snapshot: reactive[Update | None] = reactive(None)

    def __init__(
        self,
        link: Link,
        rules: Rules,
        *,
        theme_name: str = "",
        theme_folder: Path | None = None,
        keys: dict[str, str] | None = None,
    ) -> None:
        super().__init__()
        self.board = Board()
        self.crash: Exception | None = None
        self._link = link
        self._rules = rules
        self._is_shown = threading.Event()
        self._has_ended = threading.Event()
        self._problems: list[str] = []
        self._load_themes(theme_name, theme_folder)
        if keys:
            self.set_keymap(keys)

    def get_theme_variable_defaults(self) -> dict[str, str]:
        """Gives themes that aren't ours the variables the screens use."""
        dark = self.current_theme.dark
        return {"quiet": QUIET[dark], "cursor-text": "#000000" if dark else "#ffffff"}

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        """Lists the palette's commands, those of the main screen first."""
        if isinstance(screen, MainScreen) and not (self.snapshot and self.snapshot.is_read_only):
            yield SystemCommand("Evict", "Drop the chosen session from memory", screen.action_evict)
            yield SystemCommand(
                "Rehydrate", "Bring the chosen session back", screen.action_rehydrate
            )
        yield from super().get_system_commands(screen)

    def on_mount(self) -> None:
        """Shows the screen, starts the link, and takes its updates from then on."""
        screen = MainScreen(self.board, self._link, self._rules)
        self.push_screen(screen)
        self._link.start()
        self.run_worker(self._take_on, thread=True, group="updates")
        for problem in self._problems:
            self.notify(problem, severity="warning", markup=False)
        # A terminal that is closed, or a shift that is ended, quits as cleanly as q does.
        if threading.current_thread() is threading.main_thread():
            loop = asyncio.get_running_loop()
            for number in (signal.SIGTERM, signal.SIGHUP):
                loop.add_signal_handler(number, self.exit)

    def on_unmount(self) -> None:
        """Lets the thread that takes updates end."""
        self._has_ended.set()
        self._is_shown.set()

    def on_updated(self, message: Updated) -> None:
        """Takes an update into the board and shows it."""
        try:
            self.board.apply(message.update)
            self.snapshot = message.update
            for screen in self.screen_stack:
                if isinstance(screen, MainScreen):
                    screen.snapshot = message.update
        finally:
            self._is_shown.set()

    def _handle_exception(self, error: Exception) -> None:
        # Textual prints a traceback on the terminal; whoever ran the app says it in one line.
        self.crash = self.crash or error
        super()._handle_exception(_UnseenError(error))

    def action_toggle_help(self) -> None:
        """Shows the help panel, or hides it."""
        if self.screen.query("HelpPanel"):
            self.action_hide_help_panel()
        else:
            self.action_show_help_panel()

    def _take_on(self) -> None:
        while not self._has_ended.is_set():
            update = self._link.take(TAKE_S)
            if update is None:
                continue
            self._is_shown.clear()
            if not self.post_message(Updated(update)):
                return
            while not self._is_shown.wait(TAKE_S):
                if self._has_ended.is_set():
                    return

    def _load_themes(self, name: str, folder: Path | None) -> None:
        for file in list_theme_files(folder):
            if file.values is None:
                self._problems.append(f"Theme {visible(file.path)}: {visible(file.problem)}")
                continue
            fields = {key: getattr(file.values, key) for key in file.values.__struct_fields__}
            self.register_theme(Theme(**fields))
        if name and name not in self.available_themes:
            self._problems.append(f"There is no theme {name!r}; `holdfast themes` lists them.")
            name = ""
        self.theme = name or DEFAULT_DARK
