"""Which folders are looked at first, so that sessions are seen while the others are still read."""

from __future__ import annotations

import os
import time
from itertools import islice
from typing import Final

from tracker import FolderSummary, Survey

FEW: Final = 4_096
"""The most folders that are put in the order of their last change before one is looked at: that
takes a few milliseconds. A hundred thousand would take a quarter of a second."""

SOONEST: Final = 64
"""How many are looked at before the others: more than a screen has lines."""

SOON_S: Final = 0.1
"""How long they are looked at, at most: on a slow disk the others come with the progress of all."""


def look_soonest(survey: Survey, path: str) -> list[FolderSummary]:
    """Looks at the folders that are shown first.

    They are those that changed last; in a directory of very many, any, for the last changed are
    known only when all were asked.

    Args:
        survey: The directory's survey; it remembers what was looked at.
        path: Where the directory is.

    Raises:
        ReadError: If the directory can't be listed.
    """
    names = _some_names(path)
    if len(names) <= FEW:
        names = survey.newest_first()
    until_s = time.monotonic() + SOON_S
    found = []
    for name in names[:SOONEST]:
        if (summary := survey.look(name)) is not None:
            found.append(summary)
        if time.monotonic() > until_s:
            break
    return found


def _some_names(path: str) -> list[str]:
    """Returns what a directory names first, FEW + 1 at most; nothing where it can't be listed."""
    try:
        with os.scandir(path) as entries:
            names = (one.name for one in entries if not one.name.startswith("."))
            return list(islice(names, FEW + 1))
    except OSError:
        return []  # The listing of all of them says why.
