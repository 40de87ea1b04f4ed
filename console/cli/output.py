"""What is printed, and where: data on standard output, narration on standard error.

Text that came from anywhere else is made visible before it is printed; JSON is escaped.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Mapping
from contextlib import suppress
from typing import Any, Final, TextIO

from console.cli.errors import NobodyReadsError, OutputError
from console.model.encoding import json_bytes
from console.text import visible

LINE_CELLS: Final = 4_000
"""The longest line of narration; room for a path of the longest kind."""


def write(data: bytes) -> None:
    """Writes bytes to standard output, which may keep them until `flush`.

    Raises:
        OutputError: If it can't be written; NobodyReadsError if that is because nobody reads.
    """
    if sys.stdout is None:
        raise OutputError("standard output is closed")
    try:
        written = sys.stdout.buffer.write(data)
        while written < len(data):  # As an unbuffered one may when a signal comes.
            written += sys.stdout.buffer.write(data[written:])
    except OSError as error:
        raise _refused(error) from None


def flush() -> None:
    """Hands standard output what was written so far. Raises as `write` does."""
    if sys.stdout is None:
        return
    try:
        sys.stdout.flush()
    except OSError as error:
        raise _refused(error) from None


def emit(lines: Iterable[str]) -> None:
    """Prints lines of data; every datum in them has been made visible."""
    encoding = getattr(sys.stdout, "encoding", None) or "utf-8"
    for line in lines:
        write(f"{line}\n".encode(encoding, "backslashreplace"))


def emit_json(records: Iterable[Mapping[str, Any]]) -> None:
    """Prints records as one JSON array, a record a line."""
    lead = b"[\n"
    for record in records:
        write(lead + json_bytes(record))
        lead = b",\n"
    write(b"[]\n" if lead == b"[\n" else b"\n]\n")


def narrate(text: str) -> None:
    """Prints one line of narration, made visible, to standard error."""
    if sys.stderr is None:
        return
    try:
        sys.stderr.write(f"holdfast: {visible(text, LINE_CELLS)}\n")
        sys.stderr.flush()
    except OSError:  # There is nowhere left to say that it can't be said.
        forget(sys.stderr)


def forget(stream: TextIO | None) -> None:
    """Lets a stream that can't be written lead nowhere.

    The interpreter flushes it once more as it exits, and would complain then.
    """
    if stream is None:
        return
    with suppress(OSError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())
        os.close(nowhere)


def terminal_width() -> int | None:
    """Returns the width of the terminal that is standard output; None where it is none."""
    if sys.stdout is None or not sys.stdout.isatty():
        return None
    if (columns := os.environ.get("COLUMNS", "")).isdecimal() and int(columns):
        return int(columns)
    try:
        return os.get_terminal_size(sys.stdout.fileno()).columns or 80
    except OSError:
        return 80


def strong(text: str) -> str:
    """Returns text in bold, where standard output is a terminal that wants style."""
    is_plain = os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb"
    return text if is_plain or terminal_width() is None else f"\x1b[1m{text}\x1b[0m"


def _refused(error: OSError) -> OutputError:
    if isinstance(error, BrokenPipeError):
        return NobodyReadsError("nobody reads standard output any more")
    return OutputError(f"standard output can't be written: {error.strerror}")
