"""Happenings in words: everything there is to say of one, and no text that means harm."""

from __future__ import annotations

from typing import Any

import pytest
from console_values import HOSTILE

from console.model.happenings import (
    KIND_TONES,
    Happening,
    HappeningKind,
    happening_cells,
    happening_words,
    load_time,
    logged_words,
)
from tracker import PluginEvent

NOW_MS = 1_795_310_000_000


def happening(kind: HappeningKind = HappeningKind.GUARD, **fields: Any) -> Happening:
    return Happening(**{"number": 1, "at_ms": NOW_MS, "kind": kind, "session": "s", **fields})


@pytest.mark.parametrize(
    ("one", "words"),
    [
        (happening(HappeningKind.INSERTED), ""),
        (happening(HappeningKind.GUARD, detail="nudge"), "nudge"),
        (happening(HappeningKind.CHECKPOINT, detail="quality-80"), "quality-80"),
        (
            happening(HappeningKind.EVICTED, detail="capacity", idle_ms=61_000, age_ms=7_200_000),
            "capacity · idle 1m · in memory 2h",
        ),
        (happening(HappeningKind.REHYDRATED, load_ns=14_400), "loaded in 14 µs"),
        (
            happening(HappeningKind.REHYDRATED, load_ns=1_240_000, why="caught up by 1"),
            "loaded in 1.2 ms · caught up by 1",
        ),
        (happening(HappeningKind.TOUCHED_AFTER_END), "an event came after its end"),
        (happening(HappeningKind.LOAD_FAILED, detail="corrupt", why="torn"), "corrupt · torn"),
        (happening(HappeningKind.SPILL_FAILED, why="disk full"), "disk full"),
        (happening(HappeningKind.RELEASED, why="gone from the disk"), "gone from the disk"),
        (happening(HappeningKind.CAPACITY, count=2_000), "now 2,000"),
        (happening(HappeningKind.OPERATOR, detail="evict", why="done"), "evict · done"),
        (happening(HappeningKind.DIRECTORY, detail="open", why="opened"), "opened"),
        (happening(HappeningKind.TOUCHED, count=1, first_ms=NOW_MS), ""),
        (
            happening(HappeningKind.TOUCHED, count=1_200, first_ms=NOW_MS - 61_000),
            "1,200 times in 1m",
        ),
    ],
)
def test_each_kind_says_what_there_is_to_say(one: Happening, words: str) -> None:
    assert happening_words(one) == words


@pytest.mark.parametrize("kind", HappeningKind)
def test_a_row_names_the_kind_in_words_not_by_colour_alone(kind: HappeningKind) -> None:
    assert happening_cells(happening(kind))["kind"] == (kind.value, KIND_TONES.get(kind, ""))


def test_an_action_on_many_says_on_how_many_and_what_is_about_none_has_a_dash() -> None:
    action = happening(HappeningKind.OPERATOR, session="", count=1_200)
    assert happening_cells(action)["session"].text == "1,200 sessions"
    capacity = happening(HappeningKind.CAPACITY, session="", count=1_200)
    assert happening_cells(capacity)["session"].text == "—"


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("kind", HappeningKind)
def test_no_text_reaches_a_cell_as_it_is_unless_it_is_printable(
    kind: HappeningKind, text: str
) -> None:
    event = PluginEvent(NOW_MS, text, text, 1, 2, text, text, text)
    one = happening(kind, session=text, detail=text, why=text + logged_words(event))
    cells = happening_cells(one)
    assert all(cell.text.isprintable() for cell in cells.values())
    assert len(cells["what"].text) < 500


@pytest.mark.parametrize(
    ("load_ns", "text"),
    [
        (0, "0 µs"),
        (999_499, "999 µs"),
        (999_500, "1.0 ms"),
        (9_949_999, "9.9 ms"),
        (9_950_000, "10 ms"),
        (999_499_999, "999 ms"),
        (2_100_000_000, "2.1 s"),
    ],
)
def test_a_load_time_has_the_unit_that_suits_it(load_ns: int, text: str) -> None:
    assert load_time(load_ns) == text
