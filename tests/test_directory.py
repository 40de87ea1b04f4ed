"""The state directory as it is written: the original's layout, and two ids never in one folder."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest
from conftest import Open
from directories import (
    MANIFEST,
    MANIFEST_KEYS,
    STATE,
    manifest_lines,
    nine_fields,
    read_state,
    tree,
    triggers_of,
    write_original,
    write_state,
)
from feeds import MINUTE_MS, NOW_MS, Clock, compact, edit, end, turn

from tracker import (
    Event,
    Message,
    NewerFormatError,
    ReadOnlyError,
    WriteError,
    open_store,
    open_tracker,
    values_of,
)


def test_a_checkpoint_is_a_file_a_manifest_line_and_a_state(root: Path, open_owner: Open) -> None:
    messages = (Message("user", "do it", NOW_MS), Message("assistant", "done"))
    event = Event("agent_turn_prepare", "s-1", NOW_MS, 20.43, 83.0, messages=messages)
    open_owner().handle(event)
    folder = root / "s-1"
    name = "2026-11-22T01-13-20-000Z-progressive-20.md"
    assert sorted(path.name for path in folder.iterdir()) == sorted((name, MANIFEST, STATE))
    (line,) = manifest_lines(folder)
    digest = line.pop("semanticDigest")
    assert len(digest) == 64
    assert line == {
        "file": str(folder / name),
        "filename": name,
        "trigger": "progressive-20",
        "reason": None,
        "fillPct": 20.43,
        "qualityScore": 83,
        "messageCount": 2,
        "createdAt": "2026-11-22T01:13:20.000Z",
    }
    raw = (folder / MANIFEST).read_bytes()
    assert b'"qualityScore":83,' in raw
    assert raw.count(b"\n") == 1
    assert (folder / name).read_text() == (
        "# Session Checkpoint (v2)\n"
        "> Captured at 2026-11-22T01:13:20.000Z\n"
        "> Session: s-1\n"
        "> Trigger: progressive-20\n"
        "> Fill: 20%\n"
        "> Quality: 83/100\n"
        "> Messages preserved: 2\n"
        "\n"
        "## Recent Messages\n"
        "\n"
        "### User (2026-11-22T01:13:20.000Z)\n"
        "\n"
        "do it\n"
        "\n"
        "### Assistant\n"
        "\n"
        "done\n"
    )
    for path in folder.iterdir():
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    for path in (folder, root):
        assert stat.S_IMODE(path.stat().st_mode) == 0o700


def test_manifest_lines_have_the_originals_keys_whatever_the_reading(
    root: Path, open_owner: Open
) -> None:
    open_owner().handle(compact("s-1", NOW_MS))
    (line,) = manifest_lines(root / "s-1")
    assert tuple(line) == MANIFEST_KEYS
    assert (line["fillPct"], line["qualityScore"], line["messageCount"]) == (None, None, 0)


def test_a_message_is_cut_at_1500_characters_and_hostile_text_survives_visibly(
    root: Path, open_owner: Open
) -> None:
    messages = (
        Message("user\n## fake", "x" * 1500 + "y" * 500),
        Message("", "lone \ud800 surrogate", "\x1b[31m"),
    )
    session = "s\x1b[2J\n> Fill: 99%"
    open_owner().handle(Event("before_compaction", session, NOW_MS, messages=messages))
    (path,) = root.glob("*~*/*.md")
    text = path.read_text(encoding="utf-8")
    assert "x" * 1500 in text
    assert "y" not in text
    assert "lone \\ud800 surrogate" in text
    assert "\x1b" not in text
    assert "\n> Fill" not in text
    assert "\n## fake" not in text


@pytest.mark.parametrize("stamp", [float("nan"), float("inf"), -5, 10**30, "[now]\n", ""])
def test_a_message_with_a_strange_time_is_kept_all_the_same(
    stamp: float | str, root: Path, open_owner: Open
) -> None:
    messages = (Message("user", "text", stamp),)
    open_owner().handle(Event("before_compaction", "s-1", NOW_MS, messages=messages))
    (path,) = (root / "s-1").glob("*.md")
    assert path.read_text().endswith("\n\ntext\n")
    assert len(path.read_text().splitlines()) == 11


def test_the_same_content_for_the_same_trigger_twice_in_a_row_writes_no_second_file(
    root: Path, open_owner: Open
) -> None:
    owner = open_owner()
    for number in range(3):
        effects = owner.handle(compact("s-1", NOW_MS + number, "same"))
        assert [effect.trigger for effect in effects] == ["compact"]
    assert triggers_of(root / "s-1") == ["compact"]
    assert read_state(root / "s-1")["lastCheckpointAt"] == NOW_MS + 2
    assert owner.statistics().checkpoints == 3
    owner.handle(compact("s-1", NOW_MS + 3, "other"))
    owner.handle(compact("s-1", NOW_MS + 4, "same"))
    assert len(list((root / "s-1").glob("*.md"))) == len(manifest_lines(root / "s-1")) == 3


def test_two_checkpoints_of_one_millisecond_have_two_files(root: Path, open_owner: Open) -> None:
    owner = open_owner()
    owner.handle(compact("s-1", NOW_MS, "one"))
    owner.handle(compact("s-1", NOW_MS, "two"))
    names = [line["filename"] for line in manifest_lines(root / "s-1")]
    assert names[1] == names[0].removesuffix(".md") + ".1.md"
    assert len(list((root / "s-1").glob("*.md"))) == 2


def test_a_newer_format_is_shown_and_never_changed(
    root: Path, open_owner: Open, clock: Clock
) -> None:
    ours = {"format": 2, "id": "s-1", "unheard": "of"}
    fields = nine_fields(capturedFillBands=[20], lastCheckpointAt=NOW_MS)
    write_state(root / "s-1", {**fields, "holdfast": ours})
    owner = open_owner()
    before = tree(root)
    for act in (turn("s-1", NOW_MS + MINUTE_MS, 50), compact("s-1", NOW_MS), end("s-1", NOW_MS)):
        with pytest.raises(NewerFormatError, match="format 2"):
            owner.handle(act)
    assert len(owner) == 0
    assert owner.statistics().load_failures == {"newer-format": 3}
    assert tree(root) == before
    observer = open_owner(read_only=True)
    assert values_of(observer.recall("s-1").bands) == (20,)


def test_a_released_session_that_never_checkpointed_leaves_no_folder(
    root: Path, open_owner: Open
) -> None:
    owner = open_owner()
    owner.handle(turn("s-1", NOW_MS))
    assert (root / "s-1").exists()
    owner.handle(end("s-1", NOW_MS))
    owner.handle(edit("s-2", NOW_MS, "a.py"))
    owner.handle(end("s-2", NOW_MS))
    owner.handle(end("s-3", NOW_MS))
    owner.close()
    assert [path.name for path in root.iterdir()] == [".holdfast.lock"]


def test_a_released_session_with_a_checkpoint_at_time_0_is_not_behind_its_manifest(
    root: Path, open_owner: Open
) -> None:
    owner = open_owner()
    owner.handle(compact("s-1", 0))
    owner.handle(end("s-1", 5))
    owner.touch("s-1")
    assert owner.statistics().load_failures == {}
    assert owner.statistics().touches_after_end == 1


def test_leftover_temporaries_are_swept_when_an_owner_opens(root: Path, open_owner: Open) -> None:
    folder = write_original(root, "s-1", NOW_MS)
    leftover = folder / ".holdfast-123-0123456789abcdef.tmp"
    leftover.write_bytes(b"half")
    strange = root / "not a session"
    strange.mkdir()
    (strange / leftover.name).write_bytes(b"kept")
    (root / "link").symlink_to(strange)
    open_owner(read_only=True).close()
    assert leftover.exists()
    open_owner()
    assert not leftover.exists()
    assert (strange / leftover.name).exists()
    assert len(list(folder.iterdir())) == 3


def test_a_store_that_only_reads_cannot_write(root: Path, clock: Clock) -> None:
    write_original(root, "s-1", NOW_MS)
    before = tree(root)
    store = open_store(root, read_only=True, clock=clock)
    loaded = store.load("s-1")
    assert loaded is not None
    with pytest.raises(ReadOnlyError):
        store.commit("s-1", loaded.state, seq=loaded.seq)
    store.close()
    assert tree(root) == before


def test_a_directory_whose_path_is_no_utf8_works(tmp_path: Path, clock: Clock) -> None:
    root = os.fsdecode(os.fsencode(tmp_path) + b"/\xff\xfe")
    with open_tracker(root, durability="process", clock=clock) as owner:
        owner.handle(compact("s-1", NOW_MS))
    (line,) = manifest_lines(Path(root) / "s-1")
    assert line["file"].endswith(f"\\udcff\\udcfe/s-1/{line['filename']}")


def test_a_state_directory_can_be_moved(root: Path, open_owner: Open, clock: Clock) -> None:
    with open_owner() as owner:
        owner.handle(turn("s-1", NOW_MS, 20))
    moved = root.rename(root.parent / "moved")
    with open_tracker(moved, durability="process", clock=clock) as owner:
        assert owner.handle(turn("s-1", NOW_MS + 2 * MINUTE_MS, 20)) == ()


def test_a_record_that_grew_too_large_is_an_error_and_memory_stays(
    root: Path, open_owner: Open
) -> None:
    write_state(root / "s-1", {**nine_fields(), "theirs": "x" * 65_200})
    owner = open_owner()
    state = owner.recall("s-1")
    with pytest.raises(WriteError, match="65,536"):
        owner.handle(turn("s-1", NOW_MS, 20))
    assert owner.recall("s-1") is state


def test_a_session_of_4196_files_is_spilled_and_comes_back_whole(
    root: Path, open_owner: Open
) -> None:
    owner = open_owner()
    for number in range(4_196):
        owner.handle(edit("s-1", NOW_MS, f"{number:04}.py"))
    state = owner.recall("s-1")
    assert (len(state.edited_files), state.edit_files) == (4_096, 4_196)
    owner.evict(["s-1"])
    assert (root / "s-1" / STATE).stat().st_size <= 64 * 1024
    assert owner.recall("s-1") == state
