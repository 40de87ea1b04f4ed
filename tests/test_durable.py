"""Durable writes: their order, and what stands where a step of them fails."""

from __future__ import annotations

import errno
import os
import re
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from faulty_os import FailNth, fail, is_folder, watched

from tracker import DirectoryError, UnsafeError, WriteError
from tracker.store import durable
from tracker.store.durable import (
    Draft,
    append_line,
    is_temporary,
    make_folder,
    make_root,
    remove_file,
    replace_file,
    sync_file,
)
from tracker.store.files import Folder, open_root


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Folder]:
    """An open folder."""
    with open_root(str(tmp_path)) as opened:
        yield opened


class Steps:
    """Writes down the calls of a write, each in a word or two."""

    def __init__(self) -> None:
        self.taken: list[str] = []
        self.opened: list[tuple[str, int, int]] = []

    def __call__(self, name: str, args: tuple[Any, ...], options: dict[str, Any]) -> None:
        if name == "open":
            self.opened.append(args)
        if name == "fsync":
            self.taken.append("sync folder" if is_folder(args[0]) else "sync file")
        elif name in ("open", "write", "rename", "mkdir", "unlink"):
            self.taken.append(name)


def test_a_replace_is_temporary_write_sync_rename_and_sync_of_the_folder(folder: Folder) -> None:
    steps = Steps()
    with watched(steps):
        replace_file(folder, "state", b"new", sync=True)
    assert steps.taken == ["open", "write", "sync file", "rename", "sync folder"]
    ((name, flags, mode),) = steps.opened
    assert re.fullmatch(rf"\.holdfast-{os.getpid()}-[0-9a-f]{{16}}-[0-9]+\.tmp", name)
    assert is_temporary(name)
    assert flags & os.O_EXCL
    assert flags & os.O_NOFOLLOW
    assert mode == 0o600


def test_without_syncing_the_order_is_the_same_less_the_syncs(folder: Folder) -> None:
    steps = Steps()
    with watched(steps):
        replace_file(folder, "state", b"new", sync=False)
        append_line(folder, "log", b"line", sync=False)
    assert steps.taken == ["open", "write", "rename", "open", "open", "write"]


def test_a_replaced_file_has_the_new_content_and_mode_0600(folder: Folder, tmp_path: Path) -> None:
    (tmp_path / "state").write_bytes(b"a longer old content")
    (tmp_path / "state").chmod(0o644)
    replace_file(folder, "state", b"new", sync=True)
    assert (tmp_path / "state").read_bytes() == b"new"
    assert stat.S_IMODE((tmp_path / "state").stat().st_mode) == 0o600
    assert os.listdir(tmp_path) == ["state"]


@pytest.mark.parametrize("step", range(4))
def test_up_to_the_rename_a_failure_leaves_the_old_file_and_no_other(
    step: int, folder: Folder, tmp_path: Path
) -> None:
    (tmp_path / "state").write_bytes(b"old")
    with watched(FailNth(step)), pytest.raises(WriteError, match="No space left") as caught:
        replace_file(folder, "state", b"new", sync=True)
    assert caught.value.path == f"{tmp_path}/state"
    assert (tmp_path / "state").read_bytes() == b"old"
    assert os.listdir(tmp_path) == ["state"]


def test_after_a_failed_sync_the_same_file_is_never_synced_again(
    folder: Folder, tmp_path: Path
) -> None:
    synced: list[int] = []

    def refuse_files(name: str, args: tuple[Any, ...], options: dict[str, Any]) -> None:
        if name == "fsync":
            synced.append(os.fstat(args[0]).st_ino)
            raise OSError(errno.EIO, os.strerror(errno.EIO))

    (tmp_path / "state").write_bytes(b"old")
    keep_inodes_apart = [(tmp_path / f"keep-{number}").open("w") for number in range(3)]
    for keep in keep_inodes_apart:
        with watched(refuse_files), pytest.raises(WriteError):
            replace_file(folder, "state", b"new", sync=True)
        keep.close()
    assert len(synced) == 3, "one sync of the file, none of the folder, at each try"
    assert (tmp_path / "state").read_bytes() == b"old"


def test_a_failed_sync_of_the_folder_is_an_error_though_the_file_is_new(
    folder: Folder, tmp_path: Path
) -> None:
    with watched(FailNth(4, errno.EIO)), pytest.raises(WriteError, match="can't be written"):
        replace_file(folder, "state", b"new", sync=True)
    assert os.listdir(tmp_path) == ["state"]


def test_a_short_write_is_gone_on_with(
    folder: Folder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = os.write
    monkeypatch.setattr(os, "write", lambda fd, data: write(fd, bytes(data[:3])))
    replace_file(folder, "state", b"0123456789", sync=False)
    assert (tmp_path / "state").read_bytes() == b"0123456789"


def test_a_line_is_appended_in_one_write_and_synced_with_its_new_folder_entry(
    folder: Folder, tmp_path: Path
) -> None:
    steps = Steps()
    with watched(steps):
        assert append_line(folder, "log", b"one", sync=True) == (0, 4)
    assert steps.taken == ["open", "open", "write", "sync file", "sync folder"]
    steps = Steps()
    with watched(steps):
        assert append_line(folder, "log", b"two", sync=True) == (4, 8)
    assert steps.taken == ["open", "write", "sync file"]
    assert (tmp_path / "log").read_bytes() == b"one\ntwo\n"
    assert stat.S_IMODE((tmp_path / "log").stat().st_mode) == 0o600


def test_a_torn_last_line_is_closed_off_before_the_next(folder: Folder, tmp_path: Path) -> None:
    (tmp_path / "log").write_bytes(b"one\n{to")
    append_line(folder, "log", b"two", sync=False)
    assert (tmp_path / "log").read_bytes() == b"one\n{to\ntwo\n"


@pytest.mark.parametrize("kind", ["symlink", "hard link", "fifo", "folder"])
def test_nothing_is_appended_to_what_is_no_plain_file_of_ours(
    kind: str, folder: Folder, tmp_path: Path
) -> None:
    target = tmp_path / "target"
    target.write_bytes(b"precious\n")
    if kind == "symlink":
        (tmp_path / "log").symlink_to(target)
    elif kind == "hard link":
        os.link(target, tmp_path / "log")
    elif kind == "fifo":
        os.mkfifo(tmp_path / "log")
    else:
        (tmp_path / "log").mkdir()
    with pytest.raises(UnsafeError, match="refused"):
        append_line(folder, "log", b"line", sync=True)
    assert target.read_bytes() == b"precious\n"


def test_a_link_in_a_files_place_is_replaced_not_followed(folder: Folder, tmp_path: Path) -> None:
    (tmp_path / "target").write_bytes(b"precious")
    (tmp_path / "state").symlink_to(tmp_path / "target")
    replace_file(folder, "state", b"new", sync=True)
    assert (tmp_path / "target").read_bytes() == b"precious"
    assert not (tmp_path / "state").is_symlink()


def test_a_new_folder_is_0700_and_an_old_one_is_opened(folder: Folder, tmp_path: Path) -> None:
    with make_folder(folder, "s-1"):
        assert stat.S_IMODE((tmp_path / "s-1").stat().st_mode) == 0o700
    with make_folder(folder, "s-1") as again:
        assert again.path == f"{tmp_path}/s-1"


def test_a_folder_that_cannot_be_made_is_an_error_with_its_path(folder: Folder) -> None:
    refuse = fail(errno.EDQUOT, "mkdir")
    with watched(refuse), pytest.raises(WriteError, match="s-1") as caught:
        make_folder(folder, "s-1")
    assert caught.value.path.endswith("/s-1")


def test_a_root_is_made_with_what_is_missing_above_it_each_synced_into_its_parent(
    tmp_path: Path,
) -> None:
    steps = Steps()
    with watched(steps):
        make_root(str(tmp_path / "a" / "b"), sync=True)
    synced = ["open", "sync folder"]
    assert steps.taken == [*synced, "mkdir", *synced, "mkdir", *synced]
    for folder in (tmp_path / "a", tmp_path / "a" / "b"):
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    steps.taken.clear()
    with watched(steps):
        make_root(str(tmp_path / "a" / "b"), sync=True)
    assert steps.taken == synced
    with watched(fail(errno.EACCES, "open")):
        make_root(str(tmp_path / "a" / "b"), sync=True)


def test_a_root_whose_sync_failed_is_made_anew_the_next_time(tmp_path: Path) -> None:
    failing = FailNth(2, errno.EIO)
    with watched(failing), pytest.raises(DirectoryError, match="can't be made: Input/output"):
        make_root(str(tmp_path / "state"), sync=True)
    assert not (tmp_path / "state").exists()


def test_a_root_that_cannot_be_made_says_why(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(DirectoryError, match="can't be made: Not a directory"):
        make_root(str(tmp_path / "file" / "state"), sync=False)


def test_what_another_wrote_is_synced_with_its_entry(folder: Folder, tmp_path: Path) -> None:
    sync_file(folder, "log")
    (tmp_path / "log").write_bytes(b"one\n")
    steps = Steps()
    with watched(steps):
        sync_file(folder, "log")
    assert steps.taken == ["open", "sync file", "sync folder"]
    (tmp_path / "link").symlink_to(tmp_path / "log")
    with pytest.raises(UnsafeError, match="refused"):
        sync_file(folder, "link")


def test_removing_a_file_that_is_gone_is_no_error(folder: Folder, tmp_path: Path) -> None:
    (tmp_path / "state").write_bytes(b"old")
    remove_file(folder, "state", sync=True)
    remove_file(folder, "state", sync=True)
    assert os.listdir(tmp_path) == []
    with watched(fail(errno.EROFS, "unlink")), pytest.raises(WriteError, match="Read-only"):
        remove_file(folder, "state", sync=True)


@pytest.mark.parametrize(
    ("name", "is_one"),
    [
        (".holdfast-1-ab.tmp", True),
        (".holdfast.lock", False),
        ("x.tmp", False),
        (".holdfast-", False),
    ],
)
def test_temporary_names_are_told_from_others(name: str, is_one: bool) -> None:
    assert is_temporary(name) is is_one


def test_a_draft_shows_nothing_until_it_is_put_and_is_gone_once_it_is_dropped(
    folder: Folder, tmp_path: Path
) -> None:
    (tmp_path / "state").write_bytes(b"old")
    dropped, put = (Draft(folder, "state", data, sync=True) for data in (b"dropped", b"put"))
    put.hurry()
    assert (tmp_path / "state").read_bytes() == b"old"
    dropped.drop()
    put.put()
    put.drop()
    assert (tmp_path / "state").read_bytes() == b"put"
    assert os.listdir(tmp_path) == ["state"]


def test_a_system_that_cannot_be_hurried_writes_all_the_same(
    folder: Folder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(durable, "_WRITE_OUT", None)
    draft = Draft(folder, "state", b"new", sync=True)
    draft.hurry()
    draft.put()
    assert (tmp_path / "state").read_bytes() == b"new"
