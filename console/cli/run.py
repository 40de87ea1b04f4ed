"""One run of the command line: the one place where errors become a line and an exit code."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from typing import Final

import click

from console.cli.errors import (
    CRASHED,
    FINE,
    INTERRUPTED,
    USAGE,
    NobodyReadsError,
    OutputError,
    exit_code_of,
)
from console.cli.output import flush, forget, narrate
from console.cli.root import holdfast
from console.text import visible_lines
from tracker import HoldfastError

PROGRAM: Final = "holdfast"
COMPLETE: Final = "_HOLDFAST_COMPLETE"


def run(arguments: Sequence[str]) -> int:
    """Runs a command.

    Args:
        arguments: What was given after the program's name.

    Returns:
        The exit code.
    """
    try:
        code = _invoke(list(arguments))
        flush()
    except BrokenPipeError:
        forget(sys.stdout)
        return exit_code_of(NobodyReadsError())
    except OutputError as error:
        forget(sys.stdout)
        if not isinstance(error, NobodyReadsError):
            narrate(str(error))
        return exit_code_of(error)
    except (click.Abort, KeyboardInterrupt, EOFError):
        return INTERRUPTED
    except click.exceptions.NoArgsIsHelpError as error:
        click.echo(error.format_message(), err=True)
        return USAGE
    except click.ClickException as error:
        narrate(_usage_line(error))
        return USAGE
    except HoldfastError as error:
        narrate(str(error))
        return exit_code_of(error)
    except Exception as error:  # noqa: BLE001 (the top of the program)
        return _crash(error)
    return code


def _invoke(arguments: list[str]) -> int:
    # Click's own `main` would take a broken pipe for a failure; it is used for completion only.
    if COMPLETE in os.environ:
        holdfast.main(arguments, prog_name=PROGRAM, complete_var=COMPLETE)
    try:
        with holdfast.make_context(PROGRAM, arguments) as context:
            code = holdfast.invoke(context)
    except click.exceptions.Exit as exit_:
        return exit_.exit_code
    return code if isinstance(code, int) else FINE


def _usage_line(error: click.ClickException) -> str:
    message = " ".join(error.format_message().split())
    context = error.ctx if isinstance(error, click.UsageError) else None
    if context is None:
        return message
    return f"{message.rstrip('.')} (see {' '.join(context.command_path.split())} --help)"


def _crash(error: Exception) -> int:
    if os.environ.get("HOLDFAST_DEBUG"):
        from traceback import format_exception

        click.echo(visible_lines("".join(format_exception(error)).rstrip()), err=True)
        return CRASHED
    from console.cli.crash import write_report

    name = f"{type(error).__name__}: {error}"
    try:
        path = write_report(error)
    except OSError as failure:
        narrate(f"a bug: {name}; no report could be written ({failure}); HOLDFAST_DEBUG=1 shows it")
    else:
        narrate(f"a bug: {name}; please report it with {path}")
    return CRASHED
