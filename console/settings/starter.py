"""`config.toml`: read as it stands, and a commented starter written for a user who has none."""

from __future__ import annotations

import os
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

from console.settings.keys import KEYS, KEYS_TABLE, POLICY, Key
from console.settings.model import Settings, SettingsError
from console.settings.paths import CONFIG_VARIABLE, config_path

CONFIG_BYTES: Final = 1024 * 1024
"""The most bytes of a settings file that are read."""

_HEADER: Final = """\
# Holdfast's settings. Every line that is commented out shows the default; take the # away and
# change the value. The command line and HOLDFAST_* variables come before this file.
# `holdfast config show` prints every value and where it came from.
"""
_ABOUT_POLICY: Final = "# The policy: when a checkpoint or a nudge is due.\n"
_ABOUT_KEYS: Final = """\
# Keys of the console, by the name of what they do; the help panel of the console shows the names.
"""


def read_config(environ: Mapping[str, str]) -> tuple[str, dict[str, Any]]:
    """Reads the settings file.

    Returns:
        Its path, and what it holds; nothing where there is no file at the usual place.

    Raises:
        SettingsError: If it can't be read, or is no TOML; or isn't there, where HOLDFAST_CONFIG
            names it.
    """
    path = config_path(environ)
    try:
        with path.open("rb") as stream:
            raw = stream.read(CONFIG_BYTES + 1)
    except FileNotFoundError:
        if environ.get(CONFIG_VARIABLE):
            raise SettingsError(
                f"{CONFIG_VARIABLE}: {path}: no such file; `holdfast config init` makes one"
            ) from None
        return str(path), {}
    except OSError as error:
        raise SettingsError(f"{path}: can't be read: {error.strerror or error}") from None
    if len(raw) > CONFIG_BYTES:
        raise SettingsError(f"{path}: larger than {CONFIG_BYTES:,} bytes; that is no settings file")
    import tomllib

    try:
        return str(path), tomllib.loads(raw.decode())
    except (ValueError, RecursionError) as error:  # Bad UTF-8 and bad TOML alike.
        raise SettingsError(f"{path}: not TOML in UTF-8: {error}") from None


def starter_text() -> str:
    """Returns the starter file: every key with what it does and its default, commented out."""
    parts = [_HEADER]
    parts += [_entry(key) for key in KEYS if "." not in key.name]
    parts.append(f"{_ABOUT_POLICY}[{POLICY}]\n")
    parts += [_entry(key) for key in KEYS if key.name.startswith(f"{POLICY}.")]
    parts.append(f'{_ABOUT_KEYS}[{KEYS_TABLE}]\n#app.quit = "q"\n')
    return "\n".join(parts)


def write_starter(path: Path, *, force: bool = False) -> Path:
    """Writes the starter file, whole or not at all.

    Args:
        path: Where; its folder is made where it is missing. A link is followed.
        force: Whether to write over a file that is there.

    Returns:
        The path written.

    Raises:
        SettingsError: If there is a file already, or it can't be written. Nothing was changed.
    """
    path = Path(os.path.realpath(path))
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with temporary.open("x", encoding="utf-8") as stream:
            stream.write(starter_text())
            stream.flush()
            os.fsync(stream.fileno())
        _put_in_place(temporary, path, force=force)
    except OSError as error:
        raise SettingsError(f"{path}: can't be written: {error.strerror or error}") from None
    finally:
        with suppress(OSError):
            temporary.unlink()
    return path


def _put_in_place(temporary: Path, path: Path, *, force: bool) -> None:
    if force:
        temporary.replace(path)
        return
    try:
        # A link, unlike a rename, never takes the place of a file that is there.
        os.link(temporary, path)
    except FileExistsError:
        raise SettingsError(f"{path}: is there already; --force writes over it") from None


def _entry(key: Key) -> str:
    import tomli_w

    value = key.kind.plain(getattr(Settings(), key.field))
    line = " ".join(tomli_w.dumps({key.name.rpartition(".")[2]: value}).split())
    line = line.replace("[ ", "[").replace(", ]", "]")
    return f"# {key.about}\n#{line}\n"
