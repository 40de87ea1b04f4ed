"""A checkpoint handed to the operator's own pager or editor, as a copy that is safe to look at.

The copy has no character that acts on a terminal, so that `PAGER=cat` is as harmless as the screen.
It lies in a private folder (0700) as a file that can only be read (0400), under a harmless name,
and goes away when the program ends, however it ends. Lines of our own stand before and after the
text, as many as editors search for settings (vim: five), so that the text can't set any.

The program is started without a shell. While it runs, keys that interrupt are its own.
"""

from __future__ import annotations

import os
import re
import shlex
import shutil
import signal
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Final, NamedTuple

from console.model.rows import size
from console.text import visible, visible_lines
from tracker import CheckpointText, HoldfastError

USUAL: Final = ("less", "more")
"""Programs that are tried where neither $PAGER nor $EDITOR is set."""

WIDEST: Final = len(r"\U0010ffff")
"""The most characters one character becomes as it is made safe."""

NAME_CHARACTERS: Final = 80
"""The most characters of a checkpoint's name that the name of its copy keeps."""

GLANCE_S: Final = 0.5
"""A program that ends sooner has shown nothing that a person could have read."""

_RULE: Final = "─" * 60


class PagerError(HoldfastError):
    """No program could be started, or no copy be made; nothing was shown."""


class Pager(NamedTuple):
    """A program to read with.

    Attributes:
        name: What it is called, for people.
        arguments: The program's path and its arguments; the file's path comes behind them.
    """

    name: str
    arguments: tuple[str, ...]


class Ran(NamedTuple):
    """How a program went.

    Attributes:
        exit_code: Its exit code; the negative number of the signal that ended it.
        seconds: How long it ran.
    """

    exit_code: int
    seconds: float


def choose_pager(environ: Mapping[str, str]) -> Pager:
    """Returns the program to read with: $PAGER, else $EDITOR, else `less`, else `more`.

    Raises:
        PagerError: If what a variable names isn't there, or none is set and none is found. One
            that is set wrongly isn't passed over in silence.
    """
    path = environ.get("PATH", os.defpath)
    for variable in ("PAGER", "EDITOR"):
        if not environ.get(variable, "").strip():
            continue
        try:
            arguments = shlex.split(environ[variable])
        except ValueError as error:
            raise PagerError(f"${variable} can't be read as a command: {error}") from error
        found = shutil.which(arguments[0], path=path) if arguments else None
        if found is None:
            raise PagerError(f"${variable} names {visible(environ[variable], 80)}: no such program")
        return Pager(os.path.basename(arguments[0]), (found, *arguments[1:]))
    for name in USUAL:
        if (found := shutil.which(name, path=path)) is not None:
            return Pager(name, (found,))
    raise PagerError("no pager found: set $PAGER to the program to read with")


def copy_text(folder: str, filename: str, checkpoint: CheckpointText) -> str:
    """Returns what the copy of a checkpoint says: the text made safe, between lines of our own.

    Args:
        folder: The session's folder.
        filename: The file's name.
        checkpoint: Its text.
    """
    where = f"{visible(folder, 160)}/{visible(filename, 160)}"
    extent = f"This is the whole of it: {size(checkpoint.file_bytes)}."
    if checkpoint.is_cut:
        extent = f"This is its first 1 MiB; it goes on, to {size(checkpoint.file_bytes)}."
    before = (
        f"Copy of {where}, made by Holdfast to be read.",
        "Changing it changes nothing: it goes away when this program ends.",
        r"Characters that could act on a terminal are shown as escapes, such as \x1b.",
        extent,
        _RULE,
    )
    after = (_RULE, "The checkpoint goes on." if checkpoint.is_cut else "End of the copy.", "", "")
    text = visible_lines(checkpoint.text, WIDEST * max(len(checkpoint.text), 1))
    return "\n".join((*before, text, *after, "", ""))


def copy_name(filename: str) -> str:
    """Returns a name for a copy that no program takes for an option, a path or a command."""
    plain = re.sub(r"[^A-Za-z0-9_.-]", "_", filename.removesuffix(".md")).lstrip(".-")
    return f"{plain[:NAME_CHARACTERS] or 'checkpoint'}.txt"


@contextmanager
def private_copy(filename: str, text: str) -> Iterator[str]:
    """Writes a copy to a private folder; gives its path, and removes both at the end.

    Args:
        filename: The name of the file it is a copy of.
        text: What the copy says; safe.

    Raises:
        PagerError: If it can't be written; nothing is left behind.
    """
    try:
        folder = tempfile.mkdtemp(prefix="holdfast-")
    except OSError as error:
        raise PagerError(f"no folder for the copy: {error.strerror}") from error
    try:
        path = os.path.join(folder, copy_name(filename))
        try:
            _write(path, text.encode("utf-8", "backslashreplace"))
        except OSError as error:
            raise PagerError(f"{path}: the copy can't be written: {error.strerror}") from error
        yield path
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def run_pager(pager: Pager, path: str) -> Ran:
    """Runs a program over a file in this terminal, and waits for its end.

    Raises:
        PagerError: If it can't be started.
    """
    began_s = time.monotonic()
    with _interrupts_left_to_it():
        try:
            exit_code = subprocess.run((*pager.arguments, path), check=False).returncode  # noqa: S603
        except OSError as error:
            words = f"{visible(pager.name, 80)}: can't be started: {error.strerror}"
            raise PagerError(words) from error
    return Ran(exit_code, time.monotonic() - began_s)


def wait_for_enter() -> None:
    """Waits in a plain terminal until enter is pressed, so that what was printed can be read."""
    if not os.isatty(0):
        return
    with _interrupts_left_to_it(), suppress(OSError):
        os.write(1, b"\n-- enter goes back to Holdfast --")
        os.read(0, 4096)


def ending_words(pager: Pager, ran: Ran) -> str:
    """Returns what is to be said of a program that failed; empty where it didn't."""
    name = visible(pager.name, 80)
    if ran.exit_code > 0:
        return f"{name} ended with exit code {ran.exit_code}"
    if ran.exit_code < 0 and ran.exit_code != -signal.SIGINT:
        return f"{name} was ended by {_signal_name(-ran.exit_code)}"
    return ""


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"


def _write(path: str, data: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    with open(descriptor, "wb") as file:
        file.write(data)
        os.fchmod(file.fileno(), 0o400)


@contextmanager
def _interrupts_left_to_it() -> Iterator[None]:
    r"""Lets ctrl-C and ctrl-\ pass by this process. A handler, unlike SIG_IGN, isn't inherited."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.signal(number, _ignore) for number in (signal.SIGINT, signal.SIGQUIT)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler if handler is not None else signal.SIG_DFL)


def _ignore(*_: object) -> None:
    pass
