"""The record: the original's nine fields and Holdfast's one key, strict to the last bit."""

from __future__ import annotations

import json
from typing import Any

import pytest
from directories import NINE, nine_fields
from feeds import NOW_MS
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from test_state import STATES

from tracker import FRESH, SessionState, WriteError
from tracker.state import ALL_GUARDS, FILES_KEPT, keep_file, mask_of
from tracker.store.record import (
    FORMAT,
    RECORD_BYTES,
    BadRecordError,
    Record,
    decode_record,
    encode_record,
    other_keys,
)

SAVED = SessionState(
    bands=mask_of([20, 35]),
    thresholds=mask_of([80]),
    milestones=("pre-fanout",),
    last_checkpoint_ms=NOW_MS,
    last_evaluated_ms=NOW_MS - 5,
    edit_writes=3,
    edited_files=("a.py", "ü.py"),
    marker_writes=1,
    marker_files=1,
)
LIVE = replace(
    SAVED, guards=ALL_GUARDS, prior_score=83.5, edit_writes=5, edited_files=("a.py", "ü.py", "c")
)


def encode(saved: SessionState = SAVED, live: SessionState | None = LIVE, **options: Any) -> bytes:
    """A record's bytes."""
    return encode_record(
        "a:b", saved, live, **{"seq": 7, "manifest_bytes": 9, "others": {}, **options}
    )


def kind_of(raw: bytes) -> str:
    """Why bytes are no record."""
    with pytest.raises(BadRecordError) as caught:
        decode_record(raw)
    return caught.value.kind


def original(**fields: Any) -> bytes:
    """A record of the original's, with any keys besides."""
    return json.dumps({**nine_fields(), **fields}, indent=2).encode()


def test_a_record_comes_back_as_it_was_written() -> None:
    assert decode_record(encode()) == Record(SAVED, LIVE, "a:b", 7, 9, True, is_plain=True)
    released = Record(SAVED, SAVED, "a:b", 7, 9, False, is_plain=True)
    assert decode_record(encode(live=None)) == released


@given(STATES, STATES)
def test_any_two_states_survive_their_record(saved: SessionState, newer: SessionState) -> None:
    saved = replace(saved, guards=0, prior_score=None)
    live = replace(
        saved,
        guards=newer.guards,
        prior_score=newer.prior_score,
        last_evaluated_ms=newer.last_evaluated_ms,
        edit_writes=newer.edit_writes,
        edited_files=newer.edited_files,
        files_beyond=newer.files_beyond,
    )
    record = decode_record(encode(saved, live))
    assert (record.saved, record.state) == (saved, live)


def test_it_has_the_originals_nine_names_types_and_order_and_only_one_key_more() -> None:
    values = json.loads(encode())
    assert tuple(values) == (*NINE, "holdfast")
    assert {key: values[key] for key in NINE} == nine_fields(
        capturedFillBands=[20, 35],
        capturedQualityThresholds=[80],
        capturedMilestones=["pre-fanout"],
        lastCheckpointAt=NOW_MS,
        lastEvaluatedAt=NOW_MS - 5,
        editWriteCount=3,
        editedFiles=["a.py", "ü.py"],
        editBatchMarkerWrites=1,
        editBatchMarkerFiles=1,
    )
    assert values["holdfast"]["id"] == "a:b"
    assert values["holdfast"]["format"] == FORMAT


def test_a_small_record_is_laid_out_as_the_original_lays_out_its_own() -> None:
    fields = nine_fields(capturedFillBands=[20, 35], editedFiles=["a"], lastCheckpointAt=NOW_MS)
    state = SessionState(bands=mask_of([20, 35]), edited_files=("a",), last_checkpoint_ms=NOW_MS)
    head, _, _ = encode(state, None).decode().partition(',\n  "holdfast"')
    # JSON.stringify writes an empty list as `[]`, Python's `indent` does the same.
    assert head + "\n}" == json.dumps(fields, indent=2)


def test_a_release_leaves_neither_guards_nor_counters() -> None:
    assert "live" not in json.loads(encode(live=None))["holdfast"]
    assert decode_record(encode(live=None)).state == SAVED


def test_without_spilling_only_guards_and_prior_score_are_kept() -> None:
    record = decode_record(encode(spill=False))
    assert record.state == replace(SAVED, guards=ALL_GUARDS, prior_score=83.5)


def test_keys_nobody_knows_are_kept_to_the_letter() -> None:
    others = '"a":1e400,"b":123456789012345678901234567890,"c":{"d":[1.0,"\\u00fc",null]}'
    raw = original().rstrip()[:-2] + b"," + others.encode() + b"}"
    decode_record(raw)
    again = encode(others=other_keys(raw))
    decode_record(again)
    kept = again.decode().replace("\n", "").replace(" ", "")
    assert others in kept
    assert list(other_keys(again)) == ["a", "b", "c"]
    assert list(json.loads(again))[-1] == "holdfast"


@pytest.mark.parametrize("live", [None, LIVE])
@pytest.mark.parametrize("files", [3, FILES_KEPT])
def test_a_record_is_plain_unless_it_holds_something_else(
    files: int, live: SessionState | None
) -> None:
    saved = replace(SAVED, edited_files=tuple(f"{number}.py" for number in range(files)))
    assert decode_record(encode(saved, live)).is_plain
    assert not decode_record(encode(saved, live, others={"mine": 1})).is_plain


def test_a_record_of_the_originals_is_taken_as_it_is() -> None:
    record = decode_record(original(capturedFillBands=[20, 35], lastCheckpointAt=NOW_MS))
    state = SessionState(bands=mask_of([20, 35]), last_checkpoint_ms=NOW_MS)
    assert record == Record(state, state)


def test_every_truncation_is_detected() -> None:
    for raw in (encode(), encode(live=None), original(capturedFillBands=[20])):
        for length in range(len(raw)):
            assert kind_of(raw[:length]) in ("torn", "encoding")


def test_every_flipped_bit_is_detected() -> None:
    raw = encode()
    for at in range(len(raw)):
        for bit in range(8):
            flipped = bytearray(raw)
            flipped[at] ^= 1 << bit
            try:
                record = decode_record(bytes(flipped))
            except BadRecordError:
                continue
            # What is left is a format of the future, which is shown but never gone on from.
            assert record.newer_format > FORMAT


def test_every_flipped_bit_of_a_large_compact_record_is_detected() -> None:
    files = tuple(f"{number}" for number in range(FILES_KEPT))
    raw = encode(SAVED, replace(LIVE, edited_files=files))
    assert b"\n" not in raw
    for at in (*range(500), *range(500, len(raw), 97), *range(len(raw) - 300, len(raw))):
        flipped = bytearray(raw)
        flipped[at] ^= 1 << at % 8
        try:
            assert decode_record(bytes(flipped)).newer_format > FORMAT
        except BadRecordError:
            continue


@pytest.mark.parametrize("key", ["holdfasu", "Holdfast", "xoldfast", "hold fast"])
def test_a_damaged_key_does_not_make_a_record_pass_for_the_originals(key: str) -> None:
    assert kind_of(encode().replace(b'"holdfast"', json.dumps(key).encode())) == "checksum"


@pytest.mark.parametrize(
    ("raw", "kind"),
    [
        (b"", "torn"),
        (b"null", "types"),
        (b"[]", "types"),
        (b"{}", "types"),
        (original()[:-3], "torn"),
        (original() + b"x", "torn"),
        (original().replace(b"0", b"NaN", 1), "torn"),
        (original().replace(b"0", b"Infinity", 1), "torn"),
        (original(x=float("nan")), "torn"),
        (original().replace(b"0", b"-1", 1), "types"),
        (original().replace(b"0", b"1.5", 1), "types"),
        (original().replace(b"0", b'"0"', 1), "types"),
        (original().replace(b"0", b"null", 1), "types"),
        (original(capturedFillBands=[101]), "types"),
        (original(capturedFillBands=["20"]), "types"),
        (original(capturedMilestones="pre-fanout"), "types"),
        (original(editedFiles=[1]), "types"),
        (original(holdfast=7), "types"),
        (original(holdfast={"format": 1}), "types"),
        (original(editedFiles=["x"]).replace(b"x", b"\xff"), "encoding"),
        (original(other="x").replace(b'"x"', b'"\xff"'), "encoding"),
        (original(other="x").replace(b'"x"', b'"\xed\xa0\x80"'), "encoding"),
        (b"\xef\xbb\xbf" + original(), "torn"),
        (original().replace(b"{", b'{"editedFiles": [],', 1), "duplicates"),
        (original(x={"y": 1}).replace(b'"y"', b'"y": 0, "y"'), "duplicates"),
        pytest.param(original(x=0)[:-4] + b"[" * 50_000, "torn", id="deep"),
        (encode().replace(b"a.py", b"b.py"), "checksum"),
        (encode().replace(b'"seq": 7', b'"seq": 8'), "checksum"),
        (encode().replace(b'"a:b"', b'"a_b"'), "checksum"),
        (encode() + b"\n", "checksum"),
    ],
)
def test_what_cannot_be_believed_says_what_is_wrong_with_it(raw: bytes, kind: str) -> None:
    assert kind_of(raw) == kind


@given(st.binary(max_size=300))
def test_no_bytes_at_all_raise_anything_but_a_bad_record(raw: bytes) -> None:
    with pytest.raises(BadRecordError):
        decode_record(raw)


@pytest.mark.parametrize("extra", [{}, {"sha256": 5}, {"live": {"new": True}, "id": None}])
def test_a_newer_format_is_told_apart_from_damage(extra: dict[str, object]) -> None:
    ours = {"format": FORMAT + 1, "id": "a:b", **extra}
    record = decode_record(original(capturedFillBands=[20], holdfast=ours))
    assert record.newer_format == FORMAT + 1
    assert record.saved.bands == mask_of([20])


def test_the_fullest_record_stays_under_64_kib() -> None:
    session = "\x01" * 4096
    files: tuple[str, ...] = ()
    for number in range(FILES_KEPT):
        grown = keep_file(files, f"\x02{number:020}", session)
        if grown is files:
            break
        files = grown
    full = SessionState(
        bands=(1 << 101) - 1,
        thresholds=(1 << 101) - 1,
        last_checkpoint_ms=NOW_MS,
        edited_files=files,
    )
    empty = replace(full, edited_files=())
    for saved, live in ((full, full), (empty, full), (full, None)):
        raw = encode_record(session, saved, live, seq=2**50, manifest_bytes=2**50, others={})
        assert len(raw) <= RECORD_BYTES
        assert decode_record(raw).saved == saved


def test_a_record_that_would_be_larger_than_64_kib_is_not_written() -> None:
    with pytest.raises(WriteError, match="65,536 are the most"):
        encode(others={"huge": "x" * RECORD_BYTES})


def test_a_fresh_record_is_fresh() -> None:
    assert decode_record(encode(FRESH, FRESH)).state == FRESH
