"""The order of a change on disk, and what is synced when: file, manifest line, state."""

from __future__ import annotations

import errno
import os
from pathlib import Path
from typing import Any

import pytest
from conftest import Open
from directories import MANIFEST, manifest_lines
from faulty_os import is_folder, watched
from feeds import NOW_MS, compact, edit, end, turn

from tracker import WriteError


def test_a_first_checkpoint_is_folder_file_manifest_state_each_synced_before_the_next(
    open_owner: Open,
) -> None:
    owner = open_owner(durability="power")
    steps: list[str] = []

    def watch(name: str, args: tuple[Any, ...], options: dict[str, Any]) -> None:
        if name == "fsync":
            path = os.readlink(f"/proc/self/fd/{args[0]}") if has_proc else ""
            steps.append("sync " + (os.path.basename(path) if is_folder(args[0]) else "file"))
        elif name == "rename":
            steps.append(f"rename to *.{args[1].rpartition('.')[2]}")
        elif name in ("mkdir", "write"):
            steps.append(name)

    has_proc = os.path.exists("/proc/self/fd")
    with watched(watch):
        owner.handle(compact("s-1", NOW_MS))
    if has_proc:
        replaced = ["write", "sync file"]
        assert steps == [
            *("mkdir", "sync state"),
            *(*replaced, "rename to *.md", "sync s-1"),
            *(*replaced, "sync s-1"),
            *(*replaced, "rename to *.json", "sync s-1"),
        ]
    steps.clear()
    with watched(watch):
        owner.handle(turn("s-1", NOW_MS))
    assert len([step for step in steps if step.startswith("sync")]) == 2


def test_a_manifest_whose_sync_failed_is_replaced_and_not_synced_again(
    root: Path, open_owner: Open
) -> None:
    owner = open_owner(durability="power")
    owner.handle(compact("s-1", NOW_MS, "one"))
    manifest = root / "s-1" / MANIFEST
    doubtful = manifest.stat().st_ino
    held = manifest.open("rb")
    synced: list[int] = []

    def watch(name: str, args: tuple[Any, ...], options: dict[str, Any]) -> None:
        if name == "fsync":
            synced.append(os.fstat(args[0]).st_ino)
            if synced.count(doubtful) == 1 and synced[-1] == doubtful:
                raise OSError(errno.EIO, os.strerror(errno.EIO))

    with held, watched(watch):
        with pytest.raises(WriteError):
            owner.handle(compact("s-1", NOW_MS, "two"))
        owner.handle(compact("s-1", NOW_MS, "two"))
        owner.handle(compact("s-1", NOW_MS, "three"))
    assert synced.count(doubtful) == 1
    assert manifest.stat().st_ino != doubtful
    assert len(manifest_lines(root / "s-1")) == 3


def test_with_process_durability_nothing_is_ever_synced(open_owner: Open) -> None:
    owner = open_owner(capacity=1)
    calls: list[str] = []
    with watched(lambda name, args, options: calls.append(name)):
        owner.handle(compact("s-1", NOW_MS))
        owner.handle(edit("s-1", NOW_MS, "a.py"))
        owner.handle(end("s-2", NOW_MS))
        owner.handle(turn("s-2", NOW_MS))
    assert "rename" in calls
    assert "fsync" not in calls
