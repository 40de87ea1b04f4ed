"""The chronicle: what happened, in order and bounded, and rates that no burst can falsify."""

from __future__ import annotations

import random
from typing import Any

import pytest
from console_values import on_disk, statistics, update_of
from hypothesis import given
from hypothesis import strategies as st

from console.model.chronicle import KEPT, Chronicle
from console.model.happenings import Happening, HappeningKind
from console.model.histories import HISTORY_KEPT
from console.snapshot import Face, Mode, Progress, Watch
from tracker import Change, ChangeKind, PluginEvent

NOW_MS = 1_795_310_000_000
SWEPT = Watch("watching", NOW_MS)
KINDS = [kind for kind in ChangeKind if kind is not ChangeKind.TOUCHED]


def change(number: int, kind: ChangeKind = ChangeKind.GUARD, **fields: Any) -> Change:
    """Something that happened `number` ms after NOW_MS."""
    return Change(number, kind, **{"session": "s", "at_ms": NOW_MS + number, **fields})


def owned(**fields: Any) -> Any:
    """An update of an owner."""
    return update_of(**{"mode": Mode.OWN, "at_ms": NOW_MS, **fields})


def opened(mode: Mode = Mode.OWN) -> Chronicle:
    """A chronicle of an open directory in which nothing happened yet."""
    chronicle = Chronicle()
    chronicle.apply(update_of(mode=mode, is_fresh=True, at_ms=NOW_MS, watch=Watch()))
    chronicle.apply(update_of(mode=mode, at_ms=NOW_MS, watch=SWEPT))
    return chronicle


def told(chronicle: Chronicle) -> list[tuple[HappeningKind, str]]:
    """Kind and session of all that happened since the directory was opened."""
    return [(one.kind, one.session) for one in chronicle if one.kind is not HappeningKind.DIRECTORY]


def words(chronicle: Chronicle) -> list[str]:
    """What was said of the directory."""
    return [one.why for one in chronicle if one.kind is HappeningKind.DIRECTORY]


def last(chronicle: Chronicle) -> Happening:
    newest = chronicle.get(chronicle.last_number)
    assert newest is not None
    return newest


# -- happenings -------------------------------------------------------------------------------


def test_whatever_a_tracker_tells_has_a_kind_here_of_the_same_name() -> None:
    assert {kind.value for kind in ChangeKind} <= {kind.value for kind in HappeningKind}


@pytest.mark.parametrize("kind", KINDS)
def test_a_change_is_told_with_all_it_says(kind: ChangeKind) -> None:
    chronicle = opened()
    fields = {"detail": "d", "why": "w", "age_ms": 3, "idle_ms": 2, "load_ns": 1, "count": 9}
    chronicle.apply(owned(changes=(change(1, kind, session="a", **fields),)))
    number = chronicle.last_number
    assert last(chronicle) == Happening(
        number, NOW_MS + 1, HappeningKind(kind.value), "a", "tracker", "d", "w", 3, 2, 1, 9
    )


def test_touches_are_in_the_history_alone() -> None:
    chronicle = opened()
    chronicle.apply(owned(changes=(change(1, ChangeKind.TOUCHED), change(2))))
    assert told(chronicle) == [(HappeningKind.GUARD, "s")]
    assert [one.kind for one in chronicle.history("s")] == ["touched", "guard"]


def test_what_is_about_no_session_is_in_no_history() -> None:
    chronicle = opened()
    chronicle.apply(owned(changes=(change(1, ChangeKind.CAPACITY, session="", count=7),)))
    assert told(chronicle) == [(HappeningKind.CAPACITY, "")]
    assert chronicle.history("") == ()


def test_the_latest_are_kept_and_the_others_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("console.model.chronicle.KEPT", 5)
    chronicle = opened()
    chronicle.apply(owned(changes=tuple(change(number) for number in range(1, 9))))
    assert [one.number for one in chronicle] == [5, 6, 7, 8, 9]
    assert (len(chronicle), chronicle.dropped, chronicle.last_number) == (5, 4, 9)
    assert chronicle.get(4) is None
    assert chronicle.get(10) is None
    assert [one.number for one in chronicle.since(7)] == [8, 9]
    assert [one.number for one in chronicle.since(0)] == [5, 6, 7, 8, 9]


def test_ten_thousand_are_kept() -> None:
    assert KEPT == 10_000


@given(st.lists(st.lists(st.sampled_from(sorted(ChangeKind)), max_size=6), max_size=6))
def test_numbers_count_up_by_one_and_every_one_is_found_by_its_own(
    batches: list[list[ChangeKind]],
) -> None:
    chronicle, number = opened(), 0
    for batch in batches:
        changes = [change(number + 1 + index, kind) for index, kind in enumerate(batch)]
        number += len(batch)
        before = chronicle.last_number
        chronicle.apply(owned(changes=tuple(changes)))
        expected = [one.kind.value for one in changes if one.kind is not ChangeKind.TOUCHED]
        assert [one.kind.value for one in chronicle.since(before)] == expected
    numbers = [one.number for one in chronicle]
    assert numbers == list(range(1, chronicle.last_number + 1))
    assert [chronicle.get(one.number) for one in chronicle] == list(chronicle)


def test_changes_that_came_too_fast_to_be_told_are_counted() -> None:
    chronicle = opened()
    chronicle.apply(owned(changes=(change(1), change(2))))
    assert chronicle.untold == 0
    chronicle.apply(owned(changes=(change(10), change(12))))
    assert chronicle.untold == 8
    chronicle.apply(owned(changes=(change(11),)))
    assert chronicle.untold == 7
    chronicle.apply(owned(is_fresh=True, changes=(change(1), change(2))))
    assert chronicle.untold == 7


# -- operator and plugin ----------------------------------------------------------------------


def test_an_action_is_told_with_its_outcome_and_is_in_the_history_of_each_session() -> None:
    chronicle = opened()
    chronicle.add_action(NOW_MS, "evict", ["a", "b"], "1 evicted, 1 refused: pinned")
    one = last(chronicle)
    assert (one.kind, one.session, one.count) == (HappeningKind.OPERATOR, "", 2)
    assert (one.detail, one.why) == ("evict", "1 evicted, 1 refused: pinned")
    assert chronicle.history("a") == chronicle.history("b") == (one,)


def test_an_action_on_one_session_names_it() -> None:
    chronicle = opened()
    chronicle.add_action(NOW_MS, "pin", ["a"], "done")
    assert last(chronicle).session == "a"


def test_an_action_on_the_whole_is_about_no_session() -> None:
    chronicle = opened()
    chronicle.add_action(NOW_MS, "set capacity", [], "500")
    assert (last(chronicle).session, last(chronicle).count) == ("", 0)


def test_what_the_plugin_logged_stands_among_the_changes_by_its_time() -> None:
    chronicle = opened()
    logged = [
        PluginEvent(NOW_MS + 5, "p", "compact"),
        PluginEvent(NOW_MS + 2, "p", "quality-80", 42.4, 79, "tool-after", "Edit", "sonnet"),
    ]
    chronicle.apply(owned(changes=(change(1), change(4)), plugin_events=tuple(logged)))
    assert [one.at_ms - NOW_MS for one in chronicle.since(1)] == [1, 2, 4, 5]
    first, second = chronicle.history("p")
    assert (first.kind, first.origin, first.detail) == ("plugin", "plugin", "quality-80")
    assert first.why == "tool-after · Edit · sonnet · fill 42 · quality 79"
    assert (second.detail, second.why) == ("compact", "")


def test_a_log_that_is_read_from_its_start_again_tells_nothing_twice() -> None:
    chronicle = opened()
    logged = tuple(PluginEvent(NOW_MS + number, "p", "compact") for number in range(3))
    chronicle.apply(owned(plugin_events=logged[:2]))
    chronicle.apply(owned(is_fresh=True, plugin_events=logged))
    assert [one.at_ms - NOW_MS for one in chronicle.history("p")] == [0, 1, 2]


# -- history ----------------------------------------------------------------------------------


def test_a_history_tells_the_life_of_a_session_whatever_others_do() -> None:
    chronicle = opened()
    kinds = [ChangeKind.INSERTED, *[ChangeKind.TOUCHED] * 500, ChangeKind.EVICTED]
    kinds += [ChangeKind.REHYDRATED, *[ChangeKind.TOUCHED] * 3, ChangeKind.RELEASED]
    changes = []
    for index, kind in enumerate(kinds):
        changes.append(change(2 * index + 1, kind))
        changes.append(change(2 * index + 2, ChangeKind.TOUCHED, session="other"))
    for start in range(0, len(changes), 7):
        chronicle.apply(owned(changes=tuple(changes[start : start + 7])))
    history = chronicle.history("s")
    assert [one.kind for one in history] == [
        "inserted", "touched", "evicted", "rehydrated", "touched", "released",
    ]  # fmt: skip
    assert [one.count for one in history if one.kind == "touched"] == [500, 3]
    assert history[1].first_ms == NOW_MS + 3
    assert history[1].at_ms == NOW_MS + 1001
    assert chronicle.history("nobody") == ()


def test_a_history_is_bounded() -> None:
    chronicle = opened()
    chronicle.apply(owned(changes=tuple(change(number) for number in range(1, 200))))
    numbers = [one.number for one in chronicle.history("s")]
    assert len(numbers) == HISTORY_KEPT
    assert numbers[-1] == chronicle.last_number


# -- series -----------------------------------------------------------------------------------


def counted(inserted: int, evicted: int, rehydrated: int, released: int, **more: Any) -> Any:
    return statistics(
        insertions=inserted,
        evictions={"capacity": evicted - evicted // 2, "idle": evicted // 2},
        rehydrations=rehydrated,
        releases=released,
        **more,
    )


def per_minute(chronicle: Chronicle, now_ms: int = NOW_MS) -> list[float]:
    series = (
        chronicle.insertions, chronicle.evictions, chronicle.rehydrations, chronicle.releases,
    )  # fmt: skip
    return [one.per_minute(now_ms) for one in series]


def test_rates_come_from_the_counters_however_few_of_the_changes_are_told() -> None:
    chronicle = opened()
    chronicle.apply(owned(statistics=counted(50_000, 40_000, 30_000, 20_000)))
    assert per_minute(chronicle) == [50_000, 40_000, 30_000, 20_000]
    chronicle.apply(
        owned(at_ms=NOW_MS + 60_000, statistics=counted(50_001, 40_002, 30_003, 20_004))
    )
    assert chronicle.evictions.buckets(NOW_MS + 60_000, 2) == [0, 2]


@given(st.lists(st.integers(0, 1000), min_size=1, max_size=20), st.randoms())
def test_a_series_adds_up_to_its_counter(amounts: list[int], chance: random.Random) -> None:
    chronicle, at_ms, total = opened(), NOW_MS, 0
    for amount in amounts:
        at_ms += chance.randrange(60_000)
        total += amount
        chronicle.apply(owned(at_ms=at_ms, statistics=counted(total, total, total, total)))
    assert sum(value or 0 for value in chronicle.insertions.buckets(at_ms)) == total
    assert sum(value or 0 for value in chronicle.evictions.buckets(at_ms)) == total


def test_a_counter_that_begins_anew_is_no_negative_rate() -> None:
    chronicle = opened()
    chronicle.apply(owned(statistics=counted(100, 100, 100, 100)))
    chronicle.apply(owned(statistics=counted(3, 2, 1, 0)))
    assert per_minute(chronicle) == [103, 102, 101, 100]


def test_occupancy_is_a_gauge_with_a_gap_while_there_is_no_tracker() -> None:
    chronicle = opened()
    chronicle.apply(owned(statistics=statistics(occupancy=7)))
    chronicle.apply(owned(at_ms=NOW_MS + 10_000, statistics=None, face=Face.GONE))
    chronicle.apply(owned(at_ms=NOW_MS + 20_000, statistics=statistics(occupancy=2)))
    assert chronicle.occupancy.buckets(NOW_MS + 20_000, 3) == [7, None, 2]


def test_the_insertion_rate_is_per_second() -> None:
    chronicle = opened()
    chronicle.apply(owned(at_ms=NOW_MS + 100_000, statistics=counted(200, 0, 0, 0)))
    assert chronicle.insertion_rate(NOW_MS + 100_000) == pytest.approx(2)


# -- opening ----------------------------------------------------------------------------------


def test_an_observer_that_fills_its_memory_is_neither_rate_nor_news() -> None:
    chronicle = Chronicle()
    at = {"at_ms": NOW_MS, "mode": Mode.OBSERVE}
    inserted = [change(number, ChangeKind.INSERTED) for number in range(1, 7)]
    chronicle.apply(update_of(**at, is_fresh=True, statistics=None, watch=Watch()))
    for count, loading in ((2, Progress(1, 3)), (4, None)):
        chronicle.apply(
            update_of(
                **at,
                changes=tuple(inserted[count - 2 : count]),
                statistics=counted(count, 0, 0, 0, occupancy=count),
                loading=loading,
                watch=Watch(),
            )
        )
    bad = change(5, ChangeKind.LOAD_FAILED, session="bad")
    chronicle.apply(update_of(**at, changes=(bad,), statistics=counted(4, 0, 0, 0), watch=SWEPT))
    assert told(chronicle) == [(HappeningKind.LOAD_FAILED, "bad")]
    assert words(chronicle) == [
        "directory opened",
        "4 session(s) came into memory as the directory was read",
    ]
    assert per_minute(chronicle) == [0, 0, 0, 0]
    chronicle.apply(
        update_of(**at, changes=(inserted[5],), statistics=counted(5, 0, 0, 0), watch=SWEPT)
    )
    assert told(chronicle)[-1] == (HappeningKind.INSERTED, "s")
    assert per_minute(chronicle) == [1, 0, 0, 0]


def test_a_directory_that_is_opened_again_goes_on_and_says_so() -> None:
    chronicle = opened(Mode.OBSERVE)
    at = {"mode": Mode.OBSERVE, "watch": SWEPT}
    evicted = change(1, ChangeKind.EVICTED)
    chronicle.apply(
        update_of(**at, at_ms=NOW_MS, changes=(evicted,), statistics=counted(0, 1, 0, 0))
    )
    chronicle.apply(
        update_of(**at, at_ms=NOW_MS, face=Face.GONE, face_why="/state: removed", statistics=None)
    )
    chronicle.apply(
        update_of(**at, at_ms=NOW_MS + 60_000, is_fresh=True, statistics=counted(9, 0, 0, 0))
    )
    assert words(chronicle) == ["directory opened", "/state: removed", "directory opened again"]
    assert told(chronicle) == [(HappeningKind.EVICTED, "s")]
    assert [one.kind for one in chronicle.history("s")] == ["evicted"]
    assert chronicle.evictions.buckets(NOW_MS + 60_000, 7) == [1, 0, 0, 0, 0, 0, 0]
    assert chronicle.insertions.per_minute(NOW_MS + 60_000) == 0
    # The sweep that is known is the one from before: memory may be filling still.
    chronicle.apply(update_of(**at, at_ms=NOW_MS + 60_000, statistics=counted(12, 0, 0, 0)))
    assert chronicle.insertions.per_minute(NOW_MS + 60_000) == 0
    swept = {**at, "watch": Watch("watching", NOW_MS + 61_000), "at_ms": NOW_MS + 61_000}
    chronicle.apply(update_of(**swept, statistics=counted(12, 0, 0, 0)))
    chronicle.apply(update_of(**swept, statistics=counted(14, 0, 0, 0)))
    assert chronicle.insertions.per_minute(NOW_MS + 61_000) == 2


def test_a_directory_that_was_replaced_between_two_updates_is_opened_again_too() -> None:
    chronicle = opened()
    chronicle.apply(owned(is_fresh=True))
    assert words(chronicle) == ["directory opened", "directory opened again"]


def test_an_owner_counts_from_its_first_event_on() -> None:
    chronicle = Chronicle()
    chronicle.apply(owned(is_fresh=True, watch=Watch(), statistics=counted(5, 3, 0, 0)))
    assert per_minute(chronicle) == [5, 3, 0, 0]


def test_how_the_directory_looks_is_told_once() -> None:
    chronicle = Chronicle()
    for _ in range(3):
        chronicle.apply(owned(face=Face.MISSING, face_why="no such directory", statistics=None))
    assert words(chronicle) == ["no such directory"]


# -- an observer's checkpoints ----------------------------------------------------------------


def seen(chronicle: Chronicle, *folders: Any, **fields: Any) -> list[Happening]:
    """What an observer's chronicle tells of new summaries."""
    before = chronicle.last_number
    update = update_of(at_ms=NOW_MS, watch=SWEPT, folders=folders, **fields)
    chronicle.apply(update)
    return chronicle.since(before)


def test_an_observer_tells_a_checkpoint_when_it_is_seen_on_disk() -> None:
    chronicle = Chronicle()
    chronicle.apply(update_of(is_fresh=True, watch=Watch(), folders=(on_disk("a", checkpoints=1),)))
    assert seen(chronicle, on_disk("a", checkpoints=1)) == []
    (one,) = seen(chronicle, on_disk("a", at_ms=77, checkpoints=2, last_trigger="quality-80"))
    assert (one.kind, one.session, one.origin) == (HappeningKind.CHECKPOINT, "a", "disk")
    assert (one.at_ms, one.detail, one.why) == (77, "quality-80", "")
    assert chronicle.history("a") == (one,)
    assert seen(chronicle, on_disk("a", checkpoints=2, file_bytes=5)) == []


def test_an_observer_tells_a_checkpoint_of_a_session_it_has_never_seen() -> None:
    chronicle = opened(Mode.OBSERVE)
    (one,) = seen(chronicle, on_disk("new", state=None, checkpoints=1, last_trigger="compact"))
    assert (one.session, one.at_ms) == ("new", NOW_MS)


def test_several_checkpoints_between_two_looks_are_one_entry_that_says_so() -> None:
    chronicle = opened(Mode.OBSERVE)
    (one,) = seen(chronicle, on_disk("a", checkpoints=3))
    assert one.why == "the latest of 3 since the last look"


def test_a_refused_folder_tells_no_checkpoint_and_a_removed_one_is_forgotten() -> None:
    chronicle = opened(Mode.OBSERVE)
    assert seen(chronicle, on_disk("copy", "a", checkpoints=3, trouble="unsafe")) == []
    assert len(seen(chronicle, on_disk("a", checkpoints=1))) == 1
    assert seen(chronicle, removed=("a",)) == []
    assert len(seen(chronicle, on_disk("a", checkpoints=1))) == 1


def test_an_owner_tells_its_own_checkpoints_and_not_what_the_disk_says() -> None:
    chronicle = opened()
    chronicle.apply(
        owned(
            changes=(change(1, ChangeKind.CHECKPOINT, detail="compact"),),
            folders=(on_disk("s", checkpoints=1),),
        )
    )
    assert [one.origin for one in chronicle.history("s")] == ["tracker"]
