"""The loss preview: what it foretells is exactly what an eviction does."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from console_values import HOSTILE, in_memory, on_disk
from directories import STATE, scratch
from feeds import MINUTE_MS, NOW_MS, Clock, compact, edit, seeded_feed, turn
from hypothesis import given
from hypothesis import strategies as st

from console.model.loss import LossPreview, loss_preview
from tracker import (
    FRESH,
    FolderSummary,
    SessionState,
    SessionTracker,
    Survey,
    open_store,
    open_tracker,
)

STATE_OF_OLD = SessionState(bands=1 << 20, last_checkpoint_ms=NOW_MS, guards=1)


def looked_at(root: Path) -> dict[str, FolderSummary]:
    """The folders of a directory, by session, as the console sees them."""
    store = open_store(root, read_only=True, clock=lambda: NOW_MS)
    try:
        return {one.session: one for one in Survey(store.root).sweep().changed}
    finally:
        store.close()


def fields(preview: LossPreview, name: str = "lost") -> dict[str, tuple[Any, Any]]:
    """A preview's differences by field: memory, disk."""
    return {one.field: (one.memory, one.disk) for one in getattr(preview, name)}


def change_of(owner: SessionTracker, session: str) -> dict[str, tuple[Any, Any]]:
    """Evicts a session and brings it back; the fields that changed on the way."""
    before = owner.peek(session)
    assert before is not None
    assert owner.evict([session])[0].is_done
    after = owner.recall(session)
    return {
        field: (ours, theirs)
        for field in FRESH.__struct_fields__
        if (ours := getattr(before.state, field)) != (theirs := getattr(after, field))
    }


@given(st.integers(0, 10**6), st.booleans())
def test_what_it_foretells_is_exactly_what_an_eviction_does(seed: int, spills: bool) -> None:
    with scratch() as parent:
        root = Path(parent) / "state"
        clock = Clock()
        with open_tracker(root, spill=spills, durability="process", clock=clock) as owner:
            for event in seeded_feed(seed, ("a", "b", "c:d"), 60):
                owner.handle(event)
            for memory in owner.sessions():
                disk = looked_at(root).get(memory.session)
                preview = loss_preview(memory, disk, spills=spills, is_observer=False)
                assert preview.is_exact
                assert not preview.is_refused
                assert not preview.replaced
                if spills:
                    assert not preview.lost
                    assert set(fields(preview, "spilled")) == set(memory.dirty_fields)
                assert change_of(owner, memory.session) == fields(preview)


def test_without_spilling_the_fields_newer_than_the_last_checkpoint_are_lost(
    root: Path, open_owner: Any, clock: Clock
) -> None:
    owner = open_owner(spill=False)
    owner.handle(edit("s", NOW_MS, "a.py"))
    owner.handle(compact("s", NOW_MS))
    owner.handle(turn("s", NOW_MS + MINUTE_MS, 10, 88))
    owner.handle(turn("s", NOW_MS + MINUTE_MS, 10, 77))
    owner.handle(edit("s", NOW_MS + MINUTE_MS, "b.py"))
    preview = loss_preview(owner.peek("s"), looked_at(root)["s"], spills=False, is_observer=False)
    assert fields(preview) == {
        "last_evaluated_ms": (NOW_MS + MINUTE_MS, 0),
        "edit_writes": (2, 1),
        "edited_files": (("a.py", "b.py"), ("a.py",)),
        "prior_score": (77, 88),
    }
    assert preview.spilled == ()
    assert preview.words == (
        "Lost: last evaluation, edit writes, edited files, prior score.",
        "Edits count from there again: the next edit batch may come later, never too soon.",
        "The nudge waits for a reading to compare with.",
        "The next reading may be evaluated before its cooldown is over.",
    )


def test_with_spilling_the_same_fields_are_written_and_nothing_is_lost() -> None:
    state = SessionState(edit_writes=2, prior_score=77)
    memory = in_memory("s", state=state, seq=1, dirty_fields=("edit_writes", "prior_score"))
    preview = loss_preview(memory, on_disk("s", state=FRESH, seq=1), spills=True, is_observer=False)
    assert fields(preview, "spilled") == {"edit_writes": (2, 0), "prior_score": (77, None)}
    assert preview.words == ("Written first: edit writes, prior score.", "Nothing is lost.")
    assert preview.is_exact


def test_a_clean_session_has_nothing_to_write_and_nothing_to_lose() -> None:
    for spills in (True, False):
        memory = in_memory("s", state=STATE_OF_OLD, seq=1)
        disk = on_disk("s", state=STATE_OF_OLD, seq=1)
        preview = loss_preview(memory, disk, spills=spills, is_observer=False)
        assert preview == LossPreview(words=("Nothing has to be written; nothing is lost.",))


def test_what_is_not_in_memory_cannot_be_evicted() -> None:
    preview = loss_preview(None, on_disk("s"), spills=False, is_observer=False)
    assert preview == LossPreview(words=("It isn't in memory: there is nothing to evict.",))


def test_an_observer_lets_go_of_a_copy_whatever_memory_says() -> None:
    memory = in_memory("s", state=SessionState(edit_writes=1), seq=3, dirty_fields=("adopted",))
    preview = loss_preview(memory, on_disk("s", state=FRESH), spills=False, is_observer=True)
    assert (preview.spilled, preview.lost, preview.is_refused) == ((), (), False)
    assert fields(preview, "replaced") == {"edit_writes": (1, 0)}
    assert "only observes" in preview.words[0]
    assert loss_preview(memory, None, spills=False, is_observer=True).replaced == ()


def test_a_look_at_the_disk_from_before_the_last_write_is_said_to_be_old() -> None:
    memory = in_memory(
        "s", state=SessionState(bands=1, edit_writes=2), seq=5, dirty_fields=("edit_writes",)
    )
    for disk in (None, on_disk("s", state=FRESH, seq=4)):
        preview = loss_preview(memory, disk, spills=False, is_observer=False)
        assert fields(preview) == {"edit_writes": (2, 0)}
        assert not preview.is_exact
        assert preview.words[-1] == "What the disk holds now isn't known yet."


def test_what_another_writer_changed_is_told_apart_from_what_memory_has_newer() -> None:
    memory = in_memory("s", state=SessionState(edit_writes=3), seq=1, dirty_fields=("edit_writes",))
    disk = on_disk("s", state=SessionState(bands=1 << 20, edit_writes=1), seq=4)
    for spills, how in ((True, "united with what is written"), (False, "come back as they are")):
        preview = loss_preview(memory, disk, spills=spills, is_observer=False)
        assert fields(preview, "replaced") == {"bands": (0, 1 << 20)}
        assert fields(preview, "spilled" if spills else "lost") == {"edit_writes": (3, 1)}
        assert any(how in line for line in preview.words)


@pytest.mark.parametrize("dirty", [(), ("edit_writes",)])
def test_a_pinned_session_stays(dirty: tuple[str, ...]) -> None:
    memory = in_memory("s", is_pinned=True, dirty_fields=dirty)
    preview = loss_preview(memory, None, spills=True, is_observer=False)
    assert preview.is_refused
    assert "pinned" in preview.words[0]


def test_what_cannot_be_written_stays_in_memory_and_what_need_not_be_goes_for_long() -> None:
    dirty, clean = in_memory("s", dirty_fields=("edit_writes",), seq=1), in_memory("s", seq=1)
    refused = on_disk("s", state=None, trouble="unsafe", why="a symbolic link")
    newer = on_disk("s", state=FRESH, seq=1, newer_format=9)
    for disk in (refused, newer):
        assert loss_preview(dirty, disk, spills=True, is_observer=False).is_refused
    gone = loss_preview(clean, refused, spills=True, is_observer=False)
    assert not gone.is_refused
    assert gone.words == ("It can't come back while its folder is refused: a symbolic link.",)
    assert loss_preview(clean, newer, spills=True, is_observer=False).words == (
        "Nothing has to be written; nothing is lost.",
    )


@pytest.mark.parametrize("is_dirty", [True, False])
def test_of_a_bad_record_memory_is_the_only_whole_copy(
    is_dirty: bool, root: Path, open_owner: Any
) -> None:
    owner = open_owner()
    owner.handle(edit("s", NOW_MS, "a.py"))
    owner.handle(compact("s", NOW_MS))
    if is_dirty:
        owner.handle(edit("s", NOW_MS, "b.py"))
    (root / "s" / STATE).write_bytes(b"{")
    memory, disk = owner.peek("s"), looked_at(root)["s"]
    assert disk.trouble == "corrupt"
    preview = loss_preview(memory, disk, spills=True, is_observer=False)
    assert change_of(owner, "s") == fields(preview)
    if is_dirty:
        assert preview.lost == ()
        assert preview.words[0].startswith("Its bad record is written anew: ")
    else:
        assert fields(preview)["edit_writes"] == (1, 0)
        assert preview.words[0].endswith("; its record is bad and is rebuilt from the manifest.")
        assert "Messages sent once count as the disk says." in preview.words


def test_an_adopted_session_gets_its_own_folder_though_nothing_is_spilled() -> None:
    state = SessionState(bands=1 << 20, edit_writes=3, prior_score=50)
    memory = in_memory("a:b", state=state, dirty_fields=("edit_writes", "prior_score", "adopted"))
    preview = loss_preview(memory, None, spills=False, is_observer=False)
    assert set(fields(preview)) == {"edit_writes"}
    assert set(fields(preview, "spilled")) == {"prior_score"}
    assert not preview.is_exact
    assert any("folder of its own" in line for line in preview.words)


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_in_a_reason_is_made_safe(text: str) -> None:
    disk = on_disk("s", state=None, trouble="unsafe", why=text)
    for dirty in ((), ("edit_writes",)):
        memory = in_memory("s", dirty_fields=dirty)
        preview = loss_preview(memory, disk, spills=True, is_observer=False)
        assert all(line.isprintable() and len(line) < 400 for line in preview.words)
