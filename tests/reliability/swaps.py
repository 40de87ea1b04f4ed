"""A process that swaps things in a session's folder while they are used, as fast as it can.

Each swap puts something hostile in the place of something good, and the good thing back. What a
link leads to lies outside the state directory and is a canary: nothing may read or change it.
"""

from __future__ import annotations

import json
import os
import random
import shutil
import socket
import stat
from collections.abc import Callable
from contextlib import chdir, suppress
from itertools import count
from pathlib import Path

from directories import MANIFEST, STATE, nine_fields, write_checkpoint, write_original
from feeds import NOW_MS

from tracker.store.lock import LOCK_FILE

from .oracle import seal

SESSION = "s-1"
SECRET = "canary-7f3a"
STRANGER = 12345
LONG_AGO_S = 1_000_000_000


class Ground:
    """Where it happens: a state directory, and beside it a folder of canaries.

    Args:
        parent: An empty directory.

    Attributes:
        root: The state directory, with the good session in it.
        outside: The canaries: one for each file that a folder and the root hold.
        folder: The folder things are swapped in.
    """

    def __init__(self, parent: Path) -> None:
        self.root, self.outside = parent / "state", parent / "outside"
        self.spare = parent / "spare"
        self.spare.mkdir()
        self.folder = write_original(self.root, SESSION, NOW_MS, triggers=("progressive-20",))
        (self.checkpoint,) = (path.name for path in self.folder.glob("*.md"))
        self.root.chmod(0o700)
        self._make_canaries()
        self.good = {name: (self.folder / name).read_bytes() for name in self.names}
        self._number = count()

    @property
    def names(self) -> tuple[str, str, str]:
        """The files of the session's folder that are swapped."""
        return STATE, MANIFEST, self.checkpoint

    def canaries(self) -> dict[str, tuple[object, ...]]:
        """Content, mode, owner and times of each canary, itself unread since it was made."""
        found = {}
        for path in (self.outside, *sorted(self.outside.iterdir())):
            status = path.lstat()
            found[path.name] = (status.st_mode, status.st_uid, status.st_size, status.st_mtime_ns)
        return found

    def read_at(self) -> dict[str, int]:
        """When each canary was read last, in ns."""
        paths = (self.outside, *sorted(self.outside.iterdir()))
        return {path.name: path.lstat().st_atime_ns for path in paths}

    def contents(self) -> dict[str, bytes]:
        """The bytes of each canary."""
        return {path.name: path.read_bytes() for path in self.outside.iterdir()}

    def make_good(self, folder: Path) -> None:
        """Makes the good session's folder anew."""
        folder.mkdir(0o700)
        for name, content in self.good.items():
            (folder / name).write_bytes(content)

    def new_name(self) -> Path:
        """A name in the spare folder that was never used."""
        return self.spare / f"{next(self._number)}"

    def _make_canaries(self) -> None:
        write_checkpoint(self.outside, f"milestone-{SECRET}", NOW_MS)
        (made,) = self.outside.glob("*.md")
        made.rename(self.outside / self.checkpoint)
        (self.outside / self.checkpoint).write_text(f"# Session Checkpoint (v2)\n{SECRET}\n")
        part = {"format": 1, "id": SESSION, "seq": 9, "manifestBytes": 0, "live": {}}
        fields = nine_fields(editedFiles=[SECRET], capturedMilestones=[SECRET])
        record = {**fields, "holdfast": {**part, "sha256": "0" * 64}}
        (self.outside / STATE).write_bytes(seal(json.dumps(record, indent=2).encode()))
        (self.outside / LOCK_FILE).write_text('{"pid":1,"since_ms":7373}\n')
        for path in (*self.outside.iterdir(), self.outside):
            os.utime(path, (LONG_AGO_S, LONG_AGO_S + 1))


Make = Callable[[Ground, Path, str], object]
"""Makes something hostile at a path, to stand in the place of the file of that name."""


def make_socket(ground: Ground, path: Path, name: str) -> None:
    with chdir(path.parent), socket.socket(socket.AF_UNIX) as one:
        one.bind(path.name)


def make_strangers(ground: Ground, path: Path, name: str) -> None:
    path.write_bytes((ground.outside / name).read_bytes())
    os.chown(path, STRANGER, -1)


def make_strangers_folder(ground: Ground, path: Path, name: str) -> None:
    path.mkdir()
    for canary in ground.outside.iterdir():
        (path / canary.name).write_bytes(canary.read_bytes())
    os.chown(path, STRANGER, -1)


FILES: dict[str, Make] = {
    "symbolic link": lambda ground, path, name: path.symlink_to(ground.outside / name),
    "hard link": lambda ground, path, name: path.hardlink_to(ground.outside / name),
    "FIFO": lambda ground, path, name: os.mkfifo(path),
    "socket": make_socket,
    "folder": lambda ground, path, name: path.mkdir(),
    "device": lambda ground, path, name: os.mknod(path, stat.S_IFCHR | 0o600, os.makedev(1, 5)),
    "other owner": make_strangers,
}
"""What stands in a file's place."""

FOLDERS: dict[str, Make] = {
    "link for a folder": lambda ground, path, name: path.symlink_to(ground.outside),
    "other owner's folder": make_strangers_folder,
}
"""What stands in a folder's place."""

LOCKS = "lock file"
KINDS = (*FILES, *FOLDERS, LOCKS)
NEED_ROOT = frozenset({"device", "other owner", "other owner's folder"})


def swap_for_ever(ground: Ground, kind: str, seed: int) -> None:
    """Swaps until the process is killed."""
    random_ = random.Random(seed)
    while True:
        if kind in FILES:
            name = random_.choice(ground.names)
            swap_file(ground, FILES[kind], ground.folder / name, ground.good[name])
        elif kind in FOLDERS:
            swap_folder(ground, FOLDERS[kind])
        else:
            make = FILES[random_.choice(("symbolic link", "hard link", "FIFO", "socket"))]
            swap_file(ground, make, ground.root / LOCK_FILE, b"")


def swap_file(ground: Ground, make: Make, place: Path, good: bytes) -> None:
    """Puts something hostile in a file's place, and the good file back."""
    with suppress(FileExistsError):  # Else it was pruned.
        place.parent.mkdir(0o700)
    hostile, fresh = ground.new_name(), ground.new_name()
    make(ground, hostile, place.name)
    fresh.write_bytes(good)
    with suppress(OSError):
        if hostile.is_dir():
            place.unlink()
        hostile.rename(place)
    with suppress(OSError):
        if place.is_dir():
            place.rename(hostile)
        fresh.rename(place)
    for left in (hostile, fresh):
        with suppress(OSError):
            left.rmdir() if left.is_dir() else left.unlink()


def swap_folder(ground: Ground, make: Make) -> None:
    """Puts something hostile in the folder's place, and the folder back."""
    hostile, away = ground.new_name(), ground.new_name()
    make(ground, hostile, "")
    try:
        ground.folder.rename(away)
    except FileNotFoundError:  # It was pruned.
        ground.make_good(away)
    put(ground, hostile, ground.folder)
    with suppress(FileNotFoundError):  # An owner removed it: a session without a checkpoint ended.
        ground.folder.rename(hostile)
    put(ground, away, ground.folder)
    remove(hostile)


def put(ground: Ground, path: Path, place: Path) -> None:
    """Puts something in a place in which an owner may have made a new folder meanwhile."""
    while True:
        try:
            path.rename(place)
            return
        except OSError:
            trash = ground.new_name()
            place.rename(trash)
            remove(trash)


def remove(path: Path) -> None:
    """Removes whatever a path names."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)
