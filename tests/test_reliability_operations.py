"""The n-th file operation fails: a clear error, nothing changed, and the same effects afterwards.

The whole of the claim: `pytest -m slow tests/test_reliability_operations.py`.
"""

from __future__ import annotations

import errno
import os
from collections import Counter
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest
from conftest import Open
from faulty_os import watched
from feeds import MINUTE_MS, NOW_MS, turn
from reliability.faults import ONCE
from reliability.operations import BEGINNINGS, failing, failing_from, operations
from reliability.weakened import without_a_word, without_closing, without_the_rename

from tracker import WriteError


def test_whichever_operation_fails_nothing_is_lost_and_it_works_again() -> None:
    row = operations(True)
    assert not row.violations, str(row)
    assert row.figures["lives"] > 400
    assert row.figures["errors"] > row.figures["lives"] / 2


def test_a_manifest_that_takes_no_line_does_not_fill_the_folder_with_files(
    root: Path, open_owner: Open
) -> None:
    def refuse_append(name: str, args: tuple[Any, ...], options: dict[str, Any]) -> None:
        if name == "open" and args[1] & os.O_APPEND:
            raise OSError(errno.EACCES, os.strerror(errno.EACCES))

    owner = open_owner()
    owner.handle(turn("s-1", NOW_MS, 20))
    with watched(refuse_append):
        for minutes in range(2, 22):
            with pytest.raises(WriteError):
                owner.handle(turn("s-1", NOW_MS + minutes * MINUTE_MS, 50))
    assert len(list(root.glob("s-1/*.md"))) == 1


@pytest.mark.parametrize(
    ("weakened", "said"),
    [
        (without_the_rename, "the state file is unreadable"),
        (without_a_word, "is listed and missing"),
        (without_a_word, "forgot nudge"),
        (without_closing, "a descriptor leaked"),
    ],
)
def test_a_store_that_a_full_disk_harms_is_found_out(
    weakened: Callable[[], AbstractContextManager[None]], said: str
) -> None:
    with weakened():
        found: list[str] = []
        for nth in range(400):
            wrong, has_struck = failing(nth, errno.ENOSPC, ONCE, 4, Counter())
            found += [one for one in wrong if said in one]
            if found or not has_struck:
                break
    assert found


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize("beginning", BEGINNINGS, ids=["many", "one", "inherited"])
def test_every_operation_may_fail_in_any_way_and_nothing_is_lost(
    beginning: tuple[int, bool],
) -> None:
    row = failing_from(False, [beginning])
    assert not row.violations, str(row)
    assert row.figures["lives"] > 18 * 250
