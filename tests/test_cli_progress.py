"""Progress: nothing for quick work, nothing in a pipe, and gone when the work is done."""

from __future__ import annotations

import io
import sys

import pytest

from console.cli import progress
from console.cli.progress import EVERY_S, PATIENCE_S, Progress


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


class Time:
    def __init__(self) -> None:
        self.now_s = 100.0

    def monotonic(self) -> float:
        return self.now_s


@pytest.fixture
def moment(monkeypatch: pytest.MonkeyPatch) -> Time:
    """The time, which stands until a test moves it."""
    time = Time()
    monkeypatch.setattr(progress, "time", time)
    return time


def test_quick_work_shows_nothing(monkeypatch: pytest.MonkeyPatch, moment: Time) -> None:
    monkeypatch.setattr(sys, "stderr", screen := Terminal())
    with Progress("looking") as shown:
        assert shown(1, 2)
        moment.now_s += PATIENCE_S / 2
        shown(2, 2)
    assert screen.getvalue() == ""


def test_slow_work_shows_now_and_then_and_leaves_no_trace(
    monkeypatch: pytest.MonkeyPatch, moment: Time
) -> None:
    monkeypatch.setattr(sys, "stderr", screen := Terminal())
    with Progress("looking") as shown:
        moment.now_s += PATIENCE_S + 0.01
        for done in range(1, 50):
            shown(done, 100)
        moment.now_s += EVERY_S
        shown(50, 100)
    written = screen.getvalue()
    assert written.count("looking") == 2
    assert "]   1%" in written
    assert "]  50%" in written
    assert written.endswith("\r\x1b[2K")


@pytest.mark.parametrize("screen", [io.StringIO(), None])
def test_in_a_pipe_nothing_is_ever_shown(
    screen: io.StringIO | None, monkeypatch: pytest.MonkeyPatch, moment: Time
) -> None:
    monkeypatch.setattr(sys, "stderr", screen)
    with Progress("looking") as shown:
        moment.now_s += 10
        assert shown(1, 2)
    assert screen is None or screen.getvalue() == ""
