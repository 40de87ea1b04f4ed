"""Marks: chosen by key, in order, kept until they are taken away."""

from __future__ import annotations

import pytest

from console.model.marks import Marks


def test_a_mark_is_set_and_taken_away_by_the_same_key() -> None:
    marks = Marks()
    assert marks.toggle("a")
    assert "a" in marks
    assert not marks.toggle("a")
    assert not marks


def test_marks_keep_the_order_in_which_they_were_set() -> None:
    marks = Marks()
    for key in ("c", "a", "b"):
        marks.toggle(key)
    marks.add(("a", "d"))
    assert list(marks) == ["c", "a", "b", "d"]
    marks.discard(("a", "never"))
    assert list(marks) == ["c", "b", "d"]


@pytest.mark.parametrize(
    ("first", "last", "marked"),
    [("b", "d", "bcd"), ("d", "b", "bcd"), ("c", "c", "c"), ("b", "gone", "b"), ("x", "y", "")],
)
def test_a_range_is_the_rows_between_two_keys_whichever_stands_above(
    first: str, last: str, marked: str
) -> None:
    marks = Marks()
    marks.add_range(list("abcde"), first, last)
    assert "".join(marks) == marked


def test_all_marks_are_taken_away_at_once() -> None:
    marks = Marks()
    marks.add("abc")
    marks.clear()
    assert len(marks) == 0
