"""Where a value comes from: the command line, a variable, the file, or the default.

Pure but for the one file that is read: options and variables are arguments.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final, NamedTuple

from console.nearest import did_you_mean
from console.settings.keys import (
    BY_NAME,
    BY_VARIABLE,
    KEYS,
    KEYS_TABLE,
    POLICY,
    PREFIX,
    Key,
    nearest_key,
)
from console.settings.model import Settings, SettingsError
from console.settings.paths import CONFIG_VARIABLE
from console.settings.starter import read_config
from tracker import EventError

DEFAULT: Final = "default"
RESERVED: Final = frozenset({CONFIG_VARIABLE, "HOLDFAST_DEBUG"})
"""Variables that are read before there are settings."""


class Option(NamedTuple):
    """A setting given on the command line.

    Attributes:
        flag: The option as it is spelt: `--no-spill`.
        text: Its value as text.
    """

    flag: str
    text: str


class Given(NamedTuple):
    """One value as it was given somewhere.

    Attributes:
        key: Which key.
        origin: Where: an option, a variable, or `path: key`.
        read: Takes `raw` and returns the setting. Raises ValueError with what is wrong.
        raw: The value as it stood there.
    """

    key: Key
    origin: str
    read: Callable[[Any], Any]
    raw: Any


def load_settings(
    options: Mapping[str, Option] | None = None, environ: Mapping[str, str] = os.environ
) -> Settings:
    """Reads all settings, strictly.

    Args:
        options: What the command line gave, by key.
        environ: The environment's variables.

    Raises:
        SettingsError: If a key, a variable or a value is wrong, or the file can't be read.
    """
    path, config = read_config(environ)
    values: dict[str, Any] = {}
    origins = {key.name: DEFAULT for key in KEYS}
    # The later one wins.
    for given in (
        *_from_file(path, config),
        *_from_originals(environ),
        *_from_variables(environ),
        *_from_options(options or {}),
    ):
        try:
            values[given.key.field] = given.read(given.raw)
        except ValueError as error:
            raise SettingsError(f"{given.origin}: {error}") from None
        origins[given.key.name] = given.origin
    keys = _keys(path, config)
    origins |= {f"{KEYS_TABLE}.{name}": f"{path}: {KEYS_TABLE}.{name}" for name in keys}
    settings = Settings(**values, keys=keys, origins=origins)
    try:
        settings.rules()
    except EventError as error:
        name = f"{POLICY}.{str(error).split(maxsplit=1)[0]}"
        raise SettingsError(f"{origins.get(name, name)}: {error}") from None
    return settings


def _from_file(path: str, config: Mapping[str, Any]) -> Iterator[Given]:
    for name, value in config.items():
        if name == KEYS_TABLE:
            continue
        if name == POLICY:
            for inner, inner_value in _table(path, name, value).items():
                yield _in_file(path, f"{POLICY}.{inner}", inner_value)
        else:
            yield _in_file(path, name, value)


def _in_file(path: str, name: str, value: Any) -> Given:
    if name not in BY_NAME:
        raise SettingsError(f"{path}: no key {name!r}{nearest_key(name)}")
    key = BY_NAME[name]
    return Given(key, f"{path}: {name}", key.kind.check, value)


def _keys(path: str, config: Mapping[str, Any]) -> dict[str, str]:
    keys = dict(_dotted(_table(path, KEYS_TABLE, config.get(KEYS_TABLE, {}))))
    for name, value in keys.items():
        if not isinstance(value, str) or not value:
            raise SettingsError(f'{path}: {KEYS_TABLE}.{name}: {value!r} is no key such as "e"')
    return keys


def _dotted(table: Mapping[str, Any], above: str = "") -> Iterator[tuple[str, Any]]:
    # TOML reads app.quit = "q" as a table in a table; both spellings mean the one name.
    for name, value in table.items():
        if isinstance(value, dict):
            yield from _dotted(value, f"{above}{name}.")
        else:
            yield f"{above}{name}", value


def _table(path: str, name: str, value: Any) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise SettingsError(f"{path}: {name}: {value!r} is not a table; write it as [{name}]")
    return value


def _from_originals(environ: Mapping[str, str]) -> Iterator[Given]:
    for key in KEYS:
        if key.original and (text := environ.get(key.original)):
            yield Given(key, key.original, key.of_original, text)


def _from_variables(environ: Mapping[str, str]) -> Iterator[Given]:
    for name, text in environ.items():
        if not name.startswith(PREFIX) or name in RESERVED or not text:
            continue
        if name not in BY_VARIABLE:
            hint = did_you_mean(name, [*BY_VARIABLE, *RESERVED], 1)
            raise SettingsError(f"{name}: no such variable{hint}")
        yield Given(BY_VARIABLE[name], name, BY_VARIABLE[name].kind.of_text, text)


def _from_options(options: Mapping[str, Option]) -> Iterator[Given]:
    for name, option in options.items():
        yield Given(BY_NAME[name], option.flag, BY_NAME[name].kind.of_text, option.text)
