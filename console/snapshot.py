"""What the console knows of a tracker: frozen values out, commands in, over one narrow link.

The embedded tracker (`embedded/`) is one implementation of `Link`; a client of a tracker inside a
running gateway could be another. Nothing above this module knows which one it has.

Source: DESIGN.md, section 7.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import Literal, Protocol

import msgspec

from tracker import Change, CheckpointFile, FolderSummary, Outcome, Statistics, TrackedSession


class Mode(StrEnum):
    """How the console got its tracker."""

    OBSERVE = "OBSERVE"
    OWN = "OWN"
    DEMO = "DEMO"


class Face(StrEnum):
    """How the state directory looks."""

    OPENING = "opening"
    OPEN = "open"
    MISSING = "missing"
    UNREADABLE = "unreadable"
    GONE = "gone"


class Watch(msgspec.Struct, frozen=True):
    """How changes on disk are noticed.

    Attributes:
        how: `watching` (the system tells) or `polling` (the sweep finds them).
        swept_ms: When the last whole sweep ended, Unix ms; 0 for never.
        every_ms: The time between two sweeps, ms.
        why: Why it only polls, in words; empty while it watches.
    """

    how: Literal["watching", "polling"] = "polling"
    swept_ms: int = 0
    every_ms: int = 1000
    why: str = ""


class Feed(msgspec.Struct, frozen=True):
    """How the feed of an owner goes.

    Attributes:
        name: The file's path, `standard input`, `the simulated gateway`; empty for an observer.
        events: Events handled.
        bad_lines: Lines that were no event.
        has_ended: Whether no more will come.
        why: The last thing that went wrong with it, in words.
    """

    name: str = ""
    events: int = 0
    bad_lines: int = 0
    has_ended: bool = False
    why: str = ""


class Progress(msgspec.Struct, frozen=True):
    """How far the first look at a directory is: `done` of `total` folders."""

    done: int
    total: int


class Update(msgspec.Struct, frozen=True):
    """What changed since the last update; the first one holds everything.

    Attributes:
        directory: The state directory's path.
        mode: How the console got its tracker.
        is_read_only: Whether every command is refused.
        face: How the directory looks.
        face_why: Why it isn't open, in words.
        is_fresh: Whether all that was known before is to be forgotten.
        tracked: Sessions that were touched, in order of their last touch.
        changed: Sessions that changed in memory without being touched, as when one is pinned.
        dropped: Ids that left memory.
        folders: Folders that are new or changed on disk.
        removed: Names of folders that are gone from the disk.
        changes: What happened, in order.
        statistics: The tracker's counts; None before there is a tracker.
        watch: How changes on disk are noticed.
        feed: How the feed goes.
        loading: How far the first look is; None once it is done.
        at_ms: When this was taken, by the tracker's clock, Unix ms.
    """

    directory: str
    mode: Mode
    is_read_only: bool
    face: Face
    face_why: str
    is_fresh: bool
    tracked: tuple[TrackedSession, ...]
    changed: tuple[TrackedSession, ...]
    dropped: tuple[str, ...]
    folders: tuple[FolderSummary, ...]
    removed: tuple[str, ...]
    changes: tuple[Change, ...]
    statistics: Statistics | None
    watch: Watch
    feed: Feed
    loading: Progress | None
    at_ms: int


class Link(Protocol):
    """A tracker as the console sees it. Every call may block; none is made on the screen's thread
    but `start` and `stop`.
    """

    def start(self) -> None:
        """Begins to open, watch and feed, in the background."""
        ...

    def take(self, timeout_s: float) -> Update | None:
        """Waits for something new and takes all of it; None after `timeout_s` seconds."""
        ...

    def evict(self, sessions: Sequence[str]) -> tuple[Outcome, ...]:
        """Evicts sessions through the tracker; one outcome an id."""
        ...

    def rehydrate(self, sessions: Sequence[str]) -> tuple[Outcome, ...]:
        """Rehydrates sessions through the tracker; one outcome an id."""
        ...

    def files(self, folder: FolderSummary) -> tuple[CheckpointFile, ...]:
        """Lists the checkpoint files of a folder, oldest first. Raises StoreError."""
        ...

    def stop(self) -> str:
        """Ends everything and lets go of the directory; returns what went wrong, in words."""
        ...
