"""Marks: the rows somebody chose to act on, by key, in the order they were marked.

A mark belongs to a key, not to a place: it stays as rows move, are filtered away or vanish, until
it is taken away.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence


class Marks:
    """The keys that are marked."""

    def __init__(self) -> None:
        self._keys: dict[str, None] = {}

    def __len__(self) -> int:
        return len(self._keys)

    def __iter__(self) -> Iterator[str]:
        return iter(self._keys)

    def __contains__(self, key: object) -> bool:
        return key in self._keys

    def toggle(self, key: str) -> bool:
        """Marks a key, or unmarks it; whether it is marked now."""
        if key in self._keys:
            del self._keys[key]
            return False
        self._keys[key] = None
        return True

    def add(self, keys: Iterable[str]) -> None:
        """Marks keys; those that are marked keep their place."""
        self._keys.update(dict.fromkeys(keys))

    def add_range(self, rows: Sequence[str], first: str, last: str) -> None:
        """Marks the rows from one key to another, both included, whichever stands above.

        Where only one of the two is among the rows, that one alone; where neither is, none.
        """
        places = [rows.index(key) for key in (first, last) if key in rows]
        if places:
            self.add(rows[min(places) : max(places) + 1])

    def discard(self, keys: Iterable[str]) -> None:
        """Unmarks keys; those that aren't marked stay so."""
        for key in keys:
            self._keys.pop(key, None)

    def clear(self) -> None:
        """Unmarks all."""
        self._keys.clear()
