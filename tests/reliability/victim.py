"""A forked child that handles a feed and tells its parent what it answered, until it is killed."""

from __future__ import annotations

import contextlib
import os
import signal
import time
import traceback
import warnings
from collections.abc import Callable, Iterator

import msgspec

from tracker import Effect

DEADLINE_S = 30.0


class Told(msgspec.Struct):
    """One event's answer, sent once `handle` has returned.

    Attributes:
        number: Which event; -1 for one that says that all is done, or what went wrong.
        effects: What was answered.
        trouble: An error no kill explains, as text.
    """

    number: int
    effects: list[Effect] = []
    trouble: str = ""


_ENCODE = msgspec.json.Encoder().encode
_DECODE = msgspec.json.Decoder(Told).decode

Tell = Callable[[Told], None]


class Victim:
    """A forked child and the pipe it tells on. `heard` kills and reaps it; so would its own alarm.

    Args:
        work: What the child does, given how to tell.
    """

    def __init__(self, work: Callable[[Tell], None]) -> None:
        self._heard, tell_fd = os.pipe()
        with warnings.catch_warnings():
            # From Python 3.12 on a fork beside threads warns; the child only runs what is here.
            warnings.simplefilter("ignore", DeprecationWarning)
            self.pid = os.fork()
        if self.pid == 0:
            _live(work, tell_fd)
        os.close(tell_fd)

    def wait_for_word(self) -> None:
        """Waits until the child has told something, or has ended."""
        self._first = os.read(self._heard, 1)

    def heard(self, *, kill_after_s: float | None) -> tuple[list[Told], bool]:
        """Kills the child after a while, or lets it end; returns what it told, and if it ended.

        Args:
            kill_after_s: How long it may go on; None to let it come to its end.
        """
        if kill_after_s is not None:
            time.sleep(kill_after_s)
            os.kill(self.pid, signal.SIGKILL)
        parts = [getattr(self, "_first", b"")]
        while part := os.read(self._heard, 1 << 16):
            parts.append(part)
        os.close(self._heard)
        _, status = os.waitpid(self.pid, 0)
        whole, _, _ = b"".join(parts).rpartition(b"\n")
        told = [_DECODE(line) for line in whole.split(b"\n") if line]
        return told, os.WIFEXITED(status)


def _live(work: Callable[[Tell], None], tell_fd: int) -> None:
    def tell(told: Told) -> None:
        os.write(tell_fd, _ENCODE(told) + b"\n")

    try:
        signal.alarm(int(DEADLINE_S))
        work(tell)
    except BaseException:  # noqa: BLE001 - the child's top: all is told, and nothing returns from it.
        with contextlib.suppress(OSError):
            tell(Told(-1, trouble=traceback.format_exc(limit=-4)))
    finally:
        os._exit(0)


def troubles(told: list[Told]) -> Iterator[str]:
    """The errors a child told of."""
    return (f"the victim failed: {one.trouble}" for one in told if one.trouble)
