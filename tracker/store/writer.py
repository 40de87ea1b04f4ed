"""The writer: what one commit puts into a session's folder.

Source: DESIGN.md, section 5.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from typing import Final, NamedTuple

import msgspec

from tracker.errors import StoreError, WriteError
from tracker.state import SessionState, plain_name
from tracker.store.checkpoints import render_checkpoint, render_messages, semantic_digest
from tracker.store.durable import (
    Draft,
    append_line,
    remove_file,
    remove_folder_quietly,
    remove_quietly,
    rename_file,
    replace_file,
    sync_file,
    sync_folder,
)
from tracker.store.examine import Examined
from tracker.store.files import Folder
from tracker.store.manifest import (
    MANIFEST,
    READ_BYTES,
    ManifestLine,
    encode_line,
    filename_of,
    iso_of,
    last_line,
    parse_manifest,
)
from tracker.store.protocol import Capture
from tracker.store.record import STATE_FILE, encode_record, other_keys

CORRUPT_PREFIX: Final = f"{STATE_FILE}.corrupt-"
CORRUPT_KEPT: Final = 8
"""The most bad records kept beside one session. Source: DESIGN.md, section 5."""

_TAIL_BYTES: Final = 64 * 1024


class Planned(NamedTuple):
    """A checkpoint as it will be on disk.

    Attributes:
        filename: The name of its file.
        data: What the file will hold.
        line: Its line of the manifest, without a newline.
    """

    filename: str
    data: bytes
    line: bytes


class Writer:
    """Writes into the folders of one state directory.

    Args:
        root: The open directory.
        clock: Returns Unix ms; names the bad records that are kept.
        sync: Whether every write is synced.
    """

    def __init__(self, root: Folder, clock: Callable[[], int], *, sync: bool) -> None:
        self._root = root
        self._clock = clock
        self._sync = sync
        # Folders whose manifest failed to be written or synced: it is replaced, not synced again.
        self._doubtful_manifests: set[str] = set()

    def make_known(self, folder: Folder) -> None:
        """Makes a folder without a record durable, before anything in it is promised."""
        if not self._sync:
            return
        try:
            sync_folder(self._root)
        except WriteError:
            # Made anew next time, so that the next sync is not a second one of the same change.
            remove_folder_quietly(self._root, os.path.basename(folder.path))
            raise

    def settle_manifest(self, folder: Folder, *, is_known: bool) -> int:
        """Makes the manifest as durable as the record that will account for it.

        What a killed owner or another writer left may never have been synced. A manifest whose
        last append or sync failed is replaced; it is never synced a second time.

        Args:
            folder: The session's folder.
            is_known: Whether the record on disk accounts for all of it.

        Returns:
            How many bytes longer it is: 1 where a torn last line was closed off.
        """
        if folder.path in self._doubtful_manifests:
            data = folder.read(MANIFEST, READ_BYTES) or b""
            newline = b"\n" if data and not data.endswith(b"\n") else b""
            replace_file(folder, MANIFEST, data + newline, sync=self._sync)
            self._doubtful_manifests.discard(folder.path)
            return len(newline)
        if self._sync and not is_known:
            try:
                sync_file(folder, MANIFEST)
            except WriteError:
                self._doubtful_manifests.add(folder.path)
                raise
        return 0

    def write(
        self,
        folder: Folder,
        session: str,
        found: Examined,
        saved: SessionState,
        live: SessionState | None,
        *,
        captures: Sequence[Capture] = (),
        seq: int,
        manifest_bytes: int,
        spill: bool = True,
    ) -> None:
        """Writes checkpoints, and then the record that accounts for them. See `encode_record`.

        The record is drafted before the last line is synced, so that it is on its way to the disk
        meanwhile; and anew, where another writer made the manifest longer than it says.

        Args:
            folder: The session's folder.
            session: The session's id.
            found: What the folder holds; what the record holds besides is kept.
            saved: What the nine fields shall say.
            live: The state to go on from; None for a released session.
            captures: The checkpoints.
            seq: The record's sequence number.
            manifest_bytes: How much of the manifest the state accounted for before.
            spill: Whether transient counters newer than `saved` are kept.
        """
        others: dict[str, msgspec.Raw] = {}
        if found.record is not None and found.raw and not found.record.is_plain:
            others = other_keys(found.raw)

        def encoded(manifest_bytes: int) -> bytes:
            return encode_record(
                session,
                saved,
                live,
                seq=seq,
                manifest_bytes=manifest_bytes,
                others=others,
                spill=spill,
            )

        early, expected_bytes = None, -1
        try:
            for capture in captures:
                planned = self._plan(folder, session, capture)
                if planned is None:
                    continue
                data = None
                if capture is captures[-1]:
                    expected_bytes = manifest_bytes + len(planned.line) + 1
                    data = encoded(expected_bytes)
                replace_file(folder, planned.filename, planned.data, sync=self._sync)
                try:
                    if data is not None:
                        early = Draft(folder, STATE_FILE, data, sync=self._sync)
                        early.hurry()
                    manifest_bytes = self._append(folder, planned.line, manifest_bytes)
                except StoreError:
                    # Every event tries again, and each would leave a file behind.
                    if not _is_listed(folder, planned.filename):
                        remove_quietly(folder, planned.filename)
                    raise
            if early is not None and manifest_bytes == expected_bytes:
                early.put()
            else:
                replace_file(folder, STATE_FILE, encoded(manifest_bytes), sync=self._sync)
        finally:
            if early is not None:
                early.drop()

    def _plan(self, folder: Folder, session: str, capture: Capture) -> Planned | None:
        """Makes what a checkpoint will be on disk; changes nothing.

        Returns:
            The checkpoint; None where the same content for the same trigger was the last one.
        """
        messages_part = render_messages(capture.messages)
        digest = semantic_digest(messages_part)
        last = last_line(folder.read_from(MANIFEST, 0, _TAIL_BYTES) or b"")
        if last and _is_same(last, capture.trigger, digest) and _is_there(folder, last):
            return None
        copy = 0
        while folder.status(filename := filename_of(capture.at_ms, capture.trigger, copy)):
            copy += 1
        line = ManifestLine(
            file=plain_name(folder.where(filename)),
            filename=filename,
            trigger=capture.trigger,
            reason=None,
            semantic_digest=digest,
            fill_pct=_whole(capture.fill_pct),
            quality_score=_whole(capture.quality_score),
            message_count=len(capture.messages),
            created_at=iso_of(capture.at_ms),
        )
        data = render_checkpoint(session, capture, messages_part)
        return Planned(filename, data, encode_line(line))

    def _append(self, folder: Folder, line: bytes, known_bytes: int) -> int:
        """Appends a line to the manifest.

        Args:
            folder: The session's folder.
            line: The line.
            known_bytes: How much of the manifest the state to be written accounts for.

        Returns:
            How much of it the state accounts for now. A line that a foreign writer appended
            meanwhile is left for the next load to catch up with.
        """
        try:
            before, after = append_line(folder, MANIFEST, line, sync=self._sync)
        except WriteError:
            self._doubtful_manifests.add(folder.path)
            raise
        return after if before == known_bytes else known_bytes

    def keep_bad(self, folder: Folder, found: Examined) -> None:
        """Keeps a bad record's bytes beside it; it stands itself until it is replaced."""
        kept = sorted(
            (name for name in folder.names() if name.startswith(CORRUPT_PREFIX)),
            key=lambda name: (len(name), name),
        )
        at_ms = self._clock()
        while (name := f"{CORRUPT_PREFIX}{at_ms}") in kept:
            at_ms += 1
        if found.raw is None:
            rename_file(folder, STATE_FILE, name)  # Too large to be read, let alone copied.
        else:
            replace_file(folder, name, found.raw, sync=self._sync)
        for oldest in kept[: max(len(kept) + 1 - CORRUPT_KEPT, 0)]:
            remove_file(folder, oldest, sync=False)

    def forget(self, folder: Folder) -> None:
        """Removes the record of a session that never captured anything, and its empty folder."""
        remove_file(folder, STATE_FILE, sync=self._sync)
        remove_folder_quietly(self._root, os.path.basename(folder.path))


def _is_same(line: ManifestLine, trigger: str, digest: str) -> bool:
    return line.trigger == trigger and line.semantic_digest == digest


def _is_listed(folder: Folder, filename: str) -> bool:
    try:
        tail = folder.read_from(MANIFEST, 0, _TAIL_BYTES) or b""
    except StoreError:
        return True  # It can't be told, so it counts as listed.
    return any(line.filename == filename for line in parse_manifest(tail).lines)


def _is_there(folder: Folder, line: ManifestLine) -> bool:
    return "/" not in line.filename and folder.status(line.filename) is not None


def _whole(value: int | float | None) -> int | float | None:
    # JavaScript, whose plugin reads this, writes 83 where Python would write 83.0.
    return int(value) if isinstance(value, float) and value.is_integer() else value
