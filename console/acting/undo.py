"""What can be undone: the last actions that took sessions out of memory, in a bounded past."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import msgspec
from msgspec.structs import replace

from console.acting.deed import Action
from tracker import Outcome, TrackedSession

STEPS: Final = 20
"""The most actions that can be undone."""

SESSIONS: Final = 10_000
"""The most sessions that all of them together can bring back; a session takes 0.2 to 2.5 KB."""

_PASSING: Final = ("memory is full again", "can't be read now", "can't be written")
"""The tracker's words for what keeps a session from coming back now, and may not later."""


class Step(msgspec.Struct, frozen=True):
    """One action that can be undone.

    Attributes:
        action: What was done.
        at_ms: When, Unix ms.
        was: The sessions it took out of memory, as they stood before it.
        capacity: With `capacity`: what it was before; None where that has been put back already,
            and with every other action.
    """

    action: Action
    at_ms: int
    was: tuple[TrackedSession, ...]
    capacity: int | None = None

    @property
    def is_empty(self) -> bool:
        """Whether nothing is left of it to undo."""
        return not self.was and self.capacity is None


class UndoPast:
    """The steps that can be undone, the last one first to go back; bounded.

    Changed by one thread at a time; any thread may look.

    Args:
        steps: The most steps kept.
        sessions: The most sessions kept in all of them together.
    """

    def __init__(self, steps: int = STEPS, sessions: int = SESSIONS) -> None:
        self._most_steps = steps
        self._most_sessions = sessions
        self._steps: tuple[Step, ...] = ()

    @property
    def steps(self) -> tuple[Step, ...]:
        """All steps, the oldest first."""
        return self._steps

    def peek(self) -> Step | None:
        """Returns the step that would be undone next, and leaves it; None where there is none."""
        steps = self._steps
        return steps[-1] if steps else None

    def pop(self) -> Step | None:
        """Takes the step that would be undone next; None where there is none."""
        last = self.peek()
        self._steps = self._steps[:-1]
        return last

    def push(self, step: Step) -> int:
        """Adds a step, and forgets the oldest ones where there are too many.

        Of a step that is larger than the bound, the sessions that were used last are kept.

        Returns:
            How many of the step's sessions are too many to be kept.
        """
        excess = len(step.was) - self._most_sessions
        if excess > 0:
            newest_first = sorted(step.was, key=lambda one: one.recency, reverse=True)
            step = replace(step, was=tuple(newest_first[: self._most_sessions]))
        steps = (*self._steps, step)[-self._most_steps :]
        kept = sum(len(one.was) for one in steps)
        while kept > self._most_sessions:
            kept -= len(steps[0].was)
            steps = steps[1:]
        self._steps = steps
        return max(excess, 0)

    def put_back(self, step: Step) -> None:
        """Puts what is left of a step in the place of the last; takes that away where it is empty.

        Raises:
            IndexError: If there is no last step.
        """
        if not self._steps:
            raise IndexError("there is no step to put anything in the place of")
        self._steps = self._steps[:-1] if step.is_empty else (*self._steps[:-1], step)


def left_over(step: Step, outcomes: Sequence[Outcome]) -> Step:
    """Returns what is left of a step after an attempt to bring its sessions back.

    What came back leaves it, and so does what can't come back any more: it went on, or ended. What
    only found no room, or a disk that failed just then, stays, and can be tried again.
    """
    waiting = {one.session for one in outcomes if not one.is_done and is_passing(one.why)}
    return replace(step, was=tuple(one for one in step.was if one.session in waiting))


def is_passing(why: str) -> bool:
    """Whether a session that was refused for this may come back later."""
    return any(words in why for words in _PASSING)
