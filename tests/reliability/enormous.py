"""Enormous files: refused by their size, not one byte of them read.

Every file is sparse, 3 GB long, and takes no room. What the store reads is counted where it calls
the system, and the processor's time is held to a limit; time on the wall, which a busy machine
stretches, is only told.
"""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from time import perf_counter, thread_time
from typing import Any
from unittest.mock import patch

from directories import MANIFEST, STATE, iso, scratch, write_original
from faulty_os import MODULES
from feeds import MINUTE_MS, NOW_MS, Clock, compact, turn

from tracker import (
    OwnedError,
    PluginLog,
    SessionState,
    Survey,
    current_owner,
    diagnose,
    open_store,
    open_tracker,
    values_of,
)

from .result import RowResult, Stopwatch

ENORMOUS_BYTES = 3 * 10**9
MANIFEST_BYTES = 16 * 1024 * 1024
"""The most of a manifest that one look reads. Source: tracker/store/manifest.py."""

LOOKED_AT_BYTES = 4 * MANIFEST_BYTES
"""The most that one way of looking reads of a manifest: a survey looks at it several times."""

REFUSED_WITHIN_US = 10_000
"""The most processor time it may take to refuse a state file, µs."""

TEXT_BYTES = 1024 * 1024
"""The most of a checkpoint file that is shown."""

LOG_BYTES = 256 * 1024
SLACK_BYTES = 128 * 1024
"""What one look reads besides: the record, and the end of the manifest before an append."""

SESSION = "s-1"
TRIGGERS = ("progressive-20", "progressive-35", "quality-80")


class CountingOs:
    """Stands in for `os` under the store and counts the bytes that are read.

    Attributes:
        read_bytes: How many were.
    """

    def __init__(self) -> None:
        self.read_bytes = 0

    def __getattr__(self, name: str) -> Any:
        real = getattr(os, name)
        if name not in ("read", "pread"):
            return real

        def call(*args: Any) -> bytes:
            part: bytes = real(*args)
            self.read_bytes += len(part)
            return part

        return call


@contextmanager
def counted_reads() -> Iterator[CountingOs]:
    """Counts what the store reads."""
    counting = CountingOs()
    modules = (*MODULES, "tracker.store.lock")
    with (
        patch(f"{modules[0]}.os", counting),
        patch(f"{modules[1]}.os", counting),
        patch(f"{modules[2]}.os", counting),
    ):
        yield counting


def enormous(quick: bool) -> RowResult:
    """The row: every file of a directory, 3 GB long, looked at in every way."""
    watch = Stopwatch()
    counts: Counter[str] = Counter()
    wrong: list[str] = []
    slowest_us = busiest_us = 0
    for lay, ways, limit in LOOKS:
        for way in ways:
            with scratch() as parent, counted_reads() as counting:
                root = Path(parent) / "state"
                lay(write_original(root, SESSION, NOW_MS, triggers=TRIGGERS))
                started, began = perf_counter(), thread_time()
                wrong += [f"{lay.__name__}, {way.__name__}: {one}" for one in way(root)]
                busy_us = int((thread_time() - began) * 1e6)
                took_us = int((perf_counter() - started) * 1e6)
            counts["looks"] += 1
            if counting.read_bytes > limit:
                wrong.append(f"{lay.__name__}, {way.__name__}: {counting.read_bytes:,} bytes read")
            if lay is state_file:
                slowest_us, busiest_us = max(slowest_us, took_us), max(busiest_us, busy_us)
                counts["bytes read of a state file"] += counting.read_bytes
    counts["µs at most to refuse a state file"] = slowest_us
    if busiest_us > REFUSED_WITHIN_US:
        wrong.append(f"{busiest_us} µs of processor time to refuse a state file")
    note = "every file is 3 GB; the time is that of opening a store or tracker as well"
    return RowResult("enormous", dict(counts), tuple(wrong), watch.seconds, None, note)


Way = Callable[[Path], list[str]]
"""A way to look at a directory; returns what was wrong with what it saw."""


def state_file(folder: Path) -> None:
    """An enormous state file; without a manifest, so that nothing at all is read."""
    make(folder / STATE)
    (folder / MANIFEST).unlink()


def state_file_beside_manifest(folder: Path) -> None:
    """An enormous state file that the manifest rebuilds."""
    make(folder / STATE)


def manifest(folder: Path) -> None:
    """An enormous manifest, with its lines at the very end."""
    path = folder / MANIFEST
    lines = path.read_bytes()
    make(path)
    with path.open("ab") as file:
        file.write(b"\n" + lines)


def manifest_alone(folder: Path) -> None:
    """An enormous manifest of a state that is gone."""
    manifest(folder)
    (folder / STATE).unlink()


def checkpoint_files(folder: Path) -> None:
    """Enormous checkpoint files: listed, and shown as far as is shown of any."""
    for path in folder.glob("*.md"):
        make(path)


def plugin_log(folder: Path) -> None:
    """An enormous event log of the plugin's, with an event at the very end."""
    path = folder.parent / "checkpoint-events.jsonl"
    make(path)
    event = {"timestamp": iso(NOW_MS), "sessionId": SESSION, "trigger": "compact"}
    with path.open("a") as log:
        log.write(f"\n{json.dumps(event)}\n")


def lock_file(folder: Path) -> None:
    """An enormous lock file."""
    make(folder.parent / ".holdfast.lock")


def kept_aside(folder: Path) -> None:
    """Enormous bad records kept beside the session."""
    for number in range(9):
        make(folder / f"{STATE}.corrupt-{NOW_MS + number}")


def make(path: Path) -> None:
    """Makes a sparse file of 3 GB."""
    with path.open("wb") as file:
        file.truncate(ENORMOUS_BYTES)


def loads(root: Path) -> list[str]:
    """An observer loads the session."""
    store = open_store(root, read_only=True, clock=Clock())
    try:
        loaded = store.load(SESSION)
    finally:
        store.close()
    return _knows(loaded.state if loaded else None)


def surveys(root: Path) -> list[str]:
    """A survey sums it up, lists its files, and the doctor looks."""
    store = open_store(root, read_only=True, clock=Clock())
    try:
        survey = Survey(store.root)
        survey.sweep()
        (summary,) = survey.summaries
        survey.files(summary)
        wrong = _knows(summary.state)
    finally:
        store.close()
    return wrong


def owns(root: Path) -> list[str]:
    """An owner takes it up."""
    with open_tracker(root, durability="process", clock=Clock()) as owner:
        return _knows(owner.recall(SESSION))


def writes_over(root: Path) -> list[str]:
    """An owner that has it in memory meets the enormous file when it writes."""
    with open_tracker(root, durability="process", clock=Clock()) as owner:
        owner.touch(SESSION)
        make(root / SESSION / STATE)
        owner.handle(compact(SESSION, NOW_MS + MINUTE_MS))
        return _knows(owner.recall(SESSION))


def appends(root: Path) -> list[str]:
    """An owner captures a checkpoint."""
    with open_tracker(root, durability="process", clock=Clock()) as owner:
        wrong = _knows(owner.recall(SESSION))
        effects = owner.handle(turn(SESSION, NOW_MS + 60 * MINUTE_MS, 35, 75))
        if any(effect.trigger for effect in effects):
            wrong.append(f"captured again: {effects}")
        return wrong


def displays(root: Path) -> list[str]:
    """A person looks into each checkpoint file, and the doctor at all."""
    store = open_store(root, read_only=True, clock=Clock())
    wrong = []
    try:
        survey = Survey(store.root)
        survey.sweep()
        diagnose(store.root, survey, NOW_MS)
        (summary,) = survey.summaries
        for file in survey.files(summary):
            shown = survey.text(summary, file.filename)
            if (len(shown.text), shown.is_cut) != (TEXT_BYTES, True):
                wrong.append(f"{len(shown.text)} characters of {file.filename} were shown")
    finally:
        store.close()
    return wrong


def shows_log(root: Path) -> list[str]:
    """A person looks at the plugin's event log."""
    store = open_store(root, read_only=True, clock=Clock())
    try:
        shown = PluginLog(store.root).read()
    finally:
        store.close()
    return [] if [one.session for one in shown] == [SESSION] else [f"the log showed {shown}"]


def asks_owner(root: Path) -> list[str]:
    """An observer asks who owns the directory; nobody does."""
    store = open_store(root, read_only=True, clock=Clock())
    try:
        wrong = [] if current_owner(store.root) is None else ["zeros name an owner"]
    finally:
        store.close()
    with open_tracker(root, durability="process", clock=Clock()), suppress(OwnedError):
        open_tracker(root, clock=Clock())
        wrong.append("owned twice")
    return wrong


def _knows(state: SessionState | None) -> list[str]:
    """Says what a session forgot: its bands and threshold stand in manifest or files' names."""
    if state is None:
        return ["read as empty"]
    known = values_of(state.bands), values_of(state.thresholds)
    return [] if known == ((20, 35), (80,)) else [f"knows only {known}"]


LOOKS: tuple[tuple[Callable[[Path], None], tuple[Way, ...], int], ...] = (
    (state_file, (loads, surveys, owns, writes_over), 0),
    (state_file_beside_manifest, (loads, surveys, owns), SLACK_BYTES),
    (manifest, (loads, surveys, owns, appends), LOOKED_AT_BYTES + SLACK_BYTES),
    (manifest_alone, (loads, surveys, owns, appends), LOOKED_AT_BYTES + SLACK_BYTES),
    (checkpoint_files, (owns, appends), SLACK_BYTES),
    (checkpoint_files, (displays,), len(TRIGGERS) * TEXT_BYTES + SLACK_BYTES),
    (plugin_log, (shows_log,), LOG_BYTES),
    (lock_file, (asks_owner, owns), SLACK_BYTES),
    (kept_aside, (loads, surveys, owns), SLACK_BYTES),
)
"""What is enormous, in what ways it is looked at, and the most bytes each of them may read."""
