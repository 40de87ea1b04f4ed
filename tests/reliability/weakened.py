"""The store weakened on purpose, in one way each: what the checks of this suite must find out."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from typing import Any
from unittest.mock import patch

from faulty_os import MODULES

from tracker import WriteError
from tracker.store import durable, writer
from tracker.store.files import Folder


@contextmanager
def writing_by(replace: Callable[..., None]) -> Iterator[None]:
    """Every file the store replaces is replaced by this, those that are drafted before as well."""

    class Late:
        def __init__(self, *args: Any, **options: Any) -> None:
            self.put = partial(replace, *args, **options)

        def hurry(self) -> None:
            """Nothing was written yet."""

        def drop(self) -> None:
            """Nothing was written yet."""

    with (
        patch("tracker.store.writer.replace_file", replace),
        patch("tracker.store.writer.Draft", Late),
    ):
        yield


@contextmanager
def without_the_rename() -> Iterator[None]:
    """Files are written in place."""
    with writing_by(_written_in_place):
        yield


@contextmanager
def without_an_end_at_zeros() -> Iterator[None]:
    """A line of a manifest that ends in zeros is passed over whole."""
    with patch("tracker.store.manifest._before_zeros", lambda raw: None):
        yield


@contextmanager
def without_the_checksum() -> Iterator[None]:
    """Any checksum is believed."""
    with patch("tracker.store.record._checksum", lambda raw, written: written):
        yield


@contextmanager
def without_a_word() -> Iterator[None]:
    """A record that can't be written is passed over in silence."""
    real = durable.replace_file

    def silent(folder: Folder, name: str, data: bytes, *, sync: bool) -> None:
        try:
            real(folder, name, data, sync=sync)
        except WriteError:
            return

    with writing_by(silent):
        yield


@contextmanager
def without_guards() -> Iterator[None]:
    """Records are written without what is live: guards, prior score, spilled fields."""
    real = writer.encode_record

    def forgetful(session: str, saved: Any, live: Any, **options: Any) -> bytes:
        return real(session, saved, None, **options)

    with patch("tracker.store.writer.encode_record", forgetful):
        yield


@contextmanager
def without_a_lower_end() -> Iterator[None]:
    """A cooldown is active for every time before the last one, as the original's is."""

    def is_cooling(last_ms: int, now_ms: int, cooldown_ms: int) -> bool:
        return now_ms - last_ms < cooldown_ms

    with patch("tracker.policy.is_cooling", is_cooling):
        yield


@contextmanager
def without_closing() -> Iterator[None]:
    """The descriptor of a file is not closed where writing it failed."""
    real = durable.replace_file

    def leaking(folder: Folder, name: str, data: bytes, *, sync: bool) -> None:
        try:
            real(folder, name, data, sync=sync)
        except WriteError:
            os.dup(folder.fd)
            raise

    with writing_by(leaking):
        yield


@contextmanager
def without_flag(flag: int) -> Iterator[None]:
    """Files are opened without a flag, and what was opened is believed to be what is named."""
    fake = _OsWithoutFlag(flag)
    with ExitStack() as stack:
        for module in MODULES:
            stack.enter_context(patch(f"{module}.os", fake))
        stack.enter_context(patch("tracker.store.files.Folder._is_named", lambda *_: True))
        yield


class _OsWithoutFlag:
    def __init__(self, flag: int) -> None:
        self._flag = flag

    def __getattr__(self, name: str) -> Any:
        return getattr(os, name)

    def open(self, path: str, flags: int, *rest: Any, **options: Any) -> int:
        return os.open(path, flags & ~self._flag, *rest, **options)


def _written_in_place(folder: Folder, name: str, data: bytes, *, sync: bool) -> None:
    path = folder.where(name)
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC
    try:
        fd = durable.os.open(name, flags, 0o600, dir_fd=folder.fd)
        try:
            durable.os.write(fd, data)
            durable.os.fsync(fd)
        finally:
            durable.os.close(fd)
    except OSError as error:
        raise WriteError(f"{path}: can't be written: {error.strerror}", path) from None
