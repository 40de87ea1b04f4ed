"""Seeded damage to a good state file: bytes, tokens, types, nesting, sizes and encodings."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Callable
from typing import Any

from .oracle import seal

NUMBER = re.compile(rb"(?<=[\s:,\[])-?\d+(?:\.\d+)?(?=[\s,\]}])")
TOKEN = re.compile(rb'"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?|true|false|null|[{}\[\],:]')
LITERALS = (
    b"NaN -NaN Infinity -Infinity -1 -0 0.0 1.5 20.0 1e2 1e308 1e400 -1e308 101 9007199254740992"
    b" 9007199254740993 18446744073709551616 00 01 +1 0x10 .5 5. 1e true false null nul undefined"
    b' "" "20" "x" [] {} [[]] [20] {"a":1} \'a\' /**/1 "\\ud800" "\\u0000" "\\x41"'
).split(b" ")
VALUES: tuple[Any, ...] = (
    None,
    True,
    False,
    -1,
    0,
    1,
    20,
    101,
    1.5,
    20.0,
    1e308,
    float("nan"),
    float("inf"),
    2**53,
    2**53 + 1,
    2**64,
    10**400,
    "",
    "20",
    "pre-fanout",
    "\ud800",
    "\x00\x1b[31m",
    [],
    {},
    [None],
    [20, "20"],
    [20, 20, 35],
    [101],
    [-1],
    [[20]],
    {"0": 20},
    ["\udfff"],
    ["a.py"] * 50,
)

Mutation = Callable[[bytes, random.Random], bytes]


def mutate(raw: bytes, random_: random.Random) -> bytes:
    """Damages a state file once or a few times; every other record of ours is sealed again."""
    for _ in range(random_.choices((1, 2, 5), weights=(8, 2, 1))[0]):
        raw = random_.choice(MUTATIONS)(raw, random_)
    return seal(raw) if random_.random() < 0.5 else raw


def flip(raw: bytes, random_: random.Random) -> bytes:
    """Flips a bit."""
    if not raw:
        return b"\0"
    at = random_.randrange(len(raw))
    return raw[:at] + bytes([raw[at] ^ 1 << random_.randrange(8)]) + raw[at + 1 :]


def cut(raw: bytes, random_: random.Random) -> bytes:
    """Truncates, at the end or the start."""
    at = random_.randint(0, len(raw))
    return raw[:at] if random_.random() < 0.8 else raw[at:]


def remove(raw: bytes, random_: random.Random) -> bytes:
    """Removes a span."""
    start, end = _span(raw, random_)
    return raw[:start] + raw[end:]


def repeat(raw: bytes, random_: random.Random) -> bytes:
    """Puts a span in twice."""
    start, end = _span(raw, random_)
    return raw[:end] + raw[start:end] + raw[end:]


def overwrite(raw: bytes, random_: random.Random) -> bytes:
    """Overwrites a span with random bytes, zeros, spaces, or bytes from elsewhere in the file."""
    start, end = _span(raw, random_)
    length = end - start
    elsewhere = random_.randint(0, max(len(raw) - length, 0))
    new = random_.choice(
        (
            random_.randbytes(length),
            b"\0" * length,
            b" " * length,
            raw[elsewhere : elsewhere + length],
        )
    )
    return raw[:start] + new + raw[start + len(new) :]


def insert(raw: bytes, random_: random.Random) -> bytes:
    """Puts bytes in, whole literals among them."""
    at = random_.randint(0, len(raw))
    new = random_.choice((random_.randbytes(random_.randint(1, 8)), *LITERALS, b",", b"}", b"]"))
    return raw[:at] + new + raw[at:]


def literal(raw: bytes, random_: random.Random) -> bytes:
    """Puts another literal in a number's place."""
    return _replaced(raw, NUMBER, random_.choice(LITERALS), random_)


def token(raw: bytes, random_: random.Random) -> bytes:
    """Puts another literal, or nothing, in a token's place."""
    return _replaced(raw, TOKEN, random_.choice((b"", *LITERALS)), random_)


def swap(raw: bytes, random_: random.Random) -> bytes:
    """Swaps two tokens."""
    found = list(TOKEN.finditer(raw))
    if len(found) < 2:
        return raw
    one, other = sorted(random_.sample(found, 2), key=lambda match: match.start())
    between = raw[one.end() : other.start()]
    return raw[: one.start()] + other[0] + between + one[0] + raw[other.end() :]


def retype(raw: bytes, random_: random.Random) -> bytes:
    """Puts a value of any type in some value's place."""

    def change(values: dict[str, Any]) -> None:
        place, key = random_.choice(list(_places(values)))
        place[key] = random_.choice(VALUES)

    return _restructured(raw, change)


def drop(raw: bytes, random_: random.Random) -> bytes:
    """Leaves a key out."""

    def change(values: dict[str, Any]) -> None:
        place, key = random_.choice([one for one in _places(values) if isinstance(one[1], str)])
        del place[key]

    return _restructured(raw, change)


def rename(raw: bytes, random_: random.Random) -> bytes:
    """Gives a key another name, or another case."""

    def change(values: dict[str, Any]) -> None:
        key = random_.choice(list(values))
        values[random_.choice((key.upper(), key + "s", "holdfast", ""))] = values.pop(key)

    return _restructured(raw, change)


def shuffle(raw: bytes, random_: random.Random) -> bytes:
    """Puts the keys in another order."""

    def change(values: dict[str, Any]) -> None:
        items = list(values.items())
        random_.shuffle(items)
        values.clear()
        values.update(items)

    return _restructured(raw, change)


def add(raw: bytes, random_: random.Random) -> bytes:
    """Adds a key nobody knows."""

    def change(values: dict[str, Any]) -> None:
        values[random_.choice(("schemaVersion", "x", "live", "\ud800"))] = random_.choice(VALUES)

    return _restructured(raw, change)


def twin(raw: bytes, random_: random.Random) -> bytes:
    """Puts a key in twice, with another value first."""
    names = re.findall(rb'"[A-Za-z0-9]+"(?=\s*:)', raw)
    new = (random_.choice(names) if names else b'"a"') + b": " + random_.choice(LITERALS) + b","
    at = raw.find(b"{") + 1
    return raw[:at] + new + raw[at:]


def nest(raw: bytes, random_: random.Random) -> bytes:
    """Nests a value, a little or far too deeply."""
    depth = random_.choice((1, 2, 100, 1_000, 10_000))
    left, right = random_.choice(((b"[", b"]"), (b'{"a":', b"}")))
    found = random_.choice(list(TOKEN.finditer(raw)) or [re.match(b"", raw)])
    assert found is not None
    return raw[: found.start()] + left * depth + found[0] + right * depth + raw[found.end() :]


def grow(raw: bytes, random_: random.Random) -> bytes:
    """Makes it too large, or nearly, by white space, a long list or a long text."""
    length = random_.choice((1_000, 60_000, 65_536 - len(raw), 65_537 - len(raw), 200_000))
    kind = random_.randrange(3)
    if kind == 0:
        return raw + b" " * length
    new = b'"a.py",' * (length // 7) if kind == 1 else b'"' + b"x" * length + b'",'
    at = raw.find(b"[") + 1
    return raw[:at] + new.rstrip(b",") + raw[at:]


def recode(raw: bytes, random_: random.Random) -> bytes:
    """Writes it in another encoding, or breaks its UTF-8."""
    text = raw.decode("utf-8", "replace")
    at = random_.randint(0, len(raw))
    broken = random_.choice(
        (b"\xff", b"\xc0\xaf", b"\xed\xa0\x80", b"\xf8\x88\x80\x80\x80", b"\x80")
    )
    return random_.choice(
        (
            text.encode("utf-16"),
            text.encode("utf-32"),
            text.encode("utf-8-sig"),
            text.encode("latin-1", "replace"),
            raw.replace(b"\n", b"\r\n"),
            raw[:at] + broken + raw[at:],
        )
    )


MUTATIONS: tuple[Mutation, ...] = (
    flip,
    cut,
    remove,
    repeat,
    overwrite,
    insert,
    literal,
    token,
    swap,
    retype,
    retype,
    retype,
    drop,
    rename,
    shuffle,
    add,
    twin,
    nest,
    grow,
    recode,
)


def _span(raw: bytes, random_: random.Random) -> tuple[int, int]:
    start = random_.randint(0, len(raw))
    return start, min(start + random_.choice((1, 2, 8, 64, 512)), len(raw))


def _replaced(raw: bytes, pattern: re.Pattern[bytes], new: bytes, random_: random.Random) -> bytes:
    found = list(pattern.finditer(raw))
    if not found:
        return raw + new
    match = random_.choice(found)
    return raw[: match.start()] + new + raw[match.end() :]


def _places(value: Any) -> Any:
    """Yields every container below a value with each of its keys or indexes."""
    keys = value if isinstance(value, dict) else range(len(value))
    for key in list(keys):
        yield value, key
        if isinstance(value[key], dict | list):
            yield from _places(value[key])


def _restructured(raw: bytes, change: Callable[[dict[str, Any]], None]) -> bytes:
    """Changes what the bytes hold; bytes that are no JSON object stay as they are."""
    try:
        values = json.loads(raw)
        if isinstance(values, dict) and values:
            change(values)
        text = json.dumps(values, indent=2, ensure_ascii=False)
        return text.encode("utf-8", "surrogatepass")
    except (ValueError, RecursionError):
        return raw
