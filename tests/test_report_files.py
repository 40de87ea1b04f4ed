"""Reports in the user's own folder: theirs alone, both files or none, and nothing written over."""

from __future__ import annotations

import json
import os
import stat
import tomllib
from pathlib import Path

import pytest

from console.screens.report_files import save_reports
from tracker import Report, drill_wave


@pytest.fixture(scope="module")
def reports() -> list[Report]:
    return [drill_wave(sessions=4, capacity=2)]


def mode_of(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_the_users_state_folder_is_made_for_its_user_alone(
    reports: list[Report], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("console.screens.report_files.state_folder", lambda: tmp_path / "a" / "own")
    toml, json_path = save_reports(reports, "wave")
    assert toml == tmp_path / "a" / "own" / "drills" / "wave.toml"
    assert (mode_of(toml.parent), mode_of(toml.parent.parent)) == (0o700, 0o700)
    assert (mode_of(toml), mode_of(json_path)) == (0o600, 0o600)
    assert tomllib.loads(toml.read_text())["drill"] == json.loads(json_path.read_bytes())


@pytest.mark.parametrize("there", ["wave.toml", "wave.json"])
def test_what_is_there_already_stays_and_nothing_is_left_beside_it(
    reports: list[Report], tmp_path: Path, there: str
) -> None:
    (tmp_path / there).write_text("mine")
    with pytest.raises(FileExistsError):
        save_reports(reports, "wave", tmp_path)
    assert os.listdir(tmp_path) == [there]
    assert (tmp_path / there).read_text() == "mine"


def test_a_link_in_the_way_is_not_followed(reports: list[Report], tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    folder = tmp_path / "drills"
    folder.mkdir()
    (folder / "wave.json").symlink_to(outside)
    with pytest.raises(FileExistsError):
        save_reports(reports, "wave", folder)
    assert not outside.exists()


def test_a_disk_that_fails_leaves_neither_file(
    reports: list[Report], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(fd: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        save_reports(reports, "wave", tmp_path)
    assert os.listdir(tmp_path) == []
