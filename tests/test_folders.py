"""Which folder an id lives in: never the same for two ids."""

from __future__ import annotations

import random
import re
import string

import pytest
from feeds import TWINS
from hypothesis import given
from hypothesis import strategies as st

from tracker.store.folders import (
    digest_folder,
    folders_of,
    is_plain,
    may_be_folder,
    original_folder,
)

IDS = st.text(min_size=1, max_size=200).filter(lambda text: "\0" not in text)


@pytest.mark.parametrize(
    ("session", "first"),
    [
        ("a_b", "a_b"),
        ("03465de3-6263-41bb-8dc9-8766c4bd1f80", "03465de3-6263-41bb-8dc9-8766c4bd1f80"),
        ("x" * 120, "x" * 120),
        ("_", "_"),
    ],
)
def test_a_plain_id_names_its_folder_as_it_is(session: str, first: str) -> None:
    assert is_plain(session)
    assert folders_of(session) == (first, digest_folder(session))


@pytest.mark.parametrize(
    "session", ["a:b", "a.b", "-a", "--", "x" * 121, "ä", "a~b", ".", "..", "a/b", "a b", "\n"]
)
def test_an_id_that_would_be_changed_has_only_the_digested_folder(session: str) -> None:
    assert not is_plain(session)
    (folder,) = folders_of(session)
    assert re.fullmatch(r"[A-Za-z0-9_-]{1,120}~[0-9a-f]{16}", folder)


def test_the_original_puts_an_id_where_its_unfit_characters_are_underscores() -> None:
    assert {original_folder(session) for session in ("a:b", "a.b", "a_b", "a b")} == {"a_b"}
    assert original_folder("agent:main:main") == "agent_main_main"
    assert original_folder("..") == "__"


@given(st.lists(IDS, min_size=2, unique=True))
def test_two_ids_never_share_a_folder(sessions: list[str]) -> None:
    folders = [folder for session in sessions for folder in folders_of(session)]
    assert len(set(folders)) == len(folders)


@given(IDS)
def test_every_folder_is_one_safe_name_that_a_survey_recognizes(session: str) -> None:
    for folder in folders_of(session):
        assert len(folder) <= 137
        assert folder.isascii()
        assert "/" not in folder
        assert folder.strip(".")
        assert may_be_folder(folder)


def test_of_hundreds_of_thousands_of_ids_no_two_share_a_folder_even_where_case_is_ignored() -> None:
    random_ = random.Random(20)
    letters = string.ascii_letters + ":._-/ "
    sessions = {"".join(random_.choices(letters, k=random_.randint(1, 12))) for _ in range(300_000)}
    sessions |= {session.swapcase() for session in list(sessions)[:50_000]}
    plain = {session for session in sessions if is_plain(session)}
    assert {folders_of(session)[0] for session in plain} == plain
    digested = {folders_of(session)[-1].casefold() for session in sessions}
    assert len(digested) == len(sessions) > 200_000


def test_the_twins_of_the_original_all_live_apart() -> None:
    first = [folders_of(session)[0] for session in TWINS]
    assert len(set(first)) == len(TWINS)


@pytest.mark.parametrize(
    "name", [".holdfast.lock", "checkpoint-events.jsonl", "a~b", "a.b", "..", "a~0123456789abcdeg"]
)
def test_other_names_in_a_state_directory_are_no_session_folders(name: str) -> None:
    assert not may_be_folder(name)
