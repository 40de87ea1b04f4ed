"""The program in a real terminal: what a person sees and does, and what is left when it ends."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import signal
import struct
import sys
import termios
import threading
import time
import unicodedata
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pyte
import pytest
from console_support import REPOSITORY, build, gateway, wait_for
from console_values import HOSTILE, RAW_CONTROLS
from wcwidth import wcwidth

from console.text import visible

SIZE = (120, 36)
LEFT = b"\x1b[?1049l"
"""Leaves the alternate screen."""


class Screen(pyte.Screen):
    """A screen that doesn't lose what stands behind a mark of combining class 0, as pyte's does."""

    def draw(self, data: str) -> None:
        super().draw("".join(one for one in data if wcwidth(one) or unicodedata.combining(one)))


class Terminal:
    """A program in a pseudo-terminal, and an emulator that shows what it draws."""

    def __init__(
        self, home: Path, arguments: tuple[str, ...], size: tuple[int, int], given: Path | None
    ) -> None:
        self.raw = bytearray()
        self.code: int | None = None
        self.mark = f"MARK={uuid.uuid4()}"
        self._screen = Screen(*size)
        self._stream = pyte.ByteStream(self._screen)
        self._lock = threading.Lock()
        environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(home),
            "TMPDIR": str(home),
            "TERM": "xterm-256color",
            "LANG": "C.UTF-8",
            "MARK": self.mark.removeprefix("MARK="),
        }
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            os.chdir(REPOSITORY)
            if given is not None:
                os.dup2(os.open(given, os.O_RDONLY), 0)
            os.execve(sys.executable, [sys.executable, "-m", "console", *arguments], environment)
        self.resize(*size)
        self.at_first = termios.tcgetattr(self.fd)
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    @property
    def text(self) -> str:
        """What is on the screen."""
        with self._lock:
            return "\n".join(self._screen.display)

    def columns_of(self, character: str) -> set[int]:
        """The columns a character stands in, on any line."""
        with self._lock:
            lines = range(self._screen.lines)
            return {
                x
                for y in lines
                for x in range(self._screen.columns)
                if self._screen.buffer[y][x].data == character
            }

    def resize(self, columns: int, lines: int) -> None:
        with self._lock:
            self._screen.resize(lines, columns)
        fcntl.ioctl(self.fd, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))

    def press(self, keys: str) -> None:
        os.write(self.fd, keys.encode())

    def until(self, pattern: str, seconds: float = 30.0) -> re.Match[str]:
        """Waits until a pattern stands on the screen."""
        ends_s = time.monotonic() + seconds
        while (found := re.search(pattern, self.text)) is None:
            assert time.monotonic() < ends_s, f"no {pattern!r} within {seconds} s:\n{self.text}"
            assert not self.has_ended, f"it ended with {self.code}:\n{self.text}"
            time.sleep(0.02)
        return found

    def press_until(self, keys: str, pattern: str) -> None:
        """Presses keys, again each second, until a pattern stands on the screen."""
        for _ in range(30):
            self.press(keys)
            with suppress(AssertionError):
                self.until(pattern, 1.0)
                return
        self.until(pattern, 0.0)

    @property
    def has_ended(self) -> bool:
        if self.code is None:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                self.code = os.waitstatus_to_exitcode(status)
        return self.code is not None

    def leftovers(self) -> list[int]:
        """Processes that still run with this terminal's mark in their environment."""
        found = []
        for name in os.listdir("/proc") if os.path.isdir("/proc") else ():
            with suppress(OSError):
                if (
                    name.isdigit()
                    and self.mark.encode() in Path(f"/proc/{name}/environ").read_bytes()
                ):
                    found.append(int(name))
        return found

    def close(self) -> None:
        if not self.has_ended:
            os.kill(self.pid, signal.SIGKILL)
            wait_for(lambda: self.has_ended, "the program to end")
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


@contextmanager
def terminal(
    home: Path, *arguments: object, size: tuple[int, int] = SIZE, given: Path | None = None
) -> Iterator[Terminal]:
    """Runs the program; with `given`, that file is its standard input."""
    home.mkdir(exist_ok=True)
    one = Terminal(home, tuple(map(str, arguments)), size, given)
    try:
        yield one
    finally:
        one.close()


def check_end(screen: Terminal, home: Path, code: int = 0) -> None:
    """It ended with this code and left nothing: no screen, no mode, no child, no directory."""
    wait_for(lambda: screen.has_ended, f"the end\n{screen.text}")
    assert screen.code == code, screen.text
    wait_for(lambda: LEFT in screen.raw, "the alternate screen to be left")
    assert b"Traceback" not in screen.raw
    assert screen.raw.rfind(b"\x1b[?25h") > screen.raw.rfind(b"\x1b[?25l"), "the cursor is shown"
    for mode in (b"1000", b"1003", b"1006", b"2004"):
        assert screen.raw.rfind(b"[?%bl" % mode) >= screen.raw.rfind(b"[?%bh" % mode), mode
    assert termios.tcgetattr(screen.fd)[:4] == screen.at_first[:4]
    wait_for(lambda: screen.leftovers() == [], "no process to be left")
    assert list(home.glob("holdfast-demo-*")) == []


def number(screen: Terminal, name: str) -> int:
    return int(screen.until(rf"{name} ([\d,]+)")[1].replace(",", ""))


def test_the_demo_lives_obeys_and_leaves_nothing(tmp_path: Path) -> None:
    home = tmp_path / "home"
    with terminal(home, "demo", "--rate", "120") as screen:
        screen.until("DEMO")
        wait_for(lambda: number(screen, "evictions") > 0, "evictions")
        wait_for(lambda: number(screen, "rehydrations") > 0, "rehydrations")
        screen.until("progressive-|quality-|compact|milestone-")
        first = screen.text.splitlines()[3]
        wait_for(lambda: screen.text.splitlines()[3] != first, "the sessions to move")
        assert len(list(home.glob("holdfast-demo-*"))) == 1
        screen.press("\x1b[B")
        screen.until("fill qual status")
        # The gateway may evict or touch the session before the key does: then the next one.
        screen.press_until("\x1b[He", r"Evicted \S+")
        screen.press_until("\x1b[Fr", r"Rehydrated \S+")
        assert screen.leftovers(), "the gateway runs"
        screen.press("q")
        check_end(screen, home)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP], ids=["SIGTERM", "SIGHUP"])
def test_a_signal_ends_the_demo_as_cleanly_as_q(number: signal.Signals, tmp_path: Path) -> None:
    home = tmp_path / "home"
    with terminal(home, "demo") as screen:
        screen.until("DEMO")
        screen.until(r"events \d")
        os.kill(screen.pid, number)
        check_end(screen, home)


def test_a_directory_is_observed_while_its_gateway_writes(tmp_path: Path) -> None:
    root = build(tmp_path / "state", [f"s-{index}" for index in range(50)])
    with gateway(root) as other, terminal(tmp_path / "home", root) as screen:
        screen.until(r"memory 50/2,000")
        screen.until("s-49 .*clean")
        other.touch("brand-new")
        screen.until("brand-new .*clean")
        screen.press("\x1b[F")
        screen.until("s-0 ")
        screen.press("e")
        screen.until("Evicted s-0. Only this")
        screen.until("on disk only: 1")
        for columns, lines in ((160, 48), (80, 24), (40, 12)):
            screen.resize(columns, lines)
            screen.until(r"s-\d+.* (clean|disk-only)")
            screen.until("e Evict")
        screen.press("q")
        check_end(screen, tmp_path / "home")


def test_hostile_ids_never_reach_the_terminal_raw(tmp_path: Path) -> None:
    root = build(tmp_path / "state", HOSTILE)
    with terminal(tmp_path / "home", root) as screen:
        screen.until(rf"memory {len(HOSTILE)}/")
        for text in reversed(HOSTILE):
            screen.press("\x1b[B")
            screen.until(re.escape(visible(text)[:4]))
        wait_for(lambda: len(screen.columns_of("▏")) <= 2, "all lines in their columns", 5)
        screen.press("e")
        screen.until("Evicted")
        screen.press("\x1b[Hr")
        screen.press("q")
        check_end(screen, tmp_path / "home")
        for payload in RAW_CONTROLS:
            assert payload.encode() not in screen.raw, payload
            assert payload.encode("latin-1") not in screen.raw, payload
        drawn = bytes(screen.raw).decode(errors="strict")
        assert not re.search(
            "[\u0080-\u009f\u200b\u202a-\u202e\u2066-\u2069\u2028\u2029\ufeff]", drawn
        )
        assert "owned" not in re.sub(r"\\x1b\]0;owned|\\x9d0;owned", "", drawn)


def test_a_missing_directory_is_waited_for_and_named_on_leaving(tmp_path: Path) -> None:
    home = tmp_path / "home"
    with terminal(home, tmp_path / "none") as screen:
        screen.until("no such directory")
        screen.press("q")
        check_end(screen, home, 3)
        assert b"no such directory" in screen.raw[screen.raw.rfind(LEFT) :]


def test_a_feed_on_standard_input_leaves_the_keys_to_the_terminal(tmp_path: Path) -> None:
    (feed := tmp_path / "feed.jsonl").write_text('{"type":"before_compaction","session":"fed"}\n')
    home = tmp_path / "home"
    with terminal(home, tmp_path / "state", "--feed", "-", given=feed) as screen:
        screen.until("OWN")
        screen.until("fed .*clean")
        screen.until("The feed has ended after 1 event")
        screen.press("\x1b[B")
        screen.press("e")
        screen.until("Evicted fed. What was newer")
        screen.press("q")
        check_end(screen, home)
    assert (tmp_path / "state" / "fed" / "policy-state.json").exists()
