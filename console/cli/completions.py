"""`completions`: the script that makes a shell complete verbs, options, folders and sessions."""

from __future__ import annotations

from typing import Final

import click

from console.cli.errors import FINE
from console.cli.output import emit

SHELLS: Final = ("bash", "zsh", "fish")


@click.command("completions")
@click.argument("shell", type=click.Choice(SHELLS))
def completions(shell: str) -> int:
    """Print the completion script of a shell.

    \b
    bash: holdfast completions bash > ~/.local/share/bash-completion/completions/holdfast
    zsh:  holdfast completions zsh > _holdfast, in a folder of your $fpath
    fish: holdfast completions fish > ~/.config/fish/completions/holdfast.fish
    """  # noqa: D301 (\b keeps the lines apart)
    from click.shell_completion import BashComplete, FishComplete, ShellComplete, ZshComplete

    from console.cli.root import holdfast

    makers: dict[str, type[ShellComplete]]
    makers = {"bash": BashComplete, "zsh": ZshComplete, "fish": FishComplete}
    emit([makers[shell](holdfast, {}, "holdfast", "_HOLDFAST_COMPLETE").source().rstrip("\n")])
    return FINE
