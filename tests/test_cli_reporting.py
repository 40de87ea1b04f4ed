"""Drill reports: as lines for people, as JSON, and saved whole or not at all."""

from __future__ import annotations

import json
import os
import tomllib
from pathlib import Path
from typing import Any

import msgspec
import pytest
from broken_stores import ForgetsGuards
from command import run
from conftest import Open
from directories import tree
from feeds import MINUTE_MS, NOW_MS, edit, turn

from console.model.reports import report_lines, time_text, to_toml
from tracker import Ending, Report, drill_restore, drill_wave
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
def broken(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lets the restore drill meet a store that forgets guards."""

    def restore(*arguments: Any, **options: Any) -> Report:
        return drill_restore(*arguments, wrap=ForgetsGuards, **options)

    monkeypatch.setattr(plans, "drill_restore", restore)


def test_the_report_is_saved_as_toml_with_the_same_content_as_json(
    filled: Path, tmp_path: Path
) -> None:
    path = tmp_path / "report.toml"
    ran = run("drill", filled, "--json", "--report", path)
    assert ran.code == 0
    assert ran.stderr == f"holdfast: report saved to {path}\n"
    assert tomllib.loads(path.read_text())["drill"] == json.loads(ran.stdout)
    assert os.listdir(tmp_path) == ["report.toml"]


def test_the_report_is_saved_as_json_where_its_name_ends_so(
    filled: Path, tmp_path: Path, broken: None
) -> None:
    path = tmp_path / "report.json"
    path.write_text("what stood there")
    ran = run("drill", filled, "--json", "--report", path)
    assert ran.code == 1
    assert json.loads(path.read_bytes()) == json.loads(ran.stdout)
    (report,) = json.loads(path.read_bytes())
    assert report["sessions"][0]["differences"] == [
        {"field": "guards", "memory": ["continuity"], "disk": []}
    ]


def test_what_toml_has_no_word_for_is_left_out_and_what_it_cannot_carry_is_escaped() -> None:
    report = msgspec.structs.replace(
        drill_wave(sessions=4, capacity=2),
        directory="bad\udcff",
        sessions=(),
    )
    failed = {
        "session": "s\x1b\u202e",
        "ended": "failed",
        "differences": [{"field": "prior_score", "memory": 88, "disk": None}],
    }
    report = msgspec.convert({**msgspec.to_builtins(report), "sessions": [failed]}, Report)
    (saved,) = tomllib.loads(to_toml([report]).decode())["drill"]
    assert saved["directory"] == "bad\\udcff"
    assert saved["sessions"][0]["session"] == "s\x1b\u202e"
    assert saved["sessions"][0]["differences"] == [{"field": "prior_score", "memory": 88}]


@pytest.mark.parametrize(
    ("target", "why"),
    [
        ("report.txt", "ends in .toml or .json"),
        ("nowhere/report.toml", "no such folder for the report"),
        ("folder.toml", "a directory"),
        ("state/report.toml", "in the directory that is drilled"),
        ("state/s-1/report.json", "in the directory that is drilled"),
    ],
)
def test_a_report_that_cannot_be_saved_is_refused_before_the_drill(
    target: str, why: str, filled: Path
) -> None:
    (filled.parent / "folder.toml").mkdir()
    before = tree(filled.parent)
    ran = run("drill", filled, "--report", filled.parent / target)
    assert (ran.code, ran.stdout) == (2, "")
    assert why in ran.stderr
    assert tree(filled.parent) == before


def test_a_report_that_fails_to_be_written_leaves_what_stood_there(
    filled: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "report.toml"
    path.write_text("before")

    def refuse(*_: object) -> None:
        raise OSError(28, os.strerror(28))

    monkeypatch.setattr(os, "replace", refuse)
    ran = run("drill", filled, "--report", path)
    assert ran.code == 2
    assert "the report can't be written: No space left" in ran.stderr
    assert ran.lines[-1].startswith("restore passed")
    assert path.read_text() == "before"
    assert os.listdir(tmp_path) == ["report.toml"]


# -- words ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("ns", "text"),
    [(0, "0 µs"), (39_400, "39 µs"), (999_999, "1000 µs"), (1_234_567, "1.2 ms")],
)
def test_times_are_told_for_people(ns: int, text: str) -> None:
    assert time_text(ns) == text


def test_long_and_hostile_values_are_cut_and_made_visible(filled: Path) -> None:
    report = drill_restore(filled)
    names = [f"\x1b{number}" for number in range(1_000)]
    failed = {
        "session": "s\n",
        "ended": Ending.FAILED,
        "differences": [{"field": "edited_files", "memory": names, "disk": []}],
        "why": "torn\x07",
    }
    report = msgspec.convert({**msgspec.to_builtins(report), "sessions": [failed]}, Report)
    line = report_lines(report)[0]
    assert line.isprintable()
    assert line.startswith("failed   s\\x0a  edited_files: ")
    assert line.endswith("… in memory, none on disk; torn\\x07")
    assert len(line) < 200
