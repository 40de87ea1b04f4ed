"""A stored record of Holdfast's with a bit flipped, cut short, or overwritten: always found out.

Each tampered record is laid where the sound one was, and an owner's store loads it. It may say that
the record is bad and rebuild it, or refuse it; what it may not do is to take it for a record.
"""

from __future__ import annotations

import os
import random
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from directories import STATE, nine_fields, scratch, write_state
from feeds import MINUTE_MS, NOW_MS, Clock, edit, end, turn

from tracker import DirectoryStore, NewerFormatError, open_store, open_tracker

from .result import RowResult, Stopwatch, base_seed, keep_found

SESSION = "a:b"
LONG_AGO_S = 1_000_000_000


def tampering(quick: bool) -> RowResult:
    """The row: every flipped bit, every truncation, random overwrites."""
    watch, seed = Stopwatch(), base_seed()
    counts: Counter[str] = Counter()
    violations: list[str] = []
    kinds = ("live",) if quick else RECORDS
    overwrites_each = 1_000 if quick else 10_000
    for kind in kinds:
        with scratch() as parent:
            path = make_record(Path(parent), kind)
            sound = path.read_bytes()
            store = open_store(parent, durability="process", clock=Clock())
            try:
                for what, tampered in all_tampered(sound, random.Random(seed), overwrites_each):
                    counts[what] += 1
                    if wrong := check(store, path, tampered, counts):
                        case = {"kind": kind, "tampered": tampered.hex()}
                        keep_found("tampering", seed + sum(counts.values()), case, [wrong])
                        violations.append(f"{kind} record, {what}: {wrong}")
            finally:
                store.close()
    return RowResult("tampering", dict(counts), tuple(violations), watch.seconds, seed)


RECORDS = ("live", "ended", "large", "with keys of others")
"""Which records are tampered with. See `make_record`."""


def make_record(root: Path, kind: str) -> Path:
    """Has a real owner write a record; returns where it stands."""
    with open_tracker(root, durability="process", clock=Clock()) as owner:
        if kind == "with keys of others":
            theirs = {"schemaVersion": 3, "nested": {"a": [1, 2.5, None, "ü"]}}
            write_state(root / "a_b", {**nine_fields(), **theirs})
        owner.handle(turn(SESSION, NOW_MS, 50, 60))
        for number in range(600 if kind == "large" else 2):
            owner.handle(edit(SESSION, NOW_MS, f"src/ü-{number:020}.py"))
        owner.handle(turn(SESSION, NOW_MS + 2 * MINUTE_MS, 66, 55))
        owner.handle(edit(SESSION, NOW_MS, "later.py"))
        if kind == "ended":
            owner.handle(end(SESSION, NOW_MS))
    (path,) = (path for path in root.glob(f"*/{STATE}") if b'"holdfast"' in path.read_bytes())
    return path


def all_tampered(
    sound: bytes, random_: random.Random, overwrites: int
) -> Iterator[tuple[str, bytes]]:
    """Yields every flip, every truncation, and so many overwrites of a record.

    Of a record above 4 KiB every 37th bit is flipped, and every 37th truncation is tried.
    """
    step = 1 if len(sound) <= 4096 else 37
    for bit in range(0, len(sound) * 8, step):
        flipped = bytearray(sound)
        flipped[bit // 8] ^= 1 << bit % 8
        yield "bits flipped", bytes(flipped)
    for length in range(0, len(sound), step):
        yield "truncations", sound[:length]
    done = 0
    while done < overwrites:
        tampered = overwrite(sound, random_)
        if tampered != sound:
            done += 1
            yield "overwrites", tampered


def overwrite(sound: bytes, random_: random.Random) -> bytes:
    """Overwrites a span with noise, zeros, spaces, digits, or the record's own bytes."""
    length = min(random_.choice((1, 2, 4, 16, 64, 512)), len(sound))
    start = random_.randrange(len(sound) - length + 1)
    elsewhere = random_.randrange(len(sound) - length + 1)
    new = random_.choice(
        (
            random_.randbytes(length),
            b"\0" * length,
            b" " * length,
            bytes(random_.choices(b"0123456789", k=length)),
            bytes(random_.choices(b'{}[]",:0a \n', k=length)),
            sound[elsewhere : elsewhere + length],
        )
    )
    return sound[:start] + new + sound[start + length :]


def check(store: DirectoryStore, path: Path, tampered: bytes, counts: Counter[str]) -> str:
    """Lays a tampered record and loads it; returns what went wrong, in words."""
    path.write_bytes(tampered)
    os.utime(path, (LONG_AGO_S, LONG_AGO_S))
    try:
        loaded = store.load(SESSION)
    except NewerFormatError:
        counts["refused as a newer format"] += 1
        return ""
    if loaded is None:
        return "taken for a session that never was"
    if loaded.trouble in ("", "behind"):
        return "taken for a record"
    if tampered not in (kept.read_bytes() for kept in path.parent.glob(f"{STATE}.corrupt-*")):
        return "found out, but not kept"
    if not loaded.state.bands >> 50 & 1 or not loaded.state.bands >> 65 & 1:
        return "found out, but a captured band was forgotten"
    counts["found out and rebuilt"] += 1
    return ""


def replay(found: dict[str, Any]) -> list[str]:
    """Tries a case of a fixture again."""
    with scratch() as parent:
        path = make_record(Path(parent), found["kind"])
        store = open_store(parent, durability="process", clock=Clock())
        try:
            tampered = bytes.fromhex(found["tampered"])
            wrong = check(store, path, tampered, Counter())
        finally:
            store.close()
    return [wrong] if wrong else []
