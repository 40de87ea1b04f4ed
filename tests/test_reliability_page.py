"""The page of measured results: each row of the suite has its line, its command and its test."""

from __future__ import annotations

from pathlib import Path

import pytest
from reliability.rows import ROWS

TESTS = Path(__file__).parent
LINES = [
    [cell.strip() for cell in line.strip("|").split("|")]
    for line in (TESTS / "RELIABILITY.md").read_text(encoding="utf-8").splitlines()
    if line.startswith("|")
]


@pytest.mark.parametrize("row", ROWS)
def test_every_row_shows_its_promise_both_results_its_command_and_its_test(row: str) -> None:
    (line,) = (cells for cells in LINES if f"`--rows {row}`" in cells[-1])
    promise, original, ours, where = line
    assert promise
    assert original
    assert any(character.isdigit() for character in ours)
    module = where.split("`")[-2]
    assert row in (TESTS / f"{module}.py").read_text(encoding="utf-8").split('"""', 2)[2]


def test_no_line_stands_for_a_row_that_is_not_there() -> None:
    named = [cells[-1].split("`")[1].removeprefix("--rows ") for cells in LINES[2:]]
    assert named == list(ROWS)
