"""The banner: what must not be missed, in words; silent while all is well."""

from __future__ import annotations

import pytest
from console_values import HOSTILE, statistics, update_of

from console.snapshot import Face, Feed, Mode, Progress, Watch
from console.widgets.banner import banner_words


def said(**changed: object) -> str:
    return banner_words(update_of(**changed))[0]


def is_bad(**changed: object) -> bool:
    return banner_words(update_of(**changed))[1] == "bad"


def test_it_is_silent_while_all_is_well() -> None:
    assert said() == ""
    assert said(feed=Feed("gateway.jsonl", events=3), mode=Mode.OWN) == ""
    assert said(loading=Progress(0, 0)) == ""


@pytest.mark.parametrize(
    ("face", "words"),
    [
        (Face.MISSING, "as soon as it appears"),
        (Face.UNREADABLE, "tried again all the time"),
        (Face.GONE, "what was last seen"),
    ],
)
def test_a_directory_that_is_not_open_is_named_with_what_happens_next(
    face: Face, words: str
) -> None:
    text = said(face=face, face_why="/state: no such directory")
    assert text.startswith("/state: no such directory. ")
    assert words in text
    assert is_bad(face=face)


def test_an_owner_whose_directory_is_gone_is_told_that_nothing_can_be_written() -> None:
    for mode in (Mode.OWN, Mode.DEMO):
        assert "Nothing can be written any more" in said(face=Face.GONE, mode=mode)
    assert "Nothing can be written" not in said(face=Face.GONE, mode=Mode.OBSERVE)


def test_a_first_look_shows_how_far_it_is() -> None:
    text = said(loading=Progress(1_024, 2_048))
    assert "1,024 of 2,048 folders" in text
    assert text.count("█") == text.count("░") == 12
    assert not is_bad(loading=Progress(1, 2))


def test_a_failed_spill_says_by_how_much_it_is_over_capacity_and_why() -> None:
    counts = statistics(capacity=2, occupancy=3, over_capacity_why="'s-1': no space left")
    assert said(statistics=counts) == "Over capacity by 1: 's-1': no space left"
    assert is_bad(statistics=counts)


def test_bad_lines_of_the_feed_are_named_and_counted() -> None:
    feed = Feed("gateway.jsonl", 7, 2, why="line 9: not JSON")
    assert said(feed=feed) == "Feed: line 9: not JSON (2 bad line(s) so far)"
    assert is_bad(feed=feed)


def test_the_end_of_the_feed_is_said_with_its_events() -> None:
    text = said(feed=Feed("standard input", 1_234, has_ended=True))
    assert text == "The feed has ended after 1,234 event(s); the tracker goes on."


def test_a_feed_that_ended_with_bad_lines_says_both() -> None:
    text = said(feed=Feed("gateway.jsonl", 7, 2, has_ended=True, why="line 9: not JSON"))
    assert "line 9: not JSON" in text
    assert "ended" in text


def test_polling_says_why_and_how_often() -> None:
    watch = Watch("polling", 1, 700, "the watch limit is reached")
    assert said(watch=watch) == "Polling every 0.7 s: the watch limit is reached"
    assert said(watch=Watch("polling", 1, 700, "")) == ""


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_reasons_are_safe_on_it(text: str) -> None:
    for changed in (
        {"face": Face.UNREADABLE, "face_why": text},
        {"statistics": statistics(over_capacity_why=text)},
        {"feed": Feed(text, why=text)},
        {"watch": Watch("polling", 1, 700, text)},
    ):
        assert said(**changed).isprintable()
