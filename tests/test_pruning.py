"""Pruning: deletes what its plan says and nothing else, and never what came alive again."""

from __future__ import annotations

import errno
import os
import threading
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from directories import MANIFEST, STATE, tree, write_checkpoint, write_original
from faulty_os import KillAt, KilledError, watched
from feeds import MINUTE_MS, NOW_MS, Clock, turn
from old_sessions import OLD_MS, TRIGGERS, age, kept, old, plan_of

from tracker import (
    FRESH,
    DirectoryError,
    Effect,
    OwnedError,
    Pruned,
    PrunePlan,
    ReadOnlyError,
    SessionTracker,
    apply_prune,
    open_store,
    open_to_prune,
    open_tracker,
    plan_prune,
)
from tracker.store.files import open_root


def prune(root: Path, clock: Clock, plan: PrunePlan, **options: Any) -> tuple[Pruned, ...]:
    """Applies a plan as an owner."""
    with closing(open_to_prune(root, clock)) as store:
        return apply_prune(store, plan, **options)


def test_exactly_the_plan_is_deleted_and_no_other_byte_changes(root: Path, clock: Clock) -> None:
    for name in ("gone-1", "gone-2"):
        old(root, name)
    write_original(root, "young", NOW_MS)
    (root / "checkpoint-events.jsonl").write_text("{}\n")
    (root / "not a session").mkdir()
    prune(root, clock, plan_of(root, 99_999))  # Makes the lock file.
    before = tree(root)
    plan = plan_of(root)
    pruned = prune(root, clock, plan)
    assert [(one.folder, one.is_done, one.is_removed) for one in pruned] == [
        ("gone-1", True, True),
        ("gone-2", True, True),
    ]
    assert [one.files for one in pruned] == [len(folder.files) for folder in plan.going]
    assert [one.file_bytes for one in pruned] == [folder.file_bytes for folder in plan.going]
    after = tree(root)
    assert after.keys() == {name for name in before if not name.startswith("gone-")}
    assert all(after[name] == before[name] for name in after if name not in (".", ".holdfast.lock"))


def test_files_of_others_stay_and_the_folder_with_them(root: Path, clock: Clock) -> None:
    folder = old(root, "s-1")
    (folder / "notes.txt").write_text("mine")
    (folder / "kept").mkdir()
    age(folder)
    plan = plan_of(root)
    assert plan.going[0].others == ("kept", "notes.txt")
    (pruned,) = prune(root, clock, plan)
    assert (pruned.is_done, pruned.is_removed) == (True, False)
    assert sorted(os.listdir(folder)) == ["kept", "notes.txt"]
    assert kept(plan_of(root, 0)) == {"s-1": "nothing in it is Holdfast's"}


def test_an_empty_folder_goes_by_its_own_age(root: Path, clock: Clock) -> None:
    (root / "s-1").mkdir(parents=True)
    age(root / "s-1")
    (root / "s-2").mkdir()
    age(root / "s-2", NOW_MS)
    plan = plan_of(root)
    (pruned,) = prune(root, clock, plan)
    assert pruned.is_removed
    assert os.listdir(root / "s-2") == []


def came_alive_state(folder: Path) -> None:
    with (folder / STATE).open("a") as stream:
        stream.write(" ")


def came_alive_checkpoint(folder: Path) -> None:
    write_checkpoint(folder, "compact", NOW_MS)


def came_alive_replaced(folder: Path) -> None:
    status = (folder / STATE).stat()
    (folder / "new").write_bytes((folder / STATE).read_bytes())
    (folder / "new").rename(folder / STATE)
    os.utime(folder / STATE, ns=(status.st_atime_ns, status.st_mtime_ns))


def came_alive_stranger(folder: Path) -> None:
    (folder / "notes.txt").write_text("new")


def came_alive_folder(folder: Path) -> None:
    folder.rename(folder.with_name("moved"))
    write_original(folder.parent, folder.name, OLD_MS, triggers=TRIGGERS)
    age(folder)


def came_alive_link(folder: Path) -> None:
    folder.rename(folder.parent.with_name("moved"))
    folder.symlink_to(folder.parent.with_name("moved"))


ALIVE = [
    came_alive_state,
    came_alive_checkpoint,
    came_alive_replaced,
    came_alive_stranger,
    came_alive_folder,
    came_alive_link,
]


@pytest.mark.parametrize("change", ALIVE)
def test_a_session_that_came_alive_in_between_is_skipped_and_said(
    change: Callable[[Path], None], root: Path, clock: Clock
) -> None:
    folder = old(root, "s-1")
    old(root, "s-2")
    plan = plan_of(root)
    change(folder)
    before = tree(folder)
    first, second = prune(root, clock, plan)
    assert (first.is_done, first.files) == (False, 0)
    assert "it changed since" in first.why or "refused" in first.why
    assert tree(folder) == before
    assert (second.is_done, second.has_failed) == (True, False)


def test_one_that_is_tracked_by_now_is_skipped(root: Path, clock: Clock) -> None:
    old(root, "s-1")
    old(root, "s-2")
    plan = plan_of(root)
    store = open_store(root, durability="process", clock=clock)
    with SessionTracker(store, clock=clock) as owner:
        owner.touch("s-1")
        first, second = apply_prune(store, plan, tracked=owner)
    assert (first.is_done, first.why) == (False, "tracked in memory")
    assert second.is_done
    assert (root / "s-1" / STATE).exists()


def test_a_folder_that_a_tracked_session_was_read_from_is_skipped(root: Path, clock: Clock) -> None:
    old(root, "a_b")
    plan = plan_of(root)
    store = open_store(root, durability="process", clock=clock)
    with SessionTracker(store, clock=clock) as owner:
        owner.touch("a:b")
        (one,) = apply_prune(store, plan, tracked=owner)
    assert (one.is_done, one.why) == (False, "tracked in memory")
    assert (root / "a_b" / STATE).exists()


def test_a_session_that_comes_while_its_folder_goes_waits_and_begins_afresh(
    root: Path, clock: Clock
) -> None:
    folder = old(root, "s-1")
    plan = plan_of(root)
    store = open_store(root, durability="process", clock=clock)
    with SessionTracker(store, clock=clock) as owner:
        came: list[tuple[Effect, ...]] = []
        feed = threading.Thread(target=lambda: came.append(owner.handle(turn("s-1", NOW_MS, 22))))
        states: list[bool] = []

        def watch(name: str, args: tuple[Any, ...], options: dict[str, Any]) -> None:
            if name == "unlink" and not feed.ident:
                feed.start()
            if name in ("unlink", "rmdir"):
                feed.join(0.05)
                states.append(bool(came) or "s-1" in owner)

        with watched(watch):
            (one,) = apply_prune(store, plan, tracked=owner)
            feed.join(20)
        assert not feed.is_alive()
        assert states
        assert not any(states), "an event was handled while the folder was deleted"
        assert one.is_done
        assert [effect.effect for effect in came[0]] == ["continuity", "checkpoint"]
        assert owner.recall("s-1").bands == 1 << 20
    assert (folder / STATE).exists()


def test_beside_a_feed_nothing_that_is_tracked_is_deleted_and_nothing_else_is_kept(
    root: Path, clock: Clock
) -> None:
    names = [f"s-{number:02}" for number in range(60)]
    for name in names:
        old(root, name)
    plan = plan_of(root)
    store = open_store(root, durability="process", clock=clock)
    with SessionTracker(store, capacity=8, clock=clock) as owner:
        states: dict[str, object] = {}

        def feed() -> None:
            for name in reversed(names[20:]):
                states[name] = owner.recall(name)

        thread = threading.Thread(target=feed)
        thread.start()
        pruned = apply_prune(store, plan, tracked=owner)
        thread.join(20)
        assert not thread.is_alive()
    assert {one.why for one in pruned} <= {"", "tracked in memory"}
    for one in pruned:
        assert (root / one.folder).exists() != one.is_done
        if not one.is_done:
            assert states[one.session] != FRESH
    assert sum(one.is_done for one in pruned) >= 20


def test_one_that_comes_alive_while_it_goes_keeps_its_record(root: Path, clock: Clock) -> None:
    folder = old(root, "s-1")
    plan = plan_of(root)
    unlinked: list[str] = []

    def watch(name: str, args: tuple[Any, ...], options: dict[str, Any]) -> None:
        if name == "unlink":
            unlinked.append(args[0])
            if len(unlinked) == 2:
                came_alive_state(folder)

    with watched(watch):
        (pruned,) = prune(root, clock, plan)
    assert not pruned.is_done
    assert not pruned.has_failed
    assert pruned.why.startswith(f"{STATE}: it changed since")
    assert (folder / STATE).exists()
    assert pruned.files == len(plan.going[0].files) - 1


def test_one_that_is_gone_already_is_said(root: Path, clock: Clock) -> None:
    folder = old(root, "s-1")
    plan = plan_of(root)
    folder.rename(root.parent / "elsewhere")
    (pruned,) = prune(root, clock, plan)
    assert (pruned.is_done, pruned.why) == (False, "gone already")


def test_a_disk_that_refuses_is_said_and_the_others_go_on(root: Path, clock: Clock) -> None:
    old(root, "s-1")
    old(root, "s-2")
    plan = plan_of(root)
    calls = []

    def watch(name: str, args: tuple[Any, ...], options: dict[str, Any]) -> None:
        if name == "unlink":
            calls.append(name)
            if len(calls) == 1:
                raise OSError(errno.EROFS, os.strerror(errno.EROFS))

    with watched(watch):
        first, second = prune(root, clock, plan)
    assert (first.is_done, first.has_failed) == (False, True)
    assert "Read-only file system" in first.why
    assert second.is_done


@pytest.mark.parametrize("is_bad", [False, True])
def test_a_kill_at_any_instant_never_leaves_a_session_that_claims_less_than_it_captured(
    is_bad: bool, root: Path, clock: Clock
) -> None:
    captured, steps = None, 0
    while True:
        folder = old(root, "s-1")
        if is_bad:
            (folder / STATE).write_bytes(b"{")
            age(folder)
        with open_tracker(root, read_only=True, clock=clock) as observer:
            captured = observer.recall("s-1")
        plan = plan_of(root)
        kill = KillAt(steps)
        with watched(kill):
            try:
                store = open_to_prune(root, clock)
                apply_prune(store, plan)
            except KilledError:
                pass
        store.close()
        with open_tracker(root, read_only=True, clock=clock) as observer:
            left = observer.recall("s-1")
        if left != FRESH or (folder / STATE).exists() or (folder / MANIFEST).exists():
            assert left.bands & captured.bands == captured.bands
            assert left.thresholds & captured.thresholds == captured.thresholds
            assert set(left.milestones) >= set(captured.milestones)
            assert left.last_checkpoint_ms >= captured.last_checkpoint_ms
        if not kill.is_dead:
            assert not folder.exists()
            break
        steps += 1
        for path in folder.iterdir() if folder.exists() else ():
            path.unlink()
    assert steps > 5


def test_what_went_is_fresh_again_and_nothing_of_it_is_left(root: Path, clock: Clock) -> None:
    old(root, "s-1")
    prune(root, clock, plan_of(root))
    with open_tracker(root, durability="process", clock=clock) as owner:
        effects = owner.handle(turn("s-1", NOW_MS, 22))
    assert [one.trigger or one.effect for one in effects] == ["continuity", "progressive-20"]


def test_deleting_is_stopped_between_two_folders(root: Path, clock: Clock) -> None:
    for name in ("a", "b", "c"):
        old(root, name)
    pruned = prune(root, clock, plan_of(root), progress=lambda done, total: done < 2)
    assert [one.folder for one in pruned] == ["a", "b"]
    assert (root / "c").exists()


# -- who may --------------------------------------------------------------------------------


def test_pruning_needs_the_owners_lock(root: Path, clock: Clock) -> None:
    old(root, "s-1")
    with open_tracker(root, clock=clock), pytest.raises(OwnedError):
        open_to_prune(root, clock)
    open_to_prune(root, clock).close()


def test_a_store_that_only_reads_deletes_nothing(root: Path, clock: Clock) -> None:
    old(root, "s-1")
    plan = plan_of(root)
    store = open_store(root, read_only=True, clock=clock)
    with pytest.raises(ReadOnlyError):
        apply_prune(store, plan)
    store.close()
    assert (root / "s-1" / STATE).exists()


def test_opening_to_prune_sweeps_nothing_and_makes_no_directory(root: Path, clock: Clock) -> None:
    with pytest.raises(DirectoryError):
        open_to_prune(root, clock)
    assert not root.exists()
    folder = write_original(root, "young", NOW_MS)
    (folder / ".holdfast-12-ab.tmp").write_bytes(b"")
    open_to_prune(root, clock).close()
    assert (folder / ".holdfast-12-ab.tmp").exists()


def test_an_owners_own_store_prunes_what_it_does_not_track(root: Path, clock: Clock) -> None:
    for name in ("tracked", "idle"):
        old(root, name)
    store = open_store(root, durability="process", clock=clock)
    with open_root(str(root)) as folder:
        plan = plan_prune(folder, older_than_ms=MINUTE_MS, now_ms=NOW_MS, tracked=["tracked"])
    assert [one.folder for one in apply_prune(store, plan)] == ["idle"]
    store.close()
    assert (root / "tracked").exists()
