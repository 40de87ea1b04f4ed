"""Words that every place uses alike: counts with their nouns, ids whole, local times. Pure."""

from __future__ import annotations

import time
from typing import Final

from console.text import visible

WHOLE_CELLS: Final = 50_000
"""Room for the longest session id, every character of it escaped."""


def whole(text: str) -> str:
    """Returns text made visible, uncut: for ids and names in tables."""
    return visible(text, WHOLE_CELLS)


def counted(count: int, noun: str) -> str:
    """Returns a count and its noun: `1 session`, `1,234 sessions`."""
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def local_time(at_ms: int) -> str:
    """Returns Unix ms as local ISO 8601 with seconds; a dash for never."""
    if not at_ms:
        return "-"
    try:
        return time.strftime("%Y-%m-%dT%H:%M:%S", time.localtime(at_ms // 1000))
    except (ValueError, OverflowError, OSError):
        return f"{at_ms} ms"
