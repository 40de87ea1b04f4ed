"""Event rows: whatever is filtered and held in whatever order, the right happenings are shown."""

from __future__ import annotations

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from console.model import chronicle as chronicle_module
from console.model.chronicle import Chronicle
from console.model.event_rows import EventRows
from console.model.filtering import parse_event_filter
from console.model.happenings import Happening

KEPT = 6
FILTERS = ("", "session:a", "!session:a", "session:nobody", "even")


class Machine(RuleBasedStateMachine):
    """Beside the rows, everything that ever happened and what was there when they stood still."""

    @initialize()
    def begin(self) -> None:
        self._real_kept = chronicle_module.KEPT
        chronicle_module.KEPT = KEPT
        self.chronicle = Chronicle()
        self.rows = EventRows(self.chronicle)
        self.all: list[Happening] = []
        self.text = ""
        self.held: set[str] = set()
        self.still: list[Happening] = []

    @rule(session=st.sampled_from("ab"), count=st.integers(1, 2 * KEPT))
    def happen(self, session: str, count: int) -> None:
        for _ in range(count):
            parity = "odd" if len(self.all) % 2 else "even"
            self.chronicle.add_action(1, "pin", [session], parity)
            newest = self.chronicle.get(self.chronicle.last_number)
            assert newest is not None
            self.all.append(newest)
        self.rows.take()

    @rule(text=st.sampled_from(FILTERS))
    def filter(self, text: str) -> None:
        self.text = text
        self.rows.set_filter(parse_event_filter(text) if text else None)

    @rule(why=st.sampled_from(["paused", "dialog"]))
    def hold(self, why: str) -> None:
        if not self.held:
            self.still = list(self.all)
        self.held.add(why)
        self.rows.hold(why)

    @rule(why=st.sampled_from(["paused", "dialog"]))
    def let_go(self, why: str) -> None:
        self.held.discard(why)
        self.rows.let_go(why)

    def matching(self, happenings: list[Happening]) -> list[Happening]:
        return [one for one in happenings if parse_event_filter(self.text).matches(one)]

    @invariant()
    def check(self) -> None:
        there = (self.still if self.held else self.all)[-KEPT:]
        expected = self.matching(there)[::-1]
        assert [self.rows.get(key) for key in self.rows.keys] == expected
        assert self.rows.total == len(there)
        assert self.rows.is_held == bool(self.held)
        for why in ("paused", "dialog"):
            assert self.rows.is_held_by(why) == (why in self.held)
        since = self.all[len(self.still) :] if self.held else []
        assert self.rows.lost == max(len(since) - KEPT, 0)
        # Of those that are forgotten it isn't known any more whether they match another filter.
        assert len(self.matching(since[-KEPT:])) <= self.rows.newer <= len(since)

    def teardown(self) -> None:
        chronicle_module.KEPT = getattr(self, "_real_kept", chronicle_module.KEPT)


TestMachine = Machine.TestCase
TestMachine.settings = settings(max_examples=60, stateful_step_count=25, deadline=None)


@pytest.fixture
def chronicle() -> Chronicle:
    return Chronicle()


def happen(chronicle: Chronicle, count: int = 1, session: str = "a") -> None:
    for _ in range(count):
        chronicle.add_action(1, "pin", [session], "done")


def test_what_comes_while_rows_stand_still_is_counted_and_shown_after(
    chronicle: Chronicle,
) -> None:
    rows = EventRows(chronicle)
    happen(chronicle, 3)
    rows.hold("paused")
    happen(chronicle, 37)
    rows.take()
    assert (len(rows.keys), rows.newer, rows.lost) == (3, 37, 0)
    rows.let_go("paused")
    assert (len(rows.keys), rows.newer) == (40, 0)


def test_what_is_shown_stays_though_the_chronicle_forgets_it(
    chronicle: Chronicle, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("console.model.chronicle.KEPT", 4)
    chronicle = Chronicle()
    rows = EventRows(chronicle)
    happen(chronicle, 4)
    rows.hold("paused")
    happen(chronicle, 10)
    rows.take()
    assert [rows.get(key).number for key in rows.keys] == [4, 3, 2, 1]  # type: ignore[union-attr]
    assert (rows.newer, rows.lost) == (10, 6)


def test_only_matching_ones_count_as_newer(chronicle: Chronicle) -> None:
    rows = EventRows(chronicle)
    rows.set_filter(parse_event_filter("session:a"))
    rows.hold("paused")
    happen(chronicle, 2, "a")
    happen(chronicle, 5, "b")
    rows.take()
    assert rows.newer == 2
    rows.set_filter(None)
    assert rows.newer == 7


def test_a_list_that_was_handed_out_never_changes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("console.model.chronicle.KEPT", 2)
    chronicle = Chronicle()
    rows = EventRows(chronicle)
    happen(chronicle, 2)
    rows.take()
    keys = rows.keys
    happen(chronicle, 2)
    rows.take()
    assert keys == ["2", "1"]
    assert rows.keys == ["4", "3"]
