"""The checkpoints of one session: rows, plot, and text read off the screen's thread."""

from __future__ import annotations

import pytest
from console_support import lines_of
from console_values import HOSTILE, RAW_CONTROLS, in_memory, on_disk, update_of
from session_support import (
    NORMAL,
    NOW_MS,
    SMALL,
    TINY,
    WIDE,
    Stage,
    checkpoint,
    some_files,
    staged,
)

from console.snapshot import Mode
from tracker import CheckpointText, ReadError, UnsafeError

STORED = on_disk("s", seq=1)
UPDATE = update_of(mode=Mode.OWN, folders=(STORED,))


async def relist(stage: Stage) -> None:
    """Lets the folder change, so that its checkpoints are listed again."""
    disk = stage.desk.board.folder("s")
    assert disk is not None
    await stage.apply(update_of(mode=Mode.OWN, folders=(on_disk("s", seq=disk.seq + 1),)))


# -- rows ---------------------------------------------------------------------------------------


async def test_each_checkpoint_is_a_row_the_newest_first_and_chosen() -> None:
    files = (
        checkpoint("a.md", NOW_MS, trigger="quality-80", fill_pct=12.4, file_bytes=999),
        checkpoint("b.md", NOW_MS + 1, status="orphan", fill_pct=None, quality_score=None),
        checkpoint("c.md", NOW_MS + 2, status="missing", file_bytes=None),
        checkpoint("d.md", NOW_MS + 3, status="unsafe", why="a symbolic link"),
    )
    async with staged(UPDATE, files=files) as stage:
        await stage.open()
        assert [row.split()[-1] for row in stage.rows] == ["unsafe", "missing", "orphan", "listed"]
        assert stage.rows[3].split()[-6:] == ["quality-80", "12", "77", "999", "B", "listed"]
        assert stage.table.cursor_key == "d.md/"
        assert stage.said == ["not in memory", "4 checkpoints", "1 missing", "1 orphan", "1 unsafe"]


async def test_a_new_checkpoint_appears_above_and_the_cursor_stays_on_its_own() -> None:
    async with staged(UPDATE, files=some_files(3)) as stage:
        await stage.open()
        await stage.press("down")
        stage.link.listed = some_files(5)
        await relist(stage)
        await stage.until(lambda: len(stage.table.keys) == 5, "the new rows")
        assert stage.table.cursor_key == "n-1.md/"
        assert "text of n-1.md" in stage.text
        assert stage.link.read.count("n-1.md") == 1


async def test_a_checkpoint_that_is_gone_leaves_the_cursor_on_none_not_on_a_neighbour() -> None:
    async with staged(UPDATE, files=some_files(3)) as stage:
        await stage.open()
        stage.link.listed = some_files(2)
        await relist(stage)
        await stage.until(lambda: len(stage.table.keys) == 2, "the row to go")
        assert stage.table.cursor_key is None
        assert "choose a checkpoint" in stage.text
        assert stage.view.check_action("open", ()) is None
        await stage.press("o")
        stage.view.action_open()
        await stage.until(stage.notices, "the words")
        assert "No checkpoint is chosen" in stage.notices()[0]


async def test_why_they_cannot_be_listed_is_said_and_they_are_listed_once_they_can() -> None:
    async with staged(UPDATE, files=some_files(3)) as stage:
        stage.link.wrong = ReadError("/state/s: too many open \x1b[31mfiles", "/state/s")
        await stage.open()
        await stage.until(lambda: "can't be listed" in stage.screen, "the words")
        assert "too many open \\x1b[31mfiles" in stage.screen
        stage.link.wrong = None
        await relist(stage)
        await stage.until(lambda: len(stage.table.keys) == 3, "the rows")
        assert stage.table.cursor_key == "n-2.md/"


async def test_rows_that_were_listed_stay_while_they_cannot_be_listed_again() -> None:
    async with staged(UPDATE, files=some_files(3)) as stage:
        await stage.open()
        stage.link.wrong = ReadError("no", "/state/s")
        await relist(stage)
        await stage.until(lambda: "can't be listed now" in stage.screen, "the words")
        assert len(stage.table.keys) == 3


async def test_a_click_on_a_header_does_not_change_the_order_of_time() -> None:
    async with staged(UPDATE, files=some_files(3)) as stage:
        await stage.open()
        before = list(stage.table.keys)
        await stage.pilot.click("#session-checkpoints", offset=(2, 1))
        assert list(stage.table.keys) == before


# -- the text -----------------------------------------------------------------------------------


async def test_the_checkpoint_under_the_cursor_is_shown_as_text() -> None:
    async with staged(UPDATE, files=some_files(3)) as stage:
        await stage.open()
        assert "text of n-2.md" in stage.text
        assert "n-2.md · 1.2 K" in stage.screen
        await stage.press("down")
        await stage.until(lambda: "text of n-1.md" in stage.text, "the next one")
        assert "n-1.md · 1.2 K" in stage.screen


async def test_of_many_that_are_asked_for_while_the_disk_hangs_the_newest_wins() -> None:
    async with staged(UPDATE, files=some_files(30)) as stage:
        await stage.open()
        stage.link.gate.clear()
        stage.link.read.clear()
        await stage.press("down")
        await stage.until(lambda: stage.link.read == ["n-28.md"], "the first reading")
        await stage.press(*["down"] * 10)
        assert stage.link.read == ["n-28.md"]
        assert stage.text == "Reading…"
        stage.link.gate.set()
        await stage.until(lambda: "text of n-18.md" in stage.text, "the newest")
        assert stage.link.read == ["n-28.md", "n-18.md"]


async def test_a_text_that_comes_after_another_session_was_opened_is_not_shown() -> None:
    other = on_disk("other")
    update = update_of(mode=Mode.OWN, folders=(STORED, other))
    async with staged(update, files=some_files(2)) as stage:
        await stage.open()
        stage.link.gate.clear()
        await stage.press("down")
        await stage.until(lambda: stage.link.read[-1] == "n-0.md", "the reading")
        stage.link.listed = ()
        await stage.open("other", reads=False)
        stage.link.gate.set()
        await stage.until(lambda: "No checkpoints yet." in stage.screen, "the other's list")
        assert stage.text == ""


async def test_a_checkpoint_that_is_cut_says_so_at_both_ends() -> None:
    async with staged(UPDATE, files=some_files(1)) as stage:
        stage.link.texts["n-0.md"] = CheckpointText("begins\nends", True, 3_000_000)
        await stage.open()
        words = "Cut: this is the first 1 MiB of 3.0 M; the file goes on."
        assert stage.text.split("\n") == [words, "", "begins", "ends", words]


@pytest.mark.parametrize(
    ("status", "words"),
    [
        ("missing", "Missing: the manifest lists it, but the folder doesn't hold it."),
        ("unsafe", "Not read, because it is unsafe: it is a link"),
    ],
)
async def test_what_is_missing_or_unsafe_is_said_and_not_read(status: str, words: str) -> None:
    files = (checkpoint("x.md", status=status, why="it is a link"),)
    async with staged(UPDATE, files=files) as stage:
        await stage.open()
        assert stage.text == words
        assert stage.link.read == []
        await stage.press("o")
        await stage.until(stage.notices, "the words")
        assert f"Not opened: x.md is {status}" in stage.notices()[0]
        assert stage.link.read == []


async def test_an_orphan_is_read_and_called_one() -> None:
    async with staged(UPDATE, files=(checkpoint("x.md", status="orphan"),)) as stage:
        await stage.open()
        assert stage.text.startswith("Orphan: the folder holds it")
        assert "text of x.md" in stage.text


async def test_why_a_checkpoint_cannot_be_read_is_said() -> None:
    async with staged(UPDATE, files=some_files(2)) as stage:
        await stage.open()
        stage.link.wrong = UnsafeError("/state/s/n-0.md: refused, a FIFO", "/state/s/n-0.md")
        await stage.press("down")
        await stage.until(lambda: "can't be read" in stage.text, "the words")
        assert stage.text == "It can't be read: /state/s/n-0.md: refused, a FIFO"


@pytest.mark.parametrize("size", [NORMAL, TINY])
async def test_whatever_a_checkpoint_holds_the_screen_is_safe(size: tuple[int, int]) -> None:
    files = tuple(
        checkpoint(f"{number}{text}", NOW_MS + number, trigger=text, status="orphan")
        for number, text in enumerate(HOSTILE)
    )
    async with staged(UPDATE, files=files, size=size) as stage:
        stage.link.texts = {
            file.filename: CheckpointText(f"{text}\nand {text}", False, 9)
            for file, text in zip(files, HOSTILE, strict=True)
        }
        await stage.open()
        stage.view.go_to_pane("checkpoints")
        for _ in files:
            await stage.until(lambda: "Reading…" not in stage.text, "the text")
            screen = stage.screen
            assert not any(raw in stage.text + screen for raw in RAW_CONTROLS)
            await stage.press("down")


async def test_a_session_in_memory_alone_has_no_checkpoints_and_nothing_to_open() -> None:
    memory = update_of(mode=Mode.OWN, tracked=(in_memory("s", NOW_MS),))
    async with staged(memory) as stage:
        await stage.open()
        assert stage.rows == ["No folder on disk."]
        assert stage.view.check_action("open", ()) is None


# -- the plot -----------------------------------------------------------------------------------


async def test_fill_and_quality_are_drawn_over_the_checkpoints_with_numbers_of_the_chosen() -> None:
    async with staged(UPDATE, files=some_files(40), size=WIDE) as stage:
        await stage.open()
        drawn = "\n".join(lines_of(stage.plot))
        assert drawn.count("●") > 10
        assert drawn.count("○") > 10
        assert "● fill 39  ○ quality 77" in drawn
        assert "100┤" in drawn
        assert "┊" in drawn


async def test_left_and_right_in_the_plot_move_to_older_and_newer_checkpoints() -> None:
    async with staged(UPDATE, files=some_files(5), size=SMALL) as stage:
        await stage.open()
        stage.view.go_to_pane("plot")
        await stage.until(lambda: stage.focus == "plot", "the plot")
        await stage.press("left", "left", "left", "right")
        assert stage.table.cursor_key == "n-2.md/"
        assert "● fill 2" in stage.screen


async def test_checkpoints_without_readings_leave_no_empty_axes() -> None:
    files = (checkpoint("x.md", fill_pct=None, quality_score=None),)
    async with staged(UPDATE, files=files) as stage:
        await stage.open()
        assert "None of its checkpoints has a reading." in stage.screen
        assert "┤" not in stage.screen
