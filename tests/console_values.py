"""Values for the console's tests: updates, sessions and folders, and text that means harm."""

from __future__ import annotations

from typing import Any

from console.snapshot import Face, Feed, Mode, Update, Watch
from tracker import (
    Change,
    ChangeKind,
    FolderSummary,
    SessionState,
    Spread,
    Statistics,
    TrackedSession,
)

HOSTILE = (
    "[red]x",
    "[/x]",
    "[bold",
    "[@click=app.quit]press me[/]",
    "[link=https://example.org]x[/link]",
    "\\[red]x\\",
    "$(reboot) `reboot`",
    "\x1b[2J\x1b[31mred",
    "\x1b]52;c;aG9zdGlsZQ==\x07",
    "\x1b]0;owned\x1b\\",
    "\x1bPq#0;2;0;0;0\x1b\\",
    "\x9b31mred",
    "\x9d0;owned\x9c",
    "left\u202eright",
    "\u2066iso\u2069late",
    "zero\u200bwidth\ufeff",
    "marks" + "\u0301" * 300,
    "new\nline",
    "carriage\rreturn",
    "tab\tbed",
    "bell\x07 back\x08\x08 del\x7f",
    "line\u2028para\u2029",
    "long-" + "x" * 3_995,
    "wide-" + "漢字" * 60,
    "👩‍👩‍👧‍👦 family 🏳️‍🌈",
    "❤️ heart",
    "1️⃣ key",
    "🇩🇪 flag",
    "👍🏽 skin",
    "tag\U000e0041\U000e0042",
    "../../etc/passwd",
)
"""Ids, names and texts that would harm a terminal, a layout or a markup parser."""

RAW_CONTROLS = ("\x1b[2J\x1b[31mred", "\x1b]52;", "\x1b]0;owned", "\x1bPq", "\x9b31m", "\x9d0;")
"""The beginnings of the hostile ones that no terminal may ever be sent."""


def statistics(**changed: Any) -> Statistics:
    """A tracker's counts, all zero but for what is given."""
    fields: dict[str, Any] = dict.fromkeys(Statistics.__struct_fields__, 0)
    fields |= {"capacity": 10, "evictions": {}, "load_failures": {}, "over_capacity_why": ""}
    fields |= dict.fromkeys(("age_at_eviction_ms", "idle_at_eviction_ms", "load_time_ns"), Spread())
    return Statistics(**{**fields, **changed})


def update_of(**changed: Any) -> Update:
    """An update in which nothing is new but what is given."""
    fields: dict[str, Any] = {
        "directory": "/state",
        "mode": Mode.OBSERVE,
        "is_read_only": False,
        "face": Face.OPEN,
        "face_why": "",
        "is_fresh": False,
        "tracked": (),
        "changed": (),
        "dropped": (),
        "folders": (),
        "removed": (),
        "changes": (),
        "statistics": statistics(),
        "watch": Watch("watching", 1),
        "feed": Feed(),
        "loading": None,
        "at_ms": 0,
    }
    return Update(**{**fields, **changed})


def in_memory(session: str, touched_ms: int = 0, **changed: Any) -> TrackedSession:
    """A session in memory."""
    fields: dict[str, Any] = {
        "state": SessionState(),
        "seq": 0,
        "dirty_fields": (),
        "inserted_ms": 0,
        "is_pinned": False,
    }
    return TrackedSession(session=session, touched_ms=touched_ms, **{**fields, **changed})


def on_disk(
    folder: str, session: str | None = None, at_ms: int = 1, **changed: Any
) -> FolderSummary:
    """A folder on disk whose last checkpoint was at `at_ms`."""
    fields: dict[str, Any] = {"state": SessionState(last_checkpoint_ms=at_ms)}
    return FolderSummary(folder, folder if session is None else session, **{**fields, **changed})


def evicted(session: str, number: int) -> Change:
    """An eviction as the tracker tells it."""
    return Change(number, ChangeKind.EVICTED, session, 0, "capacity")
