"""The simulated gateway: the same for the same seed, plausible, and never quite tidy."""

from __future__ import annotations

import json
import time
from collections import Counter, defaultdict
from itertools import islice, pairwise
from pathlib import Path

import pytest
from command import finish, run, start

from console.cli.simulate import UNPACED_START_MS, event_line
from console.simulate import simulate_feed
from tracker import Event, decode_event, open_tracker

START_MS = 1_767_225_600_000


def feed(count: int, seed: int = 1, **options: object) -> list[Event]:
    return list(islice(simulate_feed(seed=seed, start_ms=START_MS, **options), count))  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def day() -> list[Event]:
    return feed(20_000)


def test_the_same_seed_gives_the_same_feed_and_another_seed_another() -> None:
    assert feed(500) == feed(500)
    assert feed(500) != feed(500, seed=2)


def test_messages_change_no_event() -> None:
    with_messages = feed(500, with_messages=True)
    bare = [(event.type, event.session, event.at_ms, event.fill_pct) for event in with_messages]
    assert bare == [(event.type, event.session, event.at_ms, event.fill_pct) for event in feed(500)]
    assert all(event.messages for event in with_messages)
    roles = {message.role for event in with_messages for message in event.messages}
    assert roles == {"user", "assistant"}
    assert max(len(event.messages) for event in with_messages) == 8


def test_time_starts_where_it_is_told_to_and_never_goes_back(day: list[Event]) -> None:
    times = [event.at_ms or 0 for event in day]
    assert times[0] == START_MS
    assert all(before <= after for before, after in pairwise(times))


def test_a_rate_is_kept_on_average() -> None:
    events = feed(4_000, rate=20.0)
    seconds = ((events[-1].at_ms or 0) - START_MS) / 1000
    assert seconds == pytest.approx(200, rel=0.1)


def test_sessions_live_as_sessions_do(day: list[Event]) -> None:
    by_session: dict[str, list[Event]] = defaultdict(list)
    for event in day:
        by_session[event.session].append(event)
    for events in by_session.values():
        assert "session_end" not in [event.type for event in events[:-1]] or _may_return(events)
    assert {event.type for event in day} == {
        "agent_turn_prepare",
        "before_tool_call",
        "after_tool_call",
        "before_compaction",
        "session_end",
    }
    tools = Counter(event.tool for event in day)
    assert {"Task", "Edit", "Write", "Read", "Bash"} <= tools.keys()
    assert any(event.file for event in day if event.tool == "Edit")
    assert any(event.fill_pct is None for event in day)


def _may_return(events: list[Event]) -> bool:
    return events[0].session.startswith("agent:")


def test_context_fills_and_a_compaction_empties_it(day: list[Event]) -> None:
    last: dict[str, float] = {}
    fell = []
    for event in day:
        before = last.get(event.session)
        if event.fill_pct is not None:
            if before is not None and event.fill_pct < before:
                fell.append(event)
            last[event.session] = event.fill_pct
        if event.type in ("before_compaction", "session_end"):
            last.pop(event.session, None)
    # Only an id that comes again after its session died starts lower without a compaction.
    assert all(event.session.startswith("agent:") for event in fell)
    assert max(last.values()) > 80


def test_as_many_sessions_die_as_are_asked_for() -> None:
    assert not [event for event in feed(5_000, unclean_pct=100) if event.type == "session_end"]
    tidy = feed(5_000, unclean_pct=0)
    ended = {event.session for event in tidy if event.type == "session_end"}
    assert len(ended) >= len({event.session for event in tidy}) - 48


def test_no_more_sessions_live_at_once_than_asked_for() -> None:
    live: set[str] = set()
    for event in feed(3_000, sessions=5, unclean_pct=0):
        live.add(event.session)
        assert len(live) <= 5
        if event.type == "session_end":
            live.remove(event.session)


def test_ids_have_the_forms_a_gateway_gives_them(day: list[Event]) -> None:
    forms = Counter(
        event.session.split(":")[2] if event.session.startswith("agent:") else "uuid"
        for event in day
    )
    assert {"uuid", "main", "cron", "subagent", "telegram"} <= forms.keys()


def test_sessions_that_lay_idle_come_back(day: list[Event], tmp_path: Path) -> None:
    with open_tracker(tmp_path, capacity=12, durability="process") as tracker:
        for event in day[:3_000]:
            tracker.handle(event)
        statistics = tracker.statistics()
    assert statistics.evicted > 100
    assert statistics.rehydrations > 100
    assert statistics.checkpoints > 100


def test_every_line_is_an_event_again(day: list[Event]) -> None:
    for event in (*day[:200], *feed(50, with_messages=True)):
        assert decode_event(event_line(event)) == event


# -- the verb ---------------------------------------------------------------------------------


def test_simulate_prints_json_lines_that_the_seed_alone_decides() -> None:
    ran = run("simulate", "--rate", 0, "--events", 50, "--seed", 3)
    assert ran.code == 0
    assert len(ran.lines) == 50
    assert json.loads(ran.lines[0])["at_ms"] == UNPACED_START_MS
    assert run("simulate", "--rate", 0, "--events", 50, "--seed", 3).stdout == ran.stdout
    assert run("simulate", "--rate", 0, "--events", 50, "--seed", 4).stdout != ran.stdout
    later = run("simulate", "--rate", 0, "--events", 1, "--seed", 3, "--start-ms", 5_000)
    assert json.loads(later.stdout)["at_ms"] == 5_000


def test_a_paced_feed_comes_at_its_rate_and_at_once() -> None:
    process = start("simulate", "--rate", 100, "--messages")
    with process:
        assert process.stdout is not None
        first = decode_event(process.stdout.readline())
        began_s = time.monotonic()
        for _ in range(50):
            last = decode_event(process.stdout.readline())
        took_s = time.monotonic() - began_s
        process.kill()
    paced_s = ((last.at_ms or 0) - (first.at_ms or 0)) / 1000
    assert paced_s - 0.25 < took_s < paced_s + 10
    assert abs((first.at_ms or 0) / 1000 - time.time()) < 60


def test_a_reader_that_goes_away_ends_the_feed_quietly() -> None:
    process = start("simulate", "--rate", 0)
    assert process.stdout is not None
    process.stdout.readline()
    process.stdout.close()
    process.stdout = None
    ran = finish(process)
    assert ran.code == 141
    assert ran.stderr == ""
