"""Completions: verbs, options, directories and sessions, for three shells."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest
from command import finish, run, start
from directories import write_original
from feeds import NOW_MS

from console.cli.root import VERBS


def complete(*words: str) -> list[str]:
    """What bash is offered for the last word: a kind and a value a line."""
    variables = {
        "_HOLDFAST_COMPLETE": "bash_complete",
        "COMP_WORDS": " ".join(("holdfast", *words)),
        "COMP_CWORD": str(len(words)),
    }
    ran = finish(start(variables=variables))
    assert ran.code == 0
    assert ran.stderr == ""
    return ran.stdout.split()


def test_the_first_word_is_a_verb_or_a_directory() -> None:
    assert complete("") == ["dir,", *(f"plain,{verb}" for verb in VERBS)]
    assert complete("se") == ["dir,se", "plain,sessions"]
    assert complete("/et") == ["dir,/et"]


def test_options_are_completed_for_verbs_and_for_the_console() -> None:
    assert "plain,--feed" in complete("--f")
    assert complete("sessions", "--j") == ["plain,--json"]
    assert complete("replay", "x", "--no") == ["plain,--no-spill"]
    assert complete("replay", "x", "--durability", "p") == ["plain,power", "plain,process"]
    assert complete("--theme", "x", "--fe") == ["plain,--feed"]


def test_directories_and_files_are_left_to_the_shell() -> None:
    assert complete("sessions", "/va") == ["dir,/va"]
    assert complete("replay", "ev") == ["file,ev"]
    assert complete("/tmp", "--feed", "fe") == ["file,fe"]


def test_sessions_are_completed_by_their_folders(root: Path) -> None:
    for name in ("s-1", "s-2", "t-1"):
        write_original(root, name, NOW_MS)
    (root / "s-\x1b[31m").mkdir()
    assert complete("show", str(root), "s-") == ["plain,s-1", "plain,s-2"]
    assert complete("show", str(root / "gone"), "s-") == []


def test_config_completes_its_verbs() -> None:
    assert complete("config", "") == ["plain,init", "plain,path", "plain,show"]


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_script_of_each_shell_is_printed_and_is_one(shell: str, tmp_path: Path) -> None:
    ran = run("completions", shell)
    assert ran.code == 0
    assert f"_HOLDFAST_COMPLETE={shell}_complete" in ran.stdout
    if (program := shutil.which(shell)) is not None:
        script = tmp_path / "script"
        script.write_text(ran.stdout)
        subprocess.run([program, "-n", str(script)], check=True)
