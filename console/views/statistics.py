"""View 5: what the tracker counts, where sessions leak, and the last hour as plots.

Figures and plots stand side by side where there is room, else below each other; both scroll.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.message import Message

from console.desk import Desk
from console.model.figures import figure_lines
from console.model.hour import HOUR_MS, hour_lines
from console.model.leaks import DAY_MS, Flow, LeakRadar, leak_radar
from console.model.rows import Cell
from console.snapshot import Update
from console.text import visible
from console.views.newest import Newest
from console.views.view import View
from console.widgets.text_pane import Line, TextPane

IDLE_AFTER_MS: Final = 1_800_000
"""From how long without activity the radar takes a session for idle, ms."""

RADAR_MS: Final = 5_000
"""How often the radar looks, ms: it looks at every session there is."""

WIDE_CELLS: Final = 110
"""From this width on figures and plots stand side by side."""

PLOT_LINES: Final = 26
"""How many lines the plots have where they stand below the figures."""


class RadarLooked(Message):
    """The leak radar has looked at all sessions.

    Attributes:
        radar: What it found; None where it failed.
        why: Why it failed, in words.
    """

    def __init__(self, radar: LeakRadar | None, why: str = "") -> None:
        super().__init__()
        self.radar = radar
        self.why = why


class StatisticsView(View):
    """Counters, times, the leak radar and the last hour. See View."""

    TITLE = "Statistics"
    DEFAULT_CSS = """
    StatisticsView #figures { width: 56; height: 1fr; }
    StatisticsView #plots { width: 1fr; height: 1fr; }
    StatisticsView.-narrow #figures { width: 1fr; }
    StatisticsView.-narrow #plots { display: none; }
    """

    def __init__(self, desk: Desk, *, id: str) -> None:  # noqa: A002
        super().__init__(desk, id=id)
        self._newest = Newest(self, "radar")
        self._radar: LeakRadar | None = None
        self._radar_why = ""
        self._looked_ms: int | None = None
        self._now_ms = desk.clock()

    def compose(self) -> ComposeResult:
        """Arranges figures beside plots."""
        with Horizontal():
            yield TextPane(id="figures")
            yield TextPane(id="plots")

    def on_resize(self) -> None:
        """Puts the plots beside the figures, or below them, by the room there is."""
        self.set_class(self.size.width < WIDE_CELLS, "-narrow")
        self._show_all()

    def show(self, update: Update, now_ms: int) -> None:
        """Shows the figures as they are now."""
        if update.is_fresh:
            self._radar, self._looked_ms = None, None
        self._now_ms = now_ms
        self._look_if_due(update)
        self._show_all()

    def tick(self, now_ms: int) -> None:
        """Lets rates fade, and the radar look where it is time."""
        self._now_ms = now_ms
        if (update := self.desk.board.update) is not None:
            self._look_if_due(update)
        self._show_all()

    def status(self) -> tuple[Cell, ...]:
        """Says why the radar can't look, where it can't."""
        why = visible(self._radar_why, 200)
        return (Cell(f"leak radar: {why}", "bad"),) if why else ()

    # -- the radar ------------------------------------------------------------------------------

    def _look_if_due(self, update: Update) -> None:
        counts, now_ms = update.statistics, self._now_ms
        is_due = self._looked_ms is None or abs(now_ms - self._looked_ms) >= RADAR_MS
        if counts is None or update.loading is not None or not is_due:
            return
        self._looked_ms = now_ms
        board, chronicle = self.desk.board, self.desk.chronicle
        tracked = list(board.oldest_first())
        named = map(board.folder_named, board.folder_names())
        folders = [folder for folder in named if folder is not None]
        flow = Flow(
            chronicle.insertions.within(now_ms, HOUR_MS),
            chronicle.rehydrations.within(now_ms, HOUR_MS),
            chronicle.releases.within(now_ms, HOUR_MS),
            chronicle.evictions.within(now_ms, HOUR_MS),
            chronicle.insertions.age_ms(now_ms),
        )

        def work() -> Message:
            try:
                radar = leak_radar(tracked, folders, counts, flow, now_ms, IDLE_AFTER_MS)
            except Exception as error:  # noqa: BLE001 - the top of a worker; it is shown.
                return RadarLooked(None, str(error) or type(error).__name__)
            return RadarLooked(radar)

        self._newest.ask(work)

    @on(RadarLooked)
    def _take(self, message: RadarLooked) -> None:
        message.stop()
        self._radar, self._radar_why = message.radar or self._radar, message.why
        self._show_all()

    # -- showing --------------------------------------------------------------------------------

    def _show_all(self) -> None:
        update = self.desk.board.update
        if not self.is_mounted or update is None:
            return
        is_narrow = self.size.width < WIDE_CELLS
        height = self.size.height

        def figures(width: int) -> Sequence[Line]:
            lines = figure_lines(
                update.statistics, self._radar, update.mode, IDLE_AFTER_MS, DAY_MS, width
            )
            return [*lines, (), *plots(width)] if is_narrow else lines

        def plots(width: int) -> Sequence[Line]:
            lines = PLOT_LINES if is_narrow else height
            return hour_lines(self.desk.chronicle, update.statistics, self._now_ms, width, lines)

        self.query_one("#figures", TextPane).show(figures)
        self.query_one("#plots", TextPane).show(plots)
