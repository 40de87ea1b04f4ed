"""The file of the choices: read strictly, a damaged one put aside, written whole or not at all."""

from __future__ import annotations

import errno
import os
import secrets
import stat
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

import msgspec

from console.choices.model import Choices, merged
from console.text import visible

CHOICES_BYTES: Final = 4 * 1024 * 1024
"""The most bytes of the file that are read: a hundred paths of 4,096 bytes, however escaped."""

BAD_KEPT: Final = 3
"""The most damaged files that are kept aside."""

_READ: Final = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_CREATE: Final = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
_HEADER: Final = b"# What the console remembers by itself. Your own settings go into config.toml.\n"


class ChoicesFile:
    """The file of the choices; never stops the console, whatever becomes of it.

    Two consoles may use it: a save writes what changed since the last load or save into what the
    file holds by then. Keys that aren't known here stay in it.

    Args:
        path: The file; it and its folder are made where they are missing (0600, 0700).
        clock: Returns Unix ms, for the name of a damaged file.
    """

    def __init__(self, path: Path, clock: Callable[[], int]) -> None:
        self.path = path
        self._clock = clock
        self._lock = threading.Lock()
        self._base = Choices()
        self._has_said = False

    def load(self) -> tuple[Choices, str]:
        """Reads the choices.

        Returns:
            The choices, and what is wrong with the file, in words; empty where nothing is. A
            damaged file is put aside as `console.toml.bad-<ms>`, and nothing is remembered; one
            that can't be read now stays as it is.
        """
        with self._lock:
            try:
                document, problem = self._read()
            except OSError as error:
                return Choices(), f"{self.path}: can't be read: {_reason(error)}"
            self._base = msgspec.convert(document, Choices)
            return self._base, problem

    def save(self, choices: Choices) -> str:
        """Writes what changed in the choices, whole or not at all. Make saves in their order.

        Returns:
            What is wrong, in words: a damaged file that was put aside, or, once until a save
            succeeds again, why it can't be written. Empty where nothing is.

        Cost: two syncs; nothing where nothing changed.
        """
        with self._lock:
            if choices == self._base:
                return ""
            try:
                document, problem = self._read()
                there = msgspec.convert(document, Choices)
                self._write(_document(document, merged(self._base, choices, there)))
            except OSError as error:
                said, self._has_said = self._has_said, True
                words = f"{self.path}: can't be written: {_reason(error)}"
                return "" if said else f"{words}; what you choose lasts until the console ends"
            self._base = choices
            self._has_said = False
            return problem

    def _read(self) -> tuple[dict[str, Any], str]:
        """Returns what the file holds, and what was wrong with it. Raises OSError."""
        try:
            raw = _bytes_of(self.path)
            return _checked(raw), ""
        except FileNotFoundError:
            return {}, ""
        except _DamagedError as error:
            aside = self.path.with_name(f"{self.path.name}.bad-{self._clock()}")
            self.path.rename(aside)
            with suppress(OSError):
                _forget_oldest(self.path)
            return {}, f"{self.path}: {error}; put aside as {aside.name}, nothing is remembered"

    def _write(self, document: Mapping[str, Any]) -> None:
        import tomli_w

        folder = self.path.parent
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        temporary = self.path.with_name(f".{self.path.name}.{secrets.token_hex(8)}.tmp")
        fd = os.open(temporary, _CREATE, 0o600)
        try:
            with open(fd, "wb") as stream:
                stream.write(_HEADER + tomli_w.dumps(document).encode())
                stream.flush()
                os.fsync(fd)
            temporary.replace(self.path)
        except BaseException:
            with suppress(OSError):
                temporary.unlink()
            raise
        folder_fd = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            os.fsync(folder_fd)
        finally:
            os.close(folder_fd)


class _DamagedError(Exception):
    """What the file holds can't be used; the words say why."""


def _bytes_of(path: Path) -> bytes:
    """Returns what a file holds. Raises _DamagedError for what is no file, and OSError."""
    try:
        fd = os.open(path, _READ)
    except OSError as error:
        if error.errno in (errno.ELOOP, errno.ENXIO):
            raise _DamagedError("not a regular file") from None
        raise
    try:
        if not stat.S_ISREG(os.fstat(fd).st_mode):
            raise _DamagedError("not a regular file")
        with open(fd, "rb", closefd=False) as stream:
            raw = stream.read(CHOICES_BYTES + 1)
    finally:
        os.close(fd)
    if len(raw) > CHOICES_BYTES:
        raise _DamagedError(f"larger than {CHOICES_BYTES:,} bytes")
    return raw


def _checked(raw: bytes) -> dict[str, Any]:
    """Returns a document whose known keys are right. Raises _DamagedError."""
    import tomllib

    try:
        document = tomllib.loads(raw.decode())
        msgspec.convert(document, Choices)
    except (ValueError, RecursionError) as error:  # Bad UTF-8, bad TOML and wrong types alike.
        raise _DamagedError(f"damaged: {visible(str(error), 200)}") from None
    return document


def _document(there: Mapping[str, Any], choices: Choices) -> dict[str, Any]:
    """Returns the choices as a document, with the keys of another that aren't known here."""
    document = dict(there)
    for name in Choices.__struct_fields__:
        value = msgspec.to_builtins(getattr(choices, name))
        if not value:
            document.pop(name, None)
            continue
        before = there.get(name, {})
        if name == "theme":
            document[name] = {**before, **value}
        else:
            document[name] = {
                key: {**before.get(key, {}), **one} if isinstance(one, dict) else one
                for key, one in value.items()
            }
    return document


def _forget_oldest(path: Path) -> None:
    """Removes all damaged files but the latest."""
    prefix = f"{path.name}.bad-"
    stamps = [name[len(prefix) :] for name in os.listdir(path.parent) if name.startswith(prefix)]
    for stamp in sorted(filter(str.isdecimal, stamps), key=int)[:-BAD_KEPT]:
        path.with_name(prefix + stamp).unlink()


def _reason(error: OSError) -> str:
    return error.strerror or type(error).__name__
