"""A prune in words: an age, a plan, what confirms it, and the command that would apply it."""

from __future__ import annotations

import shlex

import pytest
from console_values import update_of
from feeds import NOW_MS

from console.model.prune_plan import (
    apply_command,
    apply_refusal,
    confirmation,
    outcome_cells,
    outcome_lines,
    parse_age_ms,
    plan_cells,
    plan_table,
)
from console.snapshot import Face, Mode
from tracker import PlannedFile, PlannedFolder, Pruned, PrunePlan

DAY_MS = 86_400_000


def plan_of(*names: str) -> PrunePlan:
    file = PlannedFile("policy-state.json", 700, NOW_MS, ())
    folders = tuple(PlannedFolder(name, name, (file,)) for name in names)
    return PrunePlan("/state", 7 * DAY_MS, NOW_MS, folders)


def test_an_age_is_a_duration_that_keeps_something() -> None:
    assert parse_age_ms("7d") == parse_age_ms(" 1W ") == 7 * DAY_MS
    for text in ("", "off", "0", "-1d", "7 days"):
        with pytest.raises(ValueError, match=r"duration|keep nothing"):
            parse_age_ms(text)


def test_the_command_can_be_pasted_into_a_shell_whatever_the_directory_is_called() -> None:
    command = apply_command("/a b/$(reboot)'", 7 * DAY_MS)
    assert shlex.split(command) == [
        "holdfast",
        "prune",
        "/a b/$(reboot)'",
        "--older-than",
        "1w",
        "--apply",
    ]


def test_what_confirms_a_plan_names_its_count_without_a_comma() -> None:
    names = [f"s-{number}" for number in range(1_234)]
    assert confirmation(plan_of(*names)) == "prune 1234"


def test_an_empty_plan_has_no_lines_and_no_refusal() -> None:
    assert plan_table(plan_of()).lines == []
    assert len(plan_cells(plan_of(), "no")) == 1


@pytest.mark.parametrize(
    ("update", "words"),
    [
        (None, "isn't open"),
        (update_of(face=Face.GONE, mode=Mode.OWN), "isn't open"),
        (update_of(mode=Mode.OWN, is_read_only=True), "--read-only"),
        (update_of(mode=Mode.OBSERVE), "observes"),
    ],
)
def test_where_a_plan_cannot_be_applied_it_says_why(update: object, words: str) -> None:
    assert words in apply_refusal(update)  # type: ignore[arg-type]


@pytest.mark.parametrize("mode", [Mode.OWN, Mode.DEMO])
def test_an_owner_may_apply_a_plan(mode: Mode) -> None:
    assert apply_refusal(update_of(mode=mode)) == ""


def test_an_outcome_is_good_only_where_all_of_the_plan_is_gone() -> None:
    plan = plan_of("a", "b")
    gone = [Pruned(name, name, True, 1, 700, True) for name in ("a", "b")]
    (whole,) = outcome_cells(plan, gone, "", "", was_stopped=True)
    assert (whole.text, whole.tone) == ("2 sessions of 2 deleted: 2 files, 1.4 K", "good")
    half, stopped = outcome_cells(plan, gone[:1], "", "", was_stopped=True)
    assert (half.tone, stopped.text) == ("warn", "Stopped after 1 of 2.")
    failed, warned = outcome_cells(plan, (), "why not", "and that", was_stopped=False)
    assert (failed.text, failed.tone, warned.text) == ("Not pruned: why not", "bad", "and that")


def test_what_was_left_is_told_before_what_is_gone() -> None:
    pruned = [
        Pruned("a", "a", True, 1),
        Pruned("b", "b\x1b", False, why="it changed"),
        Pruned("c", "c", False, 1, why="EIO", has_failed=True),
    ]
    assert outcome_lines(pruned) == [
        "b\\x1b: skipped, it changed",
        "c: stopped, EIO",
        "a: deleted",
    ]
