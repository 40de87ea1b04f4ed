"""Faults of the disk: the n-th operation on a file fails, once, for good, or where it would."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

from faulty_os import CHANGING, FaultyOs, changes_disk

from .recording import under_the_store

CODES = (errno.ENOSPC, errno.EIO, errno.EMFILE, errno.EACCES, errno.EROFS, errno.EDQUOT)
ONCE, FOR_GOOD, WHERE_IT_WOULD = "once", "for good", "for good where it would"
LASTING = (ONCE, FOR_GOOD, WHERE_IT_WOULD)


class Fault:
    """Lets the `nth` operation on a file fail, from 0, and by `lasting` those after it.

    A write that fails has written half of its bytes, a descriptor whose close fails is closed.

    Attributes:
        seen: How many operations there were.
        is_on: Whether operations fail; set to False to end the fault.
        strikes: How many have failed.
    """

    def __init__(self, nth: int, code: int, lasting: str) -> None:
        self.seen = 0
        self.is_on = True
        self.strikes = 0
        self._nth = nth
        self._code = code
        self._lasting = lasting

    def __call__(self, name: str, args: tuple[Any, ...], options: dict[str, Any]) -> None:
        number, self.seen = self.seen, self.seen + 1
        if not self.is_on or number < self._nth:
            return
        if number > self._nth and not self._comes_again(name, args):
            return
        self.strikes += 1
        if name == "write":
            os.write(args[0], bytes(args[1])[: len(args[1]) // 2])
        elif name == "close":
            os.close(args[0])
        raise OSError(self._code, os.strerror(self._code))

    @contextmanager
    def paused(self) -> Iterator[None]:
        """Lets the store work meanwhile; for once it has struck, as the calls go on counting."""
        was_on, self.is_on = self.is_on, False
        try:
            yield
        finally:
            self.is_on = was_on

    def _comes_again(self, name: str, args: tuple[Any, ...]) -> bool:
        if self._lasting == WHERE_IT_WOULD:
            if self._code in (errno.ENOSPC, errno.EDQUOT, errno.EROFS):
                return changes_disk(name, args) and (
                    self._code == errno.EROFS or name not in ("unlink", "rmdir")
                )
            if self._code == errno.EMFILE:
                return name == "open"
            if self._code == errno.EACCES:
                return name in {"open", "stat", *CHANGING} - {"write", "fsync", "ftruncate"}
            return name in {"read", "pread", "write", "fsync"}
        return self._lasting == FOR_GOOD


class _EveryCall(FaultyOs):
    """A FaultyOs that tells of what reads no file of the store's as well."""

    def __getattr__(self, name: str) -> Any:
        if name not in {"readlink", "scandir", "pwrite"}:
            return super().__getattr__(name)

        def call(*args: Any, **options: Any) -> Any:
            self._watch(name, args, options)
            return getattr(os, name)(*args, **options)

        return call


@contextmanager
def struck_by(fault: Fault) -> Iterator[None]:
    """Puts a fault under every module of the store that touches the disk."""
    faulty = _EveryCall(fault)
    with under_the_store(faulty), patch("tracker.store.lock.os", faulty):
        yield


def open_descriptors() -> int:
    """How many descriptors this process has open."""
    return len(os.listdir("/dev/fd"))
