"""A view of lines: each is drawn once until it is asked for anew, and in the colours there are."""

from __future__ import annotations

import pytest
from rich.segment import Segment
from textual.app import App, ComposeResult
from textual.geometry import Region, Size
from textual.scroll_view import ScrollView
from textual.strip import Strip

from console.widgets.line_view import LineView

SIZE = (30, 10)


class Numbers(LineView):
    """Draws the number of each line, red."""

    def __init__(self) -> None:
        super().__init__(id="numbers")
        self.asked: list[int] = []
        self.forgotten = 0
        self.said: dict[int, str] = {}

    def forget_styles(self) -> None:
        self.forgotten += 1

    def draw_lines(self, lines: list[int]) -> list[Strip]:
        self.asked += lines
        width = self.scrollable_content_region.width
        style = self.finished(self.rich_style)
        top = self.scroll_offset.y
        texts = [self.said.get(y, f"{top + y}") for y in lines]
        return [Strip([Segment(text.ljust(width), style)], width) for text in texts]


class Host(App[None]):
    """A view of lines and nothing else."""

    CSS = """
    Numbers { color: red; scrollbar-size-vertical: 1; overflow-x: hidden; }
    Numbers.-blue { color: blue; }
    Numbers.-faint { text-opacity: 50%; }
    """

    def compose(self) -> ComposeResult:
        yield Numbers()

    @property
    def numbers(self) -> Numbers:
        return self.query_one(Numbers)

    def drawn(self, crop: Region | None = None) -> list[Strip]:
        """The strips of a region; of the whole view where none is given."""
        return self.numbers.render_lines(crop or self.numbers.size.region)


async def test_a_line_is_drawn_once_until_a_refresh() -> None:
    app = Host()
    async with app.run_test(size=SIZE):
        first = app.drawn()
        asked = len(app.numbers.asked)
        assert all(one is other for one, other in zip(app.drawn(), first, strict=True))
        assert len(app.numbers.asked) == asked
        app.numbers.refresh()
        assert [one.text for one in app.drawn()] == [one.text for one in first]
        assert len(app.numbers.asked) == asked + SIZE[1]


async def test_only_lines_that_look_different_are_drawn_anew(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    app = Host()
    async with app.run_test(size=SIZE):
        asked: list[tuple[Region, ...]] = []
        monkeypatch.setattr(
            ScrollView, "refresh", lambda _, *regions, **_kind: asked.append(regions)
        )
        app.drawn()
        app.numbers.said = {3: "three", 5: "five"}
        app.numbers.refresh_changed()
        assert asked == [(Region(0, 3, SIZE[0], 1), Region(0, 5, SIZE[0], 1))]
        assert [one.text.strip() for one in app.drawn()[2:6]] == ["2", "three", "4", "five"]
        app.numbers.refresh_changed()
        assert len(asked) == 1


async def test_a_view_that_is_not_plain_is_drawn_anew_whole() -> None:
    app = Host()
    async with app.run_test(size=SIZE) as pilot:
        app.numbers.add_class("-faint")
        await pilot.pause()
        app.numbers.said = {3: "three"}
        app.numbers.refresh_changed()
        await pilot.pause()
        assert "three" in app.drawn()[3].text


async def test_a_part_of_the_view_is_cut_from_its_lines() -> None:
    app = Host()
    async with app.run_test(size=SIZE):
        assert [one.text for one in app.drawn(Region(0, 2, 1, 3))] == ["2", "3", "4"]
        assert [one.cell_length for one in app.drawn(Region(1, 0, 5, 2))] == [5, 5]


@pytest.mark.parametrize("lines", [3, 400])
async def test_lines_are_as_wide_as_there_is_room_beside_the_scroll_bar(lines: int) -> None:
    app = Host()
    async with app.run_test(size=SIZE) as pilot:
        app.numbers.set_virtual_size(Size(SIZE[0], lines))
        await pilot.pause()
        assert app.numbers.show_vertical_scrollbar is (lines > SIZE[1])
        width = SIZE[0] - (lines > SIZE[1])
        assert {one.cell_length for one in app.drawn()} == {width}


async def test_other_numbers_of_lines_are_no_reason_to_lay_the_screen_out() -> None:
    app = Host()
    async with app.run_test(size=SIZE) as pilot:
        app.numbers.set_virtual_size(Size(SIZE[0], 400))
        await pilot.pause()
        app.numbers.scroll_to(y=380, animate=False, immediate=True)
        layouts: list[object] = []
        app.screen.screen_layout_refresh_signal.subscribe(app.numbers, layouts.append)
        app.numbers.set_virtual_size(Size(SIZE[0], 100))
        await pilot.pause()
        assert not layouts
        assert app.numbers.vertical_scrollbar.window_virtual_size == 100
        assert app.numbers.scroll_offset.y == 100 - SIZE[1]
        app.numbers.set_virtual_size(Size(SIZE[0], 5))
        await pilot.pause()
        assert layouts
        assert not app.numbers.show_vertical_scrollbar


async def test_the_scroll_bar_is_where_it_belongs_at_both_ends_and_between() -> None:
    app = Host()
    async with app.run_test(size=SIZE) as pilot:
        numbers, lines = app.numbers, 10_000
        numbers.set_virtual_size(Size(SIZE[0], lines))
        await pilot.pause()
        bar = numbers.vertical_scrollbar
        for line in (0, 1, 5_000, 5_001, lines - SIZE[1], 3, 0):
            numbers.scroll_to(y=line, animate=False, immediate=True)
            await pilot.pause()
            assert numbers.render_line(0).text.strip() == str(line)
            a_cell = lines / SIZE[1]
            assert abs(bar.position - line) <= a_cell / 8 + 1


async def test_other_colours_are_drawn_at_once() -> None:
    app = Host()
    async with app.run_test(size=SIZE) as pilot:
        before, forgotten = app.drawn(), app.numbers.forgotten
        app.numbers.add_class("-blue")
        await pilot.pause()
        assert app.numbers.forgotten > forgotten
        assert [one.text for one in app.drawn()] == [one.text for one in before]
        assert all(one != other for one, other in zip(app.drawn(), before, strict=True))


async def test_what_is_faint_is_left_to_the_styles_and_plain_again_afterwards() -> None:
    app = Host()
    async with app.run_test(size=SIZE) as pilot:
        before = app.drawn()
        app.numbers.add_class("-faint")
        await pilot.pause()
        faint = app.drawn()
        assert [one.text for one in faint] == [one.text for one in before]
        assert all(one != other for one, other in zip(faint, before, strict=True))
        app.numbers.remove_class("-faint")
        await pilot.pause()
        assert app.drawn() == before


async def test_without_colour_none_reaches_the_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    app = Host()
    async with app.run_test(size=SIZE):
        for strip in app.drawn():
            for segment in strip:
                assert segment.style is not None
                assert segment.style.color is not None
                red, green, blue = segment.style.color.get_truecolor()
                assert red == green == blue
