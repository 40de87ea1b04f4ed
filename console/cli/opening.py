"""`holdfast [DIR]` and `holdfast demo`: what must hold before the console opens."""

from __future__ import annotations

import gc
import os
import stat
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TextIO

import click

from console.cli.arguments import folders, given_settings, paths, setting_options
from console.cli.errors import FINE, AskedWrongError

if TYPE_CHECKING:
    from console.settings import DemoOptions, Settings

HOMES: Final = (".openclaw", ".clawdbot", ".moltbot")
BELOW: Final = Path("token-optimizer", "checkpoints")

CONSOLE_SETTINGS: Final = (
    "capacity",
    "idle_ttl",
    "spill",
    "durability",
    "read_only",
    "theme",
    "poll",
)


def find_state_directory(home: Path) -> Path | None:
    """Returns the state directory of the OpenClaw in a home; None where there is none."""
    for name in HOMES:
        if os.path.isdir(found := home / name / BELOW):  # False, too, where it may not be asked.
            return found
    return None


@click.command("holdfast")
@click.argument("directory", metavar="[DIR]", required=False, shell_complete=folders)
@click.option(
    "--feed",
    metavar="FILE|-",
    help="Own the directory, and handle the events of this file, FIFO or standard input.",
    shell_complete=paths,
)
@setting_options(*CONSOLE_SETTINGS)
def console(directory: str | None, feed: str | None, **options: Any) -> int:
    """Open the console on a state directory."""
    from console.settings import load_settings

    settings = load_settings(given_settings(options))
    if directory is None:
        found = find_state_directory(Path(os.path.expanduser("~")))
        if found is None and feed is not None:
            raise AskedWrongError("--feed needs the directory that is to be owned; give DIR")
        if found is None:
            return _offer_demo(settings)
        directory = str(found)
    _check_terminal(feed)
    if feed is not None:
        if settings.read_only:
            origin = settings.origins["read_only"]
            raise AskedWrongError(f"--feed owns the directory, but {origin} makes it read-only")
        _check_feed(feed)
    return _open(settings, directory=directory, feed=feed)


@click.command("demo")
@click.option("--seed", type=int, metavar="N", help="Seed of the simulated gateway.")
@click.option("--rate", type=click.FloatRange(min=0.1), metavar="R", help="Its events a second.")
@click.option(
    "--capacity", "demo_capacity", type=click.IntRange(min=1), metavar="N",
    help="The tracker's capacity; small, so that evictions never stop.",
)  # fmt: skip
@setting_options("theme", "poll")
def demo(seed: int | None, rate: float | None, demo_capacity: int | None, **options: Any) -> int:
    """Open the console on a simulated, busy gateway.

    It owns a fresh temporary directory, which is gone afterwards.
    """
    from console.settings import DemoOptions, load_settings

    defaults = DemoOptions()
    return _open_demo(
        load_settings(given_settings(options)),
        DemoOptions(
            seed=defaults.seed if seed is None else seed,
            rate=defaults.rate if rate is None else rate,
            capacity=defaults.capacity if demo_capacity is None else demo_capacity,
        ),
    )


def _open_demo(settings: Settings, options: DemoOptions) -> int:
    _check_terminal(None)
    return _open(settings, directory=None, demo=options)


def _open(settings: Settings, **options: Any) -> int:
    """Opens the console.

    The garbage collector stands still until there is something on the screen: all that a start
    makes is there to stay.
    """
    gc.disable()
    try:
        from console.running import open_console

        return open_console(settings, **options)
    finally:
        gc.enable()


def _offer_demo(settings: Settings) -> int:
    from console.settings import DemoOptions

    looked = ", ".join(str(Path("~", name, BELOW)) for name in HOMES)
    if not (_is_terminal(sys.stdin) and _is_terminal(sys.stdout)):
        raise AskedWrongError(
            f"no state directory found (looked for {looked}); give DIR, or run `holdfast demo`"
        )
    question = f"No state directory found (looked for {looked}). Run the demo?"
    if not click.confirm(question, default=True, err=True):
        return FINE
    return _open_demo(settings, DemoOptions())


def _check_terminal(feed: str | None) -> None:
    streams = [("standard output", sys.stdout)]
    if feed != "-":
        streams.append(("standard input", sys.stdin))
    for name, stream in streams:
        if not _is_terminal(stream):
            raise AskedWrongError(
                f"the console needs a terminal, and {name} is none;"
                " verbs such as `holdfast sessions DIR` work without one"
            )


def _check_feed(feed: str) -> None:
    if feed == "-":
        if _is_terminal(sys.stdin):
            raise AskedWrongError(
                "--feed - reads standard input, which is the terminal; pipe a feed"
            )
        return
    try:
        mode = os.stat(feed).st_mode
    except OSError as error:
        raise AskedWrongError(f"--feed {feed}: {error.strerror}") from None
    if stat.S_ISDIR(mode):
        raise AskedWrongError(f"--feed {feed}: a directory, not a feed")


def _is_terminal(stream: TextIO | None) -> bool:
    return stream is not None and stream.isatty()
