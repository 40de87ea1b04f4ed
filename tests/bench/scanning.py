"""The first look at a state directory, and the second."""

from __future__ import annotations

import shutil
from contextlib import closing
from functools import partial
from pathlib import Path

import msgspec

from tracker import DirectoryStore, Survey, open_store
from tracker.store.files import Folder

from .curve import OURS, Curve
from .rounds import child_cpu_s, cpu_s, interleaved
from .row import Effort, Goal, Measured, Row, spread
from .worlds import NOW_MS, directory

NO_FIND = "there is no `find` here"
READ_TOO = "find '{root}' -printf '%s %p\\n' -name '*.json*' -exec cat {{}} + > /dev/null"


def scan_find(sessions: int, effort: Effort) -> Measured:
    """Every session found and put in the order of its last change, beside `find`."""
    if shutil.which("find") is None:
        return Measured(skipped=NO_FIND)
    root = _directory(sessions, effort)
    with _observed(root) as store:
        return interleaved(
            lambda: cpu_s(Survey(store.root).newest_first),
            lambda: child_cpu_s(["find", str(root)]),
            _rounds(sessions, effort),
        )


def scan_rglob(sessions: int, effort: Effort) -> Measured:
    """The same, beside `pathlib`."""
    root = _directory(sessions, effort)
    with _observed(root) as store:
        return interleaved(
            lambda: cpu_s(Survey(store.root).newest_first),
            lambda: cpu_s(lambda: list(root.rglob("*"))),
            _rounds(sessions, effort),
        )


def open_find(sessions: int, effort: Effort) -> Measured:
    """Every folder opened and its files listed, the store's safe way, beside `find`."""
    if shutil.which("find") is None:
        return Measured(skipped=NO_FIND)
    root = _directory(sessions, effort)
    with _observed(root) as store:
        return interleaved(
            lambda: cpu_s(lambda: _listed(store.root)),
            lambda: child_cpu_s(["find", str(root)]),
            _rounds(sessions, effort),
        )


def open_rglob(sessions: int, effort: Effort) -> Measured:
    """The same, beside `pathlib`."""
    root = _directory(sessions, effort)
    with _observed(root) as store:
        return interleaved(
            lambda: cpu_s(lambda: _listed(store.root)),
            lambda: cpu_s(lambda: list(root.rglob("*"))),
            _rounds(sessions, effort),
        )


def _listed(root: Folder) -> list[list[str]]:
    """The names of the files in each session's folder, as a look at it asks for them first."""
    listed = []
    for name in root.names():
        if not name.startswith(".") and (folder := root.open_folder(name)) is not None:
            with folder:
                listed.append(folder.names())
    return listed


def first_look(sessions: int, effort: Effort) -> Measured:
    """Each folder listed, each record and manifest read, verified and judged."""
    if shutil.which("find") is None:
        return Measured(skipped=NO_FIND)
    root = _directory(sessions, effort)
    command = ["sh", "-c", READ_TOO.format(root=root)]
    with _observed(root) as store:
        return interleaved(
            lambda: cpu_s(lambda: Survey(store.root).sweep()),
            lambda: child_cpu_s(command),
            _rounds(sessions, effort),
        )


def second_look(sessions: int, effort: Effort) -> Measured:
    """A directory in which nothing changed, looked at again, beside the first look."""
    with _observed(_directory(sessions, effort)) as store:
        seen = Survey(store.root)
        seen.sweep()
        return interleaved(
            lambda: cpu_s(seen.sweep),
            lambda: cpu_s(lambda: Survey(store.root).sweep()),
            _rounds(sessions, effort),
        )


def _observed(root: Path) -> closing[DirectoryStore]:
    return closing(open_store(root, read_only=True, clock=lambda: NOW_MS))


def _directory(sessions: int, effort: Effort) -> Path:
    return directory(min(sessions, effort.many))


def _rounds(sessions: int, effort: Effort) -> int:
    return effort.rounds if sessions <= effort.few else max(effort.rounds // 5, 1)


def _rows(sessions: int) -> tuple[Row, ...]:
    return (
        Row(
            f"scan-{sessions}",
            f"{sessions:,} sessions found, the last changed first; no folder is opened",
            "`find` over the same tree, which opens and lists every folder",
            "time",
            Goal("ratio", 1.4),
            partial(scan_find, sessions),
        ),
        Row(
            f"scan-rglob-{sessions}",
            "the same",
            "`pathlib.Path.rglob('*')`, which opens and lists every folder",
            "time",
            Goal("faster", 4),
            partial(scan_rglob, sessions),
        ),
        Row(
            f"open-{sessions}",
            f"each of {sessions:,} folders opened, judged and listed",
            "`find` over the same tree",
            "time",
            Goal("ratio", 1.4),
            partial(open_find, sessions),
        ),
        Row(
            f"open-rglob-{sessions}",
            "the same",
            "`pathlib.Path.rglob('*')`",
            "time",
            Goal("faster", 4),
            partial(open_rglob, sessions),
        ),
        Row(
            f"look-{sessions}",
            f"the whole first look at {sessions:,} sessions: folders listed, sizes asked for, every"
            " record and manifest read, verified and judged",
            "`find` that prints sizes and hands the same files to `cat`",
            "time",
            Goal("ratio", 1.4),
            partial(first_look, sessions),
        ),
        Row(
            f"look-again-{sessions}",
            "a second look, nothing changed",
            "the first look",
            "time",
            Goal("ratio", 0.4),
            partial(second_look, sessions),
        ),
    )


def _curve(sessions: int, effort: Effort) -> dict[str, float]:
    few = msgspec.structs.replace(effort, rounds=3, many=max(effort.many, sessions))
    found, globbed = open_find(sessions, few), open_rglob(sessions, few)
    read = first_look(sessions, few)
    return {
        OURS: spread(found.ours).middle,
        "find": spread(found.peer).middle,
        "rglob": spread(globbed.peer).middle,
        "Holdfast, all read": spread(read.ours).middle,
    }


CURVE = Curve("Every folder opened and listed", "time", _curve)

ROWS = (*_rows(2_000), *_rows(20_000), *_rows(100_000))
