"""Memory beside disk, field by field: what differs is told by a sign, and all of it is safe."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from console_values import HOSTILE, in_memory, on_disk

from console.model.compared import (
    DIFFERS,
    FIELD_NAMES,
    WRITTEN,
    ComparedField,
    compare_fields,
    compare_names,
    field_text,
    moment,
    side_titles,
)
from tracker import FRESH, SessionState

FIELDS = FRESH.__struct_fields__
OTHER: dict[str, Any] = {
    "bands": 1 << 20 | 1 << 35,
    "thresholds": 1 << 80,
    "milestones": ("pre-fanout",),
    "last_checkpoint_ms": 1_795_310_000_000,
    "marker_writes": 4,
    "marker_files": 3,
    "guards": 1,
    "last_evaluated_ms": 1_795_310_000_001,
    "edit_writes": 5,
    "edited_files": ("a.py",),
    "files_beyond": 2,
    "prior_score": 71.5,
}
"""A value for each field that isn't that of a fresh session."""


def signs(rows: tuple[ComparedField, ...]) -> dict[str, str]:
    """The signs that are shown, by the name of the row."""
    return {row.name: row.sign for row in rows if row.sign}


def row(rows: tuple[ComparedField, ...], name: str) -> ComparedField:
    return next(one for one in rows if one.name == name)


def test_every_field_of_a_state_has_a_row_in_the_states_order() -> None:
    rows = compare_fields(in_memory("s"), on_disk("s"))
    assert [one.name for one in rows[: len(FIELDS)]] == [FIELD_NAMES[field] for field in FIELDS]
    assert len({one.name for one in rows}) == len(rows)


@pytest.mark.parametrize("field", FIELDS)
def test_a_field_that_differs_has_the_sign_and_no_other_has(field: str) -> None:
    memory = in_memory("s", state=SessionState(**{field: OTHER[field]}))
    disk = on_disk("s", state=FRESH)
    rows = compare_fields(memory, disk)
    assert signs(rows) == {FIELD_NAMES[field]: DIFFERS}
    found = row(rows, FIELD_NAMES[field])
    assert found.memory == field_text(field, OTHER[field])
    assert found.disk == field_text(field, getattr(FRESH, field))
    assert found.memory != found.disk


def test_what_is_equal_has_no_sign() -> None:
    state = SessionState(**OTHER)
    rows = compare_fields(in_memory("s", state=state, seq=3), on_disk("s", state=state, seq=3))
    assert signs(rows) == {}


def test_what_was_written_since_the_look_at_the_disk_is_not_called_a_difference() -> None:
    state = SessionState(bands=OTHER["bands"], edit_writes=5)
    memory = in_memory("s", state=state, seq=4, dirty_fields=("edit_writes", "prior_score"))
    rows = compare_fields(memory, on_disk("s", state=FRESH, seq=3))
    assert signs(rows) == {
        FIELD_NAMES["bands"]: WRITTEN,  # Written by record number 4.
        FIELD_NAMES["edit_writes"]: DIFFERS,
        FIELD_NAMES["prior_score"]: WRITTEN,  # Dirty, and only by chance as it was at number 3.
        "record number": WRITTEN,
    }


def test_a_record_that_another_writer_made_is_a_difference() -> None:
    rows = compare_fields(in_memory("s", seq=3), on_disk("s", state=FRESH, seq=4))
    assert signs(rows) == {"record number": DIFFERS}


def test_where_only_one_side_is_there_nothing_differs_and_the_other_is_blank() -> None:
    state = SessionState(**OTHER)
    alone = compare_fields(in_memory("s", state=state), None)
    stored = compare_fields(None, on_disk("s", state=state))
    assert signs(alone) == signs(stored) == {}
    assert all(not one.disk for one in alone)
    assert all(not one.memory for one in stored)
    assert row(alone, FIELD_NAMES["bands"]).memory == row(stored, FIELD_NAMES["bands"]).disk


def test_a_folder_without_a_state_leaves_its_side_blank() -> None:
    disk = on_disk("s", state=None, trouble="corrupt", why="torn")
    rows = compare_fields(in_memory("s"), disk)
    assert signs(rows) == {}
    assert row(rows, FIELD_NAMES["bands"]) == (FIELD_NAMES["bands"], "none", "", "")


def test_a_record_that_is_still_in_the_originals_folder_is_said() -> None:
    rows = compare_fields(in_memory("s", dirty_fields=("adopted",)), on_disk("s", state=FRESH))
    assert row(rows, FIELD_NAMES["adopted"]).sign == DIFFERS


@pytest.mark.parametrize(
    ("disk", "titles"),
    [
        (None, "no folder"),
        (on_disk("s"), "disk"),
        (on_disk("s", state=None), "disk: no record"),
        (on_disk("s", state=None, trouble="unsafe"), "disk: unreadable"),
        (on_disk("s", trouble="corrupt", can_rebuild=True), "rebuilt from disk"),
        (on_disk("s", trouble="behind"), "disk"),
    ],
)
def test_the_title_of_the_disk_says_what_it_is(disk: Any, titles: str) -> None:
    assert side_titles(in_memory("s"), disk) == ("memory", titles)
    assert side_titles(None, disk) == ("not in memory", titles)


# -- values -----------------------------------------------------------------------------------


def test_values_are_words_a_person_knows() -> None:
    state = SessionState(**OTHER)
    texts = {field: field_text(field, getattr(state, field)) for field in FIELDS}
    assert texts["bands"] == "20 35"
    assert field_text("thresholds", 1 << 80 | 1 << 50) == "80 50"
    assert texts["guards"] == "continuity"
    assert texts["edited_files"] == "1 name"
    assert field_text("edited_files", ("a", "b")) == "2 names"
    assert texts["prior_score"] == "71.5"
    assert field_text("edit_writes", 1234) == "1,234"
    assert field_text("last_checkpoint_ms", 0) == "never"
    assert field_text("prior_score", None) == field_text("milestones", ()) == "none"


def test_two_times_in_one_second_look_different() -> None:
    now = datetime.now().replace(microsecond=0)
    at_ms = round(now.timestamp()) * 1000
    assert moment(at_ms + 7) == f"{now:%H:%M:%S}.007"
    assert moment(at_ms + 7) != moment(at_ms + 8)


def test_a_time_of_another_day_or_year_has_its_date() -> None:
    day = datetime(2001, 2, 3, 4, 5, 6)
    assert moment(round(day.timestamp() * 1000)) == "2001-02-03 04:05:06.000"


def test_a_time_no_calendar_has_is_the_number_it_is() -> None:
    assert moment(10**18) == "1,000,000,000,000,000,000 ms, no date"


# -- edited files -------------------------------------------------------------------------------


def test_names_that_one_side_alone_knows_stand_first() -> None:
    memory = in_memory("s", state=SessionState(edited_files=("both", "new")))
    disk = on_disk("s", state=SessionState(edited_files=("both", "theirs")))
    assert compare_names(memory, disk) == (
        ("new", "memory", DIFFERS),
        ("theirs", "disk", DIFFERS),
        ("both", "", ""),
    )


def test_names_of_one_side_have_no_sign() -> None:
    state = SessionState(edited_files=("a", "b"))
    assert compare_names(in_memory("s", state=state), None) == (("a", "", ""), ("b", "", ""))
    assert compare_names(None, on_disk("s", state=state)) == (("a", "", ""), ("b", "", ""))
    unread = on_disk("s", state=None, trouble="corrupt")
    assert compare_names(in_memory("s", state=state), unread) == (("a", "", ""), ("b", "", ""))


def test_names_written_since_the_look_at_the_disk_are_not_called_a_difference() -> None:
    memory = in_memory("s", state=SessionState(edited_files=("a",)), seq=2)
    names = compare_names(memory, on_disk("s", state=FRESH, seq=1))
    assert names == (("a", "memory", WRITTEN),)


def test_whatever_ids_and_names_hold_all_that_is_said_is_printable() -> None:
    state = SessionState(milestones=HOSTILE, edited_files=HOSTILE)
    disk = on_disk(HOSTILE[7], "s", state=SessionState(edited_files=HOSTILE[:5]))
    said = [
        text
        for one in (*compare_fields(in_memory("s", state=state), disk),)
        for text in (one.name, one.memory, one.disk)
    ]
    said += [one.name for one in compare_names(in_memory("s", state=state), disk)]
    assert said
    for text in said:
        assert text.isprintable(), ascii(text)
