"""The command line as a whole: verbs, exit codes, one line for every error, and lean imports."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from command import REPOSITORY, finish, run, start
from console_values import HOSTILE, RAW_CONTROLS
from directories import STATE, tree, write_original
from feeds import NOW_MS, compact

import console.__main__
from console.cli import listing
from console.cli.errors import exit_code_of
from console.cli.root import VERBS
from console.model.encoding import json_bytes, safe_json
from tracker import OwnedError, open_tracker


@pytest.fixture
def directory(root: Path) -> Path:
    """A directory of the original's with two sessions."""
    write_original(root, "s-1", NOW_MS)
    write_original(root, "s-2", NOW_MS + 60_000, triggers=("progressive-20", "quality-80"))
    return root


# -- verbs and words --------------------------------------------------------------------------


def test_the_help_names_every_verb_and_the_options_of_the_console() -> None:
    ran = run("--help")
    assert ran.code == 0
    for verb in VERBS:
        assert f"\n  {verb} " in ran.stdout
    for option in ("--feed", "--capacity", "--idle-ttl", "--no-spill", "--read-only", "--poll"):
        assert option in ran.stdout
    assert run("-h").stdout == ran.stdout


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_has_a_help_of_its_own(verb: str) -> None:
    ran = run(verb, "--help")
    assert ran.code == 0
    assert ran.stdout.startswith(f"Usage: holdfast {verb} ")


def test_the_version_is_the_trackers() -> None:
    ran = run("--version")
    assert (ran.code, ran.stdout) == (0, "holdfast 0.1.0\n")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("sesions",), "no verb, and no directory of that name; did you mean sessions?"),
        (("sesions", "somewhere"), "did you mean sessions?"),
        (("sessions",), "Missing argument 'DIR' (see holdfast sessions --help)"),
        (("sessions", ".", "--jsn"), "No such option '--jsn'"),
        (("config", "shw"), "No such command 'shw'"),
        (("completions", "tcsh"), "'tcsh' is not one of"),
        (("replay", "x"), "Missing option '--state-dir'"),
        (("demo", "--rate", "0"), "--rate"),
        (("--no-such",), "No such option '--no-such'"),
    ],
)
def test_wrong_usage_is_one_line_and_exit_code_2(arguments: tuple[str, ...], said: str) -> None:
    ran = run(*arguments)
    assert ran.code == 2
    assert ran.stdout == ""
    assert said in ran.stderr
    assert ran.stderr.startswith("holdfast: ")
    assert ran.stderr.count("\n") == 1


def test_a_group_without_a_verb_shows_its_help_and_is_wrong_usage() -> None:
    ran = run("config")
    assert ran.code == 2
    assert "init" in ran.stderr


# -- exit codes -------------------------------------------------------------------------------


@pytest.mark.parametrize("verb", ["sessions", "files", "doctor"])
def test_a_directory_that_cannot_be_read_is_exit_code_3(verb: str, tmp_path: Path) -> None:
    for path in (tmp_path / "gone", tmp_path / "file"):
        (tmp_path / "file").write_text("")
        ran = run(verb, path)
        assert ran.code == 3
        assert ran.stdout == ""
        assert str(path) in ran.stderr
        assert ran.stderr.count("\n") == 1


def test_a_directory_that_is_owned_is_exit_code_4_and_names_the_owner(root: Path) -> None:
    feed = root.parent / "feed.jsonl"
    feed.write_bytes(b"")
    with open_tracker(root, durability="process"):
        ran = finish(start("replay", feed, "--state-dir", root))
    assert ran.code == 4
    assert f"process {os.getpid()}" in ran.stderr
    assert ran.stderr.count("\n") == 1
    assert exit_code_of(OwnedError("owned", "", None)) == 4


def test_what_nobody_foresaw_is_one_line_and_a_report(
    tmp_path: Path, directory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(summary: object) -> None:
        raise ZeroDivisionError(f"at \x1b[31m{summary.__class__.__name__}")

    monkeypatch.setattr(listing, "session_cells", fail)
    ran = run("sessions", directory, home=tmp_path)
    assert ran.code == 70
    assert ran.stderr.startswith("holdfast: a bug: ZeroDivisionError: at \\x1b[31mFolderSummary;")
    assert ran.stderr.count("\n") == 1
    (report,) = (tmp_path / "state" / "holdfast" / "crashes").iterdir()
    assert str(report) in ran.stderr
    assert "Traceback" in report.read_text("utf-8")
    assert report.stat().st_mode & 0o777 == 0o600
    shown = run("sessions", directory, home=tmp_path, HOLDFAST_DEBUG="1")
    assert "Traceback" in shown.stderr
    assert "\x1b" not in shown.stderr
    (tmp_path / "file").write_text("")
    unwritten = run("sessions", directory, home=tmp_path / "file")
    assert unwritten.code == 70
    assert "no report could be written" in unwritten.stderr


def test_elsewhere_than_posix_it_says_so_plainly(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(console.__main__.os, "name", "nt")
    code = console.__main__.main(["--help"])
    monkeypatch.undo()
    assert code == 2
    assert capsys.readouterr().err == (
        "holdfast: runs on POSIX systems only, such as Linux and macOS\n"
    )


# -- pipes ------------------------------------------------------------------------------------


def test_a_full_disk_behind_standard_output_is_one_line(directory: Path) -> None:
    if not Path("/dev/full").exists():
        pytest.skip("no /dev/full on this system")
    with open("/dev/full", "wb") as full:
        ran = finish(start("sessions", directory, stdout=full))
    assert ran.code == 74
    assert ran.stderr == "holdfast: standard output can't be written: No space left on device\n"


def test_a_reader_that_goes_away_is_no_error(directory: Path) -> None:
    for arguments in (("sessions", directory), ("--help",), ("show", directory, "s-1", "--json")):
        read_end, write_end = os.pipe()
        os.close(read_end)
        ran = finish(start(*arguments, stdout=write_end))
        os.close(write_end)
        assert ran.code == 141
        assert ran.stderr == ""


def test_a_full_disk_behind_standard_error_changes_no_exit_code(tmp_path: Path) -> None:
    if not Path("/dev/full").exists():
        pytest.skip("no /dev/full on this system")
    with open("/dev/full", "wb") as full:
        assert finish(start("sessions", tmp_path / "gone", stderr=full)).code == 3


def test_a_closed_standard_output_is_one_line(directory: Path) -> None:
    command = f"{sys.executable} -m console sessions {directory} >&-"
    ran = subprocess.run(["sh", "-c", command], cwd=REPOSITORY, capture_output=True, check=False)
    assert ran.returncode == 74
    assert ran.stderr == b"holdfast: standard output is closed\n"


# -- hostile text -----------------------------------------------------------------------------


def test_hostile_ids_never_reach_the_terminal_raw(root: Path) -> None:
    ids = [text for text in HOSTILE if len(text.encode()) <= 4_096]
    with open_tracker(root, durability="process") as tracker:
        for number, session in enumerate(ids):
            tracker.handle(compact(session, NOW_MS + number, "\x1b[31mred"))
    (root / os.fsdecode(b"bad\xff\x1b[31m")).mkdir()
    (root / "s-1").mkdir()
    (root / "s-1" / os.fsdecode(b"\xff\x1b]0;x\x07.md")).write_text("")
    (root / "link\x1b[2J").symlink_to("/etc")
    for arguments in (
        ("sessions", root),
        ("files", root),
        ("doctor", root),
        ("show", root, "\x1b[2J\x1b[31mre"),
        ("show", root, "s-1"),
        *(("show", root, session) for session in ids),
    ):
        for extra in ((), ("--json",)):
            ran = run(*arguments, *extra)
            assert ran.code in (0, 1, 2)
            printed = ran.stdout + ran.stderr
            assert all(character.isprintable() or character == "\n" for character in printed)
            assert not any(control in printed for control in RAW_CONTROLS)
            assert "a bug" not in ran.stderr


@pytest.mark.parametrize("text", HOSTILE)
def test_json_is_escaped_until_it_is_safe_and_stays_the_same_json(text: str) -> None:
    import json

    encoded = json_bytes({text: [text]})
    assert json.loads(encoded) == {text: [text]}
    assert encoded.decode().isprintable()
    assert safe_json(encoded) == encoded


def test_a_lone_surrogate_becomes_text_that_any_parser_takes() -> None:
    assert json_bytes({"name": ("a\udcff",)}) == b'{"name":["a\\\\udcff"]}'


# -- promises ---------------------------------------------------------------------------------


def test_no_verb_that_looks_changes_anything(directory: Path, tmp_path: Path) -> None:
    (directory / "s-1" / STATE).write_text("{")
    (directory / "s-2" / ".tmp-left-over").write_text("")
    before = tree(directory)
    for arguments in (
        ("sessions", directory),
        ("files", directory),
        ("files", directory, "--session", "s-1"),
        ("show", directory, "s-1"),
        ("show", directory, "s-3"),
        ("doctor", directory),
    ):
        run(*arguments, home=tmp_path / "home")
        run(*arguments, "--json", home=tmp_path / "home")
    assert tree(directory) == before
    assert not (tmp_path / "home").exists()


def test_a_headless_verb_loads_no_screen_no_watcher_and_no_loop(directory: Path) -> None:
    program = """
import sys
from console.__main__ import main
for arguments in (
    ["sessions", sys.argv[1]], ["files", sys.argv[1], "--json"], ["doctor", sys.argv[1]],
    ["show", sys.argv[1], "s-1"], ["config", "show"], ["completions", "zsh"], ["--help"],
    ["simulate", "--rate", "0", "--events", "3"], ["themes"],
    ["replay", "/dev/null", "--state-dir", sys.argv[1] + "-2"],
):
    assert main(arguments) == 0, arguments
loaded = {"textual", "rich", "watchfiles", "asyncio"} & sys.modules.keys()
assert not loaded, loaded
"""
    environment = {**os.environ, "HOME": str(directory.parent), "XDG_CONFIG_HOME": "/nonexistent"}
    subprocess.run(
        [sys.executable, "-c", program, str(directory)],
        cwd=REPOSITORY,
        env=environment,
        stdout=subprocess.DEVNULL,
        check=True,
    )
