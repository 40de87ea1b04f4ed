"""Terms: how a filter is written: spaces, signs, quotes, fields, and slips."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.model.terms import (
    OPERATORS,
    SHOWN_MOST,
    TEXT_MOST,
    FilterError,
    Term,
    read_terms,
    shown,
)

NAMES = ("verdict", "idle", "band", "id", "folder", "checkpoints")


def plain(text: str) -> list[str]:
    """The values of a text that is to hold nothing but plain terms."""
    terms = read_terms(text, NAMES).terms
    assert not any(term.name or term.is_negated for term in terms)
    return [term.value for term in terms]


def test_terms_stand_between_any_white_space_and_know_where_they_begin() -> None:
    terms = read_terms("  one\ttwo\u3000three ", NAMES).terms
    assert [(term.value, term.column) for term in terms] == [("one", 2), ("two", 6), ("three", 10)]


@pytest.mark.parametrize("operator", OPERATORS)
def test_a_known_name_before_an_operator_is_a_field_whatever_its_case(operator: str) -> None:
    (term,) = read_terms(f"Verdict{operator}Dirty", NAMES).terms
    assert term == Term("Dirty", 0, False, "verdict", operator)


@pytest.mark.parametrize(
    "text",
    [
        "agent:main:main",
        "node:1",
        "main<3",
        "::",
        ":dirty",
        "idle",
        "verdict!",
        "v!x:y",
        "ve:x",
        "https://example.org",
        "a" * 5_000 + ":b",
    ],
)
def test_what_merely_looks_like_a_field_is_text(text: str) -> None:
    assert plain(text) == [text]


@pytest.mark.parametrize(
    ("text", "near", "column"),
    [("vredict:dirty", "verdict", 0), ("a -idel>10m", "idle", 3), ("bnad<5", "band", 0)],
)
def test_a_name_that_is_nearly_a_fields_is_a_slip_and_the_right_one_is_named(
    text: str, near: str, column: int
) -> None:
    with pytest.raises(FilterError, match=f"did you mean {near}") as caught:
        read_terms(text, NAMES)
    assert caught.value.column == column
    assert caught.value.what == str(caught.value)


def test_a_filter_longer_than_any_id_is_refused_and_the_longest_id_is_not() -> None:
    assert plain('"' + '\\"' * 4_096 + '"') == ['"' * 4_096]
    assert plain("x" * TEXT_MOST) == ["x" * TEXT_MOST]
    with pytest.raises(FilterError, match="at most 10,000 characters") as caught:
        read_terms("x" * (TEXT_MOST + 1), NAMES)
    assert caught.value.column == TEXT_MOST


def test_quotes_make_anything_plain_text() -> None:
    assert plain('"vredict:dirty" "two words" "-a" "!"') == [
        "vredict:dirty",
        "two words",
        "-a",
        "!",
    ]


def test_quotes_after_an_operator_hold_the_whole_value() -> None:
    (term,) = read_terms('id:"a, b" ', NAMES).terms
    assert term == Term("a, b", 0, False, "id", ":", is_quoted=True)


@pytest.mark.parametrize(
    ("text", "value"),
    [(r'"a\"b"', 'a"b'), (r'"a\\"', "a\\"), (r'"a\b"', r"a\b"), ('"open', "open"), ('"a\\', "a\\")],
)
def test_a_quote_is_escaped_by_a_backslash_and_closed_by_the_end_of_the_text(
    text: str, value: str
) -> None:
    assert plain(text) == [value]


def test_a_quote_inside_a_word_is_a_letter() -> None:
    assert plain('5"disk it"s') == ['5"disk', 'it"s']


def test_a_sign_negates_one_term_and_a_second_sign_is_text() -> None:
    terms = read_terms("a -b !c --d !-e", NAMES).terms
    assert [(term.value, term.is_negated) for term in terms] == [
        ("a", False), ("b", True), ("c", True), ("-d", True), ("-e", True),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "is_inverted"), [("a", False), ("!a", True), ("! a", True), ("!!a", False)]
)
def test_exclamation_marks_at_the_start_invert_the_whole(text: str, is_inverted: bool) -> None:
    assert read_terms(text, NAMES) == (is_inverted, (Term("a", len(text) - 1),))


@pytest.mark.parametrize("text", ["", "   ", "!", "! !", '""', '-""', "a" * 0, "- "])
def test_signs_alone_and_empty_quotes_say_nothing_yet(text: str) -> None:
    assert read_terms(text, NAMES).terms == ()


def test_a_field_without_a_value_is_kept_for_its_field_to_refuse() -> None:
    assert read_terms("verdict:", NAMES).terms == (Term("", 0, False, "verdict", ":"),)
    assert read_terms('verdict:""', NAMES).terms == (
        Term("", 0, False, "verdict", ":", is_quoted=True),
    )


def test_somebodys_text_in_a_message_is_safe_and_short() -> None:
    assert shown("a\x1b[2Jb") == "“a\\x1b[2Jb”"
    assert len(shown("x" * 4_000)) == SHOWN_MOST + 2


@given(st.text() | st.text('!-": verdictband<>=\\ '))
def test_any_text_is_read_or_refused_with_its_place_and_every_term_is_where_it_says(
    text: str,
) -> None:
    refused_at = 0
    terms: tuple[Term, ...] = ()
    try:
        terms = read_terms(text, NAMES).terms
    except FilterError as error:
        refused_at = error.column
    assert 0 <= refused_at < max(len(text), 1)
    for term in terms:
        start = text[term.column :]
        assert start.lower().startswith(
            term.name or ('"' if term.is_quoted else term.value.lower())
        )
