"""Handing the terminal to the operator's pager, with a copy of a checkpoint, and taking it back."""

from __future__ import annotations

import os

from textual.app import App, SuspendNotSupported

from console.acting.paging import (
    GLANCE_S,
    Pager,
    PagerError,
    choose_pager,
    ending_words,
    private_copy,
    run_pager,
    wait_for_enter,
)
from console.text import visible


def show_copy(app: App[object], filename: str, text: str) -> tuple[str, bool]:
    """Shows a copy of a checkpoint in the operator's pager; the app waits meanwhile.

    Args:
        app: The app, whose terminal it is.
        filename: The checkpoint's name.
        text: What the copy says; safe.

    Returns:
        What came of it, in words, and whether it was shown.
    """
    name = visible(filename, 80)
    try:
        pager = choose_pager(os.environ)
        with private_copy(filename, text) as path:
            why = _lend_terminal(app, pager, path)
    except PagerError as error:
        return f"Not opened: {name}: {error}.", False
    except SuspendNotSupported:
        why = "this terminal can't be handed to another program and taken back"
        return f"Not opened: {name}: {why}.", False
    if why:
        return f"{why}. It had a copy of {name}.", False
    program = visible(pager.name, 80)
    return f"{program} showed a copy of {name}. The checkpoint is as it was.", True


def _lend_terminal(app: App[object], pager: Pager, path: str) -> str:
    """Runs the program in the app's terminal; returns how it failed, in words.

    Nothing is raised while the app is suspended: it wouldn't come back.

    Raises:
        PagerError: If the program can't be started.
    """
    with app.suspend():
        try:
            ran = run_pager(pager, path)
        except PagerError as error:
            failure: PagerError | None = error
        else:
            failure = None
            if ran.seconds < GLANCE_S:
                wait_for_enter()
    if failure is not None:
        raise failure
    return ending_words(pager, ran)
