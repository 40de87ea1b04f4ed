"""All rows of the table, in the order they are shown: one module a group."""

from __future__ import annotations

from typing import Final

from . import (
    changes,
    checkpoints,
    eviction,
    handling,
    headless,
    idle,
    live,
    memory,
    paint,
    recovery,
    rehydration,
    replaying,
    scanning,
    touch,
)
from .row import Row

ROWS: Final[tuple[Row, ...]] = (
    *touch.ROWS,
    *eviction.ROWS,
    *handling.ROWS,
    *memory.ROWS,
    *checkpoints.ROWS,
    *rehydration.ROWS,
    *scanning.ROWS,
    *replaying.ROWS,
    *headless.ROWS,
    *live.ROWS,
    *paint.ROWS,
    *changes.ROWS,
    *recovery.ROWS,
    *idle.ROWS,
)
