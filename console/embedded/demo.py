"""The simulated gateway of the demo: a child process that writes a feed, and a directory for it.

Both are gone when the demo ends.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from types import TracebackType
from typing import Final

from console.settings import DemoOptions
from tracker import Rules

RULES: Final = Rules(checkpoint_cooldown_ms=4_000, evaluation_cooldown_ms=1_000)
"""The demo's policy: the original's, hurried, so that a minute shows what a day would."""

SESSIONS_A_PLACE: Final = 3
"""How many simulated sessions share one place in memory, so that evictions never stop."""

END_S: Final = 2.0


class Demo:
    """A fresh directory and a running gateway, as a context manager.

    Attributes:
        directory: The state directory, 0700, removed on exit.
    """

    def __init__(self, options: DemoOptions) -> None:
        self._options = options
        self._child: subprocess.Popen[bytes] | None = None
        self.directory = ""

    def __enter__(self) -> Demo:
        self.directory = tempfile.mkdtemp(prefix="holdfast-demo-")
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop_gateway()
        shutil.rmtree(self.directory, ignore_errors=True)

    def start_gateway(self) -> int:
        """Starts the gateway; returns the descriptor its feed is read from.

        Raises:
            OSError: If it can't be started.
        """
        command = [sys.executable, "-m", "console", "simulate"]
        command += ["--seed", str(self._options.seed), "--rate", str(self._options.rate)]
        command += [
            "--sessions",
            str(SESSIONS_A_PLACE * self._options.capacity),
            "--unclean-pct",
            "60",
            "--messages",
        ]
        self._child = subprocess.Popen(  # noqa: S603 - this program itself.
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        pipe = self._child.stdout
        return pipe.fileno() if pipe is not None else -1

    def stop_gateway(self) -> None:
        """Ends the gateway and waits for it."""
        child, self._child = self._child, None
        if child is None:
            return
        child.terminate()
        try:
            child.wait(END_S)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()
        if child.stdout is not None:
            child.stdout.close()
