"""Touches that need no lock: counted, dated and in order, on any number of threads."""

from __future__ import annotations

import random
import sys
import threading
from collections import Counter, OrderedDict
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from conftest import Open
from feeds import NOW_MS, Clock, edit, turn
from hypothesis import given
from hypothesis import strategies as st

from tracker import Change, ChangeKind, ClosedError, IdError, SessionTracker
from tracker.sessions import memory
from tracker.sessions.renewals import Renewals

NAMES = ("a", "b", "c", "d")


def order(owner: SessionTracker) -> list[str]:
    """The sessions in memory, oldest first, without a look that would catch up."""
    return [one.session for one in reversed(owner.sessions())]


@pytest.fixture(params=[True, False], ids=["guarded", "free-threaded"])
def _any_build(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the interpreter's lock, and as in a build without it."""
    monkeypatch.setattr(memory, "IS_GUARDED", request.param)


@pytest.mark.usefixtures("_any_build")
def test_touches_in_a_row_are_counted_and_leave_the_order_of_the_last_ones(
    open_owner: Open,
) -> None:
    owner = open_owner()
    for name in NAMES:
        owner.handle(turn(name, NOW_MS))
    for name in "abcabdaab":
        owner.touch(name)
    statistics = owner.statistics()
    assert (statistics.hits, statistics.misses) == (9, 4)
    assert order(owner) == ["c", "d", "a", "b"]
    recencies = [one.recency for one in reversed(owner.sessions())]
    assert recencies == sorted(set(recencies))


@pytest.mark.usefixtures("_any_build")
def test_the_victim_is_never_one_that_was_just_touched(open_owner: Open) -> None:
    owner = open_owner(capacity=2)
    owner.handle(turn("a", NOW_MS))
    owner.handle(turn("b", NOW_MS))
    for _ in range(2):
        owner.touch("a")
    owner.handle(turn("c", NOW_MS))
    assert order(owner) == ["a", "c"]
    for _ in range(2):
        owner.touch("b")
    assert order(owner) == ["c", "b"]


def test_a_touch_is_dated_by_the_next_look_at_the_clock_never_too_early(
    open_owner: Open, clock: Clock
) -> None:
    owner = open_owner(idle_ttl_ms=1_000)
    owner.handle(turn("a", NOW_MS))
    owner.handle(turn("b", NOW_MS))
    clock.advance(900)
    owner.touch("a")
    owner.touch("a")
    clock.advance(200)
    owner.handle(turn("c", NOW_MS))
    assert order(owner) == ["a", "c"]
    clock.advance(900)
    (touched,) = (one for one in owner.sessions() if one.session == "a")
    assert touched.touched_ms == NOW_MS + 1_100


def test_a_session_that_was_evicted_since_it_was_touched_is_rehydrated(open_owner: Open) -> None:
    owner = open_owner()
    owner.handle(edit("a", NOW_MS, "x.py"))
    owner.touch("a")
    owner.touch("a")
    owner.evict(["a"])
    owner.touch("a")
    assert owner.statistics().rehydrations == 1
    assert owner.recall("a").edited_files == ("x.py",)


def test_a_listener_is_told_of_every_touch_from_then_on(open_owner: Open) -> None:
    owner = open_owner()
    owner.handle(turn("a", NOW_MS))
    owner.touch("a")
    heard: list[Change] = []
    forget = owner.subscribe(heard.extend)
    owner.touch("a")
    owner.touch("a")
    assert [change.kind for change in heard] == [ChangeKind.TOUCHED] * 2
    forget()
    owner.touch("a")
    owner.touch("a")
    assert len(heard) == 2
    assert owner.statistics().hits == 5


def test_no_touch_goes_past_whoever_holds_the_tracker(open_owner: Open) -> None:
    owner = open_owner()
    owner.handle(turn("a", NOW_MS))
    owner.touch("a")
    owner.touch("a")
    with owner.holding():
        thread = threading.Thread(target=owner.touch, args=("a",))
        thread.start()
        thread.join(timeout=0.05)
        assert thread.is_alive()
        assert owner.statistics().hits == 2
    thread.join()
    assert owner.statistics().hits == 3


def test_a_closed_tracker_refuses_even_what_was_touched_just_before(open_owner: Open) -> None:
    owner = open_owner()
    owner.handle(turn("a", NOW_MS))
    owner.touch("a")
    owner.touch("a")
    owner.close()
    with pytest.raises(ClosedError):
        owner.touch("a")


def test_an_id_that_cannot_be_kept_is_refused_and_one_that_is_no_text_is_not_found(
    open_owner: Open,
) -> None:
    owner = open_owner()
    with pytest.raises(IdError):
        owner.touch("")
    with pytest.raises(IdError):
        owner.touch(7)  # type: ignore[arg-type]
    with pytest.raises(TypeError):
        owner.touch([])  # type: ignore[arg-type]


@given(st.lists(st.sampled_from((*NAMES, ""))))
def test_they_are_taken_out_in_the_order_of_their_last_touches(touches: list[str]) -> None:
    model: OrderedDict[str, None] = OrderedDict()
    entered: list[str] = []
    hits = 0

    def enter(session: str) -> None:
        entered.append(session)
        renewals.sessions[session] = None

    renewals = Renewals(enter)
    for session in touches:
        if not session:
            assert renewals.take_hits() == hits
            hits = 0
            continue
        hits += session in model
        model[session] = None
        model.move_to_end(session)
        renewals.touch(session)
    assert list(renewals.sessions) == list(model)
    assert entered == list(dict.fromkeys(session for session in touches if session))
    assert renewals.take_hits() == hits


@pytest.fixture
def _restless() -> Iterator[None]:
    """Threads take turns as often as the interpreter can manage."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(before)


@pytest.mark.usefixtures("_restless")
@pytest.mark.parametrize("seed", range(2))
def test_threads_that_touch_handle_evict_and_look_lose_no_count_and_no_order(
    seed: int, root: Path, open_owner: Open
) -> None:
    owner = open_owner(capacity=6)
    names = [f"s-{number}" for number in range(8)]
    made = [0] * 6
    wrong: list[object] = []

    def work(number: int) -> None:
        rng = random.Random(seed * 10 + number)
        try:
            for step in range(1_500):
                name = rng.choice(names)
                chance = rng.random()
                if chance < 0.9:
                    for _ in range(rng.randrange(1, 12)):
                        owner.touch(name)
                        made[number] += 1
                elif chance < 0.94:
                    owner.handle(edit(name, NOW_MS + step, f"{number}.py"))
                    made[number] += 1
                elif chance < 0.97:
                    owner.evict([name])
                else:
                    wrong.extend(flaws(owner))
        except BaseException as error:  # noqa: BLE001
            wrong.append(error)

    run_at_once(work, len(made))
    assert wrong == []
    statistics = owner.statistics()
    assert statistics.hits + statistics.misses == sum(made)
    assert statistics.insertions - statistics.evicted == len(owner) <= 6
    assert flaws(owner) == []


@pytest.mark.usefixtures("_restless")
def test_what_a_thread_touched_last_is_newer_than_what_it_touched_before(open_owner: Open) -> None:
    owner = open_owner()
    wrong: list[object] = []
    made = [0] * 4

    def work(number: int) -> None:
        rng = random.Random(number)
        last, other = f"{number}-a", f"{number}-b"
        try:
            for _ in range(60_000):
                if rng.random() < 0.5:
                    last, other = other, last
                owner.touch(other)
                owner.touch(last)
                made[number] += 2
                if rng.random() < 0.05:
                    at = {one.session: one.recency for one in owner.sessions()}
                    if at[last] <= at[other]:
                        wrong.append((last, at))
        except BaseException as error:  # noqa: BLE001
            wrong.append(error)

    run_at_once(work, len(made))
    assert wrong == []
    statistics = owner.statistics()
    assert statistics.hits + statistics.misses == sum(made)


@pytest.mark.usefixtures("_restless")
def test_sessions_evicted_while_they_are_touched_come_back_with_all_they_had(
    open_owner: Open,
) -> None:
    owner = open_owner(capacity=3)
    names = [f"s-{number}" for number in range(4)]
    made = [0] * 6
    edits = [Counter[str]() for _ in made]
    wrong: list[object] = []

    def work(number: int) -> None:
        rng = random.Random(number)
        try:
            for step in range(400):
                name = rng.choice(names)
                if number == 0:
                    owner.evict(names)
                    continue
                if rng.random() < 0.1:
                    owner.handle(edit(name, NOW_MS + step, "x.py"))
                    edits[number][name] += 1
                    made[number] += 1
                for _ in range(20):
                    owner.touch(name)
                made[number] += 20
        except BaseException as error:  # noqa: BLE001
            wrong.append(error)

    run_at_once(work, len(made))
    assert wrong == []
    statistics = owner.statistics()
    assert statistics.hits + statistics.misses == sum(made)
    assert statistics.insertions - statistics.evicted == len(owner) <= 3
    total: Counter[str] = sum(edits, Counter())
    assert {name: owner.recall(name).edit_writes for name in names} == dict(total)


@pytest.mark.usefixtures("_restless")
@pytest.mark.parametrize("seed", range(5))
def test_a_touch_that_returns_was_made_before_the_tracker_was_closed_and_any_later_one_is_refused(
    seed: int, open_owner: Open
) -> None:
    owner = open_owner(capacity=6)
    names = [f"s-{number}" for number in range(5)]
    for name in names:
        owner.handle(turn(name, NOW_MS))
    made = [0] * 6
    wrong: list[object] = []
    is_closed = threading.Event()
    has_begun = threading.Barrier(len(made))

    def work(number: int) -> None:
        rng = random.Random(seed * 10 + number)
        has_begun.wait()
        try:
            if number == 0:
                for _ in range(200):
                    owner.evict([rng.choice(names)])
                owner.close()
                is_closed.set()
                return
            while True:
                was_closed = is_closed.is_set()
                owner.touch(rng.choice(names))
                made[number] += 1
                if was_closed:
                    wrong.append("touched after it was closed")
        except ClosedError:
            return
        except BaseException as error:  # noqa: BLE001
            wrong.append(error)

    run_at_once(work, len(made))
    assert wrong == []
    statistics = owner.statistics()
    assert statistics.hits + statistics.misses == sum(made) + len(names)
    for name in names:
        with pytest.raises(ClosedError):
            owner.touch(name)
    assert owner.statistics().hits == statistics.hits


@pytest.mark.usefixtures("_restless")
def test_a_session_that_is_taken_out_as_it_is_moved_is_moved_or_entered_again() -> None:
    lock = threading.Lock()
    made, entered, taken = [0] * 4, [0], [0]
    is_over = threading.Event()

    def enter(session: str) -> None:
        with lock:
            renewals.sessions[session] = None
            entered[0] += 1

    renewals = Renewals(enter)
    wrong: list[object] = []

    def work(number: int) -> None:
        rng = random.Random(number)
        try:
            for _ in range(40_000):
                renewals.touch(rng.choice(NAMES))
                made[number] += 1
        except BaseException as error:  # noqa: BLE001
            wrong.append(error)

    def take_out() -> None:
        try:
            while not is_over.is_set():
                with lock:
                    while renewals.sessions:
                        renewals.sessions.popitem(last=False)
                        taken[0] += 1
        except BaseException as error:  # noqa: BLE001
            wrong.append(error)

    taker = threading.Thread(target=take_out)
    taker.start()
    run_at_once(work, len(made))
    is_over.set()
    taker.join()
    assert wrong == []
    assert renewals.take_hits() + entered[0] == sum(made)
    assert taken[0] + len(renewals.sessions) <= entered[0]


def run_at_once(work: Callable[[int], None], count: int) -> None:
    """Runs `work` on so many threads, with the number of each, to their end."""
    threads = [threading.Thread(target=work, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def flaws(owner: SessionTracker) -> list[str]:
    """What is wrong with what a look at memory shows; nothing should be."""
    sessions = owner.sessions()
    found = []
    if len(sessions) > owner.capacity:
        found.append(f"{len(sessions)} in memory")
    recencies = [one.recency for one in reversed(sessions)]
    if recencies != sorted(set(recencies)):
        found.append(f"out of order: {recencies}")
    return found
