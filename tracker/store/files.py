"""Safe files: everything is opened relative to a folder's descriptor, then judged by `fstat`.

Nothing is checked first and opened after. No link is followed, no FIFO waited for, nothing larger
than its bound is read, nothing of a stranger's is used. Writing is in `durable`; the store makes
every call on a file in one of the two.

Source: DESIGN.md, section 5.
"""

from __future__ import annotations

import os
import stat
import time
from threading import Lock
from typing import Final, NamedTuple

from tracker.errors import DirectoryError, ReadError, UnsafeError, reason
from tracker.store.refusal import kind_of, refused

_DIRECTORY: Final = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC
_FOLDER: Final = _DIRECTORY | os.O_NOFOLLOW
_READ: Final = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC

SETTLED_S: Final = 1.0
"""The age of a file's last change from which on its links are what they were when it was opened."""


class Part(NamedTuple):
    """A part of a file, as it was read.

    Attributes:
        data: The bytes.
        file_bytes: How large the file was then.
        inode: Which file it was; a replaced one has another.
    """

    data: bytes
    file_bytes: int
    inode: int


class Folder:
    """An open folder: the root of a state directory, or one session's folder below it.

    Args:
        fd: The folder's descriptor, which this object closes.
        path: Where it is, for messages only; nothing is opened by it.
        owners: The user ids whose files are trusted.
        as_opened: Its status when it was opened.
    """

    __slots__ = ("_listing", "as_opened", "fd", "owners", "path")

    def __init__(
        self, fd: int, path: str, owners: frozenset[int], as_opened: os.stat_result
    ) -> None:
        self.fd = fd
        self.path = path
        self.owners = owners
        self.as_opened = as_opened
        # Two who list by one descriptor share a place in it: each misses what the other saw.
        self._listing = Lock()

    def __enter__(self) -> Folder:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Closes the descriptor. Safe to call twice."""
        fd, self.fd = self.fd, -1
        if fd >= 0:
            close_quietly(fd)

    def where(self, name: str) -> str:
        """Returns the path of an entry, for a message."""
        return f"{self.path}/{name}"

    def open_folder(self, name: str) -> Folder | None:
        """Opens a folder in this one; None where there is none of that name.

        Raises:
            UnsafeError: If it is a link, no folder, or a stranger's.
            ReadError: If it can't be opened now.
        """
        path = f"{self.path}/{name}"
        try:
            fd = os.open(name, _FOLDER, dir_fd=self.fd)
        except FileNotFoundError:
            return None
        except OSError as error:
            raise refused(error, path) from None
        try:
            status = os.fstat(fd)
            uid = status.st_uid
            if uid not in self.owners:
                raise UnsafeError(f"{path}: refused, it belongs to user {uid}", path)
        except OSError as error:
            close_quietly(fd)
            raise refused(error, path) from None
        except BaseException:
            close_quietly(fd)
            raise
        return Folder(fd, path, self.owners, status)

    def read(self, name: str, limit: int) -> bytes | None:
        """Reads a whole file; None where there is none of that name.

        Args:
            name: The file's name in this folder.
            limit: The most bytes it may have.

        Raises:
            UnsafeError: If it is a link, no regular file, a stranger's, or larger than `limit`.
            ReadError: If it can't be read now.
        """
        try:
            fd = os.open(name, _READ, dir_fd=self.fd)
        except FileNotFoundError:
            return None
        except OSError as error:
            raise refused(error, self.where(name)) from None
        try:
            size = self.judge(fd, name, limit)
            data = os.read(fd, size + 1)  # A byte more, where it has grown since.
            if len(data) != size:
                data += _rest(fd, size - len(data))
        except OSError as error:
            raise refused(error, self.where(name)) from None
        finally:
            close_quietly(fd)
        return data

    def read_from(self, name: str, offset: int, limit: int) -> bytes | None:
        """Reads the end of a file from `offset`; None where there is none of that name.

        At most the last `limit` bytes of it. Raises as `read` does, but for size.
        """
        fd = self._open(name)
        if fd is None:
            return None
        try:
            size = self.judge(fd, name, None)
            return _pread(fd, max(offset, size - limit), size)
        except OSError as error:
            raise refused(error, self.where(name)) from None
        finally:
            close_quietly(fd)

    def read_part(self, name: str, start: int, limit: int) -> Part | None:
        """Reads a file from byte `start`, at most `limit` bytes; None where there is none.

        Raises as `read` does, but for size.
        """
        fd = self._open(name)
        if fd is None:
            return None
        try:
            size = self.judge(fd, name, None)
            data = _pread(fd, start, min(size, start + limit))
            return Part(data, size, os.fstat(fd).st_ino)
        except OSError as error:
            raise refused(error, self.where(name)) from None
        finally:
            close_quietly(fd)

    def size(self, name: str) -> int | None:
        """Returns a file's size in bytes without opening it; None where there is none.

        Raises:
            ReadError: If it can't be asked now.
        """
        status = self.status(name)
        return None if status is None else status.st_size

    def status(self, name: str) -> os.stat_result | None:
        """Returns an entry's own status, following no link; None where there is none."""
        try:
            return os.stat(name, dir_fd=self.fd, follow_symlinks=False)
        except FileNotFoundError:
            return None
        except OSError as error:
            raise refused(error, self.where(name)) from None

    def names(self) -> list[str]:
        """Returns the names of all entries, in no order; those not in UTF-8 hold surrogates."""
        if self.fd < 0:  # `listdir(-1)` would list the working directory.
            raise ReadError(f"{self.path}: was closed", self.path)
        try:
            with self._listing:
                return os.listdir(self.fd)
        except OSError as error:
            raise refused(error, self.path) from None

    def is_removed(self) -> bool:
        """Whether the folder was removed, moved or replaced on the disk while it was open."""
        try:
            ours, there = os.fstat(self.fd), os.stat(self.path)
        except OSError:
            return True
        return (ours.st_dev, ours.st_ino) != (there.st_dev, there.st_ino)

    def refusal(self, name: str, status: os.stat_result, limit: int | None = None) -> str:
        """Says why a file is refused, from its status; empty where it is not."""
        if not stat.S_ISREG(status.st_mode):
            return f"{kind_of(status.st_mode)}, not a regular file"
        if status.st_nlink > 1:
            return f"one of {status.st_nlink} hard links to the same file"
        if status.st_uid not in self.owners:
            return f"it belongs to user {status.st_uid}"
        if limit is not None and status.st_size > limit:
            return f"{status.st_size:,} bytes, more than {limit:,}"
        return ""

    def _open(self, name: str) -> int | None:
        try:
            return os.open(name, _READ, dir_fd=self.fd)
        except FileNotFoundError:
            return None
        except OSError as error:
            raise refused(error, self.where(name)) from None

    def judge(self, fd: int, name: str, limit: int | None, links: int = 0) -> int:
        """Refuses an open file for what it is; returns its size in bytes.

        A file that was replaced since it was opened has no link left; its content is whole, so a
        reader takes it (`links` 0), and a writer does not (`links` 1). The one link it has must be
        its name here: what was a hard link when it was opened may have lost that one since.

        Raises:
            UnsafeError: If it is refused.
            ReadError: If it can't be asked now.
        """
        try:
            status = os.fstat(fd)
            why = self.refusal(name, status, limit)
            # A link that comes or goes sets the time of change. Where that was just now, a rename
            # may be under way, which has taken the link but not the name.
            is_settled = time.time() - status.st_ctime > SETTLED_S or not status.st_nlink
            if not why and not is_settled and not self._is_named(fd, name, status):
                status = os.fstat(fd)
                why = "its one link is elsewhere" if status.st_nlink else ""
        except OSError as error:
            raise refused(error, self.where(name)) from None
        if not why and status.st_nlink < links:
            why = "it was removed while it was opened"
        if why:
            raise UnsafeError(f"{self.where(name)}: refused, {why}", self.where(name))
        return status.st_size

    def _is_named(self, fd: int, name: str, status: os.stat_result) -> bool:
        # A rename that is under way holds the folder; listing it waits for that.
        with self._listing, os.scandir(self.fd) as entries:
            next(entries, None)
        try:
            folder = os.readlink(f"/proc/self/fd/{self.fd}")
            return os.readlink(f"/proc/self/fd/{fd}") == f"{folder}/{name}"
        except FileNotFoundError:  # Not Linux: two more changes between two calls could deceive it.
            there = self.status(name)
            return there is not None and os.path.samestat(there, status)


def open_root(path: str) -> Folder:
    """Opens a state directory once, to be kept open.

    Files are trusted when they belong to this user or to the directory's owner.

    Args:
        path: The directory, absolute.

    Raises:
        DirectoryError: If it is missing, is no directory, or can't be opened.
    """
    try:
        fd = os.open(path, _DIRECTORY)
    except FileNotFoundError:
        raise DirectoryError(f"{path}: no such directory", path, is_missing=True) from None
    except NotADirectoryError:
        raise DirectoryError(f"{path}: not a directory", path) from None
    except OSError as error:
        raise DirectoryError(f"{path}: can't be opened: {reason(error)}", path) from None
    try:
        os.stat(".", dir_fd=fd)
        status = os.fstat(fd)
        owners = frozenset({os.geteuid(), status.st_uid})
    except OSError as error:
        close_quietly(fd)
        raise DirectoryError(f"{path}: can't be read: {reason(error)}", path) from None
    return Folder(fd, path, owners, status)


def close_quietly(fd: int) -> None:
    """Closes a descriptor through which nothing was written, so that no failure is a loss."""
    try:  # noqa: SIM105 - `suppress` takes longer than the call.
        os.close(fd)
    except OSError:
        pass


def _rest(fd: int, left: int) -> bytes:
    """Reads on where a first call gave less than a whole file, or nothing at its end."""
    parts = []
    while left > 0 and (part := os.read(fd, left + 1)):
        parts.append(part)
        left -= len(part)
    return b"".join(parts)


def _pread(fd: int, start: int, end: int) -> bytes:
    parts = []
    while start < end and (part := os.pread(fd, end - start, start)):
        parts.append(part)
        start += len(part)
    return b"".join(parts)
