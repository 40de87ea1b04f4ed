"""Looks at a state directory without the store: what a person with `cat` and `sha256sum` would see.

Source: DESIGN.md, section 5.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

from directories import MANIFEST, NINE, STATE, iso

from .ledger import REPEATED, Ledger

ORIGINALS = "/home/operator/gone/"
"""Where the tests' original files say they were written; their digests are made up."""

NAME = re.compile(r"[0-9T-]+Z-([a-z0-9-]+)")
SUM = re.compile(rb'"sha256":\s*"([0-9a-f]{64})"')


def audit(root: Path, ledger: Ledger, *, is_swept: bool = False) -> list[str]:
    """Says what is empty, unreadable, out of order, or gone although it was promised.

    Args:
        root: The state directory.
        ledger: What was promised.
        is_swept: Whether an owner opened it since, so that no temporary file may be left.
    """
    wrong: list[str] = []
    seen: set[str] = set()
    for folder in sorted(path for path in root.glob("*") if path.is_dir()):
        record, why = read_record(folder)
        wrong += [f"{folder.name}: {why}"] if why else []
        lines = listed(folder)
        wrong += _wrong_files(folder, lines)
        if is_swept:
            wrong += [f"{folder.name}: {path.name} left" for path in folder.glob("*.tmp")]
        session = record["holdfast"]["id"] if "holdfast" in record else None
        if session is None:
            continue
        seen.add(session)
        told = {(line["trigger"], line["createdAt"]) for line in lines}
        wrong += [
            f"{folder.name}: {trigger} of {at_ms} is not listed"
            for trigger, at_ms in ledger.listed.get(session, ())
            if (trigger, iso(at_ms)) not in told
        ]
        triggers = {line["trigger"] for line in lines} | ledger.inherited[session]
        if ledger.is_rebuilt:
            triggers |= {match[1] for path in folder.iterdir() if (match := NAME.match(path.name))}
        wrong += _ahead(folder, record, triggers)
    missing = {session for session, told in ledger.listed.items() if told} - seen
    return wrong + [f"{session!r}: no record left of it" for session in missing]


def read_record(folder: Path) -> tuple[dict[str, Any], str]:
    """Reads a record; an empty dict where there is none, and in words what is wrong with it."""
    path = folder / STATE
    if not path.exists():
        return {}, ""
    raw = path.read_bytes()
    if not raw:
        return {}, "the state file is empty"
    try:
        record = json.loads(raw)
    except ValueError as error:
        return {}, f"the state file is unreadable: {error}"
    if missing := [name for name in NINE if name not in record]:
        return {}, f"the state file has no {', '.join(missing)}"
    if "holdfast" in record:
        *_, match = SUM.finditer(raw)
        zeroed = raw[: match.start(1)] + b"0" * 64 + raw[match.end(1) :]
        if sha256(zeroed).hexdigest().encode() != match[1]:
            return {}, "the state file's checksum is wrong"
    return record, ""


def listed(folder: Path) -> list[dict[str, Any]]:
    """Reads the manifest's lines, torn ones left out.

    A line ends at its newline, or at the zeros that a cut left where one should be.
    """
    return [line for line in _lines(folder / MANIFEST) if "filename" in line]


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    for raw in path.read_bytes().split(b"\n") if path.exists() else ():
        until = raw.find(0)
        try:
            line = json.loads(raw if until < 0 else raw[:until])
        except ValueError:
            continue
        if isinstance(line, dict):
            yield line


def _wrong_files(folder: Path, lines: list[dict[str, Any]]) -> Iterator[str]:
    for line in lines:
        try:
            content = (folder / line["filename"]).read_bytes()
        except FileNotFoundError:
            yield f"{folder.name}: {line['filename']} is listed and missing"
            continue
        if not content:
            yield f"{folder.name}: {line['filename']} is listed and empty"
        elif not line["file"].startswith(ORIGINALS):
            _, found, messages = content.partition(b"\n\n")
            if not found or sha256(messages).hexdigest() != line["semanticDigest"]:
                yield f"{folder.name}: {line['filename']} is listed and torn"


def _ahead(folder: Path, record: dict[str, Any], triggers: set[str]) -> Iterator[str]:
    """Says what a record claims that its manifest doesn't know."""
    ours = record["holdfast"]
    path = folder / MANIFEST
    size = path.stat().st_size if path.exists() else 0
    if ours["manifestBytes"] > size:
        yield f"{folder.name}: knows {ours['manifestBytes']} bytes of a manifest of {size}"
    claimed = {
        *(f"progressive-{band}" for band in record["capturedFillBands"]),
        *(f"quality-{threshold}" for threshold in record["capturedQualityThresholds"]),
        *(f"milestone-{milestone}" for milestone in record["capturedMilestones"]),
    }
    for trigger in sorted(claimed - triggers - REPEATED):
        yield f"{folder.name}: the state is ahead of its manifest by {trigger}"
