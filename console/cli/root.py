"""`holdfast` itself: a verb is imported when it is asked for; anything else opens the console."""

from __future__ import annotations

import os
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

import click

from console.cli.errors import AskedWrongError
from console.nearest import nearest

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

VERBS: Final = {
    "demo": "opening",
    "sessions": "listing",
    "files": "listing",
    "show": "show",
    "doctor": "doctor",
    "replay": "replay",
    "drill": "drill",
    "prune": "prune",
    "simulate": "simulate",
    "config": "config",
    "themes": "themes",
    "completions": "completions",
}
"""Every verb, with the module of `console.cli` that has a command of its name."""

CONSOLE: Final = ""
"""Stands for the command that opens the console; no argument can be mistaken for it."""


class Verbs(click.Group):
    """A group whose commands are imported late, and whose default is the console.

    A first argument that is no verb is a directory. One that is named like a verb is given as
    `./demo`.
    """

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Returns the verbs, in the order of the help page."""
        return list(VERBS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Imports a verb; None for a name that is none."""
        if cmd_name == CONSOLE:
            return _console()
        if cmd_name not in VERBS:
            return None
        command: click.Command = getattr(import_module(f"console.cli.{VERBS[cmd_name]}"), cmd_name)
        return command

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Puts the console's name before arguments that name no verb."""
        own_options = {*ctx.help_option_names, "--version"}
        if not args and ctx.resilient_parsing:
            return super().parse_args(ctx, args)
        if not args or (args[0] not in VERBS and args[0] not in own_options):
            _refuse_misspelt(args)
            args = ["--", CONSOLE, *args]
        return super().parse_args(ctx, args)

    def format_usage(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Writes both ways to use it."""
        formatter.write_usage("holdfast", "[DIR] [OPTIONS]")
        formatter.write_usage("holdfast", "VERB [ARGUMENTS]", prefix="   or: ")

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Writes the verbs, then the options of the console."""
        with formatter.section("Verbs"):
            verbs = ((name, self.get_command(ctx, name)) for name in VERBS)
            formatter.write_dl(
                [(name, verb.get_short_help_str(60)) for name, verb in verbs if verb]
            )
        records = [
            record
            for parameter in (*_console().params, *self.get_params(ctx))
            if isinstance(parameter, click.Option)
            and (record := parameter.get_help_record(ctx)) is not None
        ]
        with formatter.section("Options of the console"):
            formatter.write_dl(records)

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """Completes a verb, a directory, or an option of the console."""
        from click.shell_completion import CompletionItem

        found = super().shell_complete(ctx, incomplete)
        if incomplete.startswith("-"):
            return [*_console().shell_complete(ctx, incomplete), *found]
        # The folder comes first: bash forgets what stands before it.
        return [CompletionItem(incomplete, type="dir"), *found]


def _console() -> click.Command:
    from console.cli.opening import console

    return console


def _refuse_misspelt(args: list[str]) -> None:
    if not args or args[0].startswith("-") or "/" in args[0] or "--feed" in args:
        return
    if not os.path.lexists(args[0]) and (close := nearest(args[0], VERBS, 1)):
        raise AskedWrongError(
            f"{args[0]}: no verb, and no directory of that name; did you mean {close[0]}?"
        )


def _print_version(context: click.Context, parameter: click.Parameter, value: bool) -> None:
    if not value or context.resilient_parsing:
        return
    from console.cli.output import emit
    from tracker import __version__

    emit([f"holdfast {__version__}"])
    context.exit()


@click.group(cls=Verbs, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--version", is_flag=True, expose_value=False, is_eager=True, callback=_print_version,
    help="Print the version and exit.",
)  # fmt: skip
def holdfast(**_: Any) -> None:
    """Open the console on a state directory, or ask and act without it by a verb.

    Without DIR the console opens the OpenClaw directory in your home. It observes: nothing on disk
    is written. With --feed it owns the directory and handles the events of a feed.
    """
