"""The program in a real terminal: a pseudo-terminal, and an emulator that shows what it draws.

A script that a person could follow is written once against `Driver`: it sends keys and waits for
words on the screen. `tmuxes` has another driver.
"""

from __future__ import annotations

import fcntl
import os
import pty
import re
import signal
import struct
import subprocess
import sys
import termios
import threading
import time
import unicodedata
import uuid
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path
from typing import Final, Protocol

import pyte
from console_support import REPOSITORY, wait_for
from wcwidth import wcwidth

UP, DOWN, HOME, END = "\x1b[A", "\x1b[B", "\x1b[H", "\x1b[F"
PAGE_DOWN = "\x1b[6~"
ENTER, TAB, ESCAPE = "\r", "\t", "\x1b"
CTRL_A, CTRL_K, CTRL_P, CTRL_S, CTRL_SPACE = "\x01", "\x0b", "\x10", "\x13", "\0"

SIZE: Final = (120, 36)
LEFT: Final = b"\x1b[?1049l"
"""Leaves the alternate screen."""

PATIENCE_S: Final = 30.0

STUB: Final = (
    "import fcntl, os, sys, termios\n"
    "fcntl.ioctl(1, termios.TIOCSCTTY, 0)\n"
    "os.execv(sys.argv[1], sys.argv[1:])\n"
)
"""Makes its standard output its own terminal, then becomes the program."""


class Driver(Protocol):
    """A program in a terminal."""

    def send(self, keys: str) -> None:
        """Types keys, as the terminal would send them."""
        ...

    def text(self) -> str:
        """What is on the screen, line by line."""
        ...

    def until(self, pattern: str) -> re.Match[str]:
        """Waits until a pattern stands on the screen; fails where the program ends before."""
        ...

    def check_end(self, code: int = 0) -> None:
        """Waits for the end; it had this exit code, and the terminal is as it was before."""
        ...


DriverOf = Callable[..., AbstractContextManager[Driver]]
"""Runs a program: its user's home, then its arguments."""


def users_variables(home: Path) -> dict[str, str]:
    """The variables of a program whose user has this home, and nothing set."""
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(home),
        "TMPDIR": str(home),
        "LANG": "C.UTF-8",
        "TZ": "UTC",
    }


def wait_until(
    driver: Driver, pattern: str, has_ended: Callable[[], bool], wait_s: float
) -> re.Match[str]:
    """Waits until a pattern stands on a driver's screen."""
    ends_s = time.monotonic() + PATIENCE_S
    while (found := re.search(pattern, driver.text())) is None:
        assert time.monotonic() < ends_s, f"no {pattern!r} in {PATIENCE_S} s:\n{driver.text()}"
        assert not has_ended(), f"it ended before {pattern!r}:\n{driver.text()}"
        time.sleep(wait_s)
    return found


# -- a pseudo-terminal ------------------------------------------------------------------------


class Screen(pyte.Screen):
    """A screen that is sure of foot where pyte's isn't.

    It doesn't lose what stands behind a mark of combining class 0, nor stumble over a half of a
    wide character whose other half was overwritten.
    """

    def draw(self, data: str) -> None:
        super().draw("".join(one for one in data if wcwidth(one) or unicodedata.combining(one)))

    @property
    def display(self) -> list[str]:
        """The lines; a wide character stands for both its cells."""
        columns = range(self.columns)
        return ["".join(self.buffer[y][x].data for x in columns) for y in range(self.lines)]


class Terminal:
    """A program in a pseudo-terminal, and an emulator that shows what it draws. See Driver.

    Attributes:
        raw: Every byte the program sent.
        home: Its user's home.
        pid: Its process.
        fd: The terminal's other end.
    """

    def __init__(
        self,
        home: Path,
        arguments: tuple[str, ...],
        size: tuple[int, int],
        given: Path | None,
        variables: dict[str, str],
    ) -> None:
        self.raw = bytearray()
        self.home = home
        self._mark = f"MARK={uuid.uuid4()}"
        self._screen = Screen(*size)
        self._stream = pyte.ByteStream(self._screen)
        self._lock = threading.Lock()
        self._text: str | None = None
        self.fd, own_fd = pty.openpty()
        self.resize(*size)
        self._at_first = termios.tcgetattr(self.fd)
        environment = {**users_variables(home), "TERM": "xterm-256color", **variables}
        environment["MARK"] = self._mark.removeprefix("MARK=")
        program = [sys.executable, "-I", "-S", "-c", STUB]
        given_fd = own_fd if given is None else os.open(given, os.O_RDONLY)
        self._process = subprocess.Popen(
            [*program, sys.executable, "-m", "console", *arguments],
            stdin=given_fd,
            stdout=own_fd,
            stderr=own_fd,
            cwd=REPOSITORY,
            env=environment,
            start_new_session=True,
        )
        self.pid = self._process.pid
        for fd in {own_fd, given_fd}:
            os.close(fd)
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    @property
    def code(self) -> int | None:
        """The exit code; None while it runs."""
        return self._process.poll()

    def send(self, keys: str) -> None:
        """Types keys."""
        data = keys.encode("utf-8", "surrogateescape")
        while data:
            data = data[os.write(self.fd, data) :]

    def text(self) -> str:
        """What is on the screen."""
        with self._lock:
            if self._text is None:
                self._text = "\n".join(self._screen.display)
            return self._text

    def until(self, pattern: str) -> re.Match[str]:
        """Waits until a pattern stands on the screen."""
        return wait_until(self, pattern, lambda: self.code is not None, 0.01)

    def holds(self, pattern: str, seconds: float) -> bool:
        """Whether a pattern comes to stand on the screen within some seconds."""
        return self.comes(lambda: re.search(pattern, self.text()), seconds)

    def comes(self, condition: Callable[[], object], seconds: float) -> bool:
        """Whether a condition comes to hold within some seconds."""
        with suppress(AssertionError):
            wait_for(condition, "it", seconds)
            return True
        return False

    def holds_still(self, seconds: float, sent: int) -> None:
        """Waits until the program has sent more than `sent` bytes, and then none for `seconds`.

        A key that draws nothing is waited for no longer than ten times as long.
        """
        ends_s = time.monotonic() + 10 * seconds
        last, last_s = len(self.raw), time.monotonic()
        while time.monotonic() < (last_s + seconds if last > sent else ends_s):
            time.sleep(seconds / 8)
            if len(self.raw) != last:
                last, last_s = len(self.raw), time.monotonic()

    def paste(self, text: str) -> None:
        """Pastes text, as terminals do where the program asked for brackets around it.

        ESC becomes a sign for it, as terminals make it: what a program makes of one is keys.
        """
        self.send(f"\x1b[200~{text.replace(chr(27), '␛')}\x1b[201~")

    def click(self, column: int, line: int, times: int = 1) -> None:
        """Clicks a cell; both count from 0."""
        at = f"{column + 1};{line + 1}"
        self.send(f"\x1b[<0;{at}M\x1b[<0;{at}m" * times)

    def resize(self, columns: int, lines: int) -> None:
        """Makes the terminal larger or smaller, as a person does by its edge."""
        with self._lock:
            self._screen.resize(lines, columns)
            self._text = None
        fcntl.ioctl(self.fd, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))

    def cells(self) -> Iterator[tuple[int, int, pyte.screens.Char]]:
        """Yields every cell of the screen as it is now, with its column and its line."""
        with self._lock:
            lines, columns = self._screen.lines, self._screen.columns
            found = [
                (x, y, self._screen.buffer[y][x]) for y in range(lines) for x in range(columns)
            ]
        yield from found

    def leftovers(self) -> list[int]:
        """Processes that still run with this terminal's mark in their environment."""
        found = []
        for name in os.listdir("/proc") if os.path.isdir("/proc") else ():
            with suppress(OSError):
                environ = Path(f"/proc/{name}/environ").read_bytes() if name.isdigit() else b""
                if self._mark.encode() in environ:
                    found.append(int(name))
        return found

    def check_end(self, code: int = 0) -> None:
        """It ends with this code and leaves nothing: no screen, no mode, no child, no directory."""
        wait_for(lambda: self.code is not None, f"the end\n{self.text()}")
        assert self.code == code, self.text()
        wait_for(lambda: LEFT in self.raw, "the alternate screen to be left")
        assert b"Traceback" not in self.raw
        assert self.raw.rfind(b"\x1b[?25h") > self.raw.rfind(b"\x1b[?25l"), "the cursor is shown"
        for mode in (b"1000", b"1003", b"1006", b"2004"):
            assert self.raw.rfind(b"[?%bl" % mode) >= self.raw.rfind(b"[?%bh" % mode), mode
        assert termios.tcgetattr(self.fd)[:4] == self._at_first[:4]
        wait_for(lambda: self.leftovers() == [], "no process to be left")
        assert list(self.home.glob("holdfast-demo-*")) == []

    def close(self) -> None:
        """Ends the program, and what it started."""
        if self.code is None:
            self._process.kill()
        self._process.wait()
        for pid in self.leftovers():
            os.kill(pid, signal.SIGKILL)
        self._reader.join(5)
        os.close(self.fd)

    def _read(self) -> None:
        with suppress(OSError):
            while data := os.read(self.fd, 65_536):
                with self._lock:
                    self.raw += data
                    self._stream.feed(data)
                    self._text = None


@contextmanager
def terminal(
    home: Path,
    *arguments: object,
    size: tuple[int, int] = SIZE,
    given: Path | None = None,
    variables: dict[str, str] | None = None,
) -> Iterator[Terminal]:
    """Runs the program in a pseudo-terminal.

    Args:
        home: Its user's home.
        arguments: The program's.
        size: The terminal's columns and lines.
        given: What its standard input is; None for the terminal.
        variables: More of the environment.
    """
    home.mkdir(exist_ok=True)
    one = Terminal(home, tuple(map(str, arguments)), size, given, variables or {})
    try:
        yield one
    finally:
        one.close()
