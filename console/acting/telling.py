"""What came of an action, in words for the operator. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from console.acting.deed import Action, Deed
from console.snapshot import Mode
from console.text import visible
from tracker import Outcome

DONE: Final = {
    Action.EVICT: "Evicted",
    Action.REHYDRATE: "Rehydrated",
    Action.PIN: "Pinned",
    Action.UNPIN: "Unpinned",
    Action.RELEASE: "Released",
    Action.CAPACITY: "Changed",
    Action.UNDO: "Brought back",
    Action.PRUNE: "Pruned",
    Action.DRILL: "Drilled",
}
DOING: Final = {
    Action.EVICT: "Evicting",
    Action.REHYDRATE: "Rehydrating",
    Action.PIN: "Pinning",
    Action.UNPIN: "Unpinning",
    Action.RELEASE: "Releasing",
    Action.UNDO: "Bringing back",
}
"""What is being done, for a command that takes a while."""

NAMED: Final = 3
"""How many ids a message names before it counts the others."""


def deed_words(deed: Deed, mode: Mode) -> tuple[str, bool]:
    """Says what came of an action.

    Args:
        deed: What came of it.
        mode: How the console got its tracker: an observer's commands leave the disk alone.

    Returns:
        The words, safe to show, and whether all of it was done.
    """
    verb = DONE[deed.action]
    if deed.why:
        return f"Not {verb.lower()}: {visible(deed.why, 400)}", False
    pieces = []
    if deed.capacity is not None:
        pieces.append(f"The capacity is {deed.capacity:,} now.")
    done = [one for one in deed.outcomes if one.is_done]
    if deed.action is Action.CAPACITY:
        verb = DONE[Action.EVICT]  # That is what comes of it for a session.
    if done:
        pieces.append(f"{verb} {_named(done)}.")
        pieces.append(_note(deed.action, done, mode))
    if deed.evicted:
        pieces.append(f"Evicted in their place: {_named(deed.evicted)}.")
    if deed.refused:
        first = deed.refused[0]
        words = f"Not {verb.lower()}: {visible(first.session, 80)}: {visible(first.why, 300)}"
        more = len(deed.refused) - 1
        pieces.append(words + (f" (and {more:,} more)" if more else ""))
    if deed.warning:
        pieces.append(visible(deed.warning, 300))
    words = " ".join(piece for piece in pieces if piece)
    return words or "There was nothing to do.", bool(words) and not (deed.refused or deed.warning)


def _named(outcomes: Sequence[Outcome]) -> str:
    names = ", ".join(visible(one.session, 80) for one in outcomes[:NAMED])
    more = len(outcomes) - NAMED
    return f"{names} and {more:,} more" if more > 0 else names


def _note(action: Action, done: Sequence[Outcome], mode: Mode) -> str:
    said = next((one.why for one in done if one.why), "")
    if said:
        return f"{visible(said[:1].upper() + said[1:], 200)}."
    if action is Action.EVICT:
        if mode is Mode.OBSERVE:
            return "Only this console's memory let go of it; z or r brings it back."
        return "What was newer in memory is on disk; z or r brings it back."
    return "z brings it back." if action is Action.RELEASE else ""
