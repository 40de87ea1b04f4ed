"""Theme files: where they are and what they hold, read strictly.

What is misspelt is named, with the nearest right name.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterable
from importlib import resources
from pathlib import Path
from typing import Annotated, Any, Final, Literal, NamedTuple

import msgspec

from console.nearest import did_you_mean

THEME_BYTES: Final = 64 * 1024
DEFAULT_DARK: Final = "holdfast-dark"
DEFAULT_LIGHT: Final = "holdfast-light"
OWN_VARIABLES: Final = ("quiet", "cursor-text")
"""The variables of Holdfast's own; all others are Textual's."""

_NAME: Final = re.compile(r"[\w.-][\w .-]{0,63}")
_COLOR: Final = re.compile(r"#[0-9a-fA-F]{3}(?:[0-9a-fA-F]{3}(?:[0-9a-fA-F]{2})?)?")
_FADED: Final = re.compile(rf"(?:{_COLOR.pattern}|auto)(?: \d{{1,3}}%)?|transparent")
_STYLE: Final = re.compile(r"(?:(?:not )?(?:bold|dim|italic|reverse|strike|underline) ?)+|none")

Share = Annotated[float, msgspec.Meta(ge=0, le=1)]

Origin = Literal["built-in", "user"]
"""Whose a theme file is."""


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
    origin: Origin
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
    files = list(map(read_place, built_in_places()))
    try:
        files += map(read_place, user_places(user_folder))
    except OSError as error:
        path, why = str(user_folder), f"can't be listed: {error.strerror}"
        files.append(ThemeFile(Path(path).name, path, "user", None, why))
    return list(by_name(files).values())


class Place(NamedTuple):
    """Where a theme file is, and whose it is."""

    path: str
    origin: Origin


def built_in_places() -> list[Place]:
    """Returns where the built-in theme files are. Raises OSError if they can't be listed."""
    paths = (str(entry) for entry in resources.files("themes").iterdir())
    return [Place(path, "built-in") for path in sorted(paths) if path.endswith(".toml")]


def user_places(folder: Path | None) -> list[Place]:
    """Returns where the user's theme files are; nowhere, where there is no such folder.

    Raises:
        OSError: If the folder can't be listed.
    """
    try:
        names = sorted(os.listdir(folder)) if folder is not None else []
    except FileNotFoundError:
        names = []
    return [Place(f"{folder}/{name}", "user") for name in names if name.endswith(".toml")]


def read_place(place: Place) -> ThemeFile:
    """Reads the theme file at a place, whatever stands there."""
    return read_theme(place.path, _bytes_of(place.path), place.origin)


def read_theme(path: str, raw: bytes | str, origin: Origin) -> ThemeFile:
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
    if problem := _wrong_variable(values):
        return problem
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


def _wrong_variable(values: ThemeValues) -> str:
    """Names a variable that there isn't, with the nearest that there is."""
    theirs = values.variables.keys() - set(OWN_VARIABLES)
    if not theirs:
        return ""
    from textual.design import ColorSystem  # 80 ms; most themes set none of Textual's variables.

    known = {*ColorSystem("#000000").generate(), *OWN_VARIABLES}
    for name in values.variables:
        if name not in known:
            return f"unknown variable {name!r}{did_you_mean(name, known)}"
    return ""


def by_name(files: Iterable[ThemeFile]) -> dict[str, ThemeFile]:
    """Returns the theme of each name, the user's before a built-in one; what is bad by its path."""
    found: dict[str, ThemeFile] = {}
    for one in files:
        found[one.name if one.values else one.path] = one
    return found


def _bytes_of(path: str) -> bytes | str:
    """Returns what a file holds, or why it can't be read."""
    try:
        fd = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        try:
            if not stat.S_ISREG(os.fstat(fd).st_mode):  # A FIFO would be waited for.
                return "not a file"
            with open(fd, "rb", closefd=False) as file:
                raw = file.read(THEME_BYTES + 1)
        finally:
            os.close(fd)
    except OSError as error:
        return f"can't be read: {error.strerror}"
    return raw if len(raw) <= THEME_BYTES else "larger than 64 KiB"
