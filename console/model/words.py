"""What the console says in words: outcomes of commands, and empty tables. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from console.snapshot import Face, Mode, Update
from console.text import visible
from tracker import Outcome


def command_words(verb: str, outcomes: Sequence[Outcome], why: str, mode: Mode) -> tuple[str, bool]:
    """Says what came of a command.

    Args:
        verb: What was done, as a past participle: `Evicted`.
        outcomes: What came of it, one an id.
        why: Why nothing at all was done.
        mode: How the console got its tracker: an observer's commands leave the disk alone.

    Returns:
        The words, safe to show, and whether all of it was done.
    """
    if why or not outcomes:
        return f"Not {verb.lower()}: {visible(why, 300)}", False
    refused = [outcome for outcome in outcomes if not outcome.is_done]
    if refused:
        first = refused[0]
        words = f"Not {verb.lower()}: {visible(first.session, 80)}: {visible(first.why, 300)}"
        return words + (f" (and {len(refused) - 1} more)" if len(refused) > 1 else ""), False
    names = ", ".join(visible(outcome.session, 80) for outcome in outcomes[:3])
    if len(outcomes) > 3:
        names += f" and {len(outcomes) - 3} more"
    note = next((outcome.why for outcome in outcomes if outcome.why), "")
    words = f"{verb} {names}."
    if note:
        words += f" {visible(note[:1].upper() + note[1:], 200)}."
    elif verb == "Evicted":
        words += (
            " Only this console's memory let go of it; r brings it back."
            if mode is Mode.OBSERVE
            else " What was newer in memory is on disk; r brings it back."
        )
    return words, True


def empty_words(update: Update) -> str:
    """Says why there are no sessions to show."""
    if update.face is Face.OPENING or update.loading is not None:
        return "Reading the directory…"
    if update.face is Face.OPEN:
        if update.feed.name:
            return f"No sessions yet. Waiting for {visible(update.feed.name, 80)}."
        return "No sessions here yet. They appear as the gateway writes them."
    return "Nothing to show."
