"""Takes pictures of the console over the fixed night: each view, each dialog, each theme of two."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from typing import Final, NamedTuple

import pytest
from console_support import shown, until
from night import NOW, NOW_MS, history, now
from night_link import NightLink
from pictures import picture_of
from textual.pilot import Pilot
from textual.strip import Strip
from textual.widgets import Footer, Input
from textual.widgets._footer import FooterKey

from console.app import HoldfastApp
from tracker import Rules

SIZES: Final = ((160, 48), (120, 36), (80, 24))
TINY: Final = (40, 12)
THEMES: Final = ("holdfast-dark", "holdfast-light")

STILL: Final = 2
"""How often a screen must have been the same to be taken for still."""


class Scene(NamedTuple):
    """Something to be seen.

    Attributes:
        name: What its pictures are called.
        keys: What is pressed, from the sessions view with no cursor, to see it.
        typed: What is then put into the entry that has the focus, at once.
        shows: What is on the screen once all of it is there.
        back: What is pressed to get back.
    """

    name: str
    keys: tuple[str, ...]
    shows: str
    back: tuple[str, ...] = ("1",)
    typed: str = ""


SCENES: Final = (
    Scene("sessions", (), "newest first", ()),
    Scene("filter", ("slash",), "⚠", ("escape",), "verdict:dirty idle>"),
    Scene("marks", ("down", "space", "space", "down", "space"), "3 marked", ("escape", "escape")),
    Scene("confirm", ("a", "e"), "Evict 22 ", ("escape", "escape")),
    Scene("capacity", ("c",), "7 sessions go", ("escape",), "6"),
    Scene("drills", ("d", "ctrl+s"), "F A I L E D", ("escape",)),
    Scene("prune", ("P", "7", "d", "enter"), "2 sessions to go", ("escape",)),
    Scene("help", ("question_mark",), "Scroll Left", ("question_mark",)),
    Scene("disk", ("2",), "last checkpoint"),
    Scene("events", ("4", "down"), "told by the tracker"),
    Scene("statistics", ("5",), "Leak radar"),
    Scene("health", ("6", "down"), "opens the session"),
    Scene("session", ("down", "3"), "≠ edit writes"),
)
"""What is shown at every size; the tiny one shows the first alone."""


@contextmanager
def frozen_day() -> Iterator[None]:
    """Lets it be the day of the night, in UTC, for what asks the system which day it is."""

    with pytest.MonkeyPatch.context() as patch:
        for module in ("rows", "compared"):
            patch.setattr(f"console.model.{module}.today", NOW.date)
        patch.setenv("TZ", "UTC")
        time.tzset()
        yield
    time.tzset()


async def pictures(
    size: tuple[int, int], scenes: tuple[Scene, ...] = SCENES
) -> AsyncIterator[tuple[str, str]]:
    """Yields the title and the picture of each scene in each theme, at one size."""
    link = NightLink(now())
    app = HoldfastApp(link, Rules(), clock=lambda: NOW_MS)
    for one in history():
        app.desk.board.apply(one)
        app.desk.chronicle.apply(one)
    async with app.run_test(size=size) as pilot:
        await until(pilot, lambda: app.snapshot is not None, "the night")
        for scene in scenes:
            await pilot.press(*scene.keys)
            if scene.typed and isinstance(app.focused, Input):
                app.focused.value = scene.typed
            for entry in app.screen.query(Input):
                entry.cursor_blink = False
            await until(pilot, lambda scene=scene: scene.shows in shown(app), scene.shows)
            # Each begins with the theme that the one before ended with: a change costs a while.
            for theme in sorted(THEMES, key=lambda name: name != app.theme):
                app.theme = theme
                await settle(app, pilot)
                title = f"{scene.name}, {size[0]} by {size[1]}, {theme}"
                yield title, picture_of(app, title)
            await pilot.press(*scene.back)


async def settle(app: HoldfastApp, pilot: Pilot[None]) -> None:
    """Waits until all is there, and nothing on the screen changes any more."""

    def has_keys() -> bool:
        return all(footer.query(FooterKey) for footer in app.screen.query(Footer))

    await until(pilot, has_keys, "the keys at the foot")
    before: list[Strip] = []
    same = 0
    while same < STILL:
        await pilot.pause(0.04)
        strips = app.screen._compositor.render_strips()
        same = same + 1 if strips == before else 0
        before = strips
