"""The history of one session: touches, evictions, rehydrations and what else happened to it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from console.model.happenings import Happening, happening_cells
from console.model.rows import Cell
from console.widgets.columns import Column
from console.widgets.live_table import LiveTable

COLUMNS: Final = (
    Column("time", "time", 11, 80),
    Column("kind", "what", 12, 90),
    Column("what", "", 12, 100, grows=True),
)


class SessionHistory(LiveTable):
    """A row a happening, the newest first. Fill it with `show_history`.

    Args:
        id: The widget's id.
    """

    def __init__(self, *, id: str) -> None:  # noqa: A002
        super().__init__(COLUMNS, self._cells, id=id)
        self._history: tuple[Happening, ...] | None = None
        self._happenings: dict[str, Happening] = {}

    def on_mount(self) -> None:
        """Names the pane."""
        self.border_title = "History, newest first"

    def show_history(self, history: tuple[Happening, ...]) -> None:
        """Takes what happened, oldest first."""
        if history == self._history:
            return
        self._history = history
        keys = history_keys(history)
        self._happenings = dict(reversed([*zip(keys, history, strict=True)]))
        self.show(list(self._happenings), empty_text="Nothing since this console began.")

    def _cells(self, key: str, _index: int) -> dict[str, Cell]:
        return happening_cells(self._happenings[key])


def history_keys(history: Iterable[Happening]) -> list[str]:
    """Returns a key for each entry of a history; one of touches keeps its own as they grow more."""
    keys: list[str] = []
    before = 0
    for one in history:
        keys.append(f"{one.number}" if one.number else f"after {before}")
        before = one.number or before
    return keys
