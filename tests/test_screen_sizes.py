"""The classes a screen has by its size are those its breakpoints give it."""

from __future__ import annotations

import pytest
from textual.app import App
from textual.geometry import Size
from textual.screen import Screen

from console.screens.sizes import size_classes


class Sized(Screen[None]):
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (100, "-wide")]
    VERTICAL_BREAKPOINTS = [(20, "-tall")]


@pytest.mark.parametrize("size", [(1, 1), (99, 19), (99, 20), (100, 19), (100, 20), (300, 90)])
async def test_they_are_those_that_a_resize_would_give(size: tuple[int, int]) -> None:
    app: App[None] = App()
    async with app.run_test(size=size) as pilot:
        screen = Sized()
        await app.push_screen(screen)
        await pilot.pause()
        assert {name for name in screen.classes if name.startswith("-")} == {
            *size_classes(screen, Size(*size))
        }


def test_a_screen_without_breakpoints_has_none() -> None:
    assert size_classes(Screen(), Size(80, 24)) == ()
