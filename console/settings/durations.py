"""Durations as people write them: `30m`, `1h30m`, `7d`, bare seconds, `off`."""

from __future__ import annotations

import re
from typing import Final

UNITS_MS: Final = {
    "w": 604_800_000,
    "d": 86_400_000,
    "h": 3_600_000,
    "m": 60_000,
    "s": 1_000,
    "ms": 1,
}
LONGEST_MS: Final = 100 * 365 * UNITS_MS["d"]
OFF: Final = "off"

_PART: Final = re.compile(r"(\d+(?:\.\d+)?)(ms|[wdhms])")
_WHOLE: Final = re.compile(r"(?:\d+(?:\.\d+)?(?:ms|[wdhms]))+")
_BARE: Final = re.compile(r"\d+(?:\.\d+)?")


def parse_duration_ms(text: str) -> int | None:
    """Returns a duration in ms; None for `0` and `off`.

    Args:
        text: Parts such as `1h30m`, or bare seconds, `0`, or `off`.

    Raises:
        ValueError: If it is none, or longer than a hundred years.
    """
    plain = text.strip().lower().replace(" ", "")
    if plain == OFF:
        return None
    if _BARE.fullmatch(plain):
        exact_ms = float(plain) * 1000
    elif _WHOLE.fullmatch(plain):
        exact_ms = sum(float(amount) * UNITS_MS[unit] for amount, unit in _PART.findall(plain))
    else:
        raise ValueError(f'{text!r} is no duration such as "30m", "1h30m", "7d" or "off"')
    if exact_ms > LONGEST_MS:  # Before it is rounded: enough digits are an infinity.
        raise ValueError(f"{text!r} is longer than a hundred years")
    return round(exact_ms) or None


def duration_text(ms: int | None) -> str:
    """Returns a duration as `parse_duration_ms` reads it: `1h30m`, `off`."""
    if not ms:
        return OFF
    parts = []
    for unit, length_ms in UNITS_MS.items():
        amount, ms = divmod(ms, length_ms)
        if amount:
            parts.append(f"{amount}{unit}")
    return "".join(parts)
