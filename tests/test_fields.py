"""The fields of the filter: which rows each lets through, and when its answer turns with time."""

from __future__ import annotations

import pytest
from console_values import in_memory, on_disk

from console.model.facts import Facts, facts_of
from console.model.fields import FIELDS, GUARDS, MARKS, VERDICTS, clause_of
from console.model.terms import Term, read_terms
from tracker import SessionState, Verdict

NOW_MS = 1_795_310_000_000
MINUTE_MS = 60_000

BUSY = facts_of(
    "busy", "agent:Main:1",
    in_memory(
        "agent:Main:1", NOW_MS - MINUTE_MS, seq=1, is_pinned=True, dirty_fields=("edit_writes",),
        state=SessionState(
            bands=1 << 20 | 1 << 35, thresholds=1 << 80 | 1 << 50, guards=1, edit_writes=4,
            edited_files=("a", "b"), milestones=("pre-fanout", "Edit-Batch"),
        ),
    ),
    on_disk("agent_Main_1~0123", "agent:Main:1", last_trigger="progressive-35", checkpoints=3,
            file_bytes=12_000),
)  # fmt: skip
FRESH = facts_of("fresh", "fresh", in_memory("fresh", NOW_MS), None)
ENDED = facts_of("ended", "old", None, on_disk("old", at_ms=NOW_MS - 10 * MINUTE_MS, has_ended=True,
                                               last_trigger="compact"))  # fmt: skip
REFUSED = facts_of("refused", "odd", None, on_disk("odd", state=None, trouble="unsafe"))
ROWS = (BUSY, FRESH, ENDED, REFUSED)


def matching(text: str) -> list[str]:
    """The rows a text of one term lets through."""
    (term,) = read_terms(text, FIELDS).terms
    clause = clause_of(term)
    return [row.key for row in ROWS if clause.holds(row, NOW_MS)]


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        ("AGENT:main", ["busy"]),
        ("~0123", ["busy"]),
        ("compact", ["ended"]),
        ("id:main", ["busy"]),
        ("session:~0123", []),
        ("folder:~0123", ["busy"]),
        ("folder:main", ["busy"]),
        ("trigger:progressive,compact", ["busy", "ended"]),
        ("trigger=progressive", []),
        ("trigger!=compact", ["busy", "fresh", "refused"]),
        ("verdict:dirty,memory-only", ["busy", "fresh"]),
        ("verdict:un", ["refused"]),
        ("verdict!=disk-only", ["busy", "fresh", "refused"]),
        ("is:pinned", ["busy"]),
        ("is:ended", ["ended"]),
        ("is:tracked", ["busy", "fresh"]),
        ("is!=tracked", ["ended", "refused"]),
        ("band:20", ["busy"]),
        ("bands:50", []),
        ("band!=20", ["fresh", "ended", "refused"]),
        ("band<50", ["busy", "fresh", "ended"]),
        ("band>=35", ["busy"]),
        ("band>35", []),
        ("quality:80", ["busy"]),
        ("quality<60", ["busy"]),
        ("quality>=60", ["fresh", "ended"]),
        ("edits>3", ["busy"]),
        ("edits:0", ["fresh", "ended"]),
        ("files>=2", ["busy"]),
        ("ckpts>2", ["busy"]),
        ("checkpoints<1", ["ended", "refused"]),
        ("bytes>10k", ["busy"]),
        ("bytes!=0", ["busy", "fresh"]),
        ("guard:continuity", ["busy"]),
        ("guards:nudge", []),
        ("milestone:edit-batch", ["busy"]),
        ("milestones:fanout", ["busy"]),
        ("idle>30s", ["busy", "ended"]),
        ("idle<=1m", ["busy", "fresh"]),
        ("idle<1m", ["fresh"]),
        ("idle>=10m", ["ended"]),
    ],
)
def test_a_field_lets_through_what_it_says(text: str, keys: list[str]) -> None:
    assert matching(text) == keys


@pytest.mark.parametrize("name", FIELDS)
def test_every_field_can_be_asked_of_a_row_of_which_nothing_is_known(name: str) -> None:
    values = {"verdict": "unsafe", "is": "pinned", "guard": "nudge", "guards": "nudge"}
    operator = ">" if name == "idle" else ":"
    clause = clause_of(Term(values.get(name, "20"), 0, name=name, operator=operator))
    assert clause.holds(REFUSED, NOW_MS) == (name == "verdict")


def test_the_words_of_a_field_are_those_the_tracker_has() -> None:
    assert set(VERDICTS) == set(Verdict)
    assert GUARDS == ("continuity", "nudge")
    assert MARKS == ("pinned", "ended", "tracked")


@pytest.mark.parametrize("operator", ["<", "<=", ">", ">="])
def test_an_idle_time_turns_once_and_says_when(operator: str) -> None:
    clause = clause_of(Term("5s", 0, name="idle", operator=operator))
    assert clause.turns_ms is not None
    at_ms = clause.turns_ms(FRESH)
    assert at_ms is not None
    answers = [clause.holds(FRESH, at_ms + delta) for delta in (-2, -1, 0, 1)]
    assert answers in ([True, True, False, False], [False, False, True, True])
    assert at_ms - NOW_MS == (5_001 if operator in (">", "<=") else 5_000)


def test_an_idle_time_that_is_not_known_never_turns() -> None:
    clause = clause_of(Term("5s", 0, name="idle", operator=">"))
    assert clause.turns_ms is not None
    assert clause.turns_ms(REFUSED) is None


def test_only_an_idle_time_looks_at_the_clock() -> None:
    def is_timed(row: Facts, text: str) -> bool:
        (term,) = read_terms(text, FIELDS).terms
        return clause_of(term).turns_ms is not None

    assert [is_timed(BUSY, text) for text in ("idle>1s", "band:20", "x", "is:pinned")] == [
        True, False, False, False,
    ]  # fmt: skip
