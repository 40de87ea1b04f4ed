"""The keys that act: when they ask and what, whom they act on, what is refused, and how it ends."""

from __future__ import annotations

import base64
import threading
from collections.abc import Sequence
from pathlib import Path

import pytest
from console_support import (
    StillLink,
    agree,
    build,
    console,
    disk_only_ids,
    notices,
    observing,
    shown,
    table,
    tracked_ids,
    until,
)
from console_values import in_memory, on_disk, statistics, update_of
from directories import tree
from feeds import NOW_MS, Clock
from live import (
    audited,
    keys_of,
    main_of,
    owned,
    question,
    status,
    tell,
    told,
    view_of,
)
from textual.command import CommandPalette
from textual.pilot import Pilot
from textual.widgets import Input

from console.app import HoldfastApp
from console.messages import ActionAsked
from console.model.board import Board
from console.screens.capacity import CapacityDialog
from console.screens.columns import ColumnsDialog
from console.screens.commands import ACTING
from console.screens.drills import DrillScreen
from console.screens.pruning import PruneScreen
from console.screens.select import SelectDialog
from console.screens.working import Working
from console.snapshot import GoesOn, Mode, Update
from tracker import Event, Outcome, Rules, TrackedSession

ABC = ("a", "b", "c")


def edits(*sessions: str) -> list[Event]:
    """What makes sessions newer in memory than on disk."""
    return [Event("after_tool_call", one, tool="Edit", file="x.py") for one in sessions]


def some(*sessions: str, **changed: object) -> Update:
    """Clean sessions in memory, the first the oldest."""
    state = on_disk("x").state
    return update_of(**{
        "is_fresh": True,
        "tracked": tuple(
            in_memory(one, NOW_MS, state=state, recency=number)
            for number, one in enumerate(sessions, 1)
        ),
        "folders": tuple(on_disk(one) for one in sessions),
        "statistics": statistics(capacity=10, occupancy=len(sessions)),
        "mode": Mode.OWN,
        **changed,
    })  # fmt: skip


def everything(board: Board) -> list[TrackedSession]:
    """All of memory, the oldest first."""
    return list(board.oldest_first())


def dirty(app: HoldfastApp) -> list[str]:
    """The sessions that are newer in memory than on disk."""
    return [one.session for one in everything(app.board) if one.dirty_fields]


def dialogs(app: HoldfastApp) -> int:
    """How many screens stand above the main one."""
    return len(app.screen_stack) - 1 - app.screen_stack.index(main_of(app))


async def noticed(app: HoldfastApp, pilot: Pilot[None], words: str) -> None:
    await until(pilot, lambda: any(words in one for one in notices(app)), f"the notice {words!r}")


# -- when it asks, and what -------------------------------------------------------------------


async def test_one_clean_session_goes_without_a_question() -> None:
    async with told(some(*ABC), clock=Clock(NOW_MS)) as (app, pilot, link):
        await pilot.press("down", "e")
        await until(pilot, lambda: link.asked == ["c"], "the eviction")
        assert app.screen is main_of(app)
        await noticed(app, pilot, "Evicted c.")


async def test_beyond_one_it_asks_with_the_count_and_the_first_ids() -> None:
    async with told(some(*ABC), clock=Clock(NOW_MS)) as (app, pilot, link):
        await pilot.press("down", "space", "space")
        for key, title in (
            ("e", "Evict 2 sessions?"),
            ("r", "Rehydrate 2 sessions?"),
            ("p", "Pin 2 sessions?"),
            ("x", "Release 2 sessions?"),
        ):
            await pilot.press(key)
            await question(app, pilot)
            text = shown(app)
            assert title in text
            assert "  c " in text
            assert "  b " in text
            assert link.asked == []
            await pilot.press("n")
            await until(pilot, lambda: app.screen is main_of(app), "no")
        await pilot.press("x")
        await agree(app, pilot)
        await until(pilot, lambda: link.asked == ["c", "b"], "the answer")


async def test_of_many_it_names_the_first_and_counts_the_others() -> None:
    ids = [f"s-{number:03}" for number in range(120)]
    async with told(some(*ids), clock=Clock(NOW_MS)) as (app, pilot, link):
        await pilot.press("a", "e")
        await question(app, pilot)
        text = shown(app)
        assert "Evict 120 sessions?" in text
        assert "s-119" in text
        assert "and 115 more" in text
        await agree(app, pilot)
        await until(pilot, lambda: link.asked == ids[::-1], "all of them")


async def test_a_single_dirty_session_is_asked_about_and_so_is_every_release() -> None:
    dirty = in_memory("c", seq=1, dirty_fields=("edit_writes",), recency=9)
    async with told(some(*ABC), some("b", tracked=(dirty,)), clock=Clock(NOW_MS)) as (
        app, pilot, link,
    ):  # fmt: skip
        await pilot.press("down", "e")
        await question(app, pilot)
        assert "1 is newer in memory" in shown(app)
        await pilot.press("escape")
        await pilot.press("x")
        await question(app, pilot)
        assert "Release 1 session?" in shown(app)
        await pilot.press("n")
        await until(pilot, lambda: app.screen is main_of(app), "the answer")
        assert link.asked == []


@pytest.mark.parametrize("answer", ["n", "escape", "enter"])
async def test_no_does_nothing_and_leaves_no_line(answer: str, own_folders: Path) -> None:
    async with told(some(*ABC), clock=Clock(NOW_MS)) as (app, pilot, link):
        await pilot.press("a", "e")
        await question(app, pilot)
        await pilot.press(answer)
        await until(pilot, lambda: app.screen is main_of(app), "the answer")
        await pilot.pause()
        assert link.asked == []
        assert notices(app) == []
        assert len(view_of(app).roster.marks) == 3, "the marks stay"
    assert audited(own_folders) == []


async def test_keys_that_were_pressed_before_the_question_was_seen_ask_nothing_more() -> None:
    async with told(some(*ABC), clock=Clock(NOW_MS)) as (app, pilot, link):
        await pilot.press("a")
        screen = main_of(app)
        for action in (screen.action_evict, screen.action_release, screen.action_evict):
            action()
        await question(app, pilot)
        assert dialogs(app) == 1
        await agree(app, pilot)
        await until(pilot, lambda: len(link.asked) == 3, "the answer")
        assert app.screen is screen
        for open_dialog in (screen.action_capacity, screen.action_select, screen.action_columns):
            open_dialog()
            open_dialog()
            await until(pilot, lambda: dialogs(app) == 1, "the dialog")
            await pilot.press("escape")
            await until(pilot, lambda: dialogs(app) == 0, "none behind it")


# -- whom it acts on --------------------------------------------------------------------------


async def test_the_answer_acts_on_the_ids_of_the_key_press_whatever_moved_since(
    tmp_path: Path,
) -> None:
    async with owned(tmp_path / "state", *ABC) as (app, pilot, tap):
        await pilot.press("down", "down", "x")
        await question(app, pilot)
        held = keys_of(app)
        tap.touch("a", "d", "e")
        await until(pilot, lambda: app.board.newest_first()[0] == "e", "the others to come")
        assert keys_of(app) == held == ["c", "b", "a"], "rows stand still below the question"
        await until(pilot, lambda: "order held, 2 waiting" in status(app), "the count")
        await pilot.press("y")
        await noticed(app, pilot, "Released b.")
        await until(pilot, lambda: keys_of(app) == ["e", "d", "a", "c"], "to catch up")


async def test_the_cursor_is_on_its_session_when_the_question_is_gone(tmp_path: Path) -> None:
    async with owned(tmp_path / "state", *ABC) as (app, pilot, tap):
        await pilot.press("end", "x")
        await question(app, pilot)
        tap.touch("a", "d")
        await until(pilot, lambda: app.board.newest_first()[0] == "d", "the others to come")
        await pilot.press("escape")
        await until(pilot, lambda: keys_of(app) == ["d", "a", "c", "b"], "to catch up")
        assert table(app).cursor_key == "a"


class Slow(StillLink):
    """A link whose evictions end when a test lets them."""

    def __init__(self) -> None:
        super().__init__()
        self.gate = threading.Event()

    def evict(self, sessions: Sequence[str], progress: GoesOn | None = None) -> tuple[Outcome, ...]:
        self.gate.wait(20)
        return super().evict(sessions)


async def test_a_command_that_ends_does_not_let_rows_move_under_another_question(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("console.screens.commands.SHOWN_AFTER_S", 30)
    link = Slow()
    app = HoldfastApp(link, Rules(), clock=Clock(NOW_MS))
    async with app.run_test(size=(120, 36)) as pilot:
        await tell(app, pilot, link, some(*ABC))
        await pilot.press("down", "e", "down", "x")
        await question(app, pilot)
        link.gate.set()
        await until(pilot, lambda: link.asked == ["c"], "the first command")
        await noticed(app, pilot, "Evicted c.")
        await tell(app, pilot, link, update_of(tracked=(in_memory("d", recency=9),)))
        assert keys_of(app) == ["c", "b", "a"]
        await pilot.press("escape")
        await until(pilot, lambda: "d" in keys_of(app), "to catch up")


async def test_a_command_that_ends_under_the_palette_leaves_nothing_above_the_main_screen() -> None:
    link = Slow()
    app = HoldfastApp(link, Rules(), clock=Clock(NOW_MS))
    async with app.run_test(size=(120, 36)) as pilot:
        await tell(app, pilot, link, some(*ABC))
        await pilot.press("down", "e")
        await until(pilot, lambda: isinstance(app.screen, Working), "the command at work")
        await pilot.press("ctrl+p")
        await until(pilot, lambda: isinstance(app.screen, CommandPalette), "the palette")
        link.gate.set()
        await noticed(app, pilot, "Evicted c.")
        await pilot.press("escape")
        await until(pilot, lambda: app.screen is main_of(app), "the main screen")


async def test_what_was_done_loses_its_mark_and_what_was_refused_keeps_it(tmp_path: Path) -> None:
    async with owned(tmp_path / "state", *ABC) as (app, pilot, _tap):
        await pilot.press("down", "p")
        await noticed(app, pilot, "Pinned c.")
        await pilot.press("a", "e")
        await agree(app, pilot)
        await noticed(app, pilot, "Not evicted: c: pinned; unpin it first")
        assert list(view_of(app).roster.marks) == ["c"]
        assert sorted(disk_only_ids(app) or app.board.disk_only()) == ["a", "b"]
        await pilot.press("escape")
        await until(pilot, lambda: tracked_ids(app) == ["c"], "the evictions")


async def test_all_that_match_a_filter_are_acted_on(tmp_path: Path) -> None:
    async with owned(tmp_path / "state", "a-1", "b-1", "a-2") as (app, pilot, _tap):
        await pilot.press("slash", *"a-", "enter", "a", "e")
        await agree(app, pilot)
        await until(pilot, lambda: sorted(app.board.disk_only()) == ["a-1", "a-2"], "the two")
        assert app.board.tracked("b-1") is not None


async def test_p_pins_and_where_all_are_pinned_unpins(tmp_path: Path) -> None:
    async with owned(tmp_path / "state", *ABC) as (app, pilot, _tap):

        def pinned() -> list[str]:
            return [one.session for one in everything(app.board) if one.is_pinned]

        await pilot.press("down", "p")
        await until(pilot, lambda: pinned() == ["c"], "the pin")
        assert "clean ⚑" in shown(app)
        await pilot.press("space", "space", "p")
        await agree(app, pilot)
        await until(pilot, lambda: pinned() == ["b", "c"], "one of two was pinned: both are")
        await pilot.press("home", "p")
        await until(pilot, lambda: pinned() == ["b"], "the pin to be gone")
        await noticed(app, pilot, "Unpinned c.")


async def test_a_view_may_ask_for_a_command() -> None:
    async with told(some(*ABC), clock=Clock(NOW_MS)) as (app, pilot, link):
        view_of(app).post_message(ActionAsked("rehydrate", ("a", "b")))
        await question(app, pilot)
        assert "Rehydrate 2 sessions?" in shown(app)
        await agree(app, pilot)
        await until(pilot, lambda: link.asked == ["a", "b"], "the answer")


# -- what is refused --------------------------------------------------------------------------


async def test_an_observer_cannot_release_and_says_so(tmp_path: Path, own_folders: Path) -> None:
    root = build(tmp_path / "state", ABC)
    before = tree(root)
    async with console(observing(root)) as (app, pilot):
        await pilot.press("down", "x")
        await noticed(app, pilot, "Only the owner of the directory can release a session")
        assert app.screen is main_of(app)
        assert tracked_ids(app) == ["c", "b", "a"]
    assert tree(root) == before
    assert audited(own_folders) == []


async def test_without_an_audit_file_nothing_is_done_and_it_says_why(
    tmp_path: Path, own_folders: Path
) -> None:
    own_folders.mkdir()
    (own_folders / "state").write_text("not a folder")
    async with owned(tmp_path / "state", *ABC) as (app, pilot, tap):
        tap.pour(*edits("a"))
        await until(pilot, lambda: tracked_ids(app)[0] == "a", "the edit")
        before = everything(app.board), tree(tmp_path / "state")
        await pilot.press("down", "p")
        await noticed(app, pilot, "Not pinned: ")
        await pilot.press("e")
        await agree(app, pilot)
        await noticed(app, pilot, "Not evicted: ")
        await pilot.press("x")
        await agree(app, pilot)
        await noticed(app, pilot, "Not released: ")
        await pilot.press("c", *"1", "enter", "enter")
        await noticed(app, pilot, "Not changed: ")
        assert [one for one in notices(app) if str(own_folders) not in one] == []
        assert (everything(app.board), tree(tmp_path / "state")) == before


async def test_a_directory_that_is_not_open_refuses_in_words(tmp_path: Path) -> None:
    async with console(observing(tmp_path / "none"), is_open=False) as (app, pilot):
        await until(pilot, lambda: "no such directory" in shown(app), "the face")
        await pilot.press("c")
        await noticed(app, pilot, "The directory isn't open yet.")
        await pilot.press("z")
        await noticed(app, pilot, "Not brought back: there is nothing to undo")


# -- undo and what-if -------------------------------------------------------------------------


async def test_undo_brings_back_exactly_what_was_there_in_its_place(tmp_path: Path) -> None:
    async with owned(tmp_path / "state", *ABC, "d") as (app, pilot, tap):
        tap.pour(*edits("b"))
        tap.touch("c", "d")
        await until(pilot, lambda: dirty(app) == ["b"] and keys_of(app)[2:] == ["b", "a"], "it")
        before = everything(app.board)
        for key, gone in (("e", "Evicted b, a."), ("x", "Released b, a.")):
            await pilot.press("end", "up", "space", "space", key)
            await agree(app, pilot)
            await noticed(app, pilot, gone)
            await until(pilot, lambda: app.board.newest_first() == ["d", "c"], "two to be left")
            await pilot.press("escape", "z")
            await until(pilot, lambda: tracked_ids(app) == ["d", "c", "b", "a"], "all of them")
            after = everything(app.board)
            assert [one.state for one in after] == [one.state for one in before]
            assert [one.touched_ms for one in after] == [one.touched_ms for one in before]
        await pilot.press("z")
        await noticed(app, pilot, "Not brought back: there is nothing to undo")


async def test_several_steps_are_undone_the_last_first(tmp_path: Path) -> None:
    async with owned(tmp_path / "state", *ABC) as (app, pilot, _tap):
        for session in ("c", "b"):
            await pilot.press("home", "e")
            await until(pilot, lambda gone=session: gone not in tracked_ids(app), session)
        assert tracked_ids(app) == ["a"]
        await pilot.press("z")
        await until(pilot, lambda: tracked_ids(app) == ["b", "a"], "the last one")
        await pilot.press("z")
        await until(pilot, lambda: tracked_ids(app) == ["c", "b", "a"], "the one before")


async def test_what_went_on_since_is_not_undone_and_it_says_why(tmp_path: Path) -> None:
    async with owned(tmp_path / "state", *ABC) as (app, pilot, tap):
        await pilot.press("end", "e")
        await until(pilot, lambda: app.board.tracked("a") is None, "the eviction")
        tap.touch("a")
        await until(pilot, lambda: tracked_ids(app)[0] == "a", "the touch")
        await pilot.press("z")
        await noticed(app, pilot, "Not brought back: a: ")
        assert tracked_ids(app) == ["a", "c", "b"]


async def test_a_capacity_is_tried_first_then_applied_then_undone(tmp_path: Path) -> None:
    async with owned(tmp_path / "state", *ABC, "d", capacity=4) as (app, pilot, tap):
        tap.pour(*edits("a"))
        tap.touch("b", "c", "d")
        await until(pilot, lambda: dirty(app) == ["a"] and keys_of(app)[2:] == ["b", "a"], "it")
        before = everything(app.board)
        await pilot.press("c", *"2")
        await until(pilot, lambda: isinstance(app.screen, CapacityDialog), "the dialog")
        await until(
            pilot, lambda: "2 sessions go, the oldest first; 1 of them" in shown(app), "who"
        )
        assert "  a " in shown(app)
        assert "  b " in shown(app)
        await pilot.press("escape")
        await until(pilot, lambda: dialogs(app) == 0, "the dialog to close")
        assert everything(app.board) == before
        await pilot.press("c", *"2", "enter", "enter")
        await noticed(app, pilot, "The capacity is 2 now. Evicted a, b.")
        await until(pilot, lambda: tracked_ids(app) == ["d", "c"], "the evictions")
        assert "memory 2/2" in shown(app)
        await pilot.press("z")
        await until(pilot, lambda: tracked_ids(app) == ["d", "c", "b", "a"], "the undo")
        await until(pilot, lambda: "memory 4/4" in shown(app), "the old capacity")
        assert [one.state for one in everything(app.board)] == [one.state for one in before]


async def test_a_capacity_below_the_pinned_cannot_be_applied(tmp_path: Path) -> None:
    async with owned(tmp_path / "state", *ABC) as (app, pilot, _tap):
        await pilot.press("down", "p")
        await noticed(app, pilot, "Pinned c.")
        await pilot.press("c", *"1", "enter", "enter")
        await until(pilot, lambda: "no room beside 1 pinned" in shown(app), "why not")
        assert isinstance(app.screen, CapacityDialog)
        assert len(keys_of(app)) == 3


# -- audit ------------------------------------------------------------------------------------


class Witness(StillLink):
    """A link that looks into the audit file as it is asked for something."""

    def __init__(self, home: Path) -> None:
        super().__init__()
        self.home = home
        self.before: list[tuple[str, list[str], str]] = []
        self.open: list[int] = []

    def _look(self, name: str) -> None:
        lines = audited(self.home)
        begun = {line["action_id"] for line in lines if line["phase"] == "begin"}
        ended = {line["action_id"] for line in lines if line["phase"] == "end"}
        self.open.append(len(begun - ended))
        self.before.append((name, lines[-1]["ids"], lines[-1]["action"]))

    def _act(self, name: str, sessions: Sequence[str]) -> tuple[Outcome, ...]:
        self._look(name)
        return tuple(Outcome(one, True, was=in_memory(one)) for one in sessions)

    def evict(self, sessions: Sequence[str], progress: GoesOn | None = None) -> tuple[Outcome, ...]:
        return self._act("evict", sessions)

    def rehydrate(
        self, sessions: Sequence[str], progress: GoesOn | None = None
    ) -> tuple[Outcome, ...]:
        return self._act("rehydrate", sessions)

    def pin(self, sessions: Sequence[str], progress: GoesOn | None = None) -> tuple[Outcome, ...]:
        return self._act("pin", sessions)

    def unpin(self, sessions: Sequence[str], progress: GoesOn | None = None) -> tuple[Outcome, ...]:
        return self._act("unpin", sessions)

    def release(
        self, sessions: Sequence[str], progress: GoesOn | None = None
    ) -> tuple[Outcome, ...]:
        return self._act("release", sessions)

    def restore(
        self, tracked: Sequence[TrackedSession], progress: GoesOn | None = None
    ) -> tuple[Outcome, ...]:
        return self._act("undo", [one.session for one in tracked])

    def set_capacity(self, capacity: int) -> tuple[Outcome, ...]:
        self._look("capacity")
        return ()


async def test_every_action_is_in_the_audit_file_before_it_is_done(own_folders: Path) -> None:
    link = Witness(own_folders)
    app = HoldfastApp(link, Rules(), clock=Clock(NOW_MS))
    async with app.run_test(size=(120, 36)) as pilot:
        await tell(app, pilot, link, some(*ABC))
        await pilot.press("down", "e")
        await until(pilot, lambda: len(link.before) == 1, "evict")
        await pilot.press("r")
        await until(pilot, lambda: len(link.before) == 2, "rehydrate")
        await pilot.press("p")
        await until(pilot, lambda: len(link.before) == 3, "pin")
        pinned = in_memory("c", is_pinned=True)
        await tell(app, pilot, link, update_of(changed=(pinned,), mode=Mode.OWN))
        await pilot.press("p")
        await until(pilot, lambda: len(link.before) == 4, "unpin")
        await pilot.press("x")
        await question(app, pilot)
        app.screen.query_one("#reason", Input).focus()
        await pilot.press(*"it hangs", "enter", "enter")
        await until(pilot, lambda: len(link.before) == 5, "release")
        await pilot.press("z")
        await until(pilot, lambda: len(link.before) == 6, "undo")
        await pilot.press("c", *"7", "enter", "enter")
        await until(pilot, lambda: len(link.before) == 7, "capacity")
        await noticed(app, pilot, "The capacity is 7 now.")
    names = ["evict", "rehydrate", "pin", "unpin", "release", "undo", "capacity"]
    assert [name for name, _, _ in link.before] == names
    assert [action for _, _, action in link.before] == names
    assert [ids for _, ids, _ in link.before] == [["c"]] * 6 + [[]]
    assert link.open == [1] * 7, "the line of an action stands there before it is done"
    lines = audited(own_folders)
    assert [line["phase"] for line in lines] == ["begin", "end"] * 7
    assert all(line["directory"] == "/state" for line in lines if line["phase"] == "begin")
    (release,) = [x for x in lines if x["phase"] == "begin" and x["action"] == "release"]
    assert release["reason"] == "it hangs"


# -- read-only --------------------------------------------------------------------------------

ACTING_KEYS = ("e", "r", "p", "x", "z", "c", "P")


async def test_with_read_only_acting_keys_are_gone_and_do_nothing(own_folders: Path) -> None:
    async with told(some(*ABC, is_read_only=True), clock=Clock(NOW_MS)) as (app, pilot, link):
        await pilot.press("down", "space", "space", *ACTING_KEYS)
        await pilot.pause()
        assert app.screen is main_of(app)
        assert link.asked == []
        assert link.capacities == []
        assert notices(app) == []
        gone = {"Evict", "Rehydrate", "Pin", "Release", "Undo", "Capacity", "Prune"}
        titles = {one.title for one in app.get_system_commands(app.screen)}
        assert "Drills" in titles
        assert not gone & titles
        actions = {one.binding.action for one in app.screen.active_bindings.values()}
        assert not ACTING & actions
        await pilot.press("question_mark")
        await pilot.pause()
        text = shown(app)
        assert "Show only what matches" in text
        for words in gone:
            assert words not in text
    assert audited(own_folders) == []


async def test_with_read_only_whatever_asks_all_the_same_is_refused(own_folders: Path) -> None:
    async with told(some(*ABC, is_read_only=True), clock=Clock(NOW_MS)) as (app, pilot, link):
        view_of(app).post_message(ActionAsked("rehydrate", ("a",)))
        await noticed(app, pilot, "This console was opened with --read-only.")
        assert link.asked == []
    assert audited(own_folders) == []


# -- dialogs ----------------------------------------------------------------------------------


async def test_the_select_dialog_marks_the_coldest_the_idle_all_and_none() -> None:
    clock = Clock(NOW_MS)
    update = some("a", "b", "c", "d")
    tracked = tuple(
        in_memory(one, NOW_MS - idle * 60_000, recency=number, is_pinned=one == "a")
        for number, (one, idle) in enumerate((("a", 90), ("b", 60), ("c", 30), ("d", 1)))
    )
    async with told(update, some(tracked=tracked), clock=clock) as (app, pilot, _):

        async def select(words: str) -> list[str]:
            await pilot.press("s")
            await until(pilot, lambda: isinstance(app.screen, SelectDialog), "the dialog")
            app.screen.query_one("#which", Input).value = words
            await pilot.pause()
            await pilot.press("enter")
            await until(pilot, lambda: dialogs(app) == 0, "the dialog to close")
            return list(view_of(app).roster.marks)

        assert await select("coldest 2") == ["b", "c"], "the pinned one is passed over"
        assert await select("idle 45m") == ["a", "b"]
        assert sorted(await select("all")) == ["a", "b", "c", "d"]
        assert await select("none") == []
        view_of(app).take_filter("is:pinned")
        assert await select("coldest 5") == []
        assert await select("all") == ["a"], "a filter holds here too"


async def test_rows_stand_still_while_a_choice_is_made() -> None:
    async with told(some(*ABC), clock=Clock(NOW_MS)) as (app, pilot, link):
        for key, dialog in (("s", SelectDialog), ("c", CapacityDialog)):
            await pilot.press(key)
            await until(pilot, lambda d=dialog: isinstance(app.screen, d), "the dialog")
            held = keys_of(app)
            new = f"new-{key}"
            await tell(app, pilot, link, update_of(
                tracked=(in_memory(new, recency=99),), statistics=statistics(occupancy=4)
            ))  # fmt: skip
            assert keys_of(app) == held
            await pilot.press("escape")
            await until(pilot, lambda n=new: keys_of(app)[0] == n, "to catch up")


async def test_columns_are_hidden_by_their_dialog() -> None:
    async with told(some(*ABC), clock=Clock(NOW_MS)) as (app, pilot, _):
        await pilot.press("v")
        await until(pilot, lambda: isinstance(app.screen, ColumnsDialog), "the dialog")
        await pilot.press("space", "enter")
        await until(pilot, lambda: dialogs(app) == 0, "the answer")
        assert view_of(app).hidden_columns == ("position",)
        assert "#" not in shown(app).splitlines()[4].split()


async def test_drills_begin_with_the_marked_and_prune_opens() -> None:
    async with told(some(*ABC), clock=Clock(NOW_MS)) as (app, pilot, _):
        await pilot.press("a", "d")
        await until(pilot, lambda: isinstance(app.screen, DrillScreen), "the drills")
        await until(pilot, lambda: "● chosen 3 sessions" in shown(app), "whom")
        await pilot.press("escape")
        await until(pilot, lambda: dialogs(app) == 0, "the drills to close")
        await pilot.press("P")
        await until(pilot, lambda: isinstance(app.screen, PruneScreen), "the prune")
        await pilot.press("escape")
        await until(pilot, lambda: dialogs(app) == 0, "the prune to close")


async def test_a_command_from_the_palette_asks_like_its_key() -> None:
    async with told(some(*ABC), clock=Clock(NOW_MS)) as (app, pilot, link):
        await pilot.press("a", "ctrl+p", *"Evict")
        await until(pilot, lambda: "Drop it from memory" in shown(app), "the command")
        await pilot.press("enter")
        await question(app, pilot)
        await agree(app, pilot)
        await until(pilot, lambda: len(link.asked) == 3, "the answer")


# -- copying ----------------------------------------------------------------------------------


async def test_y_copies_the_id_through_the_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in ("TMUX", "STY"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setenv("TERM", "xterm-256color")
    async with told(some("a", "agent:main"), clock=Clock(NOW_MS)) as (app, pilot, _):
        sent: list[str] = []
        assert app._driver is not None
        monkeypatch.setattr(app._driver, "write", sent.append)
        await pilot.press("y")
        assert sent == [], "without a session there is nothing to copy"
        await pilot.press("down", "y")
        await noticed(app, pilot, "Copied agent:main")
        assert sent == [f"\x1b]52;c;{base64.b64encode(b'agent:main').decode()}\x07"]
        await pilot.press("a", "y")
        assert base64.b64decode(sent[1][7:-1]) == b"agent:main\na"
        await noticed(app, pilot, "Copied agent:main and 1 more")


async def test_an_id_that_is_too_long_for_a_terminal_is_not_copied_and_it_says_so() -> None:
    ids = [f"{number:04}" + "x" * 4_000 for number in range(30)]
    async with told(some(*ids), clock=Clock(NOW_MS)) as (app, pilot, _):
        await pilot.press("a", "y")
        await noticed(app, pilot, "more than the 74,994 that a terminal takes at once")
