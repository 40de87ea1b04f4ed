"""What is printed, and where: data on standard output, narration on standard error.

Text that came from anywhere else is made visible before it is printed. JSON is escaped until it is
as safe on a terminal as in a pipe, and stays the same JSON.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Mapping
from contextlib import suppress
from typing import Any, Final, TextIO

import msgspec

from console.cli.errors import NobodyReadsError, OutputError
from console.text import visible

LINE_CELLS: Final = 4_000
"""The longest line of narration; room for a path of the longest kind."""

WHOLE_CELLS: Final = 50_000
"""Room for the longest session id, every character of it escaped."""


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


def json_bytes(value: Any) -> bytes:
    r"""Returns a value as JSON that is safe on a terminal too, without a newline.

    Lone surrogates, as file names that are not UTF-8 hold them, no JSON can carry: they become
    text such as `\udcff`. Control characters past ASCII, bidi overrides and the like are escaped.
    """
    try:
        encoded = msgspec.json.encode(value)
    except UnicodeEncodeError:
        encoded = msgspec.json.encode(plain(msgspec.to_builtins(value)))
    return safe_json(encoded)


def safe_json(encoded: bytes) -> bytes:
    """Returns encoded JSON with what a terminal might act on escaped; the same value."""
    if encoded.isascii() and b"\x7f" not in encoded:
        return encoded
    return "".join(
        character if character.isprintable() else _json_escape(character)
        for character in encoded.decode()
    ).encode()


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


def whole(text: str) -> str:
    """Returns text made visible, uncut: for ids and names in tables."""
    return visible(text, WHOLE_CELLS)


def counted(count: int, noun: str) -> str:
    """Returns a count and its noun: `1 session`, `1,234 sessions`."""
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def _refused(error: OSError) -> OutputError:
    if isinstance(error, BrokenPipeError):
        return NobodyReadsError("nobody reads standard output any more")
    return OutputError(f"standard output can't be written: {error.strerror}")


def plain(value: Any) -> Any:
    r"""Returns plain dicts, lists and text with lone surrogates as text such as `\udcff`."""
    if isinstance(value, str):
        return value.encode("utf-8", "backslashreplace").decode()
    if isinstance(value, dict):
        return {plain(key): plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [plain(inner) for inner in value]
    return value


def _json_escape(character: str) -> str:
    # Newlines between tokens are not printable either; JSON strings hold none unescaped.
    if character in "\n\r\t":
        return character
    code = ord(character)
    if code < 0x10000:
        return f"\\u{code:04x}"
    code -= 0x10000
    return f"\\u{0xD800 + (code >> 10):04x}\\u{0xDC00 + (code & 0x3FF):04x}"
