"""The selection: equal to filtering and sorting everything anew, at the cost of what changed."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from console_values import in_memory, on_disk
from hypothesis import assume, given
from hypothesis import strategies as st

from console.model.facts import Facts, facts_of
from console.model.filtering import parse_filter
from console.model.ordering import COLUMNS, rank_by
from console.model.selection import DIVIDER, LOOK_AGAIN_MS, Arranged, Selection
from tracker import FolderSummary, SessionState, TrackedSession

NOW_MS = 1_795_310_000_000
NAMES = [f"s-{number}" for number in range(8)]


class Rows:
    """A source like the console's: memory in recency order above, what is on disk alone below."""

    def __init__(self) -> None:
        self.memory: dict[str, TrackedSession] = {}
        self.disk: dict[str, FolderSummary] = {}
        self.asked: list[str] = []
        self._touches = 0

    def touch(self, name: str, at_ms: int, **state: int) -> None:
        self._touches += 1
        self.memory.pop(name, None)
        self.memory[name] = in_memory(
            name, at_ms, state=SessionState(**state), recency=self._touches
        )

    def parts(self) -> tuple[Sequence[str], Sequence[str]]:
        above = list(reversed(self.memory))
        return above, [name for name in self.disk if name not in self.memory]

    def facts(self, key: str) -> Facts | None:
        self.asked.append(key)
        return self.truth(key)

    def truth(self, key: str) -> Facts | None:
        memory, disk = self.memory.get(key), self.disk.get(key)
        return None if memory is None and disk is None else facts_of(key, key, memory, disk)


def anew(rows: Rows, text: str, sort: tuple[str | None, bool], now_ms: int) -> list[str]:
    """What a selection is to hold, worked out from everything there is."""
    wanted = parse_filter(text)
    parts: list[list[Facts]] = []
    for part in rows.parts():
        known = [facts for key in part if (facts := rows.truth(key)) is not None]
        parts.append([facts for facts in known if wanted.matches(facts, now_ms)])
    column, is_reversed = sort
    if column is None:
        above, below = ([facts.key for facts in part] for part in parts)
        return [*above, DIVIDER, *below] if below else above
    every = [*parts[0], *parts[1]]
    every.sort(key=rank_by(column, is_reversed), reverse=is_reversed)
    return [facts.key for facts in every]


FILTERS = (
    "",
    "s-1",
    "is:tracked",
    "idle>5s",
    "-idle>5s",
    "edits>3 idle<=9s",
    "!band<50",
    "ckpts>1",
)
STEPS = st.one_of(
    st.tuples(st.just("touch"), st.sampled_from(NAMES), st.integers(0, 8)),
    st.tuples(st.just("evict"), st.sampled_from(NAMES), st.just(0)),
    st.tuples(st.just("write"), st.sampled_from(NAMES), st.integers(0, 8)),
    st.tuples(st.just("remove"), st.sampled_from(NAMES), st.just(0)),
    st.tuples(
        st.just("wait"), st.just(""), st.sampled_from((1, 999, 1_000, 4_000, 20_000, -3_000))
    ),
    st.tuples(st.just("filter"), st.sampled_from(FILTERS), st.just(0)),
    st.tuples(st.just("sort"), st.sampled_from(["", *sorted(COLUMNS)]), st.integers(0, 1)),
    st.tuples(st.just("reopen"), st.sampled_from(NAMES), st.just(0)),
)


@given(
    st.sampled_from(FILTERS),
    st.sampled_from((None, None, *sorted(COLUMNS))),
    st.lists(STEPS, max_size=40),
)
def test_whatever_happens_in_whatever_order_it_is_as_if_worked_out_anew(
    text: str, column: str | None, steps: list[tuple[str, str, int]]
) -> None:
    rows = Rows()
    selection = Selection(rows)
    sort, now_ms = (column, False), NOW_MS
    selection.set_filter(parse_filter(text))
    selection.sort_by(*sort)
    selection.update(None, now_ms)
    for what, name, number in steps:
        changed: set[str] | None = {name} - {""}
        if what == "touch":
            rows.touch(name, now_ms, edit_writes=number, bands=1 << 10 * number)
        elif what == "evict":
            rows.memory.pop(name, None)
        elif what == "write":
            at_ms = now_ms - number * 2_000
            rows.disk[name] = on_disk(name, at_ms=at_ms, checkpoints=number % 3)
        elif what == "remove":
            rows.disk.pop(name, None)
        elif what == "wait":
            now_ms += number
        elif what == "reopen":
            rows.memory, rows.disk, changed = {}, {}, None
            rows.touch(name, now_ms)
        elif what == "filter":
            text, changed = name, set()
            selection.set_filter(parse_filter(name))
        else:
            sort, changed = (name or None, bool(number and name)), set()
            selection.sort_by(*sort)
        selection.update(changed, now_ms)
        selection.update((), now_ms + LOOK_AGAIN_MS)  # Time alone is looked at once a second.
        now_ms += LOOK_AGAIN_MS
        assert list(selection.rows.keys) == anew(rows, text, sort, now_ms)
        assert selection.total == sum(map(len, rows.parts()))
        assert selection.sort == sort


def filled(count: int) -> Rows:
    rows = Rows()
    for number in range(count):
        rows.touch(f"s-{number}", NOW_MS - number * 1_000, edit_writes=number % 5)
    return rows


def test_the_natural_order_without_a_filter_asks_for_no_facts() -> None:
    rows = filled(50)
    selection = Selection(rows)
    selection.update(None, NOW_MS)
    rows.touch("s-3", NOW_MS)
    selection.update({"s-3"}, NOW_MS)
    assert selection.rows.keys[0] == "s-3"
    assert rows.asked == []
    assert selection.is_plain


@pytest.mark.parametrize("column", [None, "idle", "verdict"])
def test_facts_are_asked_for_once_a_row_and_then_of_what_changed(column: str | None) -> None:
    rows = filled(50)
    selection = Selection(rows)
    selection.update(None, NOW_MS)
    selection.set_filter(parse_filter("edits>1"))
    selection.sort_by(column, False)
    selection.set_filter(parse_filter("edits>2"))
    assert sorted(rows.asked) == sorted(rows.memory)
    rows.asked.clear()
    rows.touch("s-3", NOW_MS)
    selection.update(["s-3", "gone", "s-3"], NOW_MS + 10)
    assert rows.asked == ["s-3", "gone"]


def test_a_row_that_stops_matching_leaves_the_natural_order_too() -> None:
    rows = filled(5)
    selection = Selection(rows)
    selection.update(None, NOW_MS)
    selection.set_filter(parse_filter("edits>2"))
    assert selection.rows.keys == ["s-4", "s-3"]
    rows.touch("s-3", NOW_MS, edit_writes=0)
    selection.update({"s-3"}, NOW_MS)
    assert selection.rows.keys == ["s-4"]


def test_without_a_filter_or_an_order_no_facts_are_kept() -> None:
    rows = filled(5)
    selection = Selection(rows)
    selection.update(None, NOW_MS)
    selection.set_filter(parse_filter("s-1"))
    selection.set_filter(None)
    selection.update((), NOW_MS)
    rows.asked.clear()
    selection.set_filter(parse_filter("s-1"))
    assert len(rows.asked) == 5


def test_time_passing_asks_for_no_facts_and_changes_no_order() -> None:
    rows = filled(50)
    selection = Selection(rows)
    selection.update(None, NOW_MS)
    selection.sort_by("idle", False)
    before = selection.rows.keys
    rows.asked.clear()
    selection.update((), NOW_MS + 86_400_000)
    assert selection.rows.keys == before
    assert rows.asked == []


def test_a_filter_that_looks_at_the_time_is_asked_again_at_most_once_a_second() -> None:
    rows = Rows()
    rows.touch("s", NOW_MS)
    selection = Selection(rows)
    selection.update(None, NOW_MS)
    selection.set_filter(parse_filter("idle>10ms"))
    assert selection.rows.keys == []
    selection.update((), NOW_MS + LOOK_AGAIN_MS - 1)
    assert selection.rows.keys == []
    selection.update((), NOW_MS + LOOK_AGAIN_MS)
    assert selection.rows.keys == ["s"]


def test_a_clock_that_is_set_back_is_believed() -> None:
    rows = Rows()
    rows.touch("s", NOW_MS)
    selection = Selection(rows)
    selection.update(None, NOW_MS + 60_000)
    selection.set_filter(parse_filter("idle>10s"))
    assert selection.rows.keys == ["s"]
    selection.update((), NOW_MS + 1_000)
    assert selection.rows.keys == []


def test_the_same_filter_or_order_again_is_no_other() -> None:
    rows = filled(5)
    selection = Selection(rows)
    selection.update(None, NOW_MS)
    assert selection.set_filter(parse_filter("s-1"))
    assert not selection.set_filter(parse_filter("s-1"))
    assert selection.sort_by("idle", True)
    assert not selection.sort_by("idle", True)
    assert selection.sort_by("idle", False)
    assert selection.set_filter(parse_filter("  "))
    assert selection.filter is None
    assert not selection.set_filter(None)


def test_a_wrong_column_leaves_everything_as_it_is() -> None:
    rows = filled(5)
    selection = Selection(rows)
    selection.update(None, NOW_MS)
    selection.sort_by("idle", False)
    before = selection.rows.keys
    with pytest.raises(ValueError, match="no order by 'nothing'"):
        selection.sort_by("nothing", False)
    assert (selection.rows.keys, selection.sort) == (before, ("idle", False))


def test_a_filter_and_an_order_before_the_first_update_take_effect_with_it() -> None:
    rows = filled(5)
    selection = Selection(rows)
    selection.set_filter(parse_filter("-s-2"))
    selection.sort_by("session", True)
    assert rows.asked == []
    selection.update(None, NOW_MS)
    assert selection.rows.keys == ["s-4", "s-3", "s-1", "s-0"]


def test_rows_in_their_natural_order_go_on_with_the_source_unless_they_are_to_stand() -> None:
    source = filled(2)
    own = ["a", "b"]
    source.parts = lambda: (own, ())  # type: ignore[method-assign]
    selection = Selection(source)
    selection.update(None, NOW_MS)
    standing = selection.rows.standing()
    own.append("c")
    assert standing.keys == ["a", "b"]
    assert selection.rows.keys == ["a", "b", "c"]


@given(st.lists(st.sampled_from(NAMES), unique=True), st.lists(st.sampled_from(NAMES), unique=True))
def test_arranged_rows_count_without_the_divider_and_come_apart_at_it(
    above: list[str], below: list[str]
) -> None:
    assume(not set(above) & set(below))
    keys = [*above, DIVIDER, *below] if below else above
    arranged = Arranged(keys, len(above))
    assert len(arranged) == len(above) + len(below)
    assert arranged.parts == (above, below)
