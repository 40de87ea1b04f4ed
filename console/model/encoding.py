"""JSON that is as safe on a terminal as in a pipe, and stays the same JSON. Pure."""

from __future__ import annotations

from typing import Any

import msgspec


def json_bytes(value: Any) -> bytes:
    r"""Returns a value as JSON that is safe on a terminal too, without a newline.

    Lone surrogates, as file names that are not UTF-8 hold them, no JSON can carry: they become
    text such as `\udcff`. Control characters past ASCII, bidi overrides and the like are escaped.
    """
    try:
        encoded = msgspec.json.encode(value)
    except UnicodeEncodeError:
        encoded = msgspec.json.encode(plain(msgspec.to_builtins(value)))
    return safe_json(encoded)


def safe_json(encoded: bytes) -> bytes:
    """Returns encoded JSON with what a terminal might act on escaped; the same value."""
    if encoded.isascii() and b"\x7f" not in encoded:
        return encoded
    return "".join(
        character if character.isprintable() else _json_escape(character)
        for character in encoded.decode()
    ).encode()


def plain(value: Any) -> Any:
    r"""Returns plain dicts, lists and text with lone surrogates as text such as `\udcff`."""
    if isinstance(value, str):
        return value.encode("utf-8", "backslashreplace").decode()
    if isinstance(value, dict):
        return {plain(key): plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [plain(inner) for inner in value]
    return value


def _json_escape(character: str) -> str:
    # Newlines between tokens are not printable either; JSON strings hold none unescaped.
    if character in "\n\r\t":
        return character
    code = ord(character)
    if code < 0x10000:
        return f"\\u{code:04x}"
    code -= 0x10000
    return f"\\u{0xD800 + (code >> 10):04x}\\u{0xDC00 + (code & 0x3FF):04x}"
