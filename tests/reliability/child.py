"""A forked child that works beside its parent and tells in the end what came of it.

It is the watchdog as well: a child that does not come to its end in time is killed by its own
alarm, even where a system call never returns, and has told nothing.
"""

from __future__ import annotations

import os
import signal
import traceback
import warnings
from collections.abc import Callable
from types import TracebackType
from typing import Any

import msgspec


class Child:
    """The child. Killed and reaped when its block is left.

    Args:
        work: What it does; what it returns is told, and has to go through JSON.
        deadline_s: After how many seconds it is killed, whatever it does.
    """

    def __init__(self, work: Callable[[], Any], deadline_s: float) -> None:
        self._read_fd, write_fd = os.pipe()
        with warnings.catch_warnings():
            # From Python 3.12 on a fork beside threads warns; the child only runs what is here.
            warnings.simplefilter("ignore", DeprecationWarning)
            self.pid = os.fork()
        if self.pid == 0:
            _work(work, write_fd, deadline_s)
        os.close(write_fd)
        self._is_reaped = False

    def finish(self) -> Any:
        """Waits for the child's end; returns what it told, None where it was killed before.

        Raises:
            AssertionError: If the child's work raised; carries its traceback.
        """
        parts = []
        while part := os.read(self._read_fd, 1 << 16):
            parts.append(part)
        self._reap()
        if not parts:
            return None
        told = msgspec.json.decode(b"".join(parts))
        assert not told["raised"], told["raised"]
        return told["came"]

    def is_running(self) -> bool:
        """Whether it has not come to its end yet."""
        if not self._is_reaped:
            self._is_reaped = os.waitpid(self.pid, os.WNOHANG) != (0, 0)
        return not self._is_reaped

    def kill(self) -> None:
        """Kills the child as `kill -9` does, and reaps it."""
        if self.is_running():
            os.kill(self.pid, signal.SIGKILL)
            self._reap()

    def __enter__(self) -> Child:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.kill()
        os.close(self._read_fd)

    def _reap(self) -> None:
        if not self._is_reaped:
            os.waitpid(self.pid, 0)
            self._is_reaped = True


def _work(work: Callable[[], Any], write_fd: int, deadline_s: float) -> None:
    try:
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
        signal.setitimer(signal.ITIMER_REAL, deadline_s)
        told = {"came": work(), "raised": ""}
    except BaseException:  # noqa: BLE001 - the child's top: nothing returns from it.
        told = {"came": None, "raised": traceback.format_exc()}
    try:
        told_bytes = memoryview(msgspec.json.encode(told))
        while told_bytes:
            told_bytes = told_bytes[os.write(write_fd, told_bytes) :]
    finally:
        os._exit(0)
