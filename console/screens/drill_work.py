"""What the drill screen lets other threads do, what they answer, and what is asked before."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path

from textual.message import Message
from textual.message_pump import MessagePump

from console.acting.asking import Question, question
from console.acting.deed import Action
from console.acting.operator import Operator
from console.model.board import Board
from console.model.drilling import DrillOrder
from console.model.going import Going
from console.screens.report_files import save_reports
from tracker import Report, judge


class Reported(Message):
    """A plan came to its end.

    Attributes:
        report: What it came to.
    """

    def __init__(self, report: Report) -> None:
        super().__init__()
        self.report = report


class Ended(Message):
    """The drill came to its end.

    Attributes:
        why: Why nothing more was done, in words; empty where all was, or it was stopped.
        warning: What is wrong though it was done, in words.
    """

    def __init__(self, why: str, warning: str = "") -> None:
        super().__init__()
        self.why = why
        self.warning = warning


class Saved(Message):
    """The report was saved.

    Attributes:
        paths: Where to; none where it could not be.
        why: Why not, in words.
    """

    def __init__(self, paths: tuple[Path, ...], why: str = "") -> None:
        super().__init__()
        self.paths = paths
        self.why = why


def drill_work(
    screen: MessagePump, operator: Operator, order: DrillOrder, going: Going, reason: str
) -> Callable[[], None]:
    """Returns what runs a drill, for a thread; it posts Reported for each plan, then Ended."""

    def work() -> None:
        try:
            deed = operator.drill(
                order.plan,
                going,
                is_live=order.is_live,
                sessions=order.sessions,
                count=order.count,
                seed=order.seed,
                reason=reason,
                on_report=lambda report: screen.post_message(Reported(report)),
            )
            screen.post_message(Ended(deed.why, deed.warning))
        except Exception as error:  # noqa: BLE001 - the top of a worker; it is shown.
            screen.post_message(Ended(str(error) or type(error).__name__))

    return work


def save_work(
    screen: MessagePump, reports: Sequence[Report], stem: str, folder: Path | None
) -> Callable[[], None]:
    """Returns what saves a report, for a thread; it posts Saved."""

    def work() -> None:
        try:
            screen.post_message(Saved(save_reports(reports, stem, folder)))
        except OSError as error:
            screen.post_message(Saved((), f"{error.filename}: {error.strerror}"))
        except Exception as error:  # noqa: BLE001 - the top of a worker; it is shown.
            screen.post_message(Saved((), str(error) or type(error).__name__))

    return work


def live_question(board: Board, ids: Sequence[str]) -> Question | None:
    """Returns what is asked before sessions are drilled live; None where there are none."""
    update = board.update
    if update is None or update.statistics is None or not ids:
        return None
    judged = [judge(board.tracked(one), board.folder(one)) for one in ids]
    counts = update.statistics
    return question(
        Action.DRILL,
        ids,
        Counter(one.verdict for one in judged),
        mode=update.mode,
        spills=update.spills,
        occupancy=counts.occupancy,
        capacity=counts.capacity,
        pinned=counts.pinned,
        fields=[field for one in judged for field in one.fields],
    )
