"""A program in a pseudo-terminal of its own, and what it draws, with the time each part came."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import struct
import subprocess
import termios
import time
from collections.abc import Sequence
from types import TracebackType
from typing import Final

from .rounds import HOME, environment
from .worlds import room

SIZE: Final = (150, 45)
"""Columns and lines."""

PATIENCE_S: Final = 30.0

CHOSEN: Final = (
    "XDG_", "TEXTUAL", "NO_COLOR", "TMUX", "STY", "TERM_PROGRAM", "COLUMNS", "LINES",
)  # fmt: skip
"""How the names of variables begin by which a user, or what runs this, chooses how it looks."""


class Terminal:
    """Runs a program in a pseudo-terminal, as a context manager; it is killed at the end.

    What it draws is kept as bytes. Nothing answers what it asks its terminal, as a pipe of a
    terminal that knows none of it wouldn't.

    Args:
        command: The program and its arguments.
        pass_fds: Descriptors it is given.

    Attributes:
        pid: Its process.
        started_s: When the program was started, `time.monotonic`.
        drawn: All it drew so far that was read.
    """

    def __init__(self, command: Sequence[str], pass_fds: Sequence[int] = ()) -> None:
        self._fd, own_fd = open_terminal()
        self.drawn = bytearray()
        self.started_s = time.monotonic()
        self._process = subprocess.Popen(
            command,
            stdin=own_fd,
            stdout=own_fd,
            stderr=own_fd,
            cwd=HOME,
            env=terminal_environment(),
            start_new_session=True,
            pass_fds=pass_fds,
        )
        self.pid = self._process.pid
        os.close(own_fd)

    def __enter__(self) -> Terminal:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._process.kill()
        self._process.wait()
        os.close(self._fd)

    def send(self, keys: bytes) -> None:
        """Types keys."""
        os.write(self._fd, keys)

    def read(self, timeout_s: float) -> tuple[bytes, float]:
        """Waits for more that is drawn; returns it, and when it came; nothing after `timeout_s`."""
        if not select.select([self._fd], [], [], max(timeout_s, 0))[0]:
            return b"", time.monotonic()
        try:
            data = os.read(self._fd, 1 << 16)
        except OSError:  # The program has ended.
            data = b""
        at_s = time.monotonic()
        if not data:
            raise RuntimeError(f"the program ended: {bytes(self.drawn[-2000:])!r}")
        self.drawn += data
        return data, at_s

    def until(self, pattern: bytes) -> float:
        """Reads until a pattern was drawn; returns when the part came that completed it.

        Raises:
            TimeoutError: If it isn't drawn within PATIENCE_S.
        """
        ends_s = time.monotonic() + PATIENCE_S
        begun = max(len(self.drawn) - 1, 0)
        while time.monotonic() < ends_s:
            data, at_s = self.read(ends_s - time.monotonic())
            if data and re.compile(pattern).search(self.drawn, max(begun - 200, 0)):
                return at_s
            begun = len(self.drawn)
        raise TimeoutError(f"no {pattern!r} within {PATIENCE_S} s: {bytes(self.drawn[-2000:])!r}")

    def rest(self, seconds: float) -> None:
        """Reads on for some seconds."""
        ends_s = time.monotonic() + seconds
        while (left_s := ends_s - time.monotonic()) > 0:
            self.read(left_s)


def open_terminal() -> tuple[int, int]:
    """Opens a pseudo-terminal of SIZE; returns its watcher's descriptor and its program's."""
    fd, own_fd = pty.openpty()
    columns, lines = SIZE
    fcntl.ioctl(fd, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))
    return fd, own_fd


def terminal_environment() -> dict[str, str]:
    """A user's environment in which nothing was configured, and a terminal with all colours."""
    kept = {name: value for name, value in environment().items() if not name.startswith(CHOSEN)}
    return {
        **kept,
        "HOME": str(room("user", keeps=True)),
        "TERM": "xterm-256color",
        "COLORTERM": "truecolor",
        "LANG": "C.UTF-8",
    }
