"""The filter language as a whole: laws first, then what an operator types."""

from __future__ import annotations

import time

import pytest
from console_values import HOSTILE, in_memory, on_disk
from hypothesis import assume, example, given
from hypothesis import strategies as st

from console.model.facts import Facts, facts_of
from console.model.filtering import (
    EVENT_FIELDS,
    FIELDS,
    Filter,
    FilterError,
    parse_event_filter,
    parse_filter,
)
from console.model.happenings import Happening, HappeningKind
from console.model.terms import TEXT_MOST
from tracker import SessionState

NOW_MS = 1_795_310_000_000

WORDS = (
    "main", "-main", "!main", '"two words"', "verdict:dirty,corrupt", "is:pinned", "-is:tracked",
    "idle>10m", "idle<=1s", "band<50", "band:20", "quality<60", "edits>3", "ckpts>=1", "bytes>10k",
    "trigger:compact", "guard:nudge", "milestone:pre", "id:a", "folder!=a", "!", "-", '"', "::",
    "kind:evicted", "cause:idle", "session:s",
)  # fmt: skip
TEXTS = (
    st.lists(st.sampled_from(WORDS), max_size=5).map(" ".join)
    | st.text()
    | st.text(alphabet='!-":=<>, \\idlebanvertcksu0159%kmgh', max_size=40)
    | st.sampled_from(HOSTILE)
)


def rows() -> st.SearchStrategy[Facts]:
    states = st.builds(
        SessionState,
        bands=st.integers(0, (1 << 101) - 1),
        thresholds=st.integers(0, (1 << 101) - 1),
        milestones=st.sampled_from(((), ("pre-fanout",))),
        last_checkpoint_ms=st.integers(0, NOW_MS),
        guards=st.integers(0, 3),
        edit_writes=st.integers(0, 9),
    )
    memories = st.builds(
        lambda state, ago_ms, pinned: in_memory(
            "main", NOW_MS - ago_ms, state=state, is_pinned=pinned
        ),
        states,
        st.integers(-5, 10**7),
        st.booleans(),
    )
    disks = st.builds(
        lambda state, count, trigger: on_disk(
            "a", "main", state=state, checkpoints=count, file_bytes=count * 9_000,
            last_trigger=trigger,
        ),
        st.none() | states,
        st.integers(0, 3),
        st.sampled_from(("", "compact")),
    )  # fmt: skip
    return st.builds(
        lambda memory, disk: facts_of("main", "main", memory, disk),
        st.none() | memories,
        st.none() | disks,
    )


def parsed(text: str) -> Filter | None:
    """A filter; None where the text is refused, as it may be."""
    try:
        return parse_filter(text)
    except FilterError:
        return None


@given(TEXTS, st.lists(rows(), max_size=5))
@example("!" * 100, [])
@example('"' * 99 + "\\", [])
def test_any_text_is_a_filter_or_a_filter_error_and_parsing_is_deterministic(
    text: str, some: list[Facts]
) -> None:
    once, again = parsed(text), parsed(text)
    assert (once is None) == (again is None)
    if once is None or again is None:
        return
    assert (once.text, once.is_empty, once.depends_on_time) == (
        text,
        again.is_empty,
        again.depends_on_time,
    )
    assert [once.matches(row, NOW_MS) for row in some] == [
        again.matches(row, NOW_MS) for row in some
    ]


@given(TEXTS, rows())
def test_an_inverted_filter_lets_through_exactly_the_others(text: str, row: Facts) -> None:
    straight, inverted = parsed(text), parsed(f"!{text}")
    assert (straight is None) == (inverted is None)
    assume(straight is not None and not straight.is_empty)
    assert straight is not None
    assert inverted is not None
    assert inverted.matches(row, NOW_MS) != straight.matches(row, NOW_MS)


@given(st.lists(st.sampled_from(WORDS[:20]), min_size=1, max_size=4), rows())
def test_all_terms_must_hold(terms: list[str], row: Facts) -> None:
    terms = [term for term in terms if not term.startswith("!")]
    each = [parse_filter(term).matches(row, NOW_MS) for term in terms]
    assert parse_filter(" ".join(terms)).matches(row, NOW_MS) == all(each)


@given(st.sampled_from(WORDS[3:20]), rows())
def test_a_negated_term_is_the_opposite_of_the_term(term: str, row: Facts) -> None:
    plain = term.removeprefix("-")
    for sign in "-!":
        both = [parse_filter(f"a {one}").matches(row, NOW_MS) for one in (plain, sign + plain)]
        assert both.count(True) == parse_filter("a").matches(row, NOW_MS)


@given(st.lists(st.sampled_from(WORDS[:20]), min_size=1, max_size=4).map(" ".join), rows(),
       st.integers(-5_000, 1_000_000))  # fmt: skip
def test_between_two_turns_the_answer_for_a_row_stays(text: str, row: Facts, later_ms: int) -> None:
    wanted = parse_filter(text)
    now = wanted.matches(row, NOW_MS)
    turns_ms = wanted.turns_ms(row, NOW_MS)
    assert turns_ms is None or turns_ms > NOW_MS
    if later_ms >= 0 and (turns_ms is None or NOW_MS + later_ms < turns_ms):
        assert wanted.matches(row, NOW_MS + later_ms) == now


@given(TEXTS)
def test_every_letter_on_the_way_to_a_filter_is_read_without_harm(text: str) -> None:
    for end in range(min(len(text), 30)):
        parsed(text[:end])


@given(TEXTS)
def test_a_refusal_is_printable_bounded_and_says_where(text: str) -> None:
    whats: list[tuple[str, int]] = []
    for parse in (parse_filter, parse_event_filter):
        try:
            parse(text)
        except FilterError as error:
            whats.append((error.what, error.column))
    assert all(what.isprintable() and len(what) < 300 for what, _ in whats)
    assert all(0 <= column < len(text) for _, column in whats)


@pytest.mark.parametrize(
    "piece",
    ["a", "!", "-", '"', "\\", ": ", "d,", "1m", "9", "x:", "<", "vredict", "abc:d ", "bnd:5 ",
     "\u0301"],
)  # fmt: skip
@pytest.mark.parametrize("head", ["", "verdict:", "idle>", "bytes>", "id:", "milestone:"])
def test_the_longest_text_is_read_quickly_whatever_it_repeats(head: str, piece: str) -> None:
    text = (head + piece * TEXT_MOST)[:TEXT_MOST]
    began_s = time.monotonic()
    parsed(text)
    assert time.monotonic() - began_s < 5


@pytest.mark.parametrize(
    ("text", "is_empty", "is_timed"),
    [("", True, False), ("  ", True, False), ("!", True, False), ("-", True, False),
     ("a", False, False), ("verdict:dirty idle>10m", False, True), ("-idle>1h", False, True)],
)  # fmt: skip
def test_a_filter_knows_whether_it_asks_for_anything_and_whether_for_time(
    text: str, is_empty: bool, is_timed: bool
) -> None:
    found = parse_filter(text)
    assert (found.text, found.is_empty, found.depends_on_time) == (text, is_empty, is_timed)
    assert found.matches(facts_of("a", "a", in_memory("a"), None), NOW_MS) or not is_empty


@pytest.mark.parametrize("text", HOSTILE)
def test_a_hostile_id_is_found_by_itself_in_quotes_and_by_nothing_else(text: str) -> None:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    wanted = parse_filter(f'"{escaped}"')
    assert wanted.matches(facts_of(text, text, in_memory(text), None), NOW_MS)
    assert not wanted.matches(facts_of("s", "s", in_memory("s"), None), NOW_MS)


def test_the_example_of_the_manual_finds_dirty_idle_sessions_of_low_fill() -> None:
    state = SessionState(bands=1 << 20)
    memory = in_memory("s", NOW_MS - 700_000, state=state, seq=2, dirty_fields=("edit_writes",))
    facts = facts_of("s", "s", memory, on_disk("s", seq=1))
    wanted = parse_filter("verdict:dirty idle>10m band<50")
    assert wanted.matches(facts, NOW_MS)
    assert not wanted.matches(facts, NOW_MS - 200_000)
    assert wanted.turns_ms(facts, NOW_MS - 200_000) == NOW_MS - 99_999
    assert wanted.turns_ms(facts, NOW_MS - 99_999) is None
    assert parse_filter("idle>10m idle<1h").turns_ms(facts, NOW_MS - 200_000) == NOW_MS - 99_999
    assert parse_filter("idle<1h idle>10m").turns_ms(facts, NOW_MS) == NOW_MS + 2_900_000


def test_ids_that_hold_colons_are_text() -> None:
    facts = facts_of("agent:main:main", "agent:main:main", in_memory("agent:main:main"), None)
    assert parse_filter("agent:main:main").matches(facts, NOW_MS)
    assert parse_filter("main:m").matches(facts, NOW_MS)
    assert not parse_filter("agent:other").matches(facts, NOW_MS)


def test_a_misspelt_field_is_refused_with_the_right_one_and_its_place() -> None:
    with pytest.raises(FilterError, match="no field “vredict”; did you mean verdict") as caught:
        parse_filter("agent vredict:dirty")
    assert caught.value.column == 6
    with pytest.raises(FilterError, match="did you mean session"):
        parse_event_filter("sesion:abc")


# -- happenings -------------------------------------------------------------------------------

EVENTS = (
    Happening(1, 0, HappeningKind.EVICTED, "agent:main", detail="operator", why="by hand"),
    Happening(2, 0, HappeningKind.EVICTED, "s-2", detail="capacity"),
    Happening(3, 0, HappeningKind.REHYDRATED, "s-2", why="caught up"),
    Happening(4, 0, HappeningKind.OPERATOR, "", origin="operator", detail="set capacity"),
    Happening(5, 0, HappeningKind.CHECKPOINT, "s-5", origin="disk", detail="operator"),
)


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("", [1, 2, 3, 4, 5]),
        ("kind:evicted,rehydrated session:s-2", [2, 3]),
        ("kind=evicted -cause:capacity", [1]),
        ("cause:op", [1]),
        ("session:MAIN", [1]),
        ("session=main", []),
        ("capacity", [2, 4]),
        ('"by hand"', [1]),
        ("checkpoint", [5]),
        ("!kind:evicted", [3, 4, 5]),
        ("agent:main", [1]),
    ],
)
def test_happenings_are_found_by_kind_session_cause_and_text(text: str, numbers: list[int]) -> None:
    wanted = parse_event_filter(text)
    assert [event.number for event in EVENTS if wanted.matches(event)] == numbers
    assert (wanted.text, wanted.is_empty) == (text, not text)


def test_a_kind_or_cause_that_there_is_not_is_refused_with_the_nearest() -> None:
    with pytest.raises(FilterError, match="no kind “evictd”; did you mean evicted"):
        parse_event_filter("kind:evictd")
    with pytest.raises(FilterError, match="one of capacity, idle, operator, drill"):
        parse_event_filter("cause:zzz")


@given(TEXTS, st.sampled_from(EVENTS))
def test_an_inverted_filter_lets_through_exactly_the_other_happenings(
    text: str, event: Happening
) -> None:
    found = []
    for one in (text, f"!{text}"):
        try:
            found.append(parse_event_filter(one))
        except FilterError:
            continue
    assert len(found) != 1
    assume(found and not found[0].is_empty)
    assert found[0].matches(event) != found[1].matches(event)


def test_the_names_of_the_fields_are_told_for_help() -> None:
    assert {"verdict", "idle", "band", "is"} <= set(FIELDS)
    assert EVENT_FIELDS == ("kind", "session", "cause")
