"""The command palette: go to any session, and every command there is, from the bindings themselves.

Ids are data. Textual's matcher reads what it highlights as markup, and tries every way a query may
lie in a text, which for an id of 4,096 letters never ends; so ids are matched here, in one pass
each.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from typing import Any, ClassVar, Final, Protocol, cast, runtime_checkable

from rich.text import Text
from textual.app import App, SystemCommand
from textual.command import Hit, Hits, Provider
from textual.dom import DOMNode
from textual.markup import escape
from textual.screen import Screen

from console.desk import Desk
from console.model.board import Board
from console.text import visible
from console.views.view import View
from console.widgets.columns import Column

HITS: Final = 20
"""The most sessions shown for one query."""

TURN_S: Final = 0.004
"""How long the search goes on before it lets keys and drawing have their turn."""

LOOKED_AT_ONCE: Final = 64
"""How many ids are looked at between two glances at the clock."""

SHOWN: Final = 160
"""The most characters of an id in the palette; a match may lie beyond them."""

MOVES: Final = frozenset({"move", "page", "first", "last", "lines", "pages", "top", "bottom"})
"""Actions that only move a cursor or scroll: keys for them, but no commands."""

BUILT_IN: Final = {"Theme": "app.theme", "Quit": "app.quit", "Keys": "app.help"}
"""Textual's own commands, by the binding of ours that does the same."""


class GoesToSessions(Protocol):
    """What the palette needs of the app."""

    desk: Desk

    def go_to_session(self, session: str) -> object:
        """Shows a session, wherever it is."""
        ...


@runtime_checkable
class Sortable(Protocol):
    """A view whose rows can be sorted."""

    COLUMNS: ClassVar[tuple[Column, ...]]

    def sorts(self) -> frozenset[str]:
        """Returns the keys of the columns it can be sorted by."""
        ...

    def sort_by(self, column: str | None) -> None:
        """Sorts by a column; by none, the natural order."""
        ...


class SessionProvider(Provider):
    """Finds sessions, in memory and on disk, by any part of their ids."""

    async def search(self, query: str) -> Hits:
        """Yields the sessions whose ids match, the best first: at most HITS.

        An id that is the query comes first, then ids with the query as it is, then those with its
        letters in order; each the newest first.

        Cost: one pass over the ids, in turns of TURN_S; it ends early once enough were found.
        """
        app = cast(GoesToSessions, self.app)
        board = app.desk.board
        wanted = query.casefold()
        found: list[tuple[str, str]] = []  # Each with where it is.
        scattered: list[tuple[str, str]] = []
        if board.tracked(query) is not None or board.folder(query) is not None:
            found.append((query, "in memory" if board.tracked(query) else "on disk"))
        ends_s = time.monotonic() + TURN_S
        for number, (session, where) in enumerate(_newest_first(board)):
            if number % LOOKED_AT_ONCE == 0 and time.monotonic() > ends_s:
                await asyncio.sleep(0)
                ends_s = time.monotonic() + TURN_S
            if session == query:
                continue
            text = plain(session)
            if wanted in text:
                found.append((session, where))
                if len(found) >= HITS:
                    break
            elif len(scattered) < HITS and match(wanted, text):
                scattered.append((session, where))
        for session, where in [*found, *scattered][:HITS]:
            places = match(wanted, plain(session))
            yield Hit(
                _score(places),
                self._shown(session, places),
                partial(app.go_to_session, session),
                text=visible(session, SHOWN),
                help=f"Go to this session, {where}",
            )

    def _shown(self, session: str, places: Sequence[int]) -> Text:
        text = Text(visible(session, SHOWN))
        for place in places:
            if place < len(text):
                text.stylize("bold underline", place, place + 1)
        return text


def plain(session: str) -> str:
    """Returns an id as it is searched: as it is shown, without case, however long."""
    return visible(session, max(len(session), SHOWN)).casefold()


def match(wanted: str, text: str) -> tuple[int, ...]:
    """Finds a query in a text: as it is, else its letters in order.

    Args:
        wanted: The query, without case.
        text: The text, without case.

    Returns:
        Where its letters are; none where they aren't all there.

    Cost: one pass over the text.
    """
    if (start := text.find(wanted)) >= 0:
        return tuple(range(start, start + len(wanted)))
    places: list[int] = []
    place = -1
    for letter in wanted:
        if letter.isspace():
            continue
        place = text.find(letter, place + 1)
        if place < 0:
            return ()
        places.append(place)
    return tuple(places)


def list_commands(
    screen: Screen[Any], built_in: Iterable[SystemCommand] = ()
) -> Iterator[SystemCommand]:
    """Lists the palette's commands: what the keys of the app, the screen and its view do.

    One list with footer and help: a binding's description is the command, its tooltip and key the
    help. What `check_action` hides or greys is left out, and so are keys that only move a cursor.

    Args:
        screen: The screen the palette was opened over.
        built_in: Textual's own commands; those that a key of ours does are left out.
    """
    seen: set[str] = set()
    for active in screen.active_bindings.values():
        binding, node = active.binding, active.node
        name = binding.action.rpartition(".")[2].partition("(")[0]
        if binding.id is None or binding.id in seen or not active.enabled or name in MOVES:
            continue
        if not isinstance(node, (App, Screen, View)) or not binding.description:
            continue
        seen.add(binding.id)
        key = screen.app.get_key_display(binding)
        help_text = f"{binding.tooltip} ({key})" if binding.tooltip else f"({key})"
        yield SystemCommand(
            escape(binding.description),
            escape(help_text),
            partial(_run, screen, binding.action, node),
        )
    yield from _sorts(screen)
    yield from (one for one in built_in if BUILT_IN.get(one.title) not in seen)


async def _run(screen: Screen[Any], action: str, node: DOMNode) -> None:
    await screen.app.run_action(action, node)


def _sorts(screen: Screen[Any]) -> Iterator[SystemCommand]:
    for view in screen.query(View):
        if not (view.display and isinstance(view, Sortable)):
            continue
        sortable = view.sorts()
        for column in view.COLUMNS:
            if column.key in sortable:
                title = escape(visible(column.title, 40))
                yield SystemCommand(
                    f"Sort by {title}",
                    "Sort the rows by this column",
                    partial(view.sort_by, column.key),
                )


def _newest_first(board: Board) -> Iterator[tuple[str, str]]:
    for session in list(board.newest_first()):  # The board goes on while the search waits.
        yield session, "in memory"
    for session in list(board.disk_only()):
        yield session, "on disk"


def _score(places: Sequence[int]) -> float:
    """Returns a score on the scale of Textual's own matcher, so that commands are ranked fairly."""
    if not places:
        return 1.0
    is_whole = places[-1] - places[0] == len(places) - 1
    return len(places) * (3.0 if is_whole else 1.0)
