"""One folder of a state directory, for people: what it holds, which files, what is wrong.

Source: DESIGN.md, sections 5 and 6.
"""

from __future__ import annotations

import stat
from typing import Literal

import msgspec

from tracker.errors import IdError, StoreError, UnsafeError
from tracker.events import check_id
from tracker.state import SessionState
from tracker.store.durable import is_temporary
from tracker.store.examine import BEHIND, examine_with_lines
from tracker.store.files import Folder
from tracker.store.folders import folders_of
from tracker.store.manifest import MANIFEST, parse_filename
from tracker.store.record import STATE_FILE
from tracker.store.writer import CORRUPT_PREFIX

Trouble = Literal["", "behind", "corrupt", "unsafe"]


class FolderSummary(msgspec.Struct, frozen=True, gc=False):
    """One folder of a state directory.

    Attributes:
        folder: Its name.
        session: The id its record names; the folder's name where the record names none.
        state: The state to go on from; None where nothing is stored or it is refused.
        trouble: `behind`, `corrupt` or `unsafe`; empty where there is none.
        why: The trouble in words.
        can_rebuild: Whether the manifest or the files' names rebuild a corrupt record.
        has_ended: Whether the session was released; None where the record doesn't say.
        seq: The record's sequence number; 0 in the original's.
        checkpoints: How many checkpoints the manifest lists.
        last_trigger: The trigger of the last one; empty where there is none.
        file_bytes: Bytes of all plain files in the folder.
        leftovers: Temporary files a killed owner left.
        bad_kept: Bad records kept beside it.
        newer_format: The format, where a newer Holdfast wrote it.
        saved: What the last checkpoint saved, without guards; None where no record can be believed.
    """

    folder: str
    session: str
    state: SessionState | None = None
    trouble: Trouble = ""
    why: str = ""
    can_rebuild: bool = False
    has_ended: bool | None = None
    seq: int = 0
    checkpoints: int = 0
    last_trigger: str = ""
    file_bytes: int = 0
    leftovers: int = 0
    bad_kept: int = 0
    newer_format: int = 0
    saved: SessionState | None = None


def summarize(folder: Folder, name: str) -> FolderSummary:
    """Reads a session's folder, named `name`.

    Raises:
        ReadError: If something in it can't be read now.
        UnsafeError: If its record or its manifest is refused.
    """
    names = folder.names()
    found, lines = examine_with_lines(folder)
    file_bytes = len(found.raw or b"") + found.manifest_bytes
    leftovers = bad_kept = 0
    for entry in names:
        if (entry == STATE_FILE and found.raw is not None) or entry == MANIFEST:
            continue  # Its size is known from reading it.
        leftovers += is_temporary(entry)
        bad_kept += entry.startswith(CORRUPT_PREFIX)
        status = folder.status(entry)
        if status is not None and stat.S_ISREG(status.st_mode):
            file_bytes += status.st_size
    record = found.record
    session = record.session if record and record.session is not None else name
    trouble: Trouble = "behind" if found.trouble == BEHIND else "corrupt" if found.is_bad else ""
    why = found.why
    if why and found.is_bad:
        why = f"{found.trouble}: {why}"
    if session != name and name not in (homes := _homes(session)):
        where = f"a session that lives in {homes[0]}" if homes else "no session that can be"
        trouble, why = "unsafe", f"its record names {where}"
    return FolderSummary(
        folder=name,
        session=session,
        state=found.state,
        trouble=trouble,
        why=why,
        can_rebuild=found.is_bad and bool(lines or any(map(parse_filename, names))),
        has_ended=None if record is None or record.is_live is None else not record.is_live,
        seq=record.seq if record else 0,
        checkpoints=len(lines),
        last_trigger=lines[-1].trigger if lines else "",
        file_bytes=file_bytes,
        leftovers=leftovers,
        bad_kept=bad_kept,
        newer_format=record.newer_format if record else 0,
        saved=found.saved if record else None,
    )


def _homes(session: str) -> tuple[str, ...]:
    """Returns the folders an id may live in; none where it is no id at all."""
    try:
        check_id(session)
    except IdError:
        return ()
    return folders_of(session)


def troubled(name: str, error: StoreError) -> FolderSummary:
    """Returns the summary of a folder that couldn't be read, or is refused."""
    trouble: Trouble = "unsafe" if isinstance(error, UnsafeError) else "corrupt"
    return FolderSummary(name, name, trouble=trouble, why=str(error))
