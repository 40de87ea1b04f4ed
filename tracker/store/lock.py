"""The owner's lock: one process writes a state directory, and the lock file names it.

The kernel holds the lock and lets go of it when the process ends, however it ends. So it is never
taken over by its age, and what the file says is only for people.

Source: DESIGN.md, section 5.
"""

from __future__ import annotations

import errno
import fcntl
import os
from contextlib import suppress
from typing import Final

import msgspec

from tracker.errors import DirectoryError, OwnedError, StoreError, reason
from tracker.store.files import Folder, close_quietly

LOCK_FILE: Final = ".holdfast.lock"
_LOCK_BYTES: Final = 4096
_SAFELY: Final = os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC


class Owner(msgspec.Struct, frozen=True):
    """Who holds a lock.

    Attributes:
        pid: The process id.
        since_ms: When it took the lock, Unix ms.
    """

    pid: int
    since_ms: int


_DECODE: Final = msgspec.json.Decoder(Owner).decode


class OwnerLock:
    """A held lock on a state directory. Made by `acquire`."""

    __slots__ = ("_fd",)

    def __init__(self, fd: int) -> None:
        self._fd = fd

    def release(self) -> None:
        """Lets go of the lock; the file stays, naming nobody. Safe to call twice."""
        fd, self._fd = self._fd, -1
        if fd >= 0:
            with suppress(OSError):  # It then names a process that has ended, which says the same.
                os.ftruncate(fd, 0)
            close_quietly(fd)


def acquire(root: Folder, now_ms: int) -> OwnerLock:
    """Makes this process the owner of a state directory.

    Raises:
        OwnedError: If another owner holds it, in this process or another; carries its pid.
        DirectoryError: If the lock file can't be made or is refused.
    """
    path = root.where(LOCK_FILE)
    try:
        fd = os.open(LOCK_FILE, os.O_RDWR | os.O_CREAT | _SAFELY, 0o600, dir_fd=root.fd)
    except OSError as error:
        raise DirectoryError(f"{path}: can't be locked: {reason(error)}", path) from None
    try:
        try:
            root.judge(fd, LOCK_FILE, None, links=1)
        except StoreError as error:
            raise DirectoryError(f"{error}; it can't be the lock", path) from None
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            if error.errno in (errno.EWOULDBLOCK, errno.EACCES):
                raise _owned(root, _read(fd)) from None
            raise DirectoryError(f"{path}: can't be locked: {reason(error)}", path) from None
        try:
            os.ftruncate(fd, 0)
            os.pwrite(fd, msgspec.json.encode(Owner(os.getpid(), now_ms)) + b"\n", 0)
        except OSError as error:
            raise DirectoryError(f"{path}: can't be written: {reason(error)}", path) from None
    except OSError as error:
        close_quietly(fd)
        raise DirectoryError(f"{path}: can't be locked: {reason(error)}", path) from None
    except BaseException:
        close_quietly(fd)
        raise
    return OwnerLock(fd)


def current_owner(root: Folder) -> Owner | None:
    """Returns who says to own a state directory now; None where nobody does.

    Locks nothing and changes nothing: the lock file names a process, and that process runs.
    """
    try:
        fd = os.open(LOCK_FILE, os.O_RDONLY | _SAFELY, dir_fd=root.fd)
    except OSError:
        return None
    try:
        root.judge(fd, LOCK_FILE, None)
        owner = _read(fd)
    except StoreError:
        return None
    finally:
        close_quietly(fd)
    return owner if owner is not None and _is_running(owner.pid) else None


def _read(fd: int) -> Owner | None:
    try:
        return _DECODE(os.pread(fd, _LOCK_BYTES, 0))
    except (OSError, msgspec.MsgspecError, UnicodeDecodeError):
        return None


def _is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except (PermissionError, OverflowError):
        pass
    return pid > 0


def _owned(root: Folder, owner: Owner | None) -> OwnedError:
    who = f"process {owner.pid}" if owner else "another process"
    return OwnedError(
        f"{root.path}: owned by {who}; stop it first, or open the directory to observe it",
        root.path,
        owner.pid if owner else None,
    )
