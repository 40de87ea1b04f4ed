"""A checkpoint in the operator's pager: a safe copy, private, and gone afterwards."""

from __future__ import annotations

import os
import signal
import stat
import sys
from pathlib import Path

import pytest
from console_values import HOSTILE

from console.acting.paging import (
    Pager,
    PagerError,
    Ran,
    choose_pager,
    copy_name,
    copy_text,
    ending_words,
    private_copy,
    run_pager,
    wait_for_enter,
)
from tracker import CheckpointText

OWN_LINES = 5
"""How many lines at either end editors search for settings."""


@pytest.fixture
def programs(tmp_path: Path) -> Path:
    """A folder with some programs, to be the whole of PATH."""
    for name in ("reader", "edit or", "less"):
        path = tmp_path / "bin" / name
        path.parent.mkdir(exist_ok=True)
        path.write_text("#!/bin/sh\n")
        path.chmod(0o755)
    return tmp_path / "bin"


def script(*lines: str) -> Pager:
    """A pager that runs Python; the file's path is its first argument."""
    return Pager("script", (sys.executable, "-c", "\n".join(lines)))


def test_the_pager_is_what_the_variables_name_in_their_order(programs: Path) -> None:
    path = str(programs)
    chosen = choose_pager({"PATH": path, "PAGER": "reader -R --opt='a b'", "EDITOR": "less"})
    assert chosen == ("reader", (f"{path}/reader", "-R", "--opt=a b"))
    assert choose_pager({"PATH": path, "EDITOR": "'edit or' -n"}).arguments[0] == f"{path}/edit or"
    assert choose_pager({"PATH": path, "PAGER": " ", "EDITOR": ""}).name == "less"


@pytest.mark.parametrize(
    ("environ", "words"),
    [
        ({"PAGER": "nowhere -x"}, r"\$PAGER names nowhere -x: no such program"),
        ({"PAGER": "'unclosed"}, r"\$PAGER can't be read as a command"),
        ({"PAGER": "''"}, r"\$PAGER names '': no such program"),
        ({"EDITOR": "x\x1b[31m"}, r"\$EDITOR names x\\x1b\[31m: no such program"),
        ({"PATH": "/nonexistent"}, r"no pager found: set \$PAGER"),
    ],
)
def test_a_pager_that_is_not_there_is_said_and_nothing_else_is_tried(
    programs: Path, environ: dict[str, str], words: str
) -> None:
    with pytest.raises(PagerError, match=words):
        choose_pager({"PATH": str(programs), **environ})


def test_no_shell_reads_what_a_variable_says(programs: Path, tmp_path: Path) -> None:
    touched = tmp_path / "touched"
    command = f"reader $(touch {touched}) | touch {touched}"
    pager = choose_pager({"PATH": str(programs), "PAGER": command})
    assert run_pager(pager, "x").exit_code == 0
    assert not touched.exists()


# -- the copy -----------------------------------------------------------------------------------


@pytest.mark.parametrize("text", HOSTILE)
def test_a_copy_holds_nothing_that_acts_on_a_terminal(text: str) -> None:
    copy = copy_text(text, text, CheckpointText(f"{text}\nsecond {text}", False, 9))
    for line in copy.split("\n"):
        assert line.isprintable(), ascii(line)


def test_a_copy_holds_the_whole_text_however_long_its_lines_are() -> None:
    long = "x" * 100_000
    assert long in copy_text("f", "n.md", CheckpointText(f"a\n{long}\nb", False, 100_004))
    assert "\\x00" * 50_000 in copy_text("f", "n.md", CheckpointText("\0" * 50_000, False, 50_000))


def test_no_line_of_the_text_stands_where_editors_look_for_settings() -> None:
    modeline = "vim: set modelineexpr:"
    lines = copy_text("f", "n.md", CheckpointText(modeline, False, 22)).split("\n")
    at = lines.index(modeline)
    assert at >= OWN_LINES
    assert len(lines) - 1 - at - (lines[-1] == "") >= OWN_LINES


def test_a_copy_says_that_it_is_one_and_whether_it_is_whole() -> None:
    whole = copy_text("folder", "n.md", CheckpointText("text", False, 4))
    assert whole.startswith("Copy of folder/n.md, made by Holdfast to be read.\n")
    assert "This is the whole of it: 4 B." in whole
    assert "End of the copy." in whole
    cut = copy_text("folder", "n.md", CheckpointText("text", True, 2_500_000))
    assert "This is its first 1 MiB; it goes on, to 2.5 M." in cut
    assert "The checkpoint goes on." in cut
    assert "End of the copy." not in cut


@pytest.mark.parametrize("name", [*HOSTILE, "-rf", ".bashrc", "..", "", "a b;c.md", "x.md"])
def test_a_copys_name_is_no_option_no_path_and_no_command(name: str) -> None:
    made = copy_name(name)
    assert made.endswith(".txt")
    assert made[0] not in "-."
    assert set(made) <= set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-")
    assert len(made) <= 90


def test_a_copy_is_private_cannot_be_written_and_is_gone_at_the_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    with private_copy("../x.md", "text\n") as path:
        assert stat.S_IMODE(os.stat(path).st_mode) == 0o400
        assert stat.S_IMODE(os.stat(os.path.dirname(path)).st_mode) == 0o700
        assert Path(path).read_text() == "text\n"
        assert os.path.dirname(os.path.dirname(path)) == str(tmp_path)
        Path(path + ".swp").write_text("left by an editor")
    assert list(tmp_path.iterdir()) == []


def test_a_copy_is_gone_too_where_what_used_it_failed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    with pytest.raises(RuntimeError), private_copy("x.md", "text"):
        raise RuntimeError
    assert list(tmp_path.iterdir()) == []


def test_a_copy_that_cannot_be_written_is_an_error_in_words_and_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("console.acting.paging._write", full)
    with pytest.raises(PagerError, match="No space left"), private_copy("x.md", "text"):
        pass
    assert list(tmp_path.iterdir()) == []
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "missing"))
    with pytest.raises(PagerError, match="no folder for the copy"), private_copy("x.md", "text"):
        pass


# -- running it ---------------------------------------------------------------------------------


def test_the_program_gets_the_path_and_its_failure_is_said(tmp_path: Path) -> None:
    path = str(tmp_path / "a name with blanks")
    pager = script("import sys", f"sys.exit(sys.argv[1] != {path!r})")
    assert ending_words(pager, run_pager(pager, path)) == ""
    ran = run_pager(script("import sys", "sys.exit(3)"), path)
    assert ending_words(pager, ran) == "script ended with exit code 3"
    ran = run_pager(script("import os", "os.kill(os.getpid(), 15)"), path)
    assert ending_words(pager, ran) == "script was ended by SIGTERM"
    assert ending_words(pager, Ran(-signal.SIGINT, 1.0)) == ""
    assert ending_words(pager, Ran(-99, 1.0)) == "script was ended by signal 99"


def test_a_program_that_cannot_be_started_is_an_error_in_words(tmp_path: Path) -> None:
    path = tmp_path / "no-program"
    path.write_bytes(b"\x00\x01")
    path.chmod(0o755)
    with pytest.raises(PagerError, match="no-program: can't be started: "):
        run_pager(Pager("no-program", (str(path),)), "x")


def test_an_interrupt_is_the_programs_own_and_ours_is_as_before_afterwards() -> None:
    before = signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGQUIT)
    pager = script(
        "import os, signal",
        "assert signal.getsignal(signal.SIGINT) is signal.default_int_handler",
        "assert signal.getsignal(signal.SIGQUIT) is signal.SIG_DFL",
        "os.kill(os.getppid(), signal.SIGINT)",
        "os.kill(os.getppid(), signal.SIGQUIT)",
    )
    assert run_pager(pager, "x").exit_code == 0
    assert (signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGQUIT)) == before


def test_how_long_it_ran_is_told() -> None:
    assert 0 < run_pager(script("pass"), "x").seconds < 60


def test_nobody_is_waited_for_where_there_is_no_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.isatty", lambda _fd: False)
    monkeypatch.setattr("os.read", lambda *_: pytest.fail("it waited"))
    wait_for_enter()
