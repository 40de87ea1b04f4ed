"""The vitals: what matters first, honest at every width, and never by colour alone."""

from __future__ import annotations

from typing import Any

import pytest
from console_values import statistics, update_of
from rich.cells import cell_len

from console.model.chronicle import Chronicle
from console.model.vitals import vital_lines
from console.snapshot import Feed, Mode

NOW_MS = 1_795_310_000_000
BUSY = {
    "capacity": 2_000,
    "occupancy": 1_500,
    "evictions": {"capacity": 13, "operator": 1},
    "rehydrations": 2,
    "dirty": 5,
    "hits": 9,
    "misses": 1,
    "thrash": 4,
    "load_failures": {"corrupt": 2, "unsafe": 1},
}


def said(
    width: int = 400, *, has_two: bool = False, mode: Mode = Mode.OWN, **fields: Any
) -> list[str]:
    """The lines an owner's vitals come to, as text."""
    chronicle = Chronicle()
    chronicle.apply(update_of(mode=Mode.OWN, at_ms=NOW_MS - 1000))
    update = update_of(mode=mode, at_ms=NOW_MS, **fields)
    chronicle.apply(update)
    lines = vital_lines(update, 48, 1_234_567, chronicle, NOW_MS, width, has_two=has_two)
    return ["".join(cell.text for cell in line) for line in lines]


def test_everything_is_on_the_line_of_an_owner() -> None:
    (line,) = said(statistics=statistics(**BUSY), feed=Feed("feed", events=1_234))
    assert line == (
        " memory 1,500/2,000 █████████░░░ 75% │ evictions 14/min │ load failures 3"
        " │ rehydrations 2/min │ disk 48 · 1.2 M │ events 1,234 │ dirty 5 │ hits 90.0% │ thrash 4"
    )


def test_on_two_lines_what_moves_has_a_sparkline_beside_its_number() -> None:
    first, second = said(120, has_two=True, statistics=statistics(**BUSY))
    assert first.startswith(" memory 1,500/2,000 █████████░░░ 75% │ evictions 14/min ")
    evictions, rehydrations = first.split(" │ ")[1:]
    assert evictions.endswith(" _█")
    assert rehydrations.startswith("rehydrations 2/min ")
    assert rehydrations.endswith(" _█")
    assert second.startswith(" load failures 3 │ disk")


@pytest.mark.parametrize("width", [100, 120, 160, 300])
@pytest.mark.parametrize("mode", [Mode.OWN, Mode.OBSERVE])
def test_sparklines_leave_nothing_else_out(width: int, mode: Mode) -> None:
    counts = statistics(**{**BUSY, "occupancy": 2_000})
    first, _ = said(width, has_two=True, mode=mode, statistics=counts)
    assert first.count("│") == 2
    assert "rehydrations 2/min" in first
    assert cell_len(first) <= width


def test_an_observer_is_not_shown_what_means_nothing_to_it_nor_told_that_others_evict() -> None:
    (line,) = said(mode=Mode.OBSERVE, statistics=statistics(**BUSY))
    for word in ("dirty", "hits", "thrash", "events"):
        assert word not in line
    assert "evictions 14/min here" in line
    assert "rehydrations 2/min here" in line
    assert "here" not in said()[0]


@pytest.mark.parametrize(
    ("occupancy", "ending"),
    [(79, "79%"), (80, "80% high"), (94, "94% high"), (95, "95% full"), (100, "100% full")],
)
def test_the_gauge_turns_at_80_and_95_per_cent_in_words(occupancy: int, ending: str) -> None:
    (line,) = said(statistics=statistics(capacity=100, occupancy=occupancy))
    assert line.split(" │ ")[0].endswith(f" {ending}")


def test_over_its_capacity_the_gauge_is_full_not_longer() -> None:
    (line,) = said(statistics=statistics(capacity=10, occupancy=25))
    assert "25/10 ████████████ 250% over" in line


@pytest.mark.parametrize(("occupancy", "tone"), [(10, ""), (80, "warn"), (95, "bad"), (101, "bad")])
def test_the_gauge_has_the_tone_of_its_word(occupancy: int, tone: str) -> None:
    update = update_of(statistics=statistics(capacity=100, occupancy=occupancy))
    (line,) = vital_lines(update, 0, 0, Chronicle(), NOW_MS, 400, has_two=False)
    assert line[2].text.startswith("█" if occupancy >= 10 else "░")
    assert line[2].tone == tone


def test_a_load_failure_comes_before_what_is_merely_good_to_know() -> None:
    (line,) = said(80, statistics=statistics(capacity=2_000, load_failures={"corrupt": 1}))
    assert "load failures 1" in line
    (line,) = said(80, statistics=statistics(capacity=2_000))
    assert "load failures" not in line
    assert "rehydrations 0/min" in line


def test_at_forty_columns_there_is_occupancy_and_what_is_evicted() -> None:
    (line,) = said(40, statistics=statistics(capacity=2_000, occupancy=480))
    assert line == " memory 480/2,000 24% │ evict 0/min"


@pytest.mark.parametrize("width", [0, 1, 7, 20, 40, 59, 60, 80, 99, 120, 160])
@pytest.mark.parametrize("has_two", [False, True])
def test_no_line_is_longer_than_there_is_room(width: int, has_two: bool) -> None:
    for line in said(width, has_two=has_two, statistics=statistics(**BUSY)):
        assert cell_len(line) <= width


def test_before_there_is_a_tracker_it_says_so() -> None:
    assert said(statistics=None) == [" not open"]
