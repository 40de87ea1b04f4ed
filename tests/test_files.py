"""Safe files: opened by descriptor, judged by what was opened, never waited for."""

from __future__ import annotations

import errno
import os
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import chdir, suppress
from pathlib import Path

import pytest
from faulty_os import fail, watched

from tracker import DirectoryError, ReadError, UnsafeError
from tracker.store.files import Folder, open_root

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files away")


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Folder]:
    """An open folder."""
    with open_root(str(tmp_path)) as opened:
        yield opened


def make_socket(path: Path) -> None:
    """Leaves a socket at a path, which may be longer than a socket's address."""
    with chdir(path.parent), socket.socket(socket.AF_UNIX) as one:
        one.bind(path.name)


def make_large(path: Path) -> None:
    """Makes a file of 101 bytes."""
    path.write_bytes(b"x" * 101)


def make_symlink(path: Path) -> None:
    """Makes a link to a file that could be read."""
    (path.parent / "target").write_bytes(b"secret")
    path.symlink_to(path.parent / "target")


def make_hard_link(path: Path) -> None:
    """Makes a second name for a file that could be read."""
    (path.parent / "target").write_bytes(b"secret")
    os.link(path.parent / "target", path)


KINDS: dict[str, Callable[[Path], object]] = {
    "a symbolic link": make_symlink,
    "hard links": make_hard_link,
    "a FIFO": os.mkfifo,
    "a folder": os.mkdir,
    "socket": make_socket,
    "101 bytes, more than 100": make_large,
}


@pytest.mark.parametrize("why", KINDS)
def test_what_is_no_plain_file_of_ours_is_refused_by_name_at_once(
    why: str, folder: Folder, tmp_path: Path
) -> None:
    KINDS[why](tmp_path / "state")
    with pytest.raises(UnsafeError, match=why) as caught:
        folder.read("state", 100)
    assert caught.value.path == f"{tmp_path}/state"
    if why != "101 bytes, more than 100":
        with pytest.raises(UnsafeError, match=why):
            folder.read_from("state", 0, 100)


@as_root
def test_a_file_of_somebody_else_is_refused(folder: Folder, tmp_path: Path) -> None:
    (tmp_path / "state").write_bytes(b"theirs")
    os.chown(tmp_path / "state", 12345, -1)
    with pytest.raises(UnsafeError, match="belongs to user 12345"):
        folder.read("state", 100)


@as_root
def test_a_folder_of_somebody_else_is_refused(folder: Folder, tmp_path: Path) -> None:
    (tmp_path / "s-1").mkdir()
    os.chown(tmp_path / "s-1", 12345, -1)
    with pytest.raises(UnsafeError, match="belongs to user 12345"):
        folder.open_folder("s-1")


@as_root
def test_files_of_the_directorys_owner_are_trusted(tmp_path: Path) -> None:
    (tmp_path / "state").write_bytes(b"the gateway's")
    for path in (tmp_path, tmp_path / "state"):
        os.chown(path, 12345, -1)
    with open_root(str(tmp_path)) as folder:
        assert folder.read("state", 100) == b"the gateway's"


def test_a_folder_that_is_a_link_or_a_file_is_refused(folder: Folder, tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "real")
    (tmp_path / "file").write_bytes(b"")
    os.mkfifo(tmp_path / "fifo")
    for name in ("link", "file", "fifo"):
        with pytest.raises(UnsafeError, match="refused"):
            folder.open_folder(name)


def test_only_what_is_not_there_reads_as_nothing(folder: Folder) -> None:
    assert folder.read("state", 100) is None
    assert folder.read_from("state", 0, 100) is None
    assert folder.open_folder("s-1") is None
    assert folder.status("state") is None
    assert folder.size("state") is None


@pytest.mark.parametrize("code", [errno.EACCES, errno.EMFILE, errno.ENFILE, errno.EIO])
def test_what_cannot_be_opened_now_is_a_read_error(
    code: int, folder: Folder, tmp_path: Path
) -> None:
    (tmp_path / "state").write_bytes(b"fine")
    (tmp_path / "s-1").mkdir()
    for act in (
        lambda: folder.read("state", 100),
        lambda: folder.read_from("state", 0, 100),
        lambda: folder.open_folder("s-1"),
    ):
        with watched(fail(code, "open")), pytest.raises(ReadError, match="can't be read now"):
            act()


@pytest.mark.parametrize("call", ["read", "fstat"])
def test_a_read_that_breaks_off_is_a_read_error(call: str, folder: Folder, tmp_path: Path) -> None:
    (tmp_path / "state").write_bytes(b"fine")
    for act in (lambda: folder.read("state", 100), lambda: folder.read_from("state", 0, 9)):
        with watched(fail(errno.EIO, call, "pread")), pytest.raises(ReadError):
            act()
    with watched(fail(errno.EIO, "stat")), pytest.raises(ReadError):
        folder.status("state")
    with watched(fail(errno.EIO, "listdir")), pytest.raises(ReadError):
        folder.names()


def test_no_descriptor_is_left_open_whatever_is_refused(folder: Folder, tmp_path: Path) -> None:
    for number, make in enumerate(KINDS.values()):
        path = tmp_path / f"{number}"
        path.mkdir()
        make(path / "state")
    before = os.listdir("/proc/self/fd") if os.path.exists("/proc/self/fd") else []
    for number in range(len(KINDS)):
        below = folder.open_folder(f"{number}")
        assert below is not None
        with below, pytest.raises(UnsafeError):
            below.read("state", 100)
    after = os.listdir("/proc/self/fd") if os.path.exists("/proc/self/fd") else []
    assert len(after) == len(before)


@pytest.mark.parametrize("content", [b"", b"x", b"x" * 100])
def test_a_file_within_its_bound_is_read_whole(
    content: bytes, folder: Folder, tmp_path: Path
) -> None:
    (tmp_path / "state").write_bytes(content)
    assert folder.read("state", 100) == content
    assert folder.size("state") == len(content)


def test_the_end_of_a_file_is_read_from_an_offset_within_a_bound(
    folder: Folder, tmp_path: Path
) -> None:
    (tmp_path / "log").write_bytes(b"0123456789")
    assert folder.read_from("log", 4, 100) == b"456789"
    assert folder.read_from("log", 0, 3) == b"789"
    assert folder.read_from("log", 50, 3) == b""


def test_no_read_leaves_the_folder_when_its_path_is_replaced(tmp_path: Path) -> None:
    (tmp_path / "root").mkdir()
    (tmp_path / "root" / "state").write_bytes(b"ours")
    with open_root(str(tmp_path / "root")) as folder:
        (tmp_path / "root").rename(tmp_path / "moved")
        (tmp_path / "root").mkdir()
        (tmp_path / "root" / "state").write_bytes(b"planted")
        assert folder.read("state", 100) == b"ours"


def test_a_root_that_cannot_be_opened_says_why(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    for name, why in (("missing", "no such directory"), ("file", "not a directory")):
        with pytest.raises(DirectoryError, match=why):
            open_root(str(tmp_path / name))
    for call in ("open", "stat"):
        with watched(fail(errno.EACCES, call)), pytest.raises(DirectoryError, match="denied"):
            open_root(str(tmp_path))


def test_a_folder_that_is_listed_on_several_threads_is_whole_for_each(tmp_path: Path) -> None:
    names = {f"{number:03}" for number in range(500)}
    for name in names:
        (tmp_path / name).touch()
    wrong: list[int] = []

    def list_often() -> None:
        for number in range(200):
            with suppress(UnsafeError):
                folder.read(f"{number:03}", 0)  # Lists a little of it, for the files are new.
            found = folder.names()
            if len(found) != len(names) or set(found) != names:
                wrong.append(len(found))

    with open_root(str(tmp_path)) as folder:
        threads = [threading.Thread(target=list_often) for _ in range(3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert wrong == []


def test_a_removed_root_is_noticed(tmp_path: Path) -> None:
    (tmp_path / "root").mkdir()
    with open_root(str(tmp_path / "root")) as folder:
        assert not folder.is_removed()
        (tmp_path / "root").rmdir()
        assert folder.is_removed()


def test_closing_twice_closes_once(tmp_path: Path) -> None:
    folder = open_root(str(tmp_path))
    folder.close()
    folder.close()
    with pytest.raises(ReadError):
        folder.names()
