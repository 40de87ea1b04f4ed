"""Retention's plan: what is old enough, file by file, and why the rest is kept."""

from __future__ import annotations

import errno
import json
import os
from pathlib import Path

import pytest
from conftest import Open
from directories import MANIFEST, STATE, tree
from faulty_os import fail, watched
from feeds import NOW_MS, compact
from old_sessions import DAY_MS, OLD_MS, age, kept, old, plan_of

from tracker.store.folders import digest_folder
from tracker.store.retention import is_known


def test_a_plan_names_every_file_it_would_delete_and_changes_nothing(root: Path) -> None:
    folder = old(root, "s-1")
    (folder / f"{STATE}.corrupt-1795310000000").write_bytes(b"bad")
    (folder / ".holdfast-12-ab.tmp").write_bytes(b"")
    age(folder)
    before = tree(root)
    plan = plan_of(root)
    assert tree(root) == before
    (planned,) = plan.folders
    assert (planned.folder, planned.session, planned.goes) == ("s-1", "s-1", True)
    assert {file.name for file in planned.files} == set(os.listdir(folder))
    assert planned.newest_ms == OLD_MS
    for file in planned.files:
        assert file.file_bytes == (folder / file.name).stat().st_size
        assert file.modified_ms == OLD_MS
    assert planned.file_bytes == sum(path.stat().st_size for path in folder.iterdir())
    assert (plan.directory, plan.older_than_ms, plan.made_ms) == (str(root), 7 * DAY_MS, NOW_MS)


def test_the_record_goes_last_and_the_manifest_before_it(root: Path) -> None:
    old(root, "s-1")
    (planned,) = plan_of(root).folders
    names = [file.name for file in planned.files]
    assert names[-2:] == [MANIFEST, STATE]
    assert all(name.endswith(".md") for name in names[:-2])


def test_where_the_record_is_bad_the_manifest_goes_last(root: Path) -> None:
    folder = old(root, "s-1")
    (folder / STATE).write_bytes(b"")
    age(folder)
    (planned,) = plan_of(root).folders
    assert [file.name for file in planned.files][-2:] == [STATE, MANIFEST]


@pytest.mark.parametrize(("days", "goes"), [(29, True), (30, True), (31, False)])
def test_the_newest_file_decides_and_the_limit_itself_is_old_enough(
    days: int, goes: bool, root: Path
) -> None:
    old(root, "s-1")
    (planned,) = plan_of(root, days).folders
    assert (planned.goes, planned.is_young, bool(planned.files)) == (goes, not goes, goes)


@pytest.mark.parametrize("name", [STATE, MANIFEST, "notes.txt"])
def test_one_young_file_keeps_the_whole_session_whosever_it_is(name: str, root: Path) -> None:
    folder = old(root, "s-1")
    with (folder / name).open("a") as stream:
        stream.write(" ")
    os.utime(folder / name, ns=(NOW_MS * 1_000_000, NOW_MS * 1_000_000))
    assert kept(plan_of(root)) == {"s-1": "its newest file is of 2026-11-22T01:13:20.000Z"}


def test_a_file_from_the_future_keeps_its_session(root: Path) -> None:
    age(old(root, "s-1") / STATE, NOW_MS + 400 * DAY_MS)
    assert list(kept(plan_of(root))) == ["s-1"]


def test_what_is_tracked_or_pinned_is_kept_whatever_its_age(root: Path) -> None:
    for name in ("a", "b", "c"):
        old(root, name)
    plan = plan_of(root, tracked=["a", "b"], pinned=["b"])
    assert kept(plan) == {"a": "tracked in memory", "b": "pinned"}
    assert [folder.folder for folder in plan.going] == ["c"]


def test_what_is_tracked_is_kept_by_its_folder_too_where_no_id_can_be_read(
    root: Path, open_owner: Open
) -> None:
    owner = open_owner()
    owner.handle(compact("a:b", NOW_MS))
    owner.close()
    folder = root / digest_folder("a:b")
    (folder / STATE).write_bytes(b"[]")
    age(folder)
    old(root, "a_b")  # What `a:b` would be adopted from.
    assert kept(plan_of(root, tracked=["a:b"])).keys() == {folder.name, "a_b"}
    assert kept(plan_of(root)) == {}


def test_the_id_is_that_of_the_record(root: Path, open_owner: Open) -> None:
    owner = open_owner()
    owner.handle(compact("agent:main:main", NOW_MS))
    owner.close()
    age(root / digest_folder("agent:main:main"))
    (planned,) = plan_of(root).going
    assert planned.session == "agent:main:main"


def test_unsafe_folders_are_kept_and_named(root: Path) -> None:
    outside = old(root.parent / "outside", "s")
    for name in ("linked", "hard", "piped"):
        old(root, name)
    (root / "link").symlink_to(outside)
    os.mkfifo(root / "fifo")
    (root / "linked" / STATE).unlink()
    (root / "linked" / STATE).symlink_to(outside / STATE)
    (root / "hard" / STATE).unlink()
    os.link(outside / STATE, root / "hard" / STATE)
    (root / "piped" / MANIFEST).unlink()
    os.mkfifo(root / "piped" / MANIFEST)
    for name in ("linked", "hard", "piped"):
        age(root / name)
    whys = kept(plan_of(root))
    assert whys == {
        "fifo": "refused, a FIFO",
        "hard": f"{STATE}: refused, one of 2 hard links to the same file",
        "link": "refused, a symbolic link",
        "linked": f"{STATE}: refused, a symbolic link, not a regular file",
        "piped": f"{MANIFEST}: refused, a FIFO, not a regular file",
    }


def test_a_newer_format_and_a_record_of_another_session_are_kept(
    root: Path, open_owner: Open
) -> None:
    owner = open_owner()
    for name in ("a", "b"):
        owner.handle(compact(name, NOW_MS))
    owner.close()
    record = json.loads((root / "a" / STATE).read_bytes())
    (root / "a" / STATE).write_text(json.dumps({**record, "holdfast": {"format": 9, "id": "a"}}))
    (root / "stranger").mkdir()
    (root / "b" / STATE).rename(root / "stranger" / STATE)
    for name in ("a", "b", "stranger"):
        age(root / name)
    whys = kept(plan_of(root))
    assert whys["a"] == "written in format 9, by a newer Holdfast"
    assert "lives in b" in whys["stranger"]
    assert "b" not in whys


def test_a_folder_that_cannot_be_read_now_is_kept(root: Path) -> None:
    old(root, "s-1")
    with watched(fail(errno.EIO, "read")):
        assert "can't be read now" in kept(plan_of(root))["s-1"]


def test_a_plan_that_is_stopped_is_of_what_was_looked_at(root: Path) -> None:
    for name in ("a", "b", "c"):
        old(root, name)
    plan = plan_of(root, progress=lambda done, total: done < 2)
    assert [folder.folder for folder in plan.folders] == ["a", "b"]


@pytest.mark.parametrize(
    ("name", "known"),
    [
        (STATE, True),
        (MANIFEST, True),
        ("2026-11-21T20-17-45-486Z-milestone-edit-batch.md", True),
        ("2026-11-21T20-17-45-486Z-compact.2.md", True),
        (f"{STATE}.corrupt-1795310000000", True),
        (".holdfast-77-0f.tmp", True),
        ("notes.md", False),
        ("README.md", False),
        (f"{STATE}.corrupt-", False),
        (f"{STATE}.corrupt-me.py", False),
        (f"{STATE}.bak", False),
        (".holdfast.lock", False),
        ("checkpoint-events.jsonl", False),
    ],
)
def test_which_files_are_known(name: str, known: bool) -> None:
    assert is_known(name) is known
