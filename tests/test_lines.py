"""Lines: wrapped, toned in the theme's colours, and gone while there is nothing to say."""

from __future__ import annotations

from console_support import shown
from desks import DeskApp

from console.model.rows import Cell
from console.widgets.lines import Lines


async def test_lines_wrap_and_take_no_room_while_there_are_none() -> None:
    lines = Lines()
    app = DeskApp(lines)
    async with app.run_test(size=(12, 6)) as pilot:
        assert not lines.region
        lines.show([Cell("one"), Cell("two three four five")])
        await pilot.pause()
        assert lines.size.height == 3
        assert "two three" in shown(app)
        assert lines.text == "one\ntwo three four five"
        lines.show([])
        await pilot.pause()
        assert not lines.region


async def test_markup_in_a_line_is_text() -> None:
    app = DeskApp(Lines(Cell("[red]x[/] [@click=app.quit]y[/]", "bad")))
    async with app.run_test(size=(60, 4)):
        assert "[red]x[/] [@click=app.quit]y[/]" in shown(app)


async def test_a_tone_follows_the_theme() -> None:
    lines = Lines(Cell("wrong", "bad"))
    app = DeskApp(lines)
    async with app.run_test(size=(20, 4)) as pilot:
        before = lines.render().spans[0].style
        app.theme = "textual-light"
        await pilot.pause()
        assert lines.render().spans[0].style != before
