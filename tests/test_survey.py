"""All folders of a state directory, looked at again and again, and never changed."""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
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
from faulty_os import fail, watched
from feeds import MINUTE_MS, NOW_MS, Clock, compact, edit, end, turn

from tracker import CheckpointText, FolderSummary, ReadError, Survey, Sweep, values_of
from tracker.store.files import open_root
from tracker.store.folders import digest_folder
from tracker.store.listing import DISPLAY_BYTES


@contextmanager
def surveyed(root: Path) -> Iterator[Survey]:
    """A survey of a root, not yet swept."""
    with open_root(str(root)) as folder:
        yield Survey(folder)


def summary_of(root: Path, name: str) -> FolderSummary:
    """What a survey says of one folder."""
    with surveyed(root) as survey:
        return survey.summarize(name)


def test_a_folder_of_the_originals_is_summed_up(root: Path) -> None:
    folder = write_original(root, "s-1", NOW_MS, triggers=("progressive-20", "quality-80"))
    (root / "checkpoint-events.jsonl").write_bytes(b"{}\n")
    with surveyed(root) as survey:
        (summary,) = survey.sweep().changed
        assert survey.summaries == (summary,)
    assert summary.state is not None
    assert (summary.folder, summary.session) == ("s-1", "s-1")
    assert values_of(summary.state.bands) == (20,)
    assert (summary.trouble, summary.has_ended, summary.seq) == ("", None, 0)
    assert (summary.checkpoints, summary.last_trigger) == (2, "quality-80")
    assert summary.file_bytes == sum(path.stat().st_size for path in folder.iterdir())


def test_a_folder_of_holdfasts_names_its_session_and_whether_it_ended(
    root: Path, open_owner: Open
) -> None:
    owner = open_owner()
    owner.handle(turn("a:b", NOW_MS, 20))
    assert summary_of(root, digest_folder("a:b")).session == "a:b"
    assert summary_of(root, digest_folder("a:b")).has_ended is False
    owner.handle(end("a:b", NOW_MS))
    summary = summary_of(root, digest_folder("a:b"))
    assert (summary.has_ended, summary.seq) == (True, 2)


def test_what_a_survey_sees_is_what_a_load_gives(root: Path, open_owner: Open) -> None:
    owner = open_owner()
    owner.handle(turn("s-1", NOW_MS, 20))
    owner.handle(edit("s-1", NOW_MS, "a.py"))
    owner.evict(["s-1"])
    assert summary_of(root, "s-1").state == owner.recall("s-1")


def test_a_second_sweep_finds_only_what_changed_and_reads_nothing_else(
    root: Path, open_owner: Open
) -> None:
    owner = open_owner()
    for number in range(5):
        owner.handle(turn(f"s-{number}", NOW_MS, 20))
    with surveyed(root) as survey:
        assert len(survey.sweep().changed) == 5
        calls: list[str] = []
        with watched(lambda name, args, options: calls.append(name)):
            assert survey.sweep() == Sweep()
        assert set(calls) == {"listdir", "stat"}
        assert calls.count("stat") == 10
        owner.handle(compact("s-2", NOW_MS))
        owner.handle(turn("s-9", NOW_MS))
        (root / "s-3" / MANIFEST).unlink()
        shutil.rmtree(root / "s-4")
        sweep = survey.sweep()
        assert {one.folder for one in sweep.changed} == {"s-2", "s-3", "s-9"}
        assert sweep.removed == ("s-4",)
        assert survey.sweep() == Sweep()


def test_a_sweep_that_was_stopped_is_gone_on_with(root: Path) -> None:
    for number in range(600):
        (root / f"s-{number}").mkdir(parents=True)
    steps: list[tuple[int, int]] = []

    def stop_at_once(done: int, of: int) -> bool:
        steps.append((done, of))
        return done < 256

    with surveyed(root) as survey:
        assert len(survey.sweep(stop_at_once).changed) == 256
        assert steps == [(0, 600), (256, 600)]
        sweep = survey.sweep(lambda done, of: True)
        assert len(sweep.changed) == 344
        assert len(survey.summaries) == 600


def test_a_sweep_tells_what_it_found_a_part_at_a_time_and_returns_all_of_it(root: Path) -> None:
    for number in range(300):
        (root / f"s-{number}").mkdir(parents=True)
    parts: list[tuple[FolderSummary, ...]] = []
    with surveyed(root) as survey:
        sweep = survey.sweep(None, lambda part: parts.append(tuple(part)))
        assert [len(part) for part in parts] == [256, 44]
        assert parts[0] + parts[1] == sweep.changed
        (root / "s-7" / "more.md").write_text("x")
        survey.sweep(None, lambda part: parts.append(tuple(part)))
        assert [one.folder for one in parts[2]] == ["s-7"]
        assert survey.sweep(None, lambda part: parts.append(tuple(part))) == Sweep()
        assert len(parts) == 3


def test_a_folder_that_went_is_forgotten_once(root: Path) -> None:
    write_original(root, "s-1", NOW_MS)
    with surveyed(root) as survey:
        survey.sweep()
        assert not survey.is_missing("s-1")
        shutil.rmtree(root / "s-1")
        assert survey.is_missing("s-1")
        assert not survey.is_missing("s-1")
        assert survey.summaries == ()


@pytest.mark.parametrize("can_rebuild", [True, False])
def test_a_bad_record_is_corrupt_and_it_is_said_whether_it_can_be_rebuilt(
    can_rebuild: bool, root: Path
) -> None:
    folder = write_original(root, "s-1", NOW_MS)
    (folder / STATE).write_bytes(b'{"some": "json"}')
    if not can_rebuild:
        for path in (folder / MANIFEST, *folder.glob("*.md")):
            path.unlink()
    summary = summary_of(root, "s-1")
    assert (summary.trouble, summary.can_rebuild) == ("corrupt", can_rebuild)
    assert summary.why.startswith("types: ")


def test_a_state_behind_its_manifest_is_seen(root: Path) -> None:
    folder = write_original(root, "s-1", NOW_MS)
    write_checkpoint(folder, "quality-80", NOW_MS + MINUTE_MS)
    summary = summary_of(root, "s-1")
    assert summary.trouble == "behind"
    assert "1 checkpoint" in summary.why


def test_a_folder_whose_record_names_another_session_is_unsafe(
    root: Path, open_owner: Open
) -> None:
    open_owner().handle(turn("A", NOW_MS, 20))
    (root / "A").rename(root / "a")
    summary = summary_of(root, "a")
    assert (summary.trouble, summary.session) == ("unsafe", "A")
    assert "lives in A" in summary.why


def test_leftovers_kept_records_and_newer_formats_are_counted(root: Path) -> None:
    folder = write_original(root, "s-1", NOW_MS)
    (folder / ".holdfast-1-ab.tmp").write_bytes(b"x")
    (folder / f"{STATE}.corrupt-5").write_bytes(b"x")
    summary = summary_of(root, "s-1")
    assert (summary.leftovers, summary.bad_kept, summary.newer_format) == (1, 1, 0)
    write_state(root / "s-2", {**nine_fields(), "holdfast": {"format": 9, "id": "s-2"}})
    assert summary_of(root, "s-2").newer_format == 9


@pytest.mark.parametrize("code", [errno.EACCES, errno.EMFILE, errno.EIO])
def test_what_cannot_be_read_is_a_trouble_and_no_error(code: int, root: Path) -> None:
    write_original(root, "s-1", NOW_MS)
    with surveyed(root) as survey:
        with watched(fail(code, "open")):
            summary = survey.look("s-1")
        assert summary is not None
        assert "can't be read now" in summary.why
        assert summary.trouble
        with watched(fail(code, "listdir")), pytest.raises(ReadError):
            survey.sweep()


def test_a_file_is_listed_orphaned_missing_or_unsafe(root: Path) -> None:
    folder = write_original(root, "s-1", NOW_MS, triggers=("progressive-20", "quality-80"))
    listed, missing = sorted(folder.glob("*.md"))
    missing.unlink()
    orphan = folder / "2026-11-21T23-00-35-418Z-compact.md"
    orphan.write_bytes(b"12345")
    (folder / "notes.md").symlink_to(listed)
    with surveyed(root) as survey:
        survey.sweep()
        files = {file.filename: file for file in survey.files(*survey.summaries)}
    assert {name: file.status for name, file in files.items()} == {
        listed.name: "listed",
        missing.name: "missing",
        orphan.name: "orphan",
        "notes.md": "unsafe",
    }
    assert files[missing.name].file_bytes is None
    assert (files[orphan.name].trigger, files[orphan.name].file_bytes) == ("compact", 5)
    assert files[orphan.name].created_ms == 1795302035418
    assert (files[listed.name].fill_pct, files[listed.name].quality_score) == (20.43, 83)


def test_a_checkpoint_is_read_for_display_up_to_1_mib(root: Path) -> None:
    folder = write_original(root, "s-1", NOW_MS)
    (path,) = folder.glob("*.md")
    with surveyed(root) as survey:
        summary = survey.summarize("s-1")
        path.write_bytes(b"x" * DISPLAY_BYTES)
        assert survey.text(summary, path.name) == CheckpointText(
            "x" * DISPLAY_BYTES, False, DISPLAY_BYTES
        )
        path.write_bytes(b"x" * (DISPLAY_BYTES + 1))
        assert survey.text(summary, path.name) == CheckpointText(
            "x" * DISPLAY_BYTES, True, DISPLAY_BYTES + 1
        )
        for folder_name, name in (("s-1", "gone.md"), ("s-9", path.name)):
            with pytest.raises(ReadError, match="no such"):
                survey.text(FolderSummary(folder_name, folder_name), name)


def test_what_is_no_text_is_shown_as_such_and_no_character_is_cut_in_two(root: Path) -> None:
    folder = write_original(root, "s-1", NOW_MS)
    (path,) = folder.glob("*.md")
    with surveyed(root) as survey:
        summary = survey.summarize("s-1")
        path.write_bytes(b"a\xffb\r\n\x1b[2Jc\xe2\x98")
        assert survey.text(summary, path.name).text == "a\ufffdb\r\n\x1b[2Jc\ufffd"
        path.write_bytes(b"x" * (DISPLAY_BYTES - 1) + "☃".encode())
        shown = survey.text(summary, path.name)
        assert (shown.text, shown.is_cut) == ("x" * (DISPLAY_BYTES - 1), True)


def test_surveying_changes_nothing(root: Path, open_owner: Open, clock: Clock) -> None:
    owner = open_owner()
    owner.handle(turn("a:b", NOW_MS, 20))
    owner.close()
    write_original(root, "s-1", NOW_MS)
    (root / "s-1" / STATE).write_bytes(b"bad")
    (root / "s-1" / ".holdfast-1-ab.tmp").write_bytes(b"x")
    (root / "link").symlink_to("/etc")
    os.mkfifo(root / "fifo")
    before = tree(root)
    with surveyed(root) as survey:
        survey.sweep()
        for summary in survey.summaries:
            if summary.trouble != "unsafe":
                survey.files(summary)
        assert {one.folder for one in survey.summaries} >= {"s-1", "link", "fifo"}
    assert tree(root) == before


def test_a_removed_directory_is_noticed(root: Path) -> None:
    root.mkdir()
    with surveyed(root) as survey:
        assert not survey.is_gone
        root.rmdir()
        assert survey.is_gone
