"""The chronicle: what happened, bounded, from updates and from what the operator did.

Two kinds of memory: the latest happenings of all sessions, and for each of the latest sessions its
own history, in which touches count too. Beside them the last hour as time series. Rates come from
the tracker's counters: of a burst not every change may be told, but every one is counted.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from heapq import merge
from itertools import takewhile
from operator import attrgetter
from typing import Final

from console.model.happenings import Happening, HappeningKind, Origin, logged_words
from console.model.histories import SESSIONS_KEPT, Histories
from console.model.series import GaugeSeries, Series
from console.snapshot import Face, Mode, Update
from tracker import (
    BoundedSet,
    Change,
    ChangeKind,
    FolderSummary,
    PluginEvent,
    Statistics,
)

KEPT: Final = 10_000
"""The most happenings kept."""

LOGGED_KEPT: Final = 4_000
"""How many of the plugin's events are known again, should its log be read from its start again."""


class Chronicle:
    """What happened so far, from updates taken in order.

    Attributes:
        insertions: Entries that came into memory.
        evictions: Entries evicted, whatever the cause.
        rehydrations: Entries rebuilt from the store.
        releases: Sessions that ended.
        occupancy: How many sessions were in memory.
    """

    def __init__(self) -> None:
        self.insertions, self.evictions = Series(), Series()
        self.rehydrations, self.releases = Series(), Series()
        self.occupancy = GaugeSeries()
        self._latest: deque[Happening] = deque(maxlen=KEPT)
        self._number = 0
        self._histories = Histories()
        self._counted = (0, 0, 0, 0)
        self._told = _Told()
        self._untold_before = 0
        self._logged: BoundedSet[PluginEvent] = BoundedSet(LOGGED_KEPT)
        self._checkpoints: dict[str, int] = {}  # An observer's, by folder.
        self._face = Face.OPENING
        self._was_open = False
        # An observer fills its memory from the disk first, which is nothing that happened there:
        # until a sweep after it has ended. That sweep is known by another time than this one.
        self._is_filling = False
        self._filling_since_sweep_ms = 0
        self._filled = 0

    # -- what is known ------------------------------------------------------------------------

    @property
    def last_number(self) -> int:
        """The number of the newest happening; 0 before the first."""
        return self._number

    @property
    def dropped(self) -> int:
        """How many happenings were forgotten, the oldest, to stay within the bound."""
        return self._number - len(self._latest)

    @property
    def untold(self) -> int:
        """How many of the tracker's changes were never told: too many came between two updates."""
        return self._untold_before + self._told.missing

    def __len__(self) -> int:
        return len(self._latest)

    def __iter__(self) -> Iterator[Happening]:
        """Iterates over the happenings that are kept, oldest first."""
        return iter(self._latest)

    def get(self, number: int) -> Happening | None:
        """Returns a happening by its number; None where it is forgotten or never was."""
        index = number - self.dropped - 1
        return self._latest[index] if 0 <= index < len(self._latest) else None

    def since(self, number: int) -> list[Happening]:
        """Returns the happenings after a number, oldest first. Cost: how many there are."""
        newest_first = reversed(self._latest)
        return list(takewhile(lambda one: one.number > number, newest_first))[::-1]

    def history(self, session: str) -> tuple[Happening, ...]:
        """Returns what happened to one session, oldest first, touches in a row as one entry."""
        return self._histories.of(session)

    def insertion_rate(self, now_ms: int) -> float:
        """Returns how many entries come into memory a second, over the last five minutes."""
        return self.insertions.rate(now_ms)

    # -- what is new --------------------------------------------------------------------------

    def add_action(self, at_ms: int, action: str, sessions: Sequence[str], outcome: str) -> None:
        """Takes down what an operator did; in the histories of its sessions too.

        Args:
            at_ms: When it was done, Unix ms.
            action: What was done, in a word or two: `evict`, `set capacity`.
            sessions: The ids it was done to; none for an action on the whole.
            outcome: What came of it, in words.
        """
        only = sessions[0] if len(sessions) == 1 else ""
        one = self._add(
            at_ms, HappeningKind.OPERATOR, only, "operator", action, outcome, count=len(sessions)
        )
        for session in sessions[:SESSIONS_KEPT]:
            self._remember(session, one)

    def apply(self, update: Update) -> None:
        """Takes one update."""
        if update.is_fresh:
            self._counted = (0, 0, 0, 0)
            self._untold_before += self._told.missing
            self._told = _Told()
            self._checkpoints.clear()
            self._is_filling = update.mode is Mode.OBSERVE
            self._filling_since_sweep_ms = update.watch.swept_ms
            self._filled = 0
        self._told.take(update.changes)
        self._note_face(update)
        logged = [one for one in update.plugin_events if self._logged.add(one)]
        logged.sort(key=attrgetter("at_ms"))
        told: tuple[Iterable[Change | PluginEvent], ...] = (update.changes, logged)
        for one in merge(*told, key=attrgetter("at_ms")):
            if isinstance(one, Change):
                self._take_change(one)
            else:
                self._take_logged(one)
        if update.mode is Mode.OBSERVE:
            self._compare_folders(update)
        self._count(update)
        if self._is_filling and _is_filled(update, self._filling_since_sweep_ms):
            self._is_filling = False
            if self._filled:
                why = f"{self._filled:,} session(s) came into memory as the directory was read"
                self._add(update.at_ms, HappeningKind.DIRECTORY, "", "console", why=why)

    def _note_face(self, update: Update) -> None:
        face, is_open = update.face, update.face is Face.OPEN
        if face is self._face and not (is_open and update.is_fresh):
            return
        self._face = face
        if face is Face.OPENING:
            return
        why = update.face_why
        if is_open:
            why = "directory opened again" if self._was_open else "directory opened"
            self._was_open = True
        self._add(update.at_ms, HappeningKind.DIRECTORY, "", "console", str(face), why)

    def _take_change(self, change: Change) -> None:
        if change.kind is ChangeKind.TOUCHED:
            self._histories.add_touch(change.session, change.at_ms)
            return
        if self._is_filling and change.kind is ChangeKind.INSERTED:
            self._filled += 1
            return
        one = self._add(
            change.at_ms,
            HappeningKind(change.kind.value),
            change.session,
            "tracker",
            change.detail,
            change.why,
            age_ms=change.age_ms,
            idle_ms=change.idle_ms,
            load_ns=change.load_ns,
            count=change.count,
        )
        self._remember(change.session, one)

    def _take_logged(self, event: PluginEvent) -> None:
        one = self._add(
            event.at_ms,
            HappeningKind.PLUGIN,
            event.session,
            "plugin",
            event.trigger,
            logged_words(event),
        )
        self._remember(event.session, one)

    def _compare_folders(self, update: Update) -> None:
        """Tells an observer's checkpoints, which its tracker never captures, from the disk."""
        for name in update.removed:
            self._checkpoints.pop(name, None)
        for folder in update.folders:
            before = self._checkpoints.get(folder.folder, 0)
            self._checkpoints[folder.folder] = folder.checkpoints
            if folder.checkpoints > before and not self._is_filling and folder.trouble != "unsafe":
                self._take_checkpoint(folder, folder.checkpoints - before, update.at_ms)

    def _take_checkpoint(self, folder: FolderSummary, count: int, now_ms: int) -> None:
        at_ms = folder.state.last_checkpoint_ms if folder.state else 0
        why = f"the latest of {count:,} since the last look" if count > 1 else ""
        one = self._add(
            at_ms or now_ms,
            HappeningKind.CHECKPOINT,
            folder.session,
            "disk",
            folder.last_trigger,
            why,
        )
        self._remember(folder.session, one)

    def _add(
        self,
        at_ms: int,
        kind: HappeningKind,
        session: str,
        origin: Origin,
        detail: str = "",
        why: str = "",
        *,
        age_ms: int = 0,
        idle_ms: int = 0,
        load_ns: int = 0,
        count: int = 0,
    ) -> Happening:
        self._number += 1
        one = Happening(
            self._number, at_ms, kind, session, origin, detail, why, age_ms, idle_ms, load_ns, count
        )
        self._latest.append(one)
        return one

    def _remember(self, session: str, one: Happening) -> None:
        if session:
            self._histories.add(session, one)

    def _count(self, update: Update) -> None:
        """Brings the series up to the counters."""
        counts, at_ms = update.statistics, update.at_ms
        self.occupancy.put(at_ms, None if counts is None else counts.occupancy)
        if counts is None:
            return
        before, self._counted = self._counted, _counters(counts)
        if self._is_filling:
            # What came in is the directory being read; what left was made to, and counts.
            came = self._counted
            before = (came[0], before[1], came[2], before[3])
        series = (self.insertions, self.evictions, self.rehydrations, self.releases)
        for one, now, then in zip(series, self._counted, before, strict=True):
            # A counter that went back began anew.
            one.add(at_ms, now - then if now >= then else now)


class _Told:
    """Counts which of one tracker's changes were told, by their numbers."""

    __slots__ = ("_first", "_highest", "_taken")

    def __init__(self) -> None:
        self._first = self._highest = self._taken = 0

    def take(self, changes: Sequence[Change]) -> None:
        """Takes changes that were told, in order of their numbers."""
        if changes:
            self._first = self._first or changes[0].number
            self._highest = max(self._highest, changes[-1].number)
            self._taken += len(changes)

    @property
    def missing(self) -> int:
        """How many numbers were passed over."""
        return max(self._highest - self._first + 1 - self._taken, 0) if self._taken else 0


def _counters(counts: Statistics) -> tuple[int, int, int, int]:
    return counts.insertions, counts.evicted, counts.rehydrations, counts.releases


def _is_filled(update: Update, since_sweep_ms: int) -> bool:
    return (
        update.face is Face.OPEN
        and update.loading is None
        and update.watch.swept_ms not in (0, since_sweep_ms)
    )
