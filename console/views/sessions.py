"""View 1: every session, the newest first, with who goes next below and the chosen one beside."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical

from console.desk import Desk
from console.messages import CursorMoved
from console.model.facts import Facts, facts_of
from console.model.foresight import next_victims
from console.model.rows import Cell, session_cells
from console.model.words import empty_words
from console.snapshot import Face, Update
from console.text import visible
from console.views.detail import Detail
from console.views.table_view import TableView
from console.widgets.columns import Column
from console.widgets.lane import Lane
from console.widgets.live_table import LiveTable

VICTIMS = 5
"""How many sessions the lane looks ahead."""


class SessionRows:
    """Sessions in recency order, then those on disk alone, as a roster wants them."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def parts(self) -> tuple[Sequence[str], Sequence[str]]:
        """Returns the ids in memory, and those on disk alone."""
        return self._desk.board.newest_first(), self._desk.board.disk_only()

    def facts(self, key: str) -> Facts | None:
        """Returns what a session can be filtered and sorted by; None where it is nowhere."""
        board = self._desk.board
        memory, disk = board.tracked(key), board.folder(key)
        return None if memory is None and disk is None else facts_of(key, key, memory, disk)


class SessionsView(TableView):
    """Every session: those in memory in recency order, then those on disk alone."""

    TITLE = "Sessions"
    NAME = "sessions"
    NATURAL = "newest first"
    COLUMNS: ClassVar[tuple[Column, ...]] = (
        Column("position", "#", 6, 40, is_right=True),
        Column("session", "session", 16, 100, grows=True, keeps_end=True),
        Column("idle", "idle", 5, 90, is_right=True),
        Column("verdict", "verdict", 15, 95),
        Column("bands", "fill", 5, 70),
        Column("quality", "qual", 5, 65),
        Column("milestones", "miles", 8, 25),
        Column("guards", "sent", 5, 30),
        Column("edits", "edits", 7, 50),
        Column("trigger", "last checkpoint", 20, 60),
        Column("checkpoints", "ckpts", 6, 55, is_right=True),
        Column("bytes", "bytes", 6, 45, is_right=True),
    )
    DEFAULT_CSS = """
    SessionsView { layout: horizontal; }
    SessionsView #sessions-side { width: 1fr; height: 1fr; }
    SessionsView #sessions { height: 1fr; }
    """

    def __init__(self, desk: Desk, *, id: str) -> None:  # noqa: A002
        super().__init__(desk, SessionRows(desk), id=id)

    def compose(self) -> ComposeResult:
        """Arranges the table over the lane, the detail beside them."""
        with Horizontal(id="body"):
            with Vertical(id="sessions-side"):
                yield LiveTable(
                    self.COLUMNS, self._cells, is_marked=self.roster.is_marked, id="sessions"
                )
                yield Lane(id="lane")
            yield Detail(self.desk, id="detail")

    @property
    def table(self) -> LiveTable:
        """The table of sessions."""
        return self.query_one("#sessions", LiveTable)

    def changed_keys(self) -> set[str] | None:
        """Returns the ids that changed."""
        return self.desk.board.changed_sessions

    def session_of(self, key: str) -> str | None:
        """Returns the id: it is the key."""
        return key

    def key_of(self, session: str) -> str | None:
        """Returns the id, where it is known."""
        board = self.desk.board
        is_known = board.tracked(session) is not None or board.folder(session) is not None
        return session if is_known else None

    def empty_text(self, update: Update) -> str:
        """Says why there are no sessions."""
        return empty_words(update)

    def divider_text(self) -> str:
        """Says how many are on disk alone; while rows stand still, that they once were."""
        if self.roster.is_held:
            return "on disk only when the order was held"
        return f"on disk only: {len(self.desk.board.disk_only()):,}"

    def show(self, update: Update, now_ms: int) -> None:
        """Shows the sessions, the lane and the detail."""
        super().show(update, now_ms)
        self.table.set_class(update.face is Face.GONE, "-gone")
        self._show_lane(update, now_ms)
        self.query_one(Detail).show(self.subject)

    def tick(self, now_ms: int) -> None:
        """Lets ages and the forecast tick."""
        super().tick(now_ms)
        if (update := self.desk.board.update) is not None:
            self._show_lane(update, now_ms)

    def _show_lane(self, update: Update, now_ms: int) -> None:
        counts = update.statistics
        lane = self.query_one(Lane)
        if counts is None:
            lane.show((), "—")
            return
        oldest = (one.session for one in self.desk.board.oldest_first() if not one.is_pinned)
        victims = next_victims(
            list(islice(oldest, VICTIMS)),
            self.desk.chronicle.insertion_rate(now_ms),
            counts.capacity - counts.occupancy,
        )
        are_any = self.desk.board.occupancy > 0
        lane.show(victims, "nobody: all are pinned" if are_any else "nobody: memory is empty")

    @on(CursorMoved, "#sessions")
    def _show_detail(self) -> None:
        self.query_one(Detail).show(self.subject)

    def _cells(self, session: str, index: int) -> dict[str, Cell]:
        board = self.desk.board
        memory, disk = board.tracked(session), board.folder(session)
        if memory is None and disk is None:
            return {"session": Cell(visible(session, 256), "dim"), "verdict": Cell("gone", "bad")}
        position = None
        if memory is not None:
            position = index + 1 if self.roster.is_natural else board.position(session)
        return session_cells(session, memory, disk, position, self.desk.clock(), self.desk.rules)
