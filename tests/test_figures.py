"""Figures: every count is there under its name, and nothing is said that isn't known."""

from __future__ import annotations

from typing import Any

import pytest
from console_values import HOSTILE, statistics
from rich.cells import cell_len

from console.model.figures import figure_lines
from console.model.leaks import LeakRadar
from console.snapshot import Mode
from tracker import Spread

MINUTE_MS = 60_000
RADAR = LeakRadar(12, 7, ("oldest", "older"), 0, 3.25, 4 * 60 * MINUTE_MS)
BUSY = {
    "capacity": 2_000,
    "occupancy": 1_950,
    "pinned": 3,
    "dirty": 41,
    "hits": 8_123,
    "misses": 877,
    "insertions": 871,
    "rehydrations": 262,
    "evictions": {"capacity": 653, "idle": 62, "operator": 4},
    "spills": 44,
    "spill_failures": 1,
    "releases": 309,
    "touches_after_end": 2,
    "thrash": 6,
    "checkpoints": 99,
    "guards_fired": 13,
    "load_failures": {"corrupt": 5, "unsafe": 1},
    "age_at_eviction_ms": Spread(719, 11 * MINUTE_MS, 90 * MINUTE_MS, 3_000 * MINUTE_MS),
    "idle_at_eviction_ms": Spread(719, MINUTE_MS, 13 * MINUTE_MS, 16 * MINUTE_MS),
    "load_time_ns": Spread(262, 14_400, 1_240_000, 340_000_000),
}


def said(
    width: int = 54,
    *,
    radar: LeakRadar | None = RADAR,
    mode: Mode = Mode.OWN,
    **counts: Any,
) -> list[str]:
    found = statistics(**{**BUSY, **counts})
    lines = figure_lines(found, radar, mode, 30 * MINUTE_MS, 1_440 * MINUTE_MS, width)
    return ["".join(cell.text for cell in line).rstrip() for line in lines]


def test_an_owner_sees_every_figure() -> None:
    assert said() == [
        "Leak radar",
        "live                12  active in the last 30m",
        "idle                 7  silent for less than 1d",
        "never ended          2  silent for 1d or more",
        "leak rate         +3.2  an hour: begun less ended",
        "memory full         4h  from now, at the hour's pace",
        "longest: oldest",
        "",
        "Evictions  719",
        "capacity              653   idle                   62",
        "operator                4   drill                   0",
        "",
        "Load failures  6: corrupt 5, unsafe 1",
        "",
        "Times                 p50     p99   worst samples",
        "age at eviction       11m      1h      2d     719",
        "idle at eviction       1m     13m     16m     719",
        "load time           14 µs  1.2 ms  340 ms     262",
        "",
        "Memory",
        "occupancy      1,950 full   capacity            2,000",
        "pinned                  3   dirty                  41",
        "hits                8,123   misses                877",
        "hit ratio           90.3%   thrash                  6",
        "spills                 44   spill failures          1",
        "",
        "Sessions",
        "insertions            871   rehydrations          262",
        "releases              309   after their end         2",
        "checkpoints            99   guards fired           13",
    ]


def test_what_is_empty_is_said_in_words() -> None:
    none = Spread()
    lines = said(
        radar=None,
        evictions={},
        load_failures={},
        age_at_eviction_ms=none,
        idle_at_eviction_ms=none,
        load_time_ns=none,
    )
    assert lines[1] == "looking…"
    assert "Evictions  no evictions yet" in lines
    assert "Load failures  none" in lines
    assert "age at eviction   no evictions yet" in lines
    assert "load time         no rehydrations yet" in lines


def test_an_observer_is_told_nothing_of_what_it_cannot_know() -> None:
    text = "\n".join(said(mode=Mode.OBSERVE))
    for word in ("hits", "dirty", "thrash", "spills", "releases", "guards", "memory full"):
        assert word not in text
    assert "leak rate            —  an observer isn't told of ends" in text
    assert "An observer's own" in text
    assert "An observer's own" not in "\n".join(said())


@pytest.mark.parametrize(
    ("until_full_ms", "row"),
    [
        (None, "memory full          —  it isn't filling"),
        (0, "memory full        now  new ones evict the oldest"),
        (5 * MINUTE_MS, "memory full         5m  from now, at the hour's pace"),
    ],
)
def test_when_memory_is_full_is_said_in_words(until_full_ms: int | None, row: str) -> None:
    assert row in said(radar=RADAR._replace(until_full_ms=until_full_ms))


def test_a_leak_rate_has_its_sign_and_no_more_digits_than_it_needs() -> None:
    for rate, text in ((-0.25, "-0.2"), (0.0, "+0.0"), (99.94, "+99.9"), (2_460.4, "+2,460")):
        lines = said(radar=RADAR._replace(leak_per_hour=rate))
        assert any(line.startswith("leak rate") and f" {text} " in line for line in lines)


def test_sessions_whose_end_is_not_known_have_a_row_of_their_own() -> None:
    assert not any(line.startswith("end unknown") for line in said())
    lines = said(radar=RADAR._replace(untold=48, never_ended=()))
    assert "end unknown         48  on disk; says of no end" in lines
    assert not any(line.startswith("longest") for line in lines)


@pytest.mark.parametrize("session", HOSTILE)
def test_the_session_that_is_silent_for_longest_is_shown_as_text(session: str) -> None:
    lines = said(radar=RADAR._replace(never_ended=(session,)), load_failures={session: 1})
    assert all(line.isprintable() for line in lines)
    assert all(cell_len(line) <= 54 for line in lines)


@pytest.mark.parametrize("width", [0, 1, 9, 23, 39, 45, 46, 54, 78, 158])
@pytest.mark.parametrize("mode", [Mode.OWN, Mode.OBSERVE])
def test_no_line_is_wider_than_there_is_room(width: int, mode: Mode) -> None:
    radar = RADAR._replace(untold=5, never_ended=("漢" * 300,))
    assert all(cell_len(line) <= width for line in said(width, mode=mode, radar=radar))


def test_at_forty_columns_every_figure_still_has_its_number() -> None:
    lines = said(38)
    assert "never ended          2" in lines
    assert "capacity                  653" in lines
    assert "load time          14 µs 1.2 ms 340 ms" in lines


def test_before_there_is_a_tracker_it_says_so() -> None:
    lines = figure_lines(None, None, Mode.OWN, 1, 1, 54)
    assert ["".join(cell.text for cell in line) for line in lines] == ["Leak radar", "not open"]
