"""All rows of the reliability suite by name."""

from __future__ import annotations

from typing import Final

from . import (
    captures,
    clocks,
    cuts,
    enormous,
    fuzz,
    guards,
    hostile,
    ids,
    kills,
    operations,
    power,
    power_feeds,
    readers,
    soak,
    tampering,
    writers,
)
from .result import Replay, Row

ROWS: Final[dict[str, Row]] = {
    "kills": kills.kills,
    "captures": captures.captures,
    "power": power.power,
    "cuts": cuts.cuts,
    "operations": operations.operations,
    "fuzz": fuzz.fuzz,
    "tampering": tampering.tampering,
    "writers": writers.writers,
    "readers": readers.readers,
    "hostile": hostile.hostile,
    "ids": ids.ids,
    "clocks": clocks.clocks,
    "guards": guards.guards,
    "soak": soak.soak,
    "enormous": enormous.enormous,
}
"""What is measured, in the order it is shown."""

REPLAYS: Final[dict[str, Replay]] = {
    "boundaries": captures.replay,
    "captures": kills.replay,
    "clocks": clocks.replay,
    "cuts": cuts.replay,
    "fuzz": fuzz.replay,
    "guards": guards.replay,
    "hostile": hostile.replay,
    "ids": ids.replay,
    "kills": kills.replay,
    "operations": operations.replay,
    "power": power_feeds.replay,
    "power-scenes": power.replay,
    "readers": readers.replay,
    "soak": soak.replay,
    "tampering": tampering.replay,
    "writers": writers.replay,
}
"""How a fixture in `tests/data/found` is tried again, by what it was kept as."""
