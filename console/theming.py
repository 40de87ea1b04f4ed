"""Themes: TOML files with Textual's own field names, built in and the user's own.

A theme file is read strictly: a misspelt field is named, with the nearest right one.

Source: DESIGN.md, section 10.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib import resources
from pathlib import Path
from typing import Annotated, Any, Final, Literal, NamedTuple

import msgspec

from console.nearest import did_you_mean

THEME_BYTES: Final = 64 * 1024
DEFAULT_DARK: Final = "holdfast-dark"
DEFAULT_LIGHT: Final = "holdfast-light"

_NAME: Final = re.compile(r"[\w.-][\w .-]{0,63}")
_COLOR: Final = re.compile(r"#[0-9a-fA-F]{3}(?:[0-9a-fA-F]{3}(?:[0-9a-fA-F]{2})?)?")
_FADED: Final = re.compile(rf"(?:{_COLOR.pattern}|auto)(?: \d{{1,3}}%)?|transparent")
_STYLE: Final = re.compile(r"(?:(?:not )?(?:bold|dim|italic|reverse|strike|underline) ?)+|none")

Share = Annotated[float, msgspec.Meta(ge=0, le=1)]


class ThemeValues(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A theme file's fields, which are those of `textual.theme.Theme`.

    Colours are `#rgb`, `#rrggbb` or `#rrggbbaa`. `[variables]` adds to Textual's own variables,
    which are colours too, perhaps faded (`#rrggbb 35%`, `auto 60%`), or styles (`bold`).
    Holdfast's are `quiet`, for text that steps back, and `cursor-text`.
    """

    name: str
    primary: str
    secondary: str | None = None
    warning: str | None = None
    error: str | None = None
    success: str | None = None
    accent: str | None = None
    foreground: str | None = None
    background: str | None = None
    surface: str | None = None
    panel: str | None = None
    boost: str | None = None
    dark: bool = True
    luminosity_spread: Share = 0.15
    text_alpha: Share = 0.95
    variables: dict[str, str] = {}


class ThemeFile(NamedTuple):
    """One theme file, read.

    Attributes:
        name: The theme's name; the file's, where it can't be read.
        path: Where the file is.
        origin: `built-in` or `user`.
        values: Its fields; None where it can't be used.
        problem: What is wrong with it, in words; empty where it is fine.
    """

    name: str
    path: str
    origin: Literal["built-in", "user"]
    values: ThemeValues | None
    problem: str = ""

    @property
    def is_dark(self) -> bool:
        """Whether it is a dark theme."""
        return self.values is None or self.values.dark


def list_theme_files(user_folder: Path | None) -> list[ThemeFile]:
    """Reads all theme files: the built-in ones, then the user's, each by name.

    A user's theme of the same name takes a built-in one's place, unless it can't be used.

    Args:
        user_folder: The user's folder of themes, which need not exist; None for the built-in ones.
    """
    found: dict[str, ThemeFile] = {}
    for path, raw in _built_in():
        one = read_theme(path, raw, "built-in")
        found[one.name] = one
    for path, raw in _users(user_folder) if user_folder else ():
        one = read_theme(path, raw, "user")
        found[one.name if one.values else path] = one
    return list(found.values())


def read_theme(path: str, raw: bytes | str, origin: Literal["built-in", "user"]) -> ThemeFile:
    """Reads one theme file.

    Args:
        path: Where it is, for messages.
        raw: Its bytes; or, as text, why it can't be read.
        origin: Where it comes from.
    """
    stem = Path(path).stem
    if isinstance(raw, str):
        return ThemeFile(stem, path, origin, None, raw)
    try:
        values = msgspec.toml.decode(raw, type=ThemeValues)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        return ThemeFile(stem, path, origin, None, _nearer(str(error)))
    except RecursionError:
        return ThemeFile(stem, path, origin, None, "nested too deeply")
    if problem := _wrong_value(values):
        return ThemeFile(stem, path, origin, None, problem)
    return ThemeFile(values.name, path, origin, values)


def _wrong_value(values: ThemeValues) -> str:
    """Says what Textual could not use, which would end the console as the theme is applied."""
    if _NAME.fullmatch(values.name) is None:
        return f"name is {values.name!r}, not letters, digits, spaces and . _ -"
    fields: dict[str, Any] = msgspec.structs.asdict(values)
    for name in ThemeValues.__struct_fields__[1:12]:
        color = fields[name]
        if color is not None and _COLOR.fullmatch(color) is None:
            return f"{name} is {color!r}, not a colour such as #1e90ff"
    for name, value in values.variables.items():
        if "-style" in name:
            if _STYLE.fullmatch(value) is None:
                return f"variables.{name} is {value!r}, not a style such as bold"
        elif _FADED.fullmatch(value) is None:
            return f"variables.{name} is {value!r}, not a colour such as #1e90ff or auto 60%"
    return ""


def _nearer(words: str) -> str:
    match = re.search(r"unknown field `([^`]*)`", words)
    if match is None:
        return words
    return f"unknown field {match[1]!r}{did_you_mean(match[1], ThemeValues.__struct_fields__)}"


def _built_in() -> Iterator[tuple[str, bytes | str]]:
    for entry in sorted(resources.files("themes").iterdir(), key=lambda one: one.name):
        if entry.name.endswith(".toml"):
            yield str(entry), entry.read_bytes()


def _users(folder: Path) -> Iterator[tuple[str, bytes | str]]:
    try:
        paths = sorted(folder.glob("*.toml"))
    except OSError:
        return
    for path in paths:
        if not path.is_file():  # A FIFO would be waited for.
            yield str(path), "not a file"
            continue
        try:
            with path.open("rb") as file:
                raw = file.read(THEME_BYTES + 1)
        except OSError as error:
            yield str(path), f"can't be read: {error.strerror}"
            continue
        yield str(path), raw if len(raw) <= THEME_BYTES else "larger than 64 KiB"
