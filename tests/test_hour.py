"""The last hour as plots: all of what is known from the axis to now, and words where nothing is."""

from __future__ import annotations

from typing import Any

import pytest
from console_values import statistics, update_of
from rich.cells import cell_len

from console.model.charts import AXIS_CELLS
from console.model.chronicle import Chronicle
from console.model.hour import hour_lines
from console.snapshot import Mode

NOW_MS = 1_795_310_000_000 // 3_600_000 * 3_600_000 + 3_599_000
MINUTE_MS = 60_000


def an_hour(per_minute: int = 12, **counts: Any) -> tuple[Chronicle, Any]:
    """A chronicle of an hour of steady evictions, and the counts at its end."""
    chronicle, at_ms = Chronicle(), NOW_MS - 60 * MINUTE_MS
    total = 0
    while at_ms <= NOW_MS:
        fields = {"capacity": 100, "occupancy": 50, "rehydrations": total // 2, **counts}
        found = statistics(evictions={"capacity": total}, **fields)
        chronicle.apply(update_of(mode=Mode.OWN, at_ms=at_ms, statistics=found))
        total += per_minute // 6
        at_ms += 10_000
    return chronicle, found


def text_of(chronicle: Chronicle, counts: Any, width: int = 66, height: int = 26) -> list[str]:
    lines = hour_lines(chronicle, counts, NOW_MS, width, height)
    return ["".join(cell.text for cell in line) for line in lines]


def test_three_plots_have_their_titles_and_fill_the_height() -> None:
    lines = text_of(*an_hour())
    assert len(lines) == 26
    assert lines[0] == "Occupancy  50 of 100"
    assert lines[9].startswith("Evictions a minute  12 now · ")
    assert lines[18].startswith("Rehydrations a minute  6 now · ")


def test_occupancy_is_drawn_against_the_capacity() -> None:
    lines = text_of(*an_hour())
    assert lines[1].startswith("  100┤")
    bars = [line[AXIS_CELLS:] for line in lines[1:7]]
    assert all(not bar.strip() for bar in bars[:3])
    assert all(bar == "█" * 60 for bar in bars[3:])


def test_a_steady_rate_is_a_level_plot_in_events_a_minute() -> None:
    lines = text_of(*an_hour())
    assert lines[10].startswith("   20┤")
    plot = [line[AXIS_CELLS:] for line in lines[10:16]]
    columns = list(zip(*plot, strict=True))
    # The hour began in the middle of its first column's time.
    assert len(set(columns[2:])) == 1
    assert columns[2].count(" ") == 2


@pytest.mark.parametrize("width", [30, 41, 62, 66, 78, 98, 160, 500])
def test_the_hour_fills_the_width_whatever_it_is(width: int) -> None:
    lines = text_of(*an_hour(), width)
    assert lines[6] == "     │" + "█" * (width - AXIS_CELLS)
    assert lines[7].startswith("    0└-60m ")
    assert lines[7].endswith(" now")
    assert len(lines[7]) == width


@pytest.mark.parametrize(
    ("minutes", "label", "share"), [(5, "-10m", 0.5), (15, "-30m", 0.5), (45, "-60m", 0.75)]
)
def test_a_young_console_shows_no_more_than_it_knows(
    minutes: int, label: str, share: float
) -> None:
    chronicle = Chronicle()
    counts = statistics(capacity=10, occupancy=10)
    for at_ms in range(NOW_MS - minutes * MINUTE_MS, NOW_MS + 1, 10_000):
        chronicle.apply(update_of(mode=Mode.OWN, at_ms=at_ms, statistics=counts))
    lines = text_of(chronicle, counts, 126)
    assert lines[7].startswith(f"    0└{label} ")
    assert lines[6].count("█") == pytest.approx(120 * share, abs=6)
    assert lines[6].endswith("█")


def test_before_anything_moved_it_says_so() -> None:
    chronicle = Chronicle()
    counts = statistics()
    chronicle.apply(update_of(mode=Mode.OWN, at_ms=NOW_MS, statistics=counts))
    lines = text_of(chronicle, counts)
    assert "Evictions a minute  no evictions yet" in lines
    assert "Rehydrations a minute  no rehydrations yet" in lines


def test_without_a_tracker_what_was_is_still_drawn() -> None:
    chronicle, _ = an_hour()
    lines = text_of(chronicle, None)
    assert lines[0] == "Occupancy  not open"
    assert "█" in lines[6]


@pytest.mark.parametrize("width", [0, 1, 5, 12, 39, 78, 110])
@pytest.mark.parametrize("height", [0, 3, 18, 40])
def test_no_line_is_wider_than_there_is_room_and_no_plot_too_low_to_read(
    width: int, height: int
) -> None:
    lines = text_of(*an_hour(), width, height)
    assert all(cell_len(line) <= width for line in lines)
    assert len(lines) == max((height - 2) // 3, 5) * 3 + 2
