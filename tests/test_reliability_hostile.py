"""Folders whose things are swapped for hostile ones while they are used: no escape, no hang.

The whole of it, ten seconds a kind of swap: `pytest -m slow tests/test_reliability_hostile.py`.
"""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path
from unittest.mock import patch

import pytest
from directories import STATE, scratch
from reliability.child import Child
from reliability.hostile import KINDS, NEED_ROOT, OPERATIONS, swapping, use_under
from reliability.swaps import FILES, SECRET, SESSION, Ground, swap_file
from reliability.weakened import without_flag

from tracker import UnsafeError
from tracker.store.files import Folder, open_root


@pytest.mark.parametrize("kind", KINDS)
def test_a_second_of_swaps_lets_nothing_escape_and_nothing_hang(kind: str) -> None:
    if kind in NEED_ROOT and os.geteuid() != 0:
        pytest.skip("only root makes devices and gives files away")
    row = swapping(True, (kind,))
    assert not row.violations, str(row)
    assert row.figures["operations"] > 50


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize("kind", KINDS)
def test_ten_seconds_of_swaps_let_nothing_escape_and_nothing_hang(kind: str) -> None:
    if kind in NEED_ROOT and os.geteuid() != 0:
        pytest.skip("only root makes devices and gives files away")
    row = swapping(False, (kind,))
    assert not row.violations, str(row)
    assert row.figures["refused"] > 100
    assert row.figures["operations"] >= OPERATIONS
    assert OPERATIONS * len(KINDS) >= 100_000


def test_a_hard_link_that_loses_its_other_name_while_it_is_opened_is_not_read() -> None:
    with scratch() as parent:
        ground = Ground(Path(parent))
        (ground.folder / STATE).unlink()
        (ground.folder / STATE).hardlink_to(ground.outside / STATE)
        real, good = os.fstat, ground.good[STATE]

        def swapped(fd: int) -> os.stat_result:
            # The hard link is replaced between the opening of the file and the first look at it.
            swap_file(ground, FILES["FIFO"], ground.folder / STATE, good)
            return real(fd)

        with open_root(str(ground.root)) as root:
            folder = root.open_folder(SESSION)
            assert folder is not None
            elsewhere = pytest.raises(UnsafeError, match="its one link is elsewhere")
            with folder, patch("os.fstat", swapped), elsewhere:
                folder.read(STATE, 65_536)


def test_a_store_that_judges_nothing_is_found_out() -> None:
    with patch.object(Folder, "refusal", lambda *_: ""):
        wrong = use_under("hard link", 1.0, 1, Counter())
    assert any(SECRET in one for one in wrong)
    assert any("was read" in one for one in wrong)


@pytest.mark.parametrize(
    ("kind", "flag", "said"),
    [
        ("symbolic link", os.O_NOFOLLOW, "was read"),
        ("link for a folder", os.O_NOFOLLOW, "was read"),
        ("link for a folder", os.O_NOFOLLOW, "a canary was changed"),
        ("FIFO", os.O_NONBLOCK, "hung"),
    ],
)
def test_a_store_that_opens_without_care_is_found_out(kind: str, flag: int, said: str) -> None:
    with without_flag(flag), patch("reliability.hostile.DEADLINE_S", 1.0):
        wrong = use_under(kind, 1.0, 1, Counter())
    assert any(said in one for one in wrong)


def test_a_child_that_hangs_is_told_of() -> None:
    with Child(lambda: os.read(os.pipe()[0], 1), 0.2) as child:
        assert child.finish() is None


def test_what_a_child_raises_is_told() -> None:
    with Child(lambda: 1 // 0, 5) as child, pytest.raises(AssertionError, match="ZeroDivision"):
        child.finish()
