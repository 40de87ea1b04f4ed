"""Runs the console on a terminal, from the settings of a run to an exit code.

The one place where the app meets the tracker that is embedded behind its link.
"""

from __future__ import annotations

import gc
import os
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from msgspec.structs import replace

from console.app import HoldfastApp
from console.choices import ChoicesFile, effective
from console.embedded.opening import opened_link
from console.hangup import exit_now, watch_terminal
from console.settings import DemoOptions, Settings
from console.settings.paths import choices_path, config_path, themes_folder
from console.snapshot import Face, Link
from tracker import DirectoryError, wall_clock_ms

UNREAD: Final = 3
"""The exit code of a directory that could not be read to the end. Source: DESIGN.md, section 8."""

SOON_S: Final = 0.03
"""How long the screen waits for the first sessions: they are there before it is drawn, and not
found beside its making, which takes the interpreter from them."""

_UNREAD_FACES: Final = (Face.MISSING, Face.UNREADABLE, Face.GONE)


def open_console(
    settings: Settings,
    *,
    directory: str | None,
    feed: str | None = None,
    demo: DemoOptions | None = None,
) -> int:
    """Runs the console on a terminal until it is quit.

    Args:
        settings: The settings of this run.
        directory: The state directory; None for the demo's own.
        feed: An owner's feed: a path, or `-` for standard input; None to observe.
        demo: The demo's options, where it is the demo.

    Returns:
        The exit code: 0, or 3 where the directory could not be read or written to the end.

    Raises:
        SettingsError: If a key is set for a binding there isn't.
        StoreError: If an owner can't open the directory.
    """
    keys = _checked_keys(settings)
    file = ChoicesFile(choices_path(), wall_clock_ms)
    choices, damage = file.load()
    holds = effective(
        settings, choices, directory or "", config_ms=_config_ms(), is_demo=demo is not None
    )
    settings = replace(settings, theme=holds.theme, capacity=holds.capacity)
    feed_fd = _standard_input_for_feed() if feed == "-" else -1
    with opened_link(settings, directory, feed, feed_fd, demo) as link:
        link.start()
        app = HoldfastApp(
            link,
            settings.rules(),
            theme_name=settings.theme,
            theme_folder=themes_folder(),
            keys=keys,
            choices=choices,
            choices_file=file,
            settle=_settle,
            notes=[note for note in (damage, *holds.notes) if note],
        )
        link.wait(SOON_S)
        with _ended_by_hangup(app, link):
            app.run()
        problem = link.stop()
    if app.crash is not None:
        raise app.crash
    update = app.snapshot
    if not problem and update is not None and update.face in _UNREAD_FACES:
        problem = update.face_why
    if problem:
        print(f"holdfast: {problem}", file=sys.stderr)
        return UNREAD
    return 0


def _standard_input_for_feed() -> int:
    """Moves standard input aside for the feed, and puts the terminal in its place for the keys."""
    try:
        terminal_fd = os.open("/dev/tty", os.O_RDWR | os.O_CLOEXEC)
    except OSError as error:
        raise DirectoryError(
            f"/dev/tty: {error.strerror}; the keys come from it where the feed is standard input",
            "/dev/tty",
        ) from None
    feed_fd = os.dup(0)
    os.dup2(terminal_fd, 0)
    os.close(terminal_fd)
    return feed_fd


def _checked_keys(settings: Settings) -> dict[str, str]:
    """Checks the keys a user chose, if any; every screen there is is imported for that."""
    if not settings.keys:
        return {}
    from console.keymap import checked_keys

    return checked_keys(settings)


def _settle() -> None:
    """Takes what is there now out of the garbage collector's rounds, which stop the screen.

    Modules, widgets and the first look at the directory stay for as long as the console runs. Where
    it stood still for the start, it goes on; there was nothing for it yet.
    """
    if gc.isenabled():
        gc.collect()
    gc.freeze()
    gc.enable()


@contextmanager
def _ended_by_hangup(app: HoldfastApp, link: Link) -> Iterator[None]:
    """Ends the app when its terminal is gone; spills and lets go of the directory in any case."""
    has_ended = threading.Event()

    def end_anyway() -> None:
        link.stop()
        exit_now()

    thread = threading.Thread(
        target=watch_terminal,
        args=(0, app.ask_to_end, end_anyway, has_ended),
        name="hangup",
        daemon=True,
    )
    thread.start()
    try:
        yield
    finally:
        has_ended.set()


def _config_ms() -> int:
    """Returns when `config.toml` was last written, Unix ms; 0 where there is none."""
    try:
        return config_path().stat().st_mtime_ns // 1_000_000
    except OSError:
        return 0
