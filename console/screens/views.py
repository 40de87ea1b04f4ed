"""The views by name, each made as it is first shown: what is never looked at costs nothing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from console.desk import Desk
from console.views.view import View


def _sessions(desk: Desk) -> View:
    from console.views.sessions import SessionsView

    return SessionsView(desk, id=view_id("sessions"))


def _disk(desk: Desk) -> View:
    from console.views.disk import DiskView

    return DiskView(desk, id=view_id("disk"))


def _session(desk: Desk) -> View:
    from console.views.session import SessionView

    return SessionView(desk, id=view_id("session"))


def _events(desk: Desk) -> View:
    from console.views.events import EventsView

    return EventsView(desk, id=view_id("events"))


def _statistics(desk: Desk) -> View:
    from console.views.statistics import StatisticsView

    return StatisticsView(desk, id=view_id("statistics"))


def _health(desk: Desk) -> View:
    from console.views.health import HealthView

    return HealthView(desk, id=view_id("health"))


VIEWS: Final[dict[str, Callable[[Desk], View]]] = {
    "sessions": _sessions,
    "disk": _disk,
    "session": _session,
    "events": _events,
    "statistics": _statistics,
    "health": _health,
}
"""What makes each view, in order of their numbers."""


def view_id(name: str) -> str:
    """Returns the widget id of a view."""
    return f"view-{name}"
