"""What an owner may find: a session that the original left, and one whose record is torn."""

from __future__ import annotations

import os
from pathlib import Path

from directories import STATE, write_original
from feeds import MINUTE_MS, NOW_MS

from .ledger import Ledger

ADOPTED, TORN = "s:1", "other"
FOLDERS = ("s_1", TORN)
TRIGGERS = ("progressive-20", "quality-80")
LONG_AGO_S = 1_000_000_000


def lay(root: Path) -> bytes:
    """Makes both in a new directory; returns the bytes of the torn record."""
    for name in FOLDERS:
        write_original(root, name, NOW_MS - 10 * MINUTE_MS, triggers=TRIGGERS)
    path = root / TORN / STATE
    raw = path.read_bytes()
    torn = raw[: len(raw) // 2]
    path.write_bytes(torn)
    os.utime(path, (LONG_AGO_S, LONG_AGO_S))
    return torn


def expect(ledger: Ledger) -> None:
    """Notes in a ledger what both had captured."""
    for session in (ADOPTED, TORN):
        ledger.inherited[session] = set(TRIGGERS)
    ledger.is_rebuilt = True


def but_for_the_torn(wrong: list[str], root: Path, torn: bytes) -> list[str]:
    """Leaves out what is said of the torn record, as long as it stands there as it was laid."""
    if (root / TORN / STATE).read_bytes() != torn:
        return wrong
    known = (f"{TORN}: the state file is unreadable", "loads that failed: torn")
    return [one for one in wrong if not one.startswith(known)]


def is_kept(root: Path, torn: bytes) -> bool:
    """Whether the torn record's bytes are kept beside the one that took its place."""
    return torn in [path.read_bytes() for path in (root / TORN).glob(f"{STATE}.corrupt-*")]
