"""The state of a session: masks, bounded file names, differences, and the union of two writers."""

from __future__ import annotations

import msgspec
import pytest
from feeds import NOW_MS, edit
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from tracker import FRESH, Rules, SessionState, differences, guard_names, values_of
from tracker.policy import decide
from tracker.state import (
    CONTINUITY,
    FILES_JSON_BYTES,
    FILES_KEPT,
    NUDGE,
    durable_part,
    keep_file,
    mask_of,
    plain_name,
    unite,
    within_bounds,
)

COUNTS = st.integers(0, 12)
STATES = st.builds(
    lambda state, behind_writes, behind_files: replace(
        state,
        marker_writes=max(state.edit_writes - behind_writes, 0),
        marker_files=max(state.edit_files - behind_files, 0),
    ),
    st.builds(
        SessionState,
        bands=st.integers(0, 2**100 - 1),
        thresholds=st.integers(0, 2**100 - 1),
        milestones=st.lists(st.sampled_from(("pre-fanout", "other")), unique=True).map(tuple),
        last_checkpoint_ms=COUNTS,
        guards=st.integers(0, 3),
        last_evaluated_ms=COUNTS,
        edit_writes=COUNTS,
        edited_files=st.lists(st.sampled_from("abcdefgh"), unique=True).map(tuple),
        files_beyond=st.integers(0, 3),
        prior_score=st.none() | COUNTS,
    ),
    st.integers(0, 4),
    st.integers(0, 4),
)


@given(st.sets(st.integers(0, 100)))
def test_percentages_survive_the_bit_mask(values: set[int]) -> None:
    assert values_of(mask_of(values)) == tuple(sorted(values))


def test_guards_are_named_in_the_order_they_are_checked() -> None:
    assert guard_names(0) == ()
    assert guard_names(NUDGE | CONTINUITY) == ("continuity", "nudge")


@given(STATES, STATES)
def test_differences_name_exactly_the_fields_that_differ(
    memory: SessionState, disk: SessionState
) -> None:
    found = {one.field: one for one in differences(memory, disk)}
    for field in SessionState.__struct_fields__:
        ours, theirs = getattr(memory, field), getattr(disk, field)
        assert (field in found) == (ours != theirs)
        if field in found:
            assert (found[field].memory, found[field].disk) == (ours, theirs)
    assert differences(memory, memory) == ()


def test_the_durable_part_holds_no_guard_and_no_counter() -> None:
    state = SessionState(1, 2, ("m",), 3, 4, 5, 3, 6, 7, ("f",), 8, 9)
    assert durable_part(state) == SessionState(1, 2, ("m",), 3, 4, 5)


@given(STATES, STATES)
def test_a_union_only_grows_and_takes_the_later_time(
    ours: SessionState, theirs: SessionState
) -> None:
    united = unite(ours, theirs)
    for one in (ours, theirs):
        assert united.bands & one.bands == one.bands
        assert united.thresholds & one.thresholds == one.thresholds
        assert united.guards & one.guards == one.guards
        assert set(one.milestones) <= set(united.milestones)
        assert set(one.edited_files) <= set(united.edited_files)
        assert united.last_checkpoint_ms >= one.last_checkpoint_ms
        assert united.edit_writes >= one.edit_writes
        assert united.edit_files >= one.edit_files
        assert united.marker_writes >= one.marker_writes
        assert united.marker_files >= one.marker_files


@given(STATES, STATES)
def test_a_union_can_only_delay_an_edit_batch(ours: SessionState, theirs: SessionState) -> None:
    united = unite(ours, theirs)
    assert united.edit_writes - united.marker_writes <= ours.edit_writes - ours.marker_writes
    assert united.edit_files - united.marker_files <= ours.edit_files - ours.marker_files


@given(STATES, STATES)
def test_what_holds_all_of_the_other_is_the_union_itself(
    ours: SessionState, theirs: SessionState
) -> None:
    united = unite(ours, theirs)
    assert unite(ours, ours) is ours
    assert unite(ours, FRESH) is ours
    assert unite(united, theirs) is united


def test_edits_of_more_than_4096_files_are_counted_without_their_names() -> None:
    state = FRESH
    for number in range(FILES_KEPT + 100):
        state = decide(state, edit("s", NOW_MS, f"{number:x}"), NOW_MS, Rules()).state
    assert len(state.edited_files) == FILES_KEPT
    assert state.files_beyond == 100
    assert state.edit_files == state.edit_writes == FILES_KEPT + 100


def test_long_names_are_bounded_in_bytes_with_the_id() -> None:
    files: tuple[str, ...] = ()
    for number in range(100):
        files = keep_file(files, f"{number}" + "x" * 1000, "s" * 4096)
    assert 0 < len(files) < 60
    assert len(msgspec.json.encode(("s" * 4096, *files))) <= FILES_JSON_BYTES
    short = keep_file(files, "short", "s" * 4096)
    assert short == (*files, "short")


@pytest.mark.parametrize("count", [0, 1, 4096, 5000])
@pytest.mark.parametrize("length", [1, 100, 60_000])
def test_names_past_the_bound_become_a_count(count: int, length: int) -> None:
    count = min(count, 300_000 // length)
    files = tuple(f"{number:x}".rjust(length, "y") for number in range(count))
    state = SessionState(edited_files=files, files_beyond=3, edit_writes=9)
    bounded = within_bounds(state, "s")
    assert bounded.edit_files == state.edit_files
    assert bounded.edited_files == files[: len(bounded.edited_files)]
    assert len(bounded.edited_files) <= FILES_KEPT
    assert len(msgspec.json.encode(("s", *bounded.edited_files))) <= FILES_JSON_BYTES
    assert within_bounds(bounded, "s") is bounded


def test_a_lone_surrogate_in_a_file_name_becomes_a_visible_escape() -> None:
    assert plain_name("bad\udc80name") == "bad\\udc80name"
    assert plain_name("gut ☃") == "gut ☃"
    state = decide(FRESH, edit("s", NOW_MS, "bad\udc80name"), NOW_MS, Rules()).state
    assert state.edited_files == ("bad\\udc80name",)
