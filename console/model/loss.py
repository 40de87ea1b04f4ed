"""The loss preview: what an eviction now would write, and what would be lost. Pure; text made safe.

An owner that spills writes what is newer in memory as a session goes, so nothing is lost. Without
spilling only checkpoints and guards are on disk, and what is newer in memory starts again from
there. An observer's memory is a copy. Beyond these, the disk itself may not be as the tracker left
it: another writer's values take the place of memory's, and a bad record is as much as its manifest
rebuilds. That too is said here, because the eviction is what makes it count.

Source: DESIGN.md, sections 4.3, 4.5 and 5.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, NamedTuple

from console.model.compared import ADOPTED, FIELD_NAMES
from console.text import visible
from tracker import FRESH, Difference, FolderSummary, SessionState, TrackedSession, differences

EDITS: Final = frozenset({"edit_writes", "edited_files", "files_beyond"})

CONSEQUENCES: Final = (
    (EDITS, "edits count from there again: the next edit batch may come later, never too soon"),
    ({"prior_score"}, "the nudge waits for a reading to compare with"),
    ({"last_evaluated_ms"}, "the next reading may be evaluated before its cooldown is over"),
    ({"guards"}, "messages sent once count as the disk says"),
    (
        {"bands", "thresholds", "milestones", "last_checkpoint_ms"},
        "checkpoints count as captured as the disk says",
    ),
)
"""What the loss of fields comes to."""


class LossPreview(NamedTuple):
    """What an eviction now would do to one session.

    Attributes:
        spilled: Fields that are newer in memory and would be written; `disk` is what they replace.
        lost: Fields whose value in memory would be gone; `disk` is what comes back instead.
        replaced: Fields another writer changed: with what is written they are united, else the
            disk's value comes back.
        is_refused: Whether the session would stay in memory.
        is_exact: Whether the disk's values are known as they are now: this look at the disk isn't
            from before the tracker's last write, and the folder is the session's own.
        words: All of it in sentences, the most important first.
    """

    spilled: tuple[Difference, ...] = ()
    lost: tuple[Difference, ...] = ()
    replaced: tuple[Difference, ...] = ()
    is_refused: bool = False
    is_exact: bool = True
    words: tuple[str, ...] = ()


def loss_preview(
    memory: TrackedSession | None,
    disk: FolderSummary | None,
    *,
    spills: bool,
    is_observer: bool,
) -> LossPreview:
    """Returns what an eviction now would do to one session.

    Args:
        memory: It in memory; None where it isn't.
        disk: Its folder; None where it has none.
        spills: Whether an eviction writes what is newer in memory.
        is_observer: Whether this tracker writes nothing at all.
    """
    if memory is None:
        return LossPreview(words=("It isn't in memory: there is nothing to evict.",))
    back = disk.state if disk is not None and disk.state is not None else FRESH
    if is_observer:
        words = "This console only observes: it lets go of a copy, and the disk stays as it is."
        apart = differences(memory.state, back) if disk is not None and disk.state else ()
        return LossPreview(replaced=apart, words=(words,))
    trouble = disk.trouble if disk is not None else ""
    is_adopted = ADOPTED in memory.dirty_fields
    is_written = is_adopted or (spills and bool(memory.dirty_fields))
    if (why := _refusal(memory, disk)) and (is_written or memory.is_pinned):
        return LossPreview(is_refused=True, words=(why,))
    if trouble == "unsafe" and disk is not None:
        words = f"It can't come back while its folder is refused: {visible(disk.why, 300)}."
        return LossPreview(words=(words,))
    is_comparable = (
        disk is not None
        and disk.state is not None
        and (trouble == "corrupt" or disk.seq >= memory.seq)
    )
    is_new = memory.seq == 0 and not is_adopted and (disk is None or disk.state is None)
    newer, others = _apart(memory, back, is_comparable=is_comparable)
    kept = newer if spills else [one for one in newer if is_adopted and one.field == "prior_score"]
    lost = [one for one in newer if one not in kept]
    if trouble == "corrupt":
        # A bad record is written anew as a whole, or else comes back as it can be rebuilt.
        kept, lost, others = (kept + others, lost, []) if is_written else (kept, lost + others, [])
    preview = LossPreview(
        spilled=tuple(kept),
        lost=tuple(lost),
        replaced=tuple(others),
        is_exact=is_comparable or is_new,
    )
    return preview._replace(words=tuple(_words(preview, trouble, is_adopted, is_written)))


def _apart(
    memory: TrackedSession, back: SessionState, *, is_comparable: bool
) -> tuple[list[Difference], list[Difference]]:
    """Returns the fields that are newer in memory, and those that differ for another reason."""
    found = differences(memory.state, back)
    newer = [one for one in found if one.field in memory.dirty_fields]
    if is_comparable:
        return newer, [one for one in found if one.field not in memory.dirty_fields]
    return newer, []


def _refusal(memory: TrackedSession, disk: FolderSummary | None) -> str:
    """Says why the session would stay in memory, if anything of it had to be written."""
    if memory.is_pinned:
        return "It is pinned, and stays in memory until it is unpinned."
    if disk is not None and disk.trouble == "unsafe":
        why = visible(disk.why, 300)
        return f"It would stay in memory: what is newer can't be written, {why}."
    if disk is not None and disk.newer_format:
        return "It would stay in memory: a newer Holdfast wrote its record, which is only read."
    return ""


def _words(preview: LossPreview, trouble: str, is_adopted: bool, is_written: bool) -> Iterable[str]:
    if preview.lost:
        why = "its record is bad and is rebuilt from the manifest" if trouble == "corrupt" else ""
        yield f"Lost: {_names(preview.lost)}{f'; {why}' if why else ''}."
        lost = {one.field for one in preview.lost}
        for fields, consequence in CONSEQUENCES:
            if not lost.isdisjoint(fields):
                yield f"{consequence[:1].upper()}{consequence[1:]}."
    if preview.spilled:
        what = "Its bad record is written anew" if trouble == "corrupt" else "Written first"
        yield f"{what}: {_names(preview.spilled)}."
    if is_adopted:
        yield "A folder of its own is written; what it has comes from the original's."
    if preview.replaced:
        how = "are united with what is written" if is_written else "come back as they are there"
        yield f"Changed on disk by another writer: {_names(preview.replaced)}; they {how}."
    if not preview.lost:
        yield "Nothing is lost." if is_written else "Nothing has to be written; nothing is lost."
    if not preview.is_exact:
        yield "What the disk holds now isn't known yet."


def _names(fields: Iterable[Difference]) -> str:
    return ", ".join(FIELD_NAMES.get(one.field, one.field) for one in fields)
