"""Notices which theme files changed, so that an edited theme is seen as soon as it is saved."""

from __future__ import annotations

import os
from collections.abc import Collection
from pathlib import Path
from typing import Final

from console.theming.files import (
    Place,
    ThemeFile,
    built_in_places,
    by_name,
    read_place,
    user_places,
)

FILE_GONE: Final = "its file is gone"

Stamp = tuple[int, ...]
"""What a file is known again by: the time of its last change, size, inode; nothing for none."""

_GONE: Final[Stamp] = (-1,)


class ThemeWatch:
    """Looks for changed theme files, from the moment it is made. Used by one thread at a time.

    What looks bad, or is gone, is believed at the second look only: an editor may be half way.

    Args:
        user_folder: The user's folder of themes, which need not exist; None for the built-in ones.
    """

    def __init__(self, user_folder: Path | None) -> None:
        self._folder = user_folder
        self._stamps: dict[str, Stamp] = {}
        self._doubted: dict[str, Stamp] = {}
        self._good: dict[str, ThemeFile] = {}  # As each file was when it was last fine.
        for place in self._places() or []:
            self._stamps[place.path] = _stamp_of(place.path)
            if (file := read_place(place)).values is not None:
                self._good[place.path] = file

    def changed(self) -> list[ThemeFile]:
        """Looks at all files; returns the themes that changed since the last look.

        One whose file became bad, or is gone, comes once, with its problem and without values; the
        theme as it was is still good. One that was shadowed comes when the file that shadowed it is
        gone. Never raises.

        Cost: a listing of two folders and a stat of each file; reads only what changed.
        """
        places = self._places()
        if places is None:
            return []
        before = self._themes()
        bad = [file for place in places if (file := self._look(place)) is not None]
        gone = self._forget_all_but({place.path for place in places})
        after = self._themes()
        lost = [one for one in gone if one.name not in after]
        return [
            *(file for name, file in after.items() if file != before.get(name)),
            *bad,
            *(one._replace(values=None, problem=FILE_GONE) for one in lost),
        ]

    def _places(self) -> list[Place] | None:
        """Returns where theme files are; None where it can't be told now."""
        try:
            return built_in_places() + user_places(self._folder)
        except OSError:
            return None

    def _look(self, place: Place) -> ThemeFile | None:
        """Reads a file if it changed; returns it if it is bad, and not for the first time."""
        path, stamp = place.path, _stamp_of(place.path)
        if stamp == self._stamps.get(path):
            return None
        file = read_place(place)
        if file.values is None and self._is_new_doubt(path, stamp):
            return None
        self._stamps[path] = stamp
        self._doubted.pop(path, None)
        if file.values is None:
            return file
        self._good[path] = file
        return None

    def _forget_all_but(self, there: Collection[str]) -> list[ThemeFile]:
        """Returns the themes of files that are gone, and not for the first time."""
        missing = sorted((self._stamps.keys() | self._doubted.keys()) - set(there))
        gone = []
        for path in missing:
            if self._is_new_doubt(path, _GONE):
                continue
            self._stamps.pop(path, None)
            self._doubted.pop(path, None)
            if (file := self._good.pop(path, None)) is not None:
                gone.append(file)
        return gone

    def _is_new_doubt(self, path: str, stamp: Stamp) -> bool:
        before, self._doubted[path] = self._doubted.get(path), stamp
        return before != stamp

    def _themes(self) -> dict[str, ThemeFile]:
        return by_name(sorted(self._good.values(), key=lambda one: (one.origin, one.path)))


def _stamp_of(path: str) -> Stamp:
    try:
        status = os.stat(path)
    except OSError:
        return ()
    return status.st_mtime_ns, status.st_size, status.st_ino
