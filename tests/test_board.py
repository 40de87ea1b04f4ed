"""The board: two mirrors that any sequence of updates leaves equal to what it tells."""

from __future__ import annotations

from console_values import evicted, in_memory, on_disk, update_of
from hypothesis import given
from hypothesis import strategies as st

from console.model.board import Board
from console.snapshot import Update
from tracker import Change, ChangeKind, FolderSummary

IDS = ("s-1", "s-2", "a:b", "a.b", "[red]")
FOLDERS = ("f-1", "f-2", "f-3", "f-4")


class Model:
    """A board without any index: every question is answered by looking through everything."""

    def __init__(self) -> None:
        self.memory: list[str] = []
        self.touched: dict[str, int] = {}
        self.folders: dict[str, FolderSummary] = {}
        self.evicted: dict[str, int] = {}

    def apply(self, update: Update) -> None:
        if update.is_fresh:
            self.__init__()  # type: ignore[misc]
        gone = {*update.dropped}
        arrived = [one.session for one in update.tracked]
        changed = {one.session: one.touched_ms for one in update.tracked}
        self.memory = [one for one in self.memory if one not in gone and one not in changed]
        self.memory += arrived
        self.touched |= changed
        for name in update.removed:
            self.folders.pop(name, None)
        for summary in update.folders:
            self.folders[summary.folder] = summary
        for change in update.changes:
            if change.kind is ChangeKind.EVICTED:
                self.evicted[change.session] = change.number
            elif change.kind is ChangeKind.RELEASED:
                self.evicted.pop(change.session, None)

    def homes(self, session: str) -> list[FolderSummary]:
        """The folders that may stand for a session: a refused one only where none is sound."""
        named = [one for one in self.folders.values() if one.session == session]
        return [one for one in named if one.trouble != "unsafe"] or named


def summaries() -> st.SearchStrategy[FolderSummary]:
    return st.builds(
        on_disk,
        st.sampled_from(FOLDERS),
        st.sampled_from(IDS),
        st.integers(0, 50),
        trouble=st.sampled_from(("", "", "unsafe", "corrupt")),
        file_bytes=st.integers(0, 99),
    )


@st.composite
def updates(draw: st.DrawFn) -> Update:
    ids = draw(st.lists(st.sampled_from(IDS), unique=True))
    split = draw(st.integers(0, len(ids)))
    folders = draw(st.lists(summaries(), max_size=4, unique_by=lambda one: one.folder))
    names = {one.folder for one in folders}
    removed = draw(st.lists(st.sampled_from(FOLDERS), max_size=2, unique=True))
    kinds = st.sampled_from((ChangeKind.EVICTED, ChangeKind.RELEASED, ChangeKind.TOUCHED))
    changes = draw(st.lists(st.tuples(kinds, st.sampled_from(IDS)), max_size=3))
    first = draw(st.integers(1, 1_000_000))
    return update_of(
        is_fresh=draw(st.integers(0, 9)) == 0,
        tracked=tuple(in_memory(one, draw(st.integers(0, 99))) for one in ids[:split]),
        dropped=tuple(ids[split:]),
        folders=tuple(folders),
        removed=tuple(name for name in removed if name not in names),
        changes=tuple(
            Change(first + number, kind, session, 0)
            for number, (kind, session) in enumerate(changes)
        ),
    )


@given(st.lists(updates(), max_size=12))
def test_any_sequence_of_updates_leaves_the_board_equal_to_the_model(feed: list[Update]) -> None:
    board, model = Board(), Model()
    for update in feed:
        board.apply(update)
        model.apply(update)
        check(board, model)


def check(board: Board, model: Model) -> None:
    assert list(board.newest_first()) == model.memory[::-1]
    assert board.occupancy == len(model.memory)
    assert board.folder_count == len(model.folders)
    assert board.disk_bytes == sum(one.file_bytes for one in model.folders.values())
    assert board.troubled == {one.folder for one in model.folders.values() if one.trouble}
    for session in IDS:
        memory = board.tracked(session)
        assert (memory is not None) == (session in model.memory)
        assert memory is None or memory.touched_ms == model.touched[session]
        home = board.folder(session)
        assert home in model.homes(session) if home else not model.homes(session)
    below = list(board.disk_only())
    assert sorted(below) == sorted(
        session for session in IDS if model.homes(session) and session not in model.memory
    )
    ranks = [model.evicted.get(session, 0) for session in below]
    assert ranks == sorted(ranks, reverse=True)


def test_a_touch_makes_a_session_the_newest_and_a_look_moves_none() -> None:
    board = Board()
    board.apply(update_of(tracked=tuple(map(in_memory, ("a", "b", "c")))))
    board.apply(update_of(tracked=(in_memory("a"),)))
    assert list(board.newest_first()) == ["a", "c", "b"]
    board.tracked("b")
    board.folder("b")
    assert list(board.newest_first()) == ["a", "c", "b"]


def test_a_session_that_changes_without_being_touched_keeps_its_place() -> None:
    board = Board()
    board.apply(update_of(tracked=tuple(map(in_memory, ("a", "b", "c")))))
    board.apply(update_of(changed=(in_memory("a", is_pinned=True),)))
    assert list(board.newest_first()) == ["c", "b", "a"]
    pinned = board.tracked("a")
    assert pinned is not None
    assert pinned.is_pinned


def test_what_is_on_disk_only_stands_latest_evicted_first_then_latest_active() -> None:
    board = Board()
    board.apply(
        update_of(
            folders=tuple(on_disk(f"s-{at}", at_ms=at) for at in (1, 2, 3, 4, 5)),
            changes=(evicted("s-2", 7), evicted("s-1", 8)),
        )
    )
    assert list(board.disk_only()) == ["s-1", "s-2", "s-5", "s-4", "s-3"]
    board.apply(update_of(tracked=(in_memory("s-1"),)))
    assert list(board.disk_only()) == ["s-2", "s-5", "s-4", "s-3"]


def test_a_release_ends_the_rank_an_eviction_gave() -> None:
    board = Board()
    folders = (on_disk("old", at_ms=1), on_disk("young", at_ms=2))
    board.apply(update_of(folders=folders, changes=(evicted("old", 1),)))
    assert list(board.disk_only()) == ["old", "young"]
    board.apply(update_of(changes=(Change(2, ChangeKind.RELEASED, "old", 0),)))
    assert list(board.disk_only()) == ["young", "old"]


def test_a_folder_that_now_names_another_session_moves_to_it() -> None:
    board = Board()
    board.apply(update_of(folders=(on_disk("f", "first"),)))
    board.apply(update_of(folders=(on_disk("f", "second"),)))
    assert list(board.disk_only()) == ["second"]
    assert board.folder("first") is None
    assert board.folder_count == 1


def test_a_removed_folder_leaves_its_session_in_memory() -> None:
    board = Board()
    board.apply(update_of(tracked=(in_memory("s"),), folders=(on_disk("s"),)))
    board.apply(update_of(removed=("s",)))
    assert list(board.newest_first()) == ["s"]
    assert board.folder("s") is None
    assert list(board.disk_only()) == []


def test_a_refused_folder_never_hides_a_sound_one_of_the_same_session() -> None:
    sound, refused = on_disk("s"), on_disk("copy", "s", trouble="unsafe")
    for order in ((sound, refused), (refused, sound)):
        board = Board()
        board.apply(update_of(folders=order))
        assert board.folder("s") == sound
        board.apply(update_of(removed=("s",)))
        assert board.folder("s") == refused


def test_a_session_that_was_put_back_stands_where_its_recency_says() -> None:
    board = Board()
    tracked = [in_memory(name, recency=number) for number, name in enumerate("abcd", 1)]
    board.apply(update_of(tracked=tuple(tracked)))
    board.apply(update_of(dropped=("b",)))
    board.apply(update_of(tracked=(tracked[1], in_memory("e", recency=9))))
    assert list(board.newest_first()) == ["e", "d", "c", "b", "a"]


def test_every_answer_about_many_sessions_is_that_of_a_board_filled_at_once() -> None:
    slowly, at_once = Board(), Board()
    folders = tuple(on_disk(f"s-{at}", at_ms=at % 97, file_bytes=at) for at in range(900))
    at_once.apply(update_of(folders=folders))
    for number, folder in enumerate(folders):
        slowly.apply(update_of(folders=(folder,)))
        if number % 50 == 0:
            list(slowly.disk_only())
    assert list(slowly.disk_only()) == list(at_once.disk_only())
    assert slowly.disk_bytes == sum(range(900))


def test_an_update_names_the_sessions_and_folders_it_says_something_new_of() -> None:
    board = Board()
    board.apply(update_of(is_fresh=True, folders=(on_disk("f", "of-folder"), on_disk("gone"))))
    assert board.changed_sessions is None
    board.apply(update_of(tracked=(in_memory("touched"),), dropped=("dropped",), removed=("gone",)))
    assert board.changed_sessions == {"touched", "dropped", "gone"}
    assert board.changed_folders == {"gone"}


def test_the_latest_checkpoints_are_those_of_sessions_that_have_any() -> None:
    board = Board()
    with_checkpoint = [on_disk(f"s-{at}", at_ms=at, last_trigger="compact") for at in (3, 9, 6)]
    board.apply(update_of(folders=(*with_checkpoint, on_disk("none", at_ms=99))))
    assert [one.session for one in board.recent_checkpoints(2)] == ["s-9", "s-6"]


def test_a_fresh_update_forgets_everything_known_before() -> None:
    board = Board()
    board.apply(
        update_of(
            tracked=(in_memory("old"),), folders=(on_disk("old"),), changes=(evicted("old", 1),)
        )
    )
    board.apply(update_of(is_fresh=True, folders=(on_disk("new"),)))
    assert list(board.newest_first()) == []
    assert list(board.disk_only()) == ["new"]
    assert board.disk_bytes == on_disk("new").file_bytes
