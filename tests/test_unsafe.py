"""Links, FIFOs, sockets and strangers' files in a state directory: refused and named at once."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import Open
from directories import MANIFEST, STATE, tree, write_original
from feeds import MINUTE_MS, NOW_MS, compact, end, turn
from test_files import as_root, make_hard_link, make_socket, make_symlink

from tracker import FolderSummary, Survey, UnsafeError, Verdict, judge
from tracker.store.files import open_root

KINDS: dict[str, Callable[[Path], object]] = {
    "symlink": make_symlink,
    "hard link": make_hard_link,
    "fifo": os.mkfifo,
    "folder": os.mkdir,
    "socket": make_socket,
}


def verdict_of(root: Path, name: str) -> Verdict:
    """How a survey judges one folder."""
    with open_root(str(root)) as folder:
        survey = Survey(folder)
        survey.sweep()
        (summary,) = [one for one in survey.summaries if one.folder == name]
        return judge(None, summary).verdict


def planted(root: Path, kind: str, name: str) -> None:
    """Puts something of a kind in the place of a file of session `s-1`."""
    folder = write_original(root, "s-1", NOW_MS)
    (folder / name).unlink()
    KINDS[kind](folder / name)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", [STATE, MANIFEST])
def test_a_file_that_is_none_is_refused_and_its_session_stays_out_of_memory(
    name: str, kind: str, root: Path, open_owner: Open
) -> None:
    planted(root, kind, name)
    before = tree(root)
    with open_owner() as owner:
        for event in (turn("s-1", NOW_MS + MINUTE_MS, 50), compact("s-1", NOW_MS), end("s-1", 5)):
            with pytest.raises(UnsafeError, match="refused") as caught:
                owner.handle(event)
            assert f"s-1/{name}" in caught.value.path
        assert len(owner) == 0
        assert owner.statistics().load_failures == {"unsafe": 3}
    with open_owner(read_only=True) as observer, pytest.raises(UnsafeError):
        observer.touch("s-1")
    assert {**tree(root), ".": 0, ".holdfast.lock": 0} == {**before, ".": 0, ".holdfast.lock": 0}
    assert verdict_of(root, "s-1") is Verdict.UNSAFE


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", [STATE, MANIFEST])
def test_what_is_planted_under_an_owner_is_refused_and_memory_stays(
    name: str, kind: str, root: Path, open_owner: Open
) -> None:
    owner = open_owner()
    owner.handle(turn("s-1", NOW_MS, 20))
    known = owner.sessions()
    (root / "s-1" / name).unlink()
    KINDS[kind](root / "s-1" / name)
    with pytest.raises(UnsafeError, match="refused"):
        owner.handle(compact("s-1", NOW_MS + MINUTE_MS))
    assert owner.sessions() == known
    assert owner.handle(turn("s-1", NOW_MS + 1)) == ()


@pytest.mark.parametrize("kind", ["symlink", "fifo", "socket", "file"])
def test_what_stands_in_the_place_of_a_folder_is_refused(
    kind: str, root: Path, open_owner: Open
) -> None:
    outside = write_original(root.parent / "outside", "s-1", NOW_MS)
    root.mkdir()
    if kind == "symlink":
        (root / "s-1").symlink_to(outside)
    elif kind == "file":
        (root / "s-1").write_bytes(b"x")
    else:
        KINDS[kind](root / "s-1")
    before = tree(outside)
    owner = open_owner()
    with pytest.raises(UnsafeError, match="refused"):
        owner.handle(turn("s-1", NOW_MS + MINUTE_MS, 20))
    assert (len(owner), tree(outside)) == (0, before)
    if kind != "file":
        assert verdict_of(root, "s-1") is Verdict.UNSAFE


@as_root
@pytest.mark.parametrize("name", [STATE, MANIFEST, ""])
def test_what_belongs_to_somebody_else_is_refused(name: str, root: Path, open_owner: Open) -> None:
    folder = write_original(root, "s-1", NOW_MS)
    os.chown(folder / name, 12345, -1)
    owner = open_owner()
    with pytest.raises(UnsafeError, match="belongs to user 12345"):
        owner.handle(turn("s-1", NOW_MS + MINUTE_MS, 50))
    assert len(owner) == 0
    assert verdict_of(root, "s-1") is Verdict.UNSAFE


@pytest.mark.parametrize("kind", KINDS)
def test_a_checkpoint_file_that_is_none_is_listed_as_unsafe_and_never_read(
    kind: str, root: Path
) -> None:
    folder = write_original(root, "s-1", NOW_MS)
    (listed,) = folder.glob("*.md")
    listed.unlink()
    KINDS[kind](listed)
    (folder / "orphan.md").symlink_to("/etc/passwd")
    with open_root(str(root)) as opened:
        survey = Survey(opened)
        survey.sweep()
        (summary,) = survey.summaries
        files = {file.filename: file for file in survey.files(summary)}
        assert files[listed.name].status == "unsafe"
        assert files["orphan.md"].status == "unsafe"
        for name in files:
            with pytest.raises(UnsafeError, match="refused"):
                survey.text(summary, name)


@pytest.mark.parametrize(
    ("folder", "name"),
    [
        ("s-1", "../secret"),
        ("s-1", "/etc/passwd"),
        ("s-1", ".."),
        ("s-1", ""),
        ("s-1", "a\0b"),
        ("..", "secret"),
        ("s-1/..", "secret"),
        ("../outside", "secret"),
        ("/etc", "passwd"),
        (".", "policy-state.json"),
        ("", "secret"),
    ],
)
def test_no_read_for_display_leaves_the_root(folder: str, name: str, root: Path) -> None:
    write_original(root, "s-1", NOW_MS)
    for path in (root / "secret", root.parent / "secret"):
        path.write_bytes(b"secret")
    (root.parent / "outside").mkdir()
    (root.parent / "outside" / "secret").write_bytes(b"secret")
    with open_root(str(root)) as opened, pytest.raises(UnsafeError, match="refused"):
        Survey(opened).text(FolderSummary(folder, folder), name)


def test_a_manifest_that_names_a_path_is_listed_as_unsafe(root: Path) -> None:
    folder = write_original(root, "s-1", NOW_MS)
    manifest = folder / MANIFEST
    line = manifest.read_bytes()
    (path,) = folder.glob("*.md")
    manifest.write_bytes(line.replace(b'"filename":"', b'"filename":"../s-1/'))
    with open_root(str(root)) as opened:
        survey = Survey(opened)
        survey.sweep()
        files = survey.files(*survey.summaries)
        assert {file.filename: file.status for file in files} == {
            f"../s-1/{path.name}": "unsafe",
            path.name: "orphan",
        }
