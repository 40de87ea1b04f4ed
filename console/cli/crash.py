"""The report of what nobody foresaw: a file of its own in the user's state folder."""

from __future__ import annotations

import os
import platform
import sys
import traceback
from pathlib import Path

from console.settings.paths import state_folder
from tracker import __version__, iso_of, wall_clock_ms


def write_report(error: BaseException, folder: Path | None = None) -> Path:
    """Writes the report of an error, readable by its user alone.

    Args:
        error: The error, with its traceback.
        folder: Where; the user's state folder by default. It is made where it is missing.

    Returns:
        The file written.

    Raises:
        OSError: If it can't be written.
    """
    folder = (folder or state_folder()) / "crashes"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    stamp = iso_of(wall_clock_ms()).replace(":", "-")
    path = folder / f"{stamp}-{os.getpid()}.txt"
    text = "".join(
        (
            f"holdfast {__version__}, Python {platform.python_version()}, {platform.platform()}\n",
            f"arguments: {sys.argv[1:]!r}\n\n",
            *traceback.format_exception(error),
        )
    )
    fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with open(fd, "w", encoding="utf-8", errors="backslashreplace") as stream:
        stream.write(text)
    return path
