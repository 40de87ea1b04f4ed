"""An operator's five minutes in a real terminal, and what each key left on the screen and on disk.

The script is one; it is played in a pseudo-terminal, and in tmux where there is one.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
from console_support import wait_for
from directories import read_state, triggers_of
from reference import NeverEvicts
from terminals import DOWN, ENTER, ESCAPE, Driver, DriverOf, terminal
from tmuxes import tmux

from tracker import Event, Rules, open_tracker, parse_line, wall_clock_ms

MINUTE_MS = 60_000
SESSIONS = [f"agent:main:{number:02d}" for number in range(12)]
UNSAVED = [SESSIONS[2], SESSIONS[5], SESSIONS[7]]
"""Those with an edit since their last checkpoint that the filter of the script finds."""

BATCH = "milestone-edit-batch"
FILTER = "verdict:dirty band<65"

GOOD = {"quality_score": 90}
READING = {"fill_pct": 1, **GOOD}


class Shift:
    """The directory, the feed and the audit file that the script looks at beside the screen."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.root = home / "state"
        self.feed = home / "feed.jsonl"
        self.began_ms = wall_clock_ms()
        self.events: list[Event] = []
        for number, session in enumerate(SESSIONS):
            self.append(self._morning(number, session))

    def append(self, events: Iterable[dict[str, Any]]) -> None:
        """Lets the gateway do more."""
        lines = [json.dumps(event).encode() + b"\n" for event in events]
        with self.feed.open("ab") as stream:
            stream.writelines(lines)
        for line in lines:
            event = parse_line(line, 1)
            assert isinstance(event, Event)
            self.events.append(event)

    def edits(self, session: str, count: int) -> list[dict[str, Any]]:
        """So many edits of a session, now."""
        return [
            self._event("after_tool_call", session, 0, tool="Edit", file="src/b.py", **READING)
            for _ in range(count)
        ]

    def audited(self) -> list[dict[str, Any]]:
        """The lines of the audit file."""
        path = self.home / ".local" / "state" / "holdfast" / "audit.jsonl"
        return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []

    def check_audit(self, action: str, ids: list[str], done: int, refused: int = 0) -> None:
        """The last two lines say that this was done, who did it, and what came of it."""
        begin, end = self.audited()[-2:]
        assert (begin["phase"], end["phase"]) == ("begin", "end")
        assert begin["action_id"] == end["action_id"]
        assert (begin["action"], begin["ids"]) == (action, ids)
        assert (begin["directory"], begin["mode"]) == (str(self.root), "OWN")
        assert begin["who"]["user"]
        assert (end["done"], end["refused"], end["error"]) == (done, refused, "")

    def folder(self, session: str) -> Path:
        """A session's folder."""
        return next(self.root.glob(f"{session.replace(':', '_')}~*"))

    def live(self, session: str) -> dict[str, Any]:
        """What the record says is newer than the last checkpoint."""
        live: dict[str, Any] = read_state(self.folder(session))["holdfast"]["live"]
        return live

    def _morning(self, number: int, session: str) -> list[dict[str, Any]]:
        minutes = 60 - 4 * number
        events = [
            self._event("agent_turn_prepare", session, minutes, fill_pct=20 + 6 * number, **GOOD),
            self._event("before_compaction", session, minutes),
        ]
        if session in (*UNSAVED, SESSIONS[10]):
            more = {"tool": "Edit", "file": "src/a.py"}
            events.append(self._event("after_tool_call", session, minutes, **more))
        return events

    def _event(self, kind: str, session: str, minutes: int, **fields: Any) -> dict[str, Any]:
        at_ms = self.began_ms - minutes * MINUTE_MS
        return {"type": kind, "session": session, "at_ms": at_ms, **fields}


def check_rows(driver: Driver, pattern: str, expected: list[str]) -> None:
    """The rows begin with these, in this order, once all of them are drawn."""

    def rows() -> list[str]:
        return re.findall(rf"(?m)^[ ▌]({pattern})\S*", driver.text())

    wait_for(lambda: rows() == expected, f"{expected}\n{driver.text()}")


def choose(driver: Driver, words: str, expected: str) -> None:
    """Opens the filter bar, types a filter and keeps it."""
    driver.send("/")
    driver.until("(?m)^ / ")
    driver.send(words + ENTER)
    driver.until(rf"/{re.escape(words)}  {expected} of 12")


def play(driver: Driver, shift: Shift) -> None:
    """Filter, mark, evict, look at the disk, rehydrate, undo, what if, and go home."""
    driver.until(r"OWN .*● watching")
    driver.until(r"memory 12/20")
    driver.until(rf"events {len(shift.events)}\b.*dirty 4")
    driver.until(r"disk 12 ")
    check_rows(driver, "agent:main:..", SESSIONS[::-1])
    assert all("editWriteCount" not in shift.live(session) for session in UNSAVED)

    choose(driver, FILTER, "3")
    check_rows(driver, "agent:main:..", UNSAVED[::-1])

    driver.send(DOWN + "  ")
    driver.until("2 marked")
    driver.send("a")
    driver.until("3 marked │ order held")
    assert len(re.findall("(?m)^▌agent:main:", driver.text())) == 3

    driver.send("e")
    driver.until(r"Evict 3 sessions\?")
    for session in UNSAVED:
        driver.until(rf"│ +{session} +│")
    assert shift.audited() == []
    driver.send("y")
    driver.until("Evicted agent:main:07, agent:main:05, agent:main:02")
    driver.until("memory 9/20")
    driver.until("evictions 3/min")
    driver.until("/verdict.* 0 of 12")
    assert "marked" not in driver.text()
    shift.check_audit("evict", UNSAVED[::-1], 3)
    for session in UNSAVED:
        assert shift.live(session)["editWriteCount"] == 1, "the edit was spilled"
        assert shift.live(session)["editedFiles"] == ["src/a.py"]

    driver.send("2")
    driver.until("(?m)^ folder +verdict +last checkpoint")
    choose(driver, "verdict:disk-only", "3")
    check_rows(driver, "agent_main_..", [one.replace(":", "_") for one in UNSAVED])

    driver.send(DOWN)
    driver.send("r")
    driver.until("Rehydrated agent:main:02")
    driver.until("memory 10/20")
    driver.until("2 of 12")
    shift.check_audit("rehydrate", [SESSIONS[2]], 1)

    driver.send("z")
    driver.until("memory 12/20")
    driver.until("Brought back agent:main:07, agent:main:05")
    shift.check_audit("undo", UNSAVED[::-1], 2, 1)
    driver.send("1")
    driver.until("(?m)^ session +idle +verdict")
    driver.send(ESCAPE)
    driver.until(r"newest first")
    order = [one for one in SESSIONS[::-1] if one != SESSIONS[2]]
    check_rows(driver, "agent:main:..", [SESSIONS[2], *order])

    lines = len(shift.audited())
    driver.send("c")
    driver.until("The most sessions held in memory")
    driver.send("5")
    driver.until("7 sessions go, the oldest first")
    for session in order[:-8:-1]:
        driver.until(rf"│ +{session} ")
    driver.send(ESCAPE)
    wait_for(lambda: "The most sessions" not in driver.text(), "the dialog to close")
    assert "memory 12/20" in driver.text(), "asking changes nothing"
    assert len(shift.audited()) == lines

    # Each had one edit before it was evicted: with three more a batch of four is whole.
    shift.append(event for session in UNSAVED for event in shift.edits(session, 3))
    driver.until(rf"events {len(shift.events)}\b")
    for session in UNSAVED:
        folder = shift.folder(session)
        wait_for(lambda folder=folder: BATCH in triggers_of(folder), f"{session}'s batch")
    driver.send("q")


def check_disk(shift: Shift) -> None:
    """All is on disk as it would be had nobody ever evicted anything."""
    reference = NeverEvicts(Rules())
    effects = [effect for event in shift.events for effect in reference.handle(event, 0)]
    for session in SESSIONS:
        triggers = [one.trigger for one in effects if one.session == session and one.trigger]
        assert triggers_of(shift.folder(session)) == triggers
    with open_tracker(shift.root, durability="process") as tracker:
        for session in SESSIONS:
            assert tracker.recall(session) == reference.states[session]


@pytest.mark.parametrize("run", [terminal, tmux], ids=["pty", "tmux"])
def test_an_operators_five_minutes_do_what_the_screen_says_and_lose_nothing(
    run: DriverOf, tmp_path: Path
) -> None:
    shift = Shift(tmp_path)
    with run(tmp_path, shift.root, "--feed", shift.feed, "--capacity", 20) as driver:
        play(driver, shift)
        driver.check_end()
    check_disk(shift)
