"""An observer: follows what somebody else writes, and leaves no trace."""

from __future__ import annotations

from pathlib import Path

import pytest
from conftest import Open
from directories import MANIFEST, STATE, tree, write_original
from feeds import NOW_MS, Clock, compact, end, turn

from tracker import (
    EvictionCause,
    ReadOnlyError,
    SessionTracker,
)


def ids(tracker: SessionTracker) -> list[str]:
    """The sessions in memory, oldest first."""
    return [session.session for session in reversed(tracker.sessions())]


def test_an_observer_reads_and_follows_and_never_writes(
    root: Path, open_owner: Open, clock: Clock
) -> None:
    write_original(root, "a", NOW_MS)
    observer = open_owner(read_only=True, capacity=1)
    assert observer.is_read_only
    before = tree(root)
    assert observer.observe("a", 55)
    assert not observer.observe("b")
    view = observer.peek("a")
    assert view is not None
    assert view.touched_ms == 55
    for act in (lambda: observer.handle(turn("a", 5)), lambda: observer.release(["a"])):
        with pytest.raises(ReadOnlyError):
            act()
    observer.evict(["a"], EvictionCause.DRILL)
    observer.rehydrate(["a"])
    assert tree(root) == before
    with open_owner() as owner, pytest.raises(ReadOnlyError, match="re-reads nothing"):
        owner.observe("a")


def test_an_observer_sees_what_the_owner_wrote_and_removed(open_owner: Open) -> None:
    owner, observer = open_owner(), open_owner(read_only=True)
    owner.handle(turn("a", NOW_MS))
    assert observer.observe("a")
    owner.handle(compact("a", NOW_MS))
    assert observer.observe("a")
    assert observer.recall("a") == owner.recall("a")
    owner.handle(turn("b", NOW_MS))
    observer.observe("b")
    owner.handle(end("b", NOW_MS))
    assert not observer.observe("b")
    assert ids(observer) == ["a"]


def test_every_change_on_disk_makes_its_session_the_observers_newest(
    root: Path, open_owner: Open, clock: Clock
) -> None:
    for name in ("a", "b", "c"):
        write_original(root, name, NOW_MS)
    observer = open_owner(read_only=True, capacity=2)
    for name in ("a", "b"):
        observer.observe(name, NOW_MS)
    clock.advance(9)
    assert observer.observe("a")
    assert ids(observer) == ["b", "a"]
    view = observer.peek("a")
    assert view is not None
    assert view.touched_ms == NOW_MS + 9
    observer.observe("c", NOW_MS)
    assert ids(observer) == ["a", "c"]
    observer.pin("a")
    (root / "a" / STATE).unlink()
    (root / "a" / MANIFEST).unlink()
    assert not observer.observe("a")
    assert (ids(observer), observer.statistics().pinned) == (["c"], 0)
