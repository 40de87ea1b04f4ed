"""Esc in a real terminal: it stops a drill, nothing else does, and the terminal is as it was."""

from __future__ import annotations

import fcntl
import json
import os
import pty
import re
import select
import signal
import subprocess
import termios
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from command import REPOSITORY, Ran, finish, start
from conftest import Open
from feeds import NOW_MS, compact

from console.cli.keys import LONE_S, LoneEscape
from console.cli.progress import EVERY_S

ESC, DOWN, F5, ALT_X, CTRL_C, CTRL_Z = "\x1b", "\x1b[B", "\x1b[15~", "\x1bx", "\x03", "\x1a"
LONG = ("--plan", "wave", "--json")
"""A drill that takes seconds."""

SHELL = """
import os, signal, sys, termios
sys.path.insert(0, {repository!r})
from console.__main__ import main

def echoes():
    return bool(termios.tcgetattr(0)[3] & termios.ECHO and termios.tcgetattr(0)[3] & termios.ICANON)

signal.signal(signal.SIGTTOU, signal.SIG_IGN)
pid = os.fork()
if pid == 0:
    os.setpgid(0, 0)
    {in_front} and os.tcsetpgrp(0, os.getpid())
    signal.signal(signal.SIGTTOU, signal.SIG_DFL)
    os._exit(main({arguments!r}))
_, status = os.waitpid(pid, os.WUNTRACED)
while os.WIFSTOPPED(status):
    os.tcsetpgrp(0, os.getpgrp())
    print("stopped by", os.WSTOPSIG(status), "echoes", echoes(), file=sys.stderr)
    os.tcsetpgrp(0, pid)
    os.kill(pid, signal.SIGCONT)
    _, status = os.waitpid(pid, os.WUNTRACED)
os.tcsetpgrp(0, os.getpgrp())
print("ended with", os.waitstatus_to_exitcode(status), "echoes", echoes(), file=sys.stderr)
"""
"""A shell with job control: runs one command, and goes on with it at once where it is suspended."""


class Terminal:
    """A terminal without a program, and what is typed and shown in it.

    Args:
        out: The file that standard output goes to.
    """

    def __init__(self, out: Path) -> None:
        self._out = out
        self.screen_fd, self.fd = pty.openpty()
        self.at_first = termios.tcgetattr(self.fd)
        self.shown = ""
        self._seen = 0

    def start(self, *arguments: object, **options: Any) -> subprocess.Popen[bytes]:
        """Starts a command with the terminal as its own, but for standard output."""
        with self._out.open("wb") as out:
            usual = {"stdin": self.fd, "stdout": out, "stderr": self.fd}
            return start(
                *arguments, start_new_session=True, preexec_fn=_take_terminal, **(usual | options)
            )

    def finish(self, process: subprocess.Popen[bytes], given: bytes | None = None) -> Ran:
        """Waits for its end, and looks at the rest of what is shown; output is in the file."""
        ran = finish(process, given)
        while self._look(0):
            pass
        return ran._replace(stdout=ran.stdout or self._out.read_text())

    def press(self, keys: str) -> None:
        os.write(self.screen_fd, keys.encode())

    def until(self, pattern: str, seconds: float = 30.0) -> None:
        """Waits until a pattern is shown after all that was waited for before."""
        ends_s = time.monotonic() + seconds
        while not (found := re.compile(pattern).search(self.shown, self._seen)):
            left_s = ends_s - time.monotonic()
            assert left_s > 0, f"no {pattern!r} within {seconds} s: {self.shown!r}"
            self._look(left_s)
        self._seen = found.end()

    def _look(self, seconds: float) -> bool:
        """Takes in what is shown next; False where that was nothing."""
        if not select.select([self.screen_fd], [], [], seconds)[0]:
            return False
        self.shown += os.read(self.screen_fd, 4_096).decode()
        return True

    def check_settings(self) -> None:
        """The terminal is set as it was at first."""
        assert termios.tcgetattr(self.fd) == self.at_first

    def close(self) -> None:
        os.close(self.fd)
        os.close(self.screen_fd)


def _take_terminal() -> None:
    for fd in (0, 2):
        if os.isatty(fd):
            fcntl.ioctl(fd, termios.TIOCSCTTY, 0)
            return


@pytest.fixture
def terminal(tmp_path: Path) -> Iterator[Terminal]:
    one = Terminal(tmp_path / "out")
    yield one
    one.close()


@pytest.fixture
def filled(root: Path, open_owner: Open) -> Path:
    owner = open_owner()
    owner.handle(compact("s-1", NOW_MS))
    owner.close()
    return root


@pytest.fixture
def shell(filled: Path) -> Any:
    """Returns the program of a shell that runs a drill of one session, or another."""

    def make(*arguments: str, in_front: bool) -> str:
        called = ["drill", str(filled), *arguments]
        return SHELL.format(repository=str(REPOSITORY), in_front=in_front, arguments=called)

    return make


def report_of(ran: Ran) -> dict[str, Any]:
    (report,) = json.loads(ran.stdout)
    return dict(report)


# -- Esc --------------------------------------------------------------------------------------


def test_esc_stops_a_drill_and_the_report_says_what_was_done_so_far(
    terminal: Terminal, filled: Path, tmp_path: Path
) -> None:
    (scratch := tmp_path / "scratch").mkdir()
    process = terminal.start("drill", filled, *LONG, variables={"TMPDIR": str(scratch)})
    terminal.until(r"drill  \[[#.]*\] +\d+%  Esc stops")
    terminal.press(ESC)
    ran = terminal.finish(process)
    assert ran.code == 130
    report = report_of(ran)
    assert (report["was_stopped"], report["has_passed"], report["failed"]) == (True, False, 0)
    terminal.until("holdfast: Esc: stopped; the report says what was done so far\r\n")
    terminal.check_settings()
    assert list(scratch.iterdir()) == []


def test_no_further_plan_begins_after_esc(terminal: Terminal, filled: Path) -> None:
    process = terminal.start("drill", filled, "--plan", "all", "--json")
    terminal.until("Esc stops")
    terminal.press(ESC)
    ran = terminal.finish(process)
    assert ran.code == 130
    *done, stopped = json.loads(ran.stdout)
    assert stopped["was_stopped"]
    assert not any(one["was_stopped"] for one in done)
    assert "invisibility" not in (one["plan"] for one in done)


def test_keys_that_begin_as_esc_does_go_unheard_and_are_not_shown(
    terminal: Terminal, filled: Path
) -> None:
    process = terminal.start("drill", filled, *LONG)
    terminal.until("Esc stops")
    terminal.press(f"q\n{ALT_X}{F5}{DOWN * 3}")
    assert LONE_S < EVERY_S
    for _ in range(3):
        terminal.until(r"drill  \[[#.]*\] +\d+%  Esc stops")
    assert process.poll() is None
    assert "^[" not in terminal.shown
    assert "q" not in terminal.shown
    terminal.press(ESC)
    assert terminal.finish(process).code == 130
    terminal.until("Esc: stopped")
    terminal.check_settings()


def test_ctrl_c_still_stops_it(terminal: Terminal, filled: Path) -> None:
    process = terminal.start("drill", filled, *LONG)
    terminal.until("Esc stops")
    terminal.press(CTRL_C)
    ran = terminal.finish(process)
    assert ran.code == 130
    assert report_of(ran)["was_stopped"]
    terminal.until("holdfast: SIGINT: stopped; the report says what was done so far")
    terminal.check_settings()


# -- the terminal is as it was ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("number", "code"),
    [(signal.SIGTERM, 143), (signal.SIGHUP, -signal.SIGHUP)],
    ids=["SIGTERM", "SIGHUP"],
)
def test_a_signal_that_ends_it_leaves_the_terminal_as_it_was(
    number: signal.Signals, code: int, terminal: Terminal, filled: Path
) -> None:
    process = terminal.start("drill", filled, *LONG)
    terminal.until("Esc stops")
    assert termios.tcgetattr(terminal.fd) != terminal.at_first
    process.send_signal(number)
    assert terminal.finish(process).code == code
    terminal.check_settings()


def test_a_drill_that_cannot_begin_leaves_the_terminal_as_it_was(
    terminal: Terminal, root: Path
) -> None:
    assert terminal.finish(terminal.start("drill", root)).code == 3
    terminal.until("no such directory")
    terminal.check_settings()


def test_a_drill_that_ends_by_itself_leaves_the_terminal_as_it_was(
    terminal: Terminal, filled: Path
) -> None:
    assert terminal.finish(terminal.start("drill", filled)).code == 0
    terminal.check_settings()


def test_a_drill_that_is_suspended_gives_the_terminal_back_and_hears_esc_when_it_goes_on(
    terminal: Terminal, shell: Any
) -> None:
    process = terminal.start(program=shell(*LONG[:2], in_front=True))
    terminal.until("Esc stops")
    terminal.press(CTRL_Z)
    terminal.until(f"stopped by {signal.SIGTSTP.value} echoes True")
    terminal.until("Esc stops")
    terminal.press(ESC)
    terminal.until("ended with 130 echoes True")
    assert terminal.finish(process).code == 0
    terminal.check_settings()


def test_a_drill_in_the_background_is_not_stopped_by_the_terminal_and_takes_no_keys(
    terminal: Terminal, shell: Any
) -> None:
    process = terminal.start(program=shell("--plan", "invisibility", in_front=False))
    terminal.until(r"drill  \[")
    terminal.press(ESC)
    terminal.until("ended with 0 echoes True")
    assert terminal.finish(process).code == 0
    assert "stopped by" not in terminal.shown
    assert "Esc stops" not in terminal.shown
    terminal.check_settings()


# -- no terminal ------------------------------------------------------------------------------


def test_what_comes_through_a_pipe_is_no_key(terminal: Terminal, filled: Path) -> None:
    process = terminal.start("drill", filled, "--plan", "invisibility", stdin=subprocess.PIPE)
    assert terminal.finish(process, ESC.encode()).code == 0
    assert "drill  [" in terminal.shown
    assert "Esc" not in terminal.shown


@pytest.mark.parametrize("name", ["stdout", "stderr"])
def test_where_no_progress_shows_or_a_pager_may_read_the_keys_none_is_read(
    name: str, terminal: Terminal, filled: Path
) -> None:
    pipe: dict[str, Any] = {name: subprocess.PIPE}
    process = terminal.start("drill", filled, "--plan", "invisibility", **pipe)
    terminal.press(f"{ESC}for the pager\n")
    assert terminal.finish(process).code == 0
    assert ("drill  [" in terminal.shown) is (name == "stdout")
    assert "Esc stops" not in terminal.shown
    terminal.check_settings()
    assert os.read(terminal.fd, 100) == f"{ESC}for the pager\n".encode()


# -- Esc or another key -----------------------------------------------------------------------

SOON, LATER = LONE_S / 2, LONE_S * 1.01


@pytest.mark.parametrize(
    ("typed", "is_esc"),
    [
        ([(0, b"\x1b")], False),
        ([(0, b"\x1b"), (SOON, b"")], False),
        ([(0, b"\x1b"), (LATER, b"")], True),
        ([(0, b"abc\x1b"), (LATER, b"")], True),
        ([(0, b"\x1b"), (SOON, b"\x1b"), (LATER, b"\x1b")], True),
        ([(0, b"\x1b\x1b"), (LATER, b"")], True),
        ([(0, b"\x1b[A"), (LATER, b"")], False),
        ([(0, b"\x1b"), (SOON, b"[A"), (LATER, b"")], False),
        ([(0, b"\x1b["), (SOON, b"1;5"), (SOON, b"B"), (LATER, b"")], False),
        ([(0, b"\x1bOP\x1b[15~\x1b[200~"), (LATER, b"")], False),
        ([(0, b"\x1b\x1b[A"), (LATER, b"")], False),
        ([(0, b"\x1bx\x1b\xc3\xa9"), (LATER, b"")], False),
        ([(0, b"\x1b["), (LATER, b""), (LATER + LATER, b"")], False),
        ([(0, b"\x1b["), (LATER, b""), (LATER, b"\x1b"), (LATER + LATER, b"")], True),
        ([(0, b"\x1b[A\x1b"), (SOON, b""), (LATER, b"")], True),
        ([(0, b"\x1b[\x1b"), (LATER, b"")], True),
        ([(0, b"\x1bO\x1b"), (LATER, b"")], True),
        ([(0, b"\x1b"), (SOON, b"[A\x1b"), (LATER, b""), (SOON + LATER, b"")], True),
        ([(0, b"\x1b"), (SOON, b"[A\x1b"), (LATER, b"")], False),
        ([(0, b"\x1b[\x01"), (LATER, b"")], False),
        ([(0, b""), (LATER, b"qwerty\n\x00\xff")], False),
    ],
)
def test_only_an_esc_that_nothing_follows_is_esc(
    typed: list[tuple[float, bytes]], is_esc: bool
) -> None:
    lone = LoneEscape()
    heard = [lone.take(part, 100.0 + at_s) for at_s, part in typed]
    assert any(heard) is is_esc
