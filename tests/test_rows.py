"""Rows: what a session, a file and a checkpoint look like as cells; all text made safe."""

from __future__ import annotations

import time
import unicodedata

import pytest
from console_values import HOSTILE, in_memory, on_disk
from hypothesis import given
from hypothesis import strategies as st

from console.model.rows import (
    STATUS_TONES,
    VERDICT_TONES,
    Cell,
    age,
    checkpoint_cells,
    clock_time,
    file_cells,
    folder_cells,
    percent,
    session_cells,
    size,
    state_lines,
)
from tracker import CheckpointFile, Rules, SessionState, Verdict

NOW_MS = 1_795_310_000_000
BUSY = SessionState(
    bands=1 << 20 | 1 << 50,
    thresholds=1 << 80,
    milestones=("pre-fanout",),
    guards=1,
    edit_writes=6,
    marker_writes=4,
    edited_files=("a", "b", "c"),
    marker_files=2,
    last_checkpoint_ms=NOW_MS - 5_000,
)


def cells(memory: object, disk: object, position: int | None = 1) -> dict[str, str]:
    found = session_cells("s-1", memory, disk, position, NOW_MS, Rules())  # type: ignore[arg-type]
    return {key: cell.text for key, cell in found.items()}


def a_file(**changed: object) -> CheckpointFile:
    fields = {
        "session": "s-1",
        "folder": "s-1",
        "filename": "f.md",
        "trigger": "compact",
        "created_ms": NOW_MS,
        "fill_pct": 20.43,
        "quality_score": None,
        "file_bytes": 1_234,
        "status": "listed",
    }
    return CheckpointFile(**{**fields, **changed})  # type: ignore[arg-type]


def test_a_session_in_memory_shows_its_place_its_idle_time_and_its_marks() -> None:
    memory = in_memory("s-1", NOW_MS - 65_000, state=BUSY, seq=3, dirty_fields=("edit_writes",))
    disk = on_disk("s-1", state=BUSY, seq=2, last_trigger="progressive-50", checkpoints=2,
                   file_bytes=28_123)  # fmt: skip
    assert cells(memory, disk, 7) == {
        "position": "7",
        "session": "s-1",
        "idle": "1m",
        "verdict": "dirty",
        "bands": "■□■□□",
        "quality": "■□□□",
        "milestones": "fan",
        "guards": "C·",
        "edits": "2w 1f",
        "trigger": "progressive-50",
        "checkpoints": "2",
        "bytes": "28 K",
    }


def test_a_session_on_disk_only_has_no_place_and_is_as_old_as_its_last_activity() -> None:
    found = cells(None, on_disk("s-1", state=BUSY), None)
    assert found["position"] == ""
    assert found["verdict"] == "disk-only"
    assert found["idle"] == "5s"


def test_a_session_of_which_nothing_is_known_shows_dashes_not_zeros() -> None:
    found = cells(None, None, None)
    assert {key for key, text in found.items() if text == "—"} == {
        "idle", "milestones", "guards", "edits", "trigger", "checkpoints", "bytes",
    }  # fmt: skip


def test_pinned_and_ended_are_marks_beside_the_verdict() -> None:
    assert cells(in_memory("s-1", is_pinned=True), None)["verdict"] == "memory-only ⚑"
    assert cells(None, on_disk("s-1", has_ended=True), None)["verdict"] == "disk-only ended"


def test_every_verdict_and_every_file_status_has_words_and_a_tone() -> None:
    assert set(VERDICT_TONES) == set(Verdict)
    assert set(STATUS_TONES) == {"listed", "orphan", "missing", "unsafe"}
    assert len({file_cells(a_file(status=one))["status"].text for one in STATUS_TONES}) == 4


@pytest.mark.parametrize(
    ("trouble", "why", "words"),
    [
        ("behind", "the manifest knows 1 checkpoint(s) the state does not", "behind"),
        ("corrupt", "torn: not whole JSON", "corrupt"),
        ("unsafe", "a symbolic link", "unsafe"),
    ],
)
def test_a_folder_in_trouble_says_which_and_why(trouble: str, why: str, words: str) -> None:
    lines = state_lines(in_memory("s-1"), on_disk("s-1", trouble=trouble, why=why))
    assert lines[0].text == words
    assert why in lines[1].text


def test_a_corrupt_folder_says_whether_the_manifest_rebuilds_it() -> None:
    for can_rebuild, words in ((True, "the manifest rebuilds it"), (False, "nothing rebuilds it")):
        disk = on_disk("s-1", trouble="corrupt", why="torn", can_rebuild=can_rebuild)
        assert words in state_lines(None, disk)[1].text


def test_a_dirty_session_names_the_fields_that_are_newer_in_memory() -> None:
    memory = in_memory("s-1", seq=2, dirty_fields=("edit_writes", "prior_score"))
    text = " ".join(line.text for line in state_lines(memory, on_disk("s-1", seq=1)))
    assert "newer in memory: edit writes, prior score" in text


def test_messages_that_were_sent_once_are_named() -> None:
    lines = state_lines(in_memory("s-1", state=SessionState(guards=3)), None)
    assert lines[-1].text == "sent once: continuity, nudge"


def test_a_checkpoint_file_shows_its_reading_and_dashes_where_there_was_none() -> None:
    found = file_cells(a_file())
    assert [found[key].text for key in ("trigger", "fill", "quality", "bytes", "status")] == [
        "compact", "20", "—", "1.2 K", "listed",
    ]  # fmt: skip
    assert file_cells(a_file(trigger="", filename="odd name.md"))["trigger"].text == "odd name.md"
    assert file_cells(a_file(file_bytes=None, status="missing"))["bytes"].text == "—"


def folder(disk: object, memory: object = None, twins: int = 0) -> dict[str, str]:
    found = folder_cells(disk, memory, twins, Rules())  # type: ignore[arg-type]
    return {key: cell.text for key, cell in found.items()}


def test_a_folder_shows_what_holdfast_sessions_prints() -> None:
    disk = on_disk("f-1", "s-1", state=BUSY, last_trigger="compact", checkpoints=2,
                   file_bytes=28_123)  # fmt: skip
    assert folder(disk) == {
        "folder": "f-1",
        "session": "s-1",
        "verdict": "disk-only",
        "time": clock_time(NOW_MS - 5_000),
        "bands": "■□■□□",
        "quality": "■□□□",
        "milestones": "fan",
        "trigger": "compact",
        "checkpoints": "2",
        "bytes": "28 K",
        "notes": "",
    }


def test_a_folder_whose_session_is_in_memory_is_judged_by_both() -> None:
    disk = on_disk("s-1", state=SessionState(), seq=1)
    assert folder(disk, in_memory("s-1", seq=1, is_pinned=True))["verdict"] == "clean ⚑"
    dirty = in_memory("s-1", seq=2, dirty_fields=("edit_writes",))
    assert folder(disk, dirty)["verdict"] == "dirty"


def test_a_folder_says_what_is_wrong_with_it_and_who_shares_its_session() -> None:
    disk = on_disk("f-1", trouble="corrupt", why="torn: not whole JSON", leftovers=2, bad_kept=1)
    assert folder(disk, twins=1)["notes"] == (
        "torn: not whole JSON; 1 other folder(s) name this session;"
        " 2 temporary file(s) left by a killed owner; 1 bad record(s) kept"
    )
    assert folder_cells(disk, None, 0, Rules())["notes"].tone == "warn"
    kept = folder_cells(on_disk("f-1", bad_kept=1), None, 0, Rules())["notes"]
    assert (kept.text, kept.tone) == ("1 bad record(s) kept", "dim")
    assert folder_cells(on_disk("f-1"), None, 1, Rules())["notes"].tone == "warn"


def test_what_is_wrong_with_a_folder_begins_behind_its_path() -> None:
    why = "/home/x/state/f-1: refused, a symbolic link"
    assert folder(on_disk("f-1", trouble="unsafe", why=why))["notes"] == "refused, a symbolic link"
    assert folder(on_disk("f", trouble="unsafe", why=why))["notes"] == why


def test_a_folder_without_a_record_shows_no_marks_and_no_time() -> None:
    found = folder(on_disk("f-1", state=None, trouble="unsafe", why="a symbolic link"))
    assert found["verdict"] == "unsafe"
    assert found["time"] == found["trigger"] == found["milestones"] == "—"
    assert found["bands"] == "□□□□□"


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_in_any_cell_is_printable_on_one_line_and_bounded(text: str) -> None:
    disk = on_disk("f", text, last_trigger=text, trouble="unsafe", why=text)
    every: list[Cell] = [
        *session_cells(text, in_memory(text), disk, 1, NOW_MS, Rules()).values(),
        *folder_cells(on_disk(text, text, last_trigger=text, why=text), None, 1, Rules()).values(),
        *file_cells(a_file(trigger=text)).values(),
        *file_cells(a_file(trigger="", filename=text)).values(),
        *checkpoint_cells(disk).values(),
        *state_lines(in_memory(text), disk),
    ]
    for cell in every:
        assert cell.text.isprintable()
        assert len(cell.text) <= 600
        assert not any(unicodedata.bidirectional(one) in ("RLO", "LRO") for one in cell.text)


@given(st.integers(-(2**60), 2**60))
def test_an_age_is_at_most_two_digits_and_a_unit_up_to_99_days(ms: int) -> None:
    text = age(ms)
    assert text[-1] in "smhd"
    assert int(text[:-1]) >= 0
    if ms < 100 * 86_400_000:
        assert len(text) <= 3


@given(st.integers(0, 10**15) | st.sampled_from((999, 9_960, 999_600, 9_999_999)))
def test_a_size_takes_at_most_five_characters_and_is_within_a_tenth(file_bytes: int) -> None:
    text = size(file_bytes)
    value, unit = text.split()
    assert len(text) <= 5
    shown_bytes = float(value) * 1000 ** "BKMGTP".index(unit)
    assert abs(shown_bytes - file_bytes) <= 0.1 * max(file_bytes, 1)


def test_times_out_of_every_calendar_are_a_dash() -> None:
    assert clock_time(2**62) == "—"
    assert len(clock_time(time.time_ns() // 1_000_000)) == 8
    assert len(clock_time(1)) == 11
    assert percent(None) == "—"
    assert percent(99.6) == "100"
