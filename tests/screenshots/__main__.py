"""Makes the README's pictures: `python -m tests.screenshots`.

A recorded day is replayed into a tracker of capacity 20, moved so that it ends now, and the console
is photographed over it.
"""

from __future__ import annotations

import asyncio
import os
import re
import sys
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path

from msgspec.structs import replace

from console.app import HoldfastApp
from console.embedded.link import EmbeddedLink
from console.snapshot import Face, Mode
from tracker import (
    BadLine,
    DirectoryStore,
    Event,
    Rules,
    SessionTracker,
    open_store,
    read_feed,
    wall_clock_ms,
)

HERE = Path(__file__).parent
RECORDING = HERE.parent / "data" / "traces" / "day.events.jsonl"
EVENTS = 1_700
CAPACITY = 10
SIZE = (132, 36)
DEADLINE_S = 30.0


async def photograph(home: Path) -> str:
    """Returns a picture of the console, as SVG, over the recorded day."""
    root = home / ".openclaw" / "token-optimizer" / "checkpoints"
    with RECORDING.open("rb") as stream:
        events = [item for item in read_feed(stream) if isinstance(item, Event)][:EVENTS]
    ahead_ms = wall_clock_ms() - (events[-1].at_ms or 0)
    feed_ms = [0]
    is_read = threading.Event()

    def make_tracker(store: DirectoryStore) -> SessionTracker:
        return SessionTracker(store, capacity=CAPACITY, clock=lambda: feed_ms[0])

    def lines(stopping: threading.Event) -> Iterator[Event | BadLine]:
        for event in events:
            feed_ms[0] = (event.at_ms or 0) + ahead_ms
            yield replace(event, at_ms=feed_ms[0])
        is_read.set()
        stopping.wait()

    store = open_store(root, durability="process", clock=wall_clock_ms)
    link = EmbeddedLink(
        str(root), Mode.OWN, make_tracker, opened=store, feed_name="gateway.jsonl", feed_lines=lines
    )
    app = HoldfastApp(link, Rules())
    try:
        async with app.run_test(size=SIZE) as pilot:
            async with asyncio.timeout(DEADLINE_S):
                while not (is_read.is_set() and _is_settled(app)):
                    await pilot.pause(0.05)
            for key in ("down", "down", "down", "down"):
                await pilot.press(key)
            await pilot.pause(0.5)
            picture = app.export_screenshot(title="Holdfast")
    finally:
        link.stop()
    # A picture that loads nothing from elsewhere: the viewer's own monospace font will do.
    return re.sub(r"@font-face \{.*?\}", "", picture, flags=re.DOTALL)


def _is_settled(app: HoldfastApp) -> bool:
    update = app.snapshot
    return update is not None and update.face is Face.OPEN and bool(update.watch.swept_ms)


def main() -> int:
    """Writes the pictures beside this file."""
    with tempfile.TemporaryDirectory() as home:
        os.environ["HOME"] = home
        (HERE / "console.svg").write_text(asyncio.run(photograph(Path(home))), "utf-8")
    print(HERE / "console.svg")
    return 0


if __name__ == "__main__":
    sys.exit(main())
