"""`themes`: the theme files there are."""

from __future__ import annotations

import click

from console.cli.arguments import JSON
from console.cli.errors import FINDINGS, FINE
from console.cli.listing import print_table
from console.cli.output import emit_json, narrate
from console.model.table import Column
from console.model.wording import whole


@click.command("themes")
@JSON
def themes(as_json: bool) -> int:
    """List the theme files, the built-in ones and yours.

    Exits 1 where one is wrong, and says what is.
    """
    from console.settings.paths import themes_folder
    from console.theming import list_theme_files

    folder = themes_folder()
    found = list_theme_files(folder)
    if as_json:
        emit_json(
            {
                "name": theme.name,
                "is_dark": theme.is_dark,
                "origin": theme.origin,
                "path": str(theme.path),
                "problem": theme.problem,
            }
            for theme in found
        )
    else:
        print_table(
            (Column("name"), Column("kind"), Column("from"), Column("path", least=16)),
            [
                (
                    whole(theme.name),
                    "dark" if theme.is_dark else "light",
                    theme.origin,
                    whole(str(theme.path)),
                )
                for theme in found
            ],
        )
        narrate(f"your own theme files go into {folder}")
    problems = [theme for theme in found if theme.problem]
    for theme in problems:
        narrate(f"{theme.path}: {theme.problem}")
    return FINDINGS if problems else FINE
