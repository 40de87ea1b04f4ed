"""The fields of the filter language, and what each asks of a row's facts. See `filtering`."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import Final, NamedTuple

from console.model.conditions import (
    EQUAL,
    bit_condition,
    choice_condition,
    number_condition,
    span_ms,
    text_condition,
)
from console.model.facts import Facts, fold
from console.model.terms import Term
from tracker import Verdict, guard_names

MARKS: Final = ("pinned", "ended", "tracked")
GUARDS: Final = guard_names(-1)
VERDICTS: Final = tuple(map(str, Verdict))

NO_THRESHOLD: Final = 101
"""Stands for no quality threshold captured: the quality was never seen below any."""


class Clause(NamedTuple):
    """One term, ready to be asked.

    Attributes:
        holds: Whether it holds of a row, at a time in Unix ms.
        turns_ms: Returns when, Unix ms, its answer for a row turns for good; None for never. None
            itself where the answer doesn't depend on the time.
    """

    holds: Callable[[Facts, int], bool]
    turns_ms: Callable[[Facts], int | None] | None = None


Field = Callable[[Term], Clause]
"""Makes a clause of a term. Raises FilterError where the term can't be meant."""


def clause_of(term: Term) -> Clause:
    """Returns what a term asks: of its field, or as text of a row's id, folder and trigger.

    Raises:
        FilterError: If it can't be meant; says what could be.
    """
    if term.name:
        return FIELDS[term.name](term)
    wanted = fold(term.value)
    return Clause(lambda facts, _: any(wanted in text for text in facts.folded))


def _text(texts_of: Callable[[Facts], Collection[str]], *, has_list: bool = False) -> Field:
    def read(term: Term) -> Clause:
        condition = text_condition(term, has_list=has_list)
        return Clause(lambda facts, _: condition(texts_of(facts)))

    return read


def _choice(words_of: Callable[[Facts], Collection[str]], choices: Sequence[str]) -> Field:
    def read(term: Term) -> Clause:
        condition = choice_condition(term, choices)
        return Clause(lambda facts, _: condition(words_of(facts)))

    return read


def _number(number_of: Callable[[Facts], float | None]) -> Field:
    def read(term: Term) -> Clause:
        condition = number_condition(term)
        return Clause(lambda facts, _: condition(number_of(facts)))

    return read


def _captured(mask_of: Callable[[Facts], int], reached: Callable[[Facts], int]) -> Field:
    """Reads a field of captured percentages: compared by the one reached, equal to any of them."""

    def read(term: Term) -> Clause:
        if term.operator in EQUAL:
            is_captured = bit_condition(term)
            return Clause(lambda facts, _: is_captured(mask_of(facts)))
        condition = number_condition(term, "%")
        return Clause(lambda facts, _: facts.has_state and condition(reached(facts)))

    return read


def _idle(term: Term) -> Clause:
    span = span_ms(term)
    is_more = term.operator in (">", ">=")
    # Idle times are whole ms, so that `>` turns one later than `>=`, and `<=` one later than `<`.
    after_ms = span + (term.operator in (">", "<="))

    def turns_ms(facts: Facts) -> int | None:
        return facts.active_ms + after_ms if facts.active_ms else None

    def holds(facts: Facts, now_ms: int) -> bool:
        at_ms = turns_ms(facts)
        return at_ms is not None and (now_ms >= at_ms) == is_more

    return Clause(holds, turns_ms)


def _marks_of(facts: Facts) -> Collection[str]:
    return (*facts.marks, "tracked") if facts.is_tracked else facts.marks


def _threshold_reached(facts: Facts) -> int:
    lowest = facts.lowest_threshold
    return NO_THRESHOLD if lowest is None else lowest


_band = _captured(lambda facts: facts.bands, lambda facts: facts.highest_band)
_edits = _number(lambda facts: facts.writes if facts.has_state else None)
_checkpoints = _number(lambda facts: facts.checkpoints)
_milestone = _text(lambda facts: tuple(map(fold, facts.milestones)), has_list=True)

FIELDS: Final[dict[str, Field]] = {
    "id": _text(lambda facts: facts.folded[:1]),
    "session": _text(lambda facts: facts.folded[:1]),
    "folder": _text(lambda facts: facts.folded[1:2]),
    "trigger": _text(lambda facts: facts.folded[2:], has_list=True),
    "verdict": _choice(lambda facts: (facts.verdict,), VERDICTS),
    "is": _choice(_marks_of, MARKS),
    "idle": _idle,
    "band": _band,
    "bands": _band,
    "quality": _captured(lambda facts: facts.thresholds, _threshold_reached),
    "edits": _edits,
    "files": _number(lambda facts: facts.files if facts.has_state else None),
    "checkpoints": _checkpoints,
    "ckpts": _checkpoints,
    "bytes": _number(lambda facts: facts.file_bytes),
    "guard": _choice(lambda facts: facts.guards, GUARDS),
    "guards": _choice(lambda facts: facts.guards, GUARDS),
    "milestone": _milestone,
    "milestones": _milestone,
}
"""What a term may begin with, in lower case."""
