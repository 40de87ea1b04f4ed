"""What the fixed night answers when it is asked: files, texts, findings, reports and plans."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

from console_support import StillLink
from night import CHOSEN, DIRECTORY, DISK_ONLY, IN_MEMORY, MINUTE_MS, NOW_MS, SECOND_MS, TROUBLED

from console.snapshot import GoesOn
from tracker import (
    CheckpointFile,
    CheckpointText,
    Difference,
    DrilledSession,
    Ending,
    Finding,
    FolderSummary,
    Outcome,
    Plan,
    PlannedFile,
    PlannedFolder,
    PrunePlan,
    Report,
    Severity,
    Spread,
)


class NightLink(StillLink):
    """A link over the fixed night. Nothing it is asked for takes long or goes wrong."""

    def files(self, folder: FolderSummary) -> tuple[CheckpointFile, ...]:
        return tuple(_files(folder))

    def text(self, folder: FolderSummary, filename: str) -> CheckpointText:
        return CheckpointText(TEXT, False, len(TEXT))

    def diagnose(self, progress: GoesOn | None = None) -> tuple[Finding, ...]:
        return FINDINGS

    def plan_prune(self, older_than_ms: int, progress: GoesOn | None = None) -> PrunePlan:
        return PrunePlan(DIRECTORY, older_than_ms, NOW_MS, PLANNED)

    def evict(self, sessions: Sequence[str]) -> tuple[Outcome, ...]:
        return tuple(Outcome(session, True) for session in sessions)

    def drill(self, plan: Plan, **options: Any) -> Iterator[Report]:
        yield REPORT


def _files(folder: FolderSummary) -> Iterator[CheckpointFile]:
    triggers = ("progressive-20", "progressive-35", "quality-80", "milestone-edit-batch", "compact")
    statuses = ("listed", "listed", "orphan", "missing", "listed", "listed")
    for number in range(folder.checkpoints):
        at_ms = NOW_MS - (folder.checkpoints - number) * 11 * MINUTE_MS
        trigger = triggers[number % len(triggers)]
        status = statuses[number % len(statuses)]
        has_reading = trigger != "compact"
        yield CheckpointFile(
            folder.session,
            folder.folder,
            f"2026-03-14T02-{number:02}-{trigger}.md",
            trigger,
            at_ms,
            20 + 9 * number if has_reading else None,
            96 - 5 * number if has_reading else None,
            None if status == "missing" else 1_204 + 211 * number,
            status,  # type: ignore[arg-type]
        )


TEXT: Final = """# Session Checkpoint (v2)
> Captured at 2026-03-14T02:56:30.000Z
> Trigger: progressive-50
> Fill: 52%
> Quality: 81/100

## Recent Messages
### user
The nightly report is two hours late. Find out which job holds it up, and say what you would do \
before you do it.
### assistant
The report waits for `inbox-triage`, which has been idle for three minutes with a lock on the queue.
"""

FINDINGS: Final = (
    Finding(Severity.ERROR, "unsafe", "lost+found", "lost+found", TROUBLED[2].why,
            "move the folder away, or put a plain file in its place"),
    Finding(Severity.WARNING, "corrupt", TROUBLED[1].session, TROUBLED[1].folder, TROUBLED[1].why,
            "let an owner touch the session: the manifest rebuilds it, the bad file is kept"),
    Finding(Severity.WARNING, "behind", TROUBLED[0].session, TROUBLED[0].folder, TROUBLED[0].why,
            "nothing: the next touch catches up"),
    Finding(Severity.NOTE, "owned", "", "", "process 4711 owns the directory",
            "nothing: one owner is as it should be"),
)  # fmt: skip

REPORT: Final = Report(
    "restore",
    DIRECTORY,
    "scratch",
    1,
    NOW_MS,
    412,
    False,
    False,
    4,
    1,
    1,
    Spread(5, 284_000, 1_240_000, 1_240_000),
    (),
    (
        DrilledSession(
            CHOSEN, Ending.FAILED, 3, 2, 3, (Difference("edit_writes", 3, 0),), "it differs",
            312_000,
        ),
        DrilledSession("lost+found", Ending.SKIPPED, why=TROUBLED[2].why),
        *(
            DrilledSession(one.session, Ending.PASSED, 3, 1, one.files, load_ns=284_000)
            for one in IN_MEMORY[1:5]
        ),
    ),
)  # fmt: skip

PLANNED: Final = (
    *(
        PlannedFolder(
            one.session,
            one.session,
            (
                PlannedFile("2026-02-28T02-00-compact.md", 1_204, 0, ()),
                PlannedFile("manifest.jsonl", 402, 0, ()),
                PlannedFile("policy-state.json", one.file_bytes - 1_606, 0, ()),
            ),
            newest_ms=NOW_MS - one.idle_s * SECOND_MS,
        )
        for one in DISK_ONLY[3:]
    ),
    PlannedFolder(CHOSEN, CHOSEN, newest_ms=NOW_MS, why_kept="it is in memory"),
    PlannedFolder("lost+found", "lost+found", newest_ms=NOW_MS, why_kept=TROUBLED[2].why),
    *(
        PlannedFolder(one.session, one.session, is_young=True, why_kept="younger than 7d")
        for one in DISK_ONLY[:3]
    ),
)
