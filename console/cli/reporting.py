"""Where drill reports go: printed as lines or JSON, and saved as TOML or JSON."""

from __future__ import annotations

import os
from collections.abc import Sequence
from contextlib import suppress
from typing import Final

from console.cli.errors import AskedWrongError
from console.model.reports import to_json, to_toml
from tracker import Report

SUFFIXES: Final = (".toml", ".json")


def check_target(path: str, drilled: str | None) -> None:
    """Refuses a place for a report before any work is done for it.

    Args:
        path: Where the report is to go.
        drilled: The directory of which nothing may change; None where there is none.

    Raises:
        AskedWrongError: If its ending is neither .toml nor .json, no file can be there, or it
            would change the directory.
    """
    if not path.endswith(SUFFIXES):
        raise AskedWrongError(f"{path}: a report ends in .toml or .json")
    folder = os.path.realpath(os.path.dirname(path) or ".")
    if not os.path.isdir(folder):
        raise AskedWrongError(f"{path}: no such folder for the report; make it first")
    if os.path.isdir(path):
        raise AskedWrongError(f"{path}: a directory; name a file for the report")
    if drilled is None:
        return
    root = os.path.realpath(os.path.expanduser(drilled))
    if os.path.commonpath((root, folder)) == root:
        raise AskedWrongError(f"{path}: in the directory that is drilled; save it elsewhere")


def save_reports(path: str, reports: Sequence[Report]) -> None:
    """Saves reports, whole or not at all: as JSON where the path ends so, else as TOML.

    Raises:
        AskedWrongError: If the file can't be written; what stood there stands.
    """
    encode = to_json if path.endswith(".json") else to_toml
    data = encode(reports)
    temporary = f"{path}.{os.getpid()}.tmp"
    try:
        fd = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o666)
        try:
            with open(fd, "wb") as stream:
                stream.write(data)
                stream.flush()
                os.fsync(stream.fileno())
            os.replace(temporary, path)
        except BaseException:
            with suppress(OSError):
                os.unlink(temporary)
            raise
    except OSError as error:
        raise AskedWrongError(f"{path}: the report can't be written: {error.strerror}") from None
