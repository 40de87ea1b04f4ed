"""A disk that ignores the case of names, as those of macOS and Windows do.

Stands in for `os` under the store, and writes every name below a folder in lower case.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

from faulty_os import MODULES

CALLS = frozenset({"open", "stat", "mkdir", "unlink", "rmdir", "rename"})


class OsIgnoringCase:
    """Stands in for `os`: names relative to a folder's descriptor lose their case."""

    def __getattr__(self, name: str) -> Any:
        real = getattr(os, name)
        if name not in CALLS:
            return real

        def call(*args: Any, **options: Any) -> Any:
            if any(option.endswith("dir_fd") for option in options):
                args = tuple(arg.lower() if isinstance(arg, str) else arg for arg in args)
            return real(*args, **options)

        return call


@contextmanager
def ignoring_case() -> Iterator[None]:
    """Puts such a disk under the store."""
    fake = OsIgnoringCase()
    with patch(f"{MODULES[0]}.os", fake), patch(f"{MODULES[1]}.os", fake):
        yield
