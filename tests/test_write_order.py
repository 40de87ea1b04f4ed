"""The order of a change on disk, and what is synced when: file, manifest line, state."""

from __future__ import annotations

import errno
import os
from pathlib import Path
from typing import Any

import pytest
from conftest import Open
from directories import MANIFEST, manifest_lines, read_state
from faulty_os import watched
from feeds import NOW_MS, compact, edit, end, turn

from tracker import WriteError
from tracker.store.durable import is_temporary


def test_a_first_checkpoint_is_folder_file_manifest_state_each_synced_before_the_next(
    open_owner: Open,
) -> None:
    owner = open_owner(durability="power")
    steps: list[str] = []

    def name_of(fd: int) -> str:
        name = os.path.basename(os.readlink(f"/proc/self/fd/{fd}")) if has_proc else ""
        return "temporary" if is_temporary(name) else name

    def watch(name: str, args: tuple[Any, ...], options: dict[str, Any]) -> None:
        if name == "fsync":
            steps.append(f"sync {name_of(args[0])}")
        elif name == "rename":
            steps.append(f"rename to *.{args[1].rpartition('.')[2]}")
        elif name == "write":
            steps.append(f"write {name_of(args[0])}")
        elif name == "mkdir":
            steps.append(name)

    has_proc = os.path.exists("/proc/self/fd")
    with watched(watch):
        owner.handle(compact("s-1", NOW_MS))
    if has_proc:
        assert steps == [
            *("mkdir", "sync state"),
            *("write temporary", "sync temporary", "rename to *.md", "sync s-1"),
            "write temporary",  # The record, which nothing shows before its rename.
            *(f"write {MANIFEST}", f"sync {MANIFEST}", "sync s-1"),
            *("sync temporary", "rename to *.json", "sync s-1"),
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


def test_a_record_that_was_drafted_is_drafted_anew_where_another_line_came_meanwhile(
    root: Path, open_owner: Open
) -> None:
    owner = open_owner(durability="power")
    owner.handle(compact("s-1", NOW_MS, "one"))
    manifest = root / "s-1" / MANIFEST
    theirs = manifest.read_bytes()
    renamed: list[str] = []

    def watch(name: str, args: tuple[Any, ...], options: dict[str, Any]) -> None:
        if name == "rename":
            renamed.append(args[1])
            if len(renamed) == 1:
                with manifest.open("ab") as file:
                    file.write(theirs)

    with watched(watch):
        owner.handle(compact("s-1", NOW_MS, "two"))
    assert [name.rpartition(".")[2] for name in renamed] == ["md", "json"]
    assert len(manifest_lines(root / "s-1")) == 3
    assert read_state(root / "s-1")["holdfast"]["manifestBytes"] == len(theirs)
    assert not [name for name in os.listdir(root / "s-1") if is_temporary(name)]


def test_a_draft_is_gone_where_the_line_it_accounts_for_could_not_be_written(
    root: Path, open_owner: Open
) -> None:
    owner = open_owner(durability="power")
    owner.handle(compact("s-1", NOW_MS, "one"))
    before = set(os.listdir(root / "s-1"))

    def watch(name: str, args: tuple[Any, ...], options: dict[str, Any]) -> None:
        if name == "open" and args[0] == MANIFEST and args[1] & os.O_APPEND:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with watched(watch), pytest.raises(WriteError):
        owner.handle(compact("s-1", NOW_MS, "two"))
    assert set(os.listdir(root / "s-1")) == before
