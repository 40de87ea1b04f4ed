"""The tracker that never evicts: the policy over a plain dict, with no store that could fail it.

Source: DESIGN.md, sections 4.3 and 4.5.
"""

from __future__ import annotations

from msgspec.structs import replace

from tracker.events import Effect, Event
from tracker.policy import Rules, decide
from tracker.state import FRESH, SessionState


class NeverEvicts:
    """What the effects of a bounded tracker are held against.

    Attributes:
        states: The state of each session, for ever.
    """

    def __init__(self, rules: Rules | None = None) -> None:
        self.states: dict[str, SessionState] = {}
        self._rules = rules or Rules()
        self._saved: dict[str, SessionState] = {}

    def handle(self, event: Event, now_ms: int) -> tuple[Effect, ...]:
        """Handles one event as the tracker does, with this time on its clock, Unix ms."""
        at_ms = now_ms if event.at_ms is None else event.at_ms
        session = event.session
        state, effects = decide(self.states.get(session, FRESH), event, at_ms, self._rules)
        if any(effect.trigger for effect in effects):
            self._saved[session] = replace(state, guards=0, prior_score=None)
        if event.type == "session_end":
            state = self._saved.get(session, FRESH)
        self.states[session] = state
        return effects
