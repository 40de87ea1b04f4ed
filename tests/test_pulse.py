"""The pulse and the masthead: counters by importance, and an honest badge."""

from __future__ import annotations

import os

import pytest
from console_support import StillLink, shown, until
from console_values import HOSTILE, statistics, update_of
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from console.app import HoldfastApp
from console.snapshot import Face, Feed, Mode, Watch
from console.widgets.pulse import pulse_text, tail, watch_badge
from tracker import Rules

NOW_MS = 1_000_000


def words(width: int = 400, **changed: object) -> str:
    return pulse_text(update_of(**changed), 48, 1_234_567, width).plain


def test_every_counter_is_on_the_line_of_an_owner() -> None:
    counts = statistics(
        capacity=2_000,
        occupancy=1_500,
        evictions={"capacity": 3, "operator": 1},
        rehydrations=2,
        dirty=5,
        hits=9,
        misses=1,
        load_failures={"torn": 2, "types": 1},
    )
    text = words(statistics=counts, mode=Mode.OWN, feed=Feed("feed", events=1_234))
    for part in (
        "memory 1,500/2,000 █████████░░░ 75%",
        "evictions 4",
        "rehydrations 2",
        "disk 48 · 1.2 M",
        "events 1,234",
        "dirty 5",
        "hits 90.0%",
        "load failures 3",
    ):
        assert part in text


def test_an_observer_is_not_shown_counts_that_mean_nothing_to_it() -> None:
    text = words(mode=Mode.OBSERVE)
    assert "dirty" not in text
    assert "hits" not in text
    assert "events" not in text


@pytest.mark.parametrize("width", range(1, 200, 7))
def test_the_line_never_exceeds_its_width_once_more_than_memory_is_on_it(width: int) -> None:
    text = words(width)
    assert "memory" in text
    assert len(text) <= width or "│" not in text


def test_a_tracker_over_its_capacity_has_a_full_gauge_not_a_longer_one() -> None:
    text = words(statistics=statistics(capacity=10, occupancy=25))
    assert "25/10 ████████████ 250%" in text


def test_before_there_is_a_tracker_the_line_says_so() -> None:
    assert words(statistics=None) == " not open"


@pytest.mark.parametrize(
    ("changed", "badge"),
    [
        ({"face": Face.OPENING}, "… opening"),
        ({"face": Face.MISSING}, "⚠ missing"),
        ({"face": Face.UNREADABLE}, "⚠ unreadable"),
        ({"face": Face.GONE}, "⚠ gone"),
        ({"watch": Watch("watching", 0)}, "… reading"),
        ({"watch": Watch("watching", NOW_MS, 4_000)}, "● watching"),
        ({"watch": Watch("polling", NOW_MS, 700, "asked for")}, "◌ polling"),
        ({"watch": Watch("watching", NOW_MS - 30_000, 4_000)}, "⚠ stale 30s"),
        ({"watch": Watch("polling", NOW_MS - 3_000, 700)}, "⚠ stale 3s"),
    ],
)
def test_the_badge_says_how_changes_are_noticed(changed: dict[str, object], badge: str) -> None:
    assert watch_badge(update_of(**changed), NOW_MS) == badge


@given(st.text() | st.sampled_from(HOSTILE), st.integers(-5, 60))
def test_a_path_never_takes_more_cells_than_there_are(path: str, width: int) -> None:
    assert cell_len(tail(path, width)) <= max(width, 0)


def test_a_path_is_cut_at_its_beginning_and_the_home_is_a_tilde() -> None:
    assert tail("/a/long/path/checkpoints", 12) == "…checkpoints"
    assert tail(os.path.expanduser("~/state"), 40) == "~/state"


async def test_the_counters_follow_the_width_of_the_terminal() -> None:
    app = HoldfastApp(StillLink(update_of()), Rules())
    async with app.run_test(size=(60, 20)) as pilot:
        await until(pilot, lambda: "evictions 0" in shown(app), "the first counters")
        assert "load failures" not in shown(app)
        await pilot.resize_terminal(140, 20)
        await until(pilot, lambda: "load failures 0" in shown(app), "all counters")
