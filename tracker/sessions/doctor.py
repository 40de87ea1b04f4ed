"""The doctor: what is wrong in a state directory, how bad it is, and what to do about it.

Looks and changes nothing. Findings are ordered by severity, then by session.

Source: DESIGN.md, sections 5 and 8.
"""

from __future__ import annotations

import stat
from collections import Counter
from collections.abc import Callable
from enum import StrEnum
from typing import Final

import msgspec

from tracker.errors import StoreError
from tracker.store.files import Folder
from tracker.store.listing import CheckpointFile
from tracker.store.lock import current_owner
from tracker.store.manifest import MANIFEST, READ_BYTES, parse_manifest
from tracker.store.summary import FolderSummary
from tracker.store.survey import Survey

FUTURE_MS: Final = 5 * 60_000
"""How far a stamp may lie ahead of now before it is a finding."""


class Severity(StrEnum):
    """How bad a finding is. Notes alone leave a directory healthy."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


class Finding(msgspec.Struct, frozen=True):
    """One thing the doctor found.

    Attributes:
        severity: How bad it is.
        code: A short name for it, stable, for scripts.
        session: The id it is about; empty where it is about the directory.
        folder: The session's folder; empty where it is about the directory.
        what: What was found, in words.
        advice: What to do about it.
    """

    severity: Severity
    code: str
    session: str
    folder: str
    what: str
    advice: str


_ORDER: Final = tuple(Severity)


def diagnose(
    root: Folder,
    survey: Survey,
    now_ms: int,
    progress: Callable[[int, int], bool] | None = None,
) -> tuple[Finding, ...]:
    """Examines a state directory.

    Args:
        root: The open directory.
        survey: A survey of it that has been swept.
        now_ms: The time now, Unix ms.
        progress: Told how many of how many folders were looked at; False stops, and the findings
            then are of those.

    Returns:
        The findings, the worst first.

    Cost: lists every folder and reads every manifest.
    """
    findings = _about_directory(root)
    summaries = sorted(survey.summaries, key=lambda summary: summary.folder)
    for done, summary in enumerate(summaries):
        if progress is not None and not progress(done, len(summaries)):
            break
        findings += _about_folder(summary, now_ms)
        if summary.trouble == "unsafe":
            continue
        try:
            findings += _about_files(summary, survey.files(summary))
            findings += _about_manifest(root, summary)
        except StoreError as error:
            findings.append(
                _finding(
                    Severity.ERROR,
                    "unreadable-files",
                    summary,
                    str(error),
                    "mend its permissions or remove what stands there",
                )
            )
    else:
        if progress is not None:
            progress(len(summaries), len(summaries))
    findings += _collisions(summaries)
    return tuple(sorted(findings, key=lambda one: (_ORDER.index(one.severity), one.session)))


def is_healthy(findings: tuple[Finding, ...]) -> bool:
    """Whether there is nothing worse than a note."""
    return all(finding.severity is Severity.NOTE for finding in findings)


def _about_directory(root: Folder) -> list[Finding]:
    findings = []
    status = root.status(".")
    if status is not None and status.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
        findings.append(
            Finding(
                Severity.WARNING,
                "open-permissions",
                "",
                "",
                "others may write into the state directory",
                "run chmod go-w on it",
            )
        )
    if (owner := current_owner(root)) is not None:
        findings.append(
            Finding(
                Severity.NOTE,
                "owned",
                "",
                "",
                f"process {owner.pid} owns the directory",
                "nothing to do; others can only observe it",
            )
        )
    return findings


def _about_folder(summary: FolderSummary, now_ms: int) -> list[Finding]:
    findings = []
    if summary.trouble == "unsafe":
        advice = "look at what stands there; Holdfast neither reads nor writes it"
        findings.append(_finding(Severity.ERROR, "unsafe", summary, summary.why, advice))
    elif summary.trouble == "corrupt":
        if summary.can_rebuild:
            what = f"{summary.why}; the manifest rebuilds it"
            advice = "let an owner touch the session: it keeps the bad file and rebuilds the state"
            severity = Severity.WARNING
        else:
            what = f"{summary.why}; no manifest rebuilds it"
            advice = "restore the state file from a backup, or let an owner start it afresh"
            severity = Severity.ERROR
        findings.append(_finding(severity, "corrupt", summary, what, advice))
    elif summary.trouble == "behind":
        advice = "nothing to do: the next touch by an owner catches up"
        findings.append(_finding(Severity.WARNING, "behind", summary, summary.why, advice))
    if summary.newer_format:
        what = f"written in format {summary.newer_format}, by a newer Holdfast"
        findings.append(
            _finding(Severity.WARNING, "newer-format", summary, what, "upgrade to change it")
        )
    state = summary.state
    if state is not None:
        latest_ms = max(state.last_checkpoint_ms, state.last_evaluated_ms)
        if latest_ms > now_ms + FUTURE_MS:
            ahead_s = (latest_ms - now_ms) // 1000
            what = f"a time stamp lies {ahead_s:,} s in the future"
            advice = "check the clock; no cooldown is held up by it"
            findings.append(_finding(Severity.WARNING, "future-stamp", summary, what, advice))
    if summary.leftovers:
        what = f"{summary.leftovers} temporary file(s) of a writer that was killed"
        advice = "nothing to do: the next owner sweeps them"
        findings.append(_finding(Severity.NOTE, "leftovers", summary, what, advice))
    if summary.bad_kept:
        what = f"{summary.bad_kept} bad state file(s) kept as .corrupt-*"
        advice = "look at them, then remove them"
        findings.append(_finding(Severity.NOTE, "bad-kept", summary, what, advice))
    return findings


def _about_files(summary: FolderSummary, files: tuple[CheckpointFile, ...]) -> list[Finding]:
    findings = []
    by_status: dict[str, list[CheckpointFile]] = {}
    for file in files:
        by_status.setdefault(file.status, []).append(file)
        if file.file_bytes == 0 and file.status == "listed":
            by_status.setdefault("empty", []).append(file)
    for status, severity, what, advice in (
        ("unsafe", Severity.ERROR, "is refused", "look at what stands there; it is never read"),
        ("missing", Severity.WARNING, "is listed but gone", "restore it, or leave it be"),
        ("empty", Severity.WARNING, "is empty", "its content is lost; leave it be"),
        ("orphan", Severity.NOTE, "is not in the manifest", "keep it or remove it by hand"),
    ):
        if found := by_status.get(status):
            more = f" and {len(found) - 1} more" if len(found) > 1 else ""
            why = f" ({found[0].why})" if found[0].why else ""
            text = f"{found[0].filename} {what}{why}{more}"
            findings.append(_finding(severity, f"{status}-file", summary, text, advice))
    return findings


def _about_manifest(root: Folder, summary: FolderSummary) -> list[Finding]:
    folder = root.open_folder(summary.folder)
    if folder is None:
        return []
    with folder:
        bad = parse_manifest(folder.read_from(MANIFEST, 0, READ_BYTES) or b"").bad
    if not bad:
        return []
    numbers = ", ".join(map(str, bad[:5])) + (", …" if len(bad) > 5 else "")
    what = f"manifest line(s) {numbers} can't be read whole"
    advice = (
        "nothing to do: what can't be read is passed over, a torn end closed off before the next"
    )
    return [_finding(Severity.WARNING, "torn-manifest", summary, what, advice)]


def _collisions(summaries: list[FolderSummary]) -> list[Finding]:
    counts = Counter(summary.session for summary in summaries if summary.trouble != "unsafe")
    return [
        _finding(
            Severity.WARNING,
            "collision",
            summary,
            f"{counts[summary.session]} folders name this session",
            "compare them with show; only the id's own folder is used",
        )
        for summary in summaries
        if summary.trouble != "unsafe" and counts[summary.session] > 1
    ]


def _finding(
    severity: Severity, code: str, summary: FolderSummary, what: str, advice: str
) -> Finding:
    return Finding(severity, code, summary.session, summary.folder, what, advice)
