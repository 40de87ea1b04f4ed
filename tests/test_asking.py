"""What is asked before an action: anything beyond one clean session, and what will happen."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

import pytest
from console_values import HOSTILE

from console.acting.asking import IDS_SHOWN, Question, needs_asking, question
from console.acting.deed import Action
from console.snapshot import Mode
from tracker import Verdict

CLEAN, DIRTY, DISK_ONLY = Verdict.CLEAN, Verdict.DIRTY, Verdict.DISK_ONLY
ASKED = (
    Action.EVICT,
    Action.REHYDRATE,
    Action.PIN,
    Action.UNPIN,
    Action.RELEASE,
    Action.DRILL,
)


def ask(action: Action, verdicts: Sequence[Verdict], **changed: Any) -> Question:
    options: dict[str, Any] = {
        "mode": Mode.OWN,
        "spills": True,
        "occupancy": 10,
        "capacity": 20,
    }
    ids = changed.pop("ids", [f"s-{number}" for number in range(len(verdicts))])
    return question(action, ids, Counter(verdicts), **{**options, **changed})


def words(asked: Question) -> str:
    return " ".join((asked.title, *asked.lines))


# -- whether ----------------------------------------------------------------------------------


@pytest.mark.parametrize("verdict", Verdict)
def test_evicting_one_session_asks_unless_it_is_clean_or_not_in_memory_at_all(
    verdict: Verdict,
) -> None:
    assert needs_asking(Action.EVICT, [verdict]) == (
        verdict not in (Verdict.CLEAN, Verdict.DISK_ONLY)
    )


@pytest.mark.parametrize("verdict", Verdict)
def test_rehydrating_one_session_asks_where_its_disk_is_doubtful(verdict: Verdict) -> None:
    doubtful = (Verdict.CORRUPT, Verdict.BEHIND, Verdict.UNSAFE)
    assert needs_asking(Action.REHYDRATE, [verdict]) == (verdict in doubtful)


@pytest.mark.parametrize("action", [Action.EVICT, Action.REHYDRATE, Action.PIN, Action.UNPIN])
def test_more_than_one_session_is_always_asked_for(action: Action) -> None:
    assert needs_asking(action, [CLEAN, CLEAN])


@pytest.mark.parametrize("action", [Action.PIN, Action.UNPIN])
def test_pinning_one_session_asks_nothing_whatever_its_verdict(action: Action) -> None:
    assert not any(needs_asking(action, [verdict]) for verdict in Verdict)


@pytest.mark.parametrize("action", [Action.RELEASE, Action.PRUNE, Action.DRILL, Action.CAPACITY])
def test_what_ends_deletes_or_reaches_every_session_always_asks(action: Action) -> None:
    assert needs_asking(action, [CLEAN])


def test_an_undo_asks_nothing() -> None:
    assert not needs_asking(Action.UNDO, [CLEAN, DIRTY])


# -- in which words ---------------------------------------------------------------------------


@pytest.mark.parametrize("action", ASKED)
def test_a_question_names_the_count_the_verdicts_and_the_first_ids(action: Action) -> None:
    asked = ask(action, [CLEAN] * 5 + [DIRTY] * 7)
    assert asked.title == f"{action.capitalize()} 12 sessions?"
    assert asked.confirm_label == f"{action.capitalize()} 12"
    assert asked.ids == ("s-0", "s-1", "s-2", "s-3", "s-4", "and 7 more")
    assert "By verdict: 5 clean, 7 dirty." in asked.lines


@pytest.mark.parametrize("action", ASKED)
def test_a_question_about_one_session_speaks_of_one(action: Action) -> None:
    asked = ask(action, [CLEAN])
    assert asked.title == f"{action.capitalize()} 1 session?"
    assert asked.confirm_label == action.capitalize()
    assert asked.ids == ("s-0",)
    assert "By verdict" not in words(asked)
    assert "them" not in words(asked).split()


def test_exactly_the_ids_that_are_shown_need_no_count_of_more() -> None:
    assert ask(Action.PIN, [CLEAN] * IDS_SHOWN).ids == ("s-0", "s-1", "s-2", "s-3", "s-4")


def test_evicting_while_observing_says_that_nothing_on_disk_changes() -> None:
    asked = words(ask(Action.EVICT, [DIRTY, CLEAN], mode=Mode.OBSERVE, spills=False))
    assert "Only this console's memory lets go of them" in asked
    assert "lost" not in asked


def test_evicting_says_what_is_written_first_and_that_nothing_is_lost() -> None:
    assert "All that memory holds of them is on disk" in words(ask(Action.EVICT, [CLEAN, CLEAN]))
    asked = words(ask(Action.EVICT, [DIRTY, CLEAN, Verdict.MEMORY_ONLY]))
    assert "2 are newer in memory, which is written to the disk first: nothing is lost" in asked


def test_evicting_without_spilling_names_what_would_be_lost() -> None:
    fields = ["edit_writes", "edited_files", "edit_writes"]
    asked = words(ask(Action.EVICT, [DIRTY, CLEAN], spills=False, fields=fields))
    assert "1 is newer in memory" in asked
    assert "This would be lost, back to the last checkpoint: edit_writes, edited_files." in asked
    assert "lost" not in words(ask(Action.EVICT, [CLEAN, CLEAN], spills=False))


@pytest.mark.parametrize(
    ("count", "occupancy", "pinned", "said"),
    [
        (3, 17, 0, ""),
        (3, 18, 0, "Memory holds 18 of 20: 1 other is evicted to make room, the oldest first."),
        (3, 20, 0, "Memory holds 20 of 20: 3 others are evicted to make room"),
        (20, 20, 0, "20 others are evicted to make room"),
        (21, 20, 0, "Memory has room for 20 beside what is pinned: only the last 20 will stay"),
        (19, 5, 2, "Memory has room for 18 beside what is pinned: only the last 18 will stay"),
    ],
)
def test_rehydrating_into_a_full_memory_says_how_many_others_go(
    count: int, occupancy: int, pinned: int, said: str
) -> None:
    asked = words(ask(Action.REHYDRATE, [DISK_ONLY] * count, occupancy=occupancy, pinned=pinned))
    assert said in asked
    assert ("evicted" in asked) == bool(said)


def test_a_doubtful_session_is_named_as_what_it_is_and_why() -> None:
    why = "the checksum is wrong; the manifest rebuilds it"
    alone = ask(Action.REHYDRATE, [Verdict.CORRUPT], why=why)
    assert alone.lines[-1] == f"On disk it is corrupt: {why}."
    assert ask(Action.EVICT, [Verdict.BEHIND]).lines[-1] == "On disk it is behind."
    many = ask(Action.REHYDRATE, [Verdict.CORRUPT, DISK_ONLY], why=why)
    assert many.lines[-2:] == (
        "By verdict: 1 disk-only, 1 corrupt.",
        f"Of these, the first: {why}.",
    )


def test_pinning_more_than_can_be_pinned_says_so() -> None:
    assert "At most 2 more can be pinned" in words(
        ask(Action.PIN, [CLEAN] * 3, capacity=10, pinned=7)
    )
    assert "At most" not in words(ask(Action.PIN, [CLEAN] * 2, capacity=10, pinned=7))


def test_hostile_ids_fields_and_reasons_are_made_safe_and_short() -> None:
    for action in ASKED:
        for hostile in HOSTILE:
            asked = ask(
                action,
                [Verdict.CORRUPT, DIRTY],
                ids=[hostile, "s-1"],
                fields=[hostile],
                why=hostile,
                spills=False,
            )
            for text in (asked.title, asked.confirm_label, *asked.ids, *asked.lines):
                assert text.isprintable()
                assert len(text) <= 420
