"""What a row of the reliability suite comes to, and the seed of the random ones."""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Callable
from pathlib import Path
from time import perf_counter
from typing import Any

import msgspec

FOUND = Path(__file__).parent.parent / "data" / "found"
"""Where the cases that failed are kept; a test replays each of them."""

MOST_KEPT = 20
"""How many cases of one row are kept: what breaks a promise at its root breaks it thousandfold."""


class RowResult(msgspec.Struct, frozen=True):
    """What one row came to.

    Attributes:
        name: The row's name.
        figures: What was counted, in the order it is shown: `{"kills": 1000, ...}`.
        violations: What did not hold, one line each; empty where the promise holds.
        seconds: How long it took.
        seed: What HOLDFAST_SEED must be to draw the same cases again; None where none are drawn.
        note: What a reader must know of the figures; empty where nothing.
    """

    name: str
    figures: dict[str, int]
    violations: tuple[str, ...] = ()
    seconds: float = 0.0
    seed: int | None = None
    note: str = ""

    def __str__(self) -> str:
        parts = [f"{count:,} {what}" for what, count in self.figures.items()]
        parts += [f"{len(self.violations)} violations", f"{self.seconds:.1f} s"]
        parts += [] if self.seed is None else [f"HOLDFAST_SEED={self.seed}"]
        line = f"{self.name}: {', '.join(parts)}" + (f"  ({self.note})" if self.note else "")
        return "\n".join([line, *(f"    {violation}" for violation in self.violations[:20])])


Row = Callable[[bool], RowResult]
"""A row: takes whether to be quick."""


Replay = Callable[[dict[str, Any]], list[str]]
"""Tries a kept case again; returns what is violated."""


def base_seed() -> int:
    """Returns the seed of a run: HOLDFAST_SEED where that is set, else a fresh one."""
    given = os.environ.get("HOLDFAST_SEED")
    return int(given) if given else secrets.randbelow(1_000_000_000)


def keep_found(row: str, seed: int, case: dict[str, Any], violations: list[str]) -> None:
    """Keeps a failing case as a fixture, named by its row and seed, unless there are many."""
    FOUND.mkdir(parents=True, exist_ok=True)
    if len(list(FOUND.glob(f"{row}-*.json"))) >= MOST_KEPT:
        return
    found = {"row": row, "seed": seed, "case": case, "violations": violations[:5]}
    (FOUND / f"{row}-{seed}.json").write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")


class Stopwatch:
    """Seconds since it was made."""

    def __init__(self) -> None:
        self._started = perf_counter()

    @property
    def seconds(self) -> float:
        return perf_counter() - self._started
