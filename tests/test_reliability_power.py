"""Power cuts with `durability = "power"`: enumerated from recordings, and real ones where root may.

The whole of both claims: `pytest -m slow tests/test_reliability_power.py`.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from conftest import Open
from directories import MANIFEST, STATE
from feeds import MINUTE_MS, NOW_MS, turn
from reliability.audit import listed
from reliability.cuts import cuts
from reliability.power import power
from reliability.result import RowResult
from reliability.scenes import LATER_MS

from tracker import Survey
from tracker.store.files import open_root


def cut(quick: bool) -> RowResult:
    """The row of real power cuts; skips the test, aloud, where there can be none."""
    row = cuts(quick)
    return row if row.figures else pytest.skip(f"no real power cut here: {row.note}")


def test_no_state_a_power_cut_may_leave_has_lost_what_was_answered() -> None:
    row = power(True)
    assert not row.violations, str(row)
    assert row.figures["states of scenes"] > 500


def test_a_real_power_cut_loses_nothing_that_was_answered() -> None:
    row = cut(True)
    assert not row.violations, str(row)


@pytest.mark.parametrize(
    "left",
    [b"\0", bytes(300), b'\0{"file":"/x","filename":"20'],
    ids=["a zero", "zeros", "a zero and half a line"],
)
def test_a_line_that_two_cuts_left_without_its_newline_is_listed_and_proves_its_capture(
    root: Path, open_owner: Open, left: bytes
) -> None:
    owner = open_owner(durability="power")
    owner.handle(turn("s-1", NOW_MS, 20))
    owner.close()
    manifest = root / "s-1" / MANIFEST
    manifest.write_bytes(manifest.read_bytes()[:-1] + left)
    (root / "s-1" / STATE).unlink()  # What is known of the capture is known from its line alone.
    owner = open_owner(durability="power")
    again = owner.handle(turn("s-1", LATER_MS, 20))
    (effect,) = owner.handle(turn("s-1", LATER_MS + 10 * MINUTE_MS, 35))
    owner.close()
    assert [one.trigger for one in (*again, effect)] == [None, "progressive-35"]  # And a guard.
    assert [line["trigger"] for line in listed(root / "s-1")] == ["progressive-20", effect.trigger]
    with open_root(str(root)) as folder:
        survey = Survey(folder)
        files = survey.files(survey.summarize("s-1"))
    assert [(file.trigger, file.status) for file in files] == [
        ("progressive-20", "listed"),
        ("progressive-35", "listed"),
    ]


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_no_state_a_power_cut_may_leave_after_any_fault_has_lost_what_was_answered() -> None:
    row = power(False)
    assert not row.violations, str(row)
    assert row.figures["states after a failed sync"] > 10_000
    assert row.figures["states after a kill"] > 10_000


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_three_hundred_real_power_cuts_lose_nothing_that_was_answered() -> None:
    row = cut(False)
    assert not row.violations, str(row)
    assert row.figures["cuts"] == 300
