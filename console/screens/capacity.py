"""Another capacity while the tracker runs: type a number, see who would go, apply it or not."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final

from textual import on
from textual.widget import Widget
from textual.widgets import Button, Input

from console.model.foresight import WhatIf
from console.model.rows import Cell
from console.screens.confirm import REASON_WORDS
from console.screens.dialog import Dialog, Ids, Said, Talk
from console.snapshot import Mode
from console.widgets.entry import Entry

LARGEST: Final = 1_000_000_000
"""The largest number that is taken for a capacity."""

MODE_WORDS: Final = {
    Mode.OBSERVE: "This console's memory alone: the gateway's own capacity stays as it is.",
    Mode.OWN: "It holds from now on; who goes comes back with the next touch.",
    Mode.DEMO: "It holds from now on; who goes comes back with the next touch.",
}
"""What a capacity set here means, by how the console got its tracker."""

LOOK_S: Final = 1.0
"""How often the preview is made again while nothing is typed."""


class CapacityDialog(Dialog[tuple[int, str]]):
    """Asks for a capacity; answers it and the reason, perhaps empty.

    Args:
        capacity: The capacity as it is.
        occupancy: How many sessions are in memory.
        what_if: Returns what would come of a capacity; called on the screen's thread.
        mode: How the console got its tracker.
    """

    IS_GRAVE = True
    FIELD_ROWS = 2
    AUTO_FOCUS = "#capacity"
    # As high as it can get, so that the number stays where it is while what is below it changes.
    DEFAULT_CSS = "CapacityDialog Talk { height: 12; }"

    def __init__(
        self, capacity: int, occupancy: int, what_if: Callable[[int], WhatIf], mode: Mode
    ) -> None:
        super().__init__("The most sessions held in memory", "Apply")
        self._capacity = capacity
        self._occupancy = occupancy
        self._what_if = what_if
        self._mode = mode

    def compose_body(self) -> Iterable[Widget]:
        """Returns the number's entry, the preview and the reason's entry."""
        yield Entry(str(self._capacity), "a number from 1", id="capacity")
        yield Talk(Said(id="outlook"), Ids(id="ids"), Said(id="meaning"))
        yield Entry(placeholder=REASON_WORDS, id="reason")

    def on_mount(self) -> None:
        """Shows how things are, with the number ready to be typed over."""
        self._number.action_select_all()
        self._look()
        self.set_interval(LOOK_S, self._look)

    def answer(self) -> tuple[int, str] | None:
        """Returns capacity and reason; None while the number won't do."""
        outlook = self._look()
        if outlook is None:
            return None
        return outlook.capacity, self.query_one("#reason", Entry).value.strip()

    def _look(self) -> WhatIf | None:
        """Shows what would come of the number; returns it where it can be applied."""
        outlook, problem = None, ""
        try:
            asked = self._what_if(read_capacity(self._number.value))
            outlook, problem = asked, asked.problem
            self._occupancy = asked.occupancy
        except ValueError as error:
            problem = str(error)
        self.query_one("#outlook", Said).show([self._outlook_cell(outlook, problem)])
        ids = outlook.evicted_ids if outlook is not None else ()
        self.query_one(Ids).show(ids, len(ids))
        pinned = f", {outlook.pinned:,} pinned" if outlook is not None and outlook.pinned else ""
        now = f"It is {self._capacity:,} now; {self._occupancy:,} are held{pinned}."
        self.query_one("#meaning", Said).show(
            [Cell(now, "dim"), Cell(MODE_WORDS[self._mode], "dim")]
        )
        is_good = outlook is not None and not problem and outlook.capacity != self._capacity
        self.allow(is_good)
        return outlook if is_good else None

    def _outlook_cell(self, outlook: WhatIf | None, problem: str) -> Cell:
        if problem or outlook is None:
            return Cell(problem[:1].upper() + problem[1:], "warn")
        if outlook.capacity == self._capacity:
            return Cell("That is the capacity there is.")
        return Cell(outlook_words(outlook), "strong")

    @on(Input.Changed, "#capacity")
    def _take_change(self, event: Input.Changed) -> None:
        event.stop()
        self._look()

    @on(Input.Submitted)
    def _go_to_yes(self, event: Input.Submitted) -> None:
        # Enter ends what is typed; a second one, on yes, is the answer.
        event.stop()
        if self._look() is not None:
            self.query_one("#yes", Button).focus()

    @property
    def _number(self) -> Entry:
        return self.query_one("#capacity", Entry)


def read_capacity(text: str) -> int:
    """Reads a capacity as people write it: `2000`, `2,000`, `2_000`.

    Raises:
        ValueError: If it is no whole number from 1 to LARGEST; says so in words.
    """
    plain = text.strip().replace(",", "").replace("_", "")
    if not plain:
        raise ValueError("type a number, such as 2,000")
    digits = plain.removeprefix("-").removeprefix("+")
    if not (digits.isascii() and digits.isdigit()):
        raise ValueError("that is not a whole number; type one such as 2,000")
    capacity = int(plain) if len(digits) < 20 else LARGEST + 1
    if plain.startswith("-") or capacity < 1:
        raise ValueError("a capacity is at least 1")
    if capacity > LARGEST:
        raise ValueError(f"a capacity is at most {LARGEST:,}")
    return capacity


def outlook_words(outlook: WhatIf) -> str:
    """Says who would go, before the first ids are named."""
    count = len(outlook.evicted_ids)
    if not count:
        room = max(outlook.capacity - outlook.occupancy, 0)
        return f"Nobody goes; there is room for {room:,} more."
    who = "1 session goes" if count == 1 else f"{count:,} sessions go, the oldest first"
    if count == 1:
        return f"{who}; it is {'dirty' if outlook.dirty else 'not dirty'}:"
    return f"{who}; {f'{outlook.dirty:,}' if outlook.dirty else 'none'} of them dirty:"
