"""What a power cut may leave: every state of the disk that POSIX allows after a recording.

What was synced is there, unless a sync of it had failed before: the kernel then forgets what it
held. Of what was not, anything may be missing, whatever came after it: a file's bytes may be gone,
torn, or zeros in their place; an entry may be missing; a rename may not have happened, or have left
the old name beside the new.

Source: POSIX `fsync`; Pillai et al., "All File Systems Are Not Created Equal", OSDI 2014, for what
file systems really leave.
"""

from __future__ import annotations

import itertools
import math
import os
import random
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from .recording import (
    TOP,
    Cut,
    Failed,
    Made,
    Operation,
    Recorder,
    Removed,
    Renamed,
    Said,
    Synced,
    Tree,
    Wrote,
)

NOT, DONE, HALF, SHORT, ZEROS, BOTH = range(6)
"""What became of an operation: nothing, all of it, half its bytes, all but the last byte, zeros in
their place, or both names."""

CHOICES = {
    Made: (NOT, DONE),
    Renamed: (NOT, DONE, BOTH),
    Removed: (NOT, DONE),
    Wrote: (NOT, DONE, HALF, SHORT, ZEROS),
    Cut: (NOT, DONE),
}

EXHAUSTIVE = 10_000
"""Up to how many combinations at one point all are tried; above, as many are drawn."""


class CrashState(NamedTuple):
    """A disk as a cut may leave it.

    Attributes:
        tree: Relative paths with the bytes and number of each file; None for a folder.
        said: What the host knew.
        where: After how many operations, and what became of each unsynced one.
    """

    tree: tuple[tuple[str, bytes | None, int], ...]
    said: Said
    where: str


def crash_states(recorder: Recorder, *, random_: random.Random, most: int) -> Iterator[CrashState]:
    """Yields what cuts at any point of a recording may leave, no two the same.

    Args:
        recorder: The recording.
        random_: Draws, where all would be too many.
        most: How many combinations to try at one point; all of them up to EXHAUSTIVE.
    """
    seen = set()
    for point in _points(recorder.operations):
        for state in _states_at(recorder, point, random_, most):
            key = hash((state.tree, state.said))
            if key not in seen:
                seen.add(key)
                yield state


def is_each_tried(recorder: Recorder) -> bool:
    """Whether `crash_states` tries every state there is, and draws none."""
    points = _points(recorder.operations)
    return all(_combinations(recorder, point) <= EXHAUSTIVE for point in points)


def one_crash(recorder: Recorder, random_: random.Random) -> CrashState:
    """Draws one state that a cut at any point may leave."""
    point = random_.randint(1, len(recorder.operations))
    unsynced = _unsynced(recorder.operations[:point])
    drawn = {number: random_.choice(_choices(recorder, number)) for number in unsynced}
    return _state(recorder, point, drawn)


def materialise(state: CrashState, top: Path) -> None:
    """Makes a state's files and folders below an empty folder."""
    first: dict[int, Path] = {}
    for path, content, number in state.tree:
        if content is None:
            (top / path).mkdir(mode=0o700)
        elif number in first:
            os.link(first[number], top / path)
        else:
            first[number] = top / path
            (top / path).write_bytes(content)


def _points(operations: Sequence[Operation]) -> Iterator[int]:
    """The points at which most is unsynced: all others leave a part of what these do."""
    for number, operation in enumerate(operations):
        if isinstance(operation, Synced | Failed | Said) and number:
            yield number
    yield len(operations)


def _states_at(
    recorder: Recorder, point: int, random_: random.Random, most: int
) -> Iterator[CrashState]:
    unsynced = _unsynced(recorder.operations[:point])
    choices = [_choices(recorder, number) for number in unsynced]
    if _combinations(recorder, point) <= EXHAUSTIVE:
        for chosen in itertools.product(*choices):
            yield _state(recorder, point, dict(zip(unsynced, chosen, strict=True)))
        return
    for _ in range(most):
        yield _state(
            recorder,
            point,
            {
                number: random_.choice(choice)
                for number, choice in zip(unsynced, choices, strict=True)
            },
        )


def _combinations(recorder: Recorder, point: int) -> int:
    unsynced = _unsynced(recorder.operations[:point])
    return math.prod(len(_choices(recorder, number)) for number in unsynced)


def _choices(recorder: Recorder, number: int) -> tuple[int, ...]:
    return CHOICES[type(recorder.operations[number])]


def _unsynced(operations: Sequence[Operation]) -> list[int]:
    """The numbers of operations that no later sync made durable."""
    synced: set[int] = set()
    unsynced = []
    for number in range(len(operations) - 1, -1, -1):
        operation = operations[number]
        if isinstance(operation, Synced):
            synced.add(operation.number)
        elif isinstance(operation, Failed):
            synced.discard(operation.number)
        elif not isinstance(operation, Said) and operation[0] not in synced:
            unsynced.append(number)
    return unsynced[::-1]


def _state(recorder: Recorder, point: int, fates: dict[int, int]) -> CrashState:
    entries, contents = _base(recorder.base, recorder.names)
    said = Said(0, 0)
    for number, operation in enumerate(recorder.operations[:point]):
        fate = fates.get(number, DONE)
        if isinstance(operation, Said):
            said = operation
        elif isinstance(operation, Wrote):
            _write(contents, operation, fate)
        elif isinstance(operation, Made):
            if operation.is_folder:
                entries[operation.child] = {}
            else:
                contents.setdefault(operation.child, b"")
            if fate:
                entries[operation.folder][operation.name] = operation.child
        elif fate and isinstance(operation, Renamed):
            entries[operation.folder][operation.new] = operation.child
            if fate == DONE:
                entries[operation.folder].pop(operation.old, None)
            else:
                entries[operation.folder][operation.old] = operation.child
        elif fate and isinstance(operation, Removed):
            entries[operation.folder].pop(operation.name, None)
        elif fate and isinstance(operation, Cut):
            old = contents.get(operation.file, b"")[: operation.size]
            contents[operation.file] = old.ljust(operation.size, b"\0")
    names = ("not", "done", "half", "short", "zeros", "both")
    lost = [
        f"{number} {recorder.operations[number]!r:.120} {names[fate]}"
        for number, fate in fates.items()
        if fate != DONE
    ]
    return CrashState(tuple(_walk(entries, contents, TOP, "")), said, f"after {point}: {lost}")


def _write(contents: dict[int, bytes], wrote: Wrote, fate: int) -> None:
    data = wrote.data
    if fate == NOT:
        return
    if fate in (HALF, SHORT):
        data = data[: len(data) // 2 if fate == HALF else -1]
    elif fate == ZEROS:
        data = bytes(len(data))
    old = contents.get(wrote.file, b"").ljust(wrote.offset, b"\0")
    contents[wrote.file] = old[: wrote.offset] + data + old[wrote.offset + len(data) :]


def _base(base: Tree, names: dict[str, int]) -> tuple[dict[int, dict[str, int]], dict[int, bytes]]:
    entries: dict[int, dict[str, int]] = {TOP: {}}
    contents: dict[int, bytes] = {}
    for path, content in base.items():
        number = names[path]
        parent, _, name = path.rpartition("/")
        entries[names[parent] if parent else TOP][name] = number
        if content is None:
            entries[number] = {}
        else:
            contents[number] = content
    return entries, contents


def _walk(
    entries: dict[int, dict[str, int]], contents: dict[int, bytes], folder: int, path: str
) -> Iterator[tuple[str, bytes | None, int]]:
    for name, child in sorted(entries[folder].items()):
        below = f"{path}{name}"
        if child in entries:
            yield below, None, child
            yield from _walk(entries, contents, child, f"{below}/")
        else:
            yield below, contents[child], child
