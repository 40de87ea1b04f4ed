"""`drill`: what it prints, saves and returns, and that it changes nothing but with --live."""

from __future__ import annotations

import json
import os
import signal
import tomllib
from pathlib import Path
from typing import Any

import msgspec
import pytest
from broken_stores import ForgetsGuards
from command import finish, run, start
from conftest import Open
from directories import tree, write_original
from feeds import MINUTE_MS, NOW_MS, compact, edit, turn

from console.cli.progress import Progress
from tracker import Report, drill_invisibility, drill_restore, drill_wave
from tracker.drill import plans


@pytest.fixture
def filled(root: Path, open_owner: Open) -> Path:
    """Three sessions nobody owns any more, and no lock file."""
    owner = open_owner()
    for number, session in enumerate(("s-1", "agent:main:main", "evil\x1b[31m")):
        owner.handle(turn(session, NOW_MS + number, 22))
        owner.handle(edit(session, NOW_MS + MINUTE_MS, "a.py"))
    owner.close()
    (root / ".holdfast.lock").unlink()
    return root


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Makes the synthetic drills small."""

    def wave(**options: Any) -> Report:
        return drill_wave(sessions=14, capacity=10, **options)

    def invisibility(**options: Any) -> Report:
        return drill_invisibility(events=60, **options)

    monkeypatch.setattr(plans, "drill_wave", wave)
    monkeypatch.setattr(plans, "drill_invisibility", invisibility)


@pytest.fixture
def broken(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lets the restore drill meet a store that forgets guards."""

    def restore(*arguments: Any, **options: Any) -> Report:
        return drill_restore(*arguments, wrap=ForgetsGuards, **options)

    monkeypatch.setattr(plans, "drill_restore", restore)


# -- on scratch -------------------------------------------------------------------------------


def test_a_drill_that_passes_says_so_in_one_line_and_changes_nothing(filled: Path) -> None:
    before = tree(filled)
    ran = run("drill", filled)
    assert ran.code == 0
    assert ran.stderr == ""
    (line,) = ran.lines
    assert line.startswith("restore passed: 3 sessions drilled; 0 failed; 0 skipped; on scratch; ")
    for part in ("load p50 ", ", p99 ", ", worst ", "; seed 1; "):
        assert part in line
    assert tree(filled) == before


def test_all_plans_run_one_after_the_other_and_print_what_they_checked(
    filled: Path, small: None
) -> None:
    ran = run("drill", filled, "--plan", "all", "--seed", 7)
    assert ran.code == 0
    summaries = [line.split(":")[0] for line in ran.lines if "; seed 7; " in line]
    assert summaries == ["restore passed", "wave passed", "invisibility passed"]
    checks = [line for line in ran.lines if line.startswith("passed ")]
    assert "passed   of 14 sessions 10 are left in memory" in checks
    assert "passed   every effect is that of a tracker that never evicts" in checks


@pytest.mark.parametrize("plan", ["wave", "invisibility"])
def test_a_plan_of_its_own_sessions_leaves_the_directory_alone(
    plan: str, filled: Path, small: None
) -> None:
    before = tree(filled)
    ran = run("drill", filled, "--plan", plan)
    assert ran.code == 0
    assert ran.lines[-1].startswith(f"{plan} passed: ")
    assert tree(filled) == before


def test_a_failed_drill_names_each_session_with_its_fields_and_exits_1(
    filled: Path, broken: None
) -> None:
    ran = run("drill", filled)
    assert ran.code == 1
    assert sorted(ran.lines[:3]) == [
        "failed   agent:main:main  guards: continuity in memory, none on disk",
        "failed   evil\\x1b[31m  guards: continuity in memory, none on disk",
        "failed   s-1  guards: continuity in memory, none on disk",
    ]
    assert ran.lines[3].startswith("restore failed: 3 sessions drilled; 3 failed; ")


def test_what_is_skipped_is_named_with_why(filled: Path) -> None:
    (filled / "link").symlink_to("/nowhere")
    ran = run("drill", filled)
    assert ran.code == 0
    assert ran.lines[0].startswith("skipped  link  ")
    assert "refused" in ran.lines[0]
    assert "; 1 skipped; " in ran.lines[1]


def test_a_directory_of_which_nothing_can_be_drilled_exits_1(root: Path) -> None:
    root.mkdir()
    assert run("drill", root).code == 0
    (root / "link").symlink_to("/nowhere")
    ran = run("drill", root)
    assert ran.code == 1
    assert ran.lines[-1].startswith("restore failed, nothing could be drilled: ")


def test_count_and_seed_reach_the_drill(root: Path) -> None:
    for number in range(4):
        write_original(root, f"s-{number}", NOW_MS - number)
    (report,) = json.loads(run("drill", root, "--count", 2, "--seed", 9, "--json").stdout)
    assert {one["session"] for one in report["sessions"]} == {"s-2", "s-3"}
    assert report["seed"] == 9


def test_json_is_an_array_of_reports(filled: Path, small: None) -> None:
    ran = run("drill", filled, "--plan", "all", "--json")
    assert ran.code == 0
    reports = json.loads(ran.stdout)
    assert [one["plan"] for one in reports] == ["restore", "wave", "invisibility"]
    for one in reports:
        report = msgspec.convert(one, Report)
        assert report.has_passed
        assert report.passed == len(report.sessions)
    assert not any(control in ran.stdout for control in "\x1b\x07")


def test_the_settings_rules_are_those_that_are_drilled(filled: Path) -> None:
    ran = run("drill", filled, HOLDFAST_POLICY_BANDS="nonsense")
    assert ran.code == 2
    assert "HOLDFAST_POLICY_BANDS" in ran.stderr


# -- asked wrong ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "why"),
    [
        (["--plan", "wave", "--count", 3], "--count is for the restore drill"),
        (["--plan", "wave", "--live"], "--live drills the sessions of DIR"),
        (["--plan", "all", "--live"], "--live drills the sessions of DIR"),
        (["--plan", "tsunami"], "tsunami"),
        (["--count", 0], "0"),
        (["--seed", "x"], "x"),
    ],
)
def test_what_was_asked_wrong_exits_2(options: list[object], why: str, filled: Path) -> None:
    ran = run("drill", filled, *options)
    assert ran.code == 2
    assert why in ran.stderr
    assert ran.stderr.count("\n") == 1


@pytest.mark.parametrize("options", [[], ["--plan", "wave"], ["--live"]])
def test_a_directory_that_is_not_there_exits_3_and_is_not_made(
    options: list[object], root: Path
) -> None:
    ran = run("drill", root, *options)
    assert ran.code == 3
    assert "no such directory" in ran.stderr
    assert not root.exists()


# -- stopped ----------------------------------------------------------------------------------


@pytest.fixture
def interrupted(monkeypatch: pytest.MonkeyPatch) -> None:
    """Sends SIGINT to the drill as it tells of its progress for the 40th time."""
    calls = 0

    def call(self: Progress, done: int, total: int) -> bool:
        nonlocal calls
        calls += 1
        if calls == 40:
            signal.raise_signal(signal.SIGINT)
        return True

    monkeypatch.setattr(Progress, "__call__", call)


def test_ctrl_c_ends_it_cleanly_with_what_was_done_so_far(
    root: Path, tmp_path: Path, interrupted: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path / "scratch"))
    monkeypatch.setattr("tempfile.tempdir", None)
    (tmp_path / "scratch").mkdir()
    for number in range(39):
        write_original(root, f"s-{number:02}", NOW_MS)
    path = tmp_path / "report.toml"
    ran = run("drill", root, "--report", path, TMPDIR=str(tmp_path / "scratch"))
    monkeypatch.setattr("tempfile.tempdir", None)
    assert ran.code == 130
    (line,) = ran.lines
    assert line.startswith("restore stopped, no failure so far: 32 sessions drilled; ")
    assert "SIGINT: stopped; the report says what was done so far" in ran.stderr
    (report,) = tomllib.loads(path.read_text())["drill"]
    assert (report["was_stopped"], report["has_passed"], report["passed"]) == (True, False, 32)
    assert os.listdir(tmp_path / "scratch") == []


def test_no_further_plan_begins_after_ctrl_c(root: Path, small: None, interrupted: None) -> None:
    for number in range(50):
        write_original(root, f"s-{number:02}", NOW_MS)
    ran = run("drill", root, "--plan", "all")
    assert ran.code == 130
    assert len(ran.lines) == 1


def test_a_failure_found_before_ctrl_c_exits_1(root: Path, broken: None, interrupted: None) -> None:
    for number in range(39):
        write_original(root, f"s-{number:02}", NOW_MS)
    ran = run("drill", root)
    assert ran.code == 1
    assert ran.lines[-1].startswith("restore stopped, and failed so far: 32 sessions drilled; 32")


# -- live -------------------------------------------------------------------------------------


def test_live_owns_the_directory_and_drills_it(filled: Path) -> None:
    before = {name: one for name, one in tree(filled).items() if "/" in name}
    ran = run("drill", filled, "--live")
    assert ran.code == 0
    lines = [line for line in ran.lines if not line.startswith("passed")]
    assert lines[0].startswith("restore passed: 3 sessions drilled; 0 failed; 0 skipped; live; ")
    assert (filled / ".holdfast.lock").exists()
    assert {name: one for name, one in tree(filled).items() if "/" in name} == before


def test_live_is_refused_where_another_process_owns_the_directory(
    root: Path, open_owner: Open
) -> None:
    owner = open_owner()
    owner.handle(compact("s-1", NOW_MS))
    before = tree(root)
    ran = finish(start("drill", root, "--live"))
    assert ran.code == 4
    assert f"owned by process {os.getpid()}" in ran.stderr
    assert tree(root) == before
    assert finish(start("drill", root)).code == 0


def test_live_takes_the_settings(filled: Path) -> None:
    ran = run("drill", filled, "--live", "--json", HOLDFAST_SPILL="false")
    assert ran.code == 0
    (report,) = json.loads(ran.stdout)
    assert {one["spilled"] for one in report["sessions"]} == {0}
    assert report["where"] == "live"


def test_a_live_report_may_be_saved_beside_the_sessions(filled: Path) -> None:
    assert run("drill", filled, "--live", "--report", filled / "report.json").code == 0


def test_a_drill_beside_an_owner_in_another_process_changes_nothing(
    root: Path, open_owner: Open
) -> None:
    owner = open_owner()
    owner.handle(compact("s-1", NOW_MS))
    before = tree(root)
    assert finish(start("drill", root)).code == 0
    assert tree(root) == before
