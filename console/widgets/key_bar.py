"""The key bar: Textual's footer with as many keys as there is room for, the foremost first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from rich.cells import cell_len
from textual import events
from textual.app import ComposeResult
from textual.widget import Widget
from textual.widgets import Footer
from textual.widgets._footer import FooterKey

IMPORTANCE: Final[Mapping[str, int]] = {
    "quit": 100,
    "toggle_help": 95,
    "evict": 90,
    "rehydrate": 85,
    "undo": 80,
    "filter": 75,
    "pin": 70,
    "capacity": 60,
    "mark": 55,
    "drills": 45,
    "release": 40,
    "command_palette": 20,
}
"""The higher, the longer a key stays as the screen gets narrower."""

GAP: Final = 2
"""Cells behind a key."""

USUAL: Final = 65
"""That of a view's own keys."""


class KeyBar(Footer):
    """One line of keys and what they do; a click presses one."""

    DEFAULT_CSS = """
    KeyBar { height: 1; }
    KeyBar.-compact FooterKey { margin-right: 2; }
    """

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id, compact=True)

    def compose(self) -> ComposeResult:
        """Makes the keys there is room for."""
        made = list(super().compose())
        keys = [one for one in made if isinstance(one, FooterKey)]
        sizes = [
            (_name(one), cell_len(f"{one.key_display} {one.description}") + GAP) for one in keys
        ]
        kept = fitting(sizes, self.size.width or self.app.size.width)
        gone: set[Widget] = {one for index, one in enumerate(keys) if index not in kept}
        yield from (one for one in made if one not in gone)

    async def on_resize(self, _event: events.Resize) -> None:
        """Makes the keys anew for another width."""
        await self.recompose()


def fitting(keys: Sequence[tuple[str, int]], width: int) -> set[int]:
    """Says which keys there is room for.

    Args:
        keys: Each key's action and its width, cells.
        width: Cells there are.

    Returns:
        Their places in `keys`. The least important ones are left out, of equals the last.
    """
    kept = set(range(len(keys)))
    least_first = sorted(kept, key=lambda index: (IMPORTANCE.get(keys[index][0], USUAL), -index))
    for index in least_first:
        if sum(keys[place][1] for place in kept) - GAP <= width or len(kept) == 1:
            break
        kept.discard(index)
    return kept


def _name(key: FooterKey) -> str:
    return key.action.rpartition(".")[2].partition("(")[0]
