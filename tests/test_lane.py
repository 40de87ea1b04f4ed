"""The next-victim lane: who goes next and about when, on one line or on a few."""

from __future__ import annotations

import pytest
from console_values import HOSTILE
from hosting import hosted
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from console.widgets.lane import Lane, lane_text, when

VICTIMS = [("a", 0), ("b", 12_345), ("c", 3_600_000), ("d", None)]


@pytest.mark.parametrize(
    ("eta_ms", "words"),
    [(None, "—"), (0, "now"), (999, "now"), (1_000, "in ~1s"), (120_000, "in ~2m")],
)
def test_a_forecast_is_now_about_when_or_not_coming(eta_ms: int | None, words: str) -> None:
    assert when(eta_ms) == words


def test_on_one_line_the_next_ones_stand_side_by_side() -> None:
    assert lane_text(VICTIMS, "", 80, 1).plain == (" next out a now · b in ~12s · c in ~1h · d —")


def test_on_one_line_only_whole_ones_stand_but_always_the_first() -> None:
    assert lane_text(VICTIMS, "", 29, 1).plain == " next out a now · b in ~12s"
    assert lane_text(VICTIMS, "", 26, 1).plain == " next out a now"
    assert lane_text(VICTIMS, "", 5, 1).plain == " next out a now"


def test_on_a_few_lines_each_has_its_own() -> None:
    assert lane_text(VICTIMS, "", 80, 3).plain.splitlines() == [
        " next out now       a",
        "          in ~12s   b",
        "          in ~1h    c",
    ]


def test_where_nobody_can_go_it_says_why() -> None:
    assert (
        lane_text((), "nobody: all are pinned", 80, 5).plain == " next out nobody: all are pinned"
    )


@given(
    st.lists(
        st.tuples(
            st.text(max_size=60) | st.sampled_from(HOSTILE),
            st.none() | st.integers(0, 10**11),
        ),
        min_size=1,
        max_size=5,
    ),
    st.integers(30, 160),
    st.integers(1, 5),
)
def test_no_line_is_wider_than_the_lane_whatever_the_ids_are(
    victims: list[tuple[str, int | None]], width: int, height: int
) -> None:
    lines = lane_text(victims, "", width, height).plain.split("\n")
    assert len(lines) <= height
    for line in lines:
        assert line.isprintable()
        assert cell_len(line) <= width


async def test_the_widget_shows_as_many_as_it_has_lines() -> None:
    async with hosted(lambda: Lane(id="lane"), size=(60, 10)) as (host, pilot):
        lane = host.query_one(Lane)
        lane.show(VICTIMS, "")
        await pilot.pause()
        assert "b in ~12s" in str(lane.render())
        lane.styles.height = 3
        await pilot.pause()
        assert str(lane.render()).count("\n") == 2
        lane.show((), "nobody: memory is empty")
        assert "memory is empty" in str(lane.render())
