"""Arguments and options that several verbs share, and what a shell may complete them with."""

from __future__ import annotations

import os
from collections.abc import Callable
from itertools import islice
from typing import TYPE_CHECKING, Any, Final, TypeVar

import click

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

    from console.settings.sources import Option

Decorated = TypeVar("Decorated", bound=Callable[..., Any])

COMPLETIONS: Final = 500
"""The most names offered to a shell at once."""


def folders(
    context: click.Context, parameter: click.Parameter, incomplete: str
) -> list[CompletionItem]:
    """Completes a folder's path by the shell's own means."""
    from click.shell_completion import CompletionItem

    return [CompletionItem(incomplete, type="dir")]


def paths(
    context: click.Context, parameter: click.Parameter, incomplete: str
) -> list[CompletionItem]:
    """Completes a file's path by the shell's own means."""
    from click.shell_completion import CompletionItem

    return [CompletionItem(incomplete, type="file")]


def folder_names(
    context: click.Context, parameter: click.Parameter, incomplete: str
) -> list[CompletionItem]:
    """Completes a session by its folder's name, which every verb takes for an id.

    Cost: lists the directory once; reads nothing in it.
    """
    from click.shell_completion import CompletionItem

    try:
        names = os.listdir(os.path.expanduser(context.params.get("directory") or ""))
    except OSError:
        return []
    fitting = sorted(
        name
        for name in names
        if name.startswith(incomplete) and "." not in name and name.isprintable()
    )
    return [CompletionItem(name) for name in islice(fitting, COMPLETIONS)]


DIRECTORY: Final = click.argument("directory", metavar="DIR", shell_complete=folders)
JSON: Final = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


def setting_options(*names: str) -> Callable[[Decorated], Decorated]:
    """Adds the options of some settings to a command, which gets them by the settings' names.

    Their values are text, checked with all other settings; None where they were not given.
    """

    def add(command: Decorated) -> Decorated:
        for name in reversed(names):
            command = _OPTIONS[name](command)
        return command

    return add


def given_settings(values: dict[str, Any]) -> dict[str, Option]:
    """Returns the settings that were given on the command line, by key."""
    from console.settings.sources import Option

    options = {}
    for name, value in values.items():
        if value is None:
            continue
        flag = f"--{name.replace('_', '-')}"
        if value is False:
            flag = f"--no-{name.replace('_', '-')}"
        options[name] = Option(flag, str(value).lower() if value in (True, False) else value)
    return options


def _flag(name: str, about: str) -> Callable[[Decorated], Decorated]:
    return click.option(f"--{name}/--no-{name}", default=None, help=about)


_OPTIONS: Final = {
    "capacity": click.option(
        "--capacity", metavar="N", help="The most sessions held in memory.  [default: 2000]"
    ),
    "idle_ttl": click.option(
        "--idle-ttl", metavar="TIME", help='Evict after this idle time: "30m", "7d", "off".'
    ),
    "spill": _flag("spill", "Whether an eviction writes what is newer in memory."),
    "durability": click.option(
        "--durability",
        metavar="power|process",
        help="What a write survives: a power cut, or only a kill (much faster).",
        shell_complete=lambda context, parameter, incomplete: ["power", "process"],
    ),
    "read_only": _flag("read-only", "Refuse every change."),
    "theme": click.option("--theme", metavar="NAME", help="The console's theme."),
    "poll": _flag("poll", "Look for changes by polling instead of being told of them."),
}
