"""Pending: what happened since the console last asked, gathered on many threads, taken on one."""

from __future__ import annotations

import threading
from itertools import count

from console_values import evicted, in_memory, on_disk
from hypothesis import given
from hypothesis import strategies as st

from console.embedded.pending import CHANGES_KEPT, Pending
from tracker import Change, ChangeKind, PluginEvent

TOUCHES = (ChangeKind.INSERTED, ChangeKind.REHYDRATED, ChangeKind.TOUCHED)


def touched(session: str, number: int) -> Change:
    return Change(number, ChangeKind.TOUCHED, session, 0)


def test_nothing_is_new_until_something_is_and_again_after_it_was_taken() -> None:
    pending = Pending()
    assert not pending.wait(0)
    pending.add_changes([touched("a", 1)])
    assert pending.wait(0)
    assert pending.take().touched == ("a",)
    assert not pending.wait(0)
    pending.wake()
    assert pending.wait(0)
    assert pending.take().touched == ()


@given(st.lists(st.tuples(st.sampled_from(list(ChangeKind)), st.sampled_from("abcde"))), st.data())
def test_ids_come_in_order_of_their_last_touch_however_the_tellings_interleave(
    told: list[tuple[ChangeKind, str]], data: st.DataObject
) -> None:
    numbers = count(1)
    changes = [Change(next(numbers), kind, session, 0) for kind, session in told]
    pending = Pending()
    for change in data.draw(st.permutations(changes)):
        pending.add_changes([change])
    news = pending.take()
    touches = [change.session for change in changes if change.kind in TOUCHES]
    assert news.touched == tuple(reversed(dict.fromkeys(reversed(touches))))
    assert set(news.changed) == {change.session for change in changes} - set(touches)
    assert list(news.changes) == changes


def test_a_session_that_is_pinned_or_cannot_be_spilled_is_changed_not_touched() -> None:
    pending = Pending()
    for number, kind in enumerate((ChangeKind.PINNED, ChangeKind.SPILL_FAILED), 1):
        pending.add_changes([Change(number, kind, "a", 0)])
    news = pending.take()
    assert (news.touched, news.changed) == ((), ("a",))


def test_a_change_of_the_tracker_itself_names_no_session() -> None:
    pending = Pending()
    pending.add_changes([Change(1, ChangeKind.CAPACITY, "", 0, count=5)])
    news = pending.take()
    assert (news.touched, news.changed, len(news.changes)) == ((), (), 1)


def test_what_is_not_in_memory_any_more_was_dropped() -> None:
    pending = Pending()
    pending.add_changes([touched("a", 1), touched("b", 2), evicted("c", 3)])
    pending.add_changes([Change(4, ChangeKind.PINNED, "d", 0)])
    memory = {"a": in_memory("a"), "d": in_memory("d", is_pinned=True)}
    found = pending.take().looked_up(memory.get)
    assert found.tracked == (memory["a"],)
    assert found.changed == (memory["d"],)
    assert found.dropped == ("b", "c")


def test_a_folder_comes_once_as_it_was_seen_last() -> None:
    pending = Pending()
    pending.add_folders([on_disk("f", at_ms=1), on_disk("g")])
    pending.add_folders([on_disk("f", at_ms=2)])
    assert set(pending.take().folders) == {on_disk("f", at_ms=2), on_disk("g")}


def test_a_folder_that_came_and_went_is_only_removed_and_the_other_way_only_there() -> None:
    pending = Pending()
    pending.add_folders([on_disk("f")])
    pending.add_folders([], ["f"])
    news = pending.take()
    assert (news.folders, news.removed) == ((), ("f",))
    pending.add_folders([], ["f"])
    pending.add_folders([on_disk("f")])
    news = pending.take()
    assert (news.folders, news.removed) == ((on_disk("f"),), ())


def test_forgetting_is_no_news() -> None:
    pending = Pending()
    pending.clear()
    assert not pending.wait(0)


def test_a_directory_opened_anew_forgets_what_was_pending() -> None:
    pending = Pending()
    pending.add_changes([touched("a", 1)])
    pending.add_folders([on_disk("f")], ["g"])
    pending.add_plugin_events([PluginEvent(1, "a", "compact")])
    pending.clear()
    assert pending.take() == ((), (), (), (), (), ())


def test_events_of_the_plugin_come_in_order_once_and_bounded() -> None:
    pending = Pending()
    events = [PluginEvent(number, "a", "compact") for number in range(CHANGES_KEPT + 5)]
    pending.add_plugin_events(events[:2])
    pending.add_plugin_events(events[2:])
    assert pending.wait(0)
    assert list(pending.take().plugin_events) == events[5:]
    assert pending.take().plugin_events == ()


def test_changes_are_bounded_and_the_newest_kept() -> None:
    pending = Pending()
    pending.add_changes([touched("a", number) for number in range(CHANGES_KEPT + 5)])
    changes = pending.take().changes
    assert len(changes) == CHANGES_KEPT
    assert changes[-1].number == CHANGES_KEPT + 4


def test_nothing_is_lost_between_threads_that_tell_and_one_that_takes() -> None:
    pending = Pending()
    each = 2_000

    def tell(first: int) -> None:
        for number in range(first, first + each):
            pending.add_changes([touched(f"s-{number % 50}", number)])

    threads = [threading.Thread(target=tell, args=(first,)) for first in (1, each + 1)]
    for thread in threads:
        thread.start()
    taken: list[int] = []
    while any(thread.is_alive() for thread in threads) or pending.wait(0):
        taken += [change.number for change in pending.take().changes]
    assert sorted(taken) == list(range(1, 2 * each + 1))
