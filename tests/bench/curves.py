"""All curves of the plot, in the order they are shown: one figure over the number of sessions."""

from __future__ import annotations

from typing import Final

from . import eviction, live, scanning, touch
from .curve import Curve

CURVES: Final[tuple[Curve, ...]] = (
    touch.CURVE,
    eviction.CURVE,
    scanning.CURVE,
    live.CURVE,
)
