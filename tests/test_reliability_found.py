"""Cases the reliability suite finds are kept, and every case it ever found is tried again."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest
from directories import scratch
from reliability.cases import original_case
from reliability.fuzz import to_json
from reliability.result import FOUND, MOST_KEPT, keep_found
from reliability.rows import REPLAYS, ROWS
from reliability.tampering import make_record
from reliability.weakened import without_a_lower_end, without_guards, without_the_checksum


def test_no_case_that_was_found_is_found_again() -> None:
    for path in sorted(FOUND.glob("*.json")):
        found = json.loads(path.read_text(encoding="utf-8"))
        assert REPLAYS[found["row"]](found["case"]) == [], path.name


@pytest.fixture
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where cases are kept meanwhile."""
    monkeypatch.setattr("reliability.result.FOUND", tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    ("row", "weakened"),
    [
        ("tampering", without_the_checksum),
        ("fuzz", without_the_checksum),
        ("clocks", without_a_lower_end),
        ("guards", without_guards),
    ],
)
def test_what_a_weakened_store_fails_is_kept_and_tells_it_from_a_sound_one(
    row: str, weakened: Callable[[], AbstractContextManager[None]], kept: Path
) -> None:
    with weakened():
        result = ROWS[row](True)
        assert result.violations
        path, *others = sorted(kept.glob(f"{row}-*.json"))
        assert len(others) < MOST_KEPT
        found = json.loads(path.read_text(encoding="utf-8"))
        assert found["row"] == row
        assert REPLAYS[row](found["case"]) != []
    assert REPLAYS[row](found["case"]) == []


def flipped() -> str:
    """A record with a bit flipped, as hex."""
    with scratch() as parent:
        raw = bytearray(make_record(Path(parent), "live").read_bytes())
    raw[50] ^= 1
    return raw.hex()


CASES: dict[str, dict[str, Any]] = {
    "boundaries": {"name": "later capture", "durability": "power", "nth": 9, "is_half": False},
    "captures": {"seed": 1, "shape": {"texts": 3, "text_bytes": 50}},
    "clocks": {"seed": 1},
    "cuts": {"seed": 1},
    "fuzz": to_json(original_case()),
    "guards": {"way": "killed_life", "seed": 1},
    "hostile": {"kind": "FIFO", "seconds": 1.0, "seed": 1},
    "ids": {"sessions": ["a:b", "a_b", "A_B"], "seed": 1, "ignores_case": True},
    "kills": {"seed": 1, "shape": {}},
    "operations": {"nth": 60, "code": 28, "lasting": "for good", "capacity": 1},
    "power": {"seed": 1},
    "power-scenes": {"scene": "first guard of a session", "seed": 1},
    "readers": {"reads": 500, "seed": 1},
    "soak": {"sessions": 6_000, "seed": 1},
    "tampering": {"kind": "live", "tampered": flipped()},
    "writers": {"rounds": 3},
}
"""A case of every kind, as the rows keep them."""


@pytest.mark.parametrize("row", REPLAYS)
def test_a_case_of_every_kind_can_be_tried_again(row: str, kept: Path) -> None:
    keep_found(row, 1, CASES[row], ["it failed"])
    found = json.loads((kept / f"{row}-1.json").read_text(encoding="utf-8"))
    assert REPLAYS[found["row"]](found["case"]) == []
