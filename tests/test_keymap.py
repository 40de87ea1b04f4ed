"""The keys: every binding has an id, no two meet, and each can be given another key."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator
from itertools import combinations
from pathlib import Path

import pytest
from console_support import StillLink, build, console, disk_only_ids, observing, table, until
from console_values import in_memory, update_of
from textual.binding import Binding
from textual.dom import DOMNode

import console as console_package
from console.app import HoldfastApp
from console.keymap import _bindings, _keys, _scopes, binding_ids, checked_keys
from console.screens.confirm import Confirm
from console.settings import Settings, SettingsError
from console.widgets.filter_bar import FilterBar
from tracker import Rules


def settings(**keys: str) -> Settings:
    """Settings with these keys; `_` stands for the dot in an id."""
    by_id = {name.replace("_", ".", 1).replace("_", "-"): key for name, key in keys.items()}
    origins = {f"keys.{name}": f"config.toml: keys.{name}" for name in by_id}
    return Settings(keys=by_id, origins=origins)


def problem(**keys: str) -> str:
    with pytest.raises(SettingsError) as raised:
        checked_keys(settings(**keys))
    return str(raised.value)


def own_bindings() -> Iterator[tuple[type[DOMNode], Binding]]:
    """Every binding that a class of the console has."""
    for module in pkgutil.walk_packages(console_package.__path__, "console."):
        if module.name == "console.__main__":
            continue
        for one in vars(importlib.import_module(module.name)).values():
            if isinstance(one, type) and issubclass(one, DOMNode) and one.__module__ == module.name:
                for binding in vars(one).get("BINDINGS", ()):
                    assert isinstance(binding, Binding), (one, binding)
                    yield one, binding


# -- the built-in keys ------------------------------------------------------------------------


def test_every_binding_has_an_id_and_words_and_can_be_given_another_key() -> None:
    known = set(binding_ids())
    found = list(own_bindings())
    assert len(found) > 50
    for owner, binding in found:
        assert binding.id in known, (owner, binding)
        assert binding.description, (owner, binding)


def test_no_two_built_in_keys_that_are_there_at_the_same_time_are_the_same() -> None:
    for scope in _scopes():
        bindings = dict(_bindings(scope))
        for (one, first), (other, second) in combinations(bindings.items(), 2):
            shared = set(_keys(first.key)) & set(_keys(second.key))
            assert not shared, f"{scope}: {one} and {other} both have {shared}"


def test_the_keys_are_those_that_are_promised() -> None:
    promised = {
        "view.filter": "slash",
        "table.mark": "space",
        "table.mark-range": "ctrl+@,ctrl+space",
        "table.mark-all": "a",
        "view.back": "escape",
        "table.open": "enter",
        "session.copy": "y",
        "session.open": "o",
        "table.freeze": "f",
        "session.pin": "p",
        "session.evict": "e",
        "session.rehydrate": "r",
        "session.undo": "z",
        "tracker.capacity": "c",
        "tracker.drills": "d",
        "app.theme": "t",
        "app.help": "question_mark",
        "app.palette": "ctrl+p",
        "app.quit": "q",
        **{
            f"view.{name}": str(number)
            for number, name in enumerate(
                ("sessions", "disk", "session", "events", "statistics", "health"), 1
            )
        },
    }
    keys = {binding.id: binding.key for _, binding in own_bindings()}
    assert {name: keys[name] for name in promised} == promised


# -- keys of one's own ------------------------------------------------------------------------


def test_without_keys_of_ones_own_there_is_nothing_to_check() -> None:
    assert checked_keys(Settings()) == {}


def test_a_key_is_given_by_its_name_or_by_its_sign() -> None:
    assert checked_keys(settings(session_evict="/", view_filter="#")) == {
        "session.evict": "slash",
        "view.filter": "number_sign",
    }
    assert checked_keys(settings(session_evict="slash", view_filter="ctrl+f")) == {
        "session.evict": "slash",
        "view.filter": "ctrl+f",
    }
    assert checked_keys(settings(session_evict=" ctrl+e , E ")) == {"session.evict": "ctrl+e,E"}


def test_an_id_that_there_is_not_is_named_with_the_nearest_that_there_is() -> None:
    assert problem(session_evikt="x").startswith(
        "config.toml: keys.session.evikt: no binding has the id session.evikt;"
        " did you mean session.evict"
    )
    assert "there are app.help, app.palette, app.quit" in problem(zzzz="x")


@pytest.mark.parametrize("slash", ["/", "slash"])
def test_a_key_that_another_binding_keeps_is_refused_and_both_are_named(slash: str) -> None:
    assert problem(session_evict=slash) == (
        "config.toml: keys.session.evict: slash is the key of view.filter (Filter) already;"
        " give one of them another key"
    )


def test_one_of_several_keys_is_enough_to_meet() -> None:
    words = problem(session_evict="ctrl+e,j")
    assert "j is the key of table.down" in words
    words = problem(table_down="down,e")
    assert words.startswith("config.toml: keys.table.down: e is the key of session.evict")


def test_two_keys_that_a_user_chose_alike_are_named_both() -> None:
    words = problem(session_evict="m", session_pin="m")
    assert "session.evict" in words
    assert "session.pin" in words


def test_two_bindings_may_trade_their_keys() -> None:
    assert checked_keys(settings(session_evict="r", session_rehydrate="e")) == {
        "session.evict": "r",
        "session.rehydrate": "e",
    }


def test_bindings_that_are_never_there_together_may_have_the_same_key() -> None:
    given = settings(health_examine="ctrl+f", table_mark="ctrl+f", dialog_yes="e")
    assert len(checked_keys(given)) == 3


def test_the_keys_of_a_pane_meet_those_of_the_view_around_it() -> None:
    assert "plot.newer" in problem(session_open="right")
    assert "dialog.toggle" in problem(dialog_cancel="space")
    assert "text.down" in problem(session_open="down") or "table.down" in problem(
        session_open="down"
    )


def test_the_key_that_always_quits_is_nobody_elses() -> None:
    assert problem(session_evict="ctrl+q") == (
        "config.toml: keys.session.evict: ctrl+q always quits; choose another key"
    )
    assert checked_keys(settings(app_quit="ctrl+q")) == {"app.quit": "ctrl+q"}
    assert "app.palette" in problem(session_evict="ctrl+p")


# -- in the running console -------------------------------------------------------------------


async def test_a_key_of_ones_own_takes_the_place_of_the_built_in_one(tmp_path: Path) -> None:
    root = build(tmp_path / "state", ["a", "b"])
    keys = checked_keys(settings(session_evict="w", session_rehydrate="e", view_filter="#"))
    async with console(observing(root), keys=keys) as (app, pilot):
        await pilot.press("down", "w")
        await until(pilot, lambda: disk_only_ids(app) == ["b"], "the new key to evict")
        await pilot.press("e")
        await until(pilot, lambda: not disk_only_ids(app), "the old key to rehydrate")
        await pilot.press("slash")
        assert not app.screen.query_one(FilterBar).display
        await pilot.press("number_sign")
        assert app.screen.query_one(FilterBar).display


async def test_traded_keys_do_what_they_were_traded_for(tmp_path: Path) -> None:
    root = build(tmp_path / "state", ["a", "b"])
    keys = checked_keys(settings(session_evict="r", session_rehydrate="e"))
    async with console(observing(root), keys=keys) as (app, pilot):
        await pilot.press("down", "r")
        await until(pilot, lambda: disk_only_ids(app) == ["b"], "the eviction")
        await pilot.press("e")
        await until(pilot, lambda: not disk_only_ids(app), "the rehydration")


async def test_keys_in_tables_dialogs_and_of_the_app_can_be_others_too() -> None:
    update = update_of(is_fresh=True, tracked=(in_memory("a"), in_memory("b")))
    given = settings(
        table_down="b", table_mark="m", dialog_yes="ctrl+y", app_palette="ctrl+k", app_quit="Q"
    )
    link = StillLink(update)
    app = HoldfastApp(link, Rules(), keys=checked_keys(given))
    async with app.run_test(size=(120, 36)) as pilot:
        await until(pilot, lambda: len(table(app).keys) == 2, "the sessions")
        await pilot.press("b", "m", "m", "e")
        await until(pilot, lambda: isinstance(app.screen, Confirm), "the question")
        await pilot.press("y")
        assert isinstance(app.screen, Confirm)
        await pilot.press("ctrl+y")
        await until(pilot, lambda: sorted(link.asked) == ["a", "b"], "the answer")
        await pilot.press("ctrl+p")
        assert app.screen is app.main
        await pilot.press("ctrl+k")
        assert app.screen is not app.main
        await pilot.press("escape")
        await until(pilot, lambda: app.screen is app.main, "the palette to close")
        await pilot.press("q")
        assert app.is_running
        await pilot.press("Q")
    assert app.return_code == 0
