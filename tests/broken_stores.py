"""Stores that are broken on purpose, each in one way, around a real one."""

from __future__ import annotations

import errno
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from directories import STATE
from msgspec.structs import replace

from tracker import Capture, Loaded, ReadError, Saved, SessionState, Store, WriteError
from tracker.store.folders import folders_of


class Sound:
    """A store that hands everything on, unbroken: what the broken ones are built on."""

    def __init__(self, store: Store) -> None:
        self.inner: Any = store

    @property
    def is_read_only(self) -> bool:
        read_only: bool = self.inner.is_read_only
        return read_only

    def load(self, session: str) -> Loaded | None:
        loaded: Loaded | None = self.inner.load(session)
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
        saved: Saved = self.inner.commit(
            session, state, seq=seq, captures=captures, ends=ends, spill=spill
        )
        return saved

    def close(self) -> None:
        self.inner.close()


class TearsWrites(Sound):
    """Writes half a record, and says that all is well."""

    def commit(self, session: str, state: SessionState, **options: Any) -> Saved:
        saved = super().commit(session, state, **options)
        path = Path(self.inner.root.path) / folders_of(session)[0] / STATE
        if path.exists():
            os.truncate(path, path.stat().st_size // 2)
            os.utime(path, (0, 0))  # Else the reader waits for a writer to be done with it.
        return saved


class ForgetsGuards(Sound):
    """Never writes that a guard fired."""

    def commit(self, session: str, state: SessionState, **options: Any) -> Saved:
        saved = super().commit(session, replace(state, guards=0), **options)
        return replace(saved, state=replace(saved.state, guards=state.guards))


class DropsSpills(Sound):
    """Never writes what is newer than the last checkpoint."""

    def commit(self, session: str, state: SessionState, **options: Any) -> Saved:
        return super().commit(session, state, **{**options, "spill": False})


class MixesIds(Sound):
    """Takes ids that differ in their punctuation for one, as the original does."""

    def load(self, session: str) -> Loaded | None:
        return super().load(_mixed(session))

    def commit(self, session: str, state: SessionState, **options: Any) -> Saved:
        return super().commit(_mixed(session), state, **options)


class LosesBands(Sound):
    """Gives back one band too few."""

    def load(self, session: str) -> Loaded | None:
        loaded = super().load(session)
        if loaded is None:
            return None
        bands = loaded.state.bands & (loaded.state.bands - 1)
        return replace(loaded, state=replace(loaded.state, bands=bands))


class CannotRead(Sound):
    """Can't read a session a second time."""

    def __init__(self, store: Store) -> None:
        super().__init__(store)
        self._read: set[str] = set()

    def load(self, session: str) -> Loaded | None:
        if session in self._read:
            raise ReadError(f"{session}: can't be read now: {os.strerror(errno.EIO)}", session)
        self._read.add(session)
        return super().load(session)


class CannotWrite(Sound):
    """Has no room left."""

    def commit(self, session: str, state: SessionState, **options: Any) -> Saved:
        raise WriteError(f"{session}: can't be written: {os.strerror(errno.ENOSPC)}", session)


def _mixed(session: str) -> str:
    return session.replace(":", "_").replace(".", "_")
