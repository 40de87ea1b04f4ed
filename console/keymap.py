"""The keys of the console: every binding by its id, and where two of them would meet.

Imports every screen and view; a console that keeps its keys never calls it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final, NamedTuple

from textual.binding import Binding
from textual.dom import DOMNode
from textual.keys import _character_to_key

from console.app import HoldfastApp
from console.nearest import did_you_mean
from console.screens.main import MainScreen
from console.settings import Settings, SettingsError
from console.widgets.live_table import LiveTable

QUIT_ALWAYS: Final = "ctrl+q"
"""The key that quits wherever the focus is. Textual takes it before any binding can."""


class Scope(NamedTuple):
    """Bindings that are there at the same time: those of these widgets and screens."""

    owners: tuple[type[DOMNode], ...]


def checked_keys(settings: Settings) -> dict[str, str]:
    """Checks the keys a user chose.

    Returns:
        Keys by binding id, as Textual names them: `slash` for `/`.

    Raises:
        SettingsError: If there is no binding of an id, or two bindings that are there at the same
            time would have the same key and the user chose one of them; or if a key is one that
            Textual takes first.
    """
    if not settings.keys:
        return {}
    scopes = _scopes()
    known = {id_: binding for scope in scopes for id_, binding in _bindings(scope)}
    for name in settings.keys:
        if name not in known:
            hint = did_you_mean(name, known) or f"; there are {', '.join(sorted(known))}"
            raise SettingsError(f"{_origin(settings, name)}: no binding has the id {name}{hint}")
        if QUIT_ALWAYS in _keys(settings.keys[name]) and name != "app.quit":
            raise SettingsError(
                f"{_origin(settings, name)}: {QUIT_ALWAYS} always quits; choose another key"
            )
    for scope in scopes:
        _check_scope(settings, dict(_bindings(scope)))
    return {id_: ",".join(_keys(text)) for id_, text in settings.keys.items()}


def binding_ids() -> Iterator[str]:
    """Yields the id of every binding, each once."""
    yield from dict.fromkeys(id_ for scope in _scopes() for id_, _ in _bindings(scope))


def bound_keys() -> Iterator[str]:
    """Yields every key that is bound where no key was changed, as Textual names it, each once."""
    bindings = (binding for scope in _scopes() for _, binding in _bindings(scope))
    yield from dict.fromkeys(key for binding in bindings for key in _keys(binding.key))


def _check_scope(settings: Settings, bindings: Mapping[str, Binding]) -> None:
    taken: dict[str, str] = {}
    # Those that keep their keys first, so that the one that was chosen is the one that is named.
    for id_ in sorted(bindings, key=lambda name: name in settings.keys):
        for key in _keys(settings.keys.get(id_, bindings[id_].key)):
            other = taken.setdefault(key, id_)
            if other != id_ and (id_ in settings.keys or other in settings.keys):
                raise SettingsError(
                    f"{_origin(settings, id_)}: {key} is the key of {other}"
                    f" ({bindings[other].description}) already; give one of them another key"
                )


def _keys(text: str) -> list[str]:
    keys = (key.strip() for key in text.split(","))
    return [_character_to_key(key) if len(key) == 1 else key for key in keys if key]


def _origin(settings: Settings, name: str) -> str:
    return settings.origins.get(f"keys.{name}", "keys")


def _bindings(scope: Scope) -> Iterator[tuple[str, Binding]]:
    for owner in scope.owners:
        for one in owner.__mro__:
            for binding in vars(one).get("BINDINGS", ()):
                if isinstance(binding, Binding) and binding.id:
                    yield binding.id, binding


def _scopes() -> tuple[Scope, ...]:
    from console.screens.capacity import CapacityDialog
    from console.screens.columns import ColumnsDialog, _Boxes
    from console.screens.confirm import Confirm
    from console.screens.drills import DrillScreen
    from console.screens.pruning import PruneScreen
    from console.screens.select import SelectDialog
    from console.screens.working import Working
    from console.views.disk import DiskView
    from console.views.events import EventsView
    from console.views.health import HealthView
    from console.views.session import SessionView
    from console.views.sessions import SessionsView
    from console.views.statistics import StatisticsView
    from console.widgets.filter_bar import FilterBar
    from console.widgets.options import Options
    from console.widgets.reading_plot import ReadingPlot
    from console.widgets.text_pane import TextPane

    always = (HoldfastApp, MainScreen)
    tables = (SessionsView, DiskView, EventsView, HealthView)
    return (
        *(Scope((*always, view, LiveTable)) for view in tables),
        *(Scope((*always, SessionView, pane)) for pane in (LiveTable, TextPane, ReadingPlot)),
        Scope((*always, StatisticsView, TextPane)),
        Scope((FilterBar,)),
        *(Scope((dialog,)) for dialog in (Confirm, CapacityDialog, SelectDialog)),
        Scope((Working,)),
        Scope((ColumnsDialog, _Boxes)),
        *(Scope((DrillScreen, part)) for part in (LiveTable, Options)),
        Scope((PruneScreen, TextPane)),
    )
