"""A drill that is asked for: what was typed becomes an order, or words that say what is wrong."""

from __future__ import annotations

from typing import Any

import pytest
from feeds import NOW_MS
from msgspec.structs import replace

from console.model.drilling import DrillOrder, live_ids, order_of, order_words, report_stem
from tracker import drill_wave


def ordered(plan: Any = "restore", which: Any = "all", **options: Any) -> DrillOrder:
    return order_of(plan, which, **{"count_text": "10", "seed_text": "1", **options})


@pytest.mark.parametrize(
    ("order", "expected"),
    [
        (ordered(), DrillOrder()),
        (ordered(which="coldest", count_text=" 3 "), DrillOrder(count=3)),
        (ordered(which="chosen", chosen=("a",)), DrillOrder(sessions=("a",))),
        (ordered("wave", "chosen", chosen=("a",)), DrillOrder("wave")),
        (ordered("all", "coldest"), DrillOrder("all", count=10)),
        (ordered(seed_text="-12"), DrillOrder(seed=-12)),
        (ordered(is_live=True), DrillOrder(is_live=True)),
    ],
)
def test_what_was_chosen_becomes_an_order(order: DrillOrder, expected: DrillOrder) -> None:
    assert order == expected


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"seed_text": "1.5"}, "is no seed"),
        ({"seed_text": "١"}, "is no seed"),
        ({"seed_text": "9" * 19}, "is no seed"),
        ({"which": "coldest", "count_text": "0"}, "is no number of sessions"),
        ({"which": "coldest", "count_text": "²"}, "is no number of sessions"),
        ({"plan": "wave", "is_live": True}, "restore plan only"),
        ({"plan": "all", "is_live": True}, "restore plan only"),
    ],
)
def test_what_makes_no_drill_is_said(options: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        ordered(**options)


def test_a_live_drill_takes_all_in_memory_the_coldest_of_them_or_those_chosen() -> None:
    oldest_first = ("old", "mid", "new")
    assert live_ids(DrillOrder(is_live=True), oldest_first) == oldest_first
    assert live_ids(DrillOrder(is_live=True, count=2), oldest_first) == ("old", "mid")
    assert live_ids(DrillOrder(is_live=True, sessions=("x",)), oldest_first) == ("x",)


def test_an_order_is_told_in_a_line() -> None:
    assert order_words(DrillOrder()) == "restore, on a scratch copy, seed 1"
    words = order_words(DrillOrder("all", count=1, seed=7))
    assert words == "all plans, the 1 coldest session, on a scratch copy, seed 7"
    words = order_words(DrillOrder(sessions=("a", "b"), is_live=True))
    assert words == "restore, 2 chosen sessions, live, seed 1"


def test_a_report_is_called_for_its_time_and_plan_in_letters_any_disk_takes() -> None:
    report = replace(drill_wave(sessions=4, capacity=2), started_ms=NOW_MS)
    assert report_stem(DrillOrder("all"), [report], 42) == "2026-11-22T01-13-20.000Z-all-42"
