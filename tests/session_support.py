"""The session view on a screen of its own, over a board that is made by hand."""

from __future__ import annotations

import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from console_support import StillLink, lines_of, until
from console_values import update_of
from hosting import Host, check_screen
from textual.pilot import Pilot

import console
from console.desk import Desk
from console.model.board import Board
from console.model.chronicle import Chronicle
from console.screens.main import MainScreen
from console.snapshot import Mode, Update
from console.views.checkpoints import Checkpoints
from console.views.session import SessionView
from console.widgets.live_table import LiveTable
from console.widgets.reading_plot import ReadingPlot
from console.widgets.text_pane import TextPane
from tracker import CheckpointFile, CheckpointText, FolderSummary, Rules

NOW_MS = 1_795_310_000_000
WIDE, NORMAL, SMALL, TINY = (160, 44), (120, 32), (80, 20), (40, 9)
MUCH = 200
"""A width in which hardly a line must be broken."""
SIZES = (WIDE, NORMAL, SMALL, TINY)


def checkpoint(filename: str, at_ms: int = NOW_MS, **changed: Any) -> CheckpointFile:
    """A checkpoint file that is listed, with a reading."""
    fields: dict[str, Any] = {
        "session": "s",
        "folder": "s",
        "trigger": "compact",
        "fill_pct": 42,
        "quality_score": 77,
        "file_bytes": 1234,
        "status": "listed",
    }
    return CheckpointFile(filename=filename, created_ms=at_ms, **{**fields, **changed})


def some_files(count: int) -> tuple[CheckpointFile, ...]:
    """So many checkpoints, a minute apart, oldest first: `n-0.md`, `n-1.md`."""
    return tuple(
        checkpoint(f"n-{number}.md", NOW_MS + number * 60_000, fill_pct=number % 100)
        for number in range(count)
    )


class Shelf(StillLink):
    """A link whose files and texts are given.

    Attributes:
        listed: The checkpoint files of every folder.
        texts: Texts by filename; of those that aren't there `text of NAME` is read.
        wrong: What goes wrong with every look, while it isn't None.
        read: The filenames that were read, in order.
        gate: Holds up every reading of a text while it is clear.
    """

    def __init__(self) -> None:
        super().__init__()
        self.listed: tuple[CheckpointFile, ...] = ()
        self.texts: dict[str, CheckpointText] = {}
        self.wrong: Exception | None = None
        self.read: list[str] = []
        self.gate = threading.Event()
        self.gate.set()

    def files(self, folder: FolderSummary) -> tuple[CheckpointFile, ...]:
        if self.wrong is not None:
            raise self.wrong
        return self.listed

    def text(self, folder: FolderSummary, filename: str) -> CheckpointText:
        self.read.append(filename)
        assert self.gate.wait(20)
        if self.wrong is not None:
            raise self.wrong
        text = f"text of {filename}"
        return self.texts.get(filename) or CheckpointText(text, False, len(text))


class Console(Host):
    """An app with the console's style sheet and breakpoints."""

    CSS_PATH = Path(console.__file__).parent / "holdfast.tcss"
    HORIZONTAL_BREAKPOINTS = MainScreen.HORIZONTAL_BREAKPOINTS
    VERTICAL_BREAKPOINTS = MainScreen.VERTICAL_BREAKPOINTS


class Stage:
    """A session view, and a hand that changes what it shows."""

    def __init__(self, app: Console, pilot: Pilot[None], desk: Desk, link: Shelf) -> None:
        self.app, self.pilot, self.desk, self.link = app, pilot, desk, link

    @property
    def view(self) -> SessionView:
        return self.app.query_one(SessionView)

    @property
    def checkpoints(self) -> Checkpoints:
        return self.app.query_one(Checkpoints)

    @property
    def table(self) -> LiveTable:
        return self.app.query_one("#session-checkpoints", LiveTable)

    @property
    def history(self) -> LiveTable:
        return self.app.query_one("#session-history", LiveTable)

    @property
    def plot(self) -> ReadingPlot:
        return self.app.query_one(ReadingPlot)

    @property
    def fields(self) -> str:
        """All that the pane of fields says, seen or not."""
        return _all_lines(self.app.query_one("#session-fields", TextPane))

    @property
    def text(self) -> str:
        """All that the pane of the text says, seen or not."""
        return _all_lines(self.app.query_one("#session-text", TextPane))

    @property
    def rows(self) -> list[str]:
        """The rows of the checkpoints that are seen, without the header."""
        return [line.strip() for line in lines_of(self.table)[1:] if line.strip()]

    @property
    def focus(self) -> str:
        """The name of the pane that has the focus."""
        focused = self.app.focused
        return "" if focused is None else (focused.id or "").removeprefix("session-")

    @property
    def said(self) -> list[str]:
        """What is said below the view."""
        return [cell.text for cell in self.view.status()]

    @property
    def screen(self) -> str:
        """What is on the screen; it must fit it."""
        return check_screen(self.app)

    async def apply(self, update: Update) -> None:
        self.desk.board.apply(update)
        self.desk.chronicle.apply(update)
        self.view.show(update, NOW_MS)
        await self.pilot.pause()

    async def open(self, session: str = "s", *, reads: bool = True) -> None:
        """Opens a session; waits until its checkpoints are listed and the newest is read."""
        self.view.go_to(session)
        await self.until(lambda: self.focus and self.focus == self.view.pane, "the focus")
        if reads and self.desk.board.folder(session) is not None and self.link.wrong is None:
            await self.until(lambda: len(self.table.keys) == len(self.link.listed), "the list")
            await self.until(lambda: "Reading…" not in self.text, "the text")
        await self.pilot.pause()

    async def press(self, *keys: str) -> None:
        await self.pilot.press(*keys)
        await self.pilot.pause()

    async def until(self, condition: Callable[[], object], what: str) -> None:
        await until(self.pilot, condition, what)

    def notices(self) -> list[str]:
        return [notice.message for notice in self.app._notifications]


@asynccontextmanager
async def staged(
    update: Update | None = None,
    *,
    files: tuple[CheckpointFile, ...] = (),
    size: tuple[int, int] = NORMAL,
) -> AsyncIterator[Stage]:
    """Runs a session view over a board with one update; nothing is chosen yet."""
    link = Shelf()
    link.listed = files
    unused: Any = None
    desk = Desk(Board(), Chronicle(), link, unused, Rules(), lambda: NOW_MS)
    app = Console([lambda: SessionView(desk, id="view-session")])
    async with app.run_test(size=size, notifications=True, message_hook=app.keep) as pilot:
        stage = Stage(app, pilot, desk, link)
        await pilot.pause()
        await stage.apply(update or update_of(mode=Mode.OWN))
        try:
            yield stage
        finally:
            link.gate.set()


def _all_lines(pane: TextPane) -> str:
    return "\n".join("".join(cell.text for cell in line) for line in pane._layout(MUCH))
