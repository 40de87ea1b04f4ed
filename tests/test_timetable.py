"""The timetable: each key is due at its last time alone, in order, within a bound."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from console.model.timetable import STALE, Timetable

STEPS = st.tuples(st.sampled_from("abcdef"), st.none() | st.integers(0, 30)) | st.integers(0, 30)


@given(st.lists(STEPS, max_size=60))
def test_keys_are_taken_once_when_they_are_due_by_the_last_time_they_were_set_to(
    steps: list[tuple[str, int | None] | int],
) -> None:
    timetable, model = Timetable(), {}
    for step in steps:
        if isinstance(step, tuple):
            timetable.set(*step)
            model[step[0]] = step[1]
        else:
            due = {key: at for key, at in model.items() if at is not None and at <= step}
            taken = timetable.take(step)
            assert sorted(taken) == sorted(due)
            assert [due[key] for key in taken] == sorted(due.values())
            for key in taken:
                del model[key]
        assert len(timetable) == sum(at is not None for at in model.values())


def test_a_key_that_is_put_off_for_ever_takes_no_more_room() -> None:
    timetable = Timetable()
    for at_ms in range(50_000):
        timetable.set("a", at_ms)
    assert len(timetable._queue) <= STALE + 3
    assert timetable.take(49_998) == []
    assert timetable.take(49_999) == ["a"]


def test_a_cleared_timetable_has_nothing_due() -> None:
    timetable = Timetable()
    timetable.set("a", 1)
    timetable.clear()
    assert timetable.take(9) == []
    timetable.set("a", 1)
    assert timetable.take(9) == ["a"]
