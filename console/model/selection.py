"""The selection: which rows of a source there are to show, filtered and in order. Pure.

Kept up a few rows at a time: a row's facts are asked for when it changed and kept; a filter that
looks at the time is asked again about a row only when it may think otherwise. Nothing is asked
in the natural order without a filter. Order is by ranks that time passing doesn't change, so that
the longest idle are sorted but once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import chain
from typing import Final, NamedTuple, Protocol

from console.model.facts import Facts
from console.model.filtering import Filter
from console.model.ordered import Joined
from console.model.ordering import Rank, rank_by
from console.model.sorted_rows import SortedRows
from console.model.timetable import Timetable

DIVIDER: Final = "\0"
"""The key of the line between two parts. No session's id and no folder's name holds NUL."""

LOOK_AGAIN_MS: Final = 1000
"""The least time between two looks at rows of which only the time changed anything."""


class Source(Protocol):
    """Where rows come from."""

    def parts(self) -> tuple[Sequence[str], Sequence[str]]:
        """Returns all keys in their natural order: those above the divider, and those below."""
        ...

    def facts(self, key: str) -> Facts | None:
        """Returns a row's facts; None where there is no such row."""
        ...


class Arranged(NamedTuple):
    """Rows in order, perhaps as a view of an order that goes on.

    Attributes:
        keys: Their keys; DIVIDER once among them, where there is a part below it.
        above: How many stand above the divider; all of them where there is none.
    """

    keys: Sequence[str] = ()
    above: int = 0

    def __len__(self) -> int:
        """How many rows there are, the divider not counted."""
        return len(self.keys) - (self.above < len(self.keys))

    def standing(self) -> Arranged:
        """Returns a copy that stands still."""
        return Arranged(list(self.keys), self.above)

    @property
    def parts(self) -> tuple[Sequence[str], Sequence[str]]:
        """The keys above the divider, and those below."""
        return self.keys[: self.above], self.keys[self.above + 1 :]


class Selection:
    """What of a source is wanted, as of the last update.

    Args:
        source: Where the rows come from.

    Attributes:
        rows: The rows that are wanted, in order.
        total: How many rows there are, wanted or not.
    """

    def __init__(self, source: Source) -> None:
        self.rows = Arranged()
        self.total = 0
        self._source = source
        self._filter: Filter | None = None
        self._sort: tuple[str | None, bool] = (None, False)
        self._rank: Callable[[Facts], Rank] | None = None
        self._facts: dict[str, Facts] = {}
        self._matching: set[str] = set()  # In the natural order, what the filter lets through.
        self._sorted = SortedRows()
        self._timetable = Timetable()
        self._now_ms: int | None = None
        self._looked_ms = 0

    @property
    def is_plain(self) -> bool:
        """Whether it is all rows in their natural order."""
        return self._filter is None and self._rank is None

    @property
    def filter(self) -> Filter | None:
        """The filter; None for none."""
        return self._filter

    @property
    def sort(self) -> tuple[str | None, bool]:
        """The column rows are sorted by, None for the natural order; whether that is reversed."""
        return self._sort

    def set_filter(self, wanted: Filter | None) -> bool:
        """Wants only the rows that match, or all; whether that is another filter than before."""
        if wanted is not None and wanted.is_empty:
            wanted = None
        if (wanted and wanted.text) == (self._filter and self._filter.text):
            return False
        self._filter = wanted
        self._begin_anew()
        return True

    def sort_by(self, column: str | None, is_reversed: bool) -> bool:
        """Wants another order; whether it is another than before. See `rank_by`.

        Raises:
            ValueError: If there is no order by the column; all stays as it is.
        """
        wanted = (column, is_reversed and column is not None)
        if wanted == self._sort:
            return False
        self._rank = None if column is None else rank_by(column, is_reversed)
        self._sort = wanted
        self._begin_anew()
        return True

    def update(self, changed: Iterable[str] | None, now_ms: int) -> None:
        """Takes what changed; see `Roster.update`."""
        is_timed = self._filter is not None and self._filter.depends_on_time
        is_set_back = self._now_ms is not None and now_ms < self._now_ms
        self._now_ms = now_ms
        if changed is None or self.is_plain:
            self._facts.clear()
        else:
            changed = dict.fromkeys(changed)
            for key in changed:
                self._facts.pop(key, None)
        if changed is None or (is_timed and is_set_back):
            self._evaluate_all(now_ms)
        elif not self.is_plain:
            due: list[str] = []
            if is_timed and now_ms - self._looked_ms >= LOOK_AGAIN_MS:
                due = self._timetable.take(now_ms)
                self._looked_ms = now_ms
            self._evaluate(dict.fromkeys(chain(changed, due)), now_ms)
        self._arrange()

    def _begin_anew(self) -> None:
        if self._now_ms is not None:  # Else the first update does it.
            self._evaluate_all(self._now_ms)
            self._arrange()

    def _evaluate_all(self, now_ms: int) -> None:
        self._matching.clear()
        self._sorted.clear()
        self._timetable.clear()
        self._looked_ms = now_ms
        if not self.is_plain:
            self._evaluate(chain(*self._source.parts()), now_ms)

    def _evaluate(self, keys: Iterable[str], now_ms: int) -> None:
        wanted, rank = self._filter, self._rank
        timed = wanted if wanted is not None and wanted.depends_on_time else None
        ranks: dict[str, Rank | None] = {}
        for key in keys:
            facts = self._facts_of(key)
            is_in = facts is not None and (wanted is None or wanted.matches(facts, now_ms))
            if rank is not None:
                ranks[key] = rank(facts) if facts is not None and is_in else None
            elif is_in:
                self._matching.add(key)
            else:
                self._matching.discard(key)
            if timed is not None:
                self._timetable.set(key, timed.turns_ms(facts, now_ms) if facts else None)
        self._sorted.put(ranks)

    def _facts_of(self, key: str) -> Facts | None:
        facts = self._facts.get(key)
        if facts is None and (facts := self._source.facts(key)) is not None:
            self._facts[key] = facts
        return facts

    def _arrange(self) -> None:
        above, below = self._source.parts()
        self.total = len(above) + len(below)
        if self._rank is not None:
            keys = self._sorted.keys(self._sort[1])
            self.rows = Arranged(keys, len(keys))
            return
        if self._filter is not None:
            above = [key for key in above if key in self._matching]
            below = [key for key in below if key in self._matching]
        # A view of the source's own order: whoever lets it stand still takes a copy.
        self.rows = Arranged(Joined(above, DIVIDER, below) if below else above, len(above))
