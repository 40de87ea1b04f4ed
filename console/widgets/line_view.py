"""A scroll view whose strips are its lines: what is drawn once isn't drawn again, nor looked at.

Textual makes a strip of each line with borders, padding and effects, keeps that, and looks through
its filters and cuts at every frame. A view that has none of these, and is as wide as its lines, is
drawn in half the time without. The scroll bar is drawn only where it looks different.
"""

from __future__ import annotations

from typing import Self

from rich.segment import Segment
from rich.style import Style
from textual.color import TRANSPARENT, Color
from textual.filter import LineFilter
from textual.geometry import Region, Size
from textual.scroll_view import ScrollView
from textual.strip import Strip


class LineView(ScrollView):
    """Draws lines that are exactly as wide as `scrollable_content_region`. Say how in `draw_lines`.

    A style that is given to a segment is one that `finished` returned.
    """

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._drawn: dict[int, Strip] = {}  # By line of the screen.
        self._drawn_width = -1
        self._look: tuple[tuple[LineFilter, ...], Color] | None = None

    # -- what a view of lines must say -------------------------------------------------------------

    def draw_lines(self, lines: list[int]) -> list[Strip]:
        """Draws lines of the screen, by their numbers from the view's top."""
        raise NotImplementedError

    def forget_styles(self) -> None:
        """Forgets what it knows of styles: there are others."""
        raise NotImplementedError

    # -- drawing -----------------------------------------------------------------------------------

    def finished(self, style: Style) -> Style:
        """Returns a style as the terminal is to get it."""
        segments = [Segment(" ", style)]
        filters, background = self._look or ((), TRANSPARENT)
        for one in filters:
            segments = one.apply(segments, background)
        return segments[0].style or style

    def refresh(
        self,
        *regions: Region,
        repaint: bool = True,
        layout: bool = False,
        recompose: bool = False,
    ) -> Self:
        """Draws everything, or some regions, anew at the next frame."""
        if repaint:
            self._drawn.clear()
        return super().refresh(*regions, repaint=repaint, layout=layout, recompose=recompose)

    def refresh_changed(self) -> None:
        """Draws anew, at the next frame, the lines that have come to look different.

        For what changes of itself, such as ages: most lines look as they did.
        """
        if self._look is None:
            self.refresh()
            return
        lines = sorted(self._drawn)
        new = zip(lines, self.draw_lines(lines), strict=True)
        changed = {y: strip for y, strip in new if strip != self._drawn[y]}
        self._drawn.update(changed)
        if changed:
            width = self._drawn_width
            super().refresh(*(Region(0, y, width, 1) for y in changed))

    def notify_style_update(self) -> None:
        """Draws everything anew in other colours."""
        self.forget_styles()
        super().notify_style_update()

    def render_lines(self, crop: Region) -> list[Strip]:
        """Returns a strip for each line of a region, those that were drawn already as they are."""
        styles, background = self.styles, self.background_colors[1]
        is_plain = (
            styles.text_opacity == self.opacity == 1.0
            and not styles.tint.a
            and not any(styles.gutter)
        )
        look = (tuple(self.get_line_filters()), background) if is_plain else None
        if look != self._look:
            self._look = look
            self._drawn.clear()
            self.forget_styles()
        if look is None:
            return super().render_lines(crop)
        width = self.scrollable_content_region.width
        if width != self._drawn_width:
            self._drawn_width = width
            self._drawn.clear()
        drawn, lines = self._drawn, crop.line_range
        if missing := [y for y in lines if y not in drawn]:
            drawn.update(zip(missing, self.draw_lines(missing), strict=True))
        strips = [drawn[y] for y in lines]
        if crop.x or crop.right < width:
            return [strip.crop(crop.x, crop.right) for strip in strips]
        return strips

    def render_line(self, y: int) -> Strip:
        """Draws one line of the screen."""
        return self.draw_lines([y])[0]

    # -- scrolling ---------------------------------------------------------------------------------

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Draws other lines; the scroll bar only where it looks different."""
        bar = self.vertical_scrollbar if self.show_vertical_scrollbar else None
        if bar is not None and self._thumb_at(bar.position) != self._thumb_at(new_value):
            bar.position = new_value
        if round(old_value) != round(new_value):
            self.refresh(self.size.region)

    def set_virtual_size(self, size: Size) -> None:
        """Takes another number of lines.

        The whole screen is laid out anew only where the scroll bar comes or goes: nothing else
        depends on it.
        """
        seen = self.size.height
        has_bar, needs_bar = self.show_vertical_scrollbar, size.height > seen
        if size.width != self.virtual_size.width or has_bar != needs_bar:
            self.virtual_size = size
        elif size != self.virtual_size:
            self.set_reactive(LineView.virtual_size, size)
            if has_bar:
                self.vertical_scrollbar.window_virtual_size = size.height
            self.scroll_y = self.validate_scroll_y(self.scroll_y)

    def _thumb_at(self, line: float) -> int:
        """Returns where the bar's thumb begins, in eighths of a cell, as it is drawn.

        Args:
            line: The line that the view begins with.
        """
        seen, lines = self.size.height, self.virtual_size.height
        if lines <= seen:
            return 0
        travel = seen - max(1, seen * seen / lines)
        return int(8 * travel * line / (lines - seen))
