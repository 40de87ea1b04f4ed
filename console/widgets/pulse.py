"""The pulse: one line of counters, and one that says where we are and how we know."""

from __future__ import annotations

import os

from rich.cells import cell_len
from rich.text import Text
from textual.widgets import Static

from console.model.rows import age, size
from console.snapshot import Face, Mode, Update
from console.text import visible

GAUGE_CELLS = 12


class Masthead(Static):
    """Mode, directory, and the badge that says how changes are noticed."""

    def show(self, update: Update, now_ms: int) -> None:
        """Takes an update.

        Args:
            update: The newest update.
            now_ms: The time now, Unix ms, for the age of the last sweep.
        """
        text = Text(no_wrap=True)
        text.append(" Holdfast ", "bold")
        text.append(f" {update.mode} ", "reverse bold")
        if update.is_read_only:
            text.append(" READ-ONLY ", "reverse bold")
        text.append(f" {watch_badge(update, now_ms)}  ")
        text.append(tail(visible(update.directory, 4096), self.size.width - text.cell_len), "dim")
        self.update(text)


class Pulse(Static):
    """Occupancy, evictions, rehydrations and what else is counted, on one line."""

    _shown: tuple[Update, int, int] | None = None

    def show(self, update: Update, folders: int, disk_bytes: int) -> None:
        """Takes an update.

        Args:
            update: The newest update.
            folders: How many folders are on disk.
            disk_bytes: Bytes of all files in them.
        """
        self._shown = (update, folders, disk_bytes)
        self.on_resize()

    def on_resize(self) -> None:
        """Shows as many counters as there is room for now."""
        if self._shown is not None:
            self.update(pulse_text(*self._shown, self.size.width or 80))


def tail(path: str, width: int) -> str:
    """Returns a path in at most `width` cells: its end, which tells more than its beginning."""
    home = os.path.expanduser("~")
    if path.startswith(f"{home}/"):
        path = f"~{path[len(home) :]}"
    if cell_len(path) <= width:
        return path
    end = path[-width:] if width > 0 else ""
    while end and cell_len(end) > width - 1:
        end = end[1:]
    return f"…{end}" if width > 0 else ""


def watch_badge(update: Update, now_ms: int) -> str:
    """Says how changes on disk are noticed: `● watching`, `◌ polling`, `⚠ stale 12 s`."""
    if update.face is not Face.OPEN:
        return f"⚠ {update.face}" if update.face is not Face.OPENING else "… opening"
    watch = update.watch
    if not watch.swept_ms:
        return "… reading"
    late_ms = now_ms - watch.swept_ms - 2 * watch.every_ms
    if late_ms > 1000:
        return f"⚠ stale {age(now_ms - watch.swept_ms)}"
    return "● watching" if watch.how == "watching" else "◌ polling"


def pulse_text(update: Update, folders: int, disk_bytes: int, width: int) -> Text:
    """Returns the line of counters, the most important first, as many as `width` has room for."""
    counts = update.statistics
    text = Text(no_wrap=True)
    if counts is None:
        text.append(" not open", "dim")
        return text
    share = counts.occupancy / counts.capacity
    filled = min(round(share * GAUGE_CELLS), GAUGE_CELLS)
    parts = [
        f"memory {counts.occupancy:,}/{counts.capacity:,} "
        f"{'█' * filled}{'░' * (GAUGE_CELLS - filled)} {share:.0%}",
        f"evictions {counts.evicted:,}",
        f"rehydrations {counts.rehydrations:,}",
        f"disk {folders:,} · {size(disk_bytes)}",
        f"dirty {counts.dirty:,}",
        f"hits {counts.hit_ratio:.1%}",
        f"load failures {sum(counts.load_failures.values()):,}",
    ]
    if update.mode is Mode.OBSERVE:
        parts = [part for part in parts if not part.startswith(("dirty", "hits"))]
    if update.feed.name:
        parts.insert(4, f"events {update.feed.events:,}")
    for part in parts:
        piece = f" {part} " if not len(text) else f"│ {part} "
        if len(text) + len(piece) > width and len(text):
            break
        text.append(piece)
    return text
