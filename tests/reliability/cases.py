"""Good state files, each with what lies beside it; the fuzzed ones are made from these.

Source: DESIGN.md, section 5.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import msgspec
from directories import MANIFEST, NINE, STATE, scratch, write_original, write_state
from feeds import MINUTE_MS, NOW_MS, Clock, compact, edit, end, turn

from tracker import open_tracker

from .oracle import meaning_of

SESSION = "s-1"
LATER_MS = NOW_MS + 60 * MINUTE_MS


class Case(msgspec.Struct, frozen=True):
    """A state file and what lies beside it.

    Attributes:
        raw: The state file's bytes.
        manifest: The manifest's bytes; None for none.
        names: Names of checkpoint files.
        is_listed: Whether the manifest is sound too, so that it proves no more than the names do.
    """

    raw: bytes
    manifest: bytes | None
    names: tuple[str, ...]
    is_listed: bool = True


def rebuilt_from(case: Case) -> tuple[set[int], set[int], set[str]]:
    """Bands, thresholds and milestones that a sound manifest or the files' names prove."""
    triggers = {name[25:-3] for name in case.names}
    for line in (case.manifest or b"").splitlines() if case.is_listed else ():
        triggers.add(msgspec.json.decode(line)["trigger"])
    kinds = [trigger.partition("-") for trigger in triggers]
    return (
        {int(what) for kind, _, what in kinds if kind == "progressive"},
        {int(what) for kind, _, what in kinds if kind == "quality"},
        {what for kind, _, what in kinds if (kind, what) == ("milestone", "pre-fanout")},
    )


@cache
def original_case() -> Case:
    """A session of the original's, beside whose files the hand-made state files are laid."""
    with scratch() as parent:
        triggers = ("progressive-35", "quality-80", "milestone-pre-fanout")
        write_original(Path(parent), SESSION, NOW_MS, triggers=triggers)
        return _case(Path(parent))


def corpus() -> list[Case]:
    """Good state files of the original's and of Holdfast's, with what lies beside each."""
    cases = [original_case()]
    with scratch() as parent:
        root = Path(parent) / "state"
        write_state(root / SESSION, {**nine_of(cases[0].raw), "schemaVersion": 3, "x": {"y": [1]}})
        cases.append(_case(root))
        with open_tracker(root, durability="process", clock=Clock(LATER_MS)) as owner:
            owner.handle(turn(SESSION, LATER_MS, 50, 90))
            cases.append(_case(root))
            for number in range(3):
                owner.handle(edit(SESSION, LATER_MS, f"ü-{number}.py"))
            owner.handle(turn(SESSION, LATER_MS + 1, 60, 60))
            owner.evict([SESSION])
            cases.append(_case(root))
            for number in range(1_000):
                owner.handle(edit(SESSION, LATER_MS, f"src/module_{number}.py"))
            owner.evict([SESSION])
            cases.append(_case(root))
            owner.handle(compact(SESSION, LATER_MS + 5))
            owner.handle(end(SESSION, LATER_MS + 6))
            cases.append(_case(root))
    assert all(meaning_of(case.raw).kind in ("ours", "original") for case in cases)
    return cases


def nine_of(raw: bytes) -> dict[str, Any]:
    """The nine fields of a state file."""
    values = msgspec.json.decode(raw)
    return {name: values[name] for name in NINE}


def _case(root: Path) -> Case:
    folder = root / SESSION
    manifest = folder / MANIFEST
    return Case(
        (folder / STATE).read_bytes(),
        manifest.read_bytes() if manifest.exists() else None,
        tuple(sorted(path.name for path in folder.glob("*.md"))),
    )
