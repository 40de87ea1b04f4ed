"""Conditions: what operators and values ask, and what can't be meant is said with what could be."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.model.conditions import (
    bit_condition,
    choice_condition,
    number_condition,
    span_ms,
    text_condition,
)
from console.model.terms import FilterError, Term

WORDS = ("clean", "corrupt", "dirty", "disk-only")


def term(operator: str, value: str, name: str = "field", *, is_quoted: bool = False) -> Term:
    return Term(value, 4, name=name, operator=operator, is_quoted=is_quoted)


def test_text_is_a_part_with_a_colon_and_the_whole_with_an_equals_sign() -> None:
    assert text_condition(term(":", "MAIN"))(("agent:main",))
    assert not text_condition(term("=", "main"))(("agent:main",))
    assert text_condition(term("=", "Agent:Main"))(("agent:main",))
    assert text_condition(term("!=", "main"))(("agent:main",))
    assert text_condition(term("!=", "main"))(())


def test_commas_part_texts_only_where_a_list_is_meant() -> None:
    assert text_condition(term(":", "x,ai"), has_list=True)(("main",))
    assert not text_condition(term(":", "x,ai"))(("main",))
    assert not text_condition(term(":", "x,ai", is_quoted=True), has_list=True)(("main",))


def test_a_choice_is_one_of_several_words_or_the_beginning_of_one() -> None:
    assert choice_condition(term(":", "dirty,Corrupt"), WORDS)(("corrupt",))
    assert choice_condition(term(":", "c"), WORDS)(("clean",))
    assert not choice_condition(term(":", "di,"), WORDS)(("clean",))
    assert choice_condition(term("!=", "dirty"), WORDS)(("clean",))
    assert choice_condition(term("!=", "dirty"), WORDS)(())
    assert not choice_condition(term("!=", "dirty,clean"), WORDS)(("clean",))


def test_a_word_that_is_also_the_beginning_of_another_means_itself() -> None:
    assert not choice_condition(term(":", "in"), ("in", "inside"))(("inside",))


@pytest.mark.parametrize(
    ("operator", "fits"),
    [("<", (2,)), ("<=", (2, 3)), (">", (4,)), (">=", (3, 4)), (":", (3,)), ("=", (3,)),
     ("!=", (2, 4, None))],
)  # fmt: skip
def test_numbers_compare_and_what_is_not_known_fits_no_comparison(
    operator: str, fits: tuple[int | None, ...]
) -> None:
    condition = number_condition(term(operator, "3"))
    assert tuple(number for number in (2, 3, 4, None) if condition(number)) == fits


@pytest.mark.parametrize(
    ("value", "number"),
    [("10k", 10_000), ("1.5M", 1_500_000), ("2g", 2 * 10**9), ("1TB", 10**12), ("7b", 7),
     (".5k", 500), ("3.", 3)],
)  # fmt: skip
def test_numbers_may_be_written_with_their_scale(value: str, number: int) -> None:
    assert number_condition(term(":", value))(number)


def test_a_number_of_any_length_is_read() -> None:
    assert number_condition(term("<", "9" * 5_000))(10**18)


def test_a_percentage_is_compared_or_looked_for_among_those_captured() -> None:
    assert number_condition(term("<", "50%"), "%")(35)
    assert not number_condition(term("<", "50"), "%")(50)
    captured = 1 << 20 | 1 << 50
    assert [bit_condition(term(":", value))(captured) for value in ("20", "35", "50%")] == [
        True, False, True,
    ]  # fmt: skip
    assert bit_condition(term("!=", "35"))(captured)


@pytest.mark.parametrize(
    ("value", "ms"),
    [("10m", 600_000), ("30s", 30_000), ("2h", 7_200_000), ("7d", 604_800_000),
     ("1h30m", 5_400_000), ("45", 45_000), ("0", 0)],
)  # fmt: skip
def test_time_spans_are_written_with_their_units_bare_numbers_are_seconds(
    value: str, ms: int
) -> None:
    assert span_ms(term(">", value)) == ms


@pytest.mark.parametrize(
    ("condition", "bad", "words"),
    [
        (text_condition, term("<", "a"), "field doesn't go with <; write field:… or field!=…"),
        (text_condition, term(":", ""), "followed by a text"),
        (text_condition, term("=", "", is_quoted=True), "followed by a text"),
        (lambda one: choice_condition(one, WORDS), term(":", "drity"), "did you mean dirty"),
        (lambda one: choice_condition(one, WORDS), term(":", "zzz"), "one of clean, corrupt"),
        (lambda one: choice_condition(one, WORDS), term("=", "dir"), "no field “dir”"),
        (lambda one: choice_condition(one, WORDS), term(":", ","), "followed by a word"),
        (lambda one: choice_condition(one, WORDS), term(">", "dirty"), "doesn't go with >"),
        (number_condition, term(">", "many"), "no number such as"),
        (number_condition, term(">", "1_0"), "no number such as"),
        (number_condition, term(">", "nan"), "no number such as"),
        (number_condition, term(">", "-1"), "no number such as"),
        (number_condition, term(">", "k"), "no number such as"),
        (number_condition, term(">", "٣"), "no number such as"),
        (lambda one: number_condition(one, "%"), term("<", "101"), "no percentage from 0 to 100"),
        (bit_condition, term(":", "20.5"), "no whole percentage"),
        (bit_condition, term(":", "9" * 400), "no percentage from 0 to 100"),
        (span_ms, term(">", "10x"), "no time span such as"),
        (span_ms, term(">", "off"), "no time span such as"),
        (span_ms, term(">", ""), "no time span such as"),
        (span_ms, term(">", "9" * 400), "no time span such as"),
        (span_ms, term(">", "2000000d"), "no time span such as"),
        (span_ms, term(":", "10m"), "write idle<… or idle>…"),
    ],
)  # fmt: skip
def test_what_cannot_be_meant_is_refused_with_its_place_and_what_could_be(
    condition: object, bad: Term, words: str
) -> None:
    if condition is span_ms:
        bad = bad._replace(name="idle")
    with pytest.raises(FilterError) as caught:
        condition(bad)  # type: ignore[operator]
    assert words in caught.value.what
    assert caught.value.column == 4


@given(st.sampled_from((":", "=", "!=", "<", "<=", ">", ">=")), st.text(max_size=50))
def test_a_message_is_printable_on_one_line_and_bounded_whatever_was_typed(
    operator: str, value: str
) -> None:
    refused = []
    for condition in (text_condition, number_condition, bit_condition, span_ms):
        try:
            condition(term(operator, value))
        except FilterError as error:
            refused.append(error.what)
    assert refused  # No operator goes with both a text and a time span.
    assert all(what.isprintable() and len(what) < 200 for what in refused)
