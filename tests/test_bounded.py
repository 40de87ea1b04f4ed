"""The bounded containers, against a model and against the acceptance of DESIGN.md, section 4."""

from __future__ import annotations

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from tracker import BoundedMap, BoundedSet, CapacityError

KEYS = st.integers(0, 9)
CAPACITIES = st.integers(1, 6)


class MapMachine(RuleBasedStateMachine):
    """A BoundedMap beside a list of pairs, oldest first."""

    @initialize(capacity=CAPACITIES)
    def start(self, capacity: int) -> None:
        self.dropped: list[tuple[int, int]] = []
        self.map: BoundedMap[int, int] = BoundedMap(
            capacity, on_evict=lambda key, value: self.dropped.append((key, value))
        )
        self.pairs: list[tuple[int, int]] = []
        self.expected: list[tuple[int, int]] = []
        self.capacity = capacity

    def shrink(self) -> None:
        excess = max(len(self.pairs) - self.capacity, 0)
        self.expected += self.pairs[:excess]
        del self.pairs[:excess]

    @rule(key=KEYS, value=st.integers())
    def assign(self, key: int, value: int) -> None:
        self.map[key] = value
        self.pairs = [pair for pair in self.pairs if pair[0] != key] + [(key, value)]
        self.shrink()

    @rule(key=KEYS)
    def touch(self, key: int) -> None:
        held = dict(self.pairs)
        if key not in held:
            with pytest.raises(KeyError):
                self.map.touch(key)
            return
        self.map.touch(key)
        self.pairs = [pair for pair in self.pairs if pair[0] != key] + [(key, held[key])]

    @rule(key=KEYS)
    def read(self, key: int) -> None:
        assert self.map.get(key) == dict(self.pairs).get(key)
        assert (key in self.map) == (key in dict(self.pairs))

    @rule(key=KEYS)
    def remove(self, key: int) -> None:
        self.map.pop(key, None)
        self.pairs = [pair for pair in self.pairs if pair[0] != key]

    @rule(capacity=CAPACITIES)
    def resize(self, capacity: int) -> None:
        self.map.capacity = self.capacity = capacity
        self.shrink()

    @invariant()
    def agrees_with_the_model(self) -> None:
        assert list(self.map.items()) == self.pairs
        assert len(self.map) == len(self.pairs) <= self.map.capacity == self.capacity
        assert self.map.coldest(2) == tuple(key for key, _ in self.pairs[:2])
        assert self.dropped == self.expected


class SetMachine(RuleBasedStateMachine):
    """A BoundedSet beside a list, in order of the first add."""

    @initialize(capacity=CAPACITIES)
    def start(self, capacity: int) -> None:
        self.set: BoundedSet[int] = BoundedSet(capacity)
        self.keys: list[int] = []
        self.capacity = capacity

    @rule(key=KEYS)
    def add(self, key: int) -> None:
        assert self.set.add(key) == (key not in self.keys)
        if key not in self.keys:
            self.keys = [*self.keys, key][-self.capacity :]

    @rule(key=KEYS)
    def discard(self, key: int) -> None:
        self.set.discard(key)
        self.keys = [one for one in self.keys if one != key]

    @precondition(lambda self: self.keys)
    @rule(capacity=CAPACITIES)
    def resize(self, capacity: int) -> None:
        self.set.capacity = self.capacity = capacity
        self.keys = self.keys[-capacity:]

    @invariant()
    def agrees_with_the_model(self) -> None:
        assert list(self.set) == self.keys
        assert len(self.set) == len(self.keys) <= self.set.capacity == self.capacity
        assert all((key in self.set) == (key in self.keys) for key in range(10))


TestMap = MapMachine.TestCase
TestSet = SetMachine.TestCase


def test_of_2500_keys_a_map_of_2000_keeps_the_newest_and_a_refreshed_one_survives_a_wave() -> None:
    bounded: BoundedMap[int, str] = BoundedMap(2_000)
    for key in range(2_500):
        bounded[key] = "first"
    assert len(bounded) == 2_000
    assert list(bounded) == list(range(500, 2_500))
    bounded[500] = "refreshed"
    bounded.touch(501)
    for key in range(2_500, 4_498):
        bounded[key] = "wave"
    assert bounded[500] == "refreshed"
    assert 501 in bounded
    assert 502 not in bounded
    assert len(bounded) == 2_000


def test_of_2500_keys_a_set_of_2000_keeps_the_newest_and_a_readded_one_survives_a_wave() -> None:
    bounded: BoundedSet[int] = BoundedSet(2_000)
    assert all(bounded.add(key) for key in range(2_500))
    assert list(bounded) == list(range(500, 2_500))
    bounded.discard(500)
    assert bounded.add(500)
    for key in range(2_500, 4_499):
        bounded.add(key)
    assert 500 in bounded
    assert 501 not in bounded
    assert len(bounded) == 2_000


def test_adding_again_does_not_refresh_a_key_of_a_fire_once_set() -> None:
    bounded: BoundedSet[str] = BoundedSet(2)
    assert bounded.add("fired")
    assert bounded.add("other")
    assert not bounded.add("fired")
    assert bounded.add("third")
    assert list(bounded) == ["other", "third"]


def test_reading_and_listing_a_map_moves_nothing() -> None:
    bounded = BoundedMap[str, int](3)
    bounded.update(a=1, b=2, c=3)
    assert (bounded["a"], bounded.get("b"), "c" in bounded) == (1, 2, True)
    assert bounded.setdefault("a", 9) == 1
    assert list(bounded) == ["a", "b", "c"]
    assert bounded.coldest(-1) == ()
    assert bounded == {"a": 1, "b": 2, "c": 3}


def test_the_bound_holds_whatever_the_eviction_callback_raises() -> None:
    def refuse(key: int, value: int) -> None:
        raise ValueError(key)

    bounded: BoundedMap[int, int] = BoundedMap(5, on_evict=refuse)
    for key in range(5):
        bounded[key] = key
    with pytest.raises(ValueError, match="0"):
        bounded.capacity = 2
    assert list(bounded) == [3, 4]
    with pytest.raises(ValueError, match="3"):
        bounded[5] = 5
    assert list(bounded) == [4, 5]


def test_a_bounded_set_takes_part_in_set_algebra() -> None:
    bounded: BoundedSet[int] = BoundedSet(3)
    for key in (1, 2, 3):
        bounded.add(key)
    assert bounded == {1, 2, 3}
    assert bounded & {2, 9} == {2}
    assert bounded | {9} == {1, 2, 3, 9}
    assert bounded - {1} == {2, 3}
    assert bounded <= {1, 2, 3, 4}


@pytest.mark.parametrize("capacity", [0, -1, 1.5, True, "2", None])
def test_a_capacity_that_is_no_whole_number_of_at_least_1_is_refused(capacity: object) -> None:
    for make in (BoundedMap, BoundedSet):
        with pytest.raises(CapacityError, match="at least 1"):
            make(capacity)  # type: ignore[arg-type]
        held = make(1)
        with pytest.raises(CapacityError):
            held.capacity = capacity  # type: ignore[assignment]
        assert held.capacity == 1


def test_a_container_says_how_full_it_is() -> None:
    bounded: BoundedSet[int] = BoundedSet(3)
    bounded.add(1)
    assert repr(bounded) == "BoundedSet(1 of 3)"
    assert repr(BoundedMap(3)) == "BoundedMap(0 of 3)"
