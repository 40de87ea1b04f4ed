"""The owner's lock: one owner, named; freed by the kernel; never taken over by age."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from feeds import NOW_MS, Clock, turn

import tracker
from tracker import DirectoryError, OwnedError, current_owner, open_store, open_tracker
from tracker.store.files import open_root

REPOSITORY = Path(tracker.__file__).parents[1]

HOLD = """
import sys, tracker
store = tracker.open_tracker(sys.argv[1], durability="process")
event = tracker.Event("agent_turn_prepare", "s-1", 1795310000000, 20, 90)
print(len(store.handle(event)), flush=True)
sys.stdin.read()
store.close()
"""

TRY = """
import sys, tracker
try:
    tracker.open_tracker(sys.argv[1])
except tracker.OwnedError as error:
    print(error.pid, error)
"""


def child(code: str, root: Path) -> subprocess.Popen[str]:
    """Starts another process with this code and the root as its argument."""
    return subprocess.Popen(
        [sys.executable, "-c", code, str(root)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(REPOSITORY)},
    )


@contextmanager
def owned_by_another(root: Path) -> Iterator[subprocess.Popen[str]]:
    """Lets another process own a root."""
    with child(HOLD, root) as process:
        assert process.stdout is not None
        try:
            assert process.stdout.readline() == "2\n"
            yield process
        finally:
            process.kill()


def test_a_second_owner_in_another_process_is_refused_with_the_pid(root: Path) -> None:
    with owned_by_another(root) as process:
        with pytest.raises(OwnedError, match=f"owned by process {process.pid}") as caught:
            open_tracker(root)
        assert caught.value.pid == process.pid
        assert caught.value.path == str(root)


def test_another_process_is_refused_while_this_one_owns(root: Path, clock: Clock) -> None:
    with open_tracker(root, clock=clock), child(TRY, root) as process:
        said, _ = process.communicate()
    assert said.startswith(f"{os.getpid()} {root}: owned by process {os.getpid()};")


def test_the_lock_is_freed_by_kill_9_and_nothing_of_the_session_is_lost(
    root: Path, clock: Clock
) -> None:
    with owned_by_another(root) as process:
        process.send_signal(signal.SIGKILL)
        assert process.wait() == -signal.SIGKILL
        with open_tracker(root, clock=clock) as owner:
            again = owner.handle(turn("s-1", NOW_MS + 90_000, 20))
        assert [effect.trigger or effect.effect for effect in again] == []


def test_observers_are_never_refused(root: Path, clock: Clock) -> None:
    with (
        owned_by_another(root),
        open_tracker(root, read_only=True, clock=clock) as first,
        open_tracker(root, read_only=True, clock=clock) as second,
    ):
        assert first.recall("s-1") == second.recall("s-1")
        assert first.recall("s-1").bands


def test_two_owners_in_one_process_are_refused_too(root: Path, clock: Clock) -> None:
    with closing(open_store(root, clock=clock)), pytest.raises(OwnedError) as caught:
        open_store(root, clock=clock)
    assert caught.value.pid == os.getpid()
    open_store(root, clock=clock).close()


def test_the_lock_file_names_the_owner_while_it_runs_and_nobody_after(
    root: Path, clock: Clock
) -> None:
    store = open_store(root, clock=clock)
    with open_root(str(root)) as folder:
        named = json.loads((root / ".holdfast.lock").read_bytes())
        assert named == {"pid": os.getpid(), "since_ms": NOW_MS}
        owner = current_owner(folder)
        assert owner is not None
        assert (owner.pid, owner.since_ms) == (os.getpid(), NOW_MS)
        store.close()
        store.close()
        assert current_owner(folder) is None
        assert (root / ".holdfast.lock").read_bytes() == b""


def test_an_old_lock_file_of_a_process_that_ended_hinders_nobody(root: Path, clock: Clock) -> None:
    with child("pass", root) as process:
        process.communicate()
    root.mkdir()
    (root / ".holdfast.lock").write_text(json.dumps({"pid": process.pid, "since_ms": 5}))
    with open_root(str(root)) as folder:
        assert current_owner(folder) is None
    open_store(root, clock=clock).close()


def test_a_lock_is_not_taken_over_however_old_it_says_it_is(root: Path, clock: Clock) -> None:
    with closing(open_store(root, clock=clock)):
        os.utime(root / ".holdfast.lock", (0, 0))
        clock.advance(10 * 365 * 86_400_000)
        with pytest.raises(OwnedError):
            open_store(root, clock=clock)


@pytest.mark.parametrize("content", [b"", b"nonsense", b'{"pid": "x"}', b'{"pid": 1e99}', b"\xff"])
def test_a_lock_file_that_says_nothing_still_locks(
    content: bytes, root: Path, clock: Clock
) -> None:
    with closing(open_store(root, clock=clock)):
        (root / ".holdfast.lock").write_bytes(content)
        with pytest.raises(OwnedError, match="owned by another process") as caught:
            open_store(root, clock=clock)
        assert caught.value.pid is None
        with open_root(str(root)) as folder:
            assert current_owner(folder) is None


@pytest.mark.parametrize("kind", ["symlink", "hard link", "fifo", "folder"])
def test_a_lock_file_that_is_no_plain_file_is_refused(kind: str, root: Path, clock: Clock) -> None:
    root.mkdir()
    target, lock = root.parent / "target", root / ".holdfast.lock"
    target.write_bytes(b"precious")
    if kind == "symlink":
        lock.symlink_to(target)
    elif kind == "hard link":
        os.link(target, lock)
    elif kind == "fifo":
        os.mkfifo(lock)
    else:
        lock.mkdir()
    with pytest.raises(DirectoryError, match=r"\.holdfast\.lock"):
        open_store(root, clock=clock)
    assert target.read_bytes() == b"precious"
    with open_root(str(root)) as folder:
        assert current_owner(folder) is None


def test_a_tracker_that_cannot_be_made_lets_go_of_the_lock(root: Path, clock: Clock) -> None:
    with pytest.raises(tracker.CapacityError):
        open_tracker(root, capacity=0, clock=clock)
    open_store(root, clock=clock).close()
