"""Saves what a drill came to in the user's own folder, as TOML and as JSON, whole or not at all."""

from __future__ import annotations

import os
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from console.model.reports import to_json, to_toml
from console.settings.paths import state_folder
from tracker import Report

FOLDER = "drills"


def save_reports(
    reports: Sequence[Report], stem: str, folder: Path | None = None
) -> tuple[Path, Path]:
    """Saves reports, readable by their user alone.

    Args:
        reports: The reports of one drill.
        stem: What the files are called, without their endings.
        folder: Where; `drills` in the user's state folder by default. It is made (0700) where it
            is missing.

    Returns:
        The TOML file and the JSON file.

    Raises:
        OSError: If one can't be written, or is there already; neither is there then that was not.

    Cost: two syncs.
    """
    if folder is None:
        state = state_folder()
        state.mkdir(mode=0o700, parents=True, exist_ok=True)
        folder = state / FOLDER
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    toml, json = folder / f"{stem}.toml", folder / f"{stem}.json"
    _write_new(toml, to_toml(reports))
    try:
        _write_new(json, to_json(reports))
    except OSError:
        with suppress(OSError):
            toml.unlink()
        raise
    return toml, json


def _write_new(path: Path, data: bytes) -> None:
    fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    try:
        with open(fd, "wb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
    except OSError:
        with suppress(OSError):
            path.unlink()
        raise
