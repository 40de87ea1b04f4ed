"""The feed: what is an event, what is a bad line, and how effects are written."""

from __future__ import annotations

import io
import json
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker import (
    BadLine,
    Effect,
    Event,
    EventError,
    IdError,
    check_id,
    decode_event,
    parse_line,
    read_feed,
    to_builtins,
)
from tracker.events import LATEST_MS, LINE_BYTES

GOOD: dict[str, Any] = {"type": "agent_turn_prepare", "session": "s-1", "at_ms": 5}


def line(**fields: Any) -> bytes:
    """A feed line: a good event with some fields set, or left out where they are None."""
    values = {**GOOD, **fields}
    return json.dumps({key: value for key, value in values.items() if value is not None}).encode()


def test_a_line_becomes_an_event_and_unknown_fields_are_ignored() -> None:
    raw = line(fill_pct=20.5, quality_score=83, tool="Edit", file="a.py", colour="red", seq=9)
    event = decode_event(raw)
    assert event == Event("agent_turn_prepare", "s-1", 5, 20.5, 83, "Edit", "a.py")


def test_messages_come_with_a_role_a_content_and_perhaps_a_time() -> None:
    messages = [{"role": "user", "content": "x", "timestamp": 5}, {"role": "tool", "content": ""}]
    event = decode_event(line(messages=messages))
    assert [(one.role, one.content, one.timestamp) for one in event.messages] == [
        ("user", "x", 5),
        ("tool", "", None),
    ]


@pytest.mark.parametrize(
    ("raw", "why"),
    [
        (line(type="agent_turn"), "agent_turn"),
        (b'{"session":"s-1"}', "type"),
        (line(session=""), "empty"),
        (line(session="a\0b"), "NUL"),
        pytest.param(line(session="x" * 4097), "4097 bytes", id="long id"),
        (line(session=7), "session"),
        (line(fill_pct=5), "both"),
        (line(quality_score=5), "both"),
        (line(fill_pct=100.1, quality_score=5), "fill_pct is 100.1"),
        (line(fill_pct=5, quality_score=-1), "quality_score is -1"),
        (line(fill_pct="5", quality_score=5), "fill_pct"),
        (line(at_ms=-1), "at_ms"),
        (line(at_ms=1.5), "at_ms"),
        (line(at_ms=LATEST_MS + 1), "9999"),
        (line(at_ms=True), "at_ms"),
        (line(messages=[{"role": "user"}]), "content"),
        (b'{"type":"session_end","session":"s"', "JSON"),
        (b"[1, 2]", "object"),
        (b'{"type":"session_end","session":"\xff"}', "UTF-8"),
        (b'{"type":"session_end","session":"\\ud800"}', "JSON"),
        (b"nonsense", "JSON"),
        pytest.param(b'{"x":' + b"[" * 100_000, "JSON|deeply", id="deep"),
    ],
)
def test_a_line_that_is_no_event_is_refused_with_what_is_wrong_with_it(
    raw: bytes, why: str
) -> None:
    with pytest.raises(EventError, match=why):
        decode_event(raw)
    bad = parse_line(raw, 7)
    assert isinstance(bad, BadLine)
    assert bad.number == 7
    assert "\n" not in bad.why


@pytest.mark.parametrize(
    "fields",
    [
        {"type": "agent_turn"},
        {"fill_pct": float("nan"), "quality_score": 5},
        {"fill_pct": "5", "quality_score": 5},
        {"at_ms": 1.0},
        {"at_ms": True},
    ],
)
def test_an_event_made_by_a_host_is_checked_like_one_of_a_feed(fields: dict[str, Any]) -> None:
    with pytest.raises(EventError):
        Event(**{**GOOD, **fields})


@pytest.mark.parametrize(
    "session", ["", "\0", "a\0", "\ud800", "a\udfffb", "ä" * 2049, 5, None, b"bytes"]
)
def test_an_id_that_cannot_be_kept_is_refused(session: Any) -> None:
    with pytest.raises(IdError):
        check_id(session)
    with pytest.raises(IdError):
        Event("session_end", session)


@pytest.mark.parametrize(
    "session", ["a", "ä" * 2048, "x" * 4096, "agent:main:main", " ", "\n", "-", "../..", "☃"]
)
def test_any_other_text_up_to_4096_bytes_is_an_id(session: str) -> None:
    check_id(session)


def test_a_feed_passes_over_blank_lines_and_numbers_bad_ones() -> None:
    feed = b"\n".join((line(), b"", b"  \t", b"nonsense", line(session="s-2"), b"{}"))
    items = list(read_feed(io.BytesIO(feed)))
    assert [item.session for item in items if isinstance(item, Event)] == ["s-1", "s-2"]
    assert [item.number for item in items if isinstance(item, BadLine)] == [4, 6]


def test_a_replay_needs_times_and_a_live_feed_does_not() -> None:
    feed = line(at_ms=None) + b"\n" + line()
    assert all(isinstance(item, Event) for item in read_feed(io.BytesIO(feed)))
    first, second = read_feed(io.BytesIO(feed), needs_time=True)
    assert isinstance(first, BadLine)
    assert "at_ms" in first.why
    assert isinstance(second, Event)


def test_a_line_longer_than_its_bound_is_one_bad_line() -> None:
    feed = io.BytesIO(b"x" * (LINE_BYTES * 2 + 5) + b"\n" + line())
    first, second = read_feed(feed)
    assert isinstance(first, BadLine)
    assert (first.number, "longer" in first.why) == (1, True)
    assert isinstance(second, Event)


def test_an_endless_last_line_ends_the_feed() -> None:
    assert [type(item) for item in read_feed(io.BytesIO(b"x" * (LINE_BYTES + 1)))] == [BadLine]


def test_an_effect_is_one_line_of_json_and_only_a_checkpoint_has_a_trigger() -> None:
    checkpoint = Effect(1795310614042, "s-1", "checkpoint", "quality-80")
    assert checkpoint.to_json() == (
        b'{"at_ms":1795310614042,"session":"s-1","effect":"checkpoint","trigger":"quality-80"}'
    )
    assert Effect(5, "a\nb", "nudge").to_json() == b'{"at_ms":5,"session":"a\\nb","effect":"nudge"}'
    nudge = {"at_ms": 5, "session": "s", "effect": "nudge"}
    assert to_builtins([Effect(5, "s", "nudge")]) == [nudge]


@given(st.binary(max_size=200))
def test_no_bytes_at_all_make_the_reader_raise_anything_but_an_event_error(raw: bytes) -> None:
    item = parse_line(raw, 1)
    assert item is None or isinstance(item, Event | BadLine)


@given(
    st.text(min_size=1, max_size=50).filter(lambda text: "\0" not in text),
    st.integers(0, LATEST_MS),
    st.floats(0, 100),
    st.floats(0, 100),
)
def test_an_event_survives_its_own_json(
    session: str, at_ms: int, fill: float, score: float
) -> None:
    event = Event("after_tool_call", session, at_ms, fill, score, tool="Edit", file=session)
    assert decode_event(msgspec.json.encode(event)) == event
