"""What the README and the guides say is so: their examples run, and what they list is there."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

import tracker
from console.cli.root import VERBS
from console.keymap import bound_keys

HERE = Path(__file__).parent.parent
README = (HERE / "README.md").read_text("utf-8")


def blocks(language: str) -> list[str]:
    """Returns the README's fenced blocks of one language."""
    return re.findall(rf"^```{language}\n(.*?)^```$", README, flags=re.DOTALL | re.MULTILINE)


def test_the_embedding_example_runs_as_it_stands(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    example = blocks("python")[0]
    exec(compile(example, "README.md", "exec"), {})
    assert capsys.readouterr().out.splitlines() == [
        "continuity None",
        "checkpoint progressive-35",
    ]
    assert (tmp_path / ".openclaw/token-optimizer/checkpoints/s-1/manifest.jsonl").exists()
    body = example.split("import tracker\n", 1)[1].strip()
    assert len(body.splitlines()) <= 5


def test_the_containers_example_runs_as_it_stands() -> None:
    greeted: list[str] = []
    closed: list[tuple[str, int]] = []
    names: dict[str, Any] = {
        "session_id": "s-1",
        "say_hello": greeted.append,
        "connection": 1,
        "close": lambda key, value: closed.append((key, value)),
    }
    example = blocks("python")[1]
    exec(compile(example, "README.md", "exec"), names)
    assert greeted == ["s-1"]
    assert names["latest"]["s-1"] == 1


def test_the_two_commands_are_one_line_each_and_ci_finds_the_second() -> None:
    commands = [line for block in blocks("sh") for line in block.splitlines()]
    assert len(commands) == 2
    assert commands[0].endswith("holdfast demo")
    found = [line for line in README.splitlines() if re.match(r"python3 -m venv .*pytest$", line)]
    assert found == [commands[1]]


def test_every_verb_is_in_the_readme_and_every_verb_there_exists() -> None:
    section = README.split("## Without a screen")[1].split("## Settings")[0]
    listed = set(re.findall(r"^\| `([a-z]+)", section, flags=re.MULTILINE))
    assert listed == set(VERBS) - {"demo"}


def test_the_feed_example_is_an_event_and_its_effect() -> None:
    event, effect = blocks("json")[0].splitlines()
    decoded = tracker.decode_event(event.encode())
    decision = tracker.Effect(decoded.at_ms or 0, decoded.session, "checkpoint", "progressive-35")
    assert decision.to_json().decode() == effect


def test_the_keys_in_the_readme_are_those_of_the_console() -> None:
    section = README.split("## The console")[1].split("## Without a screen")[0]
    table = section.split("| key | does |")[1].split("\n\n")[0]
    listed = {key for row in table.splitlines() for key in re.findall(r"`([^`]+)`", row[:80])}
    known = {key.strip() for key in bound_keys()}
    for key in "erpxzcdPsafvyoi0t":
        assert key in listed, key
        assert key in known, key
    assert {str(number) for number in range(1, 7)} <= known


def test_every_picture_and_page_the_readme_points_to_is_there() -> None:
    targets = re.findall(r"\]\(((?!https?:)[^)#]+)\)", README)
    assert targets
    assert [target for target in targets if not (HERE / target).exists()] == []


def test_the_guide_names_every_module_of_the_tracker() -> None:
    guide = (HERE / "tracker" / "README.md").read_text("utf-8")
    modules = {
        path.stem for path in (HERE / "tracker").rglob("*.py") if not path.stem.startswith("__")
    }
    assert sorted(name for name in modules if f"`{name}" not in guide) == []


def test_no_page_names_a_path_of_a_machine() -> None:
    for path in (HERE / "README.md", HERE / "CHANGELOG.md", *HERE.glob("*/README.md")):
        assert not re.search(r"(^|[\s(`])/(home|root|work|tmp)/", path.read_text("utf-8")), path


def test_the_guide_to_the_console_names_every_room() -> None:
    guide = (HERE / "console" / "README.md").read_text("utf-8")
    rooms = {
        path.stem + ("/" if path.is_dir() else "")
        for path in (HERE / "console").iterdir()
        if path.suffix in ("", ".py") and not path.stem.startswith("__")
    }
    assert sorted(room for room in rooms if f"`{room}`" not in guide) == []
