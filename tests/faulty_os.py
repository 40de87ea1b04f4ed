"""An `os` that fails on purpose, for the modules of the store that touch the disk."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

MODULES = ("tracker.store.durable", "tracker.store.files")
CHANGING = frozenset({"write", "fsync", "rename", "mkdir", "unlink", "rmdir", "ftruncate"})
CALLS = CHANGING | {"open", "close", "read", "pread", "stat", "fstat", "listdir"}

Watch = Callable[[str, tuple[Any, ...], dict[str, Any]], object]


class KilledError(BaseException):
    """The process died here: nothing after this call happened."""


class FaultyOs:
    """Stands in for `os`: tells `watch` of every call on a file before it is made.

    What `watch` raises happens instead of the call.
    """

    def __init__(self, watch: Watch) -> None:
        self._watch = watch

    def __getattr__(self, name: str) -> Any:
        real = getattr(os, name)
        if name not in CALLS:
            return real

        def call(*args: Any, **options: Any) -> Any:
            self._watch(name, args, options)
            return real(*args, **options)

        return call


@contextmanager
def watched(watch: Watch) -> Iterator[None]:
    """Puts a FaultyOs under the store."""
    faulty = FaultyOs(watch)
    with patch(f"{MODULES[0]}.os", faulty), patch(f"{MODULES[1]}.os", faulty):
        yield


def changes_disk(name: str, args: tuple[Any, ...]) -> bool:
    """Whether a call changes the disk."""
    return name in CHANGING or (name == "open" and bool(args[1] & os.O_CREAT))


def is_folder(fd: int) -> bool:
    """Whether a descriptor is a folder's."""
    return stat.S_ISDIR(os.fstat(fd).st_mode)


class FailNth:
    """Lets the `nth` call that changes the disk fail, from 0; with `lasting`, all after it too.

    Attributes:
        seen: How many such calls there were.
    """

    def __init__(self, nth: int, code: int = errno.ENOSPC, *, lasting: bool = False) -> None:
        self.seen = 0
        self._nth = nth
        self._code = code
        self._lasting = lasting

    def __call__(self, name: str, args: tuple[Any, ...], options: dict[str, Any]) -> None:
        if changes_disk(name, args):
            number, self.seen = self.seen, self.seen + 1
            if number == self._nth or (self._lasting and number > self._nth):
                raise OSError(self._code, os.strerror(self._code))


class KillAt:
    """Ends the process at the `nth` call that changes the disk, from 0, and at all after it.

    A write that is killed has written half of its bytes.

    Attributes:
        is_dead: Whether it came to that.
    """

    def __init__(self, nth: int) -> None:
        self.is_dead = False
        self._left = nth

    def __call__(self, name: str, args: tuple[Any, ...], options: dict[str, Any]) -> None:
        if not changes_disk(name, args):
            return
        if not self.is_dead and self._left > 0:
            self._left -= 1
            return
        if name == "write" and not self.is_dead:
            os.write(args[0], bytes(args[1])[: len(args[1]) // 2])
        self.is_dead = True
        raise KilledError


def fail(code: int, *names: str) -> Watch:
    """Lets every call of these names fail."""

    def watch(name: str, args: tuple[Any, ...], options: dict[str, Any]) -> None:
        if name in names:
            raise OSError(code, os.strerror(code))

    return watch
