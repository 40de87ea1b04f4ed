"""A console under load: fed through its standard input, watched through a pseudo-terminal."""

from __future__ import annotations

import os
import random
import re
import select
import subprocess
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from types import TracebackType
from typing import Final

from ..rounds import HOME
from ..terminal import open_terminal, terminal_environment
from ..worlds import ids

RATE: Final = 1_000
"""Touches a second."""

PATIENCE_S: Final = 60.0

UP: Final = b"\x1b[A"
DOWN: Final = b"\x1b[B"

FRAME_END: Final = b"\x1b[?2026l"
"""What ends a frame on a terminal that knows synchronised output. Source: the `2026` mode."""

SESSION: Final = re.compile(rb"session-\d{6}")

TURNS: Final = (10, 30)
"""Between these lines of the screen the cursor goes on as it went."""

LINE: Final = re.compile(rb"\x1b\[(\d+);\d+H((?:[^\x1b]|\x1b\[[\d;]*m)*)")
"""A piece of a frame: the line it is on, and what is drawn there."""


class Screen:
    """Runs a program that is fed events and draws them, as a context manager; killed at the end.

    The program writes a line to its report for whatever it tells: first, once it shows all
    sessions, the colour code of its cursor; then each lag of its event loop, seconds.

    Args:
        command: The program; the number of its report's descriptor is added to its arguments.
        count: How many sessions are fed.
        keeps_session: Whether its cursor belongs to a session, and moves with it, or to a line.

    Attributes:
        frames: How many frames the terminal got.
        lags_s: The lags told since somebody cleared them.
        cursor_line: The line of the screen the cursor is on, from 1; 0 for none.
    """

    def __init__(self, command: Sequence[str], count: int, *, keeps_session: bool) -> None:
        self.frames = 0
        self.lags_s: list[float] = []
        self.cursor_line = 0
        self._keeps_session = keeps_session
        self._cursor_on = b""  # The session or the line that it belongs to.
        self._cursor = b""
        self._key = DOWN
        self._names = ids(count)
        self._random = random.Random(count)
        self._sent = 0
        self._since_s: float | None = None
        self._unsent = b""
        self._drawn = self._told = b""
        self._tty, tty = open_terminal()
        self._report, report = os.pipe()
        feed, self._feed = os.pipe()
        os.set_blocking(self._feed, False)
        self._process = subprocess.Popen(
            [*command, str(report)],
            stdin=feed,
            stdout=tty,
            stderr=tty,
            cwd=HOME,
            env=terminal_environment(),
            start_new_session=True,
            pass_fds=[report],
        )
        for fd in (tty, report, feed):
            os.close(fd)

    def __enter__(self) -> Screen:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._process.kill()
        self._process.wait()
        for fd in (self._tty, self._report, self._feed):
            os.close(fd)

    def fill(self) -> None:
        """Feeds an event of every session, and waits until they are shown; then the load begins.

        Raises:
            TimeoutError: If they aren't within PATIENCE_S.
        """
        self._unsent = b"".join(map(_event, self._names))
        self._wait(lambda: bool(self._cursor))
        self._since_s = time.monotonic()

    def rest(self, seconds: float) -> None:
        """Goes on for some seconds."""
        ends_s = time.monotonic() + seconds
        while (left_s := ends_s - time.monotonic()) > 0:
            self._turn(left_s)

    def press(self) -> float:
        """Moves the cursor to a neighbouring row; returns the seconds until that was drawn.

        It goes down the screen and up again; the first time, onto a row.

        Raises:
            TimeoutError: If nothing is drawn within PATIENCE_S.
        """
        if not TURNS[0] < self.cursor_line < TURNS[1]:
            self._key = UP if self.cursor_line >= TURNS[1] else DOWN
        before = self._cursor_on
        pressed_s = time.monotonic()
        os.write(self._tty, self._key)
        self._wait(lambda: self._cursor_on != before)
        return time.monotonic() - pressed_s

    def cpu_s(self) -> float:
        """The CPU time the program has taken. Needs Linux's `/proc`."""
        stat = Path(f"/proc/{self._process.pid}/stat").read_text(encoding="ascii")
        fields = stat.rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def _wait(self, is_there: Callable[[], bool]) -> None:
        ends_s = time.monotonic() + PATIENCE_S
        while not is_there():
            if time.monotonic() > ends_s:
                raise TimeoutError(f"nothing within {PATIENCE_S} s: {self._drawn[-2000:]!r}")
            self._turn(0.1)

    def _turn(self, timeout_s: float) -> None:
        """Feeds what is due, takes what was drawn and told; waits for it a few milliseconds."""
        if self._since_s is not None:
            due = int((time.monotonic() - self._since_s) * RATE) - self._sent
            self._sent += due
            names = self._random.choices(self._names, k=due)
            self._unsent += b"".join(map(_event, names))
        writing = [self._feed] if self._unsent else []
        if self._since_s is not None:
            timeout_s = min(timeout_s, 5 / RATE)
        readable, writable, _ = select.select(
            [self._tty, self._report], writing, [], max(timeout_s, 0)
        )
        if self._tty in readable:
            self._take_drawn()
        if self._report in readable:
            self._take_told()
        if writable:
            self._unsent = self._unsent[os.write(self._feed, self._unsent[: 1 << 16]) :]

    def _take_drawn(self) -> None:
        try:
            data = os.read(self._tty, 1 << 16)
        except OSError:
            data = b""
        if not data:
            raise RuntimeError(f"the program ended: {self._drawn[-2000:]!r}")
        if b"\x1b[?2026$p" in data:  # It asks whether frames may be marked.
            os.write(self._tty, b"\x1b[?2026;1$y")
        *frames, self._drawn = (self._drawn + data).split(FRAME_END)
        for frame in frames:
            self.frames += 1
            if self._cursor:
                self._look_for_cursor(frame)

    def _look_for_cursor(self, frame: bytes) -> None:
        for line, piece in LINE.findall(frame):
            if self._cursor in piece and (session := SESSION.search(piece)):
                self.cursor_line = int(line)
                self._cursor_on = session[0] if self._keeps_session else line

    def _take_told(self) -> None:
        *lines, self._told = (self._told + os.read(self._report, 1 << 16)).split(b"\n")
        for line in lines:
            if self._cursor:
                self.lags_s.append(float(line))
            else:
                self._cursor = line


def _event(name: str) -> bytes:
    return b'{"type":"before_tool_call","session":"%s","tool":"Read"}\n' % name.encode()
