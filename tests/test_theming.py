"""Themes: read strictly, the user's beside the built-in ones, and every letter legible in each."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from console_support import REPOSITORY, StillLink, build, console, notices, observing, shown, until
from console_values import update_of
from rich.style import Style
from textual.color import Color
from textual.design import ColorSystem
from textual.widgets import Footer

from console.app import HoldfastApp
from console.theming import (
    DEFAULT_DARK,
    DEFAULT_LIGHT,
    OWN_VARIABLES,
    list_theme_files,
    read_theme,
)
from tracker import Rules

BUILT_IN = ("holdfast-contrast", "holdfast-dark", "holdfast-harbour", "holdfast-light")
TONES = ("foreground", "quiet", "text-success", "text-warning", "text-error", "text-accent")
GROUNDS = ("background", "surface", "panel")
LEGIBLE = 4.5
"""The least contrast of text. Source: WCAG 2.2, success criterion 1.4.3."""


def luminance(color: Color) -> float:
    def linear(value: int) -> float:
        share = value / 255
        return share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4

    red, green, blue = map(linear, (color.r, color.g, color.b))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: Color, other: Color) -> float:
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def write(folder: Path, name: str, body: str) -> Path:
    path = folder / f"{name}.toml"
    path.write_text(f'name = "{name}"\nprimary = "#3d8fd1"\n{body}', encoding="utf-8")
    return path


def problem(body: str) -> str:
    return read_theme("/themes/mine.toml", b'name = "mine"\n' + body.encode(), "user").problem


# -- reading ----------------------------------------------------------------------------------


def test_every_built_in_theme_is_fine_and_there_is_a_dark_a_light_and_a_high_contrast_one() -> None:
    found = {one.name: one for one in list_theme_files(None)}
    assert tuple(found) == BUILT_IN
    assert not any(one.problem for one in found.values())
    assert found[DEFAULT_DARK].is_dark
    assert not found[DEFAULT_LIGHT].is_dark


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ('primry = "#fff"', "unknown field 'primry'; did you mean primary"),
        ('primary = "#fff"\nluminosity_spred = 0.1', "did you mean luminosity_spread"),
        ('primary = "#fff"\nzzz = 1', "unknown field 'zzz'"),
        ('secondary = "#fff"', "primary"),
        ("primary = 7", "primary"),
        ('primary = "blue"', "primary is 'blue', not a colour"),
        ('primary = "#fff"\nquiet = "#fff"', "unknown field 'quiet'"),
        ('primary = "#fff"\n[variables]\nquiet = "greyish"', "variables.quiet is 'greyish'"),
        ('primary = "#fff"\n[variables]\nquiet = "#fff; } * { x"', "variables.quiet"),
        ('primary = "#fff"\n[variables]\nlink-style = "loud"', "not a style"),
        ('primary = "#fff"\n[variables]\nquite = "#fff"', "'quite'; did you mean quiet"),
        (
            'primary = "#fff"\n[variables]\nfoter-background = "#fff"',
            "unknown variable 'foter-background'; did you mean footer-background",
        ),
        ('primary = "#fff"\n[variables]\nquiet = "#fff"\nzzzz = "#fff"', "variable 'zzzz'"),
        ('primary = "#fff"\ntext_alpha = nan', "text_alpha"),
        ('primary = "#fff"\nluminosity_spread = 1e300', "luminosity_spread"),
        ("primary = ", "Invalid"),
        ("x = " + "[" * 20_000, "nested too deeply"),
    ],
)
def test_what_is_wrong_in_a_theme_file_is_named(body: str, words: str) -> None:
    assert words in problem(body)


def test_a_name_that_is_markup_is_no_name() -> None:
    raw = b'name = "[red]x[/y]"\nprimary = "#fff"'
    assert "name is" in read_theme("/themes/mine.toml", raw, "user").problem


def test_bytes_that_are_no_utf_8_are_named_not_raised() -> None:
    assert read_theme("/themes/mine.toml", b'name = "\xff"', "user").problem


def test_colours_styles_and_fadings_that_textual_knows_are_fine() -> None:
    variables = 'quiet = "#81a1c1 35%"\ntext-muted = "auto 60%"\nlink-style = "bold not underline"'
    assert problem(f'primary = "#0af8"\n[variables]\n{variables}').startswith("primary")
    assert problem(f'primary = "#0af"\n[variables]\n{variables}') == ""


def test_a_users_theme_stands_beside_the_built_in_ones_and_shadows_one_of_its_name(
    tmp_path: Path,
) -> None:
    write(tmp_path, "mine", "")
    write(tmp_path, DEFAULT_DARK, 'accent = "#123456"')
    found = {one.name: one for one in list_theme_files(tmp_path)}
    assert set(found) == {*BUILT_IN, "mine"}
    shadow = found[DEFAULT_DARK]
    assert (shadow.origin, shadow.values and shadow.values.accent) == ("user", "#123456")


def test_a_users_theme_that_cannot_be_used_takes_no_place(tmp_path: Path) -> None:
    path = write(tmp_path, DEFAULT_DARK, 'acent = "#123456"')
    os.mkfifo(tmp_path / "fifo.toml")
    (tmp_path / "large.toml").write_bytes(b"#" * 70_000)
    found = list_theme_files(tmp_path)
    assert [one.name for one in found if one.values] == list(BUILT_IN)
    problems = {one.path: one.problem for one in found if one.problem}
    assert "did you mean accent" in problems[str(path)]
    assert set(problems.values()) >= {"not a file", "larger than 64 KiB"}


def test_a_folder_of_themes_that_cannot_be_listed_is_named(tmp_path: Path) -> None:
    (tmp_path / "themes").touch()
    *built_in, last = list_theme_files(tmp_path / "themes")
    assert len(built_in) == len(BUILT_IN)
    assert (last.path, last.problem) == (
        str(tmp_path / "themes"),
        "can't be listed: Not a directory",
    )


def test_every_variable_of_textual_and_of_our_own_can_be_set() -> None:
    known = (*ColorSystem("#000").generate(), *OWN_VARIABLES)
    variables = "\n".join(f'{name} = "{"bold" if "-style" in name else "#123"}"' for name in known)
    assert problem(f'primary = "#fff"\n[variables]\n{variables}') == ""


def test_a_theme_without_textuals_own_variables_is_read_without_loading_it() -> None:
    code = (
        "import sys; from console.theming import list_theme_files\n"
        "assert len(list_theme_files(None)) == 4\n"
        "print('textual' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=REPOSITORY
    )
    assert done.stdout.strip() == "False"


def test_a_folder_of_themes_need_not_exist(tmp_path: Path) -> None:
    assert len(list_theme_files(tmp_path / "none")) == len(BUILT_IN)


# -- in the console ---------------------------------------------------------------------------


@pytest.mark.parametrize("name", BUILT_IN)
async def test_every_text_tone_is_legible_on_every_ground(name: str) -> None:
    app = HoldfastApp(StillLink(), Rules(), theme_name=name)
    async with app.run_test():
        assert app.theme == name
        value = {key: Color.parse(color) for key, color in app.theme_variables.items()
                 if color.startswith("#")}  # fmt: skip
        pairs = [(tone, ground) for tone in TONES for ground in GROUNDS]
        pairs += [("cursor-text", "primary"), ("foreground", "block-cursor-blurred-background")]
        pairs += [("foreground", "primary-muted"), ("foreground", "error-muted")]
        pairs += [("footer-key-foreground", "footer-background")]
        for tone, ground in pairs:
            below = value["background"] + value[ground]
            assert contrast(below + value[tone], below) >= LEGIBLE, (tone, ground)


@pytest.mark.parametrize("name", BUILT_IN)
async def test_every_letter_that_is_drawn_is_legible(name: str, tmp_path: Path) -> None:
    root = build(tmp_path / "state", ["s-1", "s-2", "s-3"])
    async with console(observing(root), (160, 30), theme_name=name) as (app, pilot):
        await pilot.press("down", "e")
        await until(pilot, lambda: "on disk only: 1" in shown(app), "the eviction")
        for text, style in letters(app):
            assert style.color is not None
            assert style.bgcolor is not None
            ink, paper = map(Color.from_rich_color, (style.color, style.bgcolor))
            assert contrast(ink, paper) >= LEGIBLE, text


def letters(app: HoldfastApp) -> Iterator[tuple[str, Style]]:
    """All text on the screen above the footer, whose greyed keys are exempt, with its style."""
    footer = app.screen.query_one(Footer).region.y
    for strip in app.screen._compositor.render_strips()[:footer]:
        for segment in strip:
            if segment.style and any(one.isalnum() for one in segment.text):
                yield segment.text, segment.style


async def test_every_theme_there_is_can_be_chosen_while_the_console_runs(tmp_path: Path) -> None:
    write(tmp_path, "mine", '[variables]\nquiet = "#999"')
    app = HoldfastApp(StillLink(update_of()), Rules(), theme_folder=tmp_path)
    async with app.run_test() as pilot:
        assert {*BUILT_IN, "mine"} < set(app.available_themes)
        for name in app.available_themes:
            app.theme = name
            await pilot.pause()
            assert "No sessions here yet" in shown(app)


async def test_bad_theme_files_and_names_are_said_and_the_default_stands_in(tmp_path: Path) -> None:
    write(tmp_path, DEFAULT_DARK, 'acent = "#123456"')
    link = StillLink()
    app = HoldfastApp(link, Rules(), theme_folder=tmp_path, theme_name="[red]nope")
    async with app.run_test() as pilot:
        await pilot.pause()
        assert app.theme == DEFAULT_DARK
        said = "\n".join(notices(app))
        assert "did you mean accent" in said
        assert "There is no theme '[red]nope'" in said


async def test_without_colour_the_console_is_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    root = build(tmp_path / "state", ["s-1", "s-2"])
    async with console(observing(root)) as (app, pilot):
        assert app.no_color
        await pilot.press("down", "e")
        await until(pilot, lambda: "on disk only: 1" in shown(app), "the eviction")
        assert "disk-only" in shown(app)
        for name in BUILT_IN:
            app.theme = name
            await pilot.pause()
