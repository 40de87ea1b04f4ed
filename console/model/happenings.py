"""Happenings: one thing that happened, as a value and in words. Pure; all text made safe."""

from __future__ import annotations

from enum import StrEnum
from typing import Final, Literal

import msgspec

from console.model.rows import Cell, Tone, age, clock_time
from console.text import visible
from tracker import PluginEvent

Origin = Literal["tracker", "disk", "plugin", "operator", "console"]
"""Who tells: the tracker, a change on disk, the plugin's event log, an operator, or the console."""


class HappeningKind(StrEnum):
    """What happened. All but the last three are the tracker's own; see ChangeKind."""

    INSERTED = "inserted"
    TOUCHED = "touched"
    REHYDRATED = "rehydrated"
    TOUCHED_AFTER_END = "touched-after-end"
    CHECKPOINT = "checkpoint"
    GUARD = "guard"
    EVICTED = "evicted"
    SPILL_FAILED = "spill-failed"
    RELEASED = "released"
    LOAD_FAILED = "load-failed"
    PINNED = "pinned"
    UNPINNED = "unpinned"
    CAPACITY = "capacity"
    PLUGIN = "plugin"
    OPERATOR = "operator"
    DIRECTORY = "directory"


class Happening(msgspec.Struct, frozen=True, gc=False):
    """One thing that happened. Its texts are data: `happening_cells` makes them safe.

    Attributes:
        number: Counts up by one with every happening; 0 for touches, which only histories hold.
        at_ms: When, Unix ms; of touches in a row the last one.
        kind: What happened.
        session: The id; empty where it isn't about one session.
        origin: Who tells.
        detail: The checkpoint's trigger, the guard's name, the eviction's cause, the load failure's
            kind, the operator's action, or how the directory looks.
        why: In words: what failed, what came of it, or what else there is to say.
        age_ms: On eviction: time since it came into memory.
        idle_ms: On eviction: time since its last activity.
        load_ns: On rehydration: how long the load took, nanoseconds.
        count: How many: touches in a row, sessions of an action, the new capacity.
        first_ms: When the first of `count` touches in a row was, Unix ms; 0 for anything else.
    """

    number: int
    at_ms: int
    kind: HappeningKind
    session: str
    origin: Origin = "tracker"
    detail: str = ""
    why: str = ""
    age_ms: int = 0
    idle_ms: int = 0
    load_ns: int = 0
    count: int = 0
    first_ms: int = 0


ORIGIN_WORDS: Final[dict[Origin, str]] = {
    "tracker": "told by the tracker",
    "disk": "seen on disk",
    "plugin": "from the plugin's log",
    "operator": "done by hand here",
    "console": "noticed by this console",
}

KIND_TONES: Final[dict[HappeningKind, Tone]] = {
    HappeningKind.INSERTED: "dim",
    HappeningKind.TOUCHED: "dim",
    HappeningKind.REHYDRATED: "good",
    HappeningKind.TOUCHED_AFTER_END: "warn",
    HappeningKind.CHECKPOINT: "accent",
    HappeningKind.GUARD: "accent",
    HappeningKind.EVICTED: "warn",
    HappeningKind.SPILL_FAILED: "bad",
    HappeningKind.RELEASED: "dim",
    HappeningKind.LOAD_FAILED: "bad",
    HappeningKind.PLUGIN: "",
    HappeningKind.OPERATOR: "strong",
    HappeningKind.DIRECTORY: "strong",
}
"""How a kind's word is coloured; kinds that aren't here are plain."""


def happening_cells(one: Happening) -> dict[str, Cell]:
    """Returns the cells of one happening, by column: time, kind, session, what."""
    return {
        "time": Cell(clock_time(one.at_ms), "dim"),
        "kind": Cell(one.kind.value, KIND_TONES.get(one.kind, "")),
        "session": _session_cell(one),
        "what": Cell(happening_words(one)),
    }


def happening_lines(one: Happening) -> list[Cell]:
    """Returns a happening whole, the most important first: what is said, the session, the rest."""
    lines = [Cell(happening_words(one), KIND_TONES.get(one.kind, ""))]
    lines.append(Cell(visible(one.session, 200), "strong"))
    said = (clock_time(one.at_ms), one.kind.value, ORIGIN_WORDS[one.origin])
    lines.append(Cell(" · ".join(said), "dim"))
    return [line for line in lines if line.text]


def happening_words(one: Happening) -> str:
    """Returns what is to be said of a happening beside its kind and session; safe, on one line."""
    detail, why = visible(one.detail, 64), visible(one.why, 300)
    match one.kind:
        case HappeningKind.TOUCHED if one.count > 1:
            pieces = [f"{one.count:,} times in {age(one.at_ms - one.first_ms)}"]
        case HappeningKind.REHYDRATED:
            pieces = [f"loaded in {load_time(one.load_ns)}"]
        case HappeningKind.EVICTED:
            pieces = [detail, f"idle {age(one.idle_ms)}", f"in memory {age(one.age_ms)}"]
        case HappeningKind.TOUCHED_AFTER_END:
            pieces = ["an event came after its end"]
        case HappeningKind.CAPACITY:
            pieces = [f"now {one.count:,}"]
        case HappeningKind.DIRECTORY:
            pieces = []
        case _:
            pieces = [detail]
    return " · ".join(piece for piece in (*pieces, why) if piece)


def logged_words(event: PluginEvent) -> str:
    """Returns what the plugin's log says of a checkpoint beside its trigger; not made safe yet."""
    pieces = [event.kind, event.tool, event.model]
    if event.fill_pct is not None:
        pieces.append(f"fill {event.fill_pct:.0f}")
    if event.quality_score is not None:
        pieces.append(f"quality {event.quality_score:.0f}")
    return " · ".join(piece for piece in pieces if piece)


def load_time(load_ns: int) -> str:
    """Returns a load time in at most seven characters: `14 µs`, `1.2 ms`, `340 ms`, `2.1 s`."""
    if load_ns < 999_500:
        return f"{load_ns / 1_000:.0f} µs"
    if load_ns < 9_950_000:
        return f"{load_ns / 1_000_000:.1f} ms"
    if load_ns < 999_500_000:
        return f"{load_ns / 1_000_000:.0f} ms"
    return f"{load_ns / 1_000_000_000:,.1f} s"


def _session_cell(one: Happening) -> Cell:
    if one.session:
        return Cell(visible(one.session, 256))
    if one.kind is HappeningKind.OPERATOR and one.count > 1:
        return Cell(f"{one.count:,} sessions", "dim")
    return Cell("—", "dim")
