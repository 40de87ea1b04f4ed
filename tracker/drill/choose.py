"""Which sessions of a state directory a drill takes, and why it can't take the others. Pure.

Source: DESIGN.md, section 9.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Final, NamedTuple, TypeVar

from tracker.store.folders import folders_of, original_folder
from tracker.store.summary import FolderSummary

TOGETHER: Final = 32
"""How many sessions are evicted before the first of them comes back, and in one hold of the lock:
few enough that the events of a busy gateway wait for well under a tenth of a second."""

Item = TypeVar("Item")


class Choice(NamedTuple):
    """What a drill takes of a state directory.

    Attributes:
        taken: A folder for each session to be drilled; ids that might be mixed up stand together.
        left: Why the others are left out, by session.
    """

    taken: tuple[FolderSummary, ...]
    left: dict[str, str]


def choose(
    summaries: Iterable[FolderSummary],
    *,
    count: int | None = None,
    sessions: Collection[str] | None = None,
) -> Choice:
    """Chooses the sessions to be drilled.

    Args:
        summaries: The folders of the directory.
        count: Only so many of them, those whose last activity lies furthest back.
        sessions: Only those with these ids.
    """
    by_session: dict[str, FolderSummary] = {}
    left: dict[str, str] = {}
    for summary in sorted(summaries, key=_home_first):
        session = summary.session
        if sessions is not None and session not in sessions:
            continue
        if session in by_session:
            left[summary.folder] = f"the session {session!r} lives in another folder"
        elif why := _why_not(summary):
            left[session] = why
        else:
            by_session[session] = summary
    for session in sessions or ():
        if session not in by_session and session not in left:
            left[session] = "no folder of this directory is this session's"
    taken = sorted(by_session.values(), key=_idle_longest)
    if count is not None:
        taken = taken[:count]
    return Choice(tuple(sorted(taken, key=_twins_together)), left)


def batches(items: Sequence[Item], most: int = TOGETHER) -> Iterator[Sequence[Item]]:
    """Yields so many of a sequence at a time as are drilled together, at most `most`."""
    size = min(TOGETHER, most)
    for start in range(0, len(items), size):
        yield items[start : start + size]


def _why_not(summary: FolderSummary) -> str:
    if summary.trouble == "unsafe":
        return summary.why
    if summary.newer_format:
        return f"written in format {summary.newer_format}, by a newer Holdfast"
    if summary.state is None:
        return summary.why or "nothing of it is stored"
    if summary.folder not in _homes(summary.session):
        return f"its id can't be told: {summary.why or 'no id has a folder of this name'}"
    return ""


def _home_first(summary: FolderSummary) -> tuple[int, str]:
    homes = _homes(summary.session)
    place = homes.index(summary.folder) if summary.folder in homes else len(homes)
    return place, summary.folder


def _homes(session: str) -> tuple[str, ...]:
    """Returns the folders a session may be in; none for a name that can be no id."""
    try:
        return *folders_of(session), original_folder(session)
    except UnicodeEncodeError:  # A surrogate stands for a byte that is no UTF-8.
        return ()


def _idle_longest(summary: FolderSummary) -> tuple[int, str]:
    state = summary.state
    last_ms = max(state.last_checkpoint_ms, state.last_evaluated_ms) if state else 0
    return last_ms, summary.folder


def _twins_together(summary: FolderSummary) -> tuple[str, str]:
    return original_folder(summary.session).casefold(), summary.session
