"""Idle eviction while the disk can't be written: bounded work an event, all of it by hand."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import tracker
from tracker import Event, WriteError


def test_a_full_disk_costs_a_bounded_number_of_spills_an_event(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    now_ms = [1_000_000]
    store = tracker.open_store(tmp_path / "state", durability="process", clock=lambda: now_ms[0])
    with tracker.SessionTracker(store, idle_ttl_ms=60_000, clock=lambda: now_ms[0]) as sessions:
        for number in range(40):
            event = Event("after_tool_call", f"s-{number}", tool="Edit", file="a.py")
            sessions.handle(event)
        failed: list[str] = []
        commit = store.commit

        def refuse(session: str, *_: Any, **__: Any) -> Any:
            failed.append(session)
            raise WriteError("no space left on device", session)

        monkeypatch.setattr(store, "commit", refuse)
        now_ms[0] += 60_000
        sessions.handle(Event("after_tool_call", "s-39", tool="Grep"))
        assert len(failed) == 8
        assert len(sessions) == 40
        failed.clear()
        assert sessions.evict_idle(60_000) == ()
        assert len(failed) == 39
        monkeypatch.setattr(store, "commit", commit)
        assert len(sessions.evict_idle(60_000)) == 39
