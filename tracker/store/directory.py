"""The embedded default store: a state directory, in the original's layout.

Order of every change: checkpoint file, manifest line, state. So a state can be behind its manifest,
never ahead of it, and a load catches up.

Source: DESIGN.md, section 5.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from typing import Final, Literal

from msgspec.structs import replace

from tracker.bounded import BoundedMap
from tracker.errors import ReadOnlyError, StoreError
from tracker.state import FRESH, SessionState, durable_part, unite, within_bounds
from tracker.store.durable import is_temporary, make_root, remove_quietly
from tracker.store.examine import Examined
from tracker.store.files import Folder, open_root
from tracker.store.folders import may_be_folder
from tracker.store.home import Home, Homes, close_all
from tracker.store.lock import OwnerLock, acquire
from tracker.store.manifest import MANIFEST
from tracker.store.protocol import Capture, Loaded, Saved
from tracker.store.record import RECORD_BYTES, STATE_FILE
from tracker.store.writer import Writer

Durability = Literal["power", "process"]
"""What a write survives: `power` a power cut, for each is synced; `process` only a kill."""

UNCONFIRMED_KEPT: Final = 10_000
"""The most sessions remembered whose last commit failed half way; a failing disk must not leak."""

ORIGINALS_KEPT: Final = 10_000
"""Of how many of the original's records it is remembered what they were as they were loaded. One
that is forgotten is united with what memory holds, as if another writer had changed it."""


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
        self._homes = Homes(root, is_owner=lock is not None)
        self._writer = Writer(root, clock, sync=durability == "power")
        # What was found before a commit that failed half way, without its bytes; the disk may be
        # ahead of it.
        self._unconfirmed: dict[str, Home] = {}
        # What the record of an original's folder was as it was loaded: it has no number of its own.
        self._originals: BoundedMap[str, int] = BoundedMap(ORIGINALS_KEPT)

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
            return _loaded(before)
        opened: list[Folder] = []
        try:
            home = self._homes.find(session, opened)
            loaded = _loaded(home)
            if loaded is None or not home.is_own:
                return loaded
            found = home.found
            if found.record is not None:
                if found.record.session is None:
                    self._originals[session] = hash(found.raw)
            elif home.folder and found.is_bad and self._lock is not None:
                loaded = self._replace_bad(home.folder, found, session, loaded)
            return loaded
        finally:
            close_all(opened)

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
        opened: list[Folder] = []
        try:
            home = self._homes.find(session, opened)
            if home.folder is None and (captures or not ends):
                # Another writer may make it at the same time, and have written there already.
                self._homes.make(session, opened)
                home = self._homes.find(session, opened)
            folder = home.folder
            if folder is None or not home.is_own:
                if ends and not captures and home.found.state is None:
                    return Saved(state, 0)
                folder = self._homes.make(session, opened)
            try:
                saved = self._commit(folder, home, session, state, seq, captures, ends, spill)
            except StoreError:
                self._remember_if_ahead(folder, home, session)
                raise
            self._unconfirmed.pop(session, None)
            return saved
        finally:
            close_all(opened)

    def sweep(self) -> int:
        """Removes temporary files a killed owner left behind; returns how many.

        Cost: lists every folder once.
        """
        swept = 0
        for name in self._root.names():
            if not may_be_folder(name):
                continue
            try:
                folder = self._root.open_folder(name)
                if folder is None:
                    continue
                with folder:
                    for entry in folder.names():
                        if is_temporary(entry):
                            remove_quietly(folder, entry)
                            swept += 1
            except StoreError:
                continue  # It is named when its session is touched, and by `doctor`.
        return swept

    def _replace_bad(self, folder: Folder, found: Examined, session: str, loaded: Loaded) -> Loaded:
        """Keeps a bad record and writes what was rebuilt in its place."""
        self._writer.keep_bad(folder, found)
        self._writer.settle_manifest(folder, is_known=False)
        self._writer.write(
            folder,
            session,
            found,
            found.saved,
            loaded.state,
            seq=1,
            manifest_bytes=found.manifest_bytes,
        )
        return replace(loaded, seq=1)

    def _commit(
        self,
        folder: Folder,
        home: Home,
        session: str,
        state: SessionState,
        seq: int,
        captures: Sequence[Capture],
        ends: bool,
        spill: bool,
    ) -> Saved:
        found, is_own = home.found, home.is_own
        if found.record is None or not is_own:
            self._writer.make_known(folder)
        if found.is_bad and is_own:
            self._writer.keep_bad(folder, found)
        before = self._unconfirmed.get(session)
        if before is None and not self._is_as_left(home, session, seq):
            theirs = found.state or FRESH
            state = unite(state, replace(theirs, guards=0) if found.is_bad else theirs)
        state = within_bounds(state, session)
        known_bytes = found.manifest_bytes if is_own else folder.size(MANIFEST) or 0
        known_bytes += self._writer.settle_manifest(folder, is_known=_knows_manifest(home))
        if captures and not is_own and found.state is not None:
            # What was adopted stands in the session's own folder before anything is added to it.
            self._writer.write(
                folder,
                session,
                found,
                within_bounds(found.saved, session),
                within_bounds(found.state, session),
                seq=1,
                manifest_bytes=known_bytes,
            )
        saved = state
        if not captures:
            kept = replace((before or home).found.saved, guards=0)
            saved = within_bounds(unite(kept, durable_part(state)), session)
        seq = max(seq, found.record.seq if found.record and is_own else 0) + 1
        if ends and not captures and saved == FRESH and not known_bytes:
            self._writer.forget(folder)
            seq = 0
        else:
            self._writer.write(
                folder,
                session,
                found,
                saved,
                None if ends else state,
                captures=captures,
                seq=seq,
                manifest_bytes=known_bytes,
                spill=spill,
            )
        return Saved(state, seq, found.trouble if found.is_bad else "", found.why)

    def _is_as_left(self, home: Home, session: str, seq: int) -> bool:
        """Whether the folder is as this owner left or loaded it, so that memory holds all of it."""
        record = home.found.record
        if home.found.trouble:
            return False
        if record is None or not home.is_own:
            return seq == 0
        if _is_originals(home):
            return seq == 0 and self._originals.get(session) == hash(home.found.raw)
        return record.seq == seq

    def _remember_if_ahead(self, folder: Folder, home: Home, session: str) -> None:
        """Keeps what a load gave before a commit that failed once the disk had changed."""
        if session in self._unconfirmed:
            return
        before = home.found if home.is_own else Examined()
        try:
            if (folder.size(MANIFEST) or 0) == before.manifest_bytes and folder.read(
                STATE_FILE, RECORD_BYTES
            ) == before.raw:
                return
        except StoreError:
            pass  # It can't be told, so it counts as changed.
        while len(self._unconfirmed) >= UNCONFIRMED_KEPT:
            del self._unconfirmed[next(iter(self._unconfirmed))]
        self._unconfirmed[session] = Home(None, replace(home.found, raw=None), home.is_own)


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
    path = os.path.abspath(os.path.expanduser(path))
    if not read_only:
        make_root(path, sync=durability == "power")
    root = open_root(path)
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


def _is_originals(home: Home) -> bool:
    """Whether the session's own folder holds a record that Holdfast never wrote."""
    record = home.found.record
    return home.is_own and record is not None and record.session is None


def _knows_manifest(home: Home) -> bool:
    """Whether the session's record accounts for all of its manifest."""
    record = home.found.record
    return home.is_own and record is not None and record.manifest_bytes == home.found.manifest_bytes


def _loaded(home: Home) -> Loaded | None:
    found, record = home.found, home.found.record
    if found.state is None:
        return None
    return Loaded(
        state=found.state,
        seq=record.seq if record and home.is_own else 0,
        has_ended=record is not None and record.is_live is False,
        is_adopted=not home.is_own,
        trouble=found.trouble,
        why=found.why,
    )
