"""Foresight: who goes next and when, and what another capacity would come to."""

from __future__ import annotations

import pytest
from conftest import Open
from console_values import in_memory
from feeds import NOW_MS, Clock, edit, turn
from hypothesis import given
from hypothesis import strategies as st

from console.model.foresight import FAR_MS, Victim, WhatIf, next_victims, what_if
from tracker import CapacityError, TrackedSession


@pytest.mark.parametrize(
    ("rate", "room", "etas"),
    [
        (1.0, 0, (1_000, 2_000, 3_000)),
        (1.0, 2, (3_000, 4_000, 5_000)),
        (0.5, 0, (2_000, 4_000, 6_000)),
        (3.0, 0, (333, 667, 1_000)),
        (0.0, 0, (None, None, None)),
        (0.0, 5, (None, None, None)),
        (2.0, -1, (0, 500, 1_000)),
        (0.0, -2, (0, 0, None)),
        (1e-9, 0, (None, None, None)),
        (1e-7, 0, (10**10, 2 * 10**10, 3 * 10**10)),
    ],
)
def test_the_oldest_go_one_an_insertion_once_the_room_is_full(
    rate: float, room: int, etas: tuple[int | None, ...]
) -> None:
    victims = next_victims(["a", "b", "c"], rate, room)
    assert victims == tuple(map(Victim, "abc", etas))


def test_where_nobody_can_go_nobody_does() -> None:
    assert next_victims([], 5.0, -3) == ()


@given(st.integers(0, 20), st.floats(0, 1e6), st.integers(-10, 50))
def test_who_goes_later_never_goes_earlier(count: int, rate: float, room: int) -> None:
    etas = [one.eta_ms for one in next_victims([str(at) for at in range(count)], rate, room)]
    known = [eta_ms for eta_ms in etas if eta_ms is not None]
    assert known == sorted(known)
    assert etas[: len(known)] == known
    assert all(0 <= eta_ms <= FAR_MS for eta_ms in known)


def test_an_insertion_evicts_exactly_who_was_foretold(open_owner: Open, clock: Clock) -> None:
    owner = open_owner(capacity=4)
    for name in "abcd":
        owner.handle(edit(name, NOW_MS))
    owner.pin("a")
    owner.handle(edit("b", NOW_MS))
    room = owner.capacity - len(owner)
    unpinned = [one.session for one in owner.coldest(9)]
    first, second, third = (one.session for one in next_victims(unpinned, 1.0, room))
    owner.handle(edit("e", NOW_MS))
    assert first not in owner
    assert second in owner
    owner.handle(edit("f", NOW_MS))
    assert second not in owner
    assert third in owner


def sessions(*names: str) -> tuple[TrackedSession, ...]:
    """Sessions, the oldest first; `*` after a name is pinned, `+` dirty."""
    return tuple(
        in_memory(
            name.strip("*+"),
            recency=place,
            is_pinned="*" in name,
            dirty_fields=("edit_writes",) if "+" in name else (),
        )
        for place, name in enumerate(names)
    )


@pytest.mark.parametrize(
    ("capacity", "names", "evicted", "dirty"),
    [
        (3, ("a", "b", "c"), (), 0),
        (9, ("a", "b", "c"), (), 0),
        (2, ("a+", "b+", "c+"), ("a",), 1),
        (1, ("a", "b+", "c+"), ("a", "b"), 1),
        (2, ("a*", "b", "c+"), ("b",), 0),
        (2, ("a+", "b", "c*", "d+"), ("a", "b"), 1),
        (1, (), (), 0),
    ],
)
def test_with_less_room_the_oldest_that_are_not_pinned_go(
    capacity: int, names: tuple[str, ...], evicted: tuple[str, ...], dirty: int
) -> None:
    tracked = sessions(*names)
    expected = WhatIf(capacity, len(names), evicted, dirty, sum("*" in name for name in names))
    assert what_if(capacity, tracked) == expected
    assert what_if(capacity, tracked[::-1]) == expected


@pytest.mark.parametrize(
    ("capacity", "words"),
    [
        (0, "at least 1, not 0"),
        (-3, "at least 1, not -3"),
        (2, "leaves no room beside 2 pinned"),
        (1, "capacity 1 leaves no room"),
    ],
)
def test_a_capacity_the_tracker_would_refuse_evicts_nobody_and_says_why(
    capacity: int, words: str
) -> None:
    found = what_if(capacity, sessions("a*", "b*", "c+"))
    assert words in found.problem
    assert (found.evicted_ids, found.dirty, found.pinned) == ((), 0, 2)


@pytest.mark.parametrize("capacity", range(8))
def test_the_tracker_does_what_was_foretold(capacity: int, open_owner: Open) -> None:
    owner = open_owner(capacity=9)
    for number, name in enumerate("abcdefg"):
        owner.handle(turn(name, NOW_MS))
        if number % 2:
            owner.handle(edit(name, NOW_MS))
    owner.pin("b")
    owner.touch("a")
    found = what_if(capacity, owner.sessions())
    assert found.dirty == sum(
        bool(one.dirty_fields) for one in owner.sessions() if one.session in found.evicted_ids
    )
    before = set(owner)
    if found.problem:
        with pytest.raises(CapacityError):
            owner.set_capacity(capacity)
        assert set(owner) == before
        return
    owner.set_capacity(capacity)
    assert before - set(owner) == set(found.evicted_ids)
