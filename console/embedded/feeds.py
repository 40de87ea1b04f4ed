"""Where an owner's events come from: a file that grows, a FIFO, standard input, a child process.

Each is read as a stream of whole lines, and can be stopped at any time.
"""

from __future__ import annotations

import os
import select
import stat
import threading
from collections.abc import Callable, Iterable, Iterator
from typing import Final

from console.snapshot import Feed
from tracker import BadLine, Event, HoldfastError, parse_line

READ_BYTES: Final = 256 * 1024
LINE_BYTES: Final = 8 * 1024 * 1024
"""The longest line that is read; a longer one is counted as bad and skipped."""

WAIT_S: Final = 0.1
"""How often a file that has no more to give, yet, is asked again: only of a pipe or a FIFO with a
writer does the system tell when there is more. As often it is looked whether to stop."""


class LineBuffer:
    """Cuts a stream of bytes into lines of bounded length."""

    def __init__(self) -> None:
        self._rest = b""
        self._is_skipping = False
        self._number = 0

    def feed(self, data: bytes) -> Iterator[Event | BadLine]:
        """Takes bytes; yields what the lines that they complete hold."""
        *lines, rest = (self._rest + data).split(b"\n")
        for line in lines:
            self._number += 1
            if self._is_skipping:
                self._is_skipping = False
                yield BadLine(self._number, f"longer than {LINE_BYTES:,} bytes")
            elif (item := parse_line(line, self._number)) is not None:
                yield item
        self._is_skipping = self._is_skipping or len(rest) > LINE_BYTES
        self._rest = b"" if self._is_skipping else rest

    def end(self) -> Iterator[Event | BadLine]:
        """Yields what stands after the last newline, at the stream's end."""
        yield from self.feed(b"\n" if self._rest or self._is_skipping else b"")


def read_stream(fd: int, stopping: threading.Event) -> Iterator[Event | BadLine]:
    """Reads a pipe until its end, or until `stopping` is set. Doesn't close it.

    Raises:
        OSError: If it can't be read.
    """
    buffer = LineBuffer()
    poll = select.poll()
    poll.register(fd, select.POLLIN | select.POLLHUP)
    while not stopping.is_set():
        if not poll.poll(WAIT_S * 1000):
            continue
        if not (data := os.read(fd, READ_BYTES)):
            yield from buffer.end()
            return
        yield from buffer.feed(data)


def read_growing(path: str, stopping: threading.Event) -> Iterator[Event | BadLine]:
    """Reads a file from its start and goes on as it grows; a FIFO as its writers come and go.

    A file that was replaced or cut short is read from its start again.

    Raises:
        OSError: If it can't be opened or read.
    """
    while not stopping.is_set():
        fd = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        try:
            status = os.fstat(fd)
            if stat.S_ISDIR(status.st_mode):
                raise IsADirectoryError(21, os.strerror(21), path)
            yield from _read_until_replaced(fd, path, status, stopping)
        finally:
            os.close(fd)


def _read_until_replaced(
    fd: int, path: str, status: os.stat_result, stopping: threading.Event
) -> Iterator[Event | BadLine]:
    buffer = LineBuffer()
    poll = select.poll()
    poll.register(fd, select.POLLIN)
    read_bytes = 0
    while not stopping.is_set():
        try:
            data = os.read(fd, READ_BYTES)
        except BlockingIOError:  # A FIFO whose writers have nothing to say just now.
            poll.poll(WAIT_S * 1000)
            continue
        if data:
            read_bytes += len(data)
            yield from buffer.feed(data)
            continue
        stopping.wait(WAIT_S)
        if stat.S_ISREG(status.st_mode) and _is_replaced(path, status, read_bytes):
            yield from buffer.end()
            return


def _is_replaced(path: str, opened: os.stat_result, read_bytes: int) -> bool:
    try:
        status = os.stat(path)
    except FileNotFoundError:
        return False  # Being replaced; the old one may still grow.
    return status.st_ino != opened.st_ino or status.st_size < read_bytes


def hand_over(
    items: Iterable[Event | BadLine],
    handle: Callable[[Event], object],
    name: str,
    tell: Callable[[Feed], None],
) -> None:
    """Hands a feed's events over to a tracker until the feed ends.

    Args:
        items: The feed.
        handle: Takes one event.
        name: What the feed is called.
        tell: Called after each item, and at the end, with how the feed goes.
    """
    events = bad_lines = 0
    why = ""
    try:
        for item in items:
            if isinstance(item, BadLine):
                bad_lines += 1
                why = f"line {item.number}: {item.why}"
            else:
                try:
                    handle(item)
                    events += 1
                except HoldfastError as error:
                    why = f"an event of {item.session!r} was refused: {error}"
            tell(Feed(name, events, bad_lines, False, why))
    except OSError as error:
        why = f"{name}: {error.strerror or error}"
    tell(Feed(name, events, bad_lines, True, why))
