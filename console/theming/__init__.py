"""Themes: TOML files with Textual's own field names, built in and the user's own.

A theme file is read strictly: what is misspelt is named, with the nearest right name. Edited files
are noticed while the console runs.

Source: DESIGN.md, section 10.
"""

from __future__ import annotations

from console.theming.files import (
    DEFAULT_DARK,
    DEFAULT_LIGHT,
    OWN_VARIABLES,
    ThemeFile,
    ThemeValues,
    list_theme_files,
    read_theme,
)
from console.theming.watch import ThemeWatch

__all__ = [
    "DEFAULT_DARK",
    "DEFAULT_LIGHT",
    "OWN_VARIABLES",
    "ThemeFile",
    "ThemeValues",
    "ThemeWatch",
    "list_theme_files",
    "read_theme",
]
