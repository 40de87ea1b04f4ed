"""The restore drill: every session on a scratch copy, compared field by field; DIR untouched."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest
from conftest import Open
from directories import MANIFEST, STATE, tree, write_original
from faulty_os import fail, watched
from feeds import MINUTE_MS, NOW_MS, Clock, compact, edit, end, turn

from tracker import DirectoryError, Ending, Report, WriteError, drill_restore, open_tracker
from tracker.drill.scratch import PREFIX
from tracker.store.files import open_root
from tracker.store.folders import digest_folder

IDS = ("plain", "agent:main:main", "agent_main_main", "agent.main.main", "ümläut ☃", "-dash")


@pytest.fixture
def scratch(tmp_path: Path) -> str:
    """Where scratch copies are made; what is left there afterwards is a fault."""
    return str(tmp_path)


@pytest.fixture
def filled(root: Path, open_owner: Open) -> Path:
    """A directory of six sessions, dirty and clean, one of them ended; nobody owns it any more."""
    owner = open_owner()
    for number, session in enumerate(IDS):
        owner.handle(turn(session, NOW_MS + number, 20 + 10 * number, 95 - 9 * number))
        for count in range(number):
            owner.handle(edit(session, NOW_MS + MINUTE_MS + count, f"file-{count}.py"))
    owner.handle(end("plain", NOW_MS + 2 * MINUTE_MS))
    owner.close()
    return root


def found(report: Report, ending: Ending) -> dict[str, str]:
    return {one.session: one.why for one in report.sessions if one.ended is ending}


def test_every_session_passes_and_the_report_says_what_was_compared(
    filled: Path, clock: Clock, scratch: str
) -> None:
    report = drill_restore(filled, clock=clock, scratch=scratch)
    assert report.has_passed
    assert not report.was_stopped
    assert (report.passed, report.failed, report.skipped) == (len(IDS), 0, 0)
    assert (report.plan, report.where, report.seed) == ("restore", "scratch", 1)
    assert (report.directory, report.started_ms) == (str(filled), NOW_MS)
    assert report.load_time_ns.count == len(IDS)
    assert 0 < report.load_time_ns.p50 <= report.load_time_ns.p99 <= report.load_time_ns.worst
    for one in report.sessions:
        assert one.durable > 0
        assert one.guards > 0
        assert one.spilled > 0
        assert 0 < one.load_ns <= report.load_time_ns.worst
        assert not one.why


def test_nothing_in_the_directory_changes_and_the_scratch_copy_is_gone(
    filled: Path, scratch: str
) -> None:
    (filled / ".holdfast.lock").unlink()
    before = tree(filled)
    assert drill_restore(filled, scratch=scratch).has_passed
    assert tree(filled) == before
    assert os.listdir(scratch) == []


def test_a_directory_that_has_an_owner_is_drilled_beside_it(
    root: Path, open_owner: Open, scratch: str
) -> None:
    owner = open_owner()
    owner.handle(compact("s-1", NOW_MS))
    assert drill_restore(root, scratch=scratch).passed == 1


def test_what_the_original_wrote_passes_and_so_does_what_is_behind_its_manifest(
    root: Path, scratch: str
) -> None:
    write_original(root, "s-1", NOW_MS, triggers=("progressive-20", "quality-80"))
    (write_original(root, "s-2", NOW_MS) / STATE).unlink()
    report = drill_restore(root, scratch=scratch)
    assert report.has_passed
    whys = found(report, Ending.PASSED)
    assert whys["s-1"] == ""
    assert whys["s-2"].startswith("behind at first: ")


def test_a_corrupt_record_is_drilled_as_it_is_rebuilt_and_said(root: Path, scratch: str) -> None:
    folder = write_original(root, "s-1", NOW_MS, triggers=("progressive-20", "quality-80"))
    (folder / STATE).write_bytes(b"{")
    os.utime(folder / STATE, (0, 0))
    (folder / MANIFEST).unlink()
    report = drill_restore(root, scratch=scratch)
    assert report.has_passed
    assert report.sessions[0].durable == 3
    assert found(report, Ending.PASSED)["s-1"].startswith("corrupt at first: torn")


def test_what_is_refused_is_skipped_and_named(root: Path, tmp_path: Path, scratch: str) -> None:
    for name in ("good", "linked", "piped", "huge"):
        write_original(root, name, NOW_MS)
    outside = write_original(tmp_path.parent / "outside", "s", NOW_MS)
    (root / "link").symlink_to(outside)
    os.mkfifo(root / "fifo")
    (root / "linked" / STATE).unlink()
    (root / "linked" / STATE).symlink_to(outside / STATE)
    (root / "piped" / MANIFEST).unlink()
    os.mkfifo(root / "piped" / MANIFEST)
    (root / "huge" / STATE).write_bytes(b" " * 70_000)
    (root / "checkpoint-events.jsonl").write_text("{}\n")
    (root / "empty").mkdir()
    (root / "no folder of ours").mkdir()
    report = drill_restore(root, scratch=scratch)
    assert report.has_passed
    assert list(found(report, Ending.PASSED)) == ["good"]
    whys = found(report, Ending.SKIPPED)
    assert whys.keys() == {"link", "fifo", "linked", "piped", "huge", "empty"}
    assert "a symbolic link" in whys["linked"]
    assert "a FIFO" in whys["piped"]
    assert "70,000 bytes, more than 65,536" in whys["huge"]
    assert whys["empty"] == "nothing of it is stored"
    for name in ("link", "fifo"):
        assert "refused" in whys[name]


def test_a_session_whose_id_cannot_be_told_or_that_has_two_folders_is_skipped(
    root: Path, open_owner: Open, scratch: str
) -> None:
    owner = open_owner()
    for session in ("a:b", "twin"):
        owner.handle(compact(session, NOW_MS))
    owner.close()
    bad = root / digest_folder("a:b")
    (bad / STATE).write_bytes(b"[]")
    os.utime(bad / STATE, (0, 0))
    (root / digest_folder("twin")).mkdir()
    (root / digest_folder("twin") / STATE).write_bytes((root / "twin" / STATE).read_bytes())
    report = drill_restore(root, scratch=scratch)
    assert list(found(report, Ending.PASSED)) == ["twin"]
    whys = found(report, Ending.SKIPPED)
    assert "its id can't be told" in whys[bad.name]
    assert "lives in another folder" in whys[digest_folder("twin")]


def test_a_directory_of_which_nothing_can_be_drilled_does_not_pass(
    root: Path, scratch: str
) -> None:
    root.mkdir()
    assert drill_restore(root, scratch=scratch).has_passed
    (root / "s-1").symlink_to("/nowhere")
    report = drill_restore(root, scratch=scratch)
    assert (report.has_passed, report.failed, report.skipped) == (False, 0, 1)


def test_a_count_takes_those_whose_activity_lies_furthest_back(root: Path, scratch: str) -> None:
    for number in range(5):
        write_original(root, f"s-{number}", NOW_MS - number * MINUTE_MS)
    report = drill_restore(root, count=2, scratch=scratch)
    assert {one.session for one in report.sessions} == {"s-3", "s-4"}


def test_a_marked_set_is_drilled_and_an_id_without_a_folder_is_named(
    filled: Path, scratch: str
) -> None:
    report = drill_restore(filled, sessions=["agent:main:main", "nobody"], scratch=scratch)
    assert list(found(report, Ending.PASSED)) == ["agent:main:main"]
    assert "no folder" in found(report, Ending.SKIPPED)["nobody"]


def test_the_same_seed_does_the_same_again(filled: Path, clock: Clock, scratch: str) -> None:
    def outcome(seed: int) -> list[tuple[str, int, int, int]]:
        report = drill_restore(filled, seed=seed, clock=clock, scratch=scratch)
        return [(one.session, one.durable, one.guards, one.spilled) for one in report.sessions]

    assert outcome(7) == outcome(7)


@pytest.mark.parametrize("steps", [1, 5, 45])
def test_a_drill_that_is_stopped_reports_what_was_done_so_far(
    steps: int, root: Path, scratch: str
) -> None:
    for number in range(40):
        write_original(root, f"s-{number:02}", NOW_MS)
    seen: list[tuple[int, int]] = []

    def progress(done: int, total: int) -> bool:
        seen.append((done, total))
        return done < steps

    report = drill_restore(root, progress=progress, scratch=scratch)
    assert report.was_stopped
    assert not report.has_passed
    assert report.failed == 0
    assert report.passed == (32 if steps == 45 else 0)
    assert seen == sorted(seen)
    assert os.listdir(scratch) == []


def test_progress_reaches_its_end(root: Path, scratch: str) -> None:
    for number in range(3):
        write_original(root, f"s-{number}", NOW_MS)
    seen: list[tuple[int, int]] = []
    drill_restore(root, progress=lambda *step: not seen.append(step), scratch=scratch)
    assert [done / total for done, total in seen] == [1 / 6, 2 / 6, 3 / 6, 1.0]


def test_a_full_disk_is_said_and_the_scratch_copy_is_gone(filled: Path, scratch: str) -> None:
    with (
        watched(fail(errno.ENOSPC, "write")),
        pytest.raises(WriteError, match=r"No space left.*the scratch copy needs more room"),
    ):
        drill_restore(filled, scratch=scratch)
    assert os.listdir(scratch) == []


def test_a_directory_that_is_not_there_is_refused_and_not_made(root: Path, scratch: str) -> None:
    with pytest.raises(DirectoryError) as caught:
        drill_restore(root, scratch=scratch)
    assert caught.value.is_missing
    assert not root.exists()


def test_a_place_where_no_scratch_directory_can_be_made_is_named(filled: Path) -> None:
    with pytest.raises(DirectoryError, match=r"no scratch directory can be made there.*TMPDIR"):
        drill_restore(filled, scratch=str(filled.parent / "nowhere"))


def test_the_scratch_directory_is_its_users_alone(filled: Path, tmp_path: Path) -> None:
    modes = []

    def progress(done: int, total: int) -> bool:
        (scratch,) = tmp_path.iterdir()
        assert scratch.name.startswith(PREFIX)
        modes.append(scratch.stat().st_mode & 0o777)
        return True

    drill_restore(filled, progress=progress, scratch=str(tmp_path))
    assert set(modes) == {0o700}


def test_tmpdir_decides_where_the_copy_is_made(
    filled: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", None)
    places = []
    drill_restore(filled, progress=lambda *_: not places.append(os.listdir(tmp_path)))
    assert all(len(names) == 1 for names in places)
    monkeypatch.setattr("tempfile.tempdir", None)


def test_the_content_of_checkpoint_files_is_not_copied(filled: Path, tmp_path: Path) -> None:
    copied: set[str] = set()

    def progress(done: int, total: int) -> bool:
        copied.update(path.name for path in tmp_path.rglob("*") if path.is_file())
        return True

    drill_restore(filled, progress=progress, scratch=str(tmp_path))
    copied.discard(".holdfast.lock")
    assert copied == {STATE, MANIFEST}


def test_the_guards_of_a_session_that_never_spoke_are_drilled_too(
    root: Path, clock: Clock, scratch: str
) -> None:
    write_original(root, "s-1", NOW_MS)
    report = drill_restore(root, scratch=scratch, clock=clock)
    assert report.sessions[0].guards == 1
    with open_tracker(root, read_only=True) as observer:
        assert observer.recall("s-1").guards == 0
    with open_root(str(root)) as folder:
        assert folder.status(".holdfast.lock") is None
