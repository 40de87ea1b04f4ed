"""Which folders are looked at first: those that changed last; of very many, any."""

from __future__ import annotations

import os
from contextlib import closing
from pathlib import Path

import pytest
from console_support import build

from console.embedded import soonest
from console.embedded.soonest import look_soonest
from tracker import StoreError, Survey, open_store, wall_clock_ms

NAMES = [f"s-{number}" for number in range(6)]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    path = build(tmp_path / "state", NAMES)
    (path / "checkpoint-events.jsonl").write_text("{}\n")
    (path / ".hidden").mkdir()
    for number, name in enumerate(NAMES):
        os.utime(path / name, ns=(0, 1_000_000_000 + number))
    return path


def looked_at(root: Path) -> list[str]:
    with closing(open_store(root, read_only=True, clock=wall_clock_ms)) as store:
        return [one.session for one in look_soonest(Survey(store.root), store.root.path)]


def test_of_a_few_those_that_changed_last_come_first(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert looked_at(root) == NAMES[::-1]
    monkeypatch.setattr(soonest, "SOONEST", 4)
    assert looked_at(root)[-3:] == ["s-5", "s-4", "s-3"], "a plain file was written last"


def test_of_very_many_some_are_looked_at_before_all_are_asked(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(soonest, "FEW", 5)
    monkeypatch.delattr(Survey, "newest_first")
    assert len(looked_at(root)) >= 3
    assert {*looked_at(root)} <= {*NAMES}


def test_a_slow_disk_is_looked_at_no_longer_than_it_takes_to_show_something(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (root / "checkpoint-events.jsonl").unlink()
    monkeypatch.setattr(soonest, "SOON_S", -1)
    assert looked_at(root) == ["s-5"]


def test_a_directory_that_cannot_be_listed_is_an_error(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_path: object) -> None:
        raise OSError(5, "Input/output error")

    with monkeypatch.context() as patched:
        patched.setattr(os, "scandir", broken)
        assert looked_at(root) == NAMES[::-1], "the listing that matters is the survey's"
        patched.setattr(os, "listdir", broken)
        with pytest.raises(StoreError):
            looked_at(root)
