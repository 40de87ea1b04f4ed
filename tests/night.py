"""One fixed night of a busy gateway, as values: what the pictures of the console are taken of."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cache
from random import Random
from typing import Any, Final, NamedTuple

from console_values import statistics, update_of
from msgspec.structs import replace

from console.snapshot import Feed, Mode, Update, Watch
from tracker import (
    Change,
    ChangeKind,
    FolderSummary,
    PluginEvent,
    SessionState,
    Spread,
    TrackedSession,
)
from tracker.store.folders import folders_of

NOW: Final = datetime(2026, 3, 14, 3, 7, 30, tzinfo=UTC)
NOW_MS: Final = int(NOW.timestamp() * 1000)
SECOND_MS, MINUTE_MS, DAY_MS = 1_000, 60_000, 86_400_000
DIRECTORY: Final = "/srv/openclaw/token-optimizer/checkpoints"
CAPACITY: Final = 14


class One(NamedTuple):
    """A session: how long it was idle, what was captured, and what is newer in memory."""

    session: str
    idle_s: int
    bands: tuple[int, ...] = ()
    thresholds: tuple[int, ...] = ()
    milestones: tuple[str, ...] = ()
    guards: int = 1
    writes: int = 0
    files: int = 0
    trigger: str = ""
    checkpoints: int = 0
    file_bytes: int = 583
    is_pinned: bool = False


CHOSEN: Final = "agent:main:telegram:direct:585976072"
IN_MEMORY: Final = (
    One(CHOSEN, 1, (20, 35, 50), (80,), ("edit-batch",), 3, 3, 2, "progressive-50", 5, 9_412),
    One("ebeabf88-5212-420d-b8bd-265ceb4b0ee5", 2, (20,), (), (), 1, 0, 0, "compact", 2, 2_204),
    One("agent:ops:main", 2, (20, 35, 50, 65, 80), (80, 70), ("pre-fanout",), 3, 11, 4,
        "quality-70", 9, 18_873),
    One("agent:docs:slack:channel:C07UD4", 5, (20, 35), (), ("pre-fanout",), 1, 0, 0,
        "milestone-pre-fanout", 3, 4_120),
    One("bef9d241-7088-444c-8ff7-fc7f1c7e23f9", 9, (), (), (), 1, 1, 1),
    One("agent:research:cron:release-notes", 14, (20, 35), (80,), (), 3, 0, 0, "quality-80", 3,
        3_877, True),
    One("0cdd46c9-8002-46ba-a422-27a818cb5911", 31, (20,), (), (), 1, 0, 0, "progressive-20", 1,
        1_302),
    One("agent:main:subagent:4ed93032-5353-427f-a618-aec82cc77bf6", 44, (20,), (), (), 1, 2, 2,
        "progressive-20", 1, 1_640),
    One("日本語のセッション", 63, (20, 35, 50), (), (), 1, 0, 0, "compact", 4, 5_204),
    One("ff13f630-70d9-452d-a146-d8ad466d5852", 95, (20, 35), (), ("edit-batch",), 1, 0, 0,
        "milestone-edit-batch", 3, 3_300),
    One("agent:ops:cron:inbox-triage", 190, (), (), (), 1, 0, 0),
    One("agent:main:whatsapp:direct:491700", 840, (20,), (80, 70, 50), (), 3, 0, 0, "quality-50",
        4, 4_410),
    One("32210478-a6bb-4b4e-8a18-7e6cce885348", 5_400, (20, 35), (), (), 1, 0, 0,
        "progressive-35", 2, 2_288),
)  # fmt: skip
DISK_ONLY: Final = (
    One("agent:docs:main", 70, (20,), (), (), 1, 0, 0, "progressive-20", 1, 1_288),
    One("738c16e8-abd8-41ed-89cf-0ccf27098cb7", 400, (20, 35), (), (), 1, 0, 0, "compact", 3,
        3_050),
    One("agent:research:cron:nightly-report", 90_000, (20, 35, 50), (80,), (), 3, 0, 0,
        "quality-80", 5, 6_001),
    One("903f2981-93bc-449d-b108-8a59ceb3e4f2", 691_200, (20,), (), (), 1, 0, 0, "compact", 2,
        2_100),
    One("e3c2b1f8-0e77-4f2a-9d43-51b0a4d4d087", 1_209_600, (20, 35, 50, 65), (80, 70), (), 3, 0, 0,
        "quality-70", 8, 12_800),
)  # fmt: skip
UNSAVED: Final = "agent:ops:cron:inbox-triage"
"""The one that never had a checkpoint: there is nothing of it on disk."""


def folder_of(one: One, **changed: Any) -> FolderSummary:
    """A session's folder as its last checkpoint left it."""
    at_ms = NOW_MS - one.idle_s * SECOND_MS if one.checkpoints else 0
    state = SessionState(
        bands=sum(1 << band for band in one.bands),
        thresholds=sum(1 << threshold for threshold in one.thresholds),
        milestones=one.milestones,
        last_checkpoint_ms=at_ms,
        last_evaluated_ms=at_ms,
        guards=one.guards,
        prior_score=84,
    )
    fields: dict[str, Any] = {
        "state": state,
        "seq": one.checkpoints + 1,
        "checkpoints": one.checkpoints,
        "last_trigger": one.trigger,
        "file_bytes": one.file_bytes,
        "has_ended": False,
        "saved": state,
    }
    name = changed.pop("folder", folders_of(one.session)[0])
    return FolderSummary(name, one.session, **{**fields, **changed})


def memory_of(one: One, recency: int) -> TrackedSession:
    """A session in memory: with what came since its last checkpoint."""
    disk = folder_of(one)
    assert disk.state is not None
    names = tuple(f"src/file-{number}.py" for number in range(one.files))
    state = SessionState(
        **{
            **{name: getattr(disk.state, name) for name in SessionState.__struct_fields__},
            "edit_writes": one.writes,
            "edited_files": names,
        }
    )
    touched_ms = NOW_MS - one.idle_s * SECOND_MS
    return TrackedSession(
        session=one.session,
        state=state,
        seq=0 if one.session == UNSAVED else disk.seq,
        dirty_fields=("edit_writes", "edited_files") if one.writes else (),
        touched_ms=touched_ms,
        inserted_ms=touched_ms - 47 * MINUTE_MS,
        is_pinned=one.is_pinned,
        recency=recency,
    )


TROUBLED: Final = (
    folder_of(One("agent:docs:cron:digest", 3_600, (20, 35), (), (), 1, 0, 0, "progressive-35", 3,
                  2_990), trouble="behind",
              why="the manifest has 1 checkpoint more than the record knows of"),
    folder_of(One("c6af0337-0631-4d2b-8a43-b3b1c4a0f726", 7_200, (20,), (), (), 0, 0, 0,
                  "progressive-20", 2, 1_911), trouble="corrupt", can_rebuild=True, bad_kept=1,
              why="torn: not whole JSON: input ended at byte 211; the manifest rebuilds it"),
    FolderSummary("lost+found", "lost+found", trouble="unsafe",
                  why="policy-state.json is a symbolic link; it is refused"),
    folder_of(DISK_ONLY[0], folder="agent_docs_main", seq=0, checkpoints=1, has_ended=None),
    folder_of(One("a20c3828-a127-46e1-bb9a-f40c0b50a0d6", 15_000, (20, 35), (), (), 0, 0, 0,
                  "compact", 3, 2_702), has_ended=True, leftovers=2),
)  # fmt: skip


BY_OTHERS: Final = {"idle": 12, "operator": 3, "drill": 0}
"""Evictions before the history begins, by cause."""


@cache
def history() -> tuple[Update, ...]:
    """Fifty minutes of the night, a step every ten seconds."""
    return tuple(_history())


def _history() -> Iterator[Update]:
    random = Random(4)
    start_ms = NOW_MS - 50 * MINUTE_MS
    number = inserted = evicted = rehydrated = released = 0
    yield update(
        start_ms, is_fresh=True, statistics=statistics(capacity=CAPACITY, evictions=BY_OTHERS)
    )
    for step in range(300):
        at_ms = start_ms + step * 10 * SECOND_MS
        wave = max(0, 3 - abs(step % 60 - 30) // 8)
        changes = []
        for kind, count in (
            (ChangeKind.INSERTED, random.randrange(2)),
            (ChangeKind.EVICTED, random.randrange(wave + 1)),
            (ChangeKind.REHYDRATED, random.randrange(wave + 1)),
            (ChangeKind.RELEASED, random.randrange(8) == 0),
        ):
            for _ in range(count):
                number += 1
                session = random.choice((*IN_MEMORY, *DISK_ONLY)).session
                changes.append(_change(number, kind, session, at_ms, random))
        inserted += sum(one.kind is ChangeKind.INSERTED for one in changes)
        evicted += sum(one.kind is ChangeKind.EVICTED for one in changes)
        rehydrated += sum(one.kind is ChangeKind.REHYDRATED for one in changes)
        released += sum(one.kind is ChangeKind.RELEASED for one in changes)
        counts = statistics(
            capacity=CAPACITY,
            occupancy=min(len(IN_MEMORY), 2 + step // 8),
            insertions=inserted,
            evictions=BY_OTHERS | {"capacity": evicted},
            rehydrations=rehydrated,
            releases=released,
        )
        yield update(at_ms, changes=tuple(changes), statistics=counts)


def _change(number: int, kind: ChangeKind, session: str, at_ms: int, random: Random) -> Change:
    if kind is ChangeKind.EVICTED:
        idle_ms = random.randrange(4_000, 900_000)
        return Change(number, kind, session, at_ms, "capacity", age_ms=2 * idle_ms, idle_ms=idle_ms)
    if kind is ChangeKind.REHYDRATED:
        return Change(number, kind, session, at_ms, load_ns=random.randrange(40_000, 1_900_000))
    return Change(number, kind, session, at_ms)


def now(**changed: Any) -> Update:
    """The night as it stands at NOW_MS: everything there is, and what happened last."""
    last = max(change.number for one in history() for change in one.changes) + 1
    told = (
        (ChangeKind.LOAD_FAILED, TROUBLED[1].session, "corrupt", TROUBLED[1].why),
        (ChangeKind.TOUCHED_AFTER_END, TROUBLED[4].session, "", ""),
        (ChangeKind.GUARD, CHOSEN, "nudge", ""),
        (ChangeKind.CHECKPOINT, CHOSEN, "progressive-50", ""),
        (ChangeKind.PINNED, IN_MEMORY[5].session, "", ""),
        (ChangeKind.EVICTED, DISK_ONLY[0].session, "capacity", ""),
        (ChangeKind.TOUCHED, CHOSEN, "", ""),
    )
    changes = [
        Change(
            last + place,
            kind,
            session,
            NOW_MS - (8 - place) * SECOND_MS,
            detail,
            why,
            age_ms=70 * MINUTE_MS if kind is ChangeKind.EVICTED else 0,
            idle_ms=66 * SECOND_MS if kind is ChangeKind.EVICTED else 0,
        )
        for place, (kind, session, detail, why) in enumerate(told)
    ]
    before = history()[-1].statistics
    assert before is not None
    counts = replace(
        before,
        occupancy=len(IN_MEMORY),
        pinned=1,
        dirty=5,
        hits=9_412,
        misses=188,
        evictions=before.evictions | {"capacity": before.evictions["capacity"] + 1},
        touches_after_end=1,
        thrash=6,
        spills=204,
        checkpoints=311,
        guards_fired=96,
        load_failures={"corrupt": 1},
        age_at_eviction_ms=Spread(255, 700_000, 7_100_000, 9_999_000),
        idle_at_eviction_ms=Spread(255, 61_000, 810_000, 1_240_000),
        load_time_ns=Spread(231, 284_000, 1_240_000, 2_990_000),
    )
    logged = PluginEvent(
        NOW_MS - 4 * SECOND_MS, CHOSEN, "progressive-50", 52, 81, "tool-after", "Edit", "sonnet"
    )
    tracked = [memory_of(one, -place) for place, one in enumerate(IN_MEMORY)]
    saved = [one for one in (*IN_MEMORY, *DISK_ONLY) if one.session != UNSAVED]
    fields: dict[str, Any] = {
        "tracked": tuple(reversed(tracked)),
        "folders": (*map(folder_of, saved), *TROUBLED),
        "changes": tuple(changes),
        "statistics": counts,
        "plugin_events": (logged,),
        **changed,
    }
    return update(NOW_MS, **fields)


def update(at_ms: int, **changed: Any) -> Update:
    """An update of this directory."""
    fields: dict[str, Any] = {
        "directory": DIRECTORY,
        "mode": Mode.OWN,
        "at_ms": at_ms,
        "watch": Watch("watching", at_ms, 4_000),
        "feed": Feed("/run/openclaw/events.jsonl", 12_480),
    }
    return update_of(**{**fields, **changed})
