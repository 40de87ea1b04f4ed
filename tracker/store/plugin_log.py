"""The plugin's event log: a file that grows at the root, read on from where it was read last.

The original's plugin may keep one, `checkpoint-events.jsonl`, a line an event. Holdfast only shows
it: whatever stands there is read in bounded pieces, and nothing in it is believed but as text.

Source: DESIGN.md, section 5; `samples/` for the lines.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, Final

import msgspec
from msgspec import Meta

from tracker.errors import StoreError
from tracker.store.files import Folder
from tracker.store.manifest import parse_iso

PLUGIN_LOG: Final = "checkpoint-events.jsonl"

READ_BYTES: Final = 256 * 1024
"""The most bytes one call reads."""

LINE_BYTES: Final = 64 * 1024
"""The longest line that is read; a longer one is counted as bad."""

MARK_BYTES: Final = 512
"""How much of what was read last is read again, so that a file that was written anew is noticed
even where it has the inode and the length of the one before."""

Reading = Annotated[int, Meta(ge=0, le=1000)] | Annotated[float, Meta(ge=0, le=1000)]
Name = Annotated[str, Meta(min_length=1)]


class PluginEvent(msgspec.Struct, frozen=True):
    """One line of the plugin's event log. All text in it is somebody else's.

    Attributes:
        at_ms: When, Unix ms.
        session: The session's id.
        trigger: What made the checkpoint due.
        fill_pct: The reading's fill, per cent; None without a reading.
        quality_score: The reading's score; None without a reading.
        kind: What kind of event it was: `tool-after`, `compact-before`; empty where it isn't said.
        tool: The tool's name; empty for none.
        model: The model's name; empty where it isn't said.
    """

    at_ms: int
    session: str
    trigger: str
    fill_pct: int | float | None = None
    quality_score: int | float | None = None
    kind: str = ""
    tool: str = ""
    model: str = ""


class _Line(msgspec.Struct, rename="camel"):
    timestamp: Name
    session_id: Name
    trigger: Name
    fill_pct: Reading | None = None
    quality_score: Reading | None = None
    event_kind: str | None = None
    tool_name: str | None = None
    model: str | None = None


_DECODE: Final = msgspec.json.Decoder(_Line).decode


@dataclass(slots=True)
class _Place:
    """How far a file was read.

    Attributes:
        inode: Which file it is.
        offset: How many bytes of it were read or passed over.
        mark: The last bytes before that.
        rest: The beginning of a line whose end isn't there yet.
        is_cut: Whether the line at hand is passed over, for its beginning is out of reach or it is
            too long.
    """

    inode: int = -1
    offset: int = 0
    mark: bytes = b""
    rest: bytes = b""
    is_cut: bool = False


class PluginLog:
    """Reads the log on, call by call. Not safe for several threads at once.

    Args:
        root: The open state directory, which this object doesn't close.

    Attributes:
        bad_lines: Lines so far that were no event, or were too long to be read.
        is_behind: Whether there is more to read at once.
        why: Why it couldn't be read the last time, in words; empty where it could, or isn't there.
    """

    def __init__(self, root: Folder) -> None:
        self.bad_lines = 0
        self.is_behind = False
        self.why = ""
        self._root = root
        self._place = _Place()
        self._stamp: tuple[int, ...] = ()

    def read(self) -> tuple[PluginEvent, ...]:
        """Returns the events that were appended since the last call, in the file's order.

        The first call returns those in the last 256 KiB. A file that was replaced, cut short or
        written anew is begun again like that. A torn last line waits until it is whole. Never
        raises for what it finds: see `why`.

        Cost: a status call where nothing changed, else one read of at most 256 KiB.
        """
        self.why = ""
        try:
            return tuple(self._events(self._appended()))
        except StoreError as error:
            self.why = str(error)
            self._stamp = ()
            self.is_behind = False
            return ()

    def _appended(self) -> bytes:
        """Reads what stands behind the place that was reached."""
        status = self._root.status(PLUGIN_LOG)
        if status is None:
            self._stamp = ()
            self.is_behind = False
            return b""
        stamp = status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns
        if stamp == self._stamp and not self.is_behind:
            return b""
        place = self._place
        if place.inode != status.st_ino or status.st_size < place.offset:
            start = max(status.st_size - READ_BYTES, 0)
            place = self._place = _Place(status.st_ino, start, is_cut=start > 0)
        part = self._root.read_part(PLUGIN_LOG, place.offset - len(place.mark), READ_BYTES)
        if part is None or part.inode != place.inode or not part.data.startswith(place.mark):
            self._place = _Place()
            self.is_behind = part is not None
            return b""
        data = part.data[len(place.mark) :]
        place.offset += len(data)
        place.mark = part.data[-MARK_BYTES:]
        self._stamp = stamp
        self.is_behind = place.offset < part.file_bytes
        return data

    def _events(self, data: bytes) -> Iterator[PluginEvent]:
        place = self._place
        *lines, rest = (place.rest + data).split(b"\n")
        for line in lines:
            if place.is_cut:
                place.is_cut = False
            elif line and not line.isspace():
                event = parse_event(line) if len(line) <= LINE_BYTES else None
                if event is not None:
                    yield event
                else:
                    self.bad_lines += 1
        if len(rest) > LINE_BYTES and not place.is_cut:
            self.bad_lines += 1
            place.is_cut = True
        place.rest = b"" if place.is_cut else rest


def parse_event(line: bytes) -> PluginEvent | None:
    """Reads one line of the log; None where it is no event."""
    try:
        found = _DECODE(line)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None
    at_ms = parse_iso(found.timestamp)
    if not at_ms:
        return None
    return PluginEvent(
        at_ms,
        found.session_id,
        found.trigger,
        found.fill_pct,
        found.quality_score,
        found.event_kind or "",
        found.tool_name or "",
        found.model or "",
    )
