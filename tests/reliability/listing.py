"""Whether Holdfast's own listing shows every checkpoint that was told, and every line there is."""

from __future__ import annotations

from pathlib import Path

from tracker import CheckpointFile, StoreError, Survey
from tracker.store.files import open_root

from .audit import listed
from .ledger import Ledger


def left_out(root: Path, ledger: Ledger) -> list[str]:
    """Says what Holdfast's own listing leaves out of what was told and of what the manifests hold.

    Args:
        root: The state directory.
        ledger: What was promised.
    """
    try:
        files = _files(root)
    except StoreError as error:
        return [f"not to be listed: {error}"]
    shown = {(file.session, file.trigger, file.created_ms) for file in files}
    names = {(file.folder, file.filename) for file in files}
    wrong = [
        f"{session!r}: {trigger} of {at_ms} is left out of the listing"
        for session, told in ledger.listed.items()
        for trigger, at_ms in told
        if (session, trigger, at_ms) not in shown
    ]
    return wrong + [
        f"{folder.name}: {line['filename']} is left out of the listing"
        for folder in sorted(path for path in root.iterdir() if path.is_dir())
        for line in listed(folder)
        if (folder.name, line["filename"]) not in names
    ]


def _files(root: Path) -> list[CheckpointFile]:
    """The checkpoint files that the manifests of a directory list."""
    with open_root(str(root)) as folder:
        survey = Survey(folder)
        survey.sweep()
        files = [file for summary in survey.summaries for file in survey.files(summary)]
    return [file for file in files if file.status == "listed"]
