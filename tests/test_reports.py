"""Drill reports in words: how drills ended taken together, and how each session did."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from console.model.reports import (
    check_lines,
    compared_text,
    drilled_cells,
    ending_words,
    reason_list,
    whole_ending,
)
from tracker import Check, Difference, DrilledSession, Ending, Report, drill_wave


@pytest.fixture(scope="module")
def wave() -> Report:
    """A wave that passed, of four sessions and more."""
    return drill_wave(sessions=4, capacity=2)


def changed(report: Report, **fields: Any) -> Report:
    return replace(report, **fields)


def test_drills_end_as_the_worst_of_them_a_failure_before_a_stop(wave: Report) -> None:
    stopped = changed(wave, has_passed=False, was_stopped=True)
    failed = changed(wave, has_passed=False, failed=1)
    wrong = changed(wave, has_passed=False, checks=(Check("sound", False),))
    empty = changed(wave, has_passed=False, passed=0, checks=())
    assert whole_ending([wave, wave]) == "passed"
    assert whole_ending([wave, stopped]) == "stopped"
    assert whole_ending([stopped, failed]) == "failed"
    assert whole_ending([wave, wrong]) == "failed"
    assert whole_ending([empty]) == "failed"
    assert whole_ending([]) == "failed"


def test_the_ending_is_told_in_a_sentence(wave: Report) -> None:
    base = changed(wave, passed=2, failed=0, checks=())
    stopped = changed(base, has_passed=False, was_stopped=True)
    assert ending_words([base]) == "2 sessions came back exactly."
    assert ending_words([changed(base, passed=0)]) == "Every check held."
    assert ending_words([stopped]) == "Stopped before the end; 2 sessions so far, none failed."
    failed = changed(base, has_passed=False, failed=1, checks=(Check("sound", False),))
    words = "1 of 3 sessions did not come back exactly; 1 check did not hold."
    assert ending_words([failed]) == words
    empty = changed(base, has_passed=False, passed=0)
    assert ending_words([empty]) == "Nothing could be drilled."


def test_a_check_says_whether_it_holds_in_words_and_why_not() -> None:
    report = changed(
        drill_wave(sessions=4, capacity=2),
        checks=(Check("all of it", True), Check("the rest", False, "2 are lost\x1b")),
    )
    assert [cell.text for cell in check_lines(report)] == [
        "passed   all of it",
        "failed   the rest: 2 are lost\\x1b",
    ]


def test_a_session_tells_what_it_held_and_what_differed() -> None:
    session = DrilledSession(
        "s\x1b",
        Ending.FAILED,
        durable=3,
        guards=1,
        differences=(Difference("guards", ("nudge",), ()), Difference("prior_score", None, 80)),
        why="not written",
        load_ns=1_500_000,
    )
    assert reason_list(session) == [
        "guards: nudge in memory, none on disk",
        "prior_score: none in memory, 80 on disk",
        "not written",
    ]
    assert compared_text(session) == "3 durable, 1 guard, 0 spilled"
    cells = drilled_cells("restore", session)
    assert (cells["ended"].text, cells["session"].text) == ("failed", "s\\x1b")
    assert (cells["load"].text, cells["guards"].text) == ("1.5 ms", "1")
