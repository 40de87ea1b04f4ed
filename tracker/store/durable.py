"""Durable writes: what `files` reads, replaced, appended to and removed so that it survives.

A write is a durable replace: a new temporary name in the same folder, written, synced, renamed, and
the folder synced. After a failed sync nothing is promised, and the same file isn't synced again.

Source: DESIGN.md, section 5.
"""

from __future__ import annotations

import errno
import os
import secrets
from contextlib import suppress
from typing import Final

from tracker.errors import DirectoryError, WriteError, reason
from tracker.store.files import Folder
from tracker.store.refusal import refused

TEMPORARY_PREFIX: Final = ".holdfast-"
TEMPORARY_SUFFIX: Final = ".tmp"

_APPEND: Final = os.O_RDWR | os.O_APPEND | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_SYNC: Final = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_CREATE: Final = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC


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
    path = folder.where(name)
    temporary = f"{TEMPORARY_PREFIX}{os.getpid()}-{secrets.token_hex(8)}{TEMPORARY_SUFFIX}"
    with _writing(path):
        fd = os.open(temporary, _CREATE, 0o600, dir_fd=folder.fd)
        try:
            try:
                _write_all(fd, data)
                if sync:
                    os.fsync(fd)
            finally:
                os.close(fd)
            os.rename(temporary, name, src_dir_fd=folder.fd, dst_dir_fd=folder.fd)
        except BaseException:
            remove_quietly(folder, temporary)
            raise
        if sync:
            os.fsync(folder.fd)


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
        with suppress(FileNotFoundError):
            return os.open(name, _APPEND, dir_fd=folder.fd), False
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
