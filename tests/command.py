"""The command line for tests: in this process, or in one of its own, away from the user's home."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any, NamedTuple

from click.testing import CliRunner

from console.__main__ import main

REPOSITORY = Path(__file__).parent.parent
TRACES = Path(__file__).parent / "data" / "traces"
NOWHERE = "/nonexistent"
DEADLINE_S = 60


class Ran(NamedTuple):
    """What a command came to."""

    code: int
    stdout: str
    stderr: str

    @property
    def lines(self) -> list[str]:
        return self.stdout.splitlines()


def own_variables(home: Path | str = NOWHERE) -> dict[str, str]:
    """Variables that keep a command away from the user's own files."""
    return {
        "HOME": str(home),
        "XDG_CONFIG_HOME": f"{home}/config",
        "XDG_STATE_HOME": f"{home}/state",
        "TZ": "UTC",
        "NO_COLOR": "1",
    }


def run(*arguments: object, home: Path | str = NOWHERE, **variables: str) -> Ran:
    """Runs a command in this process."""
    cleared = dict.fromkeys(name for name in os.environ if _is_ours(name))
    environment: dict[str, Any] = {**cleared, **own_variables(home), **variables}
    with CliRunner().isolation(env=environment) as (out, err, _):
        code = main([str(argument) for argument in arguments])
        sys.stdout.flush()
        sys.stderr.flush()
    return Ran(code, out.getvalue().decode(), err.getvalue().decode())


def start(
    *arguments: object, home: Path | str = NOWHERE, **options: Any
) -> subprocess.Popen[bytes]:
    """Starts a command, or a program that calls one, in a process of its own, with pipes."""
    program = options.pop("program", None)
    called = ["-m", "console", *map(str, arguments)] if program is None else ["-c", program]
    environment = {name: value for name, value in os.environ.items() if not _is_ours(name)}
    variables = options.pop("variables", {})
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    return subprocess.Popen(
        [sys.executable, *called],
        cwd=REPOSITORY,
        env={**environment, **own_variables(home), **variables},
        **{**pipes, **options},
    )


def finish(process: subprocess.Popen[bytes], given: bytes | None = None) -> Ran:
    """Waits for a process to end."""
    with process:
        try:
            stdout, stderr = process.communicate(given, timeout=DEADLINE_S)
        except BaseException:
            process.kill()
            raise
    return Ran(process.returncode, (stdout or b"").decode(), (stderr or b"").decode())


def _is_ours(name: str) -> bool:
    return name.startswith(("HOLDFAST_", "TOKEN_OPTIMIZER_", "COLUMNS"))
