"""Carrying out one action: what has come of it so far, and the deed it comes to."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import msgspec

from console.acting.audit import Intent
from console.acting.deed import Action, Deed
from console.acting.undo import Step
from console.snapshot import GoesOn
from tracker import HoldfastError, Outcome


class Came(msgspec.Struct):
    """What has come of an action so far; filled as it goes, so that a failure leaves the rest true.

    Attributes:
        outcomes: See `Deed.outcomes`.
        fields: Further fields of the deed.
        facts: Further facts for the audit file.
        step: What can be undone of it; None for nothing.
        left: With `undo`: what is left of the step undone; None where nothing was tried.
    """

    outcomes: tuple[Outcome, ...] = ()
    fields: dict[str, Any] = {}
    facts: dict[str, Any] = {}
    step: Step | None = None
    left: Step | None = None


def told(
    command: Callable[..., tuple[Outcome, ...]], progress: GoesOn | None
) -> Callable[..., tuple[Outcome, ...]]:
    """Returns a command that tells how far it is, where anybody wants to know."""
    return command if progress is None else partial(command, progress=progress)


def failure(run: Callable[[Came], None], came: Came) -> str:
    """Runs an action; returns why it failed as a whole, in words; empty where it didn't."""
    try:
        run(came)
    except HoldfastError as error:
        return str(error)
    except OSError as error:
        return f"{error.filename}: {error.strerror}" if error.filename else str(error)
    return ""


def deed_of(intent: Intent, came: Came, at_ms: int, why: str, warning: str = "") -> Deed:
    """Returns what an action came to."""
    return Deed(
        intent.action,
        intent.ids,
        came.outcomes,
        why,
        at_ms,
        intent.reason,
        warning,
        **came.fields,
    )


def step_of(
    action: Action, at_ms: int, outcomes: Sequence[Outcome], capacity: int | None = None
) -> Step | None:
    """Returns what can be undone of an action; None where there is nothing."""
    was = tuple(one.was for one in outcomes if one.is_done and one.was is not None)
    step = Step(action, at_ms, was, capacity)
    return None if step.is_empty else step
