"""The doctor: each thing that can be wrong is found, named and explained, and nothing changes."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import Open
from directories import (
    MANIFEST,
    STATE,
    nine_fields,
    tree,
    write_checkpoint,
    write_original,
    write_state,
)
from feeds import MINUTE_MS, NOW_MS, turn

from tracker import Finding, Severity, Survey, diagnose, is_healthy
from tracker.store.files import open_root
from tracker.store.folders import digest_folder


def findings(root: Path) -> tuple[Finding, ...]:
    """What the doctor finds."""
    with open_root(str(root)) as folder:
        survey = Survey(folder)
        survey.sweep()
        return diagnose(folder, survey, NOW_MS)


def break_record(folder: Path) -> None:
    (folder / STATE).write_bytes(b'{"some": "json"}')


def break_all(folder: Path) -> None:
    break_record(folder)
    for path in (folder / MANIFEST, *folder.glob("*.md")):
        path.unlink()


def append_checkpoint(folder: Path) -> None:
    write_checkpoint(folder, "quality-80", NOW_MS)


def plant_link(folder: Path) -> None:
    (folder / STATE).unlink()
    (folder / STATE).symlink_to("/etc/passwd")


def name_newer_format(folder: Path) -> None:
    fields = nine_fields(capturedFillBands=[20], lastCheckpointAt=NOW_MS)
    write_state(folder, {**fields, "holdfast": {"format": 9, "id": "s-1"}})


def stamp_in_future(folder: Path) -> None:
    bands = {"capturedFillBands": [20]}
    write_state(folder, nine_fields(lastCheckpointAt=NOW_MS + 10 * MINUTE_MS, **bands))


def leave_temporary(folder: Path) -> None:
    (folder / ".holdfast-1-ab.tmp").write_bytes(b"x")


def keep_bad(folder: Path) -> None:
    (folder / f"{STATE}.corrupt-5").write_bytes(b"x")


def lose_file(folder: Path) -> None:
    next(folder.glob("*.md")).unlink()


def empty_file(folder: Path) -> None:
    next(folder.glob("*.md")).write_bytes(b"")


def link_file(folder: Path) -> None:
    (folder / "x.md").symlink_to("/etc/passwd")


def add_orphan(folder: Path) -> None:
    (folder / "x.md").write_bytes(b"x")


def tear_manifest(folder: Path) -> None:
    with (folder / MANIFEST).open("ab") as manifest:
        manifest.write(b"{torn")


CASES: dict[Callable[[Path], object], tuple[str, Severity]] = {
    break_record: ("corrupt", Severity.WARNING),
    break_all: ("corrupt", Severity.ERROR),
    append_checkpoint: ("behind", Severity.WARNING),
    plant_link: ("unsafe", Severity.ERROR),
    name_newer_format: ("newer-format", Severity.WARNING),
    stamp_in_future: ("future-stamp", Severity.WARNING),
    leave_temporary: ("leftovers", Severity.NOTE),
    keep_bad: ("bad-kept", Severity.NOTE),
    lose_file: ("missing-file", Severity.WARNING),
    empty_file: ("empty-file", Severity.WARNING),
    link_file: ("unsafe-file", Severity.ERROR),
    add_orphan: ("orphan-file", Severity.NOTE),
    tear_manifest: ("torn-manifest", Severity.WARNING),
}


@pytest.mark.parametrize("harm", CASES, ids=lambda harm: harm.__name__)
def test_each_harm_is_found_with_its_severity_and_what_to_do(
    harm: Callable[[Path], object], root: Path
) -> None:
    harm(write_original(root, "s-1", NOW_MS - MINUTE_MS))
    root.chmod(0o700)
    before = tree(root)
    code, severity = CASES[harm]
    found = {one.code: one for one in findings(root)}
    assert set(found) == {code}
    one = found[code]
    assert (one.severity, one.session, one.folder) == (severity, "s-1", "s-1")
    assert one.what
    assert one.advice
    assert is_healthy(tuple(found.values())) is (severity is Severity.NOTE)
    assert tree(root) == before


def test_a_directory_as_the_original_leaves_it_is_healthy(root: Path) -> None:
    for number in range(5):
        write_original(root, f"s-{number}", NOW_MS, triggers=("progressive-20", "compact"))
    root.chmod(0o755)
    assert findings(root) == ()
    assert is_healthy(())


def test_a_directory_as_holdfast_leaves_it_is_healthy(root: Path, open_owner: Open) -> None:
    owner = open_owner()
    for session in ("a:b", "a_b", "s-1"):
        owner.handle(turn(session, NOW_MS, 20))
    (note,) = findings(root)
    assert (note.code, note.what) == ("owned", f"process {os.getpid()} owns the directory")
    owner.close()
    assert findings(root) == ()


def test_a_directory_others_may_write_into_is_a_warning(root: Path) -> None:
    root.mkdir()
    root.chmod(0o777)
    assert [one.code for one in findings(root)] == ["open-permissions"]


def test_two_folders_that_name_one_session_are_a_warning_each(root: Path, open_owner: Open) -> None:
    owner = open_owner()
    owner.handle(turn("a", NOW_MS, 20))
    owner.close()
    twin = root / digest_folder("a")
    twin.mkdir(0o700)
    (twin / STATE).write_bytes((root / "a" / STATE).read_bytes())
    assert [one.code for one in findings(root)].count("collision") == 2


def test_the_worst_stands_first(root: Path) -> None:
    leave_temporary(write_original(root, "s-1", NOW_MS))
    lose_file(write_original(root, "s-2", NOW_MS))
    plant_link(write_original(root, "s-3", NOW_MS))
    plant_link(write_original(root, "s-0", NOW_MS))
    assert [(one.severity.value, one.session) for one in findings(root)] == [
        ("error", "s-0"),
        ("error", "s-3"),
        ("warning", "s-2"),
        ("note", "s-1"),
    ]


def test_it_says_how_far_it_is_and_stops_with_what_it_found_by_then(root: Path) -> None:
    for name in ("s-1", "s-2", "s-3"):
        plant_link(write_original(root, name, NOW_MS))
    told: list[tuple[int, int]] = []
    with open_root(str(root)) as opened:
        survey = Survey(opened)
        survey.sweep()
        whole = diagnose(opened, survey, NOW_MS, lambda *far: told.append(far) or True)  # type: ignore[func-returns-value]
        part = diagnose(opened, survey, NOW_MS, lambda done, total: done < 2)
    assert told == [(0, 3), (1, 3), (2, 3), (3, 3)]
    assert [one.session for one in whole] == ["s-1", "s-2", "s-3"]
    assert [one.session for one in part] == ["s-1", "s-2"]


def test_what_cannot_be_listed_is_an_error_of_its_own(root: Path) -> None:
    folder = write_original(root, "s-1", NOW_MS)
    with open_root(str(root)) as opened:
        survey = Survey(opened)
        survey.sweep()
        (folder / MANIFEST).unlink()
        os.mkfifo(folder / MANIFEST)
        codes = [one.code for one in diagnose(opened, survey, NOW_MS)]
    assert codes == ["unreadable-files"]
