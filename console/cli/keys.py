"""Esc, for work that goes on meanwhile: looked for now and then, never waited for.

As long as it is looked for, the terminal hands over each key at once and echoes none. The keys that
make signals, such as Ctrl-C and Ctrl-Z, still make them.
"""

from __future__ import annotations

import os
import re
import select
import signal
import stat
import sys
import termios
import time
from contextlib import suppress
from types import FrameType, TracebackType
from typing import Any, Final

LONE_S: Final = 0.05
"""How long after Esc no byte comes that is part of another key: what arrows send begins with it."""

EVERY_S: Final = 0.02
READ_BYTES: Final = 1_024
HINT: Final = "Esc stops"

ENDING: Final = (signal.SIGHUP, signal.SIGQUIT, signal.SIGTERM)
"""Signals that end a process at once, if nobody else takes them."""

_LFLAG: Final = 3
_CC: Final = 6
_COOKED: Final = termios.ICANON | termios.ECHO

_KEYS: Final = re.compile(
    rb"(?: [^\x1b]"  # A character.
    rb"  | \x1b+ \[ [\x20-?]* (?: [^\x20-?\x1b] | (?=\x1b) )"  # CSI: arrows, F keys, replies.
    rb"  | \x1b+ O (?: [^\x1b] | (?=\x1b) )"  # SS3: arrows and F keys, the older way.
    rb"  | \x1b+ [^\x1b\[O]"  # A key with Alt.
    rb")*",
    re.VERBOSE | re.DOTALL,
)


class LoneEscape:
    """Tells Esc itself from what begins with the same byte: arrows, F keys, keys with Alt. Pure."""

    def __init__(self) -> None:
        self._open = b""
        self._since_s = 0.0

    def take(self, typed: bytes, now_s: float) -> bool:
        """Returns whether Esc was pressed.

        Args:
            typed: The bytes that came since the last call; may be none.
            now_s: The time, in seconds from any start.
        """
        typed = self._open + typed
        keys = _KEYS.match(typed)
        whole = keys.end() if keys else 0
        if whole or not self._open:
            self._since_s = now_s
        self._open = typed[whole:]
        if not self._open or now_s - self._since_s < LONE_S:
            return False
        is_lone = not self._open.strip(b"\x1b")
        self._open = b""
        return is_lone


class EscapeKey:
    """Looks for Esc on standard input. A context manager, for the main thread.

    Nothing is read or set where standard input is no terminal; nor where standard output is a pipe,
    for a pager at its end sets the terminal and reads its keys; nor while this process is in the
    background, where either would stop it. The terminal is as it was once the block is left, and
    whenever a signal ends or suspends the process.

    Args:
        is_wanted: Whether to look for it at all.
    """

    def __init__(self, *, is_wanted: bool = True) -> None:
        self._fd = _keyboard() if is_wanted else None
        self._was_pressed = False
        self._lone = LoneEscape()
        self._next_s = 0.0
        self._cooked: list[Any] | None = None
        self._taken: list[int] = []

    def __enter__(self) -> EscapeKey:
        if self._fd is None:
            return self
        try:
            for number in (*ENDING, signal.SIGTSTP):
                if signal.getsignal(number) is signal.SIG_DFL:
                    self._taken.append(number)
                    signal.signal(number, self._give_way)
            self._listen()
        except BaseException:
            self._leave()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._leave()

    def was_pressed(self) -> bool:
        """Returns whether Esc was pressed since the block was entered.

        Cost: a few system calls, at most every 20 ms; never waits.
        """
        now_s = time.monotonic()
        if not self._was_pressed and now_s >= self._next_s and self._listen():
            self._next_s = now_s + EVERY_S
            self._was_pressed = self._lone.take(self._typed(), now_s)
        return self._was_pressed

    def hint(self) -> str:
        """Returns what Esc does, for a person; empty while it is not looked for."""
        return HINT if self._is_in_front() else ""

    def _is_in_front(self) -> bool:
        """Whether the terminal gives its keys to this process."""
        try:
            return self._fd is not None and os.tcgetpgrp(self._fd) == os.getpgrp()
        except OSError:  # Not the terminal that controls this process, or gone.
            return False

    def _listen(self) -> bool:
        """Has keys handed over at once, also after a shell took the terminal back meanwhile."""
        if self._fd is None or not self._is_in_front():
            return False
        try:
            settings = termios.tcgetattr(self._fd)
            if settings[_LFLAG] & _COOKED:
                self._cooked = [*settings[:_CC], settings[_CC][:]]
                settings[_LFLAG] &= ~_COOKED
                settings[_CC][termios.VMIN], settings[_CC][termios.VTIME] = 1, 0
                termios.tcsetattr(self._fd, termios.TCSANOW, settings)
        except termios.error:
            return False
        return True

    def _typed(self) -> bytes:
        if self._fd is None or not select.select([self._fd], [], [], 0)[0]:
            return b""
        try:
            typed = os.read(self._fd, READ_BYTES)
        except OSError:
            typed = b""
        if not typed:  # The terminal is gone.
            self._fd = None
        return typed

    def _put_back(self) -> None:
        if self._fd is not None and self._cooked is not None and self._is_in_front():
            with suppress(termios.error):
                termios.tcsetattr(self._fd, termios.TCSANOW, self._cooked)

    def _give_way(self, number: int, frame: FrameType | None) -> None:
        """Lets a signal do what it does, with the terminal as it was."""
        self._put_back()
        signal.signal(number, signal.SIG_DFL)
        os.kill(os.getpid(), number)
        # Only a suspended process comes here, once it goes on.
        signal.signal(number, self._give_way)

    def _leave(self) -> None:
        self._put_back()
        while self._taken:
            signal.signal(self._taken.pop(), signal.SIG_DFL)


def _keyboard() -> int | None:
    """Returns the descriptor keys are read from; None where there is none to be had."""
    if sys.stdin is None or not sys.stdin.isatty():
        return None
    try:
        is_piped = sys.stdout is not None and stat.S_ISFIFO(os.fstat(sys.stdout.fileno()).st_mode)
    except OSError:
        is_piped = False
    return None if is_piped else sys.stdin.fileno()
