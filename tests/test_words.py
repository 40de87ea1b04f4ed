"""What an empty table says."""

from __future__ import annotations

import pytest
from console_values import update_of

from console.model.words import empty_words
from console.snapshot import Face, Feed, Progress


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
