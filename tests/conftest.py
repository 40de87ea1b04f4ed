"""What every test starts from: folders of its own in place of the user's, a root, a standing clock,
owners that are closed.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from itertools import count
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

_numbers = count()


@pytest.fixture(scope="session")
def users_folders(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the folders are that stand in place of the user's."""
    return tmp_path_factory.mktemp("user")


@pytest.fixture(autouse=True)
def own_folders(users_folders: Path) -> Iterator[Path]:
    """Keeps a test, and the processes it starts, away from the user's own files and settings.

    The folders of settings and of what is remembered lie in one that isn't there until somebody
    writes to it; no variable of ours is set.
    """
    home = users_folders / str(next(_numbers))
    with pytest.MonkeyPatch.context() as patch:
        for name in list(os.environ):
            if name.startswith(("HOLDFAST_", "TOKEN_OPTIMIZER_")):
                patch.delenv(name)
        patch.setenv("XDG_CONFIG_HOME", str(home / "config"))
        patch.setenv("XDG_STATE_HOME", str(home / "state"))
        if sys.platform == "darwin":
            patch.setenv("HOME", str(home))
        yield home


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
