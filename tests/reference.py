"""The tracker that never evicts: a plain dict of states, the policy, and the rule of a release."""

from __future__ import annotations

from msgspec.structs import replace

from tracker import FRESH, Effect, Event, Rules, SessionState
from tracker.policy import decide


class NeverEvicts:
    """What every real tracker's effects are held against.

    Attributes:
        states: The state of each session, for ever.
        saved: What the last checkpoint of each session wrote; a release goes back to it.
    """

    def __init__(self, rules: Rules | None = None) -> None:
        self.rules = rules or Rules()
        self.states: dict[str, SessionState] = {}
        self.saved: dict[str, SessionState] = {}

    def handle(self, event: Event, now_ms: int) -> tuple[Effect, ...]:
        """Handles one event, as the tracker's `handle` with this time on its clock."""
        at_ms = now_ms if event.at_ms is None else event.at_ms
        state = self.states.get(event.session, FRESH)
        state, effects = decide(state, event, at_ms, self.rules)
        if any(effect.trigger for effect in effects):
            self.saved[event.session] = replace(state, guards=0, prior_score=None)
        if event.type == "session_end":
            state = self.saved.get(event.session, FRESH)
        self.states[event.session] = state
        return effects

    def release(self, session: str) -> None:
        """Ends a session by hand."""
        self.states[session] = self.saved.get(session, FRESH)
