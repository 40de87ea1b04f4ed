"""One hour of the simulated gateway in a tracker of its own, told to a console step by step.

Time is that of the feed: the console that is told of it believes that it is the end of the hour.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Final

from console_support import StillLink
from console_values import update_of

from console.simulate import simulate_feed
from console.snapshot import Feed, Mode, Update, Watch
from tracker import (
    Change,
    CheckpointFile,
    CheckpointText,
    FolderSummary,
    SessionTracker,
    Survey,
    open_store,
)

END_MS: Final = int(datetime(2026, 3, 14, 15, 26, 35, tzinfo=UTC).timestamp() * 1000)
HOUR_MS: Final = 3_600_000
STEP_MS: Final = 10_000
"""The feed's time between two updates."""

SEED: Final = 11
SESSIONS: Final = 84
RATE: Final = 2.0
UNCLEAN_PCT: Final = 60.0
CAPACITY: Final = 48
SHOWN_AS: Final = "/srv/openclaw/token-optimizer/checkpoints"


class BusyHour(StillLink):
    """A tracker that has handled the hour; its updates come one by one.

    Args:
        root: The state directory, which it owns; made where it is missing.
    """

    def __init__(self, root: str) -> None:
        super().__init__()
        self.now_ms = END_MS - HOUR_MS
        self._store = open_store(root, durability="process", clock=lambda: self.now_ms)
        self._tracker = SessionTracker(self._store, capacity=CAPACITY, clock=lambda: self.now_ms)
        self._survey = Survey(self._store.root)
        self._changes: list[Change] = []
        self._tracker.subscribe(self._changes.extend)
        self._events = 0

    def __enter__(self) -> BusyHour:
        return self

    def __exit__(self, *_: object) -> None:
        self._tracker.close()

    def play(self) -> Iterator[Update]:
        """Handles the hour; yields an update for each step of it, the last with all there is."""
        due_ms = self.now_ms
        feed = simulate_feed(
            seed=SEED,
            start_ms=self.now_ms,
            sessions=SESSIONS,
            rate=RATE,
            unclean_pct=UNCLEAN_PCT,
            with_messages=True,
        )
        for event in feed:
            self.now_ms = min(event.at_ms or 0, END_MS)
            if self.now_ms >= due_ms:
                yield self._update(is_fresh=not self._events)
                due_ms += STEP_MS
            if self.now_ms == END_MS:
                break
            self._tracker.handle(event)
            self._events += 1
        yield self._update(
            is_fresh=False,
            tracked=self._tracker.sessions(),
            folders=self._survey.sweep().changed,
        )

    def files(self, folder: FolderSummary) -> tuple[CheckpointFile, ...]:
        return self._survey.files(folder)

    def text(self, folder: FolderSummary, filename: str) -> CheckpointText:
        return self._survey.text(folder, filename)

    def _update(self, **changed: object) -> Update:
        changes, self._changes[:] = tuple(self._changes), []
        return update_of(
            directory=SHOWN_AS,
            mode=Mode.OWN,
            at_ms=self.now_ms,
            watch=Watch("watching", self.now_ms, 4_000),
            feed=Feed("/run/openclaw/events.jsonl", self._events),
            statistics=self._tracker.statistics(),
            changes=changes,
            **changed,
        )
