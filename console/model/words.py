"""What an empty table says. Pure."""

from __future__ import annotations

from console.snapshot import Face, Update
from console.text import visible


def empty_words(update: Update) -> str:
    """Says why there are no sessions to show."""
    if update.face is Face.OPENING or update.loading is not None:
        return "Reading the directory…"
    if update.face is Face.OPEN:
        if update.feed.name:
            return f"No sessions yet. Waiting for {visible(update.feed.name, 80)}."
        return "No sessions here yet. They appear as the gateway writes them."
    return "Nothing to show."
