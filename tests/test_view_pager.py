"""A checkpoint handed to the operator's pager by the session view, and the terminal taken back."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from console_values import on_disk, update_of
from session_support import Stage, some_files, staged
from textual.screen import Screen

from console.snapshot import Mode
from tracker import CheckpointText, ReadError

UPDATE = update_of(mode=Mode.OWN, folders=(on_disk("s", seq=1),))


class Pagers:
    """A pager that writes down what it was given; and a terminal that can be lent to it."""

    def __init__(self, folder: Path, stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
        self.folder = folder
        self.seen = folder / "seen"
        self.temporary = folder / "tmp"
        self.temporary.mkdir()
        self.lent = 0
        program = folder / "pager"
        program.write_text(
            f"#!{sys.executable}\n"
            "import os, stat, sys\n"
            "path = sys.argv[1]\n"
            "mode = stat.S_IMODE(os.stat(path).st_mode)\n"
            f"open({str(self.seen)!r}, 'w').write(f'{{mode:o}} {{path}}\\n' + open(path).read())\n"
            "sys.exit(int(os.environ.get('EXIT_CODE', '0')))\n"
        )
        program.chmod(0o755)
        monkeypatch.setenv("PAGER", str(program))
        monkeypatch.setattr("tempfile.tempdir", str(self.temporary))
        monkeypatch.setattr(stage.app, "suspend", self._suspend)

    @contextlib.contextmanager
    def _suspend(self) -> Iterator[None]:
        self.lent += 1
        yield

    @property
    def text(self) -> str:
        return self.seen.read_text() if self.seen.exists() else ""


async def test_o_hands_a_safe_copy_to_the_pager_and_takes_it_away_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with staged(UPDATE, files=some_files(2)) as stage:
        pagers = Pagers(tmp_path, stage, monkeypatch)
        stage.link.texts["n-1.md"] = CheckpointText("first \x1b]52;c;eA==\x07\nlast", False, 24)
        await stage.open()
        await stage.press("o")
        await stage.until(stage.notices, "the words")
        assert "pager showed a copy of n-1.md. The checkpoint is as it was." in stage.notices()[0]
        assert pagers.lent == 1
        head, _, text = pagers.text.partition("\n")
        assert head.startswith("400 ")
        assert os.path.basename(head) == "n-1.txt"
        assert "Copy of s/n-1.md" in text
        assert "first \\x1b]52;c;eA==\\x07\nlast" in text
        assert "\x1b" not in text
        assert list(pagers.temporary.iterdir()) == []
        assert "opening…" not in stage.said


async def test_o_opens_the_one_it_was_pressed_on_though_the_cursor_went_on_meanwhile(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with staged(UPDATE, files=some_files(3)) as stage:
        pagers = Pagers(tmp_path, stage, monkeypatch)
        await stage.open()
        stage.link.gate.clear()
        await stage.press("o")
        assert "opening…" in stage.said
        await stage.press("down", "o", "o")
        stage.link.gate.set()
        await stage.until(stage.notices, "the words")
        assert "Copy of s/n-2.md" in pagers.text
        assert pagers.lent == 1


async def test_a_pager_that_fails_is_said_and_nothing_is_left_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with staged(UPDATE, files=some_files(1)) as stage:
        pagers = Pagers(tmp_path, stage, monkeypatch)
        monkeypatch.setenv("EXIT_CODE", "3")
        await stage.open()
        await stage.press("o")
        await stage.until(stage.notices, "the words")
        assert "pager ended with exit code 3. It had a copy of n-0.md." in stage.notices()[0]
        assert list(pagers.temporary.iterdir()) == []


async def test_where_there_is_no_pager_the_screen_is_not_given_away(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with staged(UPDATE, files=some_files(1)) as stage:
        pagers = Pagers(tmp_path, stage, monkeypatch)
        monkeypatch.setenv("PAGER", "no-such-program")
        await stage.open()
        await stage.press("o")
        await stage.until(stage.notices, "the words")
        assert "$PAGER names no-such-program: no such program" in stage.notices()[0]
        assert pagers.lent == 0
        assert list(pagers.temporary.iterdir()) == []


async def test_a_program_that_cannot_be_started_gives_the_screen_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with staged(UPDATE, files=some_files(1)) as stage:
        pagers = Pagers(tmp_path, stage, monkeypatch)
        (tmp_path / "pager").write_bytes(b"\x00\x01")
        await stage.open()
        await stage.press("o")
        await stage.until(stage.notices, "the words")
        assert "can't be started" in stage.notices()[0]
        assert list(pagers.temporary.iterdir()) == []


async def test_a_terminal_that_cannot_be_lent_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with staged(UPDATE, files=some_files(1)) as stage:
        suspend = stage.app.suspend
        pagers = Pagers(tmp_path, stage, monkeypatch)
        monkeypatch.setattr(stage.app, "suspend", suspend)
        await stage.open()
        await stage.press("o")
        await stage.until(stage.notices, "the words")
        assert "can't be handed to another program" in stage.notices()[0]
        assert pagers.text == ""
        assert list(pagers.temporary.iterdir()) == []


async def test_a_file_that_cannot_be_read_any_more_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with staged(UPDATE, files=some_files(1)) as stage:
        pagers = Pagers(tmp_path, stage, monkeypatch)
        await stage.open()
        stage.link.wrong = ReadError("/state/s/n-0.md: no such file", "/state/s/n-0.md")
        await stage.press("o")
        await stage.until(stage.notices, "the words")
        assert "Not opened: n-0.md: /state/s/n-0.md: no such file" in stage.notices()[0]
        assert pagers.lent == 0


async def test_the_terminal_is_not_taken_from_a_dialog_that_was_opened_meanwhile(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with staged(UPDATE, files=some_files(1)) as stage:
        pagers = Pagers(tmp_path, stage, monkeypatch)
        await stage.open()
        stage.link.gate.clear()
        await stage.press("o")
        stage.app.push_screen(Screen())
        await stage.pilot.pause()
        stage.link.gate.set()
        await stage.until(stage.notices, "the words")
        assert "something else is shown by now" in stage.notices()[0]
        assert pagers.lent == 0
