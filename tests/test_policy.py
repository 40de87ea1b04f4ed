"""The policy: one row a rule of DESIGN.md, section 3."""

from __future__ import annotations

import pytest
from feeds import FILLS, NOW_MS, SCORES, edit, turn
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from tracker import FRESH, Event, EventError, Rules, SessionState, values_of
from tracker.policy import decide, is_cooling
from tracker.state import ALL_GUARDS, CONTINUITY, NUDGE, mask_of

RULES = Rules()
QUIET = replace(FRESH, guards=ALL_GUARDS)


def names(state: SessionState, *events: Event, rules: Rules = RULES) -> list[str]:
    """What a run of events comes to: triggers, and names of the other effects."""
    found = []
    for event in events:
        assert event.at_ms is not None
        state, effects = decide(state, event, event.at_ms, rules)
        found += [effect.trigger or effect.effect for effect in effects]
    return found


@pytest.mark.parametrize(
    ("fill", "score", "trigger"),
    [
        (0, 100, []),
        (19.99, 80, []),
        (20, 80, ["progressive-20"]),
        (34.9, 10, ["progressive-20"]),
        (79.9, 100, ["progressive-65"]),
        (100, 0, ["progressive-80"]),
        (0, 79.9, ["quality-80"]),
        (0, 0, ["quality-80"]),
    ],
)
def test_a_reading_captures_the_highest_band_else_the_first_threshold_above_the_score(
    fill: float, score: float, trigger: list[str]
) -> None:
    assert names(QUIET, turn("s", NOW_MS, fill, score)) == trigger


def test_only_the_captured_band_is_marked_so_lower_ones_can_follow() -> None:
    times = [NOW_MS + 90_000 * number for number in range(6)]
    assert names(QUIET, *(turn("s", at_ms, 65, 100) for at_ms in times)) == [
        "progressive-65",
        "progressive-50",
        "progressive-35",
        "progressive-20",
    ]


def test_thresholds_go_from_80_down_one_an_evaluation() -> None:
    times = [NOW_MS + 90_000 * number for number in range(6)]
    assert names(QUIET, *(turn("s", at_ms, 0, 45) for at_ms in times)) == [
        "quality-80",
        "quality-70",
        "quality-50",
    ]


@pytest.mark.parametrize(
    ("last_ms", "now_ms", "is_active"),
    [
        (0, 5, False),
        (1, 1, True),
        (1_000, 1_000 + 89_999, True),
        (1_000, 1_000 + 90_000, False),
        (1_000, 999, False),
        (NOW_MS + 365 * 86_400_000, NOW_MS, False),
    ],
)
def test_a_cooldown_is_active_only_while_the_time_since_is_from_0_to_below_it(
    last_ms: int, now_ms: int, is_active: bool
) -> None:
    assert is_cooling(last_ms, now_ms, 90_000) is is_active


def test_an_evaluation_within_30_s_of_the_last_is_skipped_and_leaves_its_time() -> None:
    first = replace(QUIET, last_evaluated_ms=NOW_MS)
    state, effects = decide(first, turn("s", NOW_MS + 29_999, 20), NOW_MS + 29_999, RULES)
    assert effects == ()
    assert state.last_evaluated_ms == NOW_MS
    assert names(first, turn("s", NOW_MS + 30_000, 20)) == ["progressive-20"]


def test_a_turn_without_a_reading_leaves_the_evaluation_time() -> None:
    state, _ = decide(QUIET, turn("s", NOW_MS), NOW_MS, RULES)
    assert state is QUIET


def test_an_evaluation_during_the_checkpoint_cooldown_only_moves_its_time() -> None:
    before = replace(QUIET, last_checkpoint_ms=NOW_MS)
    state, effects = decide(before, turn("s", NOW_MS + 1, 80), NOW_MS + 1, RULES)
    assert effects == ()
    assert state == replace(before, last_evaluated_ms=NOW_MS + 1)


def test_continuity_fires_on_the_first_turn_only() -> None:
    assert names(FRESH, turn("s", NOW_MS), turn("s", NOW_MS + 1)) == ["continuity"]


@pytest.mark.parametrize(
    ("prior", "fill", "score", "fires"),
    [
        (None, 50, 69, False),
        (80, 50, 69.9, True),
        (10, 50, 69, True),
        (80, 49.9, 69, False),
        (80, 50, 70, False),
    ],
)
def test_a_nudge_needs_a_prior_score_low_quality_and_half_a_window(
    prior: float | None, fill: float, score: float, fires: bool
) -> None:
    state = replace(FRESH, guards=CONTINUITY, prior_score=prior, last_checkpoint_ms=NOW_MS)
    after, effects = decide(state, turn("s", NOW_MS + 1, fill, score), NOW_MS + 1, RULES)
    assert [effect.effect for effect in effects] == ["nudge"] * fires
    assert after.prior_score == score
    assert bool(after.guards & NUDGE) is fires


def test_after_the_nudge_the_prior_score_is_no_longer_kept() -> None:
    state = replace(QUIET, prior_score=55)
    after, _ = decide(state, turn("s", NOW_MS, 10, 99), NOW_MS, RULES)
    assert after.prior_score == 55


@pytest.mark.parametrize("tool", ["Task", "Agent"])
def test_a_fanout_is_captured_once_and_evaluates_nothing(tool: str) -> None:
    event = Event("before_tool_call", "s", NOW_MS, 80, 10, tool=tool)
    again = Event("before_tool_call", "s", NOW_MS + 90_000, 80, 10, tool=tool)
    assert names(QUIET, event, again) == ["milestone-pre-fanout"]
    assert decide(QUIET, event, NOW_MS, RULES).state.last_evaluated_ms == 0


@pytest.mark.parametrize(
    ("event", "state"),
    [
        (Event("before_tool_call", "s", NOW_MS, tool="Task"), QUIET),
        (Event("before_tool_call", "s", NOW_MS, 80, 10, tool="Bash"), QUIET),
        (
            Event("before_tool_call", "s", NOW_MS, 80, 10, tool="Task"),
            replace(QUIET, last_checkpoint_ms=NOW_MS - 89_999),
        ),
    ],
)
def test_a_fanout_needs_its_tool_a_reading_and_no_cooldown(
    event: Event, state: SessionState
) -> None:
    assert names(state, event) == []


def test_four_writes_or_three_files_since_the_last_batch_are_an_edit_batch() -> None:
    same_file = [edit("s", NOW_MS + number, "a.py", 0) for number in range(4)]
    assert names(QUIET, *same_file[:3]) == []
    assert names(QUIET, *same_file) == ["milestone-edit-batch"]
    three_files = [edit("s", NOW_MS + number, f"{number}.py", 0) for number in range(3)]
    assert names(QUIET, *three_files) == ["milestone-edit-batch"]
    later = [edit("s", NOW_MS + 200_000 + number, "0.py", 0) for number in range(4)]
    assert names(QUIET, *three_files, *later[:3]) == ["milestone-edit-batch"]
    assert names(QUIET, *three_files, *later) == ["milestone-edit-batch"] * 2


def test_an_edit_without_a_reading_or_in_the_cooldown_counts_but_captures_nothing() -> None:
    silent = [edit("s", NOW_MS + number, f"{number}.py") for number in range(5)]
    assert names(QUIET, *silent) == []
    cooling = replace(QUIET, last_checkpoint_ms=NOW_MS)
    events = [edit("s", NOW_MS + number, f"{number}.py", 0) for number in range(5)]
    assert names(cooling, *events, edit("s", NOW_MS + 90_000, "0.py", 0)) == [
        "milestone-edit-batch"
    ]


def test_other_tools_count_no_write_but_are_evaluated() -> None:
    event = Event("after_tool_call", "s", NOW_MS, 35, 100, tool="Read", file="a.py")
    state, effects = decide(QUIET, event, NOW_MS, RULES)
    assert [effect.trigger for effect in effects] == ["progressive-35"]
    assert (state.edit_writes, state.edited_files) == (0, ())


def test_a_batch_leaves_the_evaluation_of_its_event_to_the_cooldown() -> None:
    events = [edit("s", NOW_MS + number, f"{number}.py", 0) for number in range(2)]
    assert names(QUIET, *events, edit("s", NOW_MS + 40_000, "2.py", 80)) == ["milestone-edit-batch"]


def test_a_compaction_is_always_a_checkpoint() -> None:
    events = [Event("before_compaction", "s", NOW_MS + number) for number in range(3)]
    assert names(QUIET, *events) == ["compact"] * 3


def test_the_end_of_a_session_is_evaluated() -> None:
    assert names(FRESH, Event("session_end", "s", NOW_MS, 50, 90)) == ["progressive-50"]


def test_other_numbers_in_the_rules_take_the_place_of_the_defaults() -> None:
    rules = Rules(bands=(7,), thresholds=(99,), checkpoint_cooldown_ms=0, evaluation_cooldown_ms=0)
    events = [turn("s", NOW_MS, 7, 98), turn("s", NOW_MS, 7, 98), turn("s", NOW_MS, 7, 98)]
    assert names(QUIET, *events, rules=rules) == ["progressive-7", "quality-99"]


@pytest.mark.parametrize(
    "numbers",
    [
        {"bands": (50, 20)},
        {"bands": (20, 20)},
        {"bands": (101,)},
        {"thresholds": (40, 80)},
        {"thresholds": (-1,)},
        {"checkpoint_cooldown_ms": -1},
        {"evaluation_cooldown_ms": -1},
        {"edit_batch_writes": 0},
        {"edit_batch_files": 0},
    ],
)
def test_rules_out_of_their_range_are_refused(numbers: dict[str, object]) -> None:
    with pytest.raises(EventError):
        Rules(**numbers)  # type: ignore[arg-type]


STATES = st.builds(
    SessionState,
    bands=st.sets(st.sampled_from(RULES.bands)).map(mask_of),
    thresholds=st.sets(st.sampled_from(RULES.thresholds)).map(mask_of),
    last_checkpoint_ms=st.sampled_from((0, NOW_MS - 90_000, NOW_MS - 1, NOW_MS, NOW_MS + 1)),
    last_evaluated_ms=st.sampled_from((0, NOW_MS - 30_000, NOW_MS - 1, NOW_MS + 1)),
    guards=st.integers(0, 3),
    prior_score=st.none() | st.sampled_from(SCORES),
)


@given(STATES, st.sampled_from(FILLS), st.sampled_from(SCORES))
def test_what_was_captured_or_fired_stays_so_and_is_not_said_again(
    state: SessionState, fill: float, score: float
) -> None:
    after, effects = decide(state, turn("s", NOW_MS, fill, score), NOW_MS, RULES)
    assert after.bands & state.bands == state.bands
    assert after.thresholds & state.thresholds == state.thresholds
    assert after.guards & state.guards == state.guards
    said = [effect.trigger for effect in effects if effect.trigger]
    assert len(said) <= 1
    known = {f"progressive-{band}" for band in values_of(state.bands)}
    known |= {f"quality-{threshold}" for threshold in values_of(state.thresholds)}
    assert known.isdisjoint(said)
