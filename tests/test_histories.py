"""Histories: the latest of the latest sessions, touches in a row as one entry."""

from __future__ import annotations

import pytest

from console.model.happenings import Happening, HappeningKind
from console.model.histories import HISTORY_KEPT, SESSIONS_KEPT, Histories


def entry(number: int, session: str = "s") -> Happening:
    return Happening(number, number, HappeningKind.GUARD, session)


def test_touches_in_a_row_are_one_entry_with_the_first_and_the_last_time() -> None:
    histories = Histories()
    for at_ms in (5, 7, 9):
        histories.add_touch("s", at_ms)
    histories.add("s", entry(1))
    histories.add_touch("s", 12)
    first, guard, second = histories.of("s")
    assert (first.kind, first.count, first.first_ms, first.at_ms) == ("touched", 3, 5, 9)
    assert guard == entry(1)
    assert (second.count, second.first_ms, second.at_ms) == (1, 12, 12)


def test_touches_push_nothing_out() -> None:
    histories = Histories()
    histories.add("s", entry(1))
    for at_ms in range(10 * HISTORY_KEPT):
        histories.add_touch("s", at_ms)
    assert histories.of("s")[0] == entry(1)


def test_the_oldest_entries_of_a_session_go_first() -> None:
    histories = Histories()
    for number in range(HISTORY_KEPT + 3):
        histories.add("s", entry(number))
    assert [one.number for one in histories.of("s")] == list(range(3, HISTORY_KEPT + 3))


def test_the_session_nothing_happened_to_for_longest_goes_first(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("console.model.histories.SESSIONS_KEPT", 2)
    histories = Histories()
    histories.add("a", entry(1, "a"))
    histories.add("b", entry(2, "b"))
    histories.add_touch("a", 3)
    histories.add("c", entry(4, "c"))
    assert histories.of("b") == ()
    assert [len(histories.of(session)) for session in "ac"] == [2, 1]


def test_asking_for_a_history_keeps_no_session_longer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("console.model.histories.SESSIONS_KEPT", 2)
    histories = Histories()
    for session in "ab":
        histories.add_touch(session, 1)
    histories.of("a")
    histories.of("nobody")
    histories.add_touch("c", 1)
    assert histories.of("a") == ()


def test_the_bounds_are_those_that_are_promised() -> None:
    assert (SESSIONS_KEPT, HISTORY_KEPT) == (4_000, 64)
