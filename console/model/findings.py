"""The doctor's findings as rows, in words, and with the keys that act on them. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

from console.model.rows import Cell, Tone, age, clock_time
from console.model.wording import counted, whole
from console.snapshot import Mode
from console.text import visible
from tracker import Finding, Severity

SEVERITY_TONES: Final[dict[Severity, Tone]] = {
    Severity.ERROR: "bad",
    Severity.WARNING: "warn",
    Severity.NOTE: "dim",
}

_COMES_BACK: Final = ("corrupt", "behind", "torn-manifest")
"""Findings after which it is worth a rehearsal whether the session comes back."""

_GO_WITH_IT: Final = ("bad-kept", "leftovers")
"""Findings about files that a prune deletes together with their session, once it is old."""


class Remedy(NamedTuple):
    """A key that does something about a finding.

    Attributes:
        binding: The binding's id.
        key: Its key, unless the user gave it another.
        words: What it does, in words.
    """

    binding: str
    key: str
    words: str


def tally(findings: Sequence[Finding]) -> str:
    """Returns how many findings there are of each severity, in words."""
    counts = Counter(finding.severity for finding in findings)
    return ", ".join(counted(counts[one], one) for one in Severity if counts[one])


def keyed(findings: Iterable[Finding]) -> dict[str, Finding]:
    """Returns findings by a key that is the same each time the same thing is found, in order."""
    by_key: dict[str, Finding] = {}
    for finding in findings:
        name = f"{finding.code}/{finding.folder or finding.session}"
        key, number = name, 1
        while key in by_key:
            number += 1
            key = f"{name}/{number}"
        by_key[key] = finding
    return by_key


def finding_cells(finding: Finding) -> dict[str, Cell]:
    """Returns the cells of one finding, by column."""
    tone = SEVERITY_TONES[finding.severity]
    return {
        "severity": Cell(finding.severity, tone),
        "code": Cell(visible(finding.code, 40)),
        "session": Cell(visible(finding.session, 256) or "the directory"),
        "what": Cell(visible(finding.what, 1_000)),
    }


def summary_lines(
    findings: Sequence[Finding], examined_ms: int, now_ms: int, why: str, *, is_slow: bool
) -> list[Cell]:
    """Returns what is said above the findings: how many, of when, and what keeps them from newer.

    Args:
        findings: The findings of the last examination that ended well.
        examined_ms: When that was, Unix ms; 0 for never.
        now_ms: The time now, Unix ms.
        why: Why the one after it failed, in words; empty where there was none.
        is_slow: Whether another has been running for a while.
    """
    parts: list[str] = []
    tone: Tone = ""
    if examined_ms:
        worst = min((list(Severity).index(one.severity) for one in findings), default=2)
        tone = ("bad", "warn", "good")[worst]
        words = ["healthy"] if tone == "good" else []
        words += [tally(findings)] if findings else []
        since = age(now_ms - examined_ms)
        parts = [", ".join(words), f"examined {clock_time(examined_ms)}, {since} ago"]
    if is_slow:
        parts.append("examining again…" if parts else "examining…")
    lines = [Cell(" · ".join(parts), tone)] if parts else []
    if why:
        lines.append(Cell(f"It can't be examined now: {visible(why, 400)}", "bad"))
    return lines


def detail_lines(finding: Finding) -> list[Cell]:
    """Returns all that is to be said of a finding: what it is about, what was found, what to do."""
    lines = [Cell(f"{finding.severity}: {visible(finding.code)}", SEVERITY_TONES[finding.severity])]
    if finding.session:
        lines.append(Cell(f"session {whole(finding.session)}", "strong"))
    if finding.folder and finding.folder != finding.session:
        lines.append(Cell(f"folder {whole(finding.folder)}", "dim"))
    lines.append(Cell(whole(finding.what)))
    lines.append(Cell(f"→ {whole(finding.advice)}", "accent"))
    return lines


def remedies(finding: Finding, mode: Mode, *, is_read_only: bool) -> list[Remedy]:
    """Returns the keys that do something about a finding here, the best first.

    Args:
        finding: The finding.
        mode: How the console got its tracker: an observer's memory is nobody's disk.
        is_read_only: Whether every command is refused.
    """
    found = []
    may_write = mode is not Mode.OBSERVE and not is_read_only
    if finding.code == "corrupt" and finding.severity is Severity.WARNING and may_write:
        words = "rehydrates it: its state is rebuilt, the bad file kept"
        found.append(Remedy("session.rehydrate", "r", words))
    if finding.session:
        found.append(Remedy("table.open", "enter", "opens the session"))
    if finding.code in _COMES_BACK:
        found.append(
            Remedy("tracker.drills", "d", "drills: rehearses on a copy whether it comes back")
        )
    if finding.code in _GO_WITH_IT and may_write:
        found.append(
            Remedy("directory.prune", "P", "prunes: old sessions go, these files with them")
        )
    return found
