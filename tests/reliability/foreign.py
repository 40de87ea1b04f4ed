"""A second process that writes a session's folder as the original's plugin does.

Each capture is a read-modify-write of the nine fields: the state is read (what can't be read is a
fresh session), the checkpoint file is written, the manifest appended to, and the state file
truncated and written in place. It knows no lock and no key of Holdfast's, which it leaves out.

Run as a program it takes a JSON request a line, `[folder, bands, seed]`, and answers with the bands
it captured.
"""

from __future__ import annotations

import json
import random
import subprocess
import sys
import time
from pathlib import Path
from types import TracebackType
from typing import Any

REPOSITORY = Path(__file__).parent.parent.parent
LONGEST_PAUSE_S = 0.0002


class Foreign:
    """The running process."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.reliability.foreign"],
            cwd=REPOSITORY,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )

    def begin(self, folder: Path, bands: list[int], seed: int) -> None:
        """Starts capturing bands; it goes on by itself."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps([str(folder), bands, seed]).encode() + b"\n")
        self._process.stdin.flush()

    def finish(self) -> list[int]:
        """Waits until it is done; returns the bands it captured."""
        assert self._process.stdout is not None
        captured: list[int] = json.loads(self._process.stdout.readline())
        return captured

    def __enter__(self) -> Foreign:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._process.kill()
        self._process.communicate()


def capture(folder: Path, band: int, at_ms: int, random_: random.Random) -> bool:
    """Captures a band unless the state says that it was; returns whether it did."""
    from directories import STATE, nine_fields, write_checkpoint

    path = folder / STATE
    try:
        found: dict[str, Any] = json.loads(path.read_bytes())
        state = {name: found[name] for name in nine_fields()}
    except (OSError, ValueError, KeyError):
        state = nine_fields()
    if band in state["capturedFillBands"]:
        return False
    pause(random_)
    write_checkpoint(folder, f"progressive-{band}", at_ms, fill=band)
    pause(random_)
    state["capturedFillBands"] = [*state["capturedFillBands"], band]
    state["lastCheckpointAt"] = state["lastEvaluatedAt"] = at_ms
    with path.open("wb") as file:
        pause(random_)
        file.write(json.dumps(state, indent=2).encode())
    return True


def pause(random_: random.Random) -> None:
    """Spins for a moment, or not at all."""
    until = time.perf_counter() + random_.choice((0, 0, random_.uniform(0, LONGEST_PAUSE_S)))
    while time.perf_counter() < until:
        pass


def main() -> None:
    """Answers requests until there are no more."""
    for line in sys.stdin:
        folder, bands, seed = json.loads(line)
        random_ = random.Random(seed)
        captured = []
        for band in bands:
            pause(random_)
            if capture(Path(folder), band, time.time_ns() // 1_000_000, random_):
                captured.append(band)
        print(json.dumps(captured), flush=True)


if __name__ == "__main__":
    main()
