"""What the console remembers by itself: theme, sorting, hidden columns, a capacity set by hand.

It has a file of its own beside the audit file; `config.toml` is the user's and is never written.
"""

from __future__ import annotations

from console.choices.file import ChoicesFile
from console.choices.model import Choices, ChosenCapacity, ChosenTheme, Sorting
from console.choices.precedence import Effective, effective

__all__ = [
    "Choices",
    "ChoicesFile",
    "ChosenCapacity",
    "ChosenTheme",
    "Effective",
    "Sorting",
    "effective",
]
