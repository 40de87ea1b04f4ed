"""What came of an action, in words: what was done, to whom, what was refused and why."""

from __future__ import annotations

from typing import Any

import pytest
from console_values import HOSTILE

from console.acting.deed import Action, Deed
from console.acting.telling import DONE, deed_words
from console.snapshot import Mode
from tracker import Outcome


def done(*sessions: str) -> tuple[Outcome, ...]:
    return tuple(Outcome(session, True) for session in sessions)


def words(action: Action, mode: Mode = Mode.OWN, **fields: Any) -> tuple[str, bool]:
    return deed_words(Deed(action, **fields), mode)


def test_every_action_has_a_word_for_having_been_done() -> None:
    assert set(DONE) == set(Action)


def test_one_session_is_named_and_of_many_the_first() -> None:
    assert words(Action.PIN, outcomes=done("a")) == ("Pinned a.", True)
    assert words(Action.UNPIN, outcomes=done("a", "b", "c")) == ("Unpinned a, b, c.", True)
    ids = [f"s-{number}" for number in range(1_503)]
    assert words(Action.REHYDRATE, outcomes=done(*ids)) == (
        "Rehydrated s-0, s-1, s-2 and 1,500 more.",
        True,
    )


def test_an_eviction_says_where_what_was_newer_is_and_how_it_comes_back() -> None:
    assert words(Action.EVICT, outcomes=done("a")) == (
        "Evicted a. What was newer in memory is on disk; z or r brings it back.",
        True,
    )
    assert words(Action.EVICT, Mode.OBSERVE, outcomes=done("a")) == (
        "Evicted a. Only this console's memory let go of it; z or r brings it back.",
        True,
    )
    assert words(Action.RELEASE, outcomes=done("a")) == ("Released a. z brings it back.", True)


def test_what_the_tracker_says_of_it_is_said_instead() -> None:
    outcomes = (Outcome("a", True, "it was there already"),)
    assert words(Action.REHYDRATE, outcomes=outcomes) == (
        "Rehydrated a. It was there already.",
        True,
    )


def test_what_was_not_done_at_all_says_why() -> None:
    assert words(Action.EVICT, ids=("a",), why="audit.jsonl: can't be written") == (
        "Not evicted: audit.jsonl: can't be written",
        False,
    )
    assert words(Action.UNDO, why="there is nothing to undo") == (
        "Not brought back: there is nothing to undo",
        False,
    )


def test_what_was_refused_stands_beside_what_was_done() -> None:
    outcomes = (*done("a"), Outcome("b", False, "pinned; unpin it first"))
    text, is_good = words(Action.EVICT, outcomes=outcomes)
    assert text.startswith("Evicted a. ")
    assert text.endswith("Not evicted: b: pinned; unpin it first")
    assert not is_good
    outcomes += (Outcome("c", False, "gone"), Outcome("d", False, "gone"))
    assert words(Action.EVICT, outcomes=outcomes)[0].endswith("unpin it first (and 2 more)")


def test_a_capacity_says_what_it_is_and_who_went() -> None:
    assert words(Action.CAPACITY, capacity=12_000) == ("The capacity is 12,000 now.", True)
    assert words(Action.CAPACITY, capacity=1, outcomes=done("a", "b")) == (
        "The capacity is 1 now. Evicted a, b.",
        True,
    )


def test_a_capacity_that_was_not_granted_or_could_not_be_reached_says_so() -> None:
    assert words(Action.CAPACITY, why="no room beside 2 pinned session(s)") == (
        "Not changed: no room beside 2 pinned session(s)",
        False,
    )
    stuck = (Outcome("a", False, "it stays in memory: disk full"),)
    assert words(Action.CAPACITY, capacity=1, outcomes=stuck) == (
        "The capacity is 1 now. Not evicted: a: it stays in memory: disk full",
        False,
    )


def test_an_undo_says_who_came_back_and_who_had_to_go_for_it() -> None:
    assert words(Action.UNDO, outcomes=done("a"), capacity=3, evicted=done("b")) == (
        "The capacity is 3 now. Brought back a. Evicted in their place: b.",
        True,
    )


def test_a_warning_is_said_and_is_not_good() -> None:
    text, is_good = words(Action.PIN, outcomes=done("a"), warning="the end was not recorded")
    assert text == "Pinned a. the end was not recorded"
    assert not is_good


def test_nothing_to_do_is_said_too() -> None:
    assert words(Action.EVICT) == ("There was nothing to do.", False)


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_ids_and_reasons_are_safe_in_every_place(text: str) -> None:
    outcomes = (*done(text), Outcome(text, True, text), Outcome(text, False, text))
    for deed in (
        Deed(Action.EVICT, outcomes=outcomes, evicted=done(text), warning=text),
        Deed(Action.RELEASE, outcomes=outcomes[1:]),
        Deed(Action.PIN, why=text or "why"),
    ):
        said, _ = deed_words(deed, Mode.OWN)
        assert said.isprintable()
        assert len(said) < 2_000
