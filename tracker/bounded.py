"""Bounded containers: a map whose update refreshes recency, and a fire-once set whose add does not.

Small enough to be reused by a host for its own per-session collections:

    seen = BoundedSet[str](2_000)          # "have I said this in this session?"
    if seen.add(session_id):
        say_it()
    cache = BoundedMap[str, Result](2_000, on_evict=lambda key, value: value.close())
    cache[session_id] = result             # a new or changed key becomes the newest

Both drop their oldest key when a new one would exceed the capacity, and never the one just added.
Neither is safe for several threads at once; guard them as you would a dict.

Source: DESIGN.md, section 4 (acceptance: 2,500 insertions at capacity 2,000).
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator, MutableMapping, Set
from itertools import islice
from typing import Generic, TypeVar

from tracker.errors import CapacityError

K = TypeVar("K")
V = TypeVar("V")
T = TypeVar("T")


def check_capacity(capacity: int) -> int:
    """Returns `capacity`; raises CapacityError where it isn't a whole number of at least 1."""
    if capacity.__class__ is not int or capacity < 1:
        raise CapacityError(f"a capacity is a whole number of at least 1, not {capacity!r}")
    return capacity


class BoundedMap(MutableMapping[K, V]):
    """A mapping of at most `capacity` keys in recency order.

    The life of a key: assigned, it is the newest. Assigned or touched again, it is the newest
    again. Read, it stays where it is. When a new key would be one too many, the oldest goes.

    Args:
        capacity: The most keys held, at least 1.
        on_evict: Called with the key and value of each entry dropped for the bound, after the fact.

    Raises:
        CapacityError: If the capacity isn't a whole number of at least 1.
    """

    __slots__ = ("_capacity", "_entries", "_on_evict")

    def __init__(self, capacity: int, *, on_evict: Callable[[K, V], object] | None = None) -> None:
        self._capacity = check_capacity(capacity)
        self._entries: OrderedDict[K, V] = OrderedDict()
        self._on_evict = on_evict

    @property
    def capacity(self) -> int:
        """The most keys held. Set lower, it drops the oldest down to it."""
        return self._capacity

    @capacity.setter
    def capacity(self, capacity: int) -> None:
        self._capacity = check_capacity(capacity)
        self._shrink()

    def __setitem__(self, key: K, value: V) -> None:
        self._entries[key] = value
        self._entries.move_to_end(key)
        self._shrink()

    def __getitem__(self, key: K) -> V:
        """Reads a value without moving its key."""
        return self._entries[key]

    def __delitem__(self, key: K) -> None:
        del self._entries[key]

    def __contains__(self, key: object) -> bool:
        return key in self._entries

    def __iter__(self) -> Iterator[K]:
        """Iterates from the oldest to the newest, moving nothing."""
        return iter(self._entries)

    def __len__(self) -> int:
        return len(self._entries)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({len(self)} of {self._capacity})"

    def touch(self, key: K) -> None:
        """Makes a key the newest. Raises KeyError where it isn't held."""
        self._entries.move_to_end(key)

    def coldest(self, count: int) -> tuple[K, ...]:
        """Returns the `count` keys that would go next, oldest first, moving nothing."""
        return tuple(islice(self._entries, max(count, 0)))

    def _shrink(self) -> None:
        excess = max(len(self._entries) - self._capacity, 0)
        dropped = [self._entries.popitem(last=False) for _ in range(excess)]
        if self._on_evict is not None:
            for key, value in dropped:
                self._on_evict(key, value)


class BoundedSet(Set[K], Generic[K]):
    """A fire-once set of at most `capacity` keys, in order of their first `add`.

    The life of a key: added, it is the newest. Added again, it stays where it is, so a key that is
    asked for all the time ages like any other. When a new key would be one too many, the oldest
    goes.

    Args:
        capacity: The most keys held, at least 1.

    Raises:
        CapacityError: If the capacity isn't a whole number of at least 1.
    """

    __slots__ = ("_capacity", "_keys")

    def __init__(self, capacity: int) -> None:
        self._capacity = check_capacity(capacity)
        self._keys: OrderedDict[K, None] = OrderedDict()

    @property
    def capacity(self) -> int:
        """The most keys held. Set lower, it drops the oldest down to it."""
        return self._capacity

    @capacity.setter
    def capacity(self, capacity: int) -> None:
        self._capacity = check_capacity(capacity)
        self._shrink()

    def add(self, key: K) -> bool:
        """Adds a key; returns whether it was not held, that is, whether this is the first time."""
        if key in self._keys:
            return False
        self._keys[key] = None
        self._shrink()
        return True

    def discard(self, key: K) -> None:
        """Removes a key where it is held, so that it can fire again."""
        self._keys.pop(key, None)

    def __contains__(self, key: object) -> bool:
        return key in self._keys

    def __iter__(self) -> Iterator[K]:
        """Iterates from the oldest to the newest."""
        return iter(self._keys)

    def __len__(self) -> int:
        return len(self._keys)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({len(self)} of {self._capacity})"

    @classmethod
    def _from_iterable(cls, it: Iterable[T]) -> set[T]:
        # The result of `&`, `|` and `-`: a plain set, for it has no capacity of its own.
        return set(it)

    def _shrink(self) -> None:
        while len(self._keys) > self._capacity:
            self._keys.popitem(last=False)
