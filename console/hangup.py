"""Noticing that the terminal is gone: its window closed, its connection lost, tmux killed.

A signal says so too, but not always to us: it goes to the program in the foreground, which may be a
pager. Without this a console would go on for ever, unseen, as the owner of its directory.
"""

from __future__ import annotations

import os
import select
import threading
from collections.abc import Callable
from typing import Final

LOOK_S: Final = 1.0
"""How often it looks whether it is still to look."""

PATIENCE_S: Final = 5.0
"""How long a console may take to end after its terminal went."""

HUNG_UP: Final = 129
"""The exit code of a process that a hang-up ended: 128 and the number of SIGHUP."""


def watch_terminal(
    terminal_fd: int,
    ask_to_end: Callable[[], object],
    end_anyway: Callable[[], object],
    has_ended: threading.Event,
    *,
    patience_s: float = PATIENCE_S,
) -> None:
    """Waits until the terminal is gone or the console has ended. Blocks: for a thread.

    Args:
        terminal_fd: The terminal's descriptor.
        ask_to_end: Called once it is gone; ends the console as a signal would.
        end_anyway: Called where the console still hasn't ended after `patience_s` seconds: it can't
            hear, for it waits for a key.
        has_ended: Set once the console has ended.
        patience_s: How long it may take, seconds.
    """
    poll = select.poll()
    poll.register(terminal_fd, 0)  # A hang-up is told whatever is asked for.
    while not has_ended.is_set():
        try:
            told = poll.poll(LOOK_S * 1000)
        except OSError:
            return
        if any(events & (select.POLLHUP | select.POLLERR) for _, events in told):
            ask_to_end()
            if not has_ended.wait(patience_s):
                end_anyway()
            return
        if told:  # Not a terminal's state: nothing more can be told.
            return


def exit_now() -> None:
    """Ends the process without waiting for anything."""
    os._exit(HUNG_UP)
