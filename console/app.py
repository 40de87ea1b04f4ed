"""The admin console: one app over one link.

The app alone changes the board: a thread takes updates from the link one at a time, the next only
when the last was shown, so a slow screen makes fewer and larger updates instead of a queue.
"""

from __future__ import annotations

import asyncio
import os
import signal
import threading
from collections.abc import Callable, Iterable, Sequence
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import ClassVar, Final

from textual import events
from textual.app import App, SystemCommand
from textual.binding import Binding, BindingType
from textual.reactive import var
from textual.screen import Screen
from textual.theme import Theme

from console.acting.audit import AuditFile
from console.acting.operator import Operator
from console.acting.undo import UndoPast
from console.choices import Choices, ChoicesFile
from console.clipboard import ClipboardError, osc52
from console.desk import Desk
from console.messages import Arranged, CapacityChosen, Updated
from console.model.board import Board
from console.model.chronicle import Chronicle
from console.screens.main import MainScreen
from console.screens.palette import SessionProvider, list_commands
from console.screens.sizes import size_classes
from console.settings.paths import audit_path
from console.snapshot import Link, Mode, Update
from console.text import visible, visible_lines
from console.themed import Themed
from tracker import Rules, wall_clock_ms

TAKE_S: Final = 0.25
"""How long the thread waits for an update before it looks whether the app has ended."""


PALETTE: Final = "Palette"
"""What the key that opens the palette is called; no command of the palette's own."""


class _UnseenError(Exception):
    """Carries what ended the app past Textual's own printing of it."""

    def __init__(self, error: Exception) -> None:
        super().__init__(f"{type(error).__name__}: {error}")
        self.__cause__ = error

    def __rich__(self) -> str:
        return ""


class HoldfastApp(Themed):
    """The console.

    Args:
        link: The tracker; started when the app is, stopped by whoever made it.
        rules: The policy's numbers.
        theme_name: The theme to begin with; empty for the default.
        theme_folder: The user's folder of themes.
        keys: Keys by binding id, that take the place of the built-in ones.
        audit: Where every action is written down first; None for the user's own audit file.
        choices: What was remembered from earlier runs.
        choices_file: Where choices are remembered; None to remember nothing.
        notes: What is to be said first, such as that a remembered capacity holds.
        clock: Returns Unix ms.
        settle: Called when the first update is shown, and once the directory has been read: much
            is there then that stays.

    Attributes:
        desk: What all views show and act through.
        choices: What is remembered now.
        crash: What ended the app; None for nothing.
    """

    TITLE = "Holdfast"
    CSS_PATH = "holdfast.tcss"
    ENABLE_COMMAND_PALETTE = True
    COMMANDS = App.COMMANDS | {SessionProvider}
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("t", "change_theme", "Theme", show=False, id="app.theme", tooltip="Choose a theme"),
        Binding(
            "ctrl+p",
            "command_palette",
            PALETTE,
            show=False,
            priority=True,
            id="app.palette",
            tooltip="Go to a session, or run a command",
        ),
        Binding("question_mark", "toggle_help", "Help", id="app.help", tooltip="Show all keys"),
        Binding("q", "quit", "Quit", id="app.quit", tooltip="Quit the console"),
    ]

    snapshot: var[Update | None] = var(None)

    def __init__(
        self,
        link: Link,
        rules: Rules,
        *,
        theme_name: str = "",
        theme_folder: Path | None = None,
        keys: dict[str, str] | None = None,
        audit: AuditFile | None = None,
        choices: Choices | None = None,
        choices_file: ChoicesFile | None = None,
        notes: Sequence[str] = (),
        clock: Callable[[], int] = wall_clock_ms,
        settle: Callable[[], object] = lambda: None,
    ) -> None:
        super().__init__(theme_name, theme_folder)
        self.crash: Exception | None = None
        self.choices = choices or Choices()
        self._choices_file = choices_file
        self._settle = settle
        self._is_read: bool | None = None
        self._unseen = ExitStack()  # What is left as the screen may be seen.
        self._link = link
        operator = Operator(
            link,
            audit or AuditFile(audit_path(), clock=clock),
            UndoPast(),
            about=self._about,
            clock=clock,
            capacity=self._capacity,
        )
        self.desk = Desk(Board(), Chronicle(), link, operator, rules, clock)
        self._running_in: asyncio.AbstractEventLoop | None = None
        self._is_shown = threading.Event()
        self._has_ended = threading.Event()
        self._notes = [visible(note, 300) for note in notes]
        self._theme_in_use = self.theme
        if keys:
            self.set_keymap(keys)

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        """Lists the palette's commands: every key that means something now, then Textual's own."""
        commands = list_commands(screen, super().get_system_commands(screen))
        yield from (one for one in commands if one.title != PALETTE)

    @property
    def board(self) -> Board:
        """What is known of memory and disk."""
        return self.desk.board

    @property
    def main(self) -> MainScreen | None:
        """The main screen; None before it is there."""
        return next((one for one in self.screen_stack if isinstance(one, MainScreen)), None)

    def get_default_screen(self) -> MainScreen:
        """Makes the one screen that is always there."""
        screen = MainScreen(self.desk, self.choices)
        return screen.add_class(*size_classes(screen, self.size))

    def on_mount(self) -> None:
        """Starts the link, and takes its updates from then on."""
        self._running_in = asyncio.get_running_loop()
        self._unseen.enter_context(self.batch_update())
        self.screen.call_later(self._show_first)
        self._link.start()
        self.run_worker(self._take_on, thread=True, group="updates")
        self.run_worker(
            partial(self.watch_themes, self._has_ended),
            thread=True,
            group="themes",
            exit_on_error=False,
        )
        for problem in (*self._notes, *self.theme_problems):
            self.notify(problem, severity="warning", markup=False)
        self.theme_changed_signal.subscribe(self, self._remember_theme)
        # A terminal that is closed, or a shift that is ended, quits as cleanly as q does.
        if threading.current_thread() is threading.main_thread():
            for number in (signal.SIGTERM, signal.SIGHUP):
                self._running_in.add_signal_handler(number, self.exit)

    def on_unmount(self) -> None:
        """Lets the threads that work for the app end."""
        self._has_ended.set()
        self._is_shown.set()

    def _show_first(self) -> None:
        """Shows what came before the screen's widgets were there, in its first frame."""
        with self._unseen:
            if self.snapshot is not None and (screen := self.main) is not None:
                screen.snapshot = self.snapshot

    def on_updated(self, message: Updated) -> None:
        """Takes an update into the desk and shows it."""
        try:
            self.desk.board.apply(message.update)
            self.desk.chronicle.apply(message.update)
            self.snapshot = message.update
            if (screen := self.main) is not None:
                screen.snapshot = message.update
            is_read = message.update.watch.swept_ms > 0
            if is_read is not self._is_read:
                self._is_read = is_read
                self.call_after_refresh(self._settle)
        finally:
            self._is_shown.set()

    async def on_event(self, event: events.Event) -> None:
        """Makes pasted text safe before any entry takes it: it is drawn as it was pasted."""
        if isinstance(event, events.Paste):
            event.text = visible_lines(event.text)
        await super().on_event(event)

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

    async def go_to_session(self, session: str) -> None:
        """Puts the cursor on a session."""
        if (screen := self.main) is not None:
            await screen.go_to_session(session)

    def copy_to_clipboard(self, text: str) -> None:
        """Copies text through the terminal, tmux and screen included, and says so."""
        try:
            sequence = osc52(text, os.environ)
        except ClipboardError as error:
            self.notify(visible(str(error), 300), severity="warning", markup=False)
            return
        self._clipboard = text
        if self._driver is not None:
            self._driver.write(sequence)
        first, *others = text.split("\n")
        more = f" and {len(others):,} more" if others else ""
        self.notify(f"Copied {visible(first, 80)}{more}", markup=False)

    def ask_to_end(self) -> None:
        """Quits as soon as the app can hear it. For any thread."""
        if self._running_in is not None:
            self._running_in.call_soon_threadsafe(self.exit)

    # -- what is remembered -----------------------------------------------------------------------

    def remember(self, choices: Choices) -> None:
        """Remembers choices for the next run, off the screen's thread."""
        if choices == self.choices:
            return
        self.choices = choices
        if self._choices_file is not None:
            self.run_worker(
                partial(self._save, self._choices_file),
                thread=True,
                group="choices",
                exit_on_error=False,
            )

    def _save(self, file: ChoicesFile) -> None:
        # What is chosen now, not what was as the thread was asked for: threads may overtake.
        if problem := file.save(self.choices):
            self.call_from_thread(self.notify, problem, severity="warning", markup=False)

    def on_capacity_chosen(self, message: CapacityChosen) -> None:
        """Remembers a capacity set by hand, for this directory; the demo's has none."""
        update = self.snapshot
        if update is not None and update.mode is not Mode.DEMO:
            now_ms = self.desk.clock()
            self.remember(self.choices.with_capacity(update.directory, message.capacity, now_ms))

    def on_arranged(self, message: Arranged) -> None:
        """Remembers how a table is sorted and which columns it hides."""
        choices = self.choices.with_sorting(message.view, message.sorting)
        self.remember(choices.with_hidden(message.view, message.hidden))

    def _remember_theme(self, theme: Theme) -> None:
        if theme.name == self._theme_in_use:
            return  # Its file was edited; nobody chose it.
        self._theme_in_use = theme.name
        self.remember(self.choices.with_theme(theme.name, self.desk.clock()))

    # -- threads ----------------------------------------------------------------------------------

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

    # -- making it --------------------------------------------------------------------------------

    def _about(self) -> tuple[str, str]:
        update = self.snapshot
        return (update.directory, str(update.mode)) if update is not None else ("", "")

    def _capacity(self) -> int | None:
        update = self.snapshot
        return update.statistics.capacity if update and update.statistics else None
