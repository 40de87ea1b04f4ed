"""All folders of a state directory, for people: what each holds, which files, what is wrong.

Reading only, and safe to run beside an owner. A `Survey` remembers what it saw, so a second look
costs two status calls a folder and reads only what changed.

Source: DESIGN.md, sections 5 and 6.
"""

from __future__ import annotations

import stat
from collections.abc import Callable, Sequence
from typing import Final, Literal

import msgspec

from tracker.errors import IdError, NewerFormatError, ReadError, StoreError, UnsafeError
from tracker.events import check_id
from tracker.state import SessionState
from tracker.store.durable import is_temporary
from tracker.store.examine import BEHIND, Examined, examine, read_lines
from tracker.store.files import Folder
from tracker.store.folders import folders_of, may_be_folder
from tracker.store.listing import (
    CheckpointFile,
    CheckpointText,
    is_file_name,
    list_files,
    read_text,
)
from tracker.store.manifest import parse_filename
from tracker.store.record import STATE_FILE
from tracker.store.refusal import kind_of

Trouble = Literal["", "behind", "corrupt", "unsafe"]

PART: Final = 256
"""How many folders a sweep looks at between two times it tells how far it is."""

Stamp = tuple[int, ...]


class FolderSummary(msgspec.Struct, frozen=True):
    """One folder of a state directory.

    Attributes:
        folder: Its name.
        session: The id its record names; the folder's name where the record names none.
        state: The state to go on from; None where nothing is stored or it is refused.
        trouble: `behind`, `corrupt` or `unsafe`; empty where there is none.
        why: The trouble in words.
        can_rebuild: Whether the manifest or the files' names rebuild a corrupt record.
        has_ended: Whether the session was released; None where the record doesn't say.
        seq: The record's sequence number; 0 in the original's.
        checkpoints: How many checkpoints the manifest lists.
        last_trigger: The trigger of the last one; empty where there is none.
        file_bytes: Bytes of all plain files in the folder.
        leftovers: Temporary files a killed owner left.
        bad_kept: Bad records kept beside it.
        newer_format: The format, where a newer Holdfast wrote it.
        saved: What the last checkpoint saved, without guards; None where no record can be believed.
    """

    folder: str
    session: str
    state: SessionState | None = None
    trouble: Trouble = ""
    why: str = ""
    can_rebuild: bool = False
    has_ended: bool | None = None
    seq: int = 0
    checkpoints: int = 0
    last_trigger: str = ""
    file_bytes: int = 0
    leftovers: int = 0
    bad_kept: int = 0
    newer_format: int = 0
    saved: SessionState | None = None


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
                wants to show some while the others are read. All of it is returned, too.

        Returns:
            What changed since the last sweep.

        Raises:
            ReadError: If the directory itself can't be listed.

        Cost: two status calls a folder; a changed one is opened, listed and read.
        """
        names = [name for name in self._root.names() if not name.startswith(".")]
        changed: list[FolderSummary] = []
        told = 0
        for number, name in enumerate(names):
            if number % PART == 0:
                told = _tell(found, changed, told)
                if progress is not None and not progress(number, len(names)):
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

    def look(self, name: str) -> FolderSummary | None:
        """Looks at one folder; None where it is as it was, or is no session's folder.

        Never raises for what it finds: what can't be read or is refused is a trouble, with its why.
        """
        try:
            stamp = self._stamp(name)
        except StoreError as error:
            stamp, summary = (), _troubled(name, error)
        else:
            if stamp is None:
                return None
            if (seen := self._seen.get(name)) is not None and seen[0] == stamp:
                return None
            summary = self.summarize(name)
        before = self._seen.get(name)
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
                return _summary(folder, name)
        except StoreError as error:
            return _troubled(name, error)

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
        state = self._root.status(f"{name}/{STATE_FILE}")
        own = (status.st_ino, status.st_mtime_ns, status.st_mode, status.st_uid)
        if state is None:
            return own
        return (*own, state.st_ino, state.st_mtime_ns, state.st_size, state.st_mode, state.st_nlink)


def _summary(folder: Folder, name: str) -> FolderSummary:
    names = folder.names()
    file_bytes = leftovers = 0
    for entry in names:
        leftovers += is_temporary(entry)
        status = folder.status(entry)
        if status is not None and stat.S_ISREG(status.st_mode):
            file_bytes += status.st_size
    bad_kept = sum(entry.startswith(f"{STATE_FILE}.corrupt-") for entry in names)
    try:
        found = examine(folder)
    except NewerFormatError as error:
        found = Examined(why=str(error))
    lines = read_lines(folder) if found.manifest_bytes else ()
    record = found.record
    session = record.session if record and record.session is not None else name
    trouble: Trouble = "behind" if found.trouble == BEHIND else "corrupt" if found.is_bad else ""
    why = found.why
    if why and found.is_bad:
        why = f"{found.trouble}: {why}"
    if session != name and name not in (homes := _homes(session)):
        where = f"a session that lives in {homes[0]}" if homes else "no session that can be"
        trouble, why = "unsafe", f"its record names {where}"
    return FolderSummary(
        folder=name,
        session=session,
        state=found.state,
        trouble=trouble,
        why=why,
        can_rebuild=found.is_bad and bool(lines or any(map(parse_filename, names))),
        has_ended=None if record is None or record.is_live is None else not record.is_live,
        seq=record.seq if record else 0,
        checkpoints=len(lines),
        last_trigger=lines[-1].trigger if lines else "",
        file_bytes=file_bytes,
        leftovers=leftovers,
        bad_kept=bad_kept,
        newer_format=record.newer_format if record else 0,
        saved=found.saved if record else None,
    )


def _homes(session: str) -> tuple[str, ...]:
    """Returns the folders an id may live in; none where it is no id at all."""
    try:
        check_id(session)
    except IdError:
        return ()
    return folders_of(session)


def _troubled(name: str, error: StoreError) -> FolderSummary:
    trouble: Trouble = "unsafe" if isinstance(error, UnsafeError) else "corrupt"
    return FolderSummary(name, name, trouble=trouble, why=str(error))


def _tell(
    found: Callable[[Sequence[FolderSummary]], object] | None,
    changed: Sequence[FolderSummary],
    told: int,
) -> int:
    """Tells of what changed since it was told last; returns how much is told now."""
    if found is not None and len(changed) > told:
        found(changed[told:])
    return len(changed)
