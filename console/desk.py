"""The desk: what every view and dialog works with. One a console, made by the app."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from console.acting.operator import Operator
from console.model.board import Board
from console.model.chronicle import Chronicle
from console.snapshot import Link
from tracker import Rules, wall_clock_ms


@dataclass(slots=True)
class Desk:
    """What views show and dialogs act through.

    Attributes:
        board: Memory and disk as of the last update; the app alone changes it.
        chronicle: What happened so far; the app alone changes it.
        link: The tracker, for what only reads. Its calls may block: never on the screen's thread.
        operator: The audited way to every command; blocks likewise.
        rules: The policy's numbers, for the marks.
        clock: Returns Unix ms.
    """

    board: Board
    chronicle: Chronicle
    link: Link
    operator: Operator
    rules: Rules
    clock: Callable[[], int] = wall_clock_ms
