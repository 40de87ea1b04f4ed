"""The panes of the session view: all at once where there is room, else a page at a time."""

from __future__ import annotations

import pytest
from console_support import lines_of
from console_values import in_memory, on_disk, update_of
from session_support import NORMAL, NOW_MS, SMALL, TINY, WIDE, some_files, staged

from console.snapshot import Mode
from console.widgets.page_bar import PageBar
from tracker import SessionState

EDITED = SessionState(edit_writes=7)
BOTH = update_of(
    mode=Mode.OWN,
    tracked=(in_memory("s", NOW_MS, state=EDITED, dirty_fields=("edit_writes",)),),
    folders=(on_disk("s"),),
)


@pytest.mark.parametrize("size", [WIDE, NORMAL])
async def test_where_there_is_room_all_panes_are_on_the_screen(size: tuple[int, int]) -> None:
    async with staged(BOTH, files=some_files(5), size=size) as stage:
        await stage.open()
        assert stage.focus == "checkpoints"
        for title in (
            "Memory beside disk",
            "Checkpoints · 5",
            "Fill and quality",
            "History, newest first",
        ):
            assert title in stage.screen
        assert "text of n-4.md" in stage.screen
        assert not stage.view.query_one(PageBar).display
        for pane in stage.view.PANES:
            assert stage.view.pane_widget(pane).region.area > 60, pane


async def test_tab_goes_through_all_panes_and_around() -> None:
    async with staged(BOTH, files=some_files(2)) as stage:
        await stage.open()
        seen = []
        for _ in range(5):
            seen.append(stage.focus)
            await stage.press("tab")
        assert seen == ["checkpoints", "text", "plot", "history", "fields"]
        assert stage.focus == "checkpoints"
        await stage.press("shift+tab")
        assert stage.focus == "fields"


async def test_on_a_small_screen_one_page_is_shown_and_tab_turns_it() -> None:
    pages = {
        "fields": "Fields",
        "checkpoints": "Checkpoints",
        "text": "Checkpoints",
        "plot": "Plot",
        "history": "History",
    }
    async with staged(BOTH, files=some_files(5), size=SMALL) as stage:
        await stage.open()
        for pane, title in pages.items():
            assert stage.focus == pane
            assert f"[{title}]" in stage.screen
            shown = [one for one in pages if stage.view.pane_widget(one).region.area]
            assert shown == [one for one in pages if pages[one] == title]
            await stage.press("tab")
        assert stage.focus == "fields"


async def test_on_a_tiny_screen_each_pane_has_it_alone_and_says_what_it_can() -> None:
    said = {
        "fields": "If it were evicted now",
        "checkpoints": "compact",
        "text": "text of n-4.md",
        "plot": "● fill 4",
        "history": "Nothing since this console began.",
    }
    async with staged(BOTH, files=some_files(5), size=TINY) as stage:
        await stage.open()
        for pane, words in said.items():
            assert stage.focus == pane
            assert words in stage.screen
            assert "dirty" in stage.screen
            await stage.press("tab")


async def test_a_click_on_a_pages_name_turns_to_it() -> None:
    async with staged(BOTH, files=some_files(2), size=SMALL) as stage:
        await stage.open()
        assert "tab goes on" in stage.screen
        bar = lines_of(stage.view.query_one(PageBar))[0]
        await stage.pilot.click(PageBar, offset=(bar.index("History") + 1, 0))
        await stage.until(lambda: stage.focus == "history", "the history")
        assert "[History]" in stage.screen


async def test_a_screen_that_grows_and_shrinks_keeps_the_pane() -> None:
    async with staged(BOTH, files=some_files(2), size=WIDE) as stage:
        await stage.open()
        await stage.press("tab", "tab")
        for size in (TINY, SMALL, NORMAL, (160, 15), WIDE):
            await stage.pilot.resize_terminal(*size)
            await stage.pilot.pause()
            assert stage.focus == "plot"
            assert stage.view.pane_widget("plot").region.area
            assert "● fill 1" in stage.screen


async def test_enter_reads_the_checkpoint_and_a_step_back_returns_to_the_rows() -> None:
    async with staged(BOTH, files=some_files(2)) as stage:
        await stage.open()
        await stage.press("enter")
        assert stage.focus == "text"
        assert stage.view.step_back()
        await stage.until(lambda: stage.focus == "checkpoints", "the rows")
        assert not stage.view.step_back()
