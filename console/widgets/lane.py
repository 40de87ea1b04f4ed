"""The next-victim lane: who would be evicted next, and about when. Below the sessions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from rich.cells import cell_len
from rich.text import Text
from textual.widgets import Static

from console.model.rows import age
from console.text import visible
from console.widgets.columns import fit

TITLE: Final = " next out "
ID_CELLS: Final = 40
"""The most cells of an id where several share a line."""

WHEN_CELLS: Final = 10


class Lane(Static):
    """Says who goes next."""

    DEFAULT_CSS = "Lane { height: 1; color: $quiet; background: $surface; }"

    _shown: tuple[Sequence[tuple[str, int | None]], str] = ((), "")

    def show(self, victims: Sequence[tuple[str, int | None]], why_none: str) -> None:
        """Takes the sessions that go next.

        Args:
            victims: Ids, the next one first, each with the time until it goes, ms; None where
                nothing new is coming.
            why_none: What is said where there is none.
        """
        if (victims, why_none) != self._shown:
            self._shown = (victims, why_none)
            self.on_resize()

    def on_resize(self) -> None:
        """Shows as many as there are lines for."""
        victims, why_none = self._shown
        text = lane_text(victims, why_none, self.size.width or 80, self.size.height or 1)
        self.update(text, layout=False)


def lane_text(
    victims: Sequence[tuple[str, int | None]], why_none: str, width: int, height: int
) -> Text:
    """Returns the lane: one line a session; on a single line, as many as there is room for."""
    text = Text(no_wrap=True)
    text.append(TITLE, "bold")
    if not victims:
        text.append(why_none)
        return text
    room = max(width - len(TITLE), 1)
    if height > 1:
        for number, (session, eta_ms) in enumerate(victims[:height]):
            text.append("\n" + " " * len(TITLE) if number else "")
            text.append(fit(when(eta_ms), WHEN_CELLS))
            text.append(_short(session, room - WHEN_CELLS))
        return text
    for number, (session, eta_ms) in enumerate(victims):
        ending = f" {when(eta_ms)}"
        if not number:
            piece = _short(session, min(room - len(ending), ID_CELLS)) + ending
        else:
            piece = f" · {_short(session, ID_CELLS)}{ending}"
        if number and text.cell_len + cell_len(piece) > width:
            break
        text.append(piece)
    return text


def _short(session: str, cells: int) -> str:
    """Returns an id that is safe to show, with both its ends where it is too long."""
    return fit(visible(session, 512), max(cells, 1), keeps_end=True).rstrip()


def when(eta_ms: int | None) -> str:
    """Returns a forecast in words: `now`, `in ~12s`; `—` where nothing new is coming."""
    if eta_ms is None:
        return "—"
    return "now" if eta_ms < 1000 else f"in ~{age(eta_ms)}"
