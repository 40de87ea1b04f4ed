"""Event rows: which happenings are shown, the newest first, filtered, and standing still on demand.

While they stand still, what happens meanwhile is only counted; the chronicle keeps it. Rows that
are shown stay, even those that the chronicle forgets in the meantime.

Cost: what is new, but for a new filter, which is asked about all there is.
"""

from __future__ import annotations

from collections.abc import Iterable

from console.model.chronicle import Chronicle
from console.model.filtering import EventFilter
from console.model.happenings import Happening


class EventRows:
    """Rows over a chronicle. Keys are happenings' numbers as text.

    Args:
        chronicle: Where they come from.

    Attributes:
        keys: The keys of the rows, the newest first. Another list after every change.
        newer: How many matching happenings came since the rows stand still.
    """

    def __init__(self, chronicle: Chronicle) -> None:
        self.keys: list[str] = []
        self.newer = 0
        self._chronicle = chronicle
        self._filter: EventFilter | None = None
        self._rows: dict[str, Happening] = {}
        self._held: dict[str, None] = {}
        self._kept: tuple[Happening, ...] = ()  # All there was as they began to stand still.
        self._held_at = 0  # The number of the newest of those.
        self._seen = 0

    @property
    def total(self) -> int:
        """How many happenings the filter was asked about."""
        return len(self._kept) if self._held else len(self._chronicle)

    @property
    def is_held(self) -> bool:
        """Whether the rows stand still."""
        return bool(self._held)

    @property
    def lost(self) -> int:
        """How many came since the rows stand still, and are forgotten already."""
        return max(self._chronicle.dropped - self._held_at, 0) if self._held else 0

    def get(self, key: str) -> Happening | None:
        """Returns the happening of a row; None where the key is of none."""
        return self._rows.get(key)

    def is_held_by(self, why: str) -> bool:
        """Whether this is one of the reasons why the rows stand still."""
        return why in self._held

    def take(self) -> None:
        """Takes what happened since the last time."""
        since, self._seen = self._seen, self._chronicle.last_number
        if self._held:
            self.newer += self._count_since(since)
            return
        new = self._matching(self._chronicle.since(since))
        added = {str(one.number): one for one in reversed(new)}
        end = len(self.keys)
        while end and self._rows[self.keys[end - 1]].number <= self._chronicle.dropped:
            end -= 1
            del self._rows[self.keys[end]]
        self._rows |= added
        self.keys = [*added, *self.keys[:end]]

    def set_filter(self, wanted: EventFilter | None) -> None:
        """Shows only what matches from now on; everything where it is None."""
        self._filter = wanted
        if self._held:
            self._show(self._kept)
            self.newer = self._count_since(self._held_at)
        else:
            self._show(self._chronicle)
        self._seen = self._chronicle.last_number

    def hold(self, why: str) -> None:
        """Lets the rows stand still, until every reason for it has ended."""
        if not self._held:
            self.take()
            self._kept, self._held_at = tuple(self._chronicle), self._chronicle.last_number
        self._held[why] = None

    def let_go(self, why: str) -> None:
        """Ends a reason to stand still; after the last one, what came meanwhile is shown."""
        if why in self._held:
            del self._held[why]
            if not self._held:
                self._kept, self.newer = (), 0
                self.set_filter(self._filter)

    def _show(self, happenings: Iterable[Happening]) -> None:
        matching = self._matching(happenings)
        self._rows = {str(one.number): one for one in reversed(matching)}
        self.keys = list(self._rows)

    def _count_since(self, number: int) -> int:
        """Returns how many came after a number; with a filter, of those that aren't forgotten."""
        if self._filter is None:
            return self._chronicle.last_number - number
        return len(self._matching(self._chronicle.since(number)))

    def _matching(self, happenings: Iterable[Happening]) -> list[Happening]:
        wanted = self._filter
        if wanted is None:
            return list(happenings)
        return [one for one in happenings if wanted.matches(one)]
