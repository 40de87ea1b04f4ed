"""Durable writes: what `files` reads, replaced, appended to and removed so that it survives.

A write is a durable replace: a new temporary name in the same folder, written, synced, renamed, and
the folder synced. After a failed sync nothing is promised, and the same file isn't synced again.

Source: DESIGN.md, section 5.
"""

from __future__ import annotations

import errno
import itertools
import os
import secrets
from contextlib import suppress
from typing import Final

from tracker.errors import DirectoryError, WriteError, reason
from tracker.store.files import Folder, close_quietly
from tracker.store.refusal import refused

TEMPORARY_PREFIX: Final = ".holdfast-"
TEMPORARY_SUFFIX: Final = ".tmp"

_APPEND: Final = os.O_RDWR | os.O_APPEND | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_SYNC: Final = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_CREATE: Final = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC

_TOKEN: Final = secrets.token_hex(8)
_NUMBERS: Final = itertools.count()
"""With the process's id, what no two temporary names share."""

_WRITE_OUT: Final[int | None] = getattr(os, "POSIX_FADV_DONTNEED", None)
"""The advice on which Linux starts to write a file out; None where there is no such call."""


class Draft:
    """What a file is to hold, under a temporary name in its folder. Nothing is promised yet.

    What isn't `put` is to be dropped.

    Args:
        folder: The file's folder.
        name: The file's name in it.
        data: All it shall hold.
        sync: Whether `put` syncs, so that a power cut can't undo it.

    Raises:
        WriteError: If it can't be written; nothing is left of it.
    """

    __slots__ = ("_fd", "_folder", "_name", "_sync", "_temporary")

    def __init__(self, folder: Folder, name: str, data: bytes, *, sync: bool) -> None:
        self._folder, self._name, self._sync = folder, name, sync
        token = f"{os.getpid()}-{_TOKEN}-{next(_NUMBERS)}"
        self._temporary = f"{TEMPORARY_PREFIX}{token}{TEMPORARY_SUFFIX}"
        with _writing(folder.where(name)):
            self._fd = os.open(self._temporary, _CREATE, 0o600, dir_fd=folder.fd)
            try:
                _write_all(self._fd, data)
            except BaseException:
                self.drop()
                raise

    def hurry(self) -> None:
        """Has it written out while other things are done, so that its sync has less to wait for."""
        if self._sync and _WRITE_OUT is not None:
            with suppress(OSError):  # It is only sooner.
                os.posix_fadvise(self._fd, 0, 0, _WRITE_OUT)

    def put(self) -> None:
        """Gives it the file's name, in place of what stands there: sync, rename, folder sync.

        Raises:
            WriteError: If any step fails. Up to the rename the old file stands and the draft is
                dropped; after a failed sync nothing here is synced a second time.
        """
        folder = self._folder
        with _writing(folder.where(self._name)):
            try:
                if self._sync:
                    os.fsync(self._fd)
                fd, self._fd = self._fd, -1
                os.close(fd)
                os.rename(self._temporary, self._name, src_dir_fd=folder.fd, dst_dir_fd=folder.fd)
                self._temporary = ""
            except BaseException:
                self.drop()
                raise
            if self._sync:
                os.fsync(folder.fd)

    def drop(self) -> None:
        """Removes what was not put, if that can be done; a left-over is swept at the next open."""
        fd, self._fd = self._fd, -1
        if fd >= 0:
            close_quietly(fd)
        temporary, self._temporary = self._temporary, ""
        if temporary:
            remove_quietly(self._folder, temporary)


def replace_file(folder: Folder, name: str, data: bytes, *, sync: bool) -> None:
    """Replaces a file durably: temporary name, write, sync, rename, folder sync.

    Args:
        name: The file's name in this folder.
        data: All it shall hold.
        sync: Whether to sync, so that a power cut can't undo it.

    Raises:
        WriteError: If any step fails. Up to the rename the old file stands and the temporary
            is removed; after a failed sync nothing here is synced a second time.
    """
    Draft(folder, name, data, sync=sync).put()


def append_line(folder: Folder, name: str, line: bytes, *, sync: bool) -> tuple[int, int]:
    """Appends one line in one write, closing off a torn last line first.

    Args:
        name: The file's name; made (0600) where there is none.
        line: The line, without its newline.
        sync: Whether to sync the file, and the folder where the file is new.

    Returns:
        The file's size before and after it, in bytes; what another writer appends meanwhile counts
        as before it.

    Raises:
        UnsafeError: If what stands there is no plain file of ours; nothing was written.
        WriteError: If a step fails; the file may end in a torn line, which readers pass over.
    """
    path = folder.where(name)
    with _writing(path):
        fd, is_new = _open_to_append(folder, name)
        try:
            before = folder.judge(fd, name, None, links=1)
            is_torn = before and os.pread(fd, 1, before - 1) != b"\n"
            if is_torn:
                _write_all(fd, b"\n")
            _write_all(fd, line + b"\n")
            if sync:
                os.fsync(fd)
            after = os.fstat(fd).st_size
        finally:
            os.close(fd)
        if sync and (is_new or not before):  # An empty one is all that a kill may have left.
            os.fsync(folder.fd)
    return after - len(line) - (2 if is_torn else 1), after


def make_folder(folder: Folder, name: str) -> Folder:
    """Makes a folder (0700) and opens it; one that exists meanwhile is opened.

    Raises:
        WriteError: If it can't be made.
    """
    path = folder.where(name)
    with _writing(path), suppress(FileExistsError):
        os.mkdir(name, 0o700, dir_fd=folder.fd)
    made = folder.open_folder(name)
    if made is None:
        raise WriteError(f"{path}: gone as soon as it was made", path)
    return made


def make_root(path: str, *, sync: bool) -> None:
    """Makes a state directory (0700), with what is missing above it; one that exists is fine.

    Args:
        path: The directory, absolute.
        sync: Whether to sync the folder that each is entered in, so that a power cut can't undo
            it. So is the one that holds the lowest that exists: whoever made that may have been
            killed before its own sync.

    Raises:
        DirectoryError: If one can't be made or synced.
    """
    parent = os.path.dirname(path)
    is_made = False
    try:
        if not os.path.isdir(path):
            if parent != path:
                make_root(parent, sync=sync)
            with suppress(FileExistsError):  # Made meanwhile, or no folder: opening it tells.
                os.mkdir(path, 0o700)
                is_made = True
        if sync:
            with suppress(*() if is_made else (PermissionError,)):
                _sync_entries(parent)
    except OSError as error:
        if is_made:
            # Made anew next time, so that the next sync is not a second one of the same change.
            with suppress(OSError):
                os.rmdir(path)
        raise DirectoryError(f"{path}: can't be made: {reason(error)}", path) from None


def sync_folder(folder: Folder) -> None:
    """Syncs the folder's own entries. Raises WriteError where that fails."""
    with _writing(folder.path):
        os.fsync(folder.fd)


def sync_file(folder: Folder, name: str) -> None:
    """Syncs a file that somebody else wrote, and its entry; none of that name is fine.

    Raises:
        UnsafeError: If what stands there is no plain file of ours.
        WriteError: If it can't be synced; it is not to be synced again.
    """
    with _writing(folder.where(name)):
        try:
            fd = os.open(name, _SYNC, dir_fd=folder.fd)
        except FileNotFoundError:
            return
        try:
            folder.judge(fd, name, None, links=1)
            os.fsync(fd)
        finally:
            os.close(fd)
        os.fsync(folder.fd)


def rename_file(folder: Folder, old: str, new: str) -> None:
    """Renames an entry within this folder. Raises WriteError where that fails."""
    with _writing(folder.where(old)):
        os.rename(old, new, src_dir_fd=folder.fd, dst_dir_fd=folder.fd)


def remove_file(folder: Folder, name: str, *, sync: bool) -> None:
    """Removes a file that may be gone already. Raises WriteError where that fails."""
    with _writing(folder.where(name)):
        try:
            os.unlink(name, dir_fd=folder.fd)
        except FileNotFoundError:
            return
        if sync:
            os.fsync(folder.fd)


def remove_quietly(folder: Folder, name: str) -> None:
    """Removes a file if that can be done; a left-over is swept at the next open."""
    with suppress(OSError):
        os.unlink(name, dir_fd=folder.fd)


def remove_folder_quietly(parent: Folder, name: str) -> None:
    """Removes a folder if it is empty and that can be done."""
    with suppress(OSError):
        os.rmdir(name, dir_fd=parent.fd)


def is_temporary(name: str) -> bool:
    """Whether a name is one of the temporary names `replace_file` makes."""
    return name.startswith(TEMPORARY_PREFIX) and name.endswith(TEMPORARY_SUFFIX)


class _writing:  # noqa: N801 - Reads as a verb where it is used.
    """Says of a step that fails which path could not be written."""

    __slots__ = ("_path",)

    def __init__(self, path: str) -> None:
        self._path = path

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if not isinstance(error, OSError):
            return
        path = self._path
        if error.errno in (errno.ELOOP, errno.ENXIO, errno.EISDIR):
            raise refused(error, path) from None
        raise WriteError(f"{path}: can't be written: {reason(error)}", path) from error


def _open_to_append(folder: Folder, name: str) -> tuple[int, bool]:
    """Opens a file, or makes it; returns its descriptor and whether it is new."""
    while True:
        try:
            return os.open(name, _APPEND, dir_fd=folder.fd), False
        except FileNotFoundError:
            pass
        with suppress(FileExistsError):  # Another writer made it meanwhile.
            flags = _APPEND | os.O_CREAT | os.O_EXCL
            return os.open(name, flags, 0o600, dir_fd=folder.fd), True


def _sync_entries(path: str) -> None:
    fd = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)


def _write_all(fd: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(fd, view) :]
