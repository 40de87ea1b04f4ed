"""Every error Holdfast raises, as one tree.

    HoldfastError             something Holdfast refuses or can't do; never a bug
    ├── EventError            an event, or a line of a feed, is not one of DESIGN's events
    ├── IdError               a session id that can't be kept: empty, NUL, too long, not UTF-8
    ├── CapacityError         a capacity or a pin that can't be granted
    ├── ReadOnlyError         a change was asked of a tracker or store that only reads
    ├── ClosedError           the tracker was closed
    └── StoreError            the durable side; carries the path it is about
        ├── DirectoryError    the state directory itself can't be opened
        ├── OwnedError        another process owns the state directory; carries its pid
        ├── ReadError         a file can't be read now (EACCES, EMFILE, EIO)
        ├── WriteError        a change could not be made durable; nothing was promised
        ├── UnsafeError       a file or folder was refused: a link, a FIFO, someone else's
        └── NewerFormatError  written by a newer Holdfast; shown, never changed

The message is one line that says what happened, names the thing, and says what to do about it.
"""

from __future__ import annotations

import os


class HoldfastError(Exception):
    """Something Holdfast refuses or can't do. The message is one line for a person."""


class EventError(HoldfastError):
    """An event is not one of the feed's events; nothing was changed."""


class IdError(EventError):
    """A session id can't be kept; nothing was changed."""


class CapacityError(HoldfastError):
    """A capacity or a pin can't be granted; nothing was changed."""


class ReadOnlyError(HoldfastError):
    """A change was asked of a tracker or store that only reads; nothing was changed."""


class ClosedError(HoldfastError):
    """The tracker was closed; open the directory again to go on."""


class StoreError(HoldfastError):
    """The durable side failed.

    Attributes:
        path: The file or folder the error is about, as given or as seen below the root.
    """

    def __init__(self, message: str, path: str = "") -> None:
        super().__init__(message)
        self.path = path


class DirectoryError(StoreError):
    """The state directory can't be opened: missing, not a directory, not permitted.

    Attributes:
        is_missing: Whether there is nothing at that path.
    """

    def __init__(self, message: str, path: str = "", *, is_missing: bool = False) -> None:
        super().__init__(message, path)
        self.is_missing = is_missing


class OwnedError(StoreError):
    """Another process owns the state directory.

    Attributes:
        pid: The owner's process id, or None where the lock file doesn't say (yet).
    """

    def __init__(self, message: str, path: str, pid: int | None) -> None:
        super().__init__(message, path)
        self.pid = pid


class ReadError(StoreError):
    """A file can't be read now. It may be fine: nothing was decided and nothing changed."""


class WriteError(StoreError):
    """A change could not be made durable. Memory is unchanged and nothing was promised."""


class UnsafeError(StoreError):
    """A file or folder was refused for what it is: a link, a FIFO, a foreign owner, too large."""


class NewerFormatError(StoreError):
    """A record was written by a newer Holdfast. It can be shown, but not changed."""


def reason(error: OSError) -> str:
    """Returns the system's words for an OSError, without the path the message has already."""
    return error.strerror or (os.strerror(error.errno) if error.errno else type(error).__name__)
