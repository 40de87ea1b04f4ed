"""Pruning: deletes what a plan of `retention` says, and nothing else.

Every folder is looked at again first, and every file once more before it goes. What changed since
the plan was made is alive again, and is left alone.

Source: DESIGN.md, section 5.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Collection
from contextlib import AbstractContextManager, nullcontext
from typing import Final, Protocol, runtime_checkable

import msgspec

from tracker.errors import ReadOnlyError, StoreError, UnsafeError
from tracker.store.directory import DirectoryStore
from tracker.store.durable import remove_file, remove_folder_quietly, sync_folder
from tracker.store.files import Folder, open_root
from tracker.store.lock import acquire
from tracker.store.retention import (
    PlannedFolder,
    PrunePlan,
    names_of,
    stamp_of,
    stamp_of_folder,
)

CAME_ALIVE: Final = "it changed since the plan was made"


@runtime_checkable
class Holding(Protocol):
    """What can be kept from changing for a moment; a tracker can."""

    def holding(self) -> AbstractContextManager[None]:
        """Keeps every other thread from changing it."""
        ...


class Pruned(msgspec.Struct, frozen=True):
    """What came of one folder of a plan.

    Attributes:
        folder: Its name.
        session: The session's id.
        is_done: Whether all its planned files are gone.
        files: How many were deleted.
        file_bytes: How many bytes that were.
        is_removed: Whether the folder itself is gone; not where files of others are in it.
        why: Why it was skipped, or stopped half way.
        has_failed: Whether that was because the disk refused, not because it came alive.
    """

    folder: str
    session: str
    is_done: bool
    files: int = 0
    file_bytes: int = 0
    is_removed: bool = False
    why: str = ""
    has_failed: bool = False


def open_to_prune(path: str | os.PathLike[str], clock: Callable[[], int]) -> DirectoryStore:
    """Opens a state directory as its owner, to prune it: unlike `open_store`, nothing is swept.

    Raises:
        DirectoryError: If it can't be opened; it is never made.
        OwnedError: If another process owns it.
    """
    root = open_root(os.path.abspath(os.path.expanduser(path)))
    try:
        return DirectoryStore(root, acquire(root, clock()), "power", clock)
    except BaseException:
        root.close()
        raise


def apply_prune(
    store: DirectoryStore,
    plan: PrunePlan,
    *,
    tracked: Collection[str] = (),
    progress: Callable[[int, int], bool] | None = None,
) -> tuple[Pruned, ...]:
    """Deletes the files of a plan.

    Args:
        store: The open state directory, its owner's.
        plan: The plan, made on the same directory.
        tracked: The sessions in memory; a tracker is such a collection. They are skipped, those
            that come meanwhile too: the tracker is held while one folder goes, and let go of
            before the next.
        progress: Told how many of how many folders are done; False stops between two.

    Returns:
        What came of each folder that was to go, as far as it came. Never raises for one of them.

    Raises:
        ReadOnlyError: If the store only reads.
        WriteError: If the directory can't be synced at the end; the files are deleted.

    Cost: two syncs a folder, and a look at all that is tracked.
    """
    if store.is_read_only:
        raise ReadOnlyError(f"{store.root.path}: opened to observe, nothing is deleted")
    pruned = []
    going = plan.going
    held = _Held(tracked)
    for done, planned in enumerate(going, start=1):
        with tracked.holding() if isinstance(tracked, Holding) else nullcontext():
            if held.has(planned):
                why = "tracked in memory"
                pruned.append(Pruned(planned.folder, planned.session, False, why=why))
            else:
                pruned.append(_prune(store.root, planned))
        if progress is not None and not progress(done, len(going)):
            break
    if any(one.is_removed for one in pruned):
        sync_folder(store.root)
    return tuple(pruned)


class _Held:
    """Tells what is tracked, or was since the plan began to be applied."""

    def __init__(self, tracked: Collection[str]) -> None:
        self._tracked = tracked
        self._sessions: set[str] = set()
        self._names: set[str] = set()

    def has(self, planned: PlannedFolder) -> bool:
        for session in self._tracked:
            if session not in self._sessions:
                self._sessions.add(session)
                self._names.update(names_of(session))
        return planned.session in self._names or planned.folder in self._names


def _prune(root: Folder, planned: PlannedFolder) -> Pruned:
    files = file_bytes = 0
    why = ""
    is_removed = has_failed = False
    try:
        folder = root.open_folder(planned.folder)
        if folder is None:
            return Pruned(planned.folder, planned.session, False, why="gone already")
        with folder:
            if _has_changed(folder, planned):
                return Pruned(planned.folder, planned.session, False, why=CAME_ALIVE)
            for file in planned.files:
                if file is planned.files[-1]:
                    sync_folder(folder)  # A power cut, too, takes the last one last.
                status = folder.status(file.name)
                if status is None or stamp_of(status) != file.stamp:
                    why = f"{file.name}: {CAME_ALIVE}"
                    break
                remove_file(folder, file.name, sync=False)
                files += 1
                file_bytes += file.file_bytes
            else:
                sync_folder(folder)
        if not why and not planned.others:
            remove_folder_quietly(root, planned.folder)
            is_removed = root.status(planned.folder) is None
    except StoreError as error:
        why, has_failed = str(error), not isinstance(error, UnsafeError)
    return Pruned(
        planned.folder,
        planned.session,
        not why,
        files,
        file_bytes,
        is_removed,
        why,
        has_failed,
    )


def _has_changed(folder: Folder, planned: PlannedFolder) -> bool:
    if stamp_of_folder(folder) != planned.stamp:
        return True
    expected = {file.name: file.stamp for file in planned.files}
    if set(folder.names()) != expected.keys() | set(planned.others):
        return True
    for name, stamp in expected.items():
        status = folder.status(name)
        if status is None or stamp_of(status) != stamp:
            return True
    return False
