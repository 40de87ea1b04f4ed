"""The program in a window of tmux, for scripts that are written against `terminals.Driver`."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from console_support import REPOSITORY, wait_for
from terminals import PATIENCE_S, SIZE, users_variables, wait_until


class Tmux:
    """A program in a window of a tmux of its own. See Driver."""

    def __init__(self, home: Path, arguments: tuple[str, ...], size: tuple[int, int]) -> None:
        self._home = home
        # Its path must be short: that of a socket has 107 bytes.
        self._socket = f"/tmp/holdfast-{uuid.uuid4().hex[:12]}"
        program = shlex.join([sys.executable, "-m", "console", *arguments])
        there = shlex.quote(str(REPOSITORY))
        script = f"stty -g >before; (cd {there} && {program}); echo $? >code; stty -g >after"
        self._run(
            "-f", os.devnull, "new-session", "-d", "-x", str(size[0]), "-y", str(size[1]),
            ";", "set", "-g", "remain-on-exit", "on",
            ";", "respawn-pane", "-k", "-c", str(home), shlex.join(["sh", "-c", script]),
        )  # fmt: skip

    def send(self, keys: str) -> None:
        """Types keys."""
        self._run("send-keys", "-H", *(f"{byte:02x}" for byte in keys.encode()))

    def text(self) -> str:
        """What is on the screen."""
        return self._run("capture-pane", "-p")

    def until(self, pattern: str) -> re.Match[str]:
        """Waits until a pattern stands on the screen."""
        return wait_until(self, pattern, self._has_ended, 0.03)

    def check_end(self, code: int = 0) -> None:
        """It ends with this code, and `stty` says of the terminal what it said before."""
        wait_for(self._has_ended, f"the end\n{self.text()}")
        assert self._read("code").strip() == str(code), self.text()
        assert self._read("after") == self._read("before") != ""
        assert "Traceback" not in self.text()

    def close(self) -> None:
        """Ends tmux, and with it the program."""
        with suppress(subprocess.CalledProcessError):
            self._run("kill-server")
        with suppress(FileNotFoundError):
            os.unlink(self._socket)

    def _has_ended(self) -> bool:
        return bool(self._read("after"))

    def _read(self, name: str) -> str:
        try:
            return (self._home / name).read_text()
        except FileNotFoundError:
            return ""

    def _run(self, *arguments: str) -> str:
        return subprocess.run(
            ["tmux", "-u", "-S", self._socket, *arguments],
            env=users_variables(self._home),
            check=True,
            capture_output=True,
            text=True,
            timeout=PATIENCE_S,
        ).stdout


@contextmanager
def tmux(home: Path, *arguments: object, size: tuple[int, int] = SIZE) -> Iterator[Tmux]:
    """Runs the program in tmux; skips the test, and says so, where there is none."""
    if shutil.which("tmux") is None:
        pytest.skip("tmux isn't installed: nothing was tried in it")
    home.mkdir(exist_ok=True)
    one = Tmux(home, tuple(map(str, arguments)), size)
    try:
        yield one
    finally:
        one.close()
