"""Terms: the words a filter is made of, read from text as somebody types it. Which fields there
are, and what they mean, is the filter's.

    !idle>10m verdict:dirty,corrupt -"two words" agent:main

Terms stand between spaces. One that begins with `-` or `!` is negated; `!` before everything
inverts the whole, twice is not at all. A term is a field where a known name stands before an
operator; text in quotes is always plain, and so is what merely looks like a field: ids hold colons.

A sign alone and empty quotes say nothing yet and are left out; quotes that aren't closed reach to
the end. So a filter can be applied with every letter.
"""

from __future__ import annotations

from collections.abc import Collection
from difflib import SequenceMatcher
from typing import Final, NamedTuple

from console.nearest import nearest
from console.text import visible

OPERATORS: Final = ("<=", ">=", "!=", ":", "=", "<", ">")
"""What may stand between a field's name and its value; the longer ones are looked for first."""

NEAR: Final = 0.75
"""How alike a field's an unknown name must be, 0 to 1, to be taken for a slip and not for text."""

TEXT_MOST: Final = 10_000
"""The longest filter, characters: the longest id fits, in quotes and every letter escaped."""

SHOWN_MOST: Final = 40
"""The most characters of somebody's text that a message repeats."""


class FilterError(ValueError):
    """A filter that can't be read.

    Attributes:
        what: What is wrong, and the nearest right thing; safe to show.
        column: Where in the text the wrong part begins, from 0.
    """

    def __init__(self, what: str, column: int) -> None:
        super().__init__(what)
        self.what = what
        self.column = column


class Term(NamedTuple):
    """One term.

    Attributes:
        value: What is looked for.
        column: Where the term begins in the text, from 0, its sign left out.
        is_negated: Whether what it matches is left out.
        name: The field's name; empty for plain text.
        operator: One of OPERATORS; empty for plain text.
        is_quoted: Whether the value stood in quotes, so that a comma in it is a comma.
    """

    value: str
    column: int
    is_negated: bool = False
    name: str = ""
    operator: str = ""
    is_quoted: bool = False


class Terms(NamedTuple):
    """A filter's terms.

    Attributes:
        is_inverted: Whether the whole is inverted.
        terms: The terms, in order.
    """

    is_inverted: bool
    terms: tuple[Term, ...]


def read_terms(text: str, names: Collection[str]) -> Terms:
    """Reads a filter's text.

    Args:
        text: Any text at all.
        names: The names of the fields there are, in lower case.

    Raises:
        FilterError: If a name stands before an operator that is none of `names`, but nearly; or if
            the text is longer than TEXT_MOST.

    Cost: one pass over the text.
    """
    if len(text) > TEXT_MOST:
        raise FilterError(f"a filter has at most {TEXT_MOST:,} characters", TEXT_MOST)
    at, signs = 0, 0
    while at < len(text) and (text[at] == "!" or text[at].isspace()):
        signs += text[at] == "!"
        at += 1
    terms: list[Term] = []
    while at < len(text):
        if text[at].isspace():
            at += 1
            continue
        is_negated = text[at] in "-!"
        at += is_negated
        term, at = _read_term(text, at, names)
        if term.value or term.name:
            terms.append(term._replace(is_negated=is_negated))
    return Terms(signs % 2 == 1, tuple(terms))


def shown(text: str) -> str:
    """Returns somebody's text as a message repeats it: safe, short and in quotes."""
    return f"“{visible(text, SHOWN_MOST)}”"


def _read_term(text: str, start: int, names: Collection[str]) -> tuple[Term, int]:
    """Reads the term that begins at `start`; returns it and where it ends."""
    if text.startswith('"', start):
        value, end = _read_quoted(text, start)
        return Term(value, start, is_quoted=True), end
    end = start
    while end < len(text) and not text[end].isspace():
        end += 1
    word = text[start:end]
    name, operator = _split(word)
    if operator and name.lower() in names:
        at = start + len(name) + len(operator)
        if text.startswith('"', at):
            value, end = _read_quoted(text, at)
            return Term(value, start, False, name.lower(), operator, is_quoted=True), end
        return Term(text[at:end], start, False, name.lower(), operator), end
    if operator:
        _refuse_slip(name, start, names)
    return Term(word, start), end


def _read_quoted(text: str, start: int) -> tuple[str, int]:
    value: list[str] = []
    at = start + 1
    while at < len(text) and text[at] != '"':
        at += text[at] == "\\" and text[at + 1 : at + 2] in ('"', "\\")
        value.append(text[at])
        at += 1
    return "".join(value), min(at + 1, len(text))


def _split(word: str) -> tuple[str, str]:
    """Returns what stands before a word's first operator, and the operator; both may be empty."""
    for at, character in enumerate(word):
        if character in ":=<>!":
            operator = next((one for one in OPERATORS if word.startswith(one, at)), "")
            return (word[:at], operator) if operator else ("", "")
    return "", ""


def _refuse_slip(name: str, column: int, names: Collection[str]) -> None:
    # The beginnings of ids, such as `s:` and `ab:`, are too short to tell.
    for near in nearest(name, names, 1) if len(name) > 2 else ():
        if SequenceMatcher(None, name.lower(), near).ratio() >= NEAR:
            what = f"no field {shown(name)}; did you mean {near}? To look for text, quote it"
            raise FilterError(what, column)
