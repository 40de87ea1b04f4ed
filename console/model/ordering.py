"""Ordering: what each column of a table is sorted by. Pure.

Every row gets a rank, which doesn't depend on the time or on other rows: longest idle is least
recently active, so that time passing sorts nothing anew. Rows of which a column knows nothing stand
last, whichever way it is sorted; equal ones stand by key.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from console.model.facts import Facts
from console.nearest import did_you_mean

Rank = tuple[bool, Any, str]
"""Where a row stands: whether it goes behind all others, its value, its key."""

TROUBLE_FIRST: Final = (
    "unsafe",
    "corrupt",
    "behind",
    "dirty",
    "memory-only",
    "clean",
    "disk-only",
)
"""Verdicts, those that ask for a person first."""


def _quality(facts: Facts) -> int | None:
    """The further down the quality went, the larger; as many marks are filled."""
    if not facts.has_state:
        return None
    lowest = facts.lowest_threshold
    return 0 if lowest is None else 101 - lowest


_VALUES: Final[dict[str, Callable[[Facts], Any]]] = {
    "position": lambda facts: -facts.recency if facts.is_tracked else None,
    "session": lambda facts: facts.folded[0],
    "folder": lambda facts: facts.folded[1] or None,
    "idle": lambda facts: -facts.active_ms or None,
    "verdict": lambda facts: TROUBLE_FIRST.index(facts.verdict),
    "bands": lambda facts: facts.bands if facts.has_state else None,
    "quality": _quality,
    "milestones": lambda facts: facts.milestones if facts.has_state else None,
    "guards": lambda facts: facts.guards if facts.has_state else None,
    "edits": lambda facts: (facts.writes, facts.files) if facts.has_state else None,
    "trigger": lambda facts: facts.folded[2] or None,
    "time": lambda facts: facts.checkpointed_ms or None,
    "checkpoints": lambda facts: facts.checkpoints,
    "bytes": lambda facts: facts.file_bytes,
}

COLUMNS: Final = frozenset(_VALUES)
"""The columns a table can be sorted by."""


def rank_by(column: str, is_reversed: bool) -> Callable[[Facts], Rank]:
    """Returns what gives a row its rank.

    Args:
        column: One of COLUMNS.
        is_reversed: Whether the rows are shown from the highest rank to the lowest.

    Raises:
        ValueError: If a table can't be sorted by it; names the nearest that it can.
    """
    value_of = _VALUES.get(column)
    if value_of is None:
        raise ValueError(f"no order by {column!r}{did_you_mean(column, COLUMNS)}")

    def rank(facts: Facts) -> Rank:
        value = value_of(facts)
        return (value is None) != is_reversed, 0 if value is None else value, facts.key

    return rank
