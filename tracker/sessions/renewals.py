"""Touches that need no lock: those of sessions that were touched since the clock was read last.

The first touch of a session takes the tracker's lock and enters the session here. Each one after it
is a move to the end of this order and a count, until somebody takes the lock and reads the clock:
then all are caught up with, in the order of their last touches, and leave this order. So whoever
holds the lock and has caught up finds nothing here, and no touch goes past him.

Safe for several threads, for three reasons. Sessions enter and leave under the lock. Moving one is
a single call of a C method on plain text, which the interpreter's lock makes whole: it comes before
the session is taken out, and is caught up with, or after, and then it fails and takes the lock. And
between reading the count and writing it no thread can take another's turn, for there is no call.
A Python without that lock never enters a session here.
"""

from __future__ import annotations

import sys
from collections import OrderedDict
from collections.abc import Callable
from typing import Final

IS_GUARDED: Final = sys.implementation.name == "cpython" and "t" not in sys.abiflags
"""Whether this is CPython with the interpreter's lock. Source: the `t` of PEP 703."""


class Renewals:
    """The sessions touched since the clock was read last, in the order of their last touches.

    Args:
        otherwise: Touches a session that isn't here; takes the lock.

    Attributes:
        touch: Touches a session.
        take_hits: Returns how many touches there were here since it was called last.
        sessions: The sessions. Changes only under the lock, but for its order.
    """

    __slots__ = ("sessions", "take_hits", "touch")

    def __init__(self, otherwise: Callable[[str], None]) -> None:
        # Closures, for their names are found faster than an object's attributes: a method would
        # take a third longer.
        sessions: OrderedDict[str, None] = OrderedDict()
        make_newest = sessions.move_to_end
        hits = 0

        def touch(session: str) -> None:
            nonlocal hits
            try:
                make_newest(session)
            except KeyError:
                pass
            else:
                hits += 1
                return
            otherwise(session)

        def take_hits() -> int:
            nonlocal hits
            taken, hits = hits, 0
            return taken

        self.sessions = sessions
        self.touch = touch
        self.take_hits = take_hits
