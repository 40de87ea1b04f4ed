"""What the console remembers by itself: read, written whole, and what holds beside the settings."""

from __future__ import annotations

import errno
import os
import stat
import threading
import tomllib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from faulty_os import CHANGING, FailNth, FaultyOs, Watch, fail
from hypothesis import given, settings
from hypothesis import strategies as st

from console.choices import (
    Choices,
    ChoicesFile,
    ChosenCapacity,
    ChosenTheme,
    Effective,
    Sorting,
    effective,
)
from console.choices.file import BAD_KEPT, CHOICES_BYTES
from console.choices.model import DIRECTORIES, merged
from console.settings import load_settings
from console.settings.sources import Option

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
CHOICES = st.builds(
    Choices,
    theme=st.none() | st.builds(ChosenTheme, TEXT, st.integers(0, 2**53)),
    sort=st.dictionaries(TEXT, st.builds(Sorting, TEXT, st.booleans()), max_size=3),
    hidden=st.dictionaries(TEXT, st.lists(TEXT, min_size=1, max_size=3).map(tuple), max_size=3),
    capacity=st.dictionaries(
        TEXT, st.builds(ChosenCapacity, st.integers(1, 2**53), st.integers(0, 2**53)), max_size=3
    ),
)
SOME = Choices().with_theme("holdfast-light", 5).with_capacity("/state", 50, 7)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "holdfast" / "console.toml"


def file_at(path: Path, now_ms: int = 1) -> ChoicesFile:
    return ChoicesFile(path, lambda: now_ms)


def written(path: Path, text: str | bytes) -> Path:
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


@contextmanager
def under(monkeypatch: pytest.MonkeyPatch, watch: Watch) -> Iterator[None]:
    with monkeypatch.context() as patched:
        patched.setattr("console.choices.file.os", FaultyOs(watch))
        yield


# -- the values -------------------------------------------------------------------------------


def test_each_choice_takes_the_place_of_the_one_before() -> None:
    sorted_ = Sorting("idle", is_descending=True)
    choices = SOME.with_sorting("sessions", sorted_).with_hidden("disk", ("bytes",))
    assert choices.sort == {"sessions": sorted_}
    assert choices.hidden == {"disk": ("bytes",)}
    assert choices.with_sorting("sessions", None).with_hidden("disk", ()) == SOME
    assert SOME.with_theme("other", 6).theme == ChosenTheme("other", 6)
    assert SOME.with_capacity("/state", 51, 9).capacity_of("/state") == ChosenCapacity(51, 9)
    assert SOME.with_capacity("/state", None, 9).capacity_of("/state") is None


def test_the_capacity_of_the_last_hundred_directories_is_remembered() -> None:
    choices = Choices()
    for number in range(DIRECTORIES + 5):
        choices = choices.with_capacity(f"/state/{number}", 10, 1_000 - number)
    # The last one set is the newest whatever the clock says: here it runs backwards.
    choices = choices.with_capacity("/state/again", 10, 2_000)
    assert len(choices.capacity) == DIRECTORIES
    assert choices.capacity_of("/state/again") is not None
    assert choices.capacity_of("/state/104") is None
    assert choices.capacity_of("/state/0") is not None


@given(CHOICES, CHOICES, CHOICES)
def test_two_consoles_choices_are_united_and_what_changed_here_wins(
    base: Choices, ours: Choices, theirs: Choices
) -> None:
    assert merged(base, base, theirs) == theirs
    assert merged(base, ours, base) == ours
    united = merged(base, ours, theirs)
    for view in {*base.sort, *ours.sort, *theirs.sort}:
        is_ours = ours.sort.get(view) != base.sort.get(view)
        assert united.sort.get(view) == (ours if is_ours else theirs).sort.get(view)


def test_a_directory_is_the_same_however_it_is_typed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    choices = Choices().with_capacity("state", 9, 1)
    for typed in ("state", "./state/", f"{tmp_path}/state", "~/state", "state/../state"):
        assert choices.capacity_of(typed) == ChosenCapacity(9, 1)
    assert choices.capacity_of(".") is None


# -- the file ---------------------------------------------------------------------------------


@settings(max_examples=60)
@given(choices=CHOICES)
def test_what_was_saved_is_what_is_loaded(
    choices: Choices, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.mktemp("state") / "console.toml"
    assert file_at(path).save(choices) == ""
    assert file_at(path).load() == (choices, "")


def test_no_file_is_no_fault_and_nothing_is_written_for_nothing(path: Path) -> None:
    file = file_at(path)
    assert file.load() == (Choices(), "")
    assert file.save(Choices()) == ""
    assert not path.parent.exists()


def test_the_file_and_a_folder_made_for_it_are_their_users_alone(path: Path) -> None:
    file_at(path).save(SOME)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert [entry.name for entry in path.parent.iterdir()] == [path.name]


def test_a_directory_whose_path_is_no_text_is_remembered_as_any_other(path: Path) -> None:
    directory = os.fsdecode(b"/st\xffate")
    file_at(path).save(Choices().with_capacity(directory, 9, 1))
    choices, problem = file_at(path).load()
    assert choices.capacity_of(directory) == ChosenCapacity(9, 1)
    assert problem == ""


def test_keys_that_are_not_known_here_stay_in_the_file(path: Path) -> None:
    written(
        path,
        "colour_depth = 24\n"
        '[theme]\nname = "old"\nflavour = "sweet"\n'
        '[sort.sessions]\ncolumn = "idle"\nthen = "bytes"\n'
        '[capacity."/state"]\nsessions = 3\nnote = "mine"\n'
        "[future]\nwhen = 2027-01-01T00:00:00Z\n",
    )
    file = file_at(path)
    choices, problem = file.load()
    assert problem == ""
    file.save(choices.with_theme("new", 9).with_capacity("/state", 4, 9))
    document = tomllib.loads(path.read_text())
    assert document["colour_depth"] == 24
    assert document["theme"] == {"name": "new", "chosen_ms": 9, "flavour": "sweet"}
    assert document["sort"]["sessions"]["then"] == "bytes"
    assert document["capacity"]["/state"] == {"sessions": 4, "chosen_ms": 9, "note": "mine"}
    assert document["future"]["when"].year == 2027


def test_what_another_console_saved_meanwhile_stays(path: Path) -> None:
    ours, theirs = file_at(path), file_at(path)
    ours.load()
    base, _ = theirs.load()
    theirs.save(base.with_capacity("/theirs", 7, 1))
    ours.save(base.with_theme("ours", 2))
    ours.save(base.with_theme("ours", 2).with_capacity("/ours", 8, 3))
    choices, _ = file_at(path).load()
    assert choices.theme == ChosenTheme("ours", 2)
    assert set(choices.capacity) == {"/theirs", "/ours"}


def make_folder(path: Path) -> None:
    path.mkdir(parents=True)


def make_fifo(path: Path) -> None:
    path.parent.mkdir()
    os.mkfifo(path)


def make_link(path: Path) -> None:
    path.parent.mkdir()
    path.symlink_to("/dev/zero")


def holding(text: str | bytes) -> Callable[[Path], object]:
    return lambda path: written(path, text)


def make_link_to_a_file(path: Path) -> None:
    elsewhere = written(path.parent.with_name("elsewhere.toml"), "")
    path.parent.mkdir()
    path.symlink_to(elsewhere)


@pytest.mark.parametrize(
    "make",
    [
        holding('theme = "no table"'),
        holding("[theme]\nname = 7"),
        holding("[theme]\nchosen_ms = 7"),
        holding('[capacity."/state"]\nsessions = 0'),
        holding('[capacity."/state"]\nsessions = true'),
        holding("hidden = []"),
        holding("[theme"),
        holding(b'[theme]\nname = "\xff"'),
        holding("x = " + "[" * 5_000),
        holding(b"#" * (CHOICES_BYTES + 1)),
        make_folder,
        make_fifo,
        make_link,
        make_link_to_a_file,
    ],
)
def test_a_damaged_file_is_put_aside_and_the_console_goes_on(
    path: Path, make: Callable[[Path], object]
) -> None:
    make(path)
    file = file_at(path, now_ms=77)
    choices, problem = file.load()
    assert choices == Choices()
    assert problem.startswith(f"{path}: ")
    assert "put aside as console.toml.bad-77" in problem
    assert problem.isprintable()
    assert [entry.name for entry in path.parent.iterdir()] == ["console.toml.bad-77"]
    assert file.save(SOME) == ""
    assert file_at(path).load() == (SOME, "")


def test_a_file_that_is_damaged_while_the_console_runs_is_put_aside_and_said(path: Path) -> None:
    file = file_at(path, now_ms=78)
    file.save(SOME)
    written(path, "[theme")
    assert "put aside as console.toml.bad-78" in file.save(SOME.with_theme("new", 9))
    assert file_at(path).load()[0].theme == ChosenTheme("new", 9)


def test_only_the_latest_damaged_files_are_kept(path: Path) -> None:
    written(path.with_name("console.toml.bad-mine"), "kept")
    for now_ms in (9, 10, 100, 11, 1_000):
        file_at(written(path, "[theme"), now_ms).load()
    names = {entry.name.rpartition("-")[2] for entry in path.parent.iterdir()}
    assert names == {"mine", "11", "100", "1000"}
    assert len(names) == BAD_KEPT + 1


def test_a_file_that_cannot_be_read_now_is_neither_put_aside_nor_written_over(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file_at(path).save(SOME)
    before = path.read_bytes()
    file = file_at(path)
    with under(monkeypatch, fail(errno.EIO, "open")):
        choices, problem = file.load()
        assert choices == Choices()
        assert problem == f"{path}: can't be read: {os.strerror(errno.EIO)}"
        assert "can't be written" in file.save(Choices().with_theme("new", 9))
    assert path.read_bytes() == before
    # Once it can be read again, only what was chosen since changes.
    assert file.save(Choices().with_theme("new", 9)) == ""
    assert file_at(path).load()[0] == SOME.with_theme("new", 9)


def test_a_save_that_fails_anywhere_leaves_the_old_file_whole_and_nothing_beside_it(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file_at(path).save(SOME)
    before = path.read_bytes()
    new = SOME.with_theme("new", 9)
    # Of the steps that change the disk, the last is the sync of the folder: the file is there then.
    steps = []
    with under(monkeypatch, lambda name, *_: steps.append(name) if name in CHANGING else None):
        file_at(path).save(new)
    assert steps == ["fsync", "fsync"]
    path.write_bytes(before)
    for nth in (0, 1):
        file = file_at(path)
        file.load()
        with under(monkeypatch, FailNth(nth)):
            assert "No space left on device" in file.save(new)
        assert path.read_bytes() == before
        assert [entry.name for entry in path.parent.iterdir()] == [path.name]


def test_a_folder_that_cannot_be_written_is_said_once_until_it_can_again(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = file_at(path)
    with under(monkeypatch, FailNth(0, errno.EROFS, lasting=True)):
        said = file.save(SOME)
        assert said.startswith(f"{path}: can't be written: Read-only file system; ")
        assert file.save(SOME.with_theme("a", 1)) == ""
        assert file.save(SOME.with_theme("b", 2)) == ""
    assert file.save(SOME.with_theme("c", 3)) == ""
    assert file_at(path).load()[0].theme == ChosenTheme("c", 3)
    with under(monkeypatch, FailNth(0, errno.EROFS, lasting=True)):
        assert "can't be written" in file.save(SOME.with_theme("d", 4))


def test_saves_on_several_threads_leave_a_file_that_is_whole(path: Path) -> None:
    file = file_at(path)

    def save(number: int) -> None:
        for turn in range(5):
            file.save(Choices().with_theme(f"theme-{number}-{turn}", turn))

    threads = [threading.Thread(target=save, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    choices, problem = file_at(path).load()
    assert problem == ""
    assert choices.theme is not None
    assert choices.theme.name.endswith("-4")


# -- what holds -------------------------------------------------------------------------------


def holds(
    tmp_path: Path,
    choices: Choices,
    config: str = "",
    *,
    options: dict[str, Option] | None = None,
    variables: dict[str, str] | None = None,
    **more: Any,
) -> Effective:
    config_path = tmp_path / "config.toml"
    config_path.write_text(config)
    environ = {"HOLDFAST_CONFIG": str(config_path), **(variables or {})}
    return effective(load_settings(options, environ), choices, "/state", **more)


CONFIG = 'theme = "configured"\ncapacity = 300\n'


def test_without_choices_the_settings_hold(tmp_path: Path) -> None:
    assert holds(tmp_path, Choices()) == Effective("", 2_000)
    assert holds(tmp_path, Choices(), CONFIG) == Effective("configured", 300)


def test_a_choice_comes_before_a_default(tmp_path: Path) -> None:
    theme, capacity, notes = holds(tmp_path, SOME)
    assert (theme, capacity) == ("holdfast-light", 50)
    assert notes == ("capacity: 50, which was set by hand for this directory; the default is 2000",)


def test_a_choice_comes_before_config_toml_and_says_so(tmp_path: Path) -> None:
    theme, capacity, notes = holds(tmp_path, SOME, CONFIG, config_ms=5)
    assert (theme, capacity) == ("holdfast-light", 50)
    assert notes == (
        "theme: holdfast-light, which was chosen in the console; config.toml says configured",
        "capacity: 50, which was set by hand for this directory; config.toml says 300",
    )


def test_config_toml_comes_first_for_the_keys_it_names_where_it_was_edited_later(
    tmp_path: Path,
) -> None:
    # The theme was chosen at 5, the capacity set at 7.
    theme, capacity, notes = holds(tmp_path, SOME, CONFIG, config_ms=6)
    assert (theme, capacity) == ("configured", 50)
    assert notes[0] == (
        "theme: configured, as config.toml says since it was edited; holdfast-light was chosen in"
        " the console"
    )
    assert holds(tmp_path, SOME, CONFIG, config_ms=8)[:2] == ("configured", 300)
    assert holds(tmp_path, SOME, "poll = true", config_ms=8)[:2] == ("holdfast-light", 50)


def test_the_command_line_and_variables_come_before_every_choice(tmp_path: Path) -> None:
    options = {
        "capacity": Option("--capacity", "40"),
        "theme": Option("--theme", "asked"),
    }
    assert holds(tmp_path, SOME, CONFIG, options=options) == Effective("asked", 40)
    variables = {"HOLDFAST_CAPACITY": "41", "HOLDFAST_THEME": "said"}
    assert holds(tmp_path, SOME, CONFIG, variables=variables) == Effective("said", 41)


def test_a_capacity_is_remembered_for_its_directory_alone(tmp_path: Path) -> None:
    choices = Choices().with_capacity("/other", 50, 7)
    assert holds(tmp_path, choices) == Effective("", 2_000)


def test_the_demo_keeps_its_own_capacity_and_takes_the_chosen_theme(tmp_path: Path) -> None:
    assert holds(tmp_path, SOME, is_demo=True) == Effective("holdfast-light", 2_000)


def test_a_choice_that_says_what_is_configured_needs_no_words(tmp_path: Path) -> None:
    choices = Choices().with_theme("configured", 1).with_capacity("/state", 300, 1)
    assert holds(tmp_path, choices, CONFIG, config_ms=9) == Effective("configured", 300)


def test_a_hostile_theme_name_is_safe_in_the_words(tmp_path: Path) -> None:
    _, _, notes = holds(tmp_path, Choices().with_theme("\x1b[31m" * 100, 9), CONFIG)
    assert all(note.isprintable() and len(note) < 300 for note in notes)
