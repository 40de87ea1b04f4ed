"""Retention: which sessions are old enough to be deleted, file by file. Looks and changes nothing.

A plan names every file it would delete; `pruning` deletes those and nothing else.

Source: DESIGN.md, section 5.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Callable, Collection, Iterable
from typing import Final

import msgspec
from msgspec.structs import replace

from tracker.errors import StoreError
from tracker.store.durable import is_temporary
from tracker.store.files import Folder
from tracker.store.folders import folders_of, may_be_folder, original_folder
from tracker.store.manifest import MANIFEST, iso_of, parse_filename
from tracker.store.record import STATE_FILE
from tracker.store.refusal import kind_of
from tracker.store.summary import FolderSummary
from tracker.store.survey import Stamp, Survey
from tracker.store.writer import CORRUPT_PREFIX

_CORRUPT: Final = re.compile(rf"{re.escape(CORRUPT_PREFIX)}\d{{1,20}}")


class PlannedFile(msgspec.Struct, frozen=True):
    """One file a plan would delete.

    Attributes:
        name: Its name in the folder.
        file_bytes: Its size.
        modified_ms: When it was last written, Unix ms.
        stamp: By what it is known again: inode, size, and the times of its last changes.
    """

    name: str
    file_bytes: int
    modified_ms: int
    stamp: Stamp


class PlannedFolder(msgspec.Struct, frozen=True):
    """One session's folder in a plan.

    Attributes:
        folder: Its name.
        session: The id its record names; the folder's name where none does.
        files: The files that would be deleted, in the order in which they go; none where it stays.
        others: Names in it that are none of Holdfast's. They stay, and the folder with them.
        newest_ms: When the newest file in it was written, Unix ms; 0 where it can't be told.
        why_kept: Why nothing of it is deleted; empty where its files go.
        is_young: Whether it is kept for its age alone.
        stamp: By what the folder is known again: device and inode.
    """

    folder: str
    session: str
    files: tuple[PlannedFile, ...] = ()
    others: tuple[str, ...] = ()
    newest_ms: int = 0
    why_kept: str = ""
    is_young: bool = False
    stamp: Stamp = ()

    @property
    def goes(self) -> bool:
        """Whether its files would be deleted."""
        return not self.why_kept

    @property
    def file_bytes(self) -> int:
        """Bytes that would be deleted."""
        return sum(file.file_bytes for file in self.files)


class PrunePlan(msgspec.Struct, frozen=True):
    """What retention would delete. The plan that is shown is the plan that is applied.

    Attributes:
        directory: The state directory.
        older_than_ms: How old the newest file of a session must be, ms.
        made_ms: When the plan was made, Unix ms.
        folders: Every session's folder, in order of their names.
    """

    directory: str
    older_than_ms: int
    made_ms: int
    folders: tuple[PlannedFolder, ...]

    @property
    def going(self) -> tuple[PlannedFolder, ...]:
        """The folders whose files would be deleted."""
        return tuple(folder for folder in self.folders if folder.goes)

    @property
    def kept(self) -> tuple[PlannedFolder, ...]:
        """The folders of which nothing would be deleted."""
        return tuple(folder for folder in self.folders if not folder.goes)


def plan_prune(
    root: Folder,
    *,
    older_than_ms: int,
    now_ms: int,
    tracked: Collection[str] = (),
    pinned: Collection[str] = (),
    progress: Callable[[int, int], bool] | None = None,
) -> PrunePlan:
    """Plans which files of a state directory retention would delete.

    A session goes whole or not at all: it is kept while it is tracked or pinned, while its newest
    file, whosever it is, is younger than the limit, and where anything in it would be refused.

    Args:
        root: The open state directory.
        older_than_ms: How old its newest file must be, ms.
        now_ms: The time now, Unix ms.
        tracked: Ids of the sessions in memory.
        pinned: Ids of those that are pinned.
        progress: Told how many of how many folders were looked at; False stops, and the plan then
            is of those looked at.

    Raises:
        ReadError: If the directory can't be listed.

    Cost: lists every folder, and reads every record for its id.
    """
    survey = Survey(root)
    held = _held(tracked, "tracked in memory") | _held(pinned, "pinned")
    names = sorted(name for name in root.names() if may_be_folder(name))
    folders = []
    for done, name in enumerate(names, start=1):
        if (folder := _look(root, survey, name)) is not None:
            if why := folder.why_kept or held.get(name) or held.get(folder.session, ""):
                folder = replace(folder, files=(), why_kept=why)
            elif folder.newest_ms > now_ms - older_than_ms:
                why = f"its newest file is of {iso_of(folder.newest_ms)}"
                folder = replace(folder, files=(), why_kept=why, is_young=True)
            folders.append(folder)
        if progress is not None and not progress(done, len(names)):
            break
    return PrunePlan(root.path, older_than_ms, now_ms, tuple(folders))


def names_of(session: str) -> tuple[str, ...]:
    """Returns an id, and the names of the folders from which it may be loaded.

    The record of a folder may be bad, or the original's, and then no id can be read from it.
    """
    return session, *folders_of(session), original_folder(session)


def is_known(name: str) -> bool:
    """Whether a file in a session's folder is one that Holdfast, or the original, wrote."""
    return (
        name in (STATE_FILE, MANIFEST)
        or parse_filename(name) is not None
        or _CORRUPT.fullmatch(name) is not None
        or is_temporary(name)
    )


def stamp_of(status: os.stat_result) -> Stamp:
    """Returns what a file is known again by."""
    return status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns


def stamp_of_folder(folder: Folder) -> Stamp:
    """Returns what an open folder is known again by."""
    status = os.fstat(folder.fd)
    return status.st_dev, status.st_ino


def _held(sessions: Iterable[str], why: str) -> dict[str, str]:
    return {name: why for session in sessions for name in names_of(session)}


def _look(root: Folder, survey: Survey, name: str) -> PlannedFolder | None:
    """Looks at one folder; None for what is no session's folder."""
    try:
        status = root.status(name)
        if status is None or stat.S_ISREG(status.st_mode):
            return None
        if not stat.S_ISDIR(status.st_mode):
            return PlannedFolder(name, name, why_kept=f"refused, {kind_of(status.st_mode)}")
        folder = root.open_folder(name)
        if folder is None:
            return None
        with folder:
            stamp = stamp_of_folder(folder)
            there = {entry: folder.status(entry) for entry in sorted(folder.names())}
            refused = _refused(folder, there)
        summary = survey.summarize(name)  # After the stamps: what changes meanwhile is noticed.
    except StoreError as error:
        return PlannedFolder(name, name, why_kept=str(error))
    statuses = {entry: status for entry, status in there.items() if status is not None}
    newest_ns = max((one.st_mtime_ns for one in statuses.values()), default=status.st_mtime_ns)
    files = [
        PlannedFile(entry, one.st_size, one.st_mtime_ns // 1_000_000, stamp_of(one))
        for entry, one in statuses.items()
        if is_known(entry)
    ]
    others = tuple(entry for entry in statuses if not is_known(entry))
    return PlannedFolder(
        folder=name,
        session=summary.session,
        files=tuple(sorted(files, key=lambda file: _turn(file.name, summary))),
        others=others,
        newest_ms=newest_ns // 1_000_000,
        why_kept=refused or _not_to_be_judged(summary) or _nothing_known(files, others),
        stamp=stamp,
    )


def _refused(folder: Folder, there: dict[str, os.stat_result | None]) -> str:
    for name, status in there.items():
        if status is not None and is_known(name) and (why := folder.refusal(name, status)):
            return f"{name}: refused, {why}"
    return ""


def _not_to_be_judged(summary: FolderSummary) -> str:
    if summary.newer_format:
        return f"written in format {summary.newer_format}, by a newer Holdfast"
    is_unread = summary.trouble == "corrupt" and summary.state is None
    return summary.why if summary.trouble == "unsafe" or is_unread else ""


def _nothing_known(files: list[PlannedFile], others: tuple[str, ...]) -> str:
    return "nothing in it is Holdfast's" if others and not files else ""


def _turn(name: str, summary: FolderSummary) -> tuple[int, str]:
    """Returns when a file's turn to go comes."""
    # What says which checkpoints were captured goes last, so that a session that comes back after
    # a kill half way claims no less than it captured: the record, which needs no other file. Only
    # where it can't be believed, the manifest from which it would be rebuilt.
    is_record_believed = summary.trouble != "corrupt"
    last = (MANIFEST, STATE_FILE) if is_record_believed else (STATE_FILE, MANIFEST)
    return (last.index(name) + 1 if name in last else 0), name
