"""Records what the store does to the disk, as the operations a power cut may lose.

Stands in for `os` under the store, carries every call out for real, and notes each change: to a
folder's entries, to a file's bytes, and what was synced. Files and folders are numbered, so that a
file stays itself under a new name.
"""

from __future__ import annotations

import errno
import fcntl
import os
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple
from unittest.mock import patch

from faulty_os import MODULES, KilledError

TOP = 0
"""The number of the folder everything is below. It is there, whatever happens."""


class Made(NamedTuple):
    """A new entry of a folder; `child` is a folder where `is_folder`."""

    folder: int
    name: str
    child: int
    is_folder: bool


class Renamed(NamedTuple):
    """An entry that took another name in its folder, in place of what had it."""

    folder: int
    old: str
    new: str
    child: int


class Removed(NamedTuple):
    """An entry taken out of a folder."""

    folder: int
    name: str


class Wrote(NamedTuple):
    """Bytes written into a file."""

    file: int
    offset: int
    data: bytes


class Cut(NamedTuple):
    """A file brought to a size."""

    file: int
    size: int


class Synced(NamedTuple):
    """A file's bytes, or a folder's entries, made durable."""

    number: int


class Failed(NamedTuple):
    """A sync that failed: what it was to make durable never will be, by no later sync either."""

    number: int


class Said(NamedTuple):
    """What the host knows at this point: how many events were begun, and how many answered."""

    begun: int
    answered: int


Operation = Made | Renamed | Removed | Wrote | Cut | Synced | Failed | Said
Tree = dict[str, bytes | None]
"""Relative paths with the files' bytes; None for a folder."""


class Recorder:
    """An `os` that notes every change below `top`. See the module.

    Args:
        top: The folder everything is below; what is there already is taken as durable.
        fail_at: Which sync fails with EIO, from 0; -1 for none.

    Attributes:
        base: What was there when the recording began.
        operations: What was noted since, in order.
        was_killed: Whether a process has died.
    """

    def __init__(self, top: Path, *, fail_at: int = -1) -> None:
        self.base = tree_of(top)
        self.operations: list[Operation] = []
        self.was_killed = False
        self._fail_at = fail_at
        self._kill_at: int | None = None
        self._is_dead = False
        self._numbers = {_key(os.stat(top)): TOP}
        self.names: dict[str, int] = {}
        for path in self.base:
            key = _key(os.stat(top / path))
            self.names[path] = self._numbers.setdefault(key, len(self._numbers))
        self._next = len(self._numbers)
        self._calls: dict[str, Callable[..., Any]] = {
            name: getattr(self, f"_{name}")
            for name in ("open", "mkdir", "rename", "unlink", "rmdir", "write", "fsync")
        }
        self._calls["ftruncate"] = self._ftruncate

    def __getattr__(self, name: str) -> Any:
        assert name not in {"makedirs", "replace", "link", "truncate", "pwrite", "writev", "remove"}
        return self._calls.get(name) or getattr(os, name)

    def live(self, kill_at: int | None) -> None:
        """Starts a process, which dies before this change, from 0; None for never."""
        self._kill_at, self._is_dead = kill_at, False

    def say(self, begun: int, answered: int) -> None:
        """Notes what the host knows now."""
        self.operations.append(Said(begun, answered))

    def _change(self) -> None:
        if self._kill_at is not None:
            self._kill_at -= 1
            self._is_dead = self._is_dead or self._kill_at < 0
        if self._is_dead:
            self.was_killed = True
            raise KilledError

    def _note_new(self, folder: int, name: str, status: os.stat_result) -> None:
        number = self._numbers[_key(status)] = self._next
        self._next += 1
        is_folder = stat.S_ISDIR(status.st_mode)
        self.operations.append(Made(folder, os.path.basename(name), number, is_folder))

    def _number(self, fd: int) -> int:
        return self._numbers[_key(os.fstat(fd))]

    def _folder(self, name: str, dir_fd: int | None) -> int:
        if dir_fd is not None:
            return self._number(dir_fd)
        return self._numbers[_key(os.stat(os.path.dirname(name)))]

    def _open(self, name: str, flags: int, mode: int = 0o777, *, dir_fd: int | None = None) -> int:
        if not flags & os.O_CREAT:
            return os.open(name, flags, mode, dir_fd=dir_fd)
        assert flags & os.O_EXCL, "only a call that always creates says what it did"
        self._change()
        fd = os.open(name, flags, mode, dir_fd=dir_fd)
        self._note_new(self._folder(name, dir_fd), name, os.fstat(fd))
        return fd

    def _mkdir(self, name: str, mode: int = 0o777, *, dir_fd: int | None = None) -> None:
        self._change()
        os.mkdir(name, mode, dir_fd=dir_fd)
        self._note_new(self._folder(name, dir_fd), name, os.stat(name, dir_fd=dir_fd))

    def _rename(self, old: str, new: str, *, src_dir_fd: int, dst_dir_fd: int) -> None:
        self._change()
        child = self._numbers[_key(os.stat(old, dir_fd=src_dir_fd, follow_symlinks=False))]
        os.rename(old, new, src_dir_fd=src_dir_fd, dst_dir_fd=dst_dir_fd)
        assert self._number(src_dir_fd) == self._number(dst_dir_fd)
        self.operations.append(Renamed(self._number(src_dir_fd), old, new, child))

    def _unlink(self, name: str, *, dir_fd: int) -> None:
        self._change()
        os.unlink(name, dir_fd=dir_fd)
        self.operations.append(Removed(self._number(dir_fd), name))

    def _rmdir(self, name: str, *, dir_fd: int | None = None) -> None:
        self._change()
        folder = self._folder(name, dir_fd)
        os.rmdir(name, dir_fd=dir_fd)
        self.operations.append(Removed(folder, os.path.basename(name)))

    def _write(self, fd: int, data: bytes) -> int:
        self._change()
        appends = fcntl.fcntl(fd, fcntl.F_GETFL) & os.O_APPEND
        offset = os.fstat(fd).st_size if appends else os.lseek(fd, 0, os.SEEK_CUR)
        written = os.write(fd, data)
        self.operations.append(Wrote(self._number(fd), offset, bytes(data[:written])))
        return written

    def _ftruncate(self, fd: int, size: int) -> None:
        self._change()
        os.ftruncate(fd, size)
        self.operations.append(Cut(self._number(fd), size))

    def _fsync(self, fd: int) -> None:
        self._change()
        # What is above `top`, and has no number, is there anyway.
        number = self._numbers.get(_key(os.fstat(fd)), -1)
        self._fail_at -= 1
        if self._fail_at == -1:
            self.operations.append(Failed(number))
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        os.fsync(fd)
        self.operations.append(Synced(number))


@contextmanager
def under_the_store(stand_in: object) -> Iterator[None]:
    """Puts a stand-in for `os` under the modules of the store that write."""
    with patch(f"{MODULES[0]}.os", stand_in), patch(f"{MODULES[1]}.os", stand_in):
        yield


def tree_of(top: Path) -> Tree:
    """Everything below a folder, parents before their children."""
    return {
        str(path.relative_to(top)): None if path.is_dir() else path.read_bytes()
        for path in sorted(top.rglob("*"))
    }


def _key(status: os.stat_result) -> tuple[int, int]:
    return status.st_dev, status.st_ino
