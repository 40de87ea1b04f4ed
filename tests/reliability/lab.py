"""A lab: an owner and an observer of a directory in which one state file after another is laid."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from directories import MANIFEST, STATE, scratch
from feeds import Clock

from tracker import Change, open_store, open_tracker

from .cases import LATER_MS, SESSION, Case

LONG_AGO_S = 1_000_000_000


class Lab:
    """See the module.

    Attributes:
        root: The directory.
        folder: The session's folder in it.
        clock: The owner's clock.
        owner: The owner.
        observer: A store that only reads.
        told: What the owner told of since a case was laid.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self.folder = root / SESSION
        self.clock = Clock(LATER_MS)
        self.owner = open_tracker(root, durability="process", clock=self.clock, capacity=4)
        self.observer = open_store(root, read_only=True, clock=self.clock)
        self.told: list[Change] = []
        self.owner.subscribe(self.told.extend)

    def close(self) -> None:
        self.owner.close()
        self.observer.close()

    def lay(self, case: Case) -> None:
        """Clears the directory and lays a case in it."""
        self.owner.evict([SESSION])
        for folder in (path for path in self.root.iterdir() if path.is_dir()):
            for path in folder.iterdir():
                path.unlink()
            if folder != self.folder:
                folder.rmdir()
        self.folder.mkdir(exist_ok=True)
        for name in case.names:
            (self.folder / name).write_bytes(b"# Session Checkpoint (v2)\n")
        if case.manifest is not None:
            (self.folder / MANIFEST).write_bytes(case.manifest)
        self.lay_state(case.raw)
        self.told.clear()

    def lay_state(self, raw: bytes) -> None:
        """Puts a state file in place of the one there, old enough not to be half written."""
        (self.folder / STATE).write_bytes(raw)
        os.utime(self.folder / STATE, (LONG_AGO_S, LONG_AGO_S))

    def state(self) -> bytes:
        """The state file's bytes."""
        return (self.folder / STATE).read_bytes()

    def files(self) -> dict[str, bytes]:
        """Every file of the session's folder."""
        return {path.name: path.read_bytes() for path in self.folder.iterdir()}

    def failures(self) -> Counter[str]:
        """The loads that failed since the owner was opened, by kind."""
        return Counter(self.owner.statistics().load_failures)

    def kept(self) -> list[bytes]:
        """The bad files kept."""
        return [path.read_bytes() for path in self.folder.glob(f"{STATE}.corrupt-*")]


@contextmanager
def lab() -> Iterator[Lab]:
    """A lab in a directory of its own."""
    with scratch() as parent:
        made = Lab(Path(parent) / "state")
        try:
            yield made
        finally:
            made.close()
