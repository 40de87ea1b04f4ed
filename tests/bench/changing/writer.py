"""Captures checkpoints in a state directory, as its owner, by the tracker's own store."""

from __future__ import annotations

import random
import sys
import time
from pathlib import Path

from tracker import Event, Message, open_tracker

from ..worlds import ids


def main(directory: str, known: int, changes: int, rate: float, new_share: float) -> int:
    """Makes changes, and prints what was changed, how many checkpoints it has, and when.

    Args:
        directory: The state directory.
        known: How many sessions it has, each with one checkpoint.
        changes: How many changes are made.
        rate: How many a second; 0 for as fast as it can.
        new_share: How many of them, from 0 to 1, are a brand-new session's first.
    """
    rng = random.Random(changes)
    names = ids(known)
    checkpoints = dict.fromkeys(names, 1)
    made: list[str] = []
    with open_tracker(Path(directory), durability="process", capacity=known) as tracker:
        started_s = time.monotonic()
        for number in range(changes):
            if rate and (early_s := started_s + number / rate - time.monotonic()) > 0:
                time.sleep(early_s)
            is_new = rng.random() < new_share
            name = f"fresh-{number:06d}" if is_new else rng.choice(names)
            checkpoints[name] = checkpoints.get(name, 0) + 1
            at_s = time.monotonic()  # Before the first byte is written.
            said = (Message("user", f"change {number}"),)
            tracker.handle(Event("before_compaction", name, messages=said))
            made.append(f"{name} {checkpoints[name]} {at_s:.6f}")
    print("\n".join(made))
    return 0


if __name__ == "__main__":
    _, root, *figures = sys.argv
    count, total, a_second, share = map(float, figures)
    sys.exit(main(root, int(count), int(total), a_second, share))
