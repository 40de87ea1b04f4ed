"""Runs the console on a terminal, from the settings of a run to an exit code.

The one place where the app meets the tracker that is embedded behind its link.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from typing import Final

from textual.binding import Binding

from console.app import HoldfastApp
from console.embedded.opening import opened_link
from console.nearest import did_you_mean
from console.screens.main import MainScreen
from console.settings import DemoOptions, Settings, SettingsError
from console.settings.paths import themes_folder
from console.snapshot import Face
from console.widgets.live_table import LiveTable
from tracker import DirectoryError

UNREAD: Final = 3
"""The exit code of a directory that could not be read to the end. Source: DESIGN.md, section 8."""

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
    _check_keys(settings)
    feed_fd = _standard_input_for_feed() if feed == "-" else -1
    with opened_link(settings, directory, feed, feed_fd, demo) as link:
        app = HoldfastApp(
            link,
            settings.rules(),
            theme_name=settings.theme,
            theme_folder=themes_folder(),
            keys=settings.keys,
        )
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


def _check_keys(settings: Settings) -> None:
    known = set(binding_ids())
    for name in settings.keys:
        if name not in known:
            hint = did_you_mean(name, known) or f"; there are {', '.join(sorted(known))}"
            origin = settings.origins.get(f"keys.{name}", "keys")
            raise SettingsError(f"{origin}: no binding has the id {name}{hint}")


def binding_ids() -> Iterator[str]:
    """Yields the id of every binding, by which `config.toml` can give it another key."""
    for owner in (HoldfastApp, MainScreen, LiveTable):
        for binding in owner.BINDINGS:
            if isinstance(binding, Binding) and binding.id:
                yield binding.id
