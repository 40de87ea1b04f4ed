"""The roster: what a table shows of a selection. Rows come, go and move as they do there, until
something holds them: a freeze, a dialog, a mark.

While rows are held, no row comes, goes or moves; what would be new is counted. A filter or an order
that somebody asks for is shown all the same, and stands then. Rows that vanish meanwhile stay. A
table without rows has none that could move, and takes its first.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import chain
from typing import ClassVar, Final

from console.model.filtering import Filter
from console.model.marks import Marks
from console.model.ordering import COLUMNS
from console.model.selection import DIVIDER, Arranged, Selection, Source

__all__ = ["DIVIDER", "Roster", "Source"]

FROZEN: Final = "frozen"


class Roster:
    """The rows of one table.

    Args:
        source: Where they come from.

    Attributes:
        COLUMNS: What it can be sorted by.
        marks: The keys that are marked, in the order they were; changed through the roster alone.
    """

    COLUMNS: ClassVar[frozenset[str]] = COLUMNS

    def __init__(self, source: Source) -> None:
        self.marks = Marks()
        self._source = source
        self._selection = Selection(source)
        self._shown = Arranged()
        self._shown_keys: set[str] | None = None
        self._holds: set[str] = set()

    # -- what is shown --------------------------------------------------------------------------

    @property
    def rows(self) -> Sequence[str]:
        """The keys to show, in order; DIVIDER once, where there is a part below it."""
        return self._shown.keys

    @property
    def parts(self) -> tuple[Sequence[str], Sequence[str]]:
        """The rows above the divider and those below. Sorted by a column there is one part."""
        return self._shown.parts

    @property
    def shown(self) -> int:
        """How many rows are shown, the divider not counted."""
        return len(self._shown)

    @property
    def total(self) -> int:
        """How many rows there are, whether or not the filter lets them through."""
        return self._selection.total

    @property
    def is_natural(self) -> bool:
        """Whether what is shown is all rows in their natural order, as of the last update."""
        return self._selection.is_plain and self._shown is self._selection.rows

    @property
    def filter(self) -> Filter | None:
        """The filter; None for none."""
        return self._selection.filter

    @property
    def sort(self) -> tuple[str | None, bool]:
        """The column rows are sorted by, None for the natural order; whether that is reversed."""
        return self._selection.sort

    def set_filter(self, wanted: Filter | None) -> None:
        """Shows only the rows that match, at once; None, or an empty filter, shows all.

        Cost: every row is looked at, unless it is the filter it has.
        """
        if self._selection.set_filter(wanted):
            self.catch_up()

    def sort_by(self, column: str | None, is_reversed: bool = False) -> None:
        """Sorts by a column, at once; None goes back to the natural order.

        Args:
            column: One of COLUMNS, or None.
            is_reversed: Whether the largest stands first.

        Raises:
            ValueError: If there is no order by it; what is shown stays.

        Cost: every row is looked at, unless it is the order it has.
        """
        if self._selection.sort_by(column, is_reversed):
            self.catch_up()

    def update(self, changed: Iterable[str] | None, now_ms: int) -> None:
        """Takes what changed.

        Args:
            changed: Keys of rows that came, went or changed since the last update; None for all,
                and whenever an update was missed.
            now_ms: The time now, Unix ms.

        Cost: the facts of what changed, where there is a filter or an order; a copy of the rows.
        """
        self._selection.update(changed, now_ms)
        self._show_unless_held()

    # -- standing still -------------------------------------------------------------------------

    @property
    def is_frozen(self) -> bool:
        """Whether it was frozen by `freeze`."""
        return FROZEN in self._holds

    @property
    def is_held(self) -> bool:
        """Whether rows stand still, for whatever reason."""
        return bool(self._holds or self.marks)

    @property
    def waiting(self) -> int:
        """How many rows there are that would be shown if nothing held them back.

        Cost: one pass over the rows, while they stand still.
        """
        wanted = self._selection.rows
        if self._shown is wanted:
            return 0
        shown_keys = self._shown_set()
        return sum(key not in shown_keys for key in wanted.keys if key != DIVIDER)

    def freeze(self) -> None:
        """Lets rows stand still until `thaw`."""
        self.hold(FROZEN)

    def thaw(self) -> None:
        """Ends the freeze."""
        self.let_go(FROZEN)

    def hold(self, reason: str) -> None:
        """Lets rows stand still until `let_go` is called with the same reason."""
        self._stand()
        self._holds.add(reason)

    def let_go(self, reason: str) -> None:
        """Ends a hold; when the last one ends, the rows are shown as of the last update."""
        self._holds.discard(reason)
        self._show_unless_held()

    def catch_up(self) -> None:
        """Shows the rows as of the last update, though they are held; they stand again then."""
        self._shown = self._selection.rows
        self._shown_keys = None
        if self.is_held:
            self._shown = self._shown.standing()

    # -- marks ----------------------------------------------------------------------------------

    def is_marked(self, key: str) -> bool:
        """Whether a row is marked."""
        return key in self.marks

    def toggle(self, key: str) -> bool:
        """Marks a row, or unmarks it; whether it is marked now."""
        self._stand()
        is_marked = key != DIVIDER and self.marks.toggle(key)
        self._show_unless_held()
        return is_marked

    def unmark(self, keys: Iterable[str]) -> None:
        """Takes the marks of rows away."""
        self._stand()
        self.marks.discard(keys)
        self._show_unless_held()

    def mark_range(self, first: str, last: str) -> None:
        """Marks the rows shown from one key to another; see `Marks.add_range`."""
        self._stand()
        self.marks.add_range(self.rows, first, last)
        self.marks.discard((DIVIDER,))

    def mark_all(self) -> None:
        """Marks all rows shown; where all of them are marked, unmarks them."""
        self._stand()
        keys = [key for key in self.rows if key != DIVIDER]
        if all(key in self.marks for key in keys):
            self.marks.discard(keys)
        else:
            self.marks.add(keys)
        self._show_unless_held()

    def mark_many(self, keys: Iterable[str]) -> None:
        """Marks rows, whether or not they are shown."""
        self._stand()
        self.marks.add(key for key in keys if key != DIVIDER)

    def clear_marks(self) -> None:
        """Unmarks all rows."""
        self.marks.clear()
        self._show_unless_held()

    def missing_marks(self) -> tuple[str, ...]:
        """Returns the marked keys of which there is no row any more. Cost: one pass over all."""
        known = set(chain(*self._source.parts())) if self.marks else set()
        return tuple(key for key in self.marks if key not in known)

    def hidden_marks(self) -> tuple[str, ...]:
        """Returns the marked keys that aren't shown, whether or not there is a row."""
        shown_keys = self._shown_set()
        return tuple(key for key in self.marks if key not in shown_keys)

    def _stand(self) -> None:
        """Takes a copy of what is shown, which may be the source's own, before it is held."""
        if not self.is_held:
            self._shown = self._shown.standing()

    def _show_unless_held(self) -> None:
        if not self.is_held or not self._shown.keys:
            self.catch_up()

    def _shown_set(self) -> set[str]:
        if self._shown_keys is None:
            self._shown_keys = {*self._shown.keys}
        return self._shown_keys
