"""Conditions: what a term's operator and value ask of one thing about a row. Pure, and strict: what
can't be meant is an error that says what could be.
"""

from __future__ import annotations

import operator as operators
from collections.abc import Callable, Collection, Sequence
from typing import Any, Final

from console.model.facts import fold
from console.model.terms import SHOWN_MOST, FilterError, Term, shown
from console.nearest import did_you_mean
from console.settings.durations import parse_duration_ms

EQUAL: Final = (":", "=", "!=")
"""The operators of a field that is one of several words, or a text."""

LESS_OR_MORE: Final = ("<", "<=", ">", ">=")

_COMPARE: Final[dict[str, Callable[[Any, Any], bool]]] = {
    "<": operators.lt,
    "<=": operators.le,
    ">": operators.gt,
    ">=": operators.ge,
}

_SCALES: Final = {"k": 10**3, "m": 10**6, "g": 10**9, "t": 10**12}


def text_condition(term: Term, *, has_list: bool = False) -> Callable[[Collection[str]], bool]:
    """Returns whether any of several folded texts holds the value; with `=`, is the value.

    Args:
        term: The term.
        has_list: Whether commas part several values, of which one is enough.

    Raises:
        FilterError: If there is no value, or the operator compares sizes.
    """
    _check_operator(term, EQUAL)
    wanted = [fold(value) for value in _values(term, has_list=has_list)]
    if not wanted:
        raise FilterError(f"{_head(term)} is to be followed by a text", term.column)
    if term.operator == ":":
        return lambda texts: any(value in text for text in texts for value in wanted)
    if term.operator == "=":
        return lambda texts: any(text in wanted for text in texts)
    return lambda texts: not any(text in wanted for text in texts)


def choice_condition(term: Term, choices: Sequence[str]) -> Callable[[Collection[str]], bool]:
    """Returns whether any of a row's words is among those asked for.

    With `:` the beginning of a word is enough: `verdict:mem`.

    Args:
        term: The term; commas part several values, of which one is enough.
        choices: The words there are.

    Raises:
        FilterError: If a value is none of them.
    """
    _check_operator(term, EQUAL)
    wanted: set[str] = set()
    for value in map(str.lower, _values(term, has_list=True)):
        found = {one for one in choices if one == value}
        if term.operator == ":":
            found = found or {one for one in choices if one.startswith(value)}
        if not found:
            hint = did_you_mean(value[:SHOWN_MOST], choices, 1) or _one_of(choices)
            raise FilterError(f"no {term.name} {shown(value)}{hint}", term.column)
        wanted |= found
    if not wanted:
        raise FilterError(
            f"{_head(term)} is to be followed by a word{_one_of(choices)}", term.column
        )
    if term.operator == "!=":
        return lambda words: wanted.isdisjoint(words)
    return lambda words: not wanted.isdisjoint(words)


def number_condition(term: Term, scale: str = "") -> Callable[[float | None], bool]:
    """Returns whether a number is what is asked for; None fits no comparison.

    Args:
        term: The term. Its value may end in `k`, `M`, `G` or `T`, and of bytes in `B`.
        scale: `%` for a percentage; empty for a count.

    Raises:
        FilterError: If the value is no such number.
    """
    wanted = _percentage(term) if scale == "%" else _number(term)
    if (compare := _COMPARE.get(term.operator)) is not None:
        return lambda number: number is not None and compare(number, wanted)
    if term.operator == "!=":
        return lambda number: number != wanted
    return lambda number: number == wanted


def bit_condition(term: Term) -> Callable[[int], bool]:
    """Returns whether one percentage is in a bit mask.

    Raises:
        FilterError: If the value is no whole percentage.
    """
    wanted = _percentage(term)
    if wanted != int(wanted):
        raise FilterError(f"{term.name} {shown(term.value)} is no whole percentage", term.column)
    bit = 1 << int(wanted)
    is_negative = term.operator == "!="
    return lambda mask: (mask & bit == 0) == is_negative


def span_ms(term: Term) -> int:
    """Returns a term's time span, ms.

    Raises:
        FilterError: If the value is none, or the operator doesn't compare.
    """
    _check_operator(term, LESS_OR_MORE)
    try:
        if term.value.lower() != "off":
            return parse_duration_ms(term.value) or 0
    except (ValueError, OverflowError):
        pass
    what = f"{term.name} {shown(term.value)} is no time span such as 30s, 10m, 2h or 7d"
    raise FilterError(what, term.column)


def _values(term: Term, *, has_list: bool) -> list[str]:
    if term.is_quoted or not has_list:
        return [term.value] if term.value else []
    return [value for value in term.value.split(",") if value]


def _percentage(term: Term) -> float:
    number = _plain_number(term.value.removesuffix("%"))
    if number is None or number > 100:
        what = f"{term.name} {shown(term.value)} is no percentage from 0 to 100"
        raise FilterError(what, term.column)
    return number


def _number(term: Term) -> float:
    value = term.value.lower().removesuffix("b")
    scale = _SCALES.get(value[-1:], 1)
    number = _plain_number(value[:-1] if scale != 1 else value)
    if number is None:
        what = f"{term.name} {shown(term.value)} is no number such as 3, 10k or 1.5M"
        raise FilterError(what, term.column)
    return number * scale


def _plain_number(text: str) -> float | None:
    """Returns a number written as digits, perhaps with a point; None for anything else."""
    is_plain = text.isascii() and text.replace(".", "", 1).isdecimal()
    return float(text) if is_plain else None


def _check_operator(term: Term, allowed: Sequence[str]) -> None:
    if term.operator not in allowed:
        hint = " or ".join(f"{term.name}{one}…" for one in (allowed[0], allowed[2]))
        raise FilterError(f"{term.name} doesn't go with {term.operator}; write {hint}", term.column)


def _head(term: Term) -> str:
    return f"{term.name}{term.operator}"


def _one_of(choices: Sequence[str]) -> str:
    return f"; it is one of {', '.join(choices)}"
