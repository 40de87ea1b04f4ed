"""One line to type in. What is pasted there is data too, and made safe before it is shown."""

from __future__ import annotations

from typing import Final

from textual.widgets import Input

from console.text import visible

CHARACTERS: Final = 4_096
"""The most characters an entry takes; what is beyond is cut."""


class Entry(Input):
    """Textual's input without a border, whose value is printable whatever is typed or pasted.

    Args:
        value: What stands in it at first.
        placeholder: What it says while it is empty; the console's own words, never data.
        id: The widget's id.
    """

    DEFAULT_CSS = "Entry > .input--placeholder { color: $quiet; }"

    def __init__(
        self,
        value: str = "",
        placeholder: str = "",
        *,
        id: str | None = None,  # noqa: A002
    ) -> None:
        super().__init__(value, placeholder, compact=True, select_on_focus=False, id=id)

    def validate_value(self, value: str) -> str:
        """Makes a value safe, however it got here."""
        return visible(value, CHARACTERS)

    def replace(self, text: str, start: int, end: int) -> None:
        """Puts text, made safe, in the place of a part; the cursor comes to stand behind it."""
        super().replace(visible(text, CHARACTERS), start, end)
