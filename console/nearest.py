"""The nearest right names to a wrong one, for messages that help."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

COMPARED: Final = 2_000
"""The most names compared letter by letter, which costs up to 100 us each."""


def nearest(wrong: str, known: Iterable[str], count: int = 3) -> tuple[str, ...]:
    """Returns the known names most like a wrong one, the most alike first; perhaps none.

    Args:
        wrong: What was given.
        known: The right names.
        count: The most names returned.

    Cost: one pass over `known`, and at most COMPARED comparisons.
    """
    from difflib import get_close_matches

    names = list(dict.fromkeys(known))
    if len(names) > COMPARED:
        alike = [name for name in names if name[:2] == wrong[:2]]
        names = alike[:COMPARED] or names[:COMPARED]
    folded: dict[str, str] = {}
    for name in names:
        folded.setdefault(name.lower(), name)
    close = get_close_matches(wrong.lower(), folded, n=count)
    return tuple(folded[name] for name in close)


def did_you_mean(wrong: str, known: Iterable[str], count: int = 3) -> str:
    """Returns `; did you mean a, b or c?` for a message; empty where nothing is near."""
    close = nearest(wrong, known, count)
    if not close:
        return ""
    *first, last = close
    return f"; did you mean {', '.join(first)} or {last}?" if first else f"; did you mean {last}?"
