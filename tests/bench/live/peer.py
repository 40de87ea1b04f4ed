"""The same sessions in Textual's own DataTable, fed the same events: what one would write first.

It is spared what it can't do at this rate: there is no column of positions, which every touch would
change in every row, and no age ticks. All touches since the last frame are taken at once.
"""

from __future__ import annotations

import asyncio
import os
import sys
import threading
import time
from collections.abc import Iterable

import msgspec
from rich.style import Style
from rich.text import Text
from textual.app import App, ComposeResult
from textual.widgets import DataTable

from .probe import watch

COLUMNS = (
    "session", "idle", "verdict", "fill", "qual", "sent", "edits", "last checkpoint", "ckpts",
    "bytes",
)  # fmt: skip
CELLS = ("0s", "clean", "■□□□□", "□□□□", "C·", "7w 5f", "progressive-20", "1", "2.3 K")

FRAME_S = 1 / 32
"""The least time between two updates; the console's own."""


class Touched(msgspec.Struct):
    """What is read of an event."""

    session: str


class TableApp(App[None]):
    """One table, the newest session first.

    Args:
        count: How many sessions there will be.
        feed_fd: Where the events come from.
        report_fd: See `Screen`.
    """

    def __init__(self, count: int, feed_fd: int, report_fd: int) -> None:
        super().__init__()
        self._count, self._feed_fd, self._report_fd = count, feed_fd, report_fd
        self._lock = threading.Lock()
        self._touched: dict[str, None] = {}
        self._recency: dict[str, int] = {}
        self._newest = 0

    def compose(self) -> ComposeResult:
        """Makes the table."""
        yield DataTable(cursor_type="row")

    def on_mount(self) -> None:
        """Begins to read and to show."""
        table = self._table
        for name in COLUMNS:
            table.add_column(name, key=name, width=16 if name == "session" else 8)
        table.focus()
        threading.Thread(target=self._read, daemon=True).start()
        self.run_worker(self._show_on())
        self.run_worker(
            watch(self._report_fd, lambda: table.row_count >= self._count, self._cursor)
        )

    @property
    def _table(self) -> DataTable[Text]:
        return self.query_one(DataTable)

    def _cursor(self) -> Style:
        return self._table.get_component_rich_style("datatable--cursor", partial=True)

    def _read(self) -> None:
        rest = b""
        while data := os.read(self._feed_fd, 1 << 18):
            *lines, rest = (rest + data).split(b"\n")
            for line in lines:
                session = msgspec.json.decode(line, type=Touched).session
                with self._lock:
                    self._touched.pop(session, None)
                    self._touched[session] = None

    async def _show_on(self) -> None:
        """Shows what was touched; the next only when the last was drawn."""
        shown_s = 0.0
        while True:
            await asyncio.sleep(max(shown_s + FRAME_S - time.monotonic(), 0))
            shown_s = time.monotonic()
            with self._lock:
                touched, self._touched = self._touched, {}
            if touched:
                drawn = asyncio.Event()
                self._show(touched)
                self.call_after_refresh(drawn.set)
                await drawn.wait()

    def _show(self, touched: Iterable[str]) -> None:
        table, recency = self._table, self._recency
        for session in touched:
            if session in recency:
                table.update_cell(session, "idle", Text("0s"))
            else:
                table.add_row(Text(session), *map(Text, CELLS), key=session)
            self._newest += 1
            recency[session] = self._newest
        table.sort("session", key=lambda cell: recency[cell.plain], reverse=True)


def main(count: int, report_fd: int) -> None:
    """Runs the app on the terminal of its standard output, fed from its standard input."""
    feed_fd = os.dup(0)
    os.dup2(os.open(os.ttyname(1), os.O_RDWR), 0)
    TableApp(count, feed_fd, report_fd).run()


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
