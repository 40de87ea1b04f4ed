"""A command on many sessions: how far it is, and that it can be stopped, with what is done kept."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from pathlib import Path

import pytest
from console_support import (
    StillLink,
    agree,
    build,
    console,
    notices,
    owning,
    shown,
    started,
    tracked_ids,
    until,
    wait_for,
    waiting,
    was_read,
)
from console_values import in_memory, update_of

from console.embedded.commands import STOPPED, TOGETHER
from console.screens.working import Working
from console.snapshot import GoesOn
from tracker import Outcome

IDS = [f"s-{number}" for number in range(4)]


class Slow(StillLink):
    """A link on which each eviction waits until it is let go."""

    def __init__(self) -> None:
        super().__init__(update_of(tracked=tuple(map(in_memory, IDS))))
        self.turns = threading.Semaphore(0)

    def evict(self, sessions: Sequence[str], progress: GoesOn | None = None) -> tuple[Outcome, ...]:
        assert progress is not None
        outcomes: list[Outcome] = []
        for done, session in enumerate(sessions):
            if not progress(done, len(sessions)):
                outcomes.append(Outcome(session, False, STOPPED))
                continue
            self.turns.acquire(timeout=20)
            outcomes.append(Outcome(session, True))
        return tuple(outcomes)


async def test_what_takes_long_shows_how_far_it_is_and_escape_stops_it() -> None:
    link = Slow()
    async with console(link, is_open=False) as (app, pilot):  # type: ignore[arg-type]
        await until(pilot, lambda: len(tracked_ids(app)) == 4, "the sessions")
        await pilot.press("down", "a", "e")
        await agree(app, pilot)
        await until(pilot, lambda: isinstance(app.screen, Working), "the command at work")
        link.turns.release()
        await until(pilot, lambda: "Evicting  1 of 4" in shown(app), "how far it is")
        assert "esc stops it" in shown(app)
        await pilot.press("escape")
        await until(pilot, lambda: "stopping" in shown(app), "the answer to the key")
        link.turns.release(4)
        await until(pilot, lambda: not isinstance(app.screen, Working), "the end")
        await until(pilot, lambda: notices(app), "what came of it")
        assert "Evicted s-3, s-2" in notices(app)[0]
        assert f"s-1: {STOPPED} (and 1 more)" in notices(app)[0]
        assert set(app.main.view.roster.marks) == {"s-1", "s-0"}  # type: ignore[union-attr,attr-defined]


async def test_many_sessions_are_judged_between_the_turns_of_the_screen(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("console.screens.commands.JUDGED_TOGETHER", 1)
    link = Slow()
    link.turns.release(9)
    async with console(link, is_open=False) as (app, pilot):  # type: ignore[arg-type]
        await until(pilot, lambda: len(tracked_ids(app)) == 4, "the sessions")
        await pilot.press("down", "a")
        assert app.main is not None
        app.main.action_evict()
        app.main.action_evict()  # Before the first could ask; it asks once.
        await agree(app, pilot)
        await until(pilot, lambda: notices(app), "what came of it")
        assert "Evicted s-3, s-2, s-1 and 1 more." in notices(app)[0]
        assert len(notices(app)) == 1


async def test_what_is_done_at_once_shows_nothing() -> None:
    link = Slow()
    link.turns.release(9)
    async with console(link, is_open=False) as (app, pilot):  # type: ignore[arg-type]
        await until(pilot, lambda: len(tracked_ids(app)) == 4, "the sessions")
        await pilot.press("down", "a", "e")
        await agree(app, pilot)
        await until(pilot, lambda: notices(app), "what came of it")
        assert "Evicted s-3, s-2, s-1 and 1 more." in notices(app)[0]
        assert len(app.screen_stack) == 1


async def test_quitting_ends_a_command_that_is_at_work() -> None:
    link = Slow()
    async with console(link, is_open=False) as (app, pilot):  # type: ignore[arg-type]
        await until(pilot, lambda: len(tracked_ids(app)) == 4, "the sessions")
        await pilot.press("down", "a", "e")
        await agree(app, pilot)
        await until(pilot, lambda: isinstance(app.screen, Working), "the command at work")
        link.turns.release()
        app.exit()
        link.turns.release(4)
    assert app.crash is None


def test_an_embedded_command_stops_between_two_parts_and_says_which_were_left(
    tmp_path: Path,
) -> None:
    ids = [f"s-{number:03}" for number in range(TOGETHER + 5)]
    root = build(tmp_path / "state", ids)
    link = owning(root, waiting, capacity=len(ids))
    link.start()
    try:
        told: list[tuple[int, int]] = []

        def once(done: int, total: int) -> bool:
            told.append((done, total))
            return False

        def ready() -> bool:
            try:
                return bool(link.rehydrate(ids[:1]))
            except Exception:  # noqa: BLE001 - not open yet.
                return False

        wait_for(ready, "the directory to be open")
        outcomes = link.rehydrate(ids[1:], once)
        assert told == [(TOGETHER, len(ids) - 1)]
        assert [one.is_done for one in outcomes] == [True] * TOGETHER + [False] * 4
        assert {one.why for one in outcomes if not one.is_done} == {STOPPED}
    finally:
        link.stop()


def test_an_embedded_command_never_gets_far_ahead_of_what_is_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("console.embedded.commands.AHEAD", TOGETHER)
    monkeypatch.setattr("console.embedded.commands.SHOWS_S", 3_600.0)
    ids = [f"s-{number:03}" for number in range(4 * TOGETHER)]
    root = build(tmp_path / "state", ids)
    with started(owning(root, waiting, capacity=len(ids))) as mirror:
        mirror.until(was_read, "the first look")
        outcomes: list[Outcome] = []
        work = threading.Thread(target=lambda: outcomes.extend(mirror.link.rehydrate(ids)))
        work.start()
        most = 0
        while work.is_alive():
            if (update := mirror.link.take(0.05)) is not None:
                most = max(most, len(update.tracked))
        assert [one.is_done for one in outcomes] == [True] * len(ids)
        assert most <= 2 * TOGETHER
