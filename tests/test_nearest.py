"""The nearest right names: helpful for a slip, silent for nonsense, quick among many."""

from __future__ import annotations

import time

import pytest

from console.nearest import COMPARED, did_you_mean, nearest

VERBS = ("sessions", "show", "simulate", "doctor")


@pytest.mark.parametrize(
    ("wrong", "right"),
    [("sesions", ("sessions",)), ("SHOW", ("show",)), ("docter", ("doctor",)), ("xyzzy", ())],
)
def test_a_slip_finds_its_name_whatever_its_case(wrong: str, right: tuple[str, ...]) -> None:
    assert nearest(wrong, VERBS, 1) == right


def test_the_words_for_it_read_well() -> None:
    assert did_you_mean("zzz", VERBS) == ""
    assert did_you_mean("sesions", VERBS, 1) == "; did you mean sessions?"
    assert did_you_mean("s-1", ("s-11", "s-12")).count(" or ") == 1


def test_among_many_names_it_stays_quick() -> None:
    names = [f"{number:08x}-0000-4000-8000-{number:012x}" for number in range(20 * COMPARED)]
    began_s = time.monotonic()
    assert nearest(names[7][:-1], names)[0] == names[7]
    assert time.monotonic() - began_s < 10
