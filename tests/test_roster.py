"""The roster: rows stand still while they are held, and marks belong to keys."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from console_values import in_memory, on_disk
from hypothesis import given
from hypothesis import strategies as st

from console.model.facts import Facts, facts_of
from console.model.filtering import parse_filter
from console.model.ordering import COLUMNS
from console.model.roster import DIVIDER, Roster
from console.widgets import live_table

NOW_MS = 1_795_310_000_000


class Rows:
    """A source whose rows are two strings of one-letter keys."""

    def __init__(self, above: str, below: str = "") -> None:
        self.above, self.below = above, below
        self.asked = 0

    def parts(self) -> tuple[Sequence[str], Sequence[str]]:
        return list(self.above), list(self.below)

    def facts(self, key: str) -> Facts | None:
        self.asked += 1
        if key in self.above:
            place = len(self.above) - self.above.index(key)
            return facts_of(key, key, in_memory(key, NOW_MS, recency=place), None)
        return facts_of(key, key, None, on_disk(key)) if key in self.below else None


def roster_of(above: str, below: str = "") -> tuple[Roster, Rows]:
    rows = Rows(above, below)
    roster = Roster(rows)
    roster.update(None, NOW_MS)
    return roster, rows


def shown(roster: Roster) -> str:
    """The rows, the divider as a bar."""
    return "".join(roster.rows).replace(DIVIDER, "|")


def become(roster: Roster, rows: Rows, above: str, below: str = "") -> None:
    """Lets the source be another, and tells the roster what changed."""
    changed = set(rows.above + rows.below + above + below)
    rows.above, rows.below = above, below
    roster.update(changed, NOW_MS)


def test_rows_in_memory_stand_above_the_divider_and_those_on_disk_alone_below() -> None:
    roster, rows = roster_of("cba", "xy")
    assert shown(roster) == "cba|xy"
    assert (roster.shown, roster.total) == (5, 5)
    assert roster.parts == (["c", "b", "a"], ["x", "y"])
    become(roster, rows, "cba")
    assert shown(roster) == "cba"
    assert roster.parts == (["c", "b", "a"], [])
    become(roster, rows, "", "xy")
    assert shown(roster) == "|xy"
    assert roster.parts == ([], ["x", "y"])


def test_a_filter_keeps_both_parts_and_an_order_makes_them_one() -> None:
    roster, _ = roster_of("cba", "xy")
    roster.set_filter(parse_filter("-b -x"))
    assert shown(roster) == "ca|y"
    assert (roster.shown, roster.total) == (3, 5)
    roster.sort_by("session", is_reversed=True)
    assert shown(roster) == "yca"
    assert roster.parts == (["y", "c", "a"], [])
    assert (roster.shown, roster.sort) == (3, ("session", True))
    roster.sort_by(None, is_reversed=True)
    assert shown(roster) == "ca|y"
    assert roster.sort == (None, False)
    roster.set_filter(parse_filter("is:tracked"))
    assert shown(roster) == "cba"
    roster.set_filter(None)
    assert shown(roster) == "cba|xy"


def test_the_natural_order_is_told_from_a_filtered_sorted_or_old_one() -> None:
    roster, rows = roster_of("cba")
    assert roster.is_natural
    roster.set_filter(parse_filter("a"))
    assert not roster.is_natural
    roster.set_filter(None)
    roster.sort_by("idle")
    assert not roster.is_natural
    roster.sort_by(None)
    assert roster.is_natural
    roster.freeze()
    become(roster, rows, "acb")
    assert not roster.is_natural


@pytest.mark.parametrize("way", ["freeze", "dialog", "mark"])
def test_while_anything_holds_them_no_row_comes_goes_or_moves(way: str) -> None:
    roster, rows = roster_of("cba", "x")
    if way == "freeze":
        roster.freeze()
    elif way == "dialog":
        roster.hold("dialog")
    else:
        roster.toggle("b")
    assert roster.is_held
    become(roster, rows, "daec", "bx")
    assert shown(roster) == "cba|x"
    assert roster.waiting == 2
    assert roster.total == 6
    if way == "freeze":
        roster.thaw()
    elif way == "dialog":
        roster.let_go("dialog")
    else:
        roster.toggle("b")
    assert not roster.is_held
    assert shown(roster) == "daec|bx"
    assert roster.waiting == 0


def test_rows_stand_until_the_last_hold_ends() -> None:
    roster, rows = roster_of("ba")
    roster.freeze()
    roster.hold("dialog")
    roster.toggle("a")
    become(roster, rows, "cba")
    roster.thaw()
    assert not roster.is_frozen
    assert shown(roster) == "ba"
    roster.let_go("dialog")
    roster.let_go("never held")
    assert shown(roster) == "ba"
    roster.clear_marks()
    assert shown(roster) == "cba"


def test_only_a_freeze_is_called_frozen() -> None:
    roster, _ = roster_of("a")
    roster.hold("dialog")
    assert not roster.is_frozen
    roster.freeze()
    assert roster.is_frozen


def test_a_filter_or_an_order_somebody_asks_for_is_shown_though_rows_are_held() -> None:
    roster, rows = roster_of("cba")
    roster.freeze()
    roster.set_filter(parse_filter("-a"))
    assert shown(roster) == "cb"
    become(roster, rows, "dcba")
    assert shown(roster) == "cb"
    assert roster.waiting == 1
    roster.sort_by("session")
    assert shown(roster) == "bcd"
    become(roster, rows, "ba")
    assert shown(roster) == "bcd"


def test_held_rows_catch_up_when_they_are_asked_to_and_stand_again() -> None:
    roster, rows = roster_of("ba")
    roster.freeze()
    become(roster, rows, "cba")
    roster.catch_up()
    assert shown(roster) == "cba"
    become(roster, rows, "dcba")
    assert shown(roster) == "cba"


def test_what_is_waiting_counts_rows_and_not_moves_or_the_divider() -> None:
    roster, rows = roster_of("cba")
    roster.freeze()
    become(roster, rows, "abc")
    assert roster.waiting == 0
    become(roster, rows, "ab", "c")
    assert roster.waiting == 0
    become(roster, rows, "dab", "ce")
    assert roster.waiting == 2


def test_an_empty_table_takes_its_first_rows_though_it_is_held() -> None:
    roster, rows = roster_of("")
    roster.hold("dialog")
    become(roster, rows, "ba")
    assert shown(roster) == "ba"
    become(roster, rows, "cba")
    assert shown(roster) == "ba"


def test_marks_stay_with_their_keys_as_rows_move_hide_and_vanish() -> None:
    roster, rows = roster_of("dcba", "x")
    for key in "cax":
        assert roster.toggle(key)
    become(roster, rows, "abd")
    assert list(roster.marks) == ["c", "a", "x"]
    assert roster.missing_marks() == ("c", "x")
    assert roster.hidden_marks() == ()
    roster.set_filter(parse_filter("d"))
    assert shown(roster) == "d"
    assert roster.hidden_marks() == ("c", "a", "x")
    assert roster.is_marked("a")
    roster.clear_marks()
    assert roster.missing_marks() == ()


def test_a_range_is_marked_in_the_order_that_is_shown_and_never_the_divider() -> None:
    roster, rows = roster_of("cba", "xy")
    roster.toggle("x")
    become(roster, rows, "abc", "xy")
    roster.mark_range("x", "b")
    assert list(roster.marks) == ["x", "b", "a"]
    roster.toggle(DIVIDER)
    roster.mark_many((DIVIDER, "z"))
    assert list(roster.marks) == ["x", "b", "a", "z"]


def test_all_that_is_shown_is_marked_and_again_unmarked() -> None:
    roster, rows = roster_of("cba", "xy")
    roster.mark_many("z")
    roster.set_filter(parse_filter("-b"))
    roster.mark_all()
    assert list(roster.marks) == ["z", "c", "a", "x", "y"]
    roster.mark_all()
    assert list(roster.marks) == ["z"]
    become(roster, rows, "edc")
    roster.clear_marks()
    assert shown(roster) == "edc"


def test_unmarking_everything_lets_rows_go_on() -> None:
    roster, rows = roster_of("ba")
    roster.mark_all()
    become(roster, rows, "cba")
    assert shown(roster) == "ba"
    roster.mark_all()
    assert shown(roster) == "cba"


def test_every_column_can_be_sorted_by_and_a_wrong_one_is_refused() -> None:
    roster, _ = roster_of("ba", "x")
    assert roster.COLUMNS == COLUMNS
    for column in COLUMNS:
        roster.sort_by(column)
        assert sorted(roster.rows) == ["a", "b", "x"]
    before = roster.sort
    with pytest.raises(ValueError, match="no order by"):
        roster.sort_by("nothing")
    assert roster.sort == before


def test_the_divider_is_the_tables_own() -> None:
    assert DIVIDER == live_table.DIVIDER


def test_a_change_among_many_rows_asks_for_the_facts_of_one() -> None:
    many = "".join(map(chr, range(0x4E00, 0x4E00 + 5_000)))
    roster, rows = roster_of(many)
    roster.sort_by("position")
    roster.set_filter(parse_filter("idle<1h"))
    rows.asked = 0
    become_first = many[-1] + many[:-1]
    rows.above = become_first
    roster.update({many[-1]}, NOW_MS + 5_000)
    assert rows.asked == 1
    roster.update((), NOW_MS + 10_000)
    assert rows.asked == 1


STEPS = st.one_of(
    st.tuples(st.just("become"), st.permutations("abcdef").map("".join)),
    st.tuples(st.sampled_from(("freeze", "thaw", "hold", "let_go", "clear_marks", "mark_all")),
              st.just("")),
    st.tuples(st.just("toggle"), st.sampled_from("abcdef")),
)  # fmt: skip


@given(st.lists(STEPS, max_size=30), st.integers(0, 6))
def test_held_rows_are_those_of_when_the_hold_began_and_others_those_of_now(
    steps: list[tuple[str, str]], length: int
) -> None:
    roster, rows = roster_of("abc"[: max(length, 1)])
    expected = shown(roster)
    for what, argument in steps:
        if what == "become":
            become(roster, rows, argument[: max(length, 1)])
        elif what in ("hold", "let_go"):
            getattr(roster, what)("dialog")
        elif what == "toggle":
            roster.toggle(argument)
        else:
            getattr(roster, what)()
        if not roster.is_held:
            expected = rows.above
        assert shown(roster) == expected
        assert roster.waiting == len(set(rows.above) - set(expected))
