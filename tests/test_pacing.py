"""How often updates are taken: what comes alone at once, what comes in a stream in steps."""

from __future__ import annotations

import threading

import pytest

from console.embedded import pacing
from console.embedded.pacing import FRAME_S, READING_FRAME_S, Pace


class Waits(threading.Event):
    """Notes how long it is waited for, and doesn't."""

    def __init__(self) -> None:
        super().__init__()
        self.waits_s: list[float] = []

    def wait(self, timeout: float | None = None) -> bool:
        self.waits_s.append(timeout or 0)
        return False


def test_the_first_comes_at_once_and_the_next_in_a_frame(monkeypatch: pytest.MonkeyPatch) -> None:
    now_s = [100.0]
    monkeypatch.setattr(pacing.time, "monotonic", lambda: now_s[0])
    pace, stopping = Pace(), Waits()
    assert not pace.has_begun
    pace.keep(stopping, is_reading=False)
    assert pace.has_begun
    assert stopping.waits_s == []
    pace.keep(stopping, is_reading=False)
    assert stopping.waits_s == [pytest.approx(FRAME_S)]


@pytest.mark.parametrize(("is_reading", "every_s"), [(False, FRAME_S), (True, READING_FRAME_S)])
def test_what_comes_after_a_frame_comes_at_once(
    is_reading: bool, every_s: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    now_s = [100.0]
    monkeypatch.setattr(pacing.time, "monotonic", lambda: now_s[0])
    pace, stopping = Pace(), Waits()
    pace.keep(stopping, is_reading=is_reading)
    now_s[0] += every_s / 4
    pace.keep(stopping, is_reading=is_reading)
    assert stopping.waits_s == [pytest.approx(every_s * 3 / 4)]
    now_s[0] += every_s + 0.001
    pace.keep(stopping, is_reading=is_reading)
    assert len(stopping.waits_s) == 1
