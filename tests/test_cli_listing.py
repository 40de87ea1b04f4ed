"""`sessions`, `files`, `show` and `doctor`: what they print, for people and as JSON."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from command import run
from directories import MANIFEST, STATE, write_checkpoint, write_original
from feeds import NOW_MS, compact, edit, end, turn

from console.cli.doctor import finding_lines
from console.model.table import cell_width
from tracker import Finding, Severity, open_tracker

UUID = "6c1b2a9e-1f0d-4a52-9c1e-5b0d1c2e3f40"


@pytest.fixture
def directory(root: Path) -> Path:
    """The original's folder of one session, and Holdfast's of three others."""
    write_original(
        root, UUID, NOW_MS, triggers=("progressive-20", "quality-80", "milestone-pre-fanout")
    )
    with open_tracker(root, durability="process", clock=lambda: NOW_MS) as tracker:
        tracker.handle(compact("agent:main:main", NOW_MS + 500_000, "hello"))
        tracker.handle(edit("agent:main:main", NOW_MS + 510_000, "src/a.py"))
        tracker.handle(turn("s-1", NOW_MS + 400_000, 42))
        tracker.handle(end("s-1", NOW_MS + 410_000))
        tracker.handle(turn("s-2", NOW_MS, 5))
    return root


def records(*arguments: object) -> list[dict[str, Any]]:
    ran = run(*arguments, "--json")
    assert ran.code in (0, 1)
    found = json.loads(ran.stdout)
    assert isinstance(found, list)
    return found


def test_sessions_are_listed_with_the_newest_checkpoint_first(directory: Path) -> None:
    ran = run("sessions", directory)
    assert (ran.code, ran.stderr) == (0, "")
    heading, *rows = [line.split("  ") for line in ran.lines]
    assert [title.strip() for title in heading if title][:4] == [
        "session",
        "folder",
        "verdict",
        "last checkpoint",
    ]
    assert [row[0] for row in rows] == ["agent:main:main", "s-1", UUID, "s-2"]
    (row,) = [line for line in ran.lines if line.startswith("s-1 ")]
    assert "disk-only, ended" in row
    assert "2026-11-22T01:20:00  20 35" not in row
    (row,) = [line for line in ran.lines if line.startswith(UUID)]
    assert row.split()[2:7] == ["disk-only", "2026-11-22T01:15:20", "20", "80", "pre-fanout"]


def test_sessions_as_json_have_units_in_their_names(directory: Path) -> None:
    by_id = {record["session"]: record for record in records("sessions", directory)}
    record = by_id[UUID]
    assert record.pop("file_bytes") > 0
    assert record == {
        "session": UUID,
        "folder": UUID,
        "verdict": "disk-only",
        "marks": [],
        "why": "",
        "last_checkpoint_ms": NOW_MS + 120_000,
        "bands": [20],
        "thresholds": [80],
        "milestones": ["pre-fanout"],
        "checkpoints": 3,
    }
    assert by_id["s-1"]["marks"] == ["ended"]
    assert by_id["agent:main:main"]["folder"].startswith("agent_main_main~")
    assert by_id["s-2"]["last_checkpoint_ms"] == 0


def test_an_empty_directory_has_no_sessions_and_says_so(tmp_path: Path) -> None:
    ran = run("sessions", tmp_path)
    assert (ran.code, ran.stdout) == (0, "")
    assert "no sessions" in ran.stderr
    assert records("sessions", tmp_path) == []


def test_files_are_listed_beside_what_the_manifest_says(directory: Path) -> None:
    folder = directory / UUID
    names = sorted(path.name for path in folder.glob("*.md"))
    (folder / names[0]).unlink()
    (folder / names[1]).unlink()
    (folder / names[1]).symlink_to("/etc/passwd")
    (folder / "orphan.md").write_text("x")
    found = records("files", directory, "--session", UUID)
    statuses = {record["filename"]: record["status"] for record in found}
    assert statuses == {
        names[0]: "missing",
        names[1]: "unsafe",
        names[2]: "listed",
        "orphan.md": "orphan",
    }
    assert {record["session"] for record in found} == {UUID}
    ran = run("files", directory)
    assert ran.code == 0
    assert len(ran.lines) == 1 + 4 + 2
    row = next(line for line in ran.lines if names[2] in line)
    assert row.split()[-1] == "listed"
    assert "20.43" in row


def test_files_of_a_folder_that_cannot_be_listed_are_a_finding(directory: Path) -> None:
    (directory / "s-9").symlink_to("/etc")
    ran = run("files", directory)
    assert ran.code == 1
    assert "s-9" in ran.stderr
    assert UUID in ran.stdout


def test_files_of_an_unknown_session_are_wrong_usage(directory: Path) -> None:
    assert run("files", directory, "--session", "s-77").code == 2


# -- show -------------------------------------------------------------------------------------


def test_show_takes_an_id_or_a_folder(directory: Path) -> None:
    (folder,) = [path.name for path in directory.glob("agent_*")]
    by_id = run("show", directory, "agent:main:main")
    assert by_id.code == 0
    assert run("show", directory, folder).stdout == by_id.stdout


def test_show_sets_what_is_live_beside_what_the_last_checkpoint_saved(directory: Path) -> None:
    ran = run("show", directory, "agent:main:main")
    assert "record       Holdfast's, sequence" in ran.stdout
    assert "memory       none here" in ran.stdout
    rows = {line.split("  ")[0]: line.split() for line in ran.lines}
    assert rows["edit writes"] == ["edit", "writes", "0", "1", "newer"]
    assert rows["edited files"] in (
        ["edited", "files", "-", "1", "name", "newer"],
        ["edited", "files"],
    )
    assert "  src/a.py" in ran.lines
    (record,) = records("show", directory, "agent:main:main")
    assert record["memory"] is None
    assert (record["saved"]["edit_writes"], record["live"]["edit_writes"]) == (0, 1)
    assert record["live"]["edited_files"] == ["src/a.py"]
    assert record["files"][0]["trigger"] == "compact"


def test_show_of_the_originals_record_has_one_column(directory: Path) -> None:
    ran = run("show", directory, UUID)
    assert "record       the original's" in ran.stdout
    assert any(line.split() == ["field", "on", "disk"] for line in ran.lines)
    assert any(line.split() == ["bands", "20"] for line in ran.lines)
    assert sum(line.endswith("  listed") for line in ran.lines) == 3
    assert "disk-only, ended" in run("show", directory, "s-1").stdout


def test_show_names_guards_and_the_prior_score(directory: Path) -> None:
    (record,) = records("show", directory, "s-2")
    assert record["live"]["guards"] == ["continuity"]
    assert record["live"]["prior_score"] == 90
    ran = run("show", directory, "s-2")
    assert any(line.split()[:1] == ["guards"] and "continuity" in line for line in ran.lines)


def test_show_of_an_unknown_session_names_the_nearest(directory: Path) -> None:
    wrong = UUID[:-1] + "1"
    ran = run("show", directory, wrong)
    assert (ran.code, ran.stdout) == (2, "")
    assert f"no such session in this directory; the nearest: {UUID}" in ran.stderr


def test_show_of_a_record_that_cannot_be_believed_says_what_is_wrong(directory: Path) -> None:
    (directory / UUID / STATE).write_text('{"capturedFillBands": [')
    ran = run("show", directory, UUID)
    assert ran.code == 0
    assert "verdict      corrupt" in ran.stdout
    assert "the manifest rebuilds it" in ran.stdout
    assert "record       none that can be believed" in ran.stdout
    assert any(line.split() == ["bands", "20"] for line in ran.lines)
    (record,) = records("show", directory, UUID)
    assert record["saved"] is None


def test_show_prints_every_folder_that_names_the_session(directory: Path) -> None:
    twin = directory / "twin"
    twin.mkdir()
    (twin / STATE).write_bytes((directory / "s-2" / STATE).read_bytes())
    found = records("show", directory, "s-2")
    assert {record["folder"] for record in found} == {"s-2", "twin"}


# -- doctor -----------------------------------------------------------------------------------


def test_a_healthy_directory_has_no_findings_and_the_doctor_says_so(directory: Path) -> None:
    ran = run("doctor", directory)
    assert (ran.code, ran.stdout) == (0, "no findings in 4 sessions\n")
    assert records("doctor", directory) == []


def test_the_doctor_says_what_is_wrong_and_what_to_do(directory: Path) -> None:
    (directory / UUID / STATE).write_text("{")
    (directory / "s-2" / STATE).write_text("{")
    write_checkpoint(directory / "s-1", "compact", NOW_MS + 900_000)
    ran = run("doctor", directory)
    assert ran.code == 1
    assert ran.lines[0].split()[:2] == ["severity", "session"]
    assert ran.lines[1].startswith("error     s-2")
    assert ran.lines[2].strip().startswith("→ ")
    assert ran.stderr == "holdfast: 1 error, 2 warnings\n"
    found = records("doctor", directory)
    assert [one["severity"] for one in found] == ["error", "warning", "warning"]
    assert {one["code"] for one in found} == {"corrupt", "behind"}
    assert all(one["advice"] for one in found)


def test_notes_alone_leave_a_directory_healthy(directory: Path) -> None:
    with (directory / UUID / "left.md").open("w") as orphan:
        orphan.write("x")
    ran = run("doctor", directory)
    assert ran.code == 0
    assert "note" in ran.stdout


def test_findings_wrap_at_words_under_their_column_and_fit_the_terminal() -> None:
    findings = [Finding(Severity.ERROR, "unsafe", "s-" + "1" * 90, "f", "what " * 30, "do " * 40)]
    lines = finding_lines(findings, 80)
    assert max(map(cell_width, lines)) <= 80
    indent = lines[1].index("what")
    assert all(line[:indent].isspace() for line in lines[2:])
    assert len(finding_lines(findings, None)) == 3


def test_a_torn_manifest_is_a_finding(directory: Path) -> None:
    with (directory / UUID / MANIFEST).open("a") as manifest:
        manifest.write('{"file":')
    assert run("doctor", directory).code == 1
