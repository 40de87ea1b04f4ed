"""Rows kept in order: equal to sorting them anew, at the cost of what changed."""

from __future__ import annotations

import random
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from console.model.ordering import Rank
from console.model.sorted_rows import FEW, SortedRows

KEYS = [f"k-{number}" for number in range(200)]


class Counted(int):
    """A number that counts how often it is compared."""

    comparisons = 0

    def __lt__(self, other: object) -> bool:
        Counted.comparisons += 1
        return int.__lt__(self, other)  # type: ignore[operator]


def ranks(values: dict[str, Any]) -> dict[str, Rank | None]:
    """Ranks of keys by their values; None goes."""
    return {key: None if value is None else (False, value, key) for key, value in values.items()}


@given(
    st.lists(
        st.dictionaries(st.sampled_from(KEYS), st.none() | st.integers(0, 9), max_size=150),
        max_size=8,
    )
)
def test_any_changes_leave_what_sorting_anew_would(steps: list[dict[str, int | None]]) -> None:
    rows, model = SortedRows(), {}
    for step in steps:
        rows.put(ranks(step))
        model.update(step)
        known = {key: value for key, value in model.items() if value is not None}
        expected = sorted(known, key=lambda key: (known[key], key))
        assert rows.keys(False) == expected
        assert rows.keys(True) == expected[::-1]
        assert len(rows) == len(expected)


def test_a_few_changes_among_many_rows_compare_a_few_ranks() -> None:
    seed = random.Random(3)
    rows = SortedRows()
    names = [f"k-{number}" for number in range(20_000)]
    rows.put(ranks({name: Counted(seed.randrange(10**9)) for name in names}))
    changed = seed.sample(names, FEW)
    Counted.comparisons = 0
    rows.put(ranks({name: Counted(seed.randrange(10**9)) for name in changed}))
    # Two searches a change of 15 steps each, and a sort of the changes.
    assert Counted.comparisons <= FEW * (2 * 15 + 7) * 2
    assert Counted.comparisons > 0


def test_rows_that_change_without_changing_their_rank_cost_nothing() -> None:
    rows = SortedRows()
    rows.put(ranks({name: Counted(place) for place, name in enumerate(KEYS)}))
    before = rows.keys(False)
    Counted.comparisons = 0
    rows.put(ranks({name: Counted(place) for place, name in enumerate(KEYS)}))
    assert Counted.comparisons == 0
    assert rows.keys(False) == before


def test_cleared_rows_are_gone_and_may_come_again() -> None:
    rows = SortedRows()
    rows.put(ranks({"a": 1, "b": 2}))
    rows.clear()
    assert rows.keys(False) == []
    rows.put(ranks({"b": 1}))
    assert rows.keys(False) == ["b"]
