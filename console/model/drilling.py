"""A drill that is asked for: what it is, which sessions a live one takes, its name. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final, Literal

import msgspec

from console.model.wording import counted
from tracker import Plan, Report, iso_of

Which = Literal["all", "coldest", "chosen"]
"""Which sessions the restore drill takes."""

_COUNT: Final = re.compile(r"[0-9]{1,9}")
_SEED: Final = re.compile(r"-?[0-9]{1,18}")

WHERE_WORDS: Final = {False: "on a scratch copy", True: "live"}


class DrillOrder(msgspec.Struct, frozen=True):
    """A drill that is asked for.

    Attributes:
        plan: Which plan, or all of them.
        sessions: Of the restore drill: only those with these ids; None for all.
        count: Of the restore drill: only so many, the coldest; None for all.
        seed: The same seed does the same again.
        is_live: Whether the tracker itself is drilled, not a scratch copy.
    """

    plan: Plan = "restore"
    sessions: tuple[str, ...] | None = None
    count: int | None = None
    seed: int = 1
    is_live: bool = False


def order_of(
    plan: Plan,
    which: Which,
    *,
    count_text: str,
    seed_text: str,
    chosen: tuple[str, ...] = (),
    is_live: bool = False,
) -> DrillOrder:
    """Returns the drill that was asked for.

    Args:
        plan: Which plan, or all of them.
        which: Which sessions; only the restore drill asks for that.
        count_text: How many of the coldest, as it was typed.
        seed_text: The seed as it was typed.
        chosen: The ids that were chosen before.
        is_live: Whether the tracker itself is to be drilled.

    Raises:
        ValueError: If a number is none, or a live drill is asked for of another plan.
    """
    seed_text = seed_text.strip()
    if not _SEED.fullmatch(seed_text):
        raise ValueError(f"{seed_text!r} is no seed; give a whole number such as 1")
    seed = int(seed_text)
    if is_live and plan != "restore":
        raise ValueError("live drills the sessions in memory; it goes with the restore plan only")
    if plan not in ("restore", "all") or which == "all":
        return DrillOrder(plan, seed=seed, is_live=is_live)
    if which == "chosen":
        return DrillOrder(plan, sessions=chosen, seed=seed, is_live=is_live)
    count_text = count_text.strip()
    if not _COUNT.fullmatch(count_text) or not int(count_text):
        raise ValueError(f"{count_text!r} is no number of sessions; give one such as 10")
    return DrillOrder(plan, count=int(count_text), seed=seed, is_live=is_live)


def live_ids(order: DrillOrder, oldest_first: Sequence[str]) -> tuple[str, ...]:
    """Returns the sessions a live drill takes.

    Args:
        order: The drill.
        oldest_first: The ids in memory, the oldest first.
    """
    if order.sessions is not None:
        return order.sessions
    return tuple(oldest_first[: order.count])


def order_words(order: DrillOrder) -> str:
    """Says what is drilled: `restore, the 10 coldest sessions, on a scratch copy, seed 1`."""
    parts: list[str] = [order.plan if order.plan != "all" else "all plans"]
    if order.sessions is not None:
        parts.append(counted(len(order.sessions), "chosen session"))
    elif order.count is not None:
        parts.append(f"the {counted(order.count, 'coldest session')}")
    return ", ".join([*parts, WHERE_WORDS[order.is_live], f"seed {order.seed}"])


def report_stem(order: DrillOrder, reports: Sequence[Report], pid: int) -> str:
    """Returns what the files of a report are called: when the drill began, its plan, the process.

    Args:
        order: The drill.
        reports: What it came to, at least one.
        pid: The process that ran it; it drills no two at a time.
    """
    began = iso_of(reports[0].started_ms).replace(":", "-")
    return f"{began}-{order.plan}-{pid}"
