"""The filter language: which rows of a table, and which happenings, are shown.

    agent:main                  text in its id, folder or last trigger, whatever the case
    verdict:dirty,corrupt       one of several; the beginning of a word is enough
    is:pinned  -is:ended        marks; `is:tracked` for what is in memory
    idle>10m                    no activity for that long; `s`, `m`, `h`, `d`, `w`
    band<50  band:50            the highest fill band captured; whether 50 is among them
    quality<60  quality:70      the lowest quality threshold captured; whether 70 is among them
    edits>3  files>=2           writes and files since the last edit batch
    ckpts>2  bytes>10k          checkpoints on disk, bytes of all its files
    trigger:compact             what made the last checkpoint due
    guard:nudge milestone:edit  messages sent once, milestones captured
    id:main  folder:agent       text in one of the two alone

All terms must hold. `=` asks for the whole of a text where `:` asks for a part; `!=` is the
opposite of `=`. What isn't known of a row fits no comparison. How terms are written: `terms`.

Of happenings it is the same language with three fields: `kind:evicted,rehydrated`, `session:main`,
and `cause:operator` for why there was an eviction; bare text is looked for in all that is said.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final, Protocol

from console.model.conditions import choice_condition, text_condition
from console.model.facts import Facts, fold
from console.model.fields import FIELDS, Clause, clause_of
from console.model.happenings import HappeningKind
from console.model.terms import FilterError, Term, read_terms
from tracker import EvictionCause

__all__ = [
    "EVENT_FIELDS",
    "FIELDS",
    "EventFilter",
    "Filter",
    "FilterError",
    "Happened",
    "parse_event_filter",
    "parse_filter",
]

EVENT_FIELDS: Final = ("kind", "session", "cause")
KINDS: Final = tuple(map(str, HappeningKind))
CAUSES: Final = tuple(map(str, EvictionCause))


class Filter:
    """A filter of rows. Made by `parse_filter`; never changes.

    Attributes:
        text: The filter as it was typed.
    """

    __slots__ = ("_clauses", "_is_inverted", "_turns", "text")

    def __init__(
        self, text: str, clauses: Sequence[tuple[Clause, bool]] = (), *, is_inverted: bool = False
    ) -> None:
        self.text = text
        self._clauses = tuple((clause.holds, is_negated) for clause, is_negated in clauses)
        self._turns = tuple(clause.turns_ms for clause, _ in clauses if clause.turns_ms)
        self._is_inverted = is_inverted

    @property
    def is_empty(self) -> bool:
        """Whether it asks for nothing, so that everything matches."""
        return not self._clauses

    @property
    def depends_on_time(self) -> bool:
        """Whether a row may begin or cease to match though nothing of it changes."""
        return bool(self._turns)

    def matches(self, facts: Facts, now_ms: int) -> bool:
        """Whether a row is shown, at a time in Unix ms."""
        if not self._clauses:
            return True
        for holds, is_negated in self._clauses:
            if holds(facts, now_ms) == is_negated:
                return self._is_inverted
        return not self._is_inverted

    def turns_ms(self, facts: Facts, now_ms: int) -> int | None:
        """Returns the earliest time at which the answer for a row may be another.

        Args:
            facts: The row's facts, which stay as they are.
            now_ms: The time now, Unix ms.

        Returns:
            Unix ms, later than now; None if it stays as long as the facts do.
        """
        turns = [at for turn in self._turns if (at := turn(facts)) is not None and at > now_ms]
        return min(turns, default=None)


class Happened(Protocol):
    """What an event filter looks at, as `Happening` has it."""

    @property
    def kind(self) -> str:
        """What kind of thing happened."""
        ...

    @property
    def session(self) -> str:
        """The session it happened to; empty for none."""
        ...

    @property
    def detail(self) -> str:
        """The trigger, guard, cause or action."""
        ...

    @property
    def why(self) -> str:
        """All else that is said of it."""
        ...


class EventFilter:
    """A filter of happenings. Made by `parse_event_filter`; never changes.

    Attributes:
        text: The filter as it was typed.
    """

    __slots__ = ("_is_inverted", "_tests", "text")

    def __init__(
        self,
        text: str,
        tests: Sequence[tuple[Callable[[Happened], bool], bool]] = (),
        *,
        is_inverted: bool = False,
    ) -> None:
        self.text = text
        self._tests = tuple(tests)
        self._is_inverted = is_inverted

    @property
    def is_empty(self) -> bool:
        """Whether it asks for nothing, so that everything matches."""
        return not self._tests

    def matches(self, event: Happened) -> bool:
        """Whether a happening is shown."""
        if not self._tests:
            return True
        for test, is_negated in self._tests:
            if test(event) == is_negated:
                return self._is_inverted
        return not self._is_inverted


def parse_filter(text: str) -> Filter:
    """Reads a filter of rows; see the module for the language.

    Raises:
        FilterError: If a part of it can't be meant; says which, and the nearest right one.
    """
    is_inverted, terms = read_terms(text, FIELDS)
    clauses = [(clause_of(term), term.is_negated) for term in terms]
    return Filter(text, clauses, is_inverted=is_inverted)


def parse_event_filter(text: str) -> EventFilter:
    """Reads a filter of happenings; see the module for the language.

    Raises:
        FilterError: If a part of it can't be meant; says which, and the nearest right one.
    """
    is_inverted, terms = read_terms(text, EVENT_FIELDS)
    tests = [(_event_test(term), term.is_negated) for term in terms]
    return EventFilter(text, tests, is_inverted=is_inverted)


def _event_test(term: Term) -> Callable[[Happened], bool]:
    if term.name == "kind":
        is_kind = choice_condition(term, KINDS)
        return lambda event: is_kind((event.kind,))
    if term.name == "session":
        is_session = text_condition(term)
        return lambda event: is_session((fold(event.session),))
    if term.name == "cause":
        is_cause = choice_condition(term, CAUSES)
        return lambda event: is_cause(
            (event.detail,) if event.kind == HappeningKind.EVICTED else ()
        )
    wanted = fold(term.value)
    return lambda event: any(
        wanted in fold(text) for text in (event.session, event.kind, event.detail, event.why)
    )
