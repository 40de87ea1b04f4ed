"""The embedded default store: a state directory, in the original's layout.

Order of every change: checkpoint file, manifest line, state. So a state can be behind its manifest,
never ahead of it, and a load catches up.

Source: DESIGN.md, section 5.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from typing import Final, Literal

from msgspec.structs import replace

from tracker.errors import NewerFormatError, ReadOnlyError, StoreError, UnsafeError
from tracker.state import FRESH, SessionState, durable_part, unite, within_bounds
from tracker.store.durable import is_temporary, make_folder, remove_quietly
from tracker.store.examine import Examined, examine
from tracker.store.files import Folder, open_root
from tracker.store.folders import folders_of, may_be_folder, original_folder
from tracker.store.layout import KEY
from tracker.store.lock import OwnerLock, acquire
from tracker.store.manifest import MANIFEST
from tracker.store.protocol import Capture, Loaded, Saved
from tracker.store.record import RECORD_BYTES, STATE_FILE
from tracker.store.writer import Writer

Durability = Literal["power", "process"]
"""What a write survives: `power` a power cut, for each is synced; `process` only a kill."""

UNCONFIRMED_KEPT: Final = 10_000
"""The most sessions remembered whose last commit failed half way; a failing disk must not leak."""


class DirectoryStore:
    """A store in a state directory. Open it with `open_store`.

    Args:
        root: The open directory, which this object closes.
        lock: The owner's lock; None for a store that only reads.
        durability: `power` syncs every write; `process` leaves the syncs out.
        clock: Returns Unix ms; names the bad records that are kept.
    """

    def __init__(
        self,
        root: Folder,
        lock: OwnerLock | None,
        durability: Durability,
        clock: Callable[[], int],
    ) -> None:
        self._root = root
        self._lock = lock
        self._writer = Writer(root, clock, sync=durability == "power")
        # What was found before a commit that failed half way, without its bytes, and whether it was
        # the session's own; the disk may be ahead of it.
        self._unconfirmed: dict[str, tuple[Examined, bool]] = {}

    @property
    def root(self) -> Folder:
        """The open state directory."""
        return self._root

    @property
    def is_read_only(self) -> bool:
        """Whether every commit is refused."""
        return self._lock is None

    def close(self) -> None:
        """Lets go of the lock and the directory. Safe to call twice."""
        if self._lock is not None:
            self._lock.release()
        self._root.close()

    def load(self, session: str) -> Loaded | None:
        """Loads one session. See `Store.load`.

        Cost: one folder and one file opened, one status; an owner that finds a bad record writes.
        """
        if (before := self._unconfirmed.get(session)) is not None:
            return None if before[0].state is None else _loaded(*before)
        with ExitStack() as stack:
            folder, found, is_own = self._find(session, stack)
            if folder is None or found.state is None:
                return None
            loaded = _loaded(found, is_own)
            if found.is_bad and is_own and self._lock is not None:
                self._writer.keep_bad(folder, found)
                loaded = replace(loaded, seq=1)
                self._writer.write_record(
                    folder,
                    session,
                    found,
                    found.saved,
                    found.state,
                    seq=1,
                    manifest_bytes=found.manifest_bytes,
                )
            return loaded

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
        """Makes a session's state durable. See `Store.commit`.

        Cost: with `power`, three syncs a checkpoint file and manifest line, two a record.
        """
        if self._lock is None:
            raise ReadOnlyError(f"{self._root.path}: opened to observe, nothing is written")
        with ExitStack() as stack:
            folder, found, is_own = self._find(session, stack)
            if folder is None or not is_own:
                if ends and not captures and found.state is None:
                    return Saved(state, 0)
                folder = self._make_folder(session, stack)
            try:
                saved = self._commit(
                    folder, found, is_own, session, state, seq, captures, ends, spill
                )
            except StoreError:
                self._remember_if_ahead(folder, found, is_own, session)
                raise
            self._unconfirmed.pop(session, None)
            return saved

    def sweep(self) -> int:
        """Removes temporary files a killed owner left behind; returns how many.

        Cost: lists every folder once.
        """
        swept = 0
        for name in self._root.names():
            if not may_be_folder(name):
                continue
            try:
                with ExitStack() as stack:
                    folder = self._entered(name, stack)
                    for entry in folder.names() if folder else ():
                        if folder and is_temporary(entry):
                            remove_quietly(folder, entry)
                            swept += 1
            except StoreError:
                continue  # It is named when its session is touched, and by `doctor`.
        return swept

    def _commit(
        self,
        folder: Folder,
        found: Examined,
        is_own: bool,
        session: str,
        state: SessionState,
        seq: int,
        captures: Sequence[Capture],
        ends: bool,
        spill: bool,
    ) -> Saved:
        if found.record is None or not is_own:
            self._writer.make_known(folder)
        if found.is_bad and is_own:
            self._writer.keep_bad(folder, found)
        before, _ = self._unconfirmed.get(session, (None, False))
        if before is None and not _is_as_left(found, seq, is_own):
            theirs = found.state or FRESH
            state = unite(state, replace(theirs, guards=0) if found.is_bad else theirs)
        state = within_bounds(state, session)
        known_bytes = found.manifest_bytes if is_own else folder.size(MANIFEST) or 0
        if captures and not is_own and found.state is not None:
            # What was adopted stands in the session's own folder before anything is added to it.
            self._writer.write_record(
                folder,
                session,
                found,
                within_bounds(found.saved, session),
                within_bounds(found.state, session),
                seq=1,
                manifest_bytes=known_bytes,
            )
        for capture in captures:
            known_bytes = self._writer.write_checkpoint(folder, session, capture, known_bytes)
        saved = state
        if not captures:
            kept = replace((before or found).saved, guards=0)
            saved = within_bounds(unite(kept, durable_part(state)), session)
        seq = max(seq, found.record.seq if found.record and is_own else 0) + 1
        if ends and saved == FRESH and not known_bytes:
            self._writer.forget(folder)
        else:
            live = None if ends else state
            self._writer.write_record(
                folder,
                session,
                found,
                saved,
                live,
                seq=seq,
                manifest_bytes=known_bytes,
                spill=spill,
            )
        return Saved(state, seq, found.trouble if found.is_bad else "", found.why)

    def _remember_if_ahead(
        self, folder: Folder, found: Examined, is_own: bool, session: str
    ) -> None:
        """Keeps what a load gave before a commit that failed once the disk had changed."""
        if session in self._unconfirmed:
            return
        before = found if is_own else Examined()
        try:
            if (folder.size(MANIFEST) or 0) == before.manifest_bytes and folder.read(
                STATE_FILE, RECORD_BYTES
            ) == before.raw:
                return
        except StoreError:
            pass  # It can't be told, so it counts as changed.
        while len(self._unconfirmed) >= UNCONFIRMED_KEPT:
            del self._unconfirmed[next(iter(self._unconfirmed))]
        self._unconfirmed[session] = replace(found, raw=None), is_own

    def _find(self, session: str, stack: ExitStack) -> tuple[Folder | None, Examined, bool]:
        """Finds an id's own folder, else the original's to adopt from; whether it is its own."""
        without_record = None
        for name in folders_of(session):
            folder = self._entered(name, stack)
            if folder is not None and (found := self._examined(folder, session)) is not None:
                if found.record is not None:
                    return folder, found, True
                without_record = without_record or (folder, found, True)
        if without_record is not None and without_record[1].state is not None:
            return without_record
        name = original_folder(session)
        if name not in folders_of(session) and len(name) <= 255:
            folder = self._entered(name, stack)
            if folder is not None and (found := self._examined(folder, None)) is not None:
                return folder, found, False
        return without_record or (None, Examined(), False)

    def _examined(self, folder: Folder, session: str | None) -> Examined | None:
        """Examines a folder; None where its record names another id.

        Without a `session` it is one to adopt from: None, too, where it may not be the original's.
        """
        found = examine(folder)
        if found.record is None:
            is_own = session is not None
            return found if is_own or (found.is_bad and not _is_ours(found.raw)) else None
        if found.record.session not in (None, session):
            return None
        if found.record.newer_format and self._lock is not None:
            path = folder.where(STATE_FILE)
            raise NewerFormatError(
                f"{path}: written in format {found.record.newer_format} by a newer Holdfast;"
                " upgrade to change it",
                path,
            )
        return found

    def _entered(self, name: str, stack: ExitStack) -> Folder | None:
        folder = self._root.open_folder(name)
        return None if folder is None else stack.enter_context(folder)

    def _make_folder(self, session: str, stack: ExitStack) -> Folder:
        for name in folders_of(session):
            folder = self._entered(name, stack)
            if folder is None:
                return stack.enter_context(make_folder(self._root, name))
            if folder.status(STATE_FILE) is None:
                return folder
        path = self._root.where(folders_of(session)[-1])
        raise UnsafeError(f"{path}: refused, its record names another session", path)


def open_store(
    path: str | os.PathLike[str],
    *,
    read_only: bool = False,
    durability: Durability = "power",
    clock: Callable[[], int],
) -> DirectoryStore:
    """Opens a state directory.

    Args:
        path: The directory. An owner makes it (0700) where it is missing.
        read_only: Whether to observe: nothing is locked, nothing is written.
        durability: `power` survives a power cut; `process` leaves the syncs out and survives a
            kill, for drills, tests and replays.
        clock: Returns Unix ms.

    Raises:
        DirectoryError: If it can't be opened.
        OwnedError: If another process owns it; observers are never refused.
    """
    root = open_root(os.path.abspath(os.path.expanduser(path)), create=not read_only)
    try:
        lock = None if read_only else acquire(root, clock())
    except BaseException:
        root.close()
        raise
    store = DirectoryStore(root, lock, durability, clock)
    if not read_only:
        try:
            store.sweep()
        except BaseException:
            store.close()
            raise
    return store


def _is_as_left(found: Examined, seq: int, is_own: bool) -> bool:
    """Whether the folder is as this owner left it, so that memory holds all of it."""
    if found.trouble:
        return False
    if found.record is None or not is_own:
        return seq == 0
    return found.record.session is not None and found.record.seq == seq


def _is_ours(raw: bytes | None) -> bool:
    """Whether a record that can't be believed shows that Holdfast wrote it."""
    return raw is not None and f'"{KEY}"'.encode() in raw


def _loaded(found: Examined, is_own: bool) -> Loaded:
    record = found.record
    return Loaded(
        state=found.state or FRESH,
        seq=record.seq if record and is_own else 0,
        has_ended=record is not None and record.is_live is False,
        is_adopted=not is_own,
        trouble=found.trouble,
        why=found.why,
    )
