"""What a file is, and what a failed call on one means, in words.

Source: DESIGN.md, section 5: what fails is refused and named.
"""

from __future__ import annotations

import errno
import stat
from typing import Final

from tracker.errors import ReadError, UnsafeError, reason

_REFUSED: Final = {
    errno.ELOOP: "a symbolic link",
    errno.ENOTDIR: "not a folder",
    errno.ENXIO: "a socket or a device",
    errno.EISDIR: "a folder",
}


def kind_of(mode: int) -> str:
    """Says what a file's mode makes it, with its article."""
    for test, words in (
        (stat.S_ISREG, "a regular file"),
        (stat.S_ISDIR, "a folder"),
        (stat.S_ISLNK, "a symbolic link"),
        (stat.S_ISFIFO, "a FIFO"),
        (stat.S_ISSOCK, "a socket"),
    ):
        if test(mode):
            return words
    return "a device"


def refused(error: OSError, path: str) -> UnsafeError | ReadError:
    """Returns what a failed system call on a path means."""
    if (what := _REFUSED.get(error.errno or 0)) is not None:
        return UnsafeError(f"{path}: refused, {what}", path)
    return ReadError(f"{path}: can't be read now: {reason(error)}", path)
