"""A hand that goes from place to place in a console over a hostile world, in a real terminal."""

from __future__ import annotations

import re
from typing import Final

from console_support import wait_for
from hostile_world import PAYLOADS, World
from terminals import (
    CTRL_A,
    CTRL_K,
    DOWN,
    END,
    ESCAPE,
    HOME,
    PAGE_DOWN,
    TAB,
    Terminal,
)

from console.text import visible

AT_A_TIME: Final = 22
"""How many payloads are pasted at a time."""

EMPTY: Final = (
    r"(?m)Search for|^ / text, !text|│ coldest 20, idle|│ reason, for the audit|│ a number from 1"
)
"""What an entry says while nothing is typed in it, wherever it is."""

QUIET_S: Final = 0.025
"""A terminal that was sent nothing for so long is done with the last key."""


def begins(text: str, characters: int = 8) -> str:
    """A pattern for how a text begins where it is shown."""
    return re.escape(visible(text)[:characters].rstrip())


class Walk:
    """A console over a hostile world, and a hand that goes from place to place."""

    def __init__(self, screen: Terminal, world: World) -> None:
        self.screen, self.world = screen, world

    def press(self, keys: str) -> None:
        """Types keys and lets them be drawn."""
        before = len(self.screen.raw)
        self.screen.send(keys)
        self.screen.holds_still(QUIET_S, before)

    def shows(self, *patterns: str) -> None:
        """Waits for patterns on the screen."""
        for pattern in patterns:
            self.screen.until(pattern)

    def open(self, keys: str, pattern: str) -> None:
        """Types keys that open a dialog or a view."""
        self.screen.send(keys)
        self.shows(pattern)

    def close(self, pattern: str) -> None:
        """Closes a dialog with escape."""
        self.screen.send(ESCAPE)
        self.gone(pattern)

    def gone(self, pattern: str) -> None:
        """Waits until a pattern is on the screen no more."""
        wait_for(lambda: not re.search(pattern, self.screen.text()), f"{pattern} to go")

    def pages(self, count: int) -> None:
        """Goes through the first pages of a table, and to its end."""
        self.screen.send(HOME)
        for _ in range(count):
            self.press(PAGE_DOWN)
        self.press(END)

    def rows(self, count: int) -> None:
        """Goes down so many rows, and looks at every sixth."""
        for _ in range(count // 6):
            self.press(DOWN * 6)

    def open_session(self, session: str) -> None:
        """Opens the session under the cursor."""
        self.screen.send("3")
        wait_for(self.focused, "a pane to have the focus")
        self.shows(rf"(?m)^ {begins(session)}")

    def to_pane(self, title: str) -> None:
        """Goes through the panes of a session until the focus is in one, and stays there."""
        while not (re.search(title, before := self.focused()) and self.stays(before)):
            if before == self.focused():
                self.screen.send(TAB)
                self.screen.comes(lambda before=before: self.focused() != before, 1.0)

    def stays(self, focused: str) -> bool:
        """Whether the focus is where it was once nothing is drawn any more."""
        self.screen.holds_still(4 * QUIET_S, len(self.screen.raw))
        return self.focused() == focused

    def focused(self) -> str:
        """The titles of the pane that has the focus, and of the page it is on."""
        titles = r"━[^━\n]+━|\[(?:Fields|Checkpoints|Plot|History)\]"
        return "".join(re.findall(titles, self.screen.text()))

    def click_on(self, words: str) -> None:
        """Clicks the first place where words stand."""
        lines = self.screen.text().split("\n")
        y = next(index for index, line in enumerate(lines) if words in line)
        self.screen.click(lines[y].index(words) + 1, y)
        self.press("")

    def paste_all(self) -> None:
        """Pastes every payload into the entry that has the focus, some at a time."""
        for start in range(0, len(PAYLOADS), AT_A_TIME):
            self.clear()
            for text in PAYLOADS[start : start + AT_A_TIME]:
                self.screen.paste(text[:300] + " ")
            self.gone(EMPTY)
            self.press("")
        self.clear()

    def clear(self) -> None:
        """Empties the entry that has the focus."""
        if re.search(EMPTY, self.screen.text()):
            return  # A key too many might come to act on what is typed next.
        self.screen.send(CTRL_A)
        self.screen.send(CTRL_K)
        self.shows(EMPTY)
