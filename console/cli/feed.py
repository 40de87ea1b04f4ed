"""A recorded feed as a stream: opened once, read as it comes, stopped by a signal between events.

A signal never cuts an event in two: it is taken while the stream waits for input, else it is
remembered until the event at hand is done.
"""

from __future__ import annotations

import io
import os
import signal
import stat
import sys
from collections.abc import Callable
from types import FrameType, TracebackType
from typing import Any, Final

from console.cli.errors import AskedWrongError
from console.cli.progress import Progress

CHUNK_BYTES: Final = 64 * 1024
STANDARD_INPUT: Final = "-"


class Interrupted(BaseException):
    """A signal came while the stream waited for input."""


class Stopping:
    """Takes SIGINT and SIGTERM as a wish to stop. A context manager, for the main thread.

    A second signal acts as it always does.

    Attributes:
        received: The signal's number; 0 while there was none.
    """

    def __init__(self) -> None:
        self.received = 0
        self._is_waiting = False
        self._before: dict[int, Any] = {}

    def __enter__(self) -> Stopping:
        for number in (signal.SIGINT, signal.SIGTERM):
            self._before[number] = signal.signal(number, self._take)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._restore()

    def wait(self, is_waiting: bool) -> None:
        """Says whether the stream waits for input now, so that a signal may cut it short.

        Raises:
            Interrupted: If a signal came already.
        """
        self._is_waiting = is_waiting
        if is_waiting and self.received:
            raise Interrupted

    def until(self, progress: Progress) -> Callable[[int, int], bool]:
        """Returns `progress` for work that asks whether to go on: False once a signal came."""
        return lambda done, total: progress(done, total) and not self.received

    @property
    def name(self) -> str:
        """The signal's name."""
        return signal.Signals(self.received).name

    def _take(self, number: int, frame: FrameType | None) -> None:
        self.received = number
        self._restore()
        if self._is_waiting:
            raise Interrupted

    def _restore(self) -> None:
        while self._before:
            number, before = self._before.popitem()
            signal.signal(number, before)


class _Input(io.RawIOBase):
    """The raw side: reads a descriptor, counts bytes, and can be interrupted while it waits."""

    def __init__(self, fd: int, stopping: Stopping, progress: Progress) -> None:
        self._fd = fd
        self._stopping = stopping
        self._progress = progress
        status = os.fstat(fd)
        self._total = status.st_size if stat.S_ISREG(status.st_mode) else 0
        self._done = 0

    def readable(self) -> bool:
        return True

    def fileno(self) -> int:
        return self._fd

    def readinto(self, buffer: Any) -> int:
        self._stopping.wait(True)
        read = os.readv(self._fd, [buffer])
        self._stopping.wait(False)
        self._done += read
        self._progress(self._done, self._total)
        return read

    def close(self) -> None:
        if not self.closed and self._fd != 0:
            os.close(self._fd)
        super().close()


class FeedStream(io.BufferedReader):
    """A feed that knows which line was read last.

    Attributes:
        line_number: That line's number, from 1; 0 before the first.
    """

    def __init__(self, fd: int, stopping: Stopping, progress: Progress) -> None:
        super().__init__(_Input(fd, stopping, progress), CHUNK_BYTES)
        self.line_number = 0
        self._is_whole = True

    def readline(self, size: int | None = -1, /) -> bytes:
        """Reads a line, or as much of a long one as asked for."""
        line = super().readline(size)
        if line:
            self.line_number += self._is_whole
            self._is_whole = line.endswith(b"\n")
        return line


def open_feed(path: str, stopping: Stopping, progress: Progress) -> FeedStream:
    """Opens a feed: a file, a FIFO (which waits for its writer), or `-` for standard input.

    Raises:
        AskedWrongError: If it can't be opened, or is a directory.
        Interrupted: If a signal came while it waited.
    """
    if path == STANDARD_INPUT:
        if sys.stdin is None:
            raise AskedWrongError("standard input is closed")
        return FeedStream(sys.stdin.fileno(), stopping, progress)
    stopping.wait(True)
    try:
        fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except OSError as error:
        raise AskedWrongError(f"{path}: can't be read: {error.strerror}") from None
    finally:
        stopping.wait(False)
    if stat.S_ISDIR(os.fstat(fd).st_mode):
        os.close(fd)
        raise AskedWrongError(f"{path}: a directory, not a feed")
    return FeedStream(fd, stopping, progress)
