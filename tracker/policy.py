"""The policy: state, event and time in; the next state and the effects out. Nothing else.

Knows no disk, no clock and no memory bound. Every number is in `Rules`.

Source: DESIGN.md, section 3, checked there against 32 recorded runs of the original.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import msgspec
from msgspec.structs import replace

from tracker.errors import EventError
from tracker.events import Effect, Event
from tracker.state import CONTINUITY, NUDGE, SessionState, keep_file, plain_name

FANOUT_TOOLS: Final = frozenset({"Task", "Agent"})
EDIT_TOOLS: Final = frozenset({"Edit", "Write", "MultiEdit", "NotebookEdit"})
PRE_FANOUT: Final = "pre-fanout"


class Rules(msgspec.Struct, frozen=True):
    """The policy's numbers, with the original's defaults.

    Attributes:
        bands: Fill bands, whole percentages, ascending.
        thresholds: Quality thresholds, whole scores, descending.
        checkpoint_cooldown_ms: Least time between two checkpoints, except `compact`. 0: none.
        evaluation_cooldown_ms: Least time between two evaluations. 0: none.
        edit_batch_writes: Writes since the last edit batch that make the next one due.
        edit_batch_files: Distinct files since the last edit batch that make the next one due.
        nudge_below_score: A nudge needs a quality score below this.
        nudge_from_fill_pct: A nudge needs at least this fill.

    Raises:
        EventError: If a number is out of its range.
    """

    bands: tuple[int, ...] = (20, 35, 50, 65, 80)
    thresholds: tuple[int, ...] = (80, 70, 50, 40)
    checkpoint_cooldown_ms: int = 90_000
    evaluation_cooldown_ms: int = 30_000
    edit_batch_writes: int = 4
    edit_batch_files: int = 3
    nudge_below_score: int = 70
    nudge_from_fill_pct: int = 50

    def __post_init__(self) -> None:
        for name, values in (("bands", self.bands), ("thresholds", self.thresholds)):
            if not all(0 <= value <= 100 for value in values):
                raise EventError(f"{name} are whole numbers from 0 to 100, not {list(values)}")
        if list(self.bands) != sorted(set(self.bands)):
            raise EventError(f"bands ascend, each once: {sorted(set(self.bands))}")
        if list(self.thresholds) != sorted(set(self.thresholds), reverse=True):
            raise EventError(f"thresholds descend, each once: {sorted(set(self.thresholds))[::-1]}")
        for name in ("checkpoint_cooldown_ms", "evaluation_cooldown_ms"):
            if getattr(self, name) < 0:
                raise EventError(f"{name} is a time in ms, 0 or more")
        for name in ("edit_batch_writes", "edit_batch_files"):
            if getattr(self, name) < 1:
                raise EventError(f"{name} is 1 or more")


class Decision(NamedTuple):
    """What one event comes to.

    Attributes:
        state: The session's next state; the same object where nothing changed.
        effects: What the host is to do, in order. Shared and empty in the common case.
    """

    state: SessionState
    effects: tuple[Effect, ...]


def is_cooling(last_ms: int, now_ms: int, cooldown_ms: int) -> bool:
    """Whether a cooldown is active: only while 0 <= now - last < cooldown.

    A time that went backwards, or a stamp from the future, so never silences a session for longer
    than one cooldown. A last time of 0 means never.
    """
    return last_ms != 0 and 0 <= now_ms - last_ms < cooldown_ms


def decide(state: SessionState, event: Event, now_ms: int, rules: Rules) -> Decision:
    """Decides one event.

    Args:
        state: The session's state before it.
        event: The event.
        now_ms: Its time, Unix ms.
        rules: The policy's numbers.

    Returns:
        The next state and the effects. `session_end` is evaluated here; releasing is the tracker's.
    """
    effects: list[Effect] = []
    kind = event.type
    if kind == "after_tool_call":
        if event.tool in EDIT_TOOLS:
            state = _count_edit(state, event, now_ms, rules, effects)
        state = _evaluate(state, event, now_ms, rules, effects)
    elif kind == "agent_turn_prepare":
        state = _greet(state, event, now_ms, rules, effects)
        state = _evaluate(state, event, now_ms, rules, effects)
    elif kind == "before_tool_call":
        state = _before_fanout(state, event, now_ms, rules, effects)
    elif kind == "before_compaction":
        state = _capture(state, event, now_ms, "compact", effects)
    else:
        state = _evaluate(state, event, now_ms, rules, effects)
    return Decision(state, tuple(effects)) if effects else Decision(state, ())


def _capture(
    state: SessionState, event: Event, now_ms: int, trigger: str, effects: list[Effect]
) -> SessionState:
    effects.append(Effect(now_ms, event.session, "checkpoint", trigger))
    return replace(state, last_checkpoint_ms=now_ms)


def _evaluate(
    state: SessionState, event: Event, now_ms: int, rules: Rules, effects: list[Effect]
) -> SessionState:
    fill_pct, score = event.fill_pct, event.quality_score
    if fill_pct is None or score is None:
        return state
    if is_cooling(state.last_evaluated_ms, now_ms, rules.evaluation_cooldown_ms):
        return state
    if is_cooling(state.last_checkpoint_ms, now_ms, rules.checkpoint_cooldown_ms):
        return replace(state, last_evaluated_ms=now_ms)
    for band in reversed(rules.bands):
        if band <= fill_pct and not state.bands >> band & 1:
            state = replace(state, last_evaluated_ms=now_ms, bands=state.bands | 1 << band)
            return _capture(state, event, now_ms, f"progressive-{band}", effects)
    for threshold in rules.thresholds:
        if threshold > score and not state.thresholds >> threshold & 1:
            state = replace(
                state, last_evaluated_ms=now_ms, thresholds=state.thresholds | 1 << threshold
            )
            return _capture(state, event, now_ms, f"quality-{threshold}", effects)
    return replace(state, last_evaluated_ms=now_ms)


def _greet(
    state: SessionState, event: Event, now_ms: int, rules: Rules, effects: list[Effect]
) -> SessionState:
    guards = state.guards
    if not guards & CONTINUITY:
        effects.append(Effect(now_ms, event.session, "continuity"))
        guards |= CONTINUITY
    score, fill_pct = event.quality_score, event.fill_pct
    if score is None or fill_pct is None or guards & NUDGE:
        return state if guards == state.guards else replace(state, guards=guards)
    is_low = score < rules.nudge_below_score and fill_pct >= rules.nudge_from_fill_pct
    if is_low and state.prior_score is not None:
        effects.append(Effect(now_ms, event.session, "nudge"))
        guards |= NUDGE
    return replace(state, guards=guards, prior_score=score)


def _before_fanout(
    state: SessionState, event: Event, now_ms: int, rules: Rules, effects: list[Effect]
) -> SessionState:
    if event.tool not in FANOUT_TOOLS or event.fill_pct is None or PRE_FANOUT in state.milestones:
        return state
    if is_cooling(state.last_checkpoint_ms, now_ms, rules.checkpoint_cooldown_ms):
        return state
    state = replace(state, milestones=(*state.milestones, PRE_FANOUT))
    return _capture(state, event, now_ms, "milestone-pre-fanout", effects)


def _count_edit(
    state: SessionState, event: Event, now_ms: int, rules: Rules, effects: list[Effect]
) -> SessionState:
    files, beyond = state.edited_files, state.files_beyond
    if event.file is not None and (name := plain_name(event.file)) not in files:
        grown = keep_file(files, name, event.session)
        beyond += grown is files
        files = grown
    state = replace(
        state, edit_writes=state.edit_writes + 1, edited_files=files, files_beyond=beyond
    )
    if event.fill_pct is None:
        return state
    if is_cooling(state.last_checkpoint_ms, now_ms, rules.checkpoint_cooldown_ms):
        return state
    writes_since = state.edit_writes - state.marker_writes
    files_since = state.edit_files - state.marker_files
    if writes_since < rules.edit_batch_writes and files_since < rules.edit_batch_files:
        return state
    state = replace(state, marker_writes=state.edit_writes, marker_files=state.edit_files)
    return _capture(state, event, now_ms, "milestone-edit-batch", effects)
