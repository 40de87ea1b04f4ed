"""Two ids never share state, though the original, or a disk that ignores case, would mix them."""

from __future__ import annotations

from pathlib import Path

import pytest
from conftest import Open
from directories import (
    STATE,
    nine_fields,
    read_state,
    tree,
    write_state,
)
from feeds import MINUTE_MS, NOW_MS, TWINS, turn

from tracker import (
    IdError,
    SessionState,
    UnsafeError,
    values_of,
)
from tracker.store.folders import digest_folder, folders_of
from tracker.store.record import encode_record


def record_of(session: str) -> bytes:
    """A record naming `session`, released, with band 20."""
    state = SessionState(bands=1 << 20, last_checkpoint_ms=NOW_MS)
    return encode_record(session, state, None, seq=1, manifest_bytes=0, others={})


def test_no_two_ids_share_state_though_the_original_would_mix_them(
    root: Path, open_owner: Open
) -> None:
    owner = open_owner(capacity=1)
    for session in TWINS:
        assert owner.handle(turn(session, NOW_MS, 20))[-1].trigger == "progressive-20"
    for session in TWINS:
        assert owner.handle(turn(session, NOW_MS + 2 * MINUTE_MS, 20)) == ()
        assert read_state(root / folders_of(session)[0])["holdfast"]["id"] == session
    assert len([path for path in root.iterdir() if path.is_dir()]) == len(TWINS)


@pytest.mark.parametrize("session", ["", "\0", "a\ud800"])
def test_an_id_that_cannot_be_kept_is_refused_before_anything_changes(
    session: str, root: Path, open_owner: Open
) -> None:
    owner = open_owner()
    before = tree(root)
    with pytest.raises(IdError):
        owner.touch(session)
    assert not owner.rehydrate([session])[0].is_done
    assert (len(owner), tree(root)) == (0, before)


def test_ids_up_to_4096_bytes_work(root: Path, open_owner: Open) -> None:
    owner = open_owner(capacity=1)
    for session in ("ä" * 2048, "\x01" * 4096, "ä" * 2047 + "a"):
        assert owner.handle(turn(session, NOW_MS, 20))[-1].trigger == "progressive-20"
        assert owner.handle(turn(session, NOW_MS + 2 * MINUTE_MS, 20)) == ()
    assert owner.handle(turn("ä" * 2048, NOW_MS + 4 * MINUTE_MS, 20)) == ()


def test_a_folder_whose_record_names_another_id_is_never_used(root: Path, open_owner: Open) -> None:
    open_owner().close()
    (root / "a").mkdir()
    theirs = record_of("A")
    (root / "a" / STATE).write_bytes(theirs)
    owner = open_owner()
    assert owner.recall("a").bands == 0
    owner.handle(turn("a", NOW_MS, 35))
    assert (root / "a" / STATE).read_bytes() == theirs
    assert read_state(root / digest_folder("a"))["holdfast"]["id"] == "a"
    owner.evict(["a"])
    assert values_of(owner.recall("a").bands) == (35,)


@pytest.mark.parametrize("after", ["the twin's record is gone", "the twin's record is damaged"])
def test_a_session_beside_its_twin_keeps_its_own_folder(
    after: str, root: Path, open_owner: Open
) -> None:
    (root / "a").mkdir(parents=True)
    record = root / "a" / STATE
    record.write_bytes(record_of("A"))
    owner = open_owner()
    owner.handle(turn("a", NOW_MS, 35))
    owner.evict(["a"])
    if after == "the twin's record is gone":
        record.unlink()
    else:
        record.write_bytes(b"{torn")
    assert values_of(owner.recall("a").bands) == (35,)


def test_both_folders_taken_by_others_is_an_error_and_no_answer(
    root: Path, open_owner: Open
) -> None:
    for name in folders_of("a"):
        (root / name).mkdir(parents=True)
        (root / name / STATE).write_bytes(record_of("A"))
    owner = open_owner()
    with pytest.raises(UnsafeError, match="names another session"):
        owner.handle(turn("a", NOW_MS, 35))
    assert len(owner) == 0


def test_a_newer_format_of_another_id_hinders_nobody(root: Path, open_owner: Open) -> None:
    write_state(root / "a_b", {**nine_fields(), "holdfast": {"format": 2, "id": "a_b"}})
    owner = open_owner()
    assert owner.handle(turn("a:b", NOW_MS, 20))[-1].trigger == "progressive-20"
