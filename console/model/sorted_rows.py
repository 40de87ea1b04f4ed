"""Rows kept in order as their ranks change, a few of them at a time."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping
from typing import Final

from console.model.ordering import Rank

FEW: Final = 64
"""So many changes are put in place one by one, however few rows there are."""


class SortedRows:
    """Keys in ascending order of their ranks. A rank ends with its key, so no two are equal."""

    def __init__(self) -> None:
        self._ranks: list[Rank] = []
        self._rank_of: dict[str, Rank] = {}

    def __len__(self) -> int:
        return len(self._ranks)

    def keys(self, is_reversed: bool) -> list[str]:
        """Returns the keys from the lowest rank to the highest, or the other way round."""
        ranks = reversed(self._ranks) if is_reversed else self._ranks
        return [rank[2] for rank in ranks]

    def clear(self) -> None:
        """Forgets all rows."""
        self._ranks, self._rank_of = [], {}

    def put(self, ranks: Mapping[str, Rank | None]) -> None:
        """Gives rows their ranks.

        Args:
            ranks: The new rank of each row that changed; None where it goes.

        Cost: a search for each, and a copy of the list; a sort where most rows changed.
        """
        places: list[int] = []
        added: list[Rank] = []
        for key, rank in ranks.items():
            known = self._rank_of.get(key)
            if rank == known:
                continue
            if known is not None:
                places.append(bisect_left(self._ranks, known))
                del self._rank_of[key]
            if rank is not None:
                added.append(rank)
                self._rank_of[key] = rank
        if len(places) + len(added) > FEW + len(self._ranks) // 8:
            self._ranks = sorted(self._rank_of.values())
        elif places or added:
            self._ranks = _merged(_without(self._ranks, places), added)


def _without(ranks: list[Rank], places: list[int]) -> list[Rank]:
    kept: list[Rank] = []
    start = 0
    for place in sorted(places):
        kept += ranks[start:place]
        start = place + 1
    return kept + ranks[start:]


def _merged(ranks: list[Rank], added: list[Rank]) -> list[Rank]:
    merged: list[Rank] = []
    start = 0
    for rank in sorted(added):
        place = bisect_left(ranks, rank, start)
        merged += ranks[start:place]
        merged.append(rank)
        start = place
    return merged + ranks[start:]
