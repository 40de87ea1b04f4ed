"""`replay`: a recorded feed through an owner, as a stream; the effects on standard output."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any, Final

import click

from console.cli.arguments import folders, given_settings, paths, setting_options
from console.cli.errors import FINE, UNREADABLE, USAGE, AskedWrongError
from console.cli.feed import FeedStream, Interrupted, Stopping, open_feed
from console.cli.output import flush, narrate, terminal_width, write
from console.cli.progress import Progress
from console.model.encoding import safe_json
from console.model.wording import counted
from console.settings import Settings, load_settings
from console.settings.sources import DEFAULT
from tracker import (
    BadLine,
    Durability,
    Event,
    SessionTracker,
    StoreError,
    open_tracker,
    read_feed,
    wall_clock_ms,
)

BAD_LINES_NAMED: Final = 20
"""How many bad lines are named; the others are only counted."""

SESSIONS_COUNTED: Final = 100_000
"""How many distinct sessions are counted, so that memory is bounded whatever the feed."""


@click.command("replay")
@click.argument("events", metavar="EVENTS", shell_complete=paths)
@click.option(
    "--state-dir", "directory", required=True, metavar="DIR", shell_complete=folders,
    help="The state directory to own; it is made where it is missing.",
)  # fmt: skip
@click.option("--strict", is_flag=True, help="Stop at the first line that is no event.")
@setting_options("capacity", "idle_ttl", "spill", "durability")
def replay(events: str, directory: str, strict: bool, **options: Any) -> int:
    """Feed a recording to a tracker; print its effects.

    They are printed as JSON Lines, each before the next event is handled.

    EVENTS is a file, a FIFO, or - for standard input. The tracker's time is the feed's. Writes
    survive a kill, but not a power cut unless --durability power is asked for.
    """
    settings = load_settings(given_settings(options))
    with ExitStack() as stack:
        progress = stack.enter_context(Progress("replay", shows=terminal_width() is None))
        stopping = stack.enter_context(Stopping())
        try:
            feed = stack.enter_context(open_feed(events, stopping, progress))
        except Interrupted:
            return 128 + stopping.received
        clock = FeedClock()
        tracker = open_tracker(
            directory,
            capacity=settings.capacity,
            rules=settings.rules(),
            spill=settings.spill,
            idle_ttl_ms=settings.idle_ttl_ms,
            durability=durability_of(settings),
            clock=clock,
        )
        run = Replay(tracker, feed, clock, stopping, progress, is_strict=strict)
        with tracker:
            exit_code = run.run()
        progress.clear()
        narrate(run.summary())
    return exit_code


class FeedClock:
    """The feed's time: that of its latest event, and the wall's before the first.

    Attributes:
        at_ms: The latest event's time, Unix ms.
    """

    def __init__(self) -> None:
        self.at_ms = 0

    def __call__(self) -> int:
        """Returns the time, Unix ms."""
        return self.at_ms or wall_clock_ms()


class Replay:
    """One replay: hands events to a tracker, writes effects, and counts."""

    def __init__(
        self,
        tracker: SessionTracker,
        feed: FeedStream,
        clock: FeedClock,
        stopping: Stopping,
        progress: Progress,
        *,
        is_strict: bool,
    ) -> None:
        self._tracker = tracker
        self._feed = feed
        self._clock = clock
        self._stopping = stopping
        self._progress = progress
        self._is_strict = is_strict
        self._started_s = time.monotonic()
        self._sessions: set[int] = set()
        self._events = self._effects = self._bad_lines = 0

    def run(self) -> int:
        """Replays until the feed ends, or something stops it; returns the exit code.

        Raises:
            AskedWrongError: If the feed can't be read any further.
            OutputError: If the effects can't be written.
        """
        try:
            return self._run()
        except Interrupted:
            return self._stopped()

    def summary(self) -> str:
        """Returns what came of it, in words."""
        statistics = self._tracker.statistics()
        sessions = counted(len(self._sessions), "session")
        if len(self._sessions) >= SESSIONS_COUNTED:
            sessions = f"{SESSIONS_COUNTED:,} or more sessions"
        parts = [
            counted(self._events, "event"),
            counted(self._effects, "effect"),
            sessions,
            counted(statistics.evicted, "eviction"),
            counted(statistics.rehydrations, "rehydration"),
            counted(self._bad_lines, "bad line"),
            f"{time.monotonic() - self._started_s:.2f} s",
        ]
        if statistics.over_capacity_why:
            parts.append(f"over capacity: {statistics.over_capacity_why}")
        return ", ".join(parts)

    def _run(self) -> int:
        handle, clock, stopping, seen = (
            self._tracker.handle,
            self._clock,
            self._stopping,
            self._sessions,
        )
        items = read_feed(self._feed, needs_time=True)
        while (item := self._next(items)) is not None:
            if isinstance(item, BadLine):
                if self._note_bad(item):
                    return USAGE
                continue
            clock.at_ms = item.at_ms or 0
            try:
                effects = handle(item)
            except StoreError as error:
                self._say(f"line {self._feed.line_number}: {error}; stopped here")
                return UNREADABLE
            self._events += 1
            if len(seen) < SESSIONS_COUNTED:
                seen.add(hash(item.session))
            if effects:
                for effect in effects:
                    write(safe_json(effect.to_json()) + b"\n")
                flush()
                self._effects += len(effects)
            if stopping.received:
                return self._stopped()
        return FINE

    def _next(self, items: Iterator[Event | BadLine]) -> Event | BadLine | None:
        try:
            return next(items, None)
        except OSError as error:
            raise AskedWrongError(
                f"the feed can't be read after line {self._feed.line_number:,}: {error.strerror}"
            ) from None

    def _note_bad(self, line: BadLine) -> bool:
        self._bad_lines += 1
        if self._is_strict:
            self._say(f"line {line.number}: {line.why}; --strict stops here")
        elif self._bad_lines <= BAD_LINES_NAMED:
            self._say(f"line {line.number}: {line.why}; skipped")
        elif self._bad_lines == BAD_LINES_NAMED + 1:
            self._say("further bad lines are only counted")
        return self._is_strict

    def _stopped(self) -> int:
        self._say(f"{self._stopping.name}: stopped after line {self._feed.line_number:,}")
        return 128 + self._stopping.received

    def _say(self, text: str) -> None:
        self._progress.clear()
        narrate(text)


def durability_of(settings: Settings) -> Durability:
    """Returns the durability of a replay: `process`, unless one was asked for anywhere."""
    is_asked_for = settings.origins["durability"] != DEFAULT
    return settings.durability if is_asked_for else "process"
