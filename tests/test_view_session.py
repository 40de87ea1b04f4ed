"""The session view: one session whole, at every size, and honest when it goes away."""

from __future__ import annotations

from typing import Any

import pytest
from console_support import lines_of
from console_values import HOSTILE, in_memory, on_disk, update_of
from session_support import NORMAL, NOW_MS, SIZES, TINY, WIDE, some_files, staged

from console.messages import StateChanged
from console.snapshot import Face, Mode, Progress, Update
from console.views.session_history import history_keys
from tracker import Change, ChangeKind, SessionState

DIRTY = in_memory(
    "s",
    NOW_MS - 5_000,
    state=SessionState(bands=1 << 20, edit_writes=7, edited_files=("a.py", "b.py")),
    seq=3,
    dirty_fields=("edit_writes", "edited_files"),
    inserted_ms=NOW_MS - 60_000,
    recency=2,
)
STORED = on_disk(
    "s",
    seq=3,
    checkpoints=2,
    state=SessionState(bands=1 << 20, edit_writes=5, edited_files=("a.py",)),
)
BOTH = update_of(mode=Mode.OWN, tracked=(in_memory("older"), DIRTY), folders=(STORED,))


def change(kind: ChangeKind, number: int = 1, **fields: Any) -> Change:
    return Change(number, kind, "s", NOW_MS, **fields)


def updated(*changes: Change, **fields: Any) -> Update:
    return update_of(mode=Mode.OWN, changes=changes, **fields)


def line_with(text: str, words: str) -> str:
    return next(line for line in text.split("\n") if words in line)


# -- which session ------------------------------------------------------------------------------


async def test_before_any_session_was_chosen_it_says_how_to_choose_one() -> None:
    async with staged(BOTH) as stage:
        assert stage.view.subject is None
        assert stage.view.targets() == stage.view.status() == ()
        assert "No session is chosen." in stage.screen
        assert "Sessions or the Disk view" in stage.screen
        assert "Memory beside disk" not in stage.screen
        await stage.press("o", "tab", "enter", "escape")
        assert stage.notices() == []


async def test_it_shows_the_session_it_is_sent_to_and_says_so() -> None:
    async with staged(BOTH, files=some_files(2)) as stage:
        assert stage.view.go_to("s")
        await stage.open()
        assert stage.view.subject == "s"
        assert stage.view.targets() == ("s",)
        assert "dirty · #1 of 2 · idle 5s · in memory 1m" in stage.screen
        assert stage.said == ["1 of 2 in memory", "2 checkpoints"]
        assert not stage.view.go_to("unknown")
        await stage.until(lambda: "Gone from memory and from disk" in stage.screen, "the words")


async def test_another_session_leaves_nothing_of_the_one_before() -> None:
    other = on_disk("other", state=SessionState(edit_writes=99))
    async with staged(update_of(mode=Mode.OWN, tracked=(DIRTY,), folders=(STORED, other))) as stage:
        stage.link.listed = some_files(2)
        await stage.open()
        stage.link.listed = ()
        await stage.open("other")
        assert stage.view.subject == "other"
        assert "a.py" not in stage.fields
        assert "text of" not in stage.text
        assert stage.rows == ["No checkpoints yet."]


async def test_what_it_says_of_itself_is_told_to_the_screen_above() -> None:
    async with staged(BOTH, files=some_files(2)) as stage:
        stage.app._kept = (StateChanged,)
        await stage.open()
        assert stage.app.messages


# -- memory beside disk -------------------------------------------------------------------------


async def test_every_field_stands_beside_its_twin_and_differences_have_a_sign() -> None:
    async with staged(BOTH) as stage:
        await stage.open()
        assert line_with(stage.fields, "≠ edit writes").split()[-2:] == ["7", "5"]
        assert line_with(stage.fields, "fill bands").split() == ["fill", "bands", "20", "20"]
        assert "≠ b.py  (memory only)" in stage.fields
        assert "≠ memory and disk differ" in stage.fields
        for name in ("quality thresholds", "milestones", "sent once", "prior score", "folder"):
            assert name in stage.fields


async def test_a_change_is_shown_as_it_comes() -> None:
    async with staged(BOTH) as stage:
        await stage.open()
        clean = in_memory("s", NOW_MS, state=STORED.state, seq=3, recency=3)
        await stage.apply(updated(tracked=(clean,)))
        assert line_with(stage.fields, "edit writes").split() == ["edit", "writes", "5", "5"]
        assert "≠" not in stage.fields
        assert "clean · #1 of 2 · idle 0s" in stage.screen


@pytest.mark.parametrize(
    ("mode", "spills", "words"),
    [
        (Mode.OWN, True, ("✓ Written first: edit writes, edited files.", "Nothing is lost.")),
        (Mode.OWN, False, ("✗ Lost: edit writes, edited files.", "edit writes: 7 → 5")),
        (Mode.OBSERVE, True, ("✓ This console only observes", "disk stays as it is")),
    ],
)
async def test_it_says_what_an_eviction_now_would_do(
    mode: Mode, spills: bool, words: tuple[str, ...]
) -> None:
    update = update_of(mode=mode, tracked=(DIRTY,), folders=(STORED,), spills=spills)
    async with staged(update, size=WIDE) as stage:
        await stage.open()
        assert "If it were evicted now" in stage.fields
        for one in words:
            assert one in stage.fields


async def test_a_pinned_session_is_said_to_stay() -> None:
    pinned = in_memory("s", NOW_MS, seq=3, is_pinned=True, state=STORED.state)
    async with staged(update_of(mode=Mode.OWN, tracked=(pinned,), folders=(STORED,))) as stage:
        await stage.open()
        assert "– It is pinned" in stage.fields
        assert "clean · pinned" in stage.screen


async def test_an_evicted_session_says_when_and_why_and_that_there_is_nothing_to_evict() -> None:
    async with staged(BOTH) as stage:
        await stage.open()
        await stage.apply(updated(change(ChangeKind.EVICTED, detail="capacity"), dropped=("s",)))
        assert "disk-only · evicted 0s ago (capacity)" in stage.screen
        assert "nothing to evict" in stage.fields
        assert "✓" not in stage.fields
        assert "not in memory" in stage.fields
        assert line_with(stage.fields, "edit writes").split() == ["edit", "writes", "5"]


async def test_trouble_on_disk_is_said_with_its_why() -> None:
    bad = on_disk("s", state=None, trouble="corrupt", why="torn: it ends in a string")
    async with staged(update_of(mode=Mode.OWN, folders=(bad,))) as stage:
        await stage.open()
        assert "corrupt" in stage.screen
        assert "torn: it ends in a string; nothing rebuilds it" in stage.screen
        assert "disk: unreadable" in stage.fields


async def test_a_field_under_a_persons_eyes_stays_where_it_is_as_values_change() -> None:
    async with staged(BOTH, size=TINY) as stage:
        await stage.open()
        await stage.press("pagedown", "pagedown")
        pane = stage.view.pane_widget("fields")
        top = lines_of(pane)[0]
        touched = in_memory("s", NOW_MS, state=DIRTY.state, seq=3, dirty_fields=DIRTY.dirty_fields)
        await stage.apply(updated(tracked=(touched,)))
        assert lines_of(pane)[0] == top


# -- going away ---------------------------------------------------------------------------------


async def test_a_session_that_ended_and_left_no_folder_is_kept_as_it_was_last_seen() -> None:
    async with staged(BOTH, files=some_files(2)) as stage:
        await stage.open()
        await stage.apply(updated(change(ChangeKind.RELEASED), dropped=("s",), removed=("s",)))
        assert "Ended at" in stage.screen
        assert "Below is what was last seen." in stage.screen
        assert "Memory beside disk, as last seen" in stage.screen
        assert line_with(stage.fields, "edit writes").split() == ["≠", "edit", "writes", "7", "5"]
        assert "If it were evicted now" not in stage.fields
        assert len(stage.table.keys) == 2
        assert "Checkpoints · 2 · as last seen" in stage.screen
        assert "text of n-1.md" in stage.text
        assert stage.said[0] == "gone"


async def test_a_folder_that_was_deleted_under_a_session_in_memory_is_said() -> None:
    async with staged(BOTH, files=some_files(2)) as stage:
        await stage.open()
        await stage.apply(updated(removed=("s",)))
        assert "Its folder is gone from the disk" in stage.screen
        assert "no folder" in stage.fields
        assert "what the eviction doesn't write anew is lost" in stage.fields
        assert len(stage.table.keys) == 2
        await stage.apply(updated(folders=(STORED,)))
        assert "Its folder is gone" not in stage.screen
        assert "as last seen" not in stage.screen


async def test_a_session_that_vanished_and_came_back_is_shown_as_it_is_now() -> None:
    async with staged(BOTH) as stage:
        await stage.open()
        await stage.apply(updated(dropped=("s",), removed=("s",)))
        assert "Gone from memory and from disk" in stage.screen
        await stage.apply(updated(tracked=(in_memory("s", NOW_MS),)))
        assert "Gone" not in stage.screen
        assert "memory-only" in stage.screen


async def test_while_the_directory_is_read_again_nothing_is_called_gone() -> None:
    async with staged(BOTH) as stage:
        await stage.open()
        loading = update_of(mode=Mode.OWN, is_fresh=True, loading=Progress(0, 10))
        await stage.apply(loading)
        assert "Reading the directory…" in stage.screen
        assert "Gone" not in stage.screen
        await stage.apply(update_of(mode=Mode.OWN, is_fresh=True, face=Face.OPENING))
        assert "Reading the directory…" in stage.screen


# -- history ------------------------------------------------------------------------------------


async def test_its_own_history_is_told_newest_first_and_nothing_of_others() -> None:
    async with staged(BOTH) as stage:
        await stage.open()
        assert "Nothing since this console began." in stage.screen
        other = Change(4, ChangeKind.EVICTED, "older", NOW_MS, "idle")
        await stage.apply(
            updated(
                change(ChangeKind.TOUCHED, 1),
                change(ChangeKind.TOUCHED, 2),
                change(ChangeKind.EVICTED, 3, detail="operator", idle_ms=4_000),
                other,
                change(ChangeKind.REHYDRATED, 5, load_ns=14_000),
            )
        )
        rows = [line.split(maxsplit=1)[1].strip() for line in lines_of(stage.history)[1:4]]
        assert rows[0].endswith("loaded in 14 µs")
        assert "operator" in rows[1]
        assert "2 times" in rows[2]
        assert "idle 4s" in rows[1]


async def test_a_row_of_touches_stays_the_same_row_as_more_come() -> None:
    async with staged(BOTH) as stage:
        await stage.open()
        await stage.apply(updated(change(ChangeKind.EVICTED, 1), change(ChangeKind.TOUCHED, 2)))
        keys = list(stage.history.keys)
        await stage.apply(updated(change(ChangeKind.TOUCHED, 3)))
        assert list(stage.history.keys) == keys
        history = stage.desk.chronicle.history("s")
        assert len(set(history_keys(history))) == len(history) == 2


# -- text that means harm -----------------------------------------------------------------------


@pytest.mark.parametrize("size", SIZES)
async def test_ids_and_files_as_long_as_can_be_leave_the_arrangement_as_it_is(
    size: tuple[int, int],
) -> None:
    session = "x" * 4_090 + "-end"
    names = tuple(f"/long/{'d' * 200}/{number}.py" for number in range(4_096))
    memory = in_memory(session, NOW_MS, state=SessionState(edited_files=names, files_beyond=9))
    async with staged(update_of(mode=Mode.OWN, tracked=(memory,)), size=size) as stage:
        await stage.open(session)
        assert "-end" in stage.screen
        assert "memory-only" in stage.screen
        assert "edited files: 4,096 names" in stage.fields
        assert stage.fields.replace("\n", "").replace(" ", "").count("x") >= 4_090
        await stage.press("tab", "tab", "tab", "tab", "tab")
        assert len(stage.screen.split("\n")) == size[1]


@pytest.mark.parametrize("size", [NORMAL, TINY])
async def test_whatever_a_session_holds_the_screen_is_safe(size: tuple[int, int]) -> None:
    tracked, folders, changes = [], [], []
    for number, text in enumerate(HOSTILE):
        state = SessionState(milestones=(text,), edited_files=(text, "plain"))
        tracked.append(in_memory(text, NOW_MS, state=state, seq=1, recency=number))
        folders.append(on_disk(f"f{number}", text, seq=1, why=text, last_trigger=text))
        changes.append(Change(number + 1, ChangeKind.LOAD_FAILED, text, NOW_MS, text, text))
    update = updated(*changes, tracked=tuple(tracked), folders=tuple(folders))
    async with staged(update, size=size) as stage:
        for text in HOSTILE:
            assert stage.view.go_to(text)
            await stage.pilot.pause()
            assert stage.screen
            if size == TINY:
                stage.view.go_to_pane("history")
                await stage.pilot.pause()
                assert stage.screen
                stage.view.show_pane("fields")
        gone = tuple(folder.folder for folder in folders)
        await stage.apply(updated(dropped=HOSTILE, removed=gone))
        assert stage.screen
