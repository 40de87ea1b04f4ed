"""Hostile text made safe: what goes out is printable, bounded, and on one line."""

from __future__ import annotations

import unicodedata

import pytest
from console_values import HOSTILE
from hypothesis import given
from hypothesis import strategies as st

from console.text import ELLIPSIS, MARKS, escape, visible, visible_lines

ANY_TEXT = st.text(st.characters(codec=None)) | st.sampled_from(HOSTILE)


@given(ANY_TEXT, st.integers(1, 600))
def test_what_is_shown_is_printable_and_within_its_bound(text: str, limit: int) -> None:
    shown = visible(text, limit)
    assert shown.isprintable()
    assert len(shown) <= limit


@given(ANY_TEXT)
def test_what_is_shown_is_itself_safe_and_stays_as_it_is(text: str) -> None:
    shown = visible(text, 5_000)
    assert visible(shown, 5_000) == shown
    shown.encode()


@given(st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E), max_size=80))
def test_plain_text_is_shown_as_it_is(text: str) -> None:
    assert visible(text, 80) == text


@given(ANY_TEXT)
def test_nothing_is_cut_without_an_ellipsis(text: str) -> None:
    shown = visible(text, 24)
    whole = visible(text, 20 * len(text) + 24)
    assert shown == whole or (shown.endswith(ELLIPSIS) and whole.startswith(shown[:-1]))


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b[31m", "\\x1b[31m"),
        ("\x9b31m", "\\x9b31m"),
        ("a\u202eb", "a\\u202eb"),
        ("zero\u200bwidth", "zero\\u200bwidth"),
        ("tag\U000e0041", "tag\\U000e0041"),
        ("bad\udcff", "bad\\udcff"),
        ("two\nlines", "two\\x0alines"),
        ("漢字 é ☃", "漢字 é ☃"),
        ("", ""),
    ],
)
def test_each_hostile_character_becomes_an_escape_a_person_can_read(text: str, shown: str) -> None:
    assert visible(text) == shown


def test_a_flood_of_combining_marks_is_dammed() -> None:
    shown = visible("e" + "\u0301" * 300)
    combining = sum(map(bool, map(unicodedata.combining, shown)))
    assert combining == MARKS
    assert len(shown) <= 512


def test_lines_are_kept_apart_and_tabs_widened() -> None:
    assert visible_lines("a\tb\n\x1b[2J\n") == "a   b\n\\x1b[2J\n"


@given(st.characters(codec=None))
def test_an_escape_is_ascii(character: str) -> None:
    assert escape(character).isascii()
    assert escape(character).isprintable()
