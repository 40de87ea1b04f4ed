"""What the console knows of a tracker: frozen values out, commands in, over one narrow link.

The embedded tracker (`embedded/`) is one implementation of `Link`; a client of a tracker inside a
running gateway could be another. Nothing above this module knows which one it has.

Source: DESIGN.md, section 7.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from enum import StrEnum
from typing import Literal, Protocol

import msgspec

from tracker import (
    Change,
    CheckpointFile,
    CheckpointText,
    Finding,
    FolderSummary,
    Outcome,
    Plan,
    PluginEvent,
    Pruned,
    PrunePlan,
    Report,
    Statistics,
    TrackedSession,
)

GoesOn = Callable[[int, int], bool]
"""Told how much of how much is done; False stops it at the next good moment."""


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
        spills: Whether an eviction writes what is newer in memory.
        plugin_events: What the plugin's event log has more than at the last update.
        plugin_why: Why that log can't be read, in words; empty where it can, or isn't there.
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
    spills: bool = True
    plugin_events: tuple[PluginEvent, ...] = ()
    plugin_why: str = ""


class Link(Protocol):
    """A tracker as the console sees it. Every call may block; none is made on the screen's thread
    but `start` and `stop`.

    Commands change memory or disk; under `--read-only` each raises ReadOnlyError. Commands and
    looks raise DirectoryError while the directory isn't open.
    """

    def start(self) -> None:
        """Begins to open, watch and feed, in the background; nothing more where it has begun."""
        ...

    def take(self, timeout_s: float) -> Update | None:
        """Waits for something new and takes all of it; None after `timeout_s` seconds."""
        ...

    def stop(self) -> str:
        """Ends everything and lets go of the directory; returns what went wrong, in words."""
        ...

    # -- commands -----------------------------------------------------------------------------

    # Where one takes a `progress`, that is told how many of how many are done; once it returns
    # False, the others are refused as stopped.

    def evict(self, sessions: Sequence[str], progress: GoesOn | None = None) -> tuple[Outcome, ...]:
        """Evicts sessions; one outcome an id, with what it `was` for `restore`."""
        ...

    def rehydrate(
        self, sessions: Sequence[str], progress: GoesOn | None = None
    ) -> tuple[Outcome, ...]:
        """Rehydrates sessions; one outcome an id."""
        ...

    def pin(self, sessions: Sequence[str], progress: GoesOn | None = None) -> tuple[Outcome, ...]:
        """Keeps sessions from being evicted; one outcome an id."""
        ...

    def unpin(self, sessions: Sequence[str], progress: GoesOn | None = None) -> tuple[Outcome, ...]:
        """Lets pinned sessions be evicted again; one outcome an id."""
        ...

    def release(
        self, sessions: Sequence[str], progress: GoesOn | None = None
    ) -> tuple[Outcome, ...]:
        """Ends sessions; one outcome an id, with what it `was` for `restore`.

        Raises ReadOnlyError where the tracker observes.
        """
        ...

    def restore(
        self, tracked: Sequence[TrackedSession], progress: GoesOn | None = None
    ) -> tuple[Outcome, ...]:
        """Undoes evictions and releases by hand, exactly; one outcome a session.

        What went on since can't come back exactly: it is refused, and `why` says so.

        Args:
            tracked: What the outcomes of `evict`, `release` and `set_capacity` gave as `was`.
            progress: See the commands above.
        """
        ...

    def set_capacity(self, capacity: int) -> tuple[Outcome, ...]:
        """Changes the capacity; one outcome for each session that was evicted for it, oldest first.

        Raises CapacityError where it can't be granted. One whose spill fails stays in memory; the
        statistics then say that it is over capacity, and why.
        """
        ...

    def apply_prune(self, plan: PrunePlan, progress: GoesOn | None = None) -> tuple[Pruned, ...]:
        """Deletes the files of a plan, and nothing else; one outcome a folder that was to go.

        What is in memory, or changed since the plan was made, is skipped. Raises ReadOnlyError
        where the tracker observes: its words say how the owner's directory is pruned.
        """
        ...

    # -- looks --------------------------------------------------------------------------------

    def files(self, folder: FolderSummary) -> tuple[CheckpointFile, ...]:
        """Lists the checkpoint files of a folder, oldest first. Raises StoreError."""
        ...

    def text(self, folder: FolderSummary, filename: str) -> CheckpointText:
        """Reads a checkpoint file as text, at most its first 1 MiB. Raises StoreError."""
        ...

    def diagnose(self, progress: GoesOn | None = None) -> tuple[Finding, ...]:
        """Examines the directory; returns the findings, the worst first. Raises StoreError.

        Args:
            progress: Told how far it is; False stops it, and what it found isn't all there is.
        """
        ...

    def plan_prune(self, older_than_ms: int, progress: GoesOn | None = None) -> PrunePlan:
        """Plans which sessions are old enough to be deleted; changes nothing. Raises StoreError.

        Args:
            older_than_ms: How old the newest file of a session must be, ms.
            progress: Told how far it is; False stops it, and the plan is of what was looked at.
        """
        ...

    def drill(
        self,
        plan: Plan,
        *,
        is_live: bool,
        sessions: Sequence[str] | None,
        count: int | None,
        seed: int,
        progress: GoesOn,
    ) -> Iterator[Report]:
        """Evicts and rehydrates on purpose; yields a report a plan, as soon as it is done.

        Args:
            plan: Which plan, or `all` of them.
            is_live: Whether the tracker itself is drilled, as a command, by the restore plan alone;
                else a scratch copy is, and nothing changes.
            sessions: Of the restore drill: only those with these ids; None for all.
            count: Of the restore drill: only so many, those that were idle longest; None for all.
            seed: The same seed does the same again.
            progress: Told how far the plan at hand is; False stops it.

        Raises:
            ReadOnlyError: If it is live and the tracker observes.
            StoreError: If the directory can't be read, or no scratch copy be made.
        """
        ...
