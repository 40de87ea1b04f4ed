"""An app with our themes: built-in ones and the user's, read again as their files are edited."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from textual.app import App
from textual.theme import Theme

from console.text import visible
from console.theming import DEFAULT_DARK, ThemeFile, ThemeValues, ThemeWatch, list_theme_files

THEMES_S: Final = 1.0
"""How often theme files are looked at again."""


QUIET: Final = {True: "#9aa5b1", False: "#56616d"}
"""The colour of text that steps back, where a theme has none of its own, by whether it is dark."""


class Themed(App[None]):
    """The part of the console's app that knows theme files.

    Args:
        theme_name: The theme to begin with; empty for the default.
        theme_folder: The user's folder of themes; None for the built-in ones alone.

    Attributes:
        theme_problems: What was wrong with theme files at the start, safe to show.
    """

    def __init__(self, theme_name: str, theme_folder: Path | None) -> None:
        super().__init__()
        self.theme_problems: list[str] = []
        self._theme_watch = ThemeWatch(theme_folder)
        self._load_themes(theme_name, theme_folder)

    @property
    def available_themes(self) -> dict[str, Theme]:
        """All themes; with NO_COLOR, none that takes its colours from the terminal.

        Such a theme has none of its own that a shade of grey could stand for: it is black on black.
        """
        themes = super().available_themes
        if not getattr(self, "no_color", False):  # It is asked for before that is known.
            return themes
        return {name: one for name, one in themes.items() if not one.ansi}

    def get_theme_variable_defaults(self) -> dict[str, str]:
        """Gives themes that aren't ours the variables the screens use."""
        dark = self.current_theme.dark
        return {"quiet": QUIET[dark], "cursor-text": "#000000" if dark else "#ffffff"}

    def watch_themes(self, has_ended: threading.Event) -> None:
        """Reads theme files again as they are edited, until told to end. Blocks: for a thread."""
        while not has_ended.wait(THEMES_S):
            if changed := self._theme_watch.changed():
                self.call_from_thread(self._take_themes, changed)

    def _take_themes(self, files: Iterable[ThemeFile]) -> None:
        for file in files:
            if file.values is None:
                self.notify(_theme_problem(file), severity="warning", markup=False)
                continue
            self.register_theme(_theme_of(file.values))
            if file.name == self.theme:
                self.mutate_reactive(App.theme)
                self.notify(f"Theme {visible(file.name)} was read again.", markup=False)

    def _load_themes(self, name: str, folder: Path | None) -> None:
        for file in list_theme_files(folder):
            if file.values is None:
                self.theme_problems.append(_theme_problem(file))
            else:
                self.register_theme(_theme_of(file.values))
        if name and name not in self.available_themes:
            words = f"There is no theme {name!r}; `holdfast themes` lists them."
            if name in super().available_themes:
                words = f"Theme {name!r} has no colours of its own, and NO_COLOR is set."
            self.theme_problems.append(words)
            name = ""
        self.theme = name or DEFAULT_DARK


def _theme_of(values: ThemeValues) -> Theme:
    return Theme(**{key: getattr(values, key) for key in values.__struct_fields__})


def _theme_problem(file: ThemeFile) -> str:
    return f"Theme {visible(file.path)}: {visible(file.problem)}"
