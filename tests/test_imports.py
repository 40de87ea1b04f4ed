"""The front door: what it lets out, and what it never brings in."""

from __future__ import annotations

import ast
import inspect
import os
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import pytest

import tracker

REPOSITORY = Path(tracker.__file__).parents[1]
FOREIGN = ("textual", "rich", "watchfiles", "asyncio", "click", "console")


def test_importing_the_tracker_in_a_fresh_interpreter_loads_no_screen_and_no_loop() -> None:
    code = "import sys, tracker; print(*sorted(sys.modules))"
    environment = {**os.environ, "PYTHONPATH": str(REPOSITORY)}
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env=environment
    )
    loaded = {name.partition(".")[0] for name in done.stdout.split()}
    assert "tracker" in loaded
    assert loaded.isdisjoint(FOREIGN)


def test_the_names_of_the_front_door_are_sorted_each_once() -> None:
    assert list(tracker.__all__) == sorted(set(tracker.__all__), key=_as_ruff_sorts)


def _as_ruff_sorts(name: str) -> tuple[int, str]:
    """Constants, then classes, then functions."""
    return (0 if name.isupper() else 1 if name[0].isupper() else 2, name)


def explained_values() -> set[str]:
    """The constants and type aliases below which a docstring stands, of all modules."""
    explained = set()
    for path in (REPOSITORY / "tracker").rglob("*.py"):
        body = ast.parse(path.read_text(encoding="utf-8")).body
        for value, below in pairwise(body):
            if isinstance(value, ast.Assign | ast.AnnAssign) and isinstance(below, ast.Expr):
                target = value.targets[0] if isinstance(value, ast.Assign) else value.target
                explained.add(ast.unparse(target))
    return explained


@pytest.mark.parametrize("name", tracker.__all__)
def test_every_name_of_the_front_door_is_there_and_says_what_it_is(name: str) -> None:
    value = getattr(tracker, name)
    if inspect.isclass(value) or inspect.isfunction(inspect.unwrap(value)):
        assert value.__doc__
        assert not value.__doc__.startswith(f"{name}(")
    else:
        assert name in explained_values()


def test_every_module_says_what_it_is_for() -> None:
    for path in (REPOSITORY / "tracker").rglob("*.py"):
        assert path.read_text(encoding="utf-8").startswith('"""'), path


def test_the_package_says_that_it_is_typed() -> None:
    assert (REPOSITORY / "tracker" / "py.typed").exists()
