"""What the tracker knows of a store: load one session, commit one session, close.

The embedded default is a state directory (`directory.py`). A store that several machines share
would be another implementation of the same three calls.

Source: DESIGN.md, section 5.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import msgspec

from tracker.events import Message
from tracker.state import SessionState


class Capture(msgspec.Struct, frozen=True):
    """One checkpoint to be written.

    Attributes:
        trigger: What made it due.
        at_ms: When, Unix ms.
        fill_pct: The reading's fill, 0 to 100; None without a reading.
        quality_score: The reading's score, 0 to 100; None without a reading.
        messages: The last messages, as the host gave them.
    """

    trigger: str
    at_ms: int
    fill_pct: int | float | None = None
    quality_score: int | float | None = None
    messages: tuple[Message, ...] = ()


class Loaded(msgspec.Struct, frozen=True):
    """One session as it was found.

    Attributes:
        state: The state to go on from.
        seq: The record's sequence number, to be handed back on commit; 0 where there is none.
        has_ended: Whether the session was released and hasn't been written since.
        is_adopted: Whether it was read from a folder of the original's that isn't its own.
        trouble: Why the state had to be rebuilt or caught up: a kind of load failure, or `behind`;
            empty where it stood as it was written.
        why: The trouble in words.
    """

    state: SessionState
    seq: int = 0
    has_ended: bool = False
    is_adopted: bool = False
    trouble: str = ""
    why: str = ""


class Saved(msgspec.Struct, frozen=True):
    """What a commit left on disk.

    Attributes:
        state: The state, united with what a foreign writer had left.
        seq: The record's new sequence number; 0 where none is left.
        trouble: Why the record that stood there had to be put aside; empty where it was fine.
        why: The trouble in words.
    """

    state: SessionState
    seq: int
    trouble: str = ""
    why: str = ""


class Store(Protocol):
    """The durable side of a tracker. Calls come one at a time; the tracker holds its lock."""

    @property
    def is_read_only(self) -> bool:
        """Whether every commit is refused."""
        ...

    def load(self, session: str) -> Loaded | None:
        """Loads one session; None if, and only if, nothing of it is stored.

        Raises:
            ReadError: If it can't be read now.
            UnsafeError: If what stands there is refused.
            NewerFormatError: If a newer Holdfast wrote it and this store would write it.
            WriteError: If a bad record could not be put aside.
        """
        ...

    def commit(
        self,
        session: str,
        state: SessionState,
        *,
        seq: int,
        captures: Sequence[Capture] = (),
        ends: bool = False,
        spill: bool = True,
    ) -> Saved:
        """Makes a session's state durable before it returns.

        Args:
            session: The session's id.
            state: Its state in memory.
            seq: The sequence number that was loaded or saved last; anything else on disk means
                that somebody else wrote, and is united with.
            captures: Checkpoints to write before the state.
            ends: Whether this releases the session: what the last checkpoint wrote stays.
            spill: Whether transient fields newer than the last checkpoint are kept.

        Raises:
            StoreError: If any step fails. A later load gives the state from before the call.
            ReadOnlyError: If the store only reads.
        """
        ...

    def close(self) -> None:
        """Lets go of whatever the store holds. Safe to call twice."""
        ...
