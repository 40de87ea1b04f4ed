"""What the system doesn't tell a console of: how long until it knows all of it nevertheless."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from types import TracebackType
from typing import Final

import msgspec

from console.embedded.watching import SWEEP_EVERY_S

from .changes import FLOOD, READ, copied, writing
from .changing.picture import Picture, fresh_picture
from .row import Effort, Goal, Measured, Row
from .terminal import PATIENCE_S, Terminal

LIMITED: Final = (
    "unshare",
    "--user",
    "--map-root-user",
    "sh",
    "-c",
    'echo "$0" > /proc/sys/user/max_inotify_watches && exec "$@"',
)
"""Runs a program that may hold so many watches, given first, and nobody else's limit is touched."""

WATCHED_MORE: Final = 50
"""How many folders more than there are at the start may be watched, where watches are limited."""


def new_folders(effort: Effort) -> Measured:
    """Brand-new folders, as fast as they can be made."""

    def disturb(console: Console, root: Path) -> float:
        return console.live_through(root, effort.few, 50 if effort.is_quick else 500, 0, 1)

    return _recovered(effort, disturb)


def stopped(effort: Effort) -> Measured:
    """The console stands still under load, and the system's queue for it runs over."""
    seconds = 1 if effort.is_quick else 10

    def disturb(console: Console, root: Path) -> float:
        console.stop()
        console.live_through(root, effort.few, seconds * FLOOD, FLOOD, 0.1)
        return console.go_on()

    return _recovered(effort, disturb)


def limited(effort: Effort) -> Measured:
    """No more folders can be watched, and those that aren't change."""
    watches = effort.few + 1 + WATCHED_MORE
    command = (*LIMITED, str(watches))
    if subprocess.run([*command, "true"], capture_output=True, check=False).returncode:
        return Measured(skipped="watches can't be limited here: no user namespace of one's own")

    def disturb(console: Console, root: Path) -> float:
        changes = 3 * WATCHED_MORE if effort.is_quick else 500
        console.live_through(root, effort.few, changes, 0, 1)
        console.check_until_known(root)
        return console.live_through(root, effort.few, changes, 0, 1)

    return _recovered(effort, disturb, command)


class Console:
    """A console whose picture of the directory can be asked for, as a context manager.

    Args:
        root: The directory.
        command: What runs it.
    """

    def __init__(self, root: Path, command: Sequence[str] = ()) -> None:
        self._told_fd, report_fd = os.pipe()
        module = "tests.bench.changing.pictured"
        program = (*command, sys.executable, "-m", module, str(root), str(report_fd))
        self._terminal = Terminal(program, pass_fds=(report_fd,))
        os.close(report_fd)

    def __enter__(self) -> Console:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._terminal.__exit__(kind, error, trace)
        os.close(self._told_fd)

    def begin(self, seconds: float) -> None:
        """Waits until it has read the directory, and some seconds more."""
        self._terminal.until(READ)
        self._terminal.rest(seconds)

    def stop(self) -> None:
        """Lets it stand still, as ctrl+Z does."""
        os.kill(self._terminal.pid, signal.SIGSTOP)

    def go_on(self) -> float:
        """Lets it go on; returns when."""
        os.kill(self._terminal.pid, signal.SIGCONT)
        return time.monotonic()

    def live_through(
        self, root: Path, known: int, changes: int, rate: float, new_share: float
    ) -> float:
        """Reads what it draws while another process changes the directory.

        Returns:
            When the last change was made; see `changes.writing` for the arguments.
        """
        with writing(root, known, changes, rate, new_share) as writer:
            while writer.is_at_work:
                self._terminal.read(0.01)
            return writer.changes()[-1].at_s

    def check_until_known(self, root: Path) -> float:
        """Asks for its picture until it is that of a fresh look; returns when it was.

        Raises:
            TimeoutError: If it isn't within PATIENCE_S; says what is missed.
        """
        wanted = fresh_picture(root)
        ends_s = time.monotonic() + PATIENCE_S
        while time.monotonic() < ends_s:
            at_s = time.monotonic()
            known = self._picture()
            if known == wanted:
                return at_s
            self._terminal.rest(0.02)
        missed = [name for name in wanted if known.get(name) != wanted[name]]
        raise TimeoutError(
            f"{len(missed):,} folders of {len(wanted):,} are not known: {missed[:3]}"
        )

    def _picture(self) -> Picture:
        os.kill(self._terminal.pid, signal.SIGUSR1)
        told = b""
        while not told.endswith(b"\n"):
            if select.select([self._told_fd], [], [], 0.001)[0]:
                told += os.read(self._told_fd, 1 << 20)
            else:
                self._terminal.read(0)
        return msgspec.json.decode(told, type=Picture)


def _recovered(
    effort: Effort, disturb: Callable[[Console, Path], float], command: Sequence[str] = ()
) -> Measured:
    """Disturbs a console some times, each at another moment between two sweeps; the worst counts.

    Args:
        effort: How much is done.
        disturb: Does it; returns from when on all could have been known.
        command: What runs the console.
    """
    found_s = []
    for number in range(1 if effort.is_quick else 3):
        root = copied(effort.few)
        with Console(root, command) as console:
            console.begin(0.3 if effort.is_quick else 1 + number * SWEEP_EVERY_S / 3)
            since_s = disturb(console, root)
            found_s.append(console.check_until_known(root) - since_s)
    note = ", ".join(f"{one * 1000:.0f}" for one in found_s) + " ms"
    return Measured((max(found_s),), (), note)


_KNOWN: Final = (
    " until the console's own picture is that of a fresh look at the disk; of three times the worst"
)
_GOAL: Final = Goal("at most", SWEEP_EVERY_S)

ROWS = (
    Row(
        "change-recovery-new",
        "from the last of 500 brand-new folders, whose first files come at once," + _KNOWN,
        "",
        "time",
        _GOAL,
        new_folders,
    ),
    Row(
        "change-recovery-stopped",
        "a console that was stopped for 10 s under 1,000 checkpoints a second, a tenth of them in"
        " new folders, so that the system's queue ran over: from its going on" + _KNOWN,
        "",
        "time",
        _GOAL,
        stopped,
    ),
    Row(
        "change-recovery-limit",
        "500 folders of which only 50 can be watched: from the last change in them" + _KNOWN,
        "",
        "time",
        _GOAL,
        limited,
    ),
)
"""Their goal is one sweep: the time between two where the system tells of changes."""
