"""The manifest: the original's nine keys, what its lines prove, and what is rebuilt from them."""

from __future__ import annotations

import json

import pytest
from directories import MANIFEST_KEYS, iso
from feeds import NOW_MS
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from tracker import FRESH, SessionState, iso_of, values_of
from tracker.events import LATEST_MS
from tracker.state import ALL_GUARDS, mask_of
from tracker.store.manifest import (
    Manifest,
    ManifestLine,
    apply_checkpoint,
    catch_up,
    encode_line,
    filename_of,
    last_line,
    missing_from,
    parse_filename,
    parse_iso,
    parse_manifest,
    rebuild,
)

TRIGGERS = (
    *(f"progressive-{band}" for band in (20, 35, 50, 65, 80)),
    *(f"quality-{threshold}" for threshold in (80, 70, 50, 40)),
    "milestone-pre-fanout",
    "milestone-edit-batch",
    "compact",
)


def line(trigger: str, at_ms: int = NOW_MS) -> ManifestLine:
    """A manifest line of this trigger."""
    name = filename_of(at_ms, trigger)
    return ManifestLine(f"/x/{name}", name, trigger, None, "0" * 64, 20.43, 83, 2, iso_of(at_ms))


def test_a_line_has_exactly_the_originals_nine_keys_in_its_order() -> None:
    raw = encode_line(line("progressive-20"))
    assert b"\n" not in raw
    assert tuple(json.loads(raw)) == MANIFEST_KEYS
    assert raw.startswith(b'{"file":"/x/')
    assert b'"reason":null' in raw


def test_lines_that_cannot_be_read_are_passed_over_and_numbered() -> None:
    good = encode_line(line("compact"))
    data = b"\n".join((good, b"{torn", b"", b"[]", b'{"file":1}', good, b"\xff\xfe", good[:50]))
    manifest = parse_manifest(data)
    assert manifest.lines == (line("compact"),) * 2
    assert manifest.bad == (2, 4, 5, 7, 8)


def test_a_line_that_a_cut_closed_off_with_zeros_is_read_up_to_them_and_numbered() -> None:
    first, second = line("progressive-20"), line("compact", NOW_MS + 1)
    whole, torn = encode_line(first), encode_line(second)
    for rest in (b"\0", bytes(400), b"\0" + torn[:40], b"\0" + torn, b"\0" + torn + b"\n"):
        assert parse_manifest(whole + rest) == Manifest((first,), (1,)), rest
        assert last_line(whole + rest) == first, rest
    closed_off = whole + bytes(4) + b"\n" + torn + b"\n"
    assert parse_manifest(closed_off) == Manifest((first, second), (1,))
    assert last_line(closed_off) == second


def test_zeros_make_no_line_of_what_was_torn_before_them() -> None:
    whole = encode_line(line("compact"))
    for raw in (bytes(30), whole[:40] + b"\0" + whole, b"\0" + whole, b"[]\0", b"\xff\0"):
        assert parse_manifest(raw) == Manifest((), (1,)), raw
        assert last_line(raw) is None, raw


@given(st.integers(0, LATEST_MS))
def test_a_time_survives_its_iso_form_and_its_file_name(at_ms: int) -> None:
    assert parse_iso(iso_of(at_ms)) == at_ms
    for trigger in TRIGGERS:
        assert parse_filename(filename_of(at_ms, trigger)) == (at_ms, trigger)
        assert parse_filename(filename_of(at_ms, trigger, 3)) == (at_ms, trigger)


def test_times_and_names_are_written_as_the_original_writes_them() -> None:
    assert iso_of(1795302035418) == iso(1795302035418) == "2026-11-21T23:00:35.418Z"
    assert filename_of(1795302035418, "compact") == "2026-11-21T23-00-35-418Z-compact.md"
    assert filename_of(1795302035418, "compact", 2) == "2026-11-21T23-00-35-418Z-compact.2.md"


@pytest.mark.parametrize("text", ["", "gestern", "1969-12-31T23:59:59Z", "2026-13-01T00:00:00Z"])
def test_what_is_no_time_since_1970_is_0(text: str) -> None:
    assert parse_iso(text) == 0


def test_a_time_without_a_zone_is_utc() -> None:
    assert parse_iso("1970-01-01T00:00:01") == 1000
    assert parse_iso("1970-01-01T01:00:01+01:00") == 1000


@given(st.text(max_size=30) | st.datetimes().map(str) | st.just("0001-01-01T00:00:00+23:59"))
def test_no_text_at_all_makes_the_reading_of_a_time_fail(text: str) -> None:
    assert parse_iso(text) >= 0


@pytest.mark.parametrize(
    "name", ["x.md", "2026-11-21T23-00-35-418Z-compact", "2026-11-21T23-00-35-418Z-.md", ".md"]
)
def test_other_names_are_no_checkpoints(name: str) -> None:
    assert parse_filename(name) is None


@pytest.mark.parametrize("trigger", TRIGGERS)
def test_applying_a_checkpoint_marks_it_and_twice_is_once(trigger: str) -> None:
    state = SessionState(edit_writes=5, edited_files=("a", "b"), files_beyond=1)
    once = apply_checkpoint(state, trigger, NOW_MS)
    assert once.last_checkpoint_ms == NOW_MS
    assert apply_checkpoint(once, trigger, NOW_MS) == once
    kind, _, what = trigger.partition("-")
    assert values_of(once.bands) == ((int(what),) if kind == "progressive" else ())
    assert values_of(once.thresholds) == ((int(what),) if kind == "quality" else ())
    assert once.milestones == (("pre-fanout",) if what == "pre-fanout" else ())
    assert (once.marker_writes, once.marker_files) == ((5, 3) if what == "edit-batch" else (0, 0))


@pytest.mark.parametrize(
    "trigger", ["progressive-101", "progressive-", "quality-x", "milestone-", "unknown", ""]
)
def test_a_trigger_nobody_knows_only_sets_the_time(trigger: str) -> None:
    assert apply_checkpoint(FRESH, trigger, NOW_MS) == replace(FRESH, last_checkpoint_ms=NOW_MS)


@given(st.lists(st.tuples(st.sampled_from(TRIGGERS), st.integers(0, LATEST_MS))))
def test_catching_up_loses_no_mark_and_is_level_afterwards(
    checkpoints: list[tuple[str, int]],
) -> None:
    lines = [line(trigger, at_ms) for trigger, at_ms in checkpoints]
    state = catch_up(FRESH, lines)
    assert catch_up(state, lines) is state
    assert missing_from(state, lines) == ()
    assert state.last_checkpoint_ms == max((at_ms for _, at_ms in checkpoints), default=0)
    for trigger, _ in checkpoints:
        kind, _, what = trigger.partition("-")
        if kind == "progressive":
            assert int(what) in values_of(state.bands)
        if kind == "quality":
            assert int(what) in values_of(state.thresholds)


def test_the_lines_an_original_state_misses_are_told_by_mark_and_time() -> None:
    state = SessionState(bands=mask_of([20]), last_checkpoint_ms=NOW_MS)
    known, late = line("progressive-20"), line("compact", NOW_MS + 1)
    unmarked = line("quality-80", NOW_MS - 5)
    batch = line("milestone-edit-batch", NOW_MS - 5)
    assert missing_from(state, (known, batch)) == ()
    assert missing_from(state, (known, unmarked, late)) == (unmarked, late)


def test_a_rebuild_takes_manifest_and_file_names_and_counts_the_guards_as_fired() -> None:
    names = [
        filename_of(NOW_MS + 5, "quality-70"),
        filename_of(NOW_MS, "progressive-35"),
        "policy-state.json",
        "notes.md",
    ]
    state = rebuild([line("progressive-20"), line("milestone-pre-fanout")], names)
    assert state == SessionState(
        bands=mask_of([20, 35]),
        thresholds=mask_of([70]),
        milestones=("pre-fanout",),
        last_checkpoint_ms=NOW_MS + 5,
        guards=ALL_GUARDS,
    )
