"""`holdfast` and `holdfast demo`: which directory, which settings, and what must hold before."""

from __future__ import annotations

import gc
import os
import pty
import sys
import types
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from command import Ran, finish, run, start

from console.cli import opening
from console.cli.opening import find_state_directory
from console.settings import DemoOptions

BELOW = "token-optimizer/checkpoints"


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """What the console was opened with; it is no real one, on a terminal that is none."""
    calls: list[dict[str, Any]] = []
    running = types.ModuleType("console.running")

    def open_console(settings: object, **options: Any) -> int:
        calls.append({"settings": settings, **options})
        return 0

    running.__dict__["open_console"] = open_console
    monkeypatch.setitem(sys.modules, "console.running", running)
    monkeypatch.setattr(opening, "_is_terminal", lambda stream: True)
    return calls


def test_the_collector_stands_still_while_the_console_starts_and_goes_on_whatever_happens(
    tmp_path: Path, opened: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    were_enabled = []

    def open_console(settings: object, **options: Any) -> int:
        were_enabled.append(gc.isenabled())
        raise OSError("no such luck")

    monkeypatch.setitem(sys.modules["console.running"].__dict__, "open_console", open_console)
    run(tmp_path, home=tmp_path)
    assert were_enabled == [False]
    assert gc.isenabled()


# -- which directory --------------------------------------------------------------------------


def test_the_openclaw_directory_is_found_by_any_of_its_names(tmp_path: Path) -> None:
    assert find_state_directory(tmp_path) is None
    for name in (".moltbot", ".clawdbot", ".openclaw"):
        (tmp_path / name / BELOW).mkdir(parents=True)
        assert find_state_directory(tmp_path) == tmp_path / name / BELOW


def test_without_a_directory_the_one_in_the_home_is_opened(
    tmp_path: Path, opened: list[dict[str, Any]]
) -> None:
    (tmp_path / ".openclaw" / BELOW).mkdir(parents=True)
    assert run(home=tmp_path).code == 0
    (call,) = opened
    assert call["directory"] == str(tmp_path / ".openclaw" / BELOW)
    assert call["feed"] is None
    assert "demo" not in call


def test_a_first_argument_that_is_no_verb_is_the_directory(
    tmp_path: Path, opened: list[dict[str, Any]]
) -> None:
    for arguments in (
        (tmp_path, "--capacity", 5, "--idle-ttl", "30m", "--no-spill", "--theme", "x", "--poll"),
        ("--capacity", 5, "--idle-ttl=30m", "--no-spill", "--theme", "x", "--poll", tmp_path),
    ):
        assert run(*arguments).code == 0
        call = opened.pop()
        assert call["directory"] == str(tmp_path)
        settings = call["settings"]
        assert (settings.capacity, settings.idle_ttl_ms, settings.spill) == (5, 1_800_000, False)
        assert (settings.theme, settings.poll, settings.read_only) == ("x", True, False)
        assert settings.origins["spill"] == "--no-spill"


def test_a_directory_that_is_named_like_a_verb_is_given_with_its_path(
    tmp_path: Path, opened: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "demo").mkdir()
    (tmp_path / "sesions").mkdir()
    assert run("./demo").code == 0
    assert run("sesions").code == 0
    assert [call["directory"] for call in opened] == ["./demo", "sesions"]


def test_a_directory_that_is_not_there_yet_is_the_consoles_to_wait_for(
    tmp_path: Path, opened: list[dict[str, Any]]
) -> None:
    assert run(tmp_path / "later").code == 0
    assert opened[0]["directory"] == str(tmp_path / "later")


# -- a feed -----------------------------------------------------------------------------------


def test_a_feed_makes_it_the_owner(tmp_path: Path, opened: list[dict[str, Any]]) -> None:
    feed = tmp_path / "feed.jsonl"
    feed.write_text("")
    assert run(tmp_path, "--feed", feed).code == 0
    assert opened[0]["feed"] == str(feed)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--feed", "gone.jsonl"), "--feed gone.jsonl: No such file"),
        (("--feed", "."), "--feed .: a directory, not a feed"),
        (("--feed", "-"), "standard input, which is the terminal"),
        (("--feed", "f", "--read-only"), "owns the directory, but --read-only makes it read-only"),
        (("--capacity", "0"), "--capacity: 0 is not a whole number from 1"),
    ],
)
def test_what_cannot_be_is_refused_before_the_console_opens(
    options: tuple[str, ...], said: str, tmp_path: Path, opened: list[dict[str, Any]]
) -> None:
    ran = run(tmp_path, *options)
    assert ran.code == 2
    assert said in ran.stderr
    assert ran.stderr.count("\n") == 1
    assert opened == []


# -- the demo ---------------------------------------------------------------------------------


def test_the_demo_has_options_of_its_own(opened: list[dict[str, Any]]) -> None:
    ran = run("demo", "--seed", 7, "--rate", 12.5, "--capacity", 3, "--theme", "x")
    assert ran.code == 0
    (call,) = opened
    assert call["demo"] == DemoOptions(7, 12.5, 3)
    assert call["directory"] is None
    assert call["settings"].theme == "x"
    assert call["settings"].capacity == 2_000
    assert run("demo").code == 0
    assert opened[1]["demo"] == DemoOptions()


# -- terminals --------------------------------------------------------------------------------


def test_without_a_terminal_the_console_says_so(tmp_path: Path) -> None:
    for arguments in ((tmp_path,), ("demo",), (tmp_path, "--feed", "-")):
        ran = finish(start(*arguments))
        assert ran.code == 2
        assert ran.stdout == ""
        assert ran.stderr.startswith("holdfast: the console needs a terminal, and standard output")
        assert ran.stderr.count("\n") == 1


def test_without_a_terminal_and_a_directory_it_says_what_to_give(tmp_path: Path) -> None:
    ran = finish(start(home=tmp_path))
    assert ran.code == 2
    assert "no state directory found" in ran.stderr
    assert "give DIR, or run `holdfast demo`" in ran.stderr
    assert ran.stderr.count("\n") == 1


@pytest.fixture
def terminal() -> Iterator[tuple[int, int]]:
    """A terminal: its screen's side and its program's."""
    screen, program = pty.openpty()
    yield screen, program
    os.close(screen)
    os.close(program)


def answer(terminal: tuple[int, int], home: Path, key: bytes) -> tuple[Ran, str]:
    screen, program = terminal
    process = start(home=home, stdin=program, stdout=program, stderr=program)
    shown = b""
    while b"[Y/n]" not in shown:
        shown += os.read(screen, 4_096)
    os.write(screen, key)
    return finish(process), shown.decode()


def test_on_a_terminal_it_offers_the_demo(tmp_path: Path, terminal: tuple[int, int]) -> None:
    ran, shown = answer(terminal, tmp_path, b"n\n")
    assert ran.code == 0
    assert "No state directory found" in shown
    assert "Run the demo? [Y/n]" in " ".join(shown.split())


def test_ctrl_c_at_the_question_leaves(tmp_path: Path, terminal: tuple[int, int]) -> None:
    ran, _ = answer(terminal, tmp_path, b"\x04")
    assert ran.code == 130
