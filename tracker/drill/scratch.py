"""A scratch copy of a state directory: what its sessions are rebuilt from, and nothing else.

The original is only read, by descriptors. Nothing is copied of what the store would refuse, and of
the checkpoint files only the names, for no state is rebuilt from their content. So a copy has at
most 64 KiB and a manifest a session, however large the directory.

Source: DESIGN.md, sections 5 and 9.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from typing import Final, NamedTuple

from tracker.drill.report import Progress
from tracker.errors import DirectoryError, StoreError, WriteError, reason
from tracker.store.durable import make_folder, replace_file
from tracker.store.files import Folder
from tracker.store.folders import may_be_folder
from tracker.store.manifest import MANIFEST, READ_BYTES, parse_filename
from tracker.store.protocol import Store
from tracker.store.record import RECORD_BYTES, STATE_FILE, BadRecordError, decode_record

PREFIX: Final = "holdfast-drill-"

MEMORY: Final = "/dev/shm"  # noqa: S108
"""Where files are kept in memory, on Linux: a drill of 3,000 sessions takes 2 s there, and 15 s on
a disk whose file system writes a file out when it is replaced."""

MEMORY_BYTES: Final = 512 * 1024 * 1024
"""The most a drill may be expected to take there."""

SESSION_BYTES: Final = 16 * 1024
"""What a session takes in a copy, with room to spare: two files of a few kilobytes."""

Wrap = Callable[[Store], Store]
"""Puts something between a drill and its store, such as one that is broken on purpose."""


def as_it_is(store: Store) -> Store:
    """Returns the store itself."""
    return store


class Copied(NamedTuple):
    """What came of a copy.

    Attributes:
        refused: Why folders were not copied, by their names.
        is_whole: Whether it was not stopped.
    """

    refused: dict[str, str]
    is_whole: bool


@contextmanager
def scratch_directory(sessions: int, parent: str | None = None) -> Iterator[str]:
    """Makes a directory (0700) for one drill, which is gone afterwards.

    Args:
        sessions: How many sessions it is to hold.
        parent: Where; by default in `TMPDIR`, where that is set, else in memory, if it is small
            beside what is free there, else in the system's temporary directory.

    Raises:
        DirectoryError: If it can't be made.
    """
    from shutil import rmtree  # Imported late: who embeds a tracker drills once in a while.
    from tempfile import gettempdir, mkdtemp

    at = parent or _memory(sessions) or gettempdir()
    try:
        path = mkdtemp(prefix=PREFIX, dir=at)
    except OSError as error:
        raise DirectoryError(
            f"{at}: no scratch directory can be made there: {reason(error)}; set TMPDIR", at
        ) from None
    try:
        yield path
    finally:
        rmtree(path, ignore_errors=True)


def copy_state(
    source: Folder,
    target: Folder,
    *,
    only: Collection[str] | None = None,
    progress: Progress | None = None,
) -> Copied:
    """Copies the sessions of a state directory.

    Args:
        source: The open state directory. It is only read.
        target: The open directory to copy to, empty.
        only: Names of the folders to copy; None for all.
        progress: Told how many of how many folders are copied.

    Raises:
        ReadError: If the state directory can't be listed.
        WriteError: If the copy can't be written; the message says where it would stand.
    """
    names = sorted(
        name for name in source.names() if may_be_folder(name) and (only is None or name in only)
    )
    refused: dict[str, str] = {}
    for done, name in enumerate(names, start=1):
        try:
            if _is_plain_file(source, name):
                continue
            _copy_folder(source, target, name)
        except WriteError as error:
            raise WriteError(
                f"{error}; the scratch copy needs more room: set TMPDIR to a larger disk",
                error.path,
            ) from None
        except StoreError as error:
            refused[name] = str(error)
        if progress is not None and not progress(done, len(names)):
            return Copied(refused, False)
    return Copied(refused, True)


def _memory(sessions: int) -> str:
    """Returns a place in memory with room for so many sessions; empty where there is none."""
    needed_bytes = sessions * SESSION_BYTES
    if "TMPDIR" in os.environ or needed_bytes > MEMORY_BYTES:
        return ""
    try:
        status = os.statvfs(MEMORY)
    except OSError:
        return ""
    has_room = status.f_bavail * status.f_frsize > 2 * needed_bytes
    return MEMORY if has_room and os.access(MEMORY, os.W_OK) else ""


def _is_plain_file(source: Folder, name: str) -> bool:
    # Such as the plugin's event log; a link or a FIFO in a folder's place is refused with a word.
    status = source.status(name)
    return status is not None and stat.S_ISREG(status.st_mode)


def _copy_folder(source: Folder, target: Folder, name: str) -> None:
    folder = source.open_folder(name)
    if folder is None:
        return
    with folder:
        # The record first: beside a running owner the copy is at most behind its manifest.
        raw = folder.read(STATE_FILE, RECORD_BYTES)
        manifest = folder.read(MANIFEST, READ_BYTES)
        names = folder.names() if raw is not None and _is_bad(raw) else []
    with make_folder(target, name) as copy:
        for filename, data in ((STATE_FILE, raw), (MANIFEST, manifest)):
            if data is not None:
                replace_file(copy, filename, data, sync=False)
        if names:
            # Else whoever reads it waits for the writer that seems to be at work on it.
            os.utime(STATE_FILE, (0, 0), dir_fd=copy.fd)
        for filename in names:  # They help to rebuild a record that can't be believed.
            if parse_filename(filename) is not None:
                replace_file(copy, filename, b"", sync=False)


def _is_bad(raw: bytes) -> bool:
    try:
        decode_record(raw)
    except BadRecordError:
        return True
    return False
