"""Edited theme files are noticed: new, changed, bad and gone ones, once, and never half way."""

from __future__ import annotations

import os
from pathlib import Path
from types import SimpleNamespace

import pytest

from console.theming import DEFAULT_DARK, ThemeFile, ThemeWatch
from console.theming.watch import FILE_GONE


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "themes"
    made.mkdir()
    return made


def write(folder: Path, name: str, accent: str = "#123456", stem: str = "") -> Path:
    path = folder / f"{stem or name}.toml"
    path.write_text(f'name = "{name}"\nprimary = "#3d8fd1"\naccent = "{accent}"\n')
    return path


def damage(path: Path, text: str = 'acent = "#123456"') -> None:
    path.write_text(text)


def seen(files: list[ThemeFile]) -> list[tuple[str, str]]:
    """The name of each theme, and its accent or its problem."""
    return [(one.name, one.values.accent or "" if one.values else one.problem) for one in files]


def test_nothing_changed_is_nothing_to_say(folder: Path) -> None:
    write(folder, "mine")
    watch = ThemeWatch(folder)
    assert watch.changed() == []
    assert watch.changed() == []
    assert ThemeWatch(None).changed() == []


def test_a_new_file_and_an_edited_one_are_read_and_said_once(folder: Path) -> None:
    watch = ThemeWatch(folder)
    write(folder, "mine", "#111111")
    assert seen(watch.changed()) == [("mine", "#111111")]
    assert watch.changed() == []
    write(folder, "mine", "#222222")
    assert seen(watch.changed()) == [("mine", "#222222")]
    assert watch.changed() == []


def test_an_edit_that_keeps_the_size_and_the_name_but_not_the_file_is_seen(folder: Path) -> None:
    path = write(folder, "mine", "#111111")
    status = path.stat()
    watch = ThemeWatch(folder)
    new = write(folder, "mine", "#222222", stem="new")
    os.utime(new, ns=(status.st_mtime_ns, status.st_mtime_ns))
    new.replace(path)
    assert seen(watch.changed()) == [("mine", "#222222")]


def test_only_the_file_that_changed_is_read(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from console.theming import watch as module

    write(folder, "one")
    write(folder, "two")
    watch = ThemeWatch(folder)
    read: list[str] = []
    real = module.read_place
    monkeypatch.setattr(
        module, "read_place", lambda place: (read.append(Path(place.path).stem), real(place))[1]
    )
    watch.changed()
    assert read == []
    write(folder, "two", "#222222")
    watch.changed()
    assert read == ["two"]


def test_a_file_that_is_touched_but_says_the_same_is_nothing_to_say(folder: Path) -> None:
    path = write(folder, "mine")
    watch = ThemeWatch(folder)
    os.utime(path, ns=(1, 1))
    assert watch.changed() == []


def test_a_file_that_became_bad_is_said_once_and_only_if_it_stays_so(folder: Path) -> None:
    path = write(folder, "mine", "#111111")
    watch = ThemeWatch(folder)
    damage(path, "")
    assert watch.changed() == []
    write(folder, "mine", "#222222")
    assert seen(watch.changed()) == [("mine", "#222222")]
    damage(path)
    assert watch.changed() == []
    ((name, problem),) = seen(watch.changed())
    assert name == "mine"
    assert "did you mean accent" in problem
    assert watch.changed() == []
    write(folder, "mine", "#333333")
    assert seen(watch.changed()) == [("mine", "#333333")]


def test_a_file_that_is_still_being_written_is_not_said_to_be_bad(folder: Path) -> None:
    path = write(folder, "mine")
    watch = ThemeWatch(folder)
    for length in range(1, 5):
        damage(path, "x" * length)
        assert watch.changed() == []


def test_a_file_that_was_bad_from_the_start_is_not_said_again(folder: Path) -> None:
    damage(folder / "bad.toml")
    watch = ThemeWatch(folder)
    assert watch.changed() == []
    assert watch.changed() == []
    (folder / "bad.toml").unlink()
    assert [watch.changed() for _ in range(3)] == [[], [], []]


def test_a_file_that_is_gone_is_said_once_and_only_if_it_stays_so(folder: Path) -> None:
    path = write(folder, "mine", "#111111")
    watch = ThemeWatch(folder)
    path.unlink()
    assert watch.changed() == []
    write(folder, "mine", "#222222")
    assert seen(watch.changed()) == [("mine", "#222222")]
    path.unlink()
    assert watch.changed() == []
    assert seen(watch.changed()) == [("mine", FILE_GONE)]
    assert watch.changed() == []
    write(folder, "mine", "#222222")
    assert seen(watch.changed()) == [("mine", "#222222")]


def test_a_built_in_theme_comes_back_as_the_file_that_shadowed_it_goes_but_not_as_it_is_bad(
    folder: Path,
) -> None:
    path = write(folder, DEFAULT_DARK, "#111111")
    watch = ThemeWatch(folder)
    damage(path)
    watch.changed()
    ((name, problem),) = seen(watch.changed())
    assert (name, "did you mean accent" in problem) == (DEFAULT_DARK, True)
    path.unlink()
    watch.changed()
    (back,) = watch.changed()
    assert (back.name, back.origin, back.problem) == (DEFAULT_DARK, "built-in", "")


def test_a_theme_that_takes_another_name_comes_under_that_name(folder: Path) -> None:
    write(folder, "old", stem="file")
    watch = ThemeWatch(folder)
    write(folder, "new", stem="file")
    assert [one.name for one in watch.changed()] == ["new"]


def test_edited_built_in_files_are_noticed_too(
    tmp_path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    built_in = tmp_path / "built-in"
    built_in.mkdir()
    write(built_in, "ours", "#111111")
    resources = SimpleNamespace(files=lambda _: built_in)
    monkeypatch.setattr("console.theming.files.resources", resources)
    watch = ThemeWatch(folder)
    write(built_in, "ours", "#222222")
    assert seen(watch.changed()) == [("ours", "#222222")]
    write(folder, "ours", "#333333")
    assert seen(watch.changed()) == [("ours", "#333333")]
    # While the user's own file stands before it, a built-in one is nobody's business.
    write(built_in, "ours", "#444444")
    assert watch.changed() == []


def test_a_folder_that_comes_later_is_seen_and_one_that_goes_takes_its_themes_along(
    tmp_path: Path,
) -> None:
    folder = tmp_path / "later"
    watch = ThemeWatch(folder)
    folder.mkdir()
    path = write(folder, "mine")
    assert [one.name for one in watch.changed()] == ["mine"]
    path.unlink()
    folder.rmdir()
    watch.changed()
    assert seen(watch.changed()) == [("mine", FILE_GONE)]


def test_a_folder_that_cannot_be_listed_now_takes_no_theme_away(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(folder, "mine")
    watch = ThemeWatch(folder)

    def listdir(_: object) -> list[str]:
        raise PermissionError(13, "Permission denied")

    with monkeypatch.context() as patched:
        patched.setattr("console.theming.files.os.listdir", listdir)
        assert [watch.changed() for _ in range(3)] == [[], [], []]
    assert watch.changed() == []


def test_what_is_no_file_neither_blocks_nor_ends_the_watch(folder: Path) -> None:
    watch = ThemeWatch(folder)
    os.mkfifo(folder / "fifo.toml")
    (folder / "folder.toml").mkdir()
    (folder / "dangling.toml").symlink_to(folder / "nowhere")
    (folder / "loop.toml").symlink_to(folder / "loop.toml")
    (folder / os.fsdecode(b"\xff.toml")).write_bytes(b"\xff")
    assert watch.changed() == []
    problems = {Path(one.path).stem: one.problem for one in watch.changed()}
    assert len(problems) == 5
    assert problems["fifo"] == problems["folder"] == "not a file"
    assert "No such file" in problems["dangling"]
    assert watch.changed() == []
