"""With --read-only, no key in any view changes a byte: neither in the directory nor audited."""

from __future__ import annotations

from pathlib import Path

import pytest
from console_support import build, console, notices, observing, shown, tracked_ids, until
from directories import tree
from textual.binding import Binding

from console.app import HoldfastApp
from console.keymap import binding_ids
from console.screens.commands import ACTING
from console.screens.views import VIEWS
from console.settings.paths import audit_path

LEAVING = ("quit", "command_palette", "suspend_process")
"""Actions that end the console or leave it for a while; they have tests of their own."""


def keys_now(app: HoldfastApp) -> list[tuple[str, str]]:
    """Every key that means something now, with its action, hidden and greyed ones too."""
    found: dict[str, str] = {}
    for node in app.screen._modal_binding_chain:
        for key, bindings in node[1].key_to_bindings.items():
            found.setdefault(key, bindings[0].action.rpartition(".")[2].partition("(")[0])
    return [(key, action) for key, action in found.items() if action not in LEAVING]


@pytest.mark.parametrize("name", VIEWS)
async def test_every_binding_pressed_in_every_view_changes_no_byte_on_disk(
    name: str, tmp_path: Path
) -> None:
    root = build(tmp_path / "state", [f"s-{number}" for number in range(6)])
    (root / "s-5" / "policy-state.json").write_text("{torn")
    before = tree(root)
    async with console(observing(root, is_read_only=True, capacity=4)) as (app, pilot):
        await until(pilot, lambda: len(tracked_ids(app)) == 4, "the sessions")
        await pilot.press("down")
        (main := app.main) and await main.action_view(name)
        keys = keys_now(app)
        assert {"view", "undo", "evict", "prune"} <= {action for _, action in keys}
        for key, action in keys:
            if main is not None and main.view.subject is None:
                await pilot.press("down")
            await pilot.press(key)
            assert not app._exit, f"{key} ({action}) ended the console"
            while len(app.screen_stack) > 1:
                app.pop_screen()
            if main is not None and main._current != name:
                await main._switch(name)
        assert "READ-ONLY" in shown(app)
        done = ("Evicted", "Rehydrated", "Pinned", "Released", "Brought back")
        assert not [words for words in notices(app) if words.startswith(done)]
    assert tree(root) == before
    assert not audit_path().exists()


async def test_no_key_that_acts_is_shown_or_listed(tmp_path: Path) -> None:
    root = build(tmp_path / "state", ["s-1"])
    async with console(observing(root, is_read_only=True), (160, 48)) as (app, pilot):
        await pilot.press("down")
        active = app.screen.active_bindings.values()
        assert not {one.binding.action for one in active if one.enabled} & ACTING
        titles = {command.title for command in app.get_system_commands(app.screen)}
        assert not {"Evict", "Rehydrate", "Pin", "Release", "Undo", "Capacity", "Prune"} & titles
        last = shown(app).splitlines()[-1]
        assert not any(word in last for word in ("Evict", "Rehydrate", "Pin", "Undo", "Capacity"))
        assert "q Quit" in last


def test_every_binding_there_is_has_a_description(tmp_path: Path) -> None:
    from console.keymap import _bindings, _scopes

    every = [binding for scope in _scopes() for _, binding in _bindings(scope)]
    assert len({binding.id for binding in every}) == len(set(binding_ids()))
    for binding in every:
        assert isinstance(binding, Binding)
        assert binding.description, binding.id
