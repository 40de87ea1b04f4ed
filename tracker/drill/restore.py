"""The restore drill: every session on disk, on a scratch copy, evicted and rehydrated.

Of each session: what the owner loads is compared with what its record says, read apart from the
store that is drilled. Then it is worked on, so that memory is newer than the disk, evicted, which
spills, and rehydrated, and is compared again.

Source: DESIGN.md, section 9.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Sequence
from contextlib import closing, suppress
from random import Random
from typing import Final

from msgspec.structs import replace

from tracker.drill.choose import Choice, batches, choose
from tracker.drill.compare import compared, judged
from tracker.drill.report import Draft, Ending, Progress, Report
from tracker.drill.scratch import Wrap, as_it_is, copy_state, scratch_directory
from tracker.errors import StoreError
from tracker.events import Event
from tracker.policy import Rules
from tracker.sessions.tracker import SessionTracker, wall_clock_ms
from tracker.state import SessionState
from tracker.store.directory import open_store
from tracker.store.files import Folder, open_root
from tracker.store.summary import FolderSummary
from tracker.store.survey import Survey

MOST_EDITS: Final = 3


def drill_restore(
    directory: str | os.PathLike[str],
    *,
    count: int | None = None,
    sessions: Collection[str] | None = None,
    seed: int = 1,
    rules: Rules | None = None,
    wrap: Wrap = as_it_is,
    progress: Progress | None = None,
    clock: Callable[[], int] = wall_clock_ms,
    scratch: str | None = None,
) -> Report:
    """Evicts and rehydrates the sessions of a state directory on a scratch copy of it.

    The directory is only read, and may have an owner.

    Args:
        directory: The state directory.
        count: Only so many sessions, those whose last activity lies furthest back; None for all.
        sessions: Only those with these ids; None for all.
        seed: Decides how each session is worked on before it is evicted.
        rules: The policy's numbers; the original's by default.
        wrap: Put around the copy's store.
        progress: Told how far it is; False stops it.
        clock: Returns Unix ms.
        scratch: Where the copy is made; see `scratch_directory`.

    Returns:
        The report.

    Raises:
        DirectoryError: If the directory can't be opened, or the copy can't be made.
        ReadError: If the directory can't be listed.
        WriteError: If the copy can't be written, as on a full disk.

    Cost: 1 ms a session, at most 64 KiB and a manifest of disk each, and no sync.
    """
    path = os.path.abspath(os.path.expanduser(directory))
    draft = Draft("restore", seed, clock(), directory=path)
    with (
        closing(open_root(path)) as source,
        scratch_directory(len(source.names()) if count is None else count, scratch) as at,
        closing(open_root(at)) as target,
    ):
        only = None
        if count is not None or sessions is not None:
            choice = _choice(source, count, sessions)
            only = {summary.folder for summary in choice.taken}
            _leave(draft, choice)
        copied = copy_state(source, target, only=only, progress=_part(progress, 0))
        draft.was_stopped = not copied.is_whole
        for folder, why in copied.refused.items():
            draft.skip(folder, why)
        if copied.is_whole:
            choice = _choice(target)
            _leave(draft, choice)
            store = wrap(open_store(at, durability="process", clock=clock))
            tracker = SessionTracker(store, rules=rules, clock=clock)
            try:
                _drill(tracker, choice.taken, Random(seed), draft, _part(progress, 1))  # noqa: S311
            finally:
                with suppress(StoreError):  # What can't be spilled has failed its drill already.
                    tracker.close()
    return draft.report()


def _drill(
    tracker: SessionTracker,
    folders: Sequence[FolderSummary],
    random: Random,
    draft: Draft,
    progress: Progress | None,
) -> None:
    done = 0
    for batch in batches(folders):
        for summary in batch:
            try:
                _compare_with_record(tracker, summary, draft)
                _work_on(tracker, summary.session, random)
            except StoreError as error:
                draft.fail(summary.session, str(error))
        for summary, drilled in zip(
            batch, tracker.drill(one.session for one in batch), strict=True
        ):
            draft.loaded(drilled.load_ns)
            found = judged(drilled)
            if found.ended is Ending.PASSED and summary.trouble:
                found = replace(found, why=f"{summary.trouble} at first: {summary.why}")
            draft.add(found)
        done += len(batch)
        if progress is not None and not progress(done, len(folders)):
            draft.was_stopped = done < len(folders)
            return


def _compare_with_record(tracker: SessionTracker, summary: FolderSummary, draft: Draft) -> None:
    session, recorded = summary.session, summary.state or SessionState()
    found = compared(session, recorded, tracker.recall(session))
    if found.ended is Ending.FAILED:
        draft.add(found)


def _work_on(tracker: SessionTracker, session: str, random: Random) -> None:
    """Makes memory newer than the disk by a turn and some edits, of files no other session has."""
    tracker.handle(Event("agent_turn_prepare", session))
    for _ in range(random.randint(1, MOST_EDITS)):
        file = f"drill/{random.getrandbits(64):016x}"
        tracker.handle(Event("after_tool_call", session, tool="Edit", file=file))


def _choice(
    root: Folder, count: int | None = None, sessions: Collection[str] | None = None
) -> Choice:
    survey = Survey(root)
    survey.sweep()
    return choose(survey.summaries, count=count, sessions=sessions)


def _leave(draft: Draft, choice: Choice) -> None:
    for session, why in choice.left.items():
        draft.skip(session, why)


def _part(progress: Progress | None, part: int) -> Progress | None:
    """Returns the progress of the first or second half of the work."""
    if progress is None:
        return None
    return lambda done, total: progress(part * total + done, 2 * total)
