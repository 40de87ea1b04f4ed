"""What the prune screen lets other threads do, and what they answer."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache

from textual.message import Message
from textual.message_pump import MessagePump

from console.acting.deed import Deed
from console.acting.operator import Operator
from console.model.going import Going
from console.model.prune_plan import plan_table
from console.model.rows import Cell
from console.snapshot import Link
from console.widgets.text_pane import Layout, Line, wrapped
from tracker import PrunePlan


class Planned(Message):
    """A plan was made.

    Attributes:
        going: The work that made it.
        plan: The plan; None where there is none, or it isn't whole.
        why: Why not, in words; empty where it was stopped.
        layout: The plan as lines, laid out already for the width there was.
    """

    def __init__(self, going: Going, plan: PrunePlan | None, why: str, layout: Layout) -> None:
        super().__init__()
        self.going = going
        self.plan = plan
        self.why = why
        self.layout = layout


class Applied(Message):
    """A plan was applied, as far as it came.

    Attributes:
        deed: What came of it; None where nobody can tell.
        why: Why nobody can tell, in words.
    """

    def __init__(self, deed: Deed | None, why: str = "") -> None:
        super().__init__()
        self.deed = deed
        self.why = why


def plan_work(
    screen: MessagePump, link: Link, older_than_ms: int, going: Going, width: int
) -> Callable[[], None]:
    """Returns what makes a plan and lays it out, for a thread; it posts Planned."""

    def work() -> None:
        try:
            plan = link.plan_prune(older_than_ms, going)
        except Exception as error:  # noqa: BLE001 - the top of a worker; it is shown.
            why = str(error) or type(error).__name__
            screen.post_message(Planned(going, None, why, wrapped(())))
            return
        if going.was_stopped:
            screen.post_message(Planned(going, None, "", wrapped(())))
            return
        layout = plan_layout(plan)
        layout(width)
        screen.post_message(Planned(going, plan, "", layout))

    return work


def apply_work(
    screen: MessagePump, operator: Operator, plan: PrunePlan, going: Going, reason: str
) -> Callable[[], None]:
    """Returns what applies a plan, for a thread; it posts Applied."""

    def work() -> None:
        try:
            screen.post_message(Applied(operator.prune(plan, going, reason)))
        except Exception as error:  # noqa: BLE001 - the top of a worker; it is shown.
            screen.post_message(Applied(None, str(error) or type(error).__name__))

    return work


def plan_layout(plan: PrunePlan) -> Layout:
    """Returns a plan as the lines the verb prints of it, for the width there is."""

    @lru_cache(maxsize=1)
    def layout(width: int) -> Sequence[Line]:
        return [(Cell(line),) for line in plan_table(plan, width).lines]

    return layout
