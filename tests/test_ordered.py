"""Ordered keys and the views of them: at every moment what a list made anew would be."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.model.ordered import Backwards, Joined, Ordered

KEYS = tuple("abcdefgh")
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("put"), st.sampled_from(KEYS), st.integers(0, 99)),
        st.tuples(st.just("drop"), st.sampled_from(KEYS), st.just(0)),
        st.tuples(st.just("fill"), st.just(""), st.integers(0, 8)),
    ),
    max_size=40,
)


def same(view: object, expected: list[str]) -> None:
    assert isinstance(view, (Ordered, Backwards, Joined))
    assert list(view) == expected
    assert view == expected
    assert view != [*expected, "more"]
    assert repr(view).endswith(f"({expected!r})")
    assert list(reversed(view)) == expected[::-1]
    assert len(view) == len(expected)
    assert [view[place] for place in range(len(expected))] == expected
    assert [view[-place - 1] for place in range(len(expected))] == expected[::-1]
    assert view[1:5:2] == expected[1:5:2]
    for place, key in enumerate(expected):
        assert view.index(key) == place
        assert key in view
    assert "nowhere" not in view
    with pytest.raises(ValueError, match="nowhere"):
        view.index("nowhere")
    with pytest.raises(IndexError):
        view[len(expected)]


@given(STEPS)
def test_after_any_steps_each_view_is_what_a_list_would_be(
    steps: list[tuple[str, str, int]],
) -> None:
    ordered, ranks = Ordered(), dict[str, tuple[int, str]]()
    other = Ordered()
    other.fill({"x": 2, "y": 1})
    backwards = Backwards(ordered)
    joined = Joined(backwards, "-", other)
    for name, key, number in steps:
        if name == "put":
            ordered.put(key, (number, key))
            ranks[key] = (number, key)
        elif name == "drop":
            ordered.drop(key)
            ranks.pop(key, None)
        else:
            ranks = {one: (place * 7 % 5, one) for place, one in enumerate(KEYS[:number])}
            ordered.fill(ranks)
        expected = sorted(ranks, key=ranks.__getitem__)
        same(ordered, expected)
        same(backwards, expected[::-1])
        same(joined, [*expected[::-1], "-", "y", "x"])


def test_keys_of_the_same_rank_are_found_all_the_same() -> None:
    ordered = Ordered()
    for key in KEYS:
        ordered.put(key, 1)
    assert sorted(ordered) == list(KEYS)
    assert [ordered[ordered.index(key)] for key in KEYS] == list(KEYS)
    ordered.drop("d")
    assert "d" not in ordered
    assert len(ordered) == len(KEYS) - 1


def test_a_part_of_it_can_be_searched_as_in_a_list() -> None:
    ordered = Ordered()
    ordered.fill({key: place for place, key in enumerate(KEYS)})
    assert ordered.index("c", 1, 4) == 2
    for view in (ordered, Backwards(ordered), Joined(ordered, "-", Ordered())):
        with pytest.raises(ValueError, match="part"):
            view.index("a", view.index("a") + 1)


def test_clearing_leaves_nothing_behind() -> None:
    ordered = Ordered()
    ordered.fill({"a": 1})
    ordered.clear()
    assert list(ordered) == []
    assert ordered.rank_of("a") is None
