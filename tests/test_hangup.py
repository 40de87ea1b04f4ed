"""A console whose terminal is gone ends, whoever got the signal; its directory is let go of."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from console_support import REPOSITORY, wait_for

from console.hangup import HUNG_UP, watch_terminal
from tracker import open_tracker


class Ends:
    """What a watch asks for, in order."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.has_ended = threading.Event()

    def ask(self) -> None:
        self.asked.append("ask")

    def ask_and_end(self) -> None:
        self.ask()
        self.has_ended.set()

    def anyway(self) -> None:
        self.asked.append("anyway")


def test_a_terminal_that_is_closed_asks_the_console_to_end() -> None:
    ours, theirs = os.openpty()
    ends = Ends()
    watch = threading.Thread(
        target=watch_terminal, args=(theirs, ends.ask_and_end, ends.anyway, ends.has_ended)
    )
    watch.start()
    os.close(ours)
    watch.join(20)
    os.close(theirs)
    assert ends.asked == ["ask"]


def test_a_console_that_can_not_hear_is_ended_anyway() -> None:
    ours, theirs = os.openpty()
    os.close(ours)
    ends = Ends()
    watch_terminal(theirs, ends.ask, ends.anyway, ends.has_ended, patience_s=0)
    os.close(theirs)
    assert ends.asked == ["ask", "anyway"]


def test_keys_are_no_hangup_and_the_watch_ends_with_the_console() -> None:
    ours, theirs = os.openpty()
    ends = Ends()
    watch = threading.Thread(
        target=watch_terminal, args=(theirs, ends.ask, ends.anyway, ends.has_ended)
    )
    watch.start()
    os.write(ours, b"keys that nobody reads")
    ends.has_ended.set()
    watch.join(20)
    assert not watch.is_alive()
    assert ends.asked == []
    os.close(ours)
    os.close(theirs)


@pytest.mark.parametrize("feed", [(), ("--feed", "feed.jsonl")], ids=["observe", "own"])
def test_a_console_that_no_signal_reaches_ends_with_its_terminal(
    tmp_path: Path, feed: tuple[str, ...]
) -> None:
    (root := tmp_path / "state").mkdir(mode=0o700)
    (tmp_path / "feed.jsonl").write_text("")
    ours, theirs = os.openpty()
    child = subprocess.Popen(
        [sys.executable, "-m", "console", str(root), *feed],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(REPOSITORY), "TERM": "xterm-256color"},
        start_new_session=True,
        preexec_fn=lambda: signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGHUP}) and None,
    )
    os.close(theirs)
    shown = bytearray()
    try:

        def is_open() -> bool:
            shown.extend(os.read(ours, 65536))
            return b"No sessions" in shown

        wait_for(is_open, "the console")
        os.close(ours)
        assert child.wait(30) in (0, HUNG_UP)
        open_tracker(root).close()  # It lets go of the directory: nobody is refused.
    finally:
        child.kill()
        child.wait()
