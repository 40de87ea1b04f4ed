"""Pictures of a screen as small SVG: the same screen is always the same text.

One element stands for each run of text or of background in one style, a line an element, so that a
difference can be read. Nothing is loaded from elsewhere: any monospaced font will do, because each
run says how wide it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import escape
from typing import Final, NamedTuple

from rich.cells import cell_len
from rich.color import Color, blend_rgb
from rich.color_triplet import ColorTriplet
from rich.style import Style
from textual.app import App
from textual.strip import Strip

CELL: Final = (8, 17)
"""The width and height of a cell, px."""

FONT_PX: Final = 13
BASELINE_PX: Final = 13
DIM_SHARE: Final = 0.5
"""How far dimmed text goes towards what is behind it."""


BLOCKS: Final = {
    **{chr(0x2580 + eighths): (0, 8 - eighths, 8, eighths) for eighths in range(1, 9)},
    **{chr(0x2590 - eighths): (0, 0, eighths, 8) for eighths in range(1, 8)},
}
"""Block characters, which a font would draw with gaps between lines: left, top, width and height
in eighths of a cell."""

WORDS: Final = re.compile(r"([▁-█])\1*|[▉-▏]|[^\s▁-▏]+(?: [^\s▁-▏]+)*")
"""Equal blocks side by side, a block that leaves a part of its cell free, or words."""


class Run(NamedTuple):
    """Text in one style on one line.

    Attributes:
        x: The column it begins in.
        cells: How many cells it takes.
        text: The text, without blanks at its ends.
        style: How it looks: a colour, then letters for bold, italic, underlined and struck.
    """

    x: int
    cells: int
    text: str
    style: str


class Patch(NamedTuple):
    """Background of one colour: first column, cells, colour."""

    x: int
    cells: int
    color: str


def picture_of(app: App[object], title: str) -> str:
    """Returns a picture of what an app shows, as SVG.

    Args:
        app: The app.
        title: What it is a picture of, for those who can't see it.
    """
    strips = app.screen._compositor.render_strips()
    base = _hex(_colors(app.screen.rich_style)[1])
    lines = [line_of(strip) for strip in strips]
    width, height = app.size.width * CELL[0], len(lines) * CELL[1]
    styles = sorted({run.style for runs, _ in lines for run in runs})
    names = {style: f"s{number}" for number, style in enumerate(styles)}
    body = [f'<rect width="{width}" height="{height}" fill="{base}"/>']
    for y, (_, patches) in enumerate(lines):
        body += (_rect(patch, y) for patch in patches if patch.color != base)
    for y, (runs, _) in enumerate(lines):
        body += (_element(run, y, names[run.style]) for run in runs)
    rules = [f".{name}{{{_rule(style)}}}" for style, name in names.items()]
    return "\n".join(
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}"'
            f' width="{width}" height="{height}" role="img">',
            f"<title>{escape(title)}</title>",
            f"<style>text{{font:{FONT_PX}px 'Fira Code','DejaVu Sans Mono',Menlo,Consolas,"
            "monospace;white-space:pre}",
            *rules,
            "</style>",
            *body,
            "</svg>",
            "",
        )
    )


def _element(run: Run, y: int, name: str) -> str:
    if run.text[0] not in BLOCKS:
        return _text(run, y, name)
    left, top, width, height = BLOCKS[run.text[0]]
    across, down = CELL[0] / 8, CELL[1] / 8
    if width == 8:
        width *= run.cells
    return (
        f'<rect x="{run.x * CELL[0] + left * across:g}" y="{y * CELL[1] + top * down:g}"'
        f' width="{width * across:g}" height="{height * down:g}" fill="{run.style[:7]}"/>'
    )


def line_of(strip: Strip) -> tuple[list[Run], list[Patch]]:
    """Returns one line of a screen as runs of text and patches of background."""
    runs: list[Run] = []
    patches: list[Patch] = []
    x = 0
    for text, style in _joined(strip):
        foreground, background = _colors(style)
        cells = cell_len(text)
        color = _hex(background)
        if patches and patches[-1].color == color:
            patches[-1] = Patch(patches[-1].x, patches[-1].cells + cells, color)
        else:
            patches.append(Patch(x, cells, color))
        look = _hex(foreground) + _letters(style)
        runs += _words(x, text, look)
        x += cells
    return runs, patches


def _joined(strip: Strip) -> Iterator[tuple[str, Style]]:
    """Yields the strip's text, neighbours of one style as one."""
    before, style_before = "", Style.null()
    for segment in strip:
        style = segment.style or Style.null()
        if before and style == style_before:
            before += segment.text
            continue
        if before:
            yield before, style_before
        before, style_before = segment.text, style
    if before:
        yield before, style_before


def _words(x: int, text: str, look: str) -> Iterator[Run]:
    """Yields what isn't blank, each run from where it begins; equal blocks side by side as one."""
    for match in WORDS.finditer(text):
        start = x + cell_len(text[: match.start()])
        yield Run(start, cell_len(match[0]), match[0], look)


def _colors(style: Style) -> tuple[ColorTriplet, ColorTriplet]:
    foreground = _triplet(style.color, ColorTriplet(255, 255, 255))
    background = _triplet(style.bgcolor, ColorTriplet(0, 0, 0))
    if style.reverse:
        foreground, background = background, foreground
    if style.dim:
        foreground = blend_rgb(foreground, background, DIM_SHARE)
    return foreground, background


def _triplet(color: Color | None, usual: ColorTriplet) -> ColorTriplet:
    return usual if color is None or color.is_default else color.get_truecolor()


def _hex(color: ColorTriplet) -> str:
    return "#" + "".join(f"{part:02x}" for part in color)


def _letters(style: Style) -> str:
    named = (("b", style.bold), ("i", style.italic), ("u", style.underline), ("s", style.strike))
    return "".join(letter for letter, holds in named if holds)


def _rule(style: str) -> str:
    color, letters = style[:7], style[7:]
    rules = [f"fill:{color}"]
    if "b" in letters:
        rules.append("font-weight:700")
    if "i" in letters:
        rules.append("font-style:italic")
    lines = [
        name for letter, name in (("u", "underline"), ("s", "line-through")) if letter in letters
    ]
    if lines:
        rules.append(f"text-decoration:{' '.join(lines)}")
    return ";".join(rules)


def _rect(patch: Patch, y: int) -> str:
    return (
        f'<rect x="{patch.x * CELL[0]}" y="{y * CELL[1]}" width="{patch.cells * CELL[0]}"'
        f' height="{CELL[1]}" fill="{patch.color}"/>'
    )


def _text(run: Run, y: int, name: str) -> str:
    return (
        f'<text class="{name}" x="{run.x * CELL[0]}" y="{y * CELL[1] + BASELINE_PX}"'
        f' textLength="{run.cells * CELL[0]}">{escape(run.text, quote=False)}</text>'
    )
