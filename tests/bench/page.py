"""The page that holds one run: the parts of `README.md` that the bench writes itself."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

PAGE: Final = Path(__file__).parent / "README.md"
PLOT: Final = Path(__file__).parent / "plot.svg"


def replaced(text: str, part: str, content: str) -> str:
    """Returns a page with what stands between the marks of one part replaced.

    Raises:
        ValueError: If the page has no such part.
    """
    marks = f"<!-- {part} -->", f"<!-- /{part} -->"
    pattern = re.compile(f"(?<={re.escape(marks[0])}\n).*?(?={re.escape(marks[1])})", re.DOTALL)
    if not pattern.search(text):
        raise ValueError(f"the page has no part {part!r}")
    return pattern.sub(lambda _: f"{content}\n", text)


def write(part: str, content: str) -> None:
    """Replaces one part of the page."""
    PAGE.write_text(replaced(PAGE.read_text(encoding="utf-8"), part, content), encoding="utf-8")
