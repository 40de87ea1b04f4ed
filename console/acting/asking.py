"""What is asked before an action: whether, and in which words. Pure; every word is safe to show."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from console.acting.deed import Action
from console.snapshot import Mode
from console.text import visible
from tracker import Verdict

IDS_SHOWN: Final = 5
"""The most ids a question names."""

ID_CELLS: Final = 72
WHY_CELLS: Final = 300

# What is on disk alone isn't in memory, and is refused by the tracker without a question.
_HARMLESS: Final = (Verdict.CLEAN, Verdict.DISK_ONLY)
_DOUBTFUL: Final = (Verdict.BEHIND, Verdict.CORRUPT, Verdict.UNSAFE)


class Question(NamedTuple):
    """A question to an operator, in words that are safe to show.

    Attributes:
        title: What is asked: `Evict 3 sessions?`
        lines: What will happen, a sentence or two a line.
        ids: The first of the ids, and behind them how many more there are.
        confirm_label: The words of the yes: `Evict 3`.
    """

    title: str
    lines: tuple[str, ...]
    ids: tuple[str, ...]
    confirm_label: str


@dataclass(frozen=True, slots=True)
class _Scene:
    """What an action would meet; see `question`."""

    count: int
    verdicts: Mapping[Verdict, int]
    mode: Mode
    spills: bool
    occupancy: int
    capacity: int
    pinned: int
    fields: tuple[str, ...]

    @property
    def them(self) -> str:
        return "it" if self.count == 1 else "them"

    @property
    def they(self) -> str:
        return "It" if self.count == 1 else "They"


def needs_asking(action: Action, verdicts: Collection[Verdict]) -> bool:
    """Whether an action is to be asked for: anything beyond one clean session is.

    Args:
        action: What is to be done.
        verdicts: The verdict of each session it is about.
    """
    match action:
        case Action.EVICT:
            return len(verdicts) > 1 or any(one not in _HARMLESS for one in verdicts)
        case Action.REHYDRATE:
            return len(verdicts) > 1 or any(one in _DOUBTFUL for one in verdicts)
        case Action.PIN | Action.UNPIN:
            return len(verdicts) > 1
        case Action.UNDO:
            return False
        case _:
            return True


def question(
    action: Action,
    ids: Sequence[str],
    verdicts: Mapping[Verdict, int],
    *,
    mode: Mode,
    spills: bool,
    occupancy: int,
    capacity: int,
    pinned: int = 0,
    fields: Sequence[str] = (),
    why: str = "",
) -> Question:
    """Puts an action into words before it is done.

    Args:
        action: What is to be done: evict, rehydrate, pin, unpin, release, or a live drill.
        ids: To which sessions, in the order in which they are shown.
        verdicts: How many of them have which verdict.
        mode: How the console got its tracker.
        spills: Whether an eviction writes what is newer in memory.
        occupancy: How many sessions are in memory.
        capacity: The most sessions held in memory.
        pinned: How many of those in memory are pinned.
        fields: The fields that are newer in memory in any of them, for what would be lost.
        why: Why the first of them that is behind, corrupt or unsafe is that.

    Raises:
        KeyError: If the action isn't one of those.
    """
    scene = _Scene(
        len(ids), verdicts, mode, spills, occupancy, capacity, pinned, tuple(dict.fromkeys(fields))
    )
    verb = action.capitalize()
    return Question(
        title=f"{verb} {_sessions(scene.count)}?",
        lines=(*_LINES[action](scene), *_verdict_lines(scene, why)),
        ids=first_ids(ids),
        confirm_label=f"{verb} {scene.count:,}" if scene.count > 1 else verb,
    )


def first_ids(ids: Sequence[str]) -> tuple[str, ...]:
    """Returns the first ids, safe to show, and behind them how many more there are."""
    shown = tuple(visible(one, ID_CELLS) for one in ids[:IDS_SHOWN])
    more = len(ids) - len(shown)
    return (*shown, f"and {more:,} more") if more else shown


def _evict_lines(scene: _Scene) -> Iterator[str]:
    newer = scene.verdicts.get(Verdict.DIRTY, 0) + scene.verdicts.get(Verdict.MEMORY_ONLY, 0)
    if scene.mode is Mode.OBSERVE:
        yield (
            f"Only this console's memory lets go of {scene.them}; the gateway and the disk stay as"
            " they are."
        )
    elif not newer:
        yield f"All that memory holds of {scene.them} is on disk; the next touch brings it back."
    elif scene.spills:
        yield (
            f"{_are(newer)} newer in memory, which is written to the disk first: nothing is lost,"
            " and the next touch brings it back."
        )
    else:
        fields = ", ".join(visible(name, 40) for name in scene.fields) or "the counts since then"
        yield (
            f"Spilling is off, and {_are(newer)} newer in memory. This would be lost, back to the"
            f" last checkpoint: {fields}."
        )
    yield f"Undo brings back exactly what was there, while nothing has used {scene.them} since."


def _release_lines(scene: _Scene) -> Iterator[str]:
    yield (
        f"{scene.they} will have ended: memory forgets {scene.them}, and what is sent once a"
        " session may be sent again by a later event. What the last checkpoint wrote stays on disk."
    )
    yield f"Undo brings back exactly what was there, while nothing has used {scene.them} since."


def _rehydrate_lines(scene: _Scene) -> Iterator[str]:
    room = scene.capacity - scene.pinned
    going = scene.occupancy + min(scene.count, room) - scene.capacity
    yield f"{scene.they} will come back from the disk, as the newest in memory."
    if scene.count > room:
        yield (
            f"Memory has room for {room:,} beside what is pinned: only the last {room:,} will stay,"
            " and all others that aren't pinned are evicted."
        )
    elif going > 0:
        yield (
            f"Memory holds {scene.occupancy:,} of {scene.capacity:,}: {_others(going)} evicted to"
            " make room, the oldest first."
        )


def _pin_lines(scene: _Scene) -> Iterator[str]:
    free = max(scene.capacity - 1 - scene.pinned, 0)
    yield f"{scene.they} will stay in memory until unpinned or ended."
    if scene.count > free:
        yield f"At most {free:,} more can be pinned; the rest will be refused."


def _unpin_lines(scene: _Scene) -> Iterator[str]:
    yield f"{scene.they} may be evicted again, like any other."


def _drill_lines(scene: _Scene) -> Iterator[str]:
    yield (
        "The running tracker evicts and rehydrates a few dozen at a time, and compares field by"
        " field. States, times and order are put back as they were."
    )
    yield "What is newer in memory is written to the disk, as any eviction would write it."


_LINES: Final = {
    Action.EVICT: _evict_lines,
    Action.RELEASE: _release_lines,
    Action.REHYDRATE: _rehydrate_lines,
    Action.PIN: _pin_lines,
    Action.UNPIN: _unpin_lines,
    Action.DRILL: _drill_lines,
}


def _verdict_lines(scene: _Scene, why: str) -> Iterator[str]:
    there = {verdict: scene.verdicts.get(verdict, 0) for verdict in Verdict}
    if scene.count > 1:
        parts = [f"{count:,} {verdict}" for verdict, count in there.items() if count]
        if parts:
            yield f"By verdict: {', '.join(parts)}."
    doubtful = [verdict for verdict in _DOUBTFUL if there[verdict]]
    if doubtful and scene.count == 1:
        said = f": {visible(why, WHY_CELLS)}" if why else ""
        yield f"On disk it is {doubtful[0]}{said}."
    elif doubtful and why:
        yield f"Of these, the first: {visible(why, WHY_CELLS)}."


def _sessions(count: int) -> str:
    return "1 session" if count == 1 else f"{count:,} sessions"


def _are(count: int) -> str:
    return "1 is" if count == 1 else f"{count:,} are"


def _others(count: int) -> str:
    return "1 other is" if count == 1 else f"{count:,} others are"
