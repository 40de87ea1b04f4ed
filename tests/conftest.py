"""What every test of the tracker starts from: a root, a standing clock, owners that are closed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from directories import scratch
from feeds import Clock
from hypothesis import HealthCheck, settings

from tracker import SessionTracker, StoreError, open_tracker

settings.register_profile(
    "holdfast",
    deadline=None,
    max_examples=60,
    stateful_step_count=40,
    derandomize=True,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
settings.load_profile("holdfast")

Open = Callable[..., SessionTracker]


@pytest.fixture
def root() -> Iterator[Path]:
    """The path of a state directory that is not there yet; in memory where the system has that."""
    with scratch() as parent:
        yield Path(parent) / "state"


@pytest.fixture
def clock() -> Clock:
    """A clock that stands until a test moves it."""
    return Clock()


@pytest.fixture
def open_owner(root: Path, clock: Clock) -> Iterator[Open]:
    """Opens trackers on `root`, by default as its owner; all are closed when the test ends."""
    opened: list[SessionTracker] = []

    def open_one(**options: Any) -> SessionTracker:
        options = {"durability": "process", "clock": clock, **options}
        opened.append(open_tracker(root, **options))
        return opened[-1]

    yield open_one
    for tracker in opened:
        with suppress(StoreError):
            tracker.close()
