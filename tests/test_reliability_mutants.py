"""The suite notices its own weakening: mutants of the store, each found out by its check."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from random import Random
from typing import Any

from directories import scratch
from faulty_os import is_folder
from feeds import Clock
from reliability import tampering
from reliability.captures import killed_at
from reliability.crash import materialise, one_crash
from reliability.power import Weakened, opened_after_cuts, record_scene, strong
from reliability.scenes import SCENES, judged, ledger_of
from reliability.weakened import (
    without_an_end_at_zeros,
    without_the_checksum,
    without_the_rename,
)

from tracker import open_store

SCENE = "later capture"
SEED = 4
DRAWN = 120


class WithoutSyncs:
    """An `os` that syncs no folders, or no files."""

    def __init__(self, real: Any, *, of_folders: bool) -> None:
        self._real = real
        self._of_folders = of_folders

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)

    def fsync(self, fd: int) -> None:
        if is_folder(fd) is not self._of_folders:
            self._real.fsync(fd)


class WithoutOneSync:
    """An `os` that leaves out the `nth` sync, from 0.

    Attributes:
        left: How many syncs come before it; negative once it was left out.
    """

    def __init__(self, real: Any, nth: int) -> None:
        self.left = nth
        self._real = real

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)

    def fsync(self, fd: int) -> None:
        self.left -= 1
        if self.left != -1:
            self._real.fsync(fd)


def test_the_store_as_it_is_passes_every_check() -> None:
    assert lost_by_cuts() == []
    assert torn_by_kills() == []
    assert taken_for_sound() == []


def test_without_the_file_sync_a_power_cut_leaves_listed_files_empty() -> None:
    found = lost_by_cuts(lambda real: without(real, folders=False))
    assert any("is listed and empty" in one for one in found)
    assert any("the state file is empty" in one for one in found)


def test_without_the_folder_sync_a_power_cut_loses_what_was_answered() -> None:
    found = lost_by_cuts(lambda real: without(real, folders=True))
    assert any("forgot progressive-" in one for one in found)
    assert any("comes again" in one for one in found)


def test_no_sync_of_a_capture_can_be_left_out() -> None:
    nth = 1  # The first is above all that is recorded.
    while (found := lost_without_sync(nth)) is not None:
        assert found, f"sync {nth}"
        nth += 1
    assert nth > 10


def test_without_the_rename_a_kill_tears_the_state() -> None:
    with without_the_rename():
        found = torn_by_kills()
    assert any("the state file is unreadable" in one for one in found)
    assert any("the state file is empty" in one for one in found)


def test_without_the_checksum_a_flipped_bit_is_taken_for_the_truth() -> None:
    with without_the_checksum():
        assert "taken for a record" in taken_for_sound()


def test_without_an_end_at_zeros_a_second_cut_takes_a_line_from_the_listing() -> None:
    name = "capture after a line without its newline"
    assert lost_by_cuts(name=name) == []
    with without_an_end_at_zeros():
        found = lost_by_cuts(name=name)
    assert found
    assert all("is left out of the listing" in one for one in found)


def lost_by_cuts(weakened: Weakened = strong, name: str = SCENE) -> list[str]:
    """What power cuts in a capture leave wrong, some of them drawn."""
    scene, random_ = SCENES[name], Random(SEED)
    recorder, answers = record_scene(scene, weakened)
    found: list[str] = []
    for _ in range(DRAWN):
        state = one_crash(recorder, random_)
        ledger, _ = ledger_of(scene, state.said.begun, answers[: state.said.answered])
        with scratch() as parent:
            materialise(state, Path(parent))
            found += judged(scene, Path(parent) / "state", ledger, plays=False)
    return found


def lost_without_sync(nth: int) -> list[str] | None:
    """What power cuts in a capture leave wrong without one sync; None where there is no such."""
    weak: list[WithoutOneSync] = []

    def weakened(real: Any) -> WithoutOneSync:
        weak.append(WithoutOneSync(real, nth))
        return weak[0]

    scene = SCENES[SCENE]
    recorder, answers = record_scene(scene, weakened)
    if weak[0].left >= 0:
        return None
    draws = Random(SEED)
    return opened_after_cuts(scene, recorder, answers, draws, Counter(), "", is_drawn=True)


def without(real: Any, *, folders: bool) -> WithoutSyncs:
    """An `os` that syncs none of one kind."""
    return WithoutSyncs(real, of_folders=folders)


def torn_by_kills() -> list[str]:
    """What kills at every call and within every write of a capture leave wrong."""
    found: list[str] = []
    for is_half in (False, True):
        nth, has_ended = 0, False
        while not has_ended:
            wrong, has_ended = killed_at(SCENE, "process", nth, is_half=is_half)
            found += wrong
            nth += 1
    return found


def taken_for_sound() -> list[str]:
    """What comes of a record with one bit flipped, for every bit."""
    found = []
    with scratch() as parent:
        path = tampering.make_record(Path(parent), "live")
        sound = path.read_bytes()
        store = open_store(parent, durability="process", clock=Clock())
        try:
            for what, tampered in tampering.all_tampered(sound, Random(SEED), 0):
                if what == "bits flipped":
                    found.append(tampering.check(store, path, tampered, Counter()))
        finally:
            store.close()
    return [one for one in found if one]
