"""Listeners: told outside the lock, after the fact, and unable to lose anything."""

from __future__ import annotations

import logging
import threading
from collections.abc import Sequence

import pytest
from conftest import Open
from faulty_os import fail, watched
from feeds import MINUTE_MS, NOW_MS, Clock, compact, end, turn

from tracker import Change, ChangeKind, ReadError


def test_a_listener_is_told_of_everything_in_order(open_owner: Open, clock: Clock) -> None:
    owner = open_owner(capacity=2)
    heard: list[tuple[str, str, str]] = []
    numbers: list[int] = []

    def listen(changes: Sequence[Change]) -> None:
        heard.extend((change.kind.value, change.session, change.detail) for change in changes)
        numbers.extend(change.number for change in changes)

    owner.subscribe(listen)
    owner.handle(turn("a", NOW_MS, 20))
    owner.handle(turn("a", NOW_MS))
    owner.handle(turn("b", NOW_MS))
    owner.pin("a")
    owner.handle(turn("c", NOW_MS))
    owner.unpin("a")
    owner.touch("b")
    owner.set_capacity(1)
    owner.handle(end("b", NOW_MS))
    owner.handle(turn("b", NOW_MS))
    assert heard == [
        ("guard", "a", "continuity"),
        ("checkpoint", "a", "progressive-20"),
        ("inserted", "a", ""),
        ("touched", "a", ""),
        ("guard", "b", "continuity"),
        ("inserted", "b", ""),
        ("pinned", "a", ""),
        ("guard", "c", "continuity"),
        ("inserted", "c", ""),
        ("evicted", "b", "capacity"),
        ("unpinned", "a", ""),
        ("rehydrated", "b", ""),
        ("evicted", "a", "capacity"),
        ("capacity", "", ""),
        ("evicted", "c", "capacity"),
        ("released", "b", ""),
        ("guard", "b", "continuity"),
        ("touched-after-end", "b", ""),
        ("inserted", "b", ""),
    ]
    assert numbers == list(range(1, len(heard) + 1))


def test_an_eviction_tells_age_and_idle_time_and_a_rehydration_its_load_time(
    open_owner: Open, clock: Clock
) -> None:
    owner = open_owner()
    changes: list[Change] = []
    owner.handle(turn("a", NOW_MS))
    clock.advance(5)
    owner.handle(turn("a", NOW_MS))
    clock.advance(7)
    owner.subscribe(changes.extend)
    owner.evict(["a"])
    owner.touch("a")
    evicted, rehydrated = changes
    assert (evicted.kind, evicted.detail) == (ChangeKind.EVICTED, "operator")
    assert (evicted.age_ms, evicted.idle_ms, evicted.at_ms) == (12, 7, NOW_MS + 12)
    assert rehydrated.kind is ChangeKind.REHYDRATED
    assert rehydrated.load_ns > 0


def test_a_listener_is_called_outside_the_lock(open_owner: Open) -> None:
    owner = open_owner()
    seen: list[int] = []

    def listen(changes: Sequence[Change]) -> None:
        # Another thread could not get through here while the lock is held.
        other = threading.Thread(target=lambda: seen.append(len(owner.sessions())))
        other.start()
        other.join(timeout=20)
        assert not other.is_alive()

    owner.subscribe(listen)
    owner.handle(turn("a", NOW_MS))
    owner.handle(turn("b", NOW_MS))
    owner.evict(["a"])
    assert seen == [1, 2, 1]


def test_a_listener_may_use_the_tracker(open_owner: Open) -> None:
    owner = open_owner()

    def listen(changes: Sequence[Change]) -> None:
        if changes[-1].session == "a":
            owner.handle(compact("b", NOW_MS))

    owner.subscribe(listen)
    owner.handle(turn("a", NOW_MS))
    assert [one.session for one in owner.sessions()] == ["b", "a"]


def test_what_a_listener_raises_loses_nothing_and_is_logged(
    open_owner: Open, caplog: pytest.LogCaptureFixture
) -> None:
    owner = open_owner()
    heard: list[Change] = []

    def broken(changes: Sequence[Change]) -> None:
        raise RuntimeError("the panel is gone")

    owner.subscribe(broken)
    owner.subscribe(heard.extend)
    with caplog.at_level(logging.ERROR, logger="holdfast.tracker"):
        (effect, checkpoint) = owner.handle(turn("a", NOW_MS, 20))
    assert (effect.effect, checkpoint.trigger) == ("continuity", "progressive-20")
    assert owner.recall("a").bands
    assert len(heard) == 4
    assert "the panel is gone" in caplog.text


def test_a_listener_that_left_hears_no_more(open_owner: Open) -> None:
    owner = open_owner()
    first: list[Change] = []
    second: list[Change] = []
    leave = owner.subscribe(first.extend)
    owner.subscribe(second.extend)
    owner.touch("a")
    leave()
    leave()
    owner.touch("b")
    assert (len(first), len(second)) == (1, 2)


def test_a_failed_load_is_told_though_the_caller_gets_an_error(open_owner: Open) -> None:
    owner = open_owner()
    heard: list[Change] = []
    owner.subscribe(heard.extend)
    with watched(fail(5, "open")), pytest.raises(ReadError):
        owner.handle(turn("a", NOW_MS + MINUTE_MS))
    assert [(change.kind, change.session) for change in heard] == [(ChangeKind.LOAD_FAILED, "a")]
    assert "can't be read now" in heard[0].why
