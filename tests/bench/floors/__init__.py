"""The floors: small C programs that make the system calls of a row and nothing else."""

from __future__ import annotations

import functools
import shutil
import subprocess
from pathlib import Path

from ..worlds import room


class NoCompilerError(Exception):
    """There is no C compiler on this machine, so the floor can't be measured."""


@functools.cache
def floor(name: str) -> str:
    """Compiles a floor once; returns the program's path.

    Raises:
        NoCompilerError: If there is no `cc`.
    """
    compiler = shutil.which("cc")
    if compiler is None:
        raise NoCompilerError("there is no `cc` here")
    source = Path(__file__).parent / f"{name}.c"
    program = room("floors", keeps=True, on_disk=True) / name
    subprocess.run([compiler, "-O2", "-o", program, source], check=True)
    return str(program)
