"""The live table under load, in a real pseudo-terminal: its frames, their cost, and its keys."""

from .watching import CURVE, ROWS

__all__ = ["CURVE", "ROWS"]
