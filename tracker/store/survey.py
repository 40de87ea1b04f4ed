"""All folders of a state directory, for people: what each holds, which files, what is wrong.

Reading only, and safe to run beside an owner. A `Survey` remembers what it saw, so a second look
costs two status calls a folder and reads only what changed.

Source: DESIGN.md, sections 5 and 6.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Sequence
from typing import Final

import msgspec

from tracker.errors import ReadError, StoreError, UnsafeError
from tracker.store.files import Folder
from tracker.store.folders import may_be_folder
from tracker.store.listing import (
    CheckpointFile,
    CheckpointText,
    is_file_name,
    list_files,
    read_text,
)
from tracker.store.record import STATE_FILE
from tracker.store.refusal import kind_of
from tracker.store.summary import FolderSummary, summarize, troubled

PART: Final = 256
"""How many folders a sweep looks at between two times it tells how far it is."""

Stamp = tuple[int, ...]


class Sweep(msgspec.Struct, frozen=True):
    """What one look at the directory found since the last one.

    Attributes:
        changed: Summaries of new and changed folders.
        removed: Names of folders that are gone.
    """

    changed: tuple[FolderSummary, ...] = ()
    removed: tuple[str, ...] = ()


class Survey:
    """Looks at all folders of a state directory, again and again.

    Args:
        root: The open directory. The survey doesn't close it.
    """

    def __init__(self, root: Folder) -> None:
        self._root = root
        self._seen: dict[str, tuple[Stamp, FolderSummary]] = {}

    @property
    def summaries(self) -> tuple[FolderSummary, ...]:
        """What the last sweep knew, in no order."""
        return tuple(summary for _, summary in self._seen.values())

    @property
    def is_gone(self) -> bool:
        """Whether the directory was removed while it was open."""
        return self._root.is_removed()

    def sweep(
        self,
        progress: Callable[[int, int], bool] | None = None,
        found: Callable[[Sequence[FolderSummary]], object] | None = None,
    ) -> Sweep:
        """Looks at every folder; reads those that changed.

        Args:
            progress: Called with how many of how many folders were looked at; False stops the
                sweep, and the next one goes on.
            found: Called with what changed, a part at a time, before `progress` is; for whoever
                wants to show some while the others are read. The folders that were written last
                are then looked at first. All of it is returned, too.

        Returns:
            What changed since the last sweep.

        Raises:
            ReadError: If the directory itself can't be listed.

        Cost: two status calls a folder; a changed one is opened, listed and read.
        """
        names = self._names()
        if progress is not None and not progress(0, len(names)):
            return Sweep()
        if found is not None:
            names = self._by_change(names)
        changed: list[FolderSummary] = []
        told = 0
        for number, name in enumerate(names):
            if number % PART == 0:
                told = _tell(found, changed, told)
                if number and progress is not None and not progress(number, len(names)):
                    return Sweep(tuple(changed))
            if (summary := self.look(name)) is not None:
                changed.append(summary)
        _tell(found, changed, told)
        if progress is not None:
            progress(len(names), len(names))
        removed = tuple(self._seen.keys() - set(names))
        for name in removed:
            del self._seen[name]
        return Sweep(tuple(changed), removed)

    def newest_first(self) -> list[str]:
        """Returns the names of all folders, in the order of their last change, the latest first.

        Raises:
            ReadError: If the directory itself can't be listed.

        Cost: a status call a folder; none is opened.
        """
        return self._by_change(self._names())

    def look(self, name: str) -> FolderSummary | None:
        """Looks at one folder; None where it is as it was, or is no session's folder.

        Never raises for what it finds: what can't be read or is refused is a trouble, with its why.
        """
        before = self._seen.get(name)
        if before is None and (found := self._first_look(name)) is not None:
            self._seen[name] = found
            return found[1]
        try:
            stamp = self._stamp(name)
        except StoreError as error:
            stamp, summary = (), troubled(name, error)
        else:
            if stamp is None or (before is not None and before[0] == stamp):
                return None
            summary = self.summarize(name)
        self._seen[name] = (stamp, summary)
        return None if before is not None and before[1] == summary else summary

    def is_missing(self, name: str) -> bool:
        """Whether a folder that was known is gone from the disk; it is forgotten then."""
        if name not in self._seen or self._root.status(name) is not None:
            return False
        del self._seen[name]
        return True

    def summarize(self, name: str) -> FolderSummary:
        """Reads one folder, remembering nothing. Never raises for what it finds."""
        try:
            folder = self._root.open_folder(name)
            if folder is None:
                return FolderSummary(name, name)
            with folder:
                return summarize(folder, name)
        except StoreError as error:
            return troubled(name, error)

    def files(self, summary: FolderSummary) -> tuple[CheckpointFile, ...]:
        """Lists a folder's checkpoint files, by the manifest and by the folder, oldest first.

        Raises:
            ReadError: If they can't be listed now.
            UnsafeError: If the folder or its manifest is refused.
        """
        folder = self._root.open_folder(summary.folder)
        if folder is None:
            return ()
        with folder:
            return list_files(folder, summary.folder, summary.session)

    def text(self, summary: FolderSummary, filename: str) -> CheckpointText:
        """Reads a checkpoint file for display, at most its first 1 MiB.

        Raises:
            UnsafeError: If it is refused.
            ReadError: If it is missing or can't be read now.
        """
        path = f"{self._root.path}/{summary.folder}/{filename}"
        if not (is_file_name(summary.folder) and is_file_name(filename)):
            raise UnsafeError(f"{path}: refused, not a file in a session's folder", path)
        folder = self._root.open_folder(summary.folder)
        if folder is None:
            raise ReadError(f"{path}: no such folder", path)
        with folder:
            return read_text(folder, filename)

    def _names(self) -> list[str]:
        return [name for name in self._root.names() if not name.startswith(".")]

    def _by_change(self, names: list[str]) -> list[str]:
        return sorted(names, key=self._changed_ns, reverse=True)

    def _changed_ns(self, name: str) -> int:
        try:
            status = self._root.status(name)
        except StoreError:
            return 0  # Looking at it says why.
        return status.st_mtime_ns if status else 0

    def _first_look(self, name: str) -> tuple[Stamp, FolderSummary] | None:
        """Reads a folder that wasn't seen before, by fewer calls; None for what is worth a word."""
        try:
            folder = self._root.open_folder(name)
            if folder is None:
                return None
            with folder:
                stamp = _stamp_of(folder.as_opened, folder.status(STATE_FILE))
                return stamp, summarize(folder, name)
        except StoreError:
            return None

    def _stamp(self, name: str) -> Stamp | None:
        status = self._root.status(name)
        if status is None:
            return None
        if not stat.S_ISDIR(status.st_mode):
            # A plain file is none of ours; a link or a FIFO in a folder's place is worth a word.
            if stat.S_ISREG(status.st_mode) or not may_be_folder(name):
                return None
            what = kind_of(status.st_mode)
            path = self._root.where(name)
            raise UnsafeError(f"{path}: refused, {what}", path)
        return _stamp_of(status, self._root.status(f"{name}/{STATE_FILE}"))


def _stamp_of(folder: os.stat_result, state: os.stat_result | None) -> Stamp:
    """What changes whenever a folder's entries or its state file do."""
    own = (folder.st_ino, folder.st_mtime_ns, folder.st_mode, folder.st_uid)
    if state is None:
        return own
    return (*own, state.st_ino, state.st_mtime_ns, state.st_size, state.st_mode, state.st_nlink)


def _tell(
    found: Callable[[Sequence[FolderSummary]], object] | None,
    changed: Sequence[FolderSummary],
    told: int,
) -> int:
    """Tells of what changed since it was told last; returns how much is told now."""
    if found is not None and len(changed) > told:
        found(changed[told:])
    return len(changed)
