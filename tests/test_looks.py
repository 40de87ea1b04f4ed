"""How the console looks: every view and dialog, at every size it is made for, in two themes.

Each picture is compared with the one in `screenshots/looks`, exactly. Where it differs, the new one
is written beside it, as `NAME.new.svg`. With UPDATE_LOOKS=1 the new ones take the old ones' places:
look at each before you keep it.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from looks import SCENES, SIZES, TINY, Scene, frozen_day, pictures

LOOKS = Path(__file__).parent / "screenshots" / "looks"


def file_of(title: str) -> Path:
    """Where the picture with a title is kept."""
    return LOOKS / f"{title.replace(' by ', 'x').replace(', ', '-')}.svg"


@pytest.mark.parametrize(
    ("size", "scenes"),
    [*((size, SCENES) for size in SIZES), (TINY, SCENES[:1])],
    ids=[f"{width}x{height}" for width, height in (*SIZES, TINY)],
)
async def test_each_view_and_dialog_looks_as_it_did(
    size: tuple[int, int], scenes: tuple[Scene, ...]
) -> None:
    differing = []
    with frozen_day():
        async for title, picture in pictures(size, scenes):
            kept = file_of(title)
            new = kept.with_suffix(".new.svg")
            new.unlink(missing_ok=True)
            if os.environ.get("UPDATE_LOOKS"):
                kept.write_text(picture, "utf-8")
            elif not kept.exists() or kept.read_text("utf-8") != picture:
                new.write_text(picture, "utf-8")
                differing.append(str(new.relative_to(LOOKS.parent)))
    assert not differing, f"these look different; look at them: {', '.join(differing)}"


def test_every_picture_that_is_kept_is_of_something_that_is_shown() -> None:
    names = {one.name for one in SCENES}
    kept = [path.name for path in LOOKS.glob("*.svg") if not path.name.endswith(".new.svg")]
    assert len(kept) == 2 * (len(SCENES) * len(SIZES) + 1)
    assert {name.rsplit("-", 3)[0] for name in kept} == names
