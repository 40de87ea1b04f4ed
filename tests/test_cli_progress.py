"""Progress: nothing for quick work, nothing in a pipe, and gone when the work is done."""

from __future__ import annotations

import io
import os
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


def test_a_hint_stands_behind_it_as_long_as_there_is_one(
    monkeypatch: pytest.MonkeyPatch, moment: Time
) -> None:
    hints = ["Esc stops", ""]
    monkeypatch.setattr(sys, "stderr", screen := Terminal())
    with Progress("drill", hint=lambda: hints.pop(0)) as shown:
        for done in (1, 2):
            moment.now_s += PATIENCE_S
            shown(done, 2)
    first, second = screen.getvalue().split("\r\x1b[2K")[1:3]
    assert first.endswith("]  50%  Esc stops")
    assert second.endswith("] 100%")


@pytest.mark.parametrize(("columns", "widest"), [(30, 29), (0, 79), (200, 199)])
def test_it_keeps_to_one_line_of_any_terminal(
    columns: int, widest: int, monkeypatch: pytest.MonkeyPatch, moment: Time
) -> None:
    size = os.terminal_size((columns, 24))
    monkeypatch.setattr(sys, "stderr", screen := Terminal())
    monkeypatch.setattr(screen, "fileno", lambda: 2)
    monkeypatch.setattr(os, "get_terminal_size", lambda fd: size)
    with Progress("looking", hint=lambda: "x" * 300) as shown:
        moment.now_s += PATIENCE_S
        shown(1, 2)
    assert len(screen.getvalue().split("\r\x1b[2K")[1]) == widest


@pytest.mark.parametrize("screen", [io.StringIO(), None])
def test_in_a_pipe_nothing_is_ever_shown(
    screen: io.StringIO | None, monkeypatch: pytest.MonkeyPatch, moment: Time
) -> None:
    monkeypatch.setattr(sys, "stderr", screen)
    with Progress("looking") as shown:
        moment.now_s += 10
        assert shown(1, 2)
    assert screen is None or screen.getvalue() == ""
