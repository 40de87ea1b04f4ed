"""The key bar: what matters most is there at every width, and keys go by importance."""

from __future__ import annotations

import pytest
from console_support import StillLink, console, shown, until
from console_values import in_memory, update_of

from console.widgets.key_bar import GAP, IMPORTANCE, fitting

KEYS = [
    ("evict", 9),
    ("rehydrate", 13),
    ("open", 8),
    ("drills", 10),
    ("toggle_help", 8),
    ("quit", 8),
]


@pytest.mark.parametrize("width", range(80))
def test_what_is_kept_fits_and_nothing_less_important_stays_longer(width: int) -> None:
    kept = fitting(KEYS, width)
    assert sum(KEYS[place][1] for place in kept) - GAP <= width or len(kept) == 1
    gone = set(range(len(KEYS))) - kept
    rank = lambda place: IMPORTANCE.get(KEYS[place][0], 65)  # noqa: E731
    assert not gone or max(map(rank, gone)) <= min(map(rank, kept))


@pytest.mark.parametrize("size", [(160, 48), (120, 36), (80, 24), (40, 12)])
async def test_help_and_quit_and_what_acts_are_shown_at_every_size(size: tuple[int, int]) -> None:
    link = StillLink(update_of(tracked=(in_memory("s-1"),)))
    async with console(link, size, is_open=False) as (app, pilot):  # type: ignore[arg-type]
        await until(pilot, lambda: "s-1" in shown(app), "the session")
        await pilot.press("down")
        await until(pilot, lambda: "e Evict" in shown(app), "the keys")
        last = shown(app).splitlines()[-1]
        assert "q Quit" in last
        assert "? Help" in last
        assert ("d Drills" in last) == (size[0] >= 120)


async def test_another_width_has_other_keys_at_once() -> None:
    link = StillLink(update_of(tracked=(in_memory("s-1"),)))
    async with console(link, (40, 12), is_open=False) as (app, pilot):  # type: ignore[arg-type]
        await until(pilot, lambda: "q Quit" in shown(app), "the keys")
        assert "d Drills" not in shown(app)
        await pilot.resize_terminal(160, 48)
        await until(pilot, lambda: "d Drills" in shown(app), "more keys")
