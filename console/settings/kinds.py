"""What the values of a key may be: whole numbers, flags, text, durations, lists of percentages.

A value comes as text (an option, a variable) or as a TOML value; both end in one check.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, NamedTuple, get_args

from console.nearest import did_you_mean
from console.settings.durations import duration_text, parse_duration_ms
from tracker import Durability


class Kind(NamedTuple):
    """What the values of a key are.

    Attributes:
        check: Takes a TOML value and returns the setting. Raises ValueError with what is wrong.
        parse: Takes text and returns a TOML value for `check`. Raises ValueError.
        plain: Takes a setting and returns it as a TOML value.
    """

    check: Callable[[Any], Any]
    parse: Callable[[str], Any]
    plain: Callable[[Any], Any]

    def of_text(self, text: str) -> Any:
        """Returns the setting that text says. Raises ValueError with what is wrong."""
        return self.check(self.parse(text))


def _same(value: Any) -> Any:
    return value


def count(least: int, most: int = 2**53) -> Kind:
    """Returns the kind of whole numbers within bounds."""
    wanted = (
        f"a whole number, {least} to {most}" if most < 2**53 else f"a whole number from {least}"
    )

    def check(value: Any) -> int:
        if value.__class__ is not int or not least <= value <= most:
            raise ValueError(f"{value!r} is not {wanted}")
        return int(value)

    def parse(text: str) -> int:
        try:
            return int(text)
        except ValueError:
            raise ValueError(f"{text!r} is not {wanted}") from None

    return Kind(check, parse, _same)


def _check_percents(value: Any) -> tuple[int, ...]:
    if not isinstance(value, list) or any(one.__class__ is not int for one in value):
        raise ValueError(f"{value!r} is not a list of whole numbers")
    return tuple(value)


def _parse_percents(text: str) -> list[int]:
    try:
        return [int(part) for part in text.replace(",", " ").split()]
    except ValueError:
        raise ValueError(f'{text!r} is not a list of whole numbers such as "20 35 50"') from None


def _check_flag(value: Any) -> bool:
    if value.__class__ is not bool:
        raise ValueError(f"{value!r} is not true or false")
    return bool(value)


_FLAGS: Final = {"true": True, "yes": True, "on": True, "1": True} | dict.fromkeys(
    ("false", "no", "off", "0"), False
)


def _parse_flag(text: str) -> bool:
    try:
        return _FLAGS[text.strip().lower()]
    except KeyError:
        raise ValueError(f"{text!r} is not true or false") from None


def _check_duration(value: Any) -> int | None:
    if value.__class__ in (int, float) and value >= 0:
        value = repr(value)
    if value.__class__ is not str:
        raise ValueError(f'{value!r} is no duration such as "30m", "7d" or "off"')
    return parse_duration_ms(value)


def _check_text(value: Any) -> str:
    if value.__class__ is not str:
        raise ValueError(f"{value!r} is not text")
    return str(value)


def _check_durability(value: Any) -> str:
    known = get_args(Durability)
    if value not in known:
        hint = did_you_mean(str(value), known, 1)
        raise ValueError(f"{value!r} is not one of {', '.join(known)}{hint}")
    return str(value)


FLAG: Final = Kind(_check_flag, _parse_flag, _same)
TEXT: Final = Kind(_check_text, _same, _same)
PERCENTS: Final = Kind(_check_percents, _parse_percents, list)
DURATION: Final = Kind(_check_duration, _same, duration_text)
DURABILITY: Final = Kind(_check_durability, _same, _same)
