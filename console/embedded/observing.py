"""What an observer holds in memory: the sessions that somebody else's writing touched last."""

from __future__ import annotations

import threading
from collections.abc import Iterable

from console.embedded.homes import last_checkpoint_ms
from tracker import FolderSummary, HoldfastError, SessionTracker


def observe_newest(
    tracker: SessionTracker, folders: Iterable[FolderSummary], stopping: threading.Event
) -> None:
    """Fills an observer's memory with the newest sessions, the oldest of them first.

    Args:
        tracker: The observer.
        folders: All folders, under the sessions they are of.
        stopping: Ends it before its time.
    """
    stored = [(last_checkpoint_ms(one), one.session) for one in folders if one.state is not None]
    for at_ms, session in sorted(stored)[-tracker.capacity :]:
        if stopping.is_set():
            return
        observe(tracker, session, at_ms)


def observe(tracker: SessionTracker, session: str, at_ms: int | None) -> None:
    """Takes a session as the disk has it now; what can't be read leaves memory as it was.

    Args:
        tracker: The observer.
        session: The session's id.
        at_ms: When it was touched, Unix ms; None for now.
    """
    try:
        tracker.observe(session, at_ms)
    except HoldfastError:
        return  # Counted by the tracker, and the folder's own verdict says why.
