"""The choices themselves, as frozen values, and how two consoles' choices are united."""

from __future__ import annotations

import os
from typing import Annotated, Final, TypeVar

import msgspec
from msgspec.structs import replace

DIRECTORIES: Final = 100
"""The most directories of which a capacity is remembered, those it was set for last."""

UnixMs = Annotated[int, msgspec.Meta(ge=0, le=2**53)]

_Value = TypeVar("_Value")


class ChosenTheme(msgspec.Struct, frozen=True):
    """A theme's name, and when it was chosen, Unix ms."""

    name: str
    chosen_ms: UnixMs = 0


class ChosenCapacity(msgspec.Struct, frozen=True):
    """A capacity, in sessions, and when it was set by hand, Unix ms."""

    sessions: Annotated[int, msgspec.Meta(ge=1, le=2**53)]
    chosen_ms: UnixMs = 0


class Sorting(msgspec.Struct, frozen=True):
    """The column a view is sorted by, and which way."""

    column: str
    is_descending: bool = False


class Choices(msgspec.Struct, frozen=True, omit_defaults=True):
    """What was chosen in the console, in this run or an earlier one.

    Attributes:
        theme: The theme; None where none was chosen.
        sort: The sorting by view; a view in its own order isn't among them.
        hidden: The hidden columns by view.
        capacity: The capacity set by hand, by state directory.
    """

    theme: ChosenTheme | None = None
    sort: dict[str, Sorting] = {}
    hidden: dict[str, tuple[str, ...]] = {}
    capacity: dict[str, ChosenCapacity] = {}

    def with_theme(self, name: str, now_ms: int) -> Choices:
        """Returns the choices with another theme."""
        return replace(self, theme=ChosenTheme(name, now_ms))

    def with_sorting(self, view: str, sorting: Sorting | None) -> Choices:
        """Returns the choices with another sorting of a view; None for the view's own order."""
        return replace(self, sort=_with(self.sort, view, sorting))

    def with_hidden(self, view: str, columns: tuple[str, ...]) -> Choices:
        """Returns the choices with other hidden columns of a view."""
        return replace(self, hidden=_with(self.hidden, view, columns or None))

    def with_capacity(self, directory: str, sessions: int | None, now_ms: int) -> Choices:
        """Returns the choices with a capacity set by hand for a directory; None forgets it.

        Of more than DIRECTORIES, the ones set longest ago are forgotten.
        """
        chosen = None if sessions is None else ChosenCapacity(sessions, now_ms)
        return replace(self, capacity=_latest(_with(self.capacity, _place(directory), chosen)))

    def capacity_of(self, directory: str) -> ChosenCapacity | None:
        """Returns the capacity set by hand for a directory; None where none was."""
        return self.capacity.get(_place(directory))


def merged(base: Choices, ours: Choices, theirs: Choices) -> Choices:
    """Returns their choices with what changed in ours.

    Args:
        base: What ours were when they were last the same as the file.
        ours: What they are now.
        theirs: What the file holds now.
    """
    return Choices(
        theme=theirs.theme if ours.theme == base.theme else ours.theme,
        sort=_merged_keys(base.sort, ours.sort, theirs.sort),
        hidden=_merged_keys(base.hidden, ours.hidden, theirs.hidden),
        capacity=_latest(_merged_keys(base.capacity, ours.capacity, theirs.capacity)),
    )


def _merged_keys(
    base: dict[str, _Value], ours: dict[str, _Value], theirs: dict[str, _Value]
) -> dict[str, _Value]:
    merged = theirs
    for key in {**base, **ours}:
        if ours.get(key) != base.get(key):
            merged = _with(merged, key, ours.get(key))
    return merged


def _with(values: dict[str, _Value], key: str, value: _Value | None) -> dict[str, _Value]:
    """Returns a copy with another value of a key, or without it."""
    others = {name: other for name, other in values.items() if name != key}
    return others if value is None else {**others, key: value}


def _latest(capacity: dict[str, ChosenCapacity]) -> dict[str, ChosenCapacity]:
    if len(capacity) <= DIRECTORIES:
        return capacity
    oldest_first = sorted(capacity.items(), key=lambda item: item[1].chosen_ms)
    return dict(oldest_first[-DIRECTORIES:])


def _place(directory: str) -> str:
    """Returns a directory's absolute path as text that UTF-8 can carry, however it was typed."""
    path = os.path.abspath(os.path.expanduser(directory))
    return path.encode("utf-8", "backslashreplace").decode()
