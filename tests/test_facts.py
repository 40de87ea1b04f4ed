"""Facts: what of a row can be filtered and sorted by; memory first, and unknown is not zero."""

from __future__ import annotations

import pytest
from console_values import HOSTILE, in_memory, on_disk

from console.model.facts import facts_of, fold
from tracker import FRESH, SessionState

STATE = SessionState(
    bands=1 << 20 | 1 << 50,
    thresholds=1 << 80 | 1 << 70,
    milestones=("pre-fanout",),
    guards=3,
    edit_writes=7,
    marker_writes=4,
    edited_files=("a", "b"),
    files_beyond=3,
    marker_files=1,
    last_checkpoint_ms=500,
    last_evaluated_ms=900,
)


def test_a_session_in_memory_has_the_facts_of_memory_and_the_files_of_its_folder() -> None:
    memory = in_memory("s", 1_000, state=STATE, seq=2, is_pinned=True, recency=9)
    disk = on_disk("F", "s", seq=1, last_trigger="Compact", checkpoints=3, file_bytes=1_234)
    facts = facts_of("key", "s", memory, disk)
    assert (facts.key, facts.session, facts.folder) == ("key", "s", "F")
    assert (facts.verdict, facts.marks, facts.is_tracked) == ("clean", ("pinned",), True)
    assert (facts.recency, facts.active_ms, facts.checkpointed_ms) == (9, 1_000, 500)
    assert (facts.bands, facts.highest_band) == (1 << 20 | 1 << 50, 50)
    assert (facts.thresholds, facts.lowest_threshold) == (1 << 80 | 1 << 70, 70)
    assert (facts.milestones, facts.guards) == (("pre-fanout",), ("continuity", "nudge"))
    assert (facts.writes, facts.files) == (3, 4)
    assert (facts.trigger, facts.checkpoints, facts.file_bytes) == ("Compact", 3, 1_234)
    assert facts.folded == ("s", "f", "compact")


def test_a_session_on_disk_only_was_active_when_it_was_last_checkpointed_or_evaluated() -> None:
    facts = facts_of("s", "s", None, on_disk("s", state=STATE, has_ended=True))
    assert (facts.active_ms, facts.checkpointed_ms, facts.recency) == (900, 500, 0)
    assert (facts.verdict, facts.marks, facts.is_tracked) == ("disk-only", ("ended",), False)
    assert facts.writes == 3


def test_a_folder_of_which_no_state_can_be_told_says_that_nothing_is_known() -> None:
    facts = facts_of("s", "s", None, on_disk("s", state=None, trouble="unsafe", why="a link"))
    assert (facts.verdict, facts.has_state, facts.active_ms) == ("unsafe", False, 0)
    assert facts.checkpoints == 0


def test_a_session_that_is_in_memory_only_has_no_files_and_not_none_of_them() -> None:
    facts = facts_of("s", "s", in_memory("s", 5), None)
    assert facts.verdict == "memory-only"
    assert (facts.folder, facts.trigger, facts.checkpoints, facts.file_bytes) == (
        "",
        "",
        None,
        None,
    )
    assert facts.has_state


def test_nothing_captured_is_band_zero_and_no_threshold() -> None:
    facts = facts_of("s", "s", in_memory("s", state=FRESH), None)
    assert (facts.highest_band, facts.lowest_threshold) == (0, None)


@pytest.mark.parametrize("value", [0, 1, 20, 63, 64, 100])
def test_one_percentage_captured_is_the_highest_and_the_lowest(value: int) -> None:
    state = SessionState(bands=1 << value, thresholds=1 << value)
    facts = facts_of("s", "s", in_memory("s", state=state), None)
    assert (facts.highest_band, facts.lowest_threshold) == (value, value)


def test_markers_past_the_counts_leave_no_edits_rather_than_fewer_than_none() -> None:
    state = SessionState(edit_writes=1, marker_writes=9, marker_files=9)
    facts = facts_of("s", "s", in_memory("s", state=state), None)
    assert (facts.writes, facts.files) == (0, 0)


def test_case_is_folded_and_text_without_case_is_not_kept_twice() -> None:
    assert fold("Straße") == "strasse"
    text = "".join(("agent:", "main"))
    assert fold(text) is text


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_kept_as_it_is(text: str) -> None:
    facts = facts_of(text, text, in_memory(text), on_disk(text, text, last_trigger=text))
    assert (facts.session, facts.folder, facts.trigger) == (text, text, text)
