"""Where a session lives: its own folder, or the original's, from which it is adopted once.

Source: DESIGN.md, section 5: two ids never share state; the original's folders carry no id.
"""

from __future__ import annotations

import msgspec

from tracker.errors import NewerFormatError, UnsafeError
from tracker.store.durable import make_folder
from tracker.store.examine import Examined, examine
from tracker.store.files import Folder
from tracker.store.folders import first_folder, folders_of, original_folder
from tracker.store.layout import KEY
from tracker.store.record import STATE_FILE


class Home(msgspec.Struct, frozen=True):
    """Where a session was found, and what is there of it.

    Attributes:
        folder: The open folder; None where there is none.
        found: What it holds.
        is_own: Whether it is the session's own; False where it is to be adopted from, or missing.
    """

    folder: Folder | None
    found: Examined
    is_own: bool


def close_all(opened: list[Folder]) -> None:
    """Closes the folders that were opened for one call."""
    for folder in opened:
        folder.close()


class Homes:
    """Finds and makes the folders of sessions in one state directory.

    Args:
        root: The open directory.
        is_owner: Whether what is found may be written, so that a newer format is refused.
    """

    def __init__(self, root: Folder, *, is_owner: bool) -> None:
        self._root = root
        self._is_owner = is_owner

    def find(self, session: str, opened: list[Folder]) -> Home:
        """Finds an id's own folder, else the original's to adopt from.

        Args:
            session: The session's id.
            opened: Takes the folders that are opened, for the caller to close.

        Raises:
            ReadError: If a folder can't be read now.
            UnsafeError: If what stands there is refused.
            NewerFormatError: If a newer Holdfast wrote it, and this is an owner.
        """
        home = self._own(first_folder(session), session, opened)
        if home is not None and home.found.record is not None:
            return home
        names = folders_of(session)
        for name in names[1:]:
            other = self._own(name, session, opened)
            if other is not None and other.found.record is not None:
                return other
            home = home or other
        if home is not None and home.found.state is not None:
            return home
        name = original_folder(session)
        if name not in names and len(name) <= 255:
            folder = self._entered(name, opened)
            if folder is not None and (found := self._examined(folder, None)) is not None:
                return Home(folder, found, False)
        return home or Home(None, Examined(), False)

    def make(self, session: str, opened: list[Folder]) -> Folder:
        """Makes an id's own folder, or opens the one that was left without a record.

        Raises:
            WriteError: If it can't be made.
            UnsafeError: If every folder the id could have is another's.
        """
        for name in folders_of(session):
            folder = self._entered(name, opened)
            if folder is None:
                opened.append(made := make_folder(self._root, name))
                return made
            if folder.status(STATE_FILE) is None:
                return folder
        path = self._root.where(folders_of(session)[-1])
        raise UnsafeError(f"{path}: refused, its record names another session", path)

    def _own(self, name: str, session: str, opened: list[Folder]) -> Home | None:
        """Finds what a folder of an id's own holds; None where it is missing or another id's."""
        folder = self._root.open_folder(name)
        if folder is None:
            return None
        opened.append(folder)
        found = self._examined(folder, session)
        return None if found is None else Home(folder, found, True)

    def _examined(self, folder: Folder, session: str | None) -> Examined | None:
        """Examines a folder; None where its record names another id.

        Without a `session` it is one to adopt from: None, too, where it may not be the original's.
        """
        found = examine(folder)
        record = found.record
        if record is None:
            is_own = session is not None
            return found if is_own or (found.is_bad and not _is_ours(found.raw)) else None
        if record.session != session and record.session is not None:
            return None
        if record.newer_format and self._is_owner:
            path = folder.where(STATE_FILE)
            raise NewerFormatError(
                f"{path}: written in format {record.newer_format} by a newer Holdfast;"
                " upgrade to change it",
                path,
            )
        return found

    def _entered(self, name: str, opened: list[Folder]) -> Folder | None:
        folder = self._root.open_folder(name)
        if folder is not None:
            opened.append(folder)
        return folder


def _is_ours(raw: bytes | None) -> bool:
    """Whether a record that can't be believed shows that Holdfast wrote it."""
    return raw is not None and f'"{KEY}"'.encode() in raw
