"""Ordering: by what each column is sorted; unknown last both ways, time never turns it."""

from __future__ import annotations

import pytest
from console_values import in_memory, on_disk
from hypothesis import given
from hypothesis import strategies as st

from console.model.facts import Facts, facts_of
from console.model.ordering import COLUMNS, TROUBLE_FIRST, rank_by
from tracker import SessionState, Verdict

A = facts_of(
    "a", "Alpha", in_memory("Alpha", 300, recency=3, seq=2, state=SessionState(
        bands=1 << 20, thresholds=1 << 80, edit_writes=2, guards=1, last_checkpoint_ms=9)),
    on_disk("Z", "Alpha", seq=1, last_trigger="compact", checkpoints=1, file_bytes=10),
)  # fmt: skip
B = facts_of(
    "b", "beta", in_memory("beta", 100, recency=1, seq=1, dirty_fields=("prior_score",),
        state=SessionState(bands=1 << 50, thresholds=1 << 80 | 1 << 40, edit_writes=2,
        edited_files=("f",), guards=3, milestones=("pre-fanout",), last_checkpoint_ms=7)),
    on_disk("Y", "beta", last_trigger="Quality-40", checkpoints=30, file_bytes=5),
)  # fmt: skip
NEW = facts_of("c", "gamma", in_memory("gamma", 200, recency=2), None)
REFUSED = facts_of("d", "delta", None, on_disk("X", "delta", state=None, trouble="unsafe"))
ROWS = (A, B, NEW, REFUSED)


def order(column: str, is_reversed: bool = False) -> str:
    """The keys of ROWS as they would be shown."""
    return "".join(
        facts.key for facts in sorted(ROWS, key=rank_by(column, is_reversed), reverse=is_reversed)
    )


CASES = [
    ("position", "acbd", "bcad"),
    ("session", "abdc", "cdba"),
    ("folder", "dbac", "abdc"),
    ("idle", "acbd", "bcad"),
    ("verdict", "dbca", "acbd"),
    ("bands", "cabd", "bacd"),
    ("quality", "cabd", "bacd"),
    ("milestones", "acbd", "bcad"),
    ("guards", "cabd", "bacd"),
    ("edits", "cabd", "bacd"),
    ("trigger", "abcd", "badc"),
    ("time", "bacd", "abdc"),
    ("checkpoints", "dabc", "badc"),
    ("bytes", "dbac", "abdc"),
]
"""Columns, and the keys of ROWS from the smallest value and from the largest."""


@pytest.mark.parametrize(("column", "upward", "downward"), CASES)
def test_rows_are_sorted_by_what_a_column_shows_and_unknown_ones_are_last_both_ways(
    column: str, upward: str, downward: str
) -> None:
    assert order(column) == upward
    assert order(column, True) == downward


def test_every_column_has_its_order_tested() -> None:
    assert {column for column, _, _ in CASES} == COLUMNS


def test_every_verdict_has_its_place() -> None:
    assert sorted(TROUBLE_FIRST) == sorted(Verdict)


def test_a_column_that_has_no_order_is_refused_with_the_nearest() -> None:
    with pytest.raises(ValueError, match="did you mean verdict"):
        rank_by("vredict", False)


@given(st.sampled_from(sorted(COLUMNS)), st.booleans(),
       st.permutations(ROWS).map(lambda rows: rows[:2]))  # fmt: skip
def test_no_two_rows_have_one_rank_and_any_two_compare(
    column: str, is_reversed: bool, pair: list[Facts]
) -> None:
    first, second = map(rank_by(column, is_reversed), pair)
    assert (first < second) != (second < first)
