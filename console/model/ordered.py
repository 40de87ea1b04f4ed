"""Keys in the order of their ranks, as a sequence that is changed a few at a time and never copied.

A list of 100,000 keys costs more to copy than all that changes in it between two updates. So views
of the order are handed out instead, and whoever wants it to stand still takes a copy.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, overload


class Keys(Sequence[str]):
    """A sequence of keys that equals any other sequence of the same ones."""

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and list(self) == list(other)

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"{type(self).__name__}({list(self)!r})"


class Ordered(Keys):
    """Keys, smallest rank first; of each there is one.

    Ranks are anything that compares, but not None. Of keys with the same rank the last put is last.

    Cost: a change is a search, and a shift of what lies behind. A look by place costs nothing, one
    by key a search.
    """

    def __init__(self) -> None:
        self._keys: list[str] = []
        self._ranks: list[Any] = []
        self._rank_of: dict[str, Any] = {}

    def put(self, key: str, rank: Any) -> None:
        """Gives a key a rank, whether or not it had one."""
        known = self._rank_of.get(key)
        if known is not None:
            if known == rank:
                return
            self.drop(key)
        if not self._ranks or self._ranks[-1] < rank:
            self._ranks.append(rank)
            self._keys.append(key)
        else:
            place = bisect_right(self._ranks, rank)
            self._ranks.insert(place, rank)
            self._keys.insert(place, key)
        self._rank_of[key] = rank

    def drop(self, key: str) -> None:
        """Takes a key out; nothing happens where it isn't in."""
        if key in self._rank_of:
            place = self.index(key)
            del self._keys[place], self._ranks[place], self._rank_of[key]

    def fill(self, ranks: Mapping[str, Any]) -> None:
        """Takes other keys, all at once. Cost: a sort."""
        self._rank_of = dict(ranks)
        self._keys = sorted(self._rank_of, key=self._rank_of.__getitem__)
        self._ranks = [self._rank_of[key] for key in self._keys]

    def clear(self) -> None:
        """Takes all out."""
        self.fill({})

    def rank_of(self, key: str) -> Any:
        """Returns a key's rank; None where it isn't in."""
        return self._rank_of.get(key)

    def __len__(self) -> int:
        return len(self._keys)

    def __contains__(self, key: object) -> bool:
        return key in self._rank_of

    def __iter__(self) -> Iterator[str]:
        return iter(self._keys)

    def __reversed__(self) -> Iterator[str]:
        return reversed(self._keys)

    @overload
    def __getitem__(self, place: int) -> str: ...
    @overload
    def __getitem__(self, place: slice) -> list[str]: ...
    def __getitem__(self, place: int | slice) -> str | list[str]:
        return self._keys[place]

    def index(self, key: str, start: int = 0, stop: int | None = None) -> int:
        """Returns a key's place. Raises ValueError where it isn't in, or not in that part."""
        rank = self._rank_of.get(key)
        if rank is None:
            raise ValueError(f"{key!r} is not in it")
        place = bisect_left(self._ranks, rank)
        while self._keys[place] != key:  # Where others have the same rank.
            place += 1
        if not start <= place < (len(self) if stop is None else stop):
            raise ValueError(f"{key!r} is not in that part")
        return place


class Backwards(Keys):
    """Another sequence from its end to its beginning, as it is at every moment."""

    def __init__(self, forwards: Sequence[str]) -> None:
        self._forwards = forwards

    def __len__(self) -> int:
        return len(self._forwards)

    def __contains__(self, key: object) -> bool:
        return key in self._forwards

    def __iter__(self) -> Iterator[str]:
        return reversed(self._forwards)

    def __reversed__(self) -> Iterator[str]:
        return iter(self._forwards)

    @overload
    def __getitem__(self, place: int) -> str: ...
    @overload
    def __getitem__(self, place: slice) -> list[str]: ...
    def __getitem__(self, place: int | slice) -> str | list[str]:
        if isinstance(place, slice):
            return [self[one] for one in range(*place.indices(len(self)))]
        if not -len(self) <= place < len(self):
            raise IndexError(place)
        return self._forwards[-place - 1]

    def index(self, key: str, start: int = 0, stop: int | None = None) -> int:
        """Returns a key's place. Raises ValueError where it isn't in, or not in that part."""
        place = len(self) - 1 - self._forwards.index(key)
        if not start <= place < (len(self) if stop is None else stop):
            raise ValueError(f"{key!r} is not in that part")
        return place


class Joined(Keys):
    """Two sequences with a key of its own between them, as they are at every moment.

    Args:
        above: The first.
        between: The key between them; it is in neither.
        below: The second.
    """

    def __init__(self, above: Sequence[str], between: str, below: Sequence[str]) -> None:
        self._above, self._between, self._below = above, between, below

    def __len__(self) -> int:
        return len(self._above) + 1 + len(self._below)

    def __contains__(self, key: object) -> bool:
        return key == self._between or key in self._above or key in self._below

    def __iter__(self) -> Iterator[str]:
        yield from self._above
        yield self._between
        yield from self._below

    @overload
    def __getitem__(self, place: int) -> str: ...
    @overload
    def __getitem__(self, place: slice) -> list[str]: ...
    def __getitem__(self, place: int | slice) -> str | list[str]:
        if isinstance(place, slice):
            return [self[one] for one in range(*place.indices(len(self)))]
        if not -len(self) <= place < len(self):
            raise IndexError(place)
        place %= len(self)
        above = len(self._above)
        if place < above:
            return self._above[place]
        return self._between if place == above else self._below[place - above - 1]

    def index(self, key: str, start: int = 0, stop: int | None = None) -> int:
        """Returns a key's place. Raises ValueError where it isn't in, or not in that part."""
        above = len(self._above)
        if key == self._between:
            place = above
        elif key in self._above:
            place = self._above.index(key)
        else:
            place = above + 1 + self._below.index(key)
        if not start <= place < (len(self) if stop is None else stop):
            raise ValueError(f"{key!r} is not in that part")
        return place
