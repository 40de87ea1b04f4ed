"""The leak radar: every session that hasn't ended is live, idle, never ended or untold, once."""

from __future__ import annotations

import pytest
from console_values import in_memory, on_disk, statistics
from hypothesis import given
from hypothesis import strategies as st

from console.model.leaks import DAY_MS, HOUR_MS, MINUTE_MS, Flow, LeakRadar, leak_radar
from tracker import FolderSummary, TrackedSession

NOW_MS = 1_795_310_000_000
IDLE_MS = 10 * MINUTE_MS
NOTHING = Flow(0, 0, 0, 0)


def radar(
    tracked: tuple[TrackedSession, ...] = (),
    folders: tuple[FolderSummary, ...] = (),
    flow: Flow = NOTHING,
    capacity: int = 10,
    occupancy: int = 0,
) -> LeakRadar:
    counts = statistics(capacity=capacity, occupancy=occupancy)
    return leak_radar(tracked, folders, counts, flow, NOW_MS, IDLE_MS)


def ago(session: str, idle_ms: int, **changed: object) -> TrackedSession:
    """A session in memory that was active so long ago."""
    return in_memory(session, NOW_MS - idle_ms, **changed)


def left(session: str, idle_ms: int, has_ended: bool | None) -> FolderSummary:
    """A folder whose session was active so long ago."""
    return on_disk(session, at_ms=NOW_MS - idle_ms, has_ended=has_ended)


@pytest.mark.parametrize(
    ("idle_ms", "place"),
    [
        (-5_000, "live"),
        (0, "live"),
        (IDLE_MS - 1, "live"),
        (IDLE_MS, "idle"),
        (DAY_MS - 1, "idle"),
        (DAY_MS, "never"),
        (400 * DAY_MS, "never"),
    ],
)
def test_the_time_since_its_last_activity_decides_where_a_session_stands(
    idle_ms: int, place: str
) -> None:
    expected = (int(place == "live"), int(place == "idle"), ("s",) if place == "never" else (), 0)
    assert radar((ago("s", idle_ms),))[:4] == expected
    assert radar((), (left("s", idle_ms, False),))[:4] == expected


def test_what_is_not_idle_yet_has_not_failed_to_end() -> None:
    found = leak_radar(
        (ago("s", DAY_MS), ago("t", 3 * DAY_MS)), (), statistics(), NOTHING, NOW_MS, 2 * DAY_MS
    )
    assert (found.live, found.idle, found.never_ended) == (1, 0, ("t",))


def test_sessions_that_ended_are_none_of_them() -> None:
    old_ms = 2 * DAY_MS
    ended = left("s", old_ms, True)
    assert radar((), (ended,))[:4] == (0, 0, (), 0)
    assert radar((ago("s", 0),), (ended,))[:4] == (0, 0, (), 0)
    # Something newer in memory than its end is a session that went on.
    went_on = ago("s", 0, dirty_fields=("edit_writes",))
    assert radar((went_on,), (ended,))[:4] == (1, 0, (), 0)


def test_a_session_in_memory_counts_once_and_by_its_memory() -> None:
    assert radar((ago("s", 0),), (left("s", 2 * DAY_MS, False),))[:4] == (1, 0, (), 0)


def test_what_does_not_say_whether_it_ended_or_when_it_was_active_is_told_apart() -> None:
    folders = (
        left("the original's", 2 * DAY_MS, None),
        on_disk("no state", state=None, has_ended=False),
        on_disk("no time", at_ms=0, has_ended=False),
    )
    assert radar((), folders)[:4] == (0, 0, (), 3)


def test_a_refused_folder_says_nothing_of_its_session() -> None:
    copy = on_disk("copy", "s", at_ms=1, has_ended=True, trouble="unsafe")
    assert radar((ago("s", 0),), (copy,))[:4] == (1, 0, (), 0)
    assert radar((), (copy,))[:4] == (0, 0, (), 0)


def test_those_that_never_ended_stand_longest_idle_first_in_memory_or_not() -> None:
    tracked = (ago("b", 3 * DAY_MS), ago("new", 0), ago("a", 3 * DAY_MS))
    folders = (left("c", 2 * DAY_MS, False), left("d", 9 * DAY_MS, False))
    assert radar(tracked, folders).never_ended == ("d", "a", "b", "c")


@pytest.mark.parametrize(
    ("flow", "leak_per_hour"),
    [
        (NOTHING, 0.0),
        (Flow(30, 0, 10, 0), 20.0),
        (Flow(30, 25, 10, 40), -5.0),
        (Flow(5, 0, 0, 0, span_ms=HOUR_MS // 4), 20.0),
        (Flow(1, 0, 0, 0, span_ms=1_000), 60.0),
        (Flow(1, 0, 0, 0, span_ms=0), 60.0),
    ],
)
def test_a_leak_is_what_begins_and_does_not_end_an_hour(flow: Flow, leak_per_hour: float) -> None:
    assert radar(flow=flow).leak_per_hour == pytest.approx(leak_per_hour)


@pytest.mark.parametrize(
    ("flow", "occupancy", "until_full_ms"),
    [
        (NOTHING, 0, None),
        (NOTHING, 10, 0),
        (NOTHING, 12, 0),
        (Flow(20, 0, 10, 0), 5, HOUR_MS // 2),
        (Flow(20, 20, 10, 0), 5, HOUR_MS // 2),
        (Flow(20, 0, 10, 10), 5, None),
        (Flow(20, 0, 30, 0), 5, None),
        (Flow(5, 0, 0, 0, span_ms=HOUR_MS // 4), 5, HOUR_MS // 4),
        (Flow(1e-9, 0, 0, 0), 5, None),
    ],
)
def test_memory_is_full_when_the_room_is_used_up_at_the_rate_it_grows(
    flow: Flow, occupancy: int, until_full_ms: int | None
) -> None:
    assert radar(flow=flow, occupancy=occupancy).until_full_ms == until_full_ms


NAMES = st.sampled_from("abcdef")
TIMES = st.integers(-HOUR_MS, 3 * DAY_MS)


@given(
    st.dictionaries(NAMES, st.tuples(TIMES, st.booleans())),
    st.dictionaries(NAMES, st.tuples(TIMES, st.sampled_from((True, False, None)))),
)
def test_every_session_that_has_not_ended_counts_exactly_once(
    memory: dict[str, tuple[int, bool]], disk: dict[str, tuple[int, bool | None]]
) -> None:
    found = radar(
        tuple(
            ago(name, idle_ms, dirty_fields=("prior_score",) if is_dirty else ())
            for name, (idle_ms, is_dirty) in memory.items()
        ),
        tuple(left(name, idle_ms, has_ended) for name, (idle_ms, has_ended) in disk.items()),
    )
    ended = {
        name
        for name, (_, has_ended) in disk.items()
        if has_ended and not (name in memory and memory[name][1])
    }
    assert found.live + found.idle + len(found.never_ended) + found.untold == len(
        (memory.keys() | disk.keys()) - ended
    )
