"""Sessions of the original's that are old, and retention's plans for them."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from directories import write_original
from feeds import NOW_MS

from tracker import PrunePlan, plan_prune
from tracker.store.files import open_root

DAY_MS = 86_400_000
OLD_MS = NOW_MS - 30 * DAY_MS
TRIGGERS = ("progressive-20", "quality-80", "milestone-pre-fanout")


def age(folder: Path, at_ms: int = OLD_MS) -> Path:
    """Sets the times of everything in a folder, or of one file."""
    for path in (*folder.rglob("*"), folder):
        os.utime(path, ns=(at_ms * 1_000_000, at_ms * 1_000_000), follow_symlinks=False)
    return folder


def old(root: Path, name: str, triggers: tuple[str, ...] = TRIGGERS) -> Path:
    """A session whose files are 30 days old."""
    return age(write_original(root, name, OLD_MS, triggers=triggers))


def plan_of(root: Path, days: int = 7, **options: Any) -> PrunePlan:
    """What retention would delete of a directory now."""
    with open_root(str(root)) as folder:
        return plan_prune(folder, older_than_ms=days * DAY_MS, now_ms=NOW_MS, **options)


def kept(plan: PrunePlan) -> dict[str, str]:
    """The folders that stay, with why."""
    return {folder.folder: folder.why_kept for folder in plan.kept}
