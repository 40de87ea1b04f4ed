"""What rows are measured on: ids, a store without a disk, trackers, and state directories."""

from __future__ import annotations

import atexit
import functools
import itertools
import os
import random
import shutil
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from tracker import (
    Capture,
    Event,
    Message,
    Saved,
    SessionState,
    SessionTracker,
    open_store,
)
from tracker.store.checkpoints import render_checkpoint, render_messages, semantic_digest
from tracker.store.files import SETTLED_S
from tracker.store.manifest import ManifestLine, encode_line, filename_of, iso_of
from tracker.store.record import encode_record

NOW_MS = 1_795_310_000_000
MESSAGES = (
    Message("user", "Please look at the failing test. " * 8),
    Message("assistant", "I will."),
)
FILES = tuple(f"src/package/module_{number}.py" for number in range(5))


class NoDisk:
    """A store that holds nothing and takes everything: what is left is the tracker's own cost."""

    is_read_only = False

    def load(self, session: str) -> None:
        """Nothing is stored."""

    def commit(
        self,
        session: str,
        state: SessionState,
        *,
        seq: int,
        captures: Sequence[Capture] = (),
        ends: bool = False,
        spill: bool = True,
    ) -> Saved:
        """Takes the state."""
        return Saved(state, seq + 1)

    def close(self) -> None:
        """Nothing is open."""


class Ticking:
    """A clock that goes on by a millisecond whenever it is read, so that no two times are alike."""

    def __init__(self) -> None:
        self._next_ms = itertools.count(NOW_MS).__next__

    def __call__(self) -> int:
        """Returns the time, Unix ms."""
        return self._next_ms()


def ids(count: int) -> list[str]:
    """Ids of sessions, in order."""
    return [f"session-{number:06d}" for number in range(count)]


def shuffled(names: Sequence[str]) -> list[str]:
    """The same names in another order, the same every time."""
    return random.Random(1).sample(names, len(names))


def filled(count: int) -> SessionTracker:
    """A tracker without a disk that holds so many sessions, and no more."""
    tracker = SessionTracker(NoDisk(), capacity=count)
    for name in ids(count):
        tracker.handle(Event("agent_turn_prepare", name))
    return tracker


def state_of(number: int) -> SessionState:
    """The state of a session that captured once and edited five files since."""
    return SessionState(
        bands=1 << 20,
        last_checkpoint_ms=NOW_MS + number,
        guards=1,
        last_evaluated_ms=NOW_MS + number,
        edit_writes=7,
        edited_files=FILES,
        prior_score=83,
    )


MEMORY: Final = "/dev/shm"
"""A file system in memory, where the system has one: what other processes do to a disk, such as
deleting many files, then tells on neither side."""


@functools.cache
def _rooms(parent: str | None) -> tempfile.TemporaryDirectory[str]:
    rooms = tempfile.TemporaryDirectory(prefix="holdfast-bench-", dir=parent)
    atexit.register(rooms.cleanup)
    return rooms


def room(name: str, *, on_disk: bool = False, keeps: bool = False) -> Path:
    """A folder, removed when the run ends; in memory, unless it is to be `on_disk`.

    What was in it before goes, unless it `keeps` that.
    """
    has_memory = not on_disk and os.access(MEMORY, os.W_OK)
    path = Path(_rooms(MEMORY if has_memory else None).name) / name
    if not keeps:
        shutil.rmtree(path, ignore_errors=True)
    path.mkdir(mode=0o700, exist_ok=keeps)
    return path


def resident_bytes(pid: int | str = "self") -> int:
    """A process's resident memory. Needs Linux's `/proc`."""
    pages = int(Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


@functools.cache
def directory(count: int) -> Path:
    """A state directory of so many sessions, one checkpoint each, as Holdfast leaves it.

    Made file by file from the store's own bytes, for a hundred thousand commits take long. It lies
    as deep as the original's does below a home.
    """
    root = room(f"home-{count}") / ".openclaw/token-optimizer/checkpoints"
    root.mkdir(parents=True, mode=0o700)
    messages = render_messages(MESSAGES)
    digest = semantic_digest(messages)
    for number, name in enumerate(ids(count)):
        _write_session(root / name, name, state_of(number), messages, digest)
    let_settle(root / ids(count)[-1])
    open_store(root, durability="process", clock=lambda: NOW_MS).close()
    return root


def _write_session(
    folder: Path, name: str, state: SessionState, messages: str, digest: str
) -> None:
    folder.mkdir(mode=0o700)
    at_ms, trigger = state.last_checkpoint_ms, "progressive-20"
    filename = filename_of(at_ms, trigger)
    capture = Capture(trigger, at_ms, 22, 83, MESSAGES)
    line = ManifestLine(
        str(folder / filename), filename, trigger, None, digest, 22, 83, 2, iso_of(at_ms)
    )
    manifest = encode_line(line) + b"\n"
    saved = SessionState(
        bands=state.bands,
        last_checkpoint_ms=at_ms,
        last_evaluated_ms=at_ms,
    )
    record = encode_record(name, saved, state, seq=2, manifest_bytes=len(manifest), others={})
    for file, data in (
        (filename, render_checkpoint(name, capture, messages)),
        ("manifest.jsonl", manifest),
        ("policy-state.json", record),
    ):
        fd = os.open(folder / file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        os.write(fd, data)
        os.close(fd)


def let_settle(newest: Path) -> None:
    """Waits until the newest file is older than the time in which a link may still be moving."""
    age_s = time.time() - newest.stat().st_ctime
    time.sleep(max(SETTLED_S + 0.1 - age_s, 0))
