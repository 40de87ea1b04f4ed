"""Every case the reliability suite ever found is tried again."""

from __future__ import annotations

import json

from reliability.result import FOUND
from reliability.rows import REPLAYS


def test_no_case_that_was_found_is_found_again() -> None:
    for path in sorted(FOUND.glob("*.json")):
        found = json.loads(path.read_text(encoding="utf-8"))
        assert REPLAYS[found["row"]](found["case"]) == [], path.name
