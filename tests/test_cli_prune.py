"""`prune`: prints its plan, and with --apply does exactly that plan."""

from __future__ import annotations

import json
import os
import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from command import finish, run, start
from conftest import Open
from directories import STATE, tree, write_original
from faulty_os import fail, watched
from feeds import NOW_MS, compact

from console.cli import prune as prune_module
from console.cli.progress import Progress
from tracker import PrunePlan, plan_prune

DAY_MS = 86_400_000


@pytest.fixture
def now_ms() -> int:
    return time.time_ns() // 1_000_000


@pytest.fixture
def filled(root: Path, now_ms: int) -> Path:
    """Two sessions of 30 days ago, one of which holds a file of somebody else, and a young one."""
    for name in ("old-1", "old-2", "young"):
        folder = write_original(root, name, NOW_MS, triggers=("progressive-20", "quality-80"))
        if name == "old-2":
            (folder / "notes\x1b.txt").write_text("mine")
        if name != "young":
            age(folder, now_ms - 30 * DAY_MS)
    return root


def age(folder: Path, at_ms: int) -> None:
    for path in (*folder.iterdir(), folder):
        os.utime(path, ns=(at_ms * 1_000_000, at_ms * 1_000_000))


def test_the_plan_is_printed_and_nothing_changes(filled: Path) -> None:
    before = tree(filled)
    ran = run("prune", filled, "--older-than", "7d")
    assert ran.code == 0
    heading, first, second = ran.lines
    assert heading.split()[:2] == ["session", "folder"]
    assert first.split()[:2] == ["old-1", "old-1"]
    assert first.endswith("2 checkpoints, manifest.jsonl, policy-state.json")
    assert second.endswith("policy-state.json; not notes\\x1b.txt, so the folder stays")
    assert ran.stderr.startswith("holdfast: 2 sessions to go (8 files, ")
    assert ran.stderr.endswith(
        "); 1 kept, 1 of them younger than 1w; nothing was deleted; --apply does\n"
    )
    assert tree(filled) == before


def test_apply_does_exactly_the_plan_and_says_so(filled: Path) -> None:
    planned = run("prune", filled, "--older-than", "7d").stdout
    young = tree(filled / "young")
    ran = run("prune", filled, "--older-than", "7d", "--apply")
    assert ran.code == 0
    assert ran.stdout == planned
    assert ran.stderr.startswith("holdfast: 2 sessions of 2 deleted: 8 files, ")
    assert sorted(os.listdir(filled)) == [".holdfast.lock", "old-2", "young"]
    assert os.listdir(filled / "old-2") == ["notes\x1b.txt"]
    assert tree(filled / "young") == young


def test_nothing_old_enough_is_said(filled: Path) -> None:
    ran = run("prune", filled, "--older-than", "52w")
    assert (ran.code, ran.stdout) == (0, "")
    assert "0 sessions to go (0 files, 0 B); 3 kept, 3 of them younger than 52w" in ran.stderr
    assert "--apply" not in ran.stderr


def test_what_is_kept_for_more_than_its_age_is_named(filled: Path) -> None:
    (filled / "link").symlink_to("/nowhere")
    ran = run("prune", filled, "--older-than", "7d")
    assert ran.lines[-2].split() == ["kept", "why"]
    assert ran.lines[-1].split(maxsplit=1) == ["link", "refused, a symbolic link"]
    assert ran.lines[-3] == ""


def test_json_has_every_folder_and_every_file(filled: Path) -> None:
    ran = run("prune", filled, "--older-than", "7d", "--json")
    records = {one["session"]: one for one in json.loads(ran.stdout)}
    assert {name: one["goes"] for name, one in records.items()} == {
        "old-1": True,
        "old-2": True,
        "young": False,
    }
    assert {file["name"] for file in records["old-1"]["files"]} == set(os.listdir(filled / "old-1"))
    assert records["old-2"]["others"] == ["notes\x1b.txt"]
    assert records["young"]["why_kept"].startswith("its newest file is of ")
    assert not any("outcome" in one for one in records.values())


def test_json_says_what_came_of_each_folder(filled: Path) -> None:
    ran = run("prune", filled, "--older-than", "7d", "--apply", "--json")
    assert ran.code == 0
    outcomes = {one["session"]: one.get("outcome") for one in json.loads(ran.stdout)}
    assert outcomes["young"] is None
    assert outcomes["old-1"]["is_done"] is outcomes["old-1"]["is_removed"] is True
    assert (outcomes["old-2"]["files"], outcomes["old-2"]["is_removed"]) == (4, False)


def between(monkeypatch: pytest.MonkeyPatch, act: Callable[[], object]) -> None:
    """Does something between the plan and its application."""

    def planned(*arguments: Any, **options: Any) -> PrunePlan:
        plan = plan_prune(*arguments, **options)
        act()
        return plan

    monkeypatch.setattr(prune_module, "plan_prune", planned)


def test_a_session_that_came_alive_in_between_is_skipped_and_said(
    filled: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    between(monkeypatch, lambda: os.utime(filled / "old-1" / STATE))
    ran = run("prune", filled, "--older-than", "7d", "--apply")
    assert ran.code == 0
    assert "old-1: skipped, it changed since the plan was made" in ran.stderr
    assert "1 session of 2 deleted: 4 files" in ran.stderr
    assert (filled / "old-1" / STATE).exists()


def test_a_disk_that_refuses_exits_3(filled: Path) -> None:
    with watched(fail(30, "unlink")):
        ran = run("prune", filled, "--older-than", "7d", "--apply")
    assert ran.code == 3
    assert "Read-only file system" in ran.stderr
    assert "0 sessions of 2 deleted" in ran.stderr


def test_an_owner_elsewhere_is_named_and_apply_is_refused(root: Path, open_owner: Open) -> None:
    owner = open_owner()
    owner.handle(compact("s-1", NOW_MS))
    before = tree(root)
    ran = finish(start("prune", root, "--older-than", "1ms"))
    assert ran.code == 0
    assert f"process {os.getpid()} owns the directory; stop it before --apply" in ran.stderr
    ran = finish(start("prune", root, "--older-than", "1ms", "--apply"))
    assert (ran.code, ran.stdout) == (4, "")
    assert f"owned by process {os.getpid()}" in ran.stderr
    assert tree(root) == before


@pytest.mark.parametrize("options", [[], ["--apply"]])
def test_a_directory_that_is_not_there_exits_3_and_is_not_made(
    options: list[str], root: Path
) -> None:
    ran = run("prune", root, "--older-than", "7d", *options)
    assert ran.code == 3
    assert "no such directory" in ran.stderr
    assert not root.exists()


@pytest.mark.parametrize("older_than", ["", "soon", "0", "off", "-7d", "7 parsecs", "200000w"])
def test_an_age_that_is_none_exits_2(older_than: str, filled: Path) -> None:
    before = tree(filled)
    ran = run("prune", filled, f"--older-than={older_than}", "--apply")
    assert (ran.code, ran.stdout) == (2, "")
    assert "--older-than" in ran.stderr
    assert tree(filled) == before


def test_an_age_is_asked_for(filled: Path) -> None:
    ran = run("prune", filled)
    assert ran.code == 2
    assert "--older-than" in ran.stderr


@pytest.mark.parametrize(
    ("calls", "left", "said"),
    [(1, 3, "stopped before the plan was whole"), (4, 2, "stopped after 1 of 2")],
)
def test_ctrl_c_stops_before_the_plan_or_between_two_folders(
    calls: int, left: int, said: str, filled: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = 0

    def call(self: Progress, done: int, total: int) -> bool:
        nonlocal seen
        seen += 1
        if seen == calls:
            signal.raise_signal(signal.SIGINT)
        return True

    monkeypatch.setattr(Progress, "__call__", call)
    ran = run("prune", filled, "--older-than", "7d", "--apply")
    assert ran.code == 130
    assert f"SIGINT: {said}" in ran.stderr
    assert bool(ran.stdout) == (calls > 3)
    assert len([name for name in os.listdir(filled) if not name.startswith(".")]) == left
