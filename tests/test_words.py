"""Words: what the console says of a command's outcome, and of a table without rows."""

from __future__ import annotations

import pytest
from console_values import HOSTILE, update_of

from console.model.words import command_words, empty_words
from console.snapshot import Face, Feed, Mode, Progress
from tracker import Outcome


def done(*sessions: str, why: str = "") -> tuple[Outcome, ...]:
    return tuple(Outcome(session, True, why) for session in sessions)


def test_an_eviction_says_what_it_means_for_the_disk_in_each_mode() -> None:
    words, is_good = command_words("Evicted", done("s-1"), "", Mode.OBSERVE)
    assert is_good
    assert words == "Evicted s-1. Only this console's memory let go of it; r brings it back."
    words, is_good = command_words("Evicted", done("s-1"), "", Mode.OWN)
    assert is_good
    assert "is on disk" in words


def test_a_rehydration_passes_on_the_note_of_how_it_was_done() -> None:
    assert command_words("Rehydrated", done("s-1"), "", Mode.OWN) == ("Rehydrated s-1.", True)
    words, _ = command_words("Rehydrated", done("s-1", why="torn: rebuilt"), "", Mode.OWN)
    assert words == "Rehydrated s-1. Torn: rebuilt."


def test_a_refusal_names_the_session_and_why() -> None:
    refused = Outcome("s-2", False, "pinned; unpin it first")
    words, is_good = command_words("Evicted", (*done("s-1"), refused), "", Mode.OWN)
    assert not is_good
    assert words == "Not evicted: s-2: pinned; unpin it first"
    words, _ = command_words("Evicted", (refused, refused, refused), "", Mode.OWN)
    assert words.endswith("(and 2 more)")


def test_a_command_that_failed_altogether_says_why() -> None:
    words, is_good = command_words("Evicted", (), "not open", Mode.OWN)
    assert (words, is_good) == ("Not evicted: not open", False)


def test_many_sessions_are_counted_instead_of_listed() -> None:
    words, _ = command_words("Rehydrated", done(*"abcde"), "", Mode.OWN)
    assert words == "Rehydrated a, b, c and 2 more."


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_ids_and_reasons_are_safe_in_every_sentence(text: str) -> None:
    for words in (
        command_words("Evicted", done(text), "", Mode.OWN)[0],
        command_words("Evicted", (Outcome(text, False, text),), "", Mode.OWN)[0],
        command_words("Evicted", (), text, Mode.OWN)[0],
        empty_words(update_of(feed=Feed(text))),
    ):
        assert words.isprintable()
        assert len(words) < 500


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"face": Face.OPENING}, "Reading the directory…"),
        ({"loading": Progress(1, 2)}, "Reading the directory…"),
        ({}, "No sessions here yet."),
        ({"feed": Feed("gateway.jsonl")}, "Waiting for gateway.jsonl."),
        ({"face": Face.MISSING}, "Nothing to show."),
        ({"face": Face.GONE}, "Nothing to show."),
    ],
)
def test_an_empty_table_says_why_it_is_empty(changed: dict[str, object], words: str) -> None:
    assert words in empty_words(update_of(**changed))
