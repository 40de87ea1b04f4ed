"""State files that are bad, tampered with, or enormous: found out, kept, told of, rebuilt.

The whole of these claims: `pytest -m slow tests/test_reliability_records.py`.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from unittest.mock import patch

import pytest
from directories import scratch
from feeds import Clock
from reliability import cases, enormous, fuzz, tampering
from reliability.handmade import HANDMADE
from reliability.lab import lab
from reliability.weakened import without_the_checksum

from tracker import FRESH, open_store
from tracker.store.files import Folder
from tracker.store.record import BadRecordError, Record, decode_record


def test_no_bad_state_file_resets_a_session_in_silence_or_brings_a_wrong_type() -> None:
    row = fuzz.fuzz(True)
    assert not row.violations, str(row)
    assert row.figures["fuzzed files"] == 1_000
    assert row.figures["hand-made files"] == len(HANDMADE) >= 50
    assert row.figures["rebuilt"] > 4 * row.figures["hand-made files"]
    assert row.figures["taken as they mean"] > 10


def test_every_flipped_bit_every_truncation_and_any_overwrite_of_a_record_is_found_out() -> None:
    row = tampering.tampering(True)
    assert not row.violations, str(row)
    assert row.figures["bits flipped"] == 8 * row.figures["truncations"] > 4_000
    assert row.figures["overwrites"] == 1_000


def test_enormous_files_are_refused_by_their_size_and_not_one_byte_is_read() -> None:
    row = enormous.enormous(True)
    assert not row.violations, str(row)
    assert row.figures["bytes read of a state file"] == 0


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_of_ten_thousand_fuzzed_state_files_none_resets_a_session_in_silence() -> None:
    row = fuzz.fuzz(False)
    assert not row.violations, str(row)
    assert row.figures["fuzzed files"] == 10_000


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_ten_thousand_overwrites_of_each_kind_of_record_are_found_out() -> None:
    row = tampering.tampering(False)
    assert not row.violations, str(row)
    assert row.figures["overwrites"] == 10_000 * len(tampering.RECORDS)


def test_a_store_that_takes_a_bad_record_for_a_fresh_session_is_found_out() -> None:
    def lenient(raw: bytes) -> Record:
        try:
            return decode_record(raw)
        except BadRecordError:
            return Record(FRESH, FRESH)

    bad = cases.Case(b"{}", cases.original_case().manifest, cases.original_case().names)
    with patch("tracker.store.examine.decode_record", lenient), lab() as made:
        wrong = fuzz.check(made, bad, Counter(), observed=True)
    assert "an observer was not told" in wrong
    assert any(one.startswith("a silent reset") for one in wrong)


def test_a_store_that_believes_any_checksum_is_found_out() -> None:
    with scratch() as parent:
        path = tampering.make_record(Path(parent), "live")
        tampered = path.read_bytes().replace(b'"seq": ', b'"seq": 1', 1)
        store = open_store(parent, durability="process", clock=Clock())
        assert tampering.check(store, path, tampered, Counter()) == ""
        with without_the_checksum():
            assert tampering.check(store, path, tampered, Counter()) == "taken for a record"
        store.close()


def test_a_store_that_does_not_look_at_the_size_is_found_out() -> None:
    with (
        scratch() as parent,
        patch.object(enormous, "ENORMOUS_BYTES", 1_000_000),
        patch.object(Folder, "refusal", lambda *_: ""),
        enormous.counted_reads() as counting,
    ):
        folder = Path(parent) / enormous.SESSION
        folder.mkdir()
        enormous.make(folder / "policy-state.json")
        enormous.loads(Path(parent))
    assert counting.read_bytes >= 1_000_000
