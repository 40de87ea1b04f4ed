"""Which folder a session lives in: never the same for two ids.

Source: DESIGN.md, section 5. The original replaces what it does not like by `_` and stops there,
so that `a:b`, `a.b` and `a_b` share one folder.
"""

from __future__ import annotations

import re
from hashlib import blake2b
from typing import Final

NAME_CHARACTERS: Final = 120
"""The longest id, in characters, that names its folder whole."""

_UNFIT: Final = re.compile(r"[^A-Za-z0-9_-]")
_DIGESTED: Final = re.compile(r"[A-Za-z0-9_-]{1,120}~[0-9a-f]{16}")
_PLAIN: Final = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_-]{0,119}")


def original_folder(session: str) -> str:
    """Returns the folder the original uses for an id: unfit characters become `_`."""
    return _UNFIT.sub("_", session)


def digest_folder(session: str) -> str:
    """Returns the folder no other id has: the shortened name, `~`, and 16 hex digits of BLAKE2b."""
    digest = blake2b(session.encode(), digest_size=8).hexdigest()
    return f"{original_folder(session)[:NAME_CHARACTERS]}~{digest}"


def is_plain(session: str) -> bool:
    """Whether an id can name its folder as it is."""
    return _PLAIN.fullmatch(session) is not None


def first_folder(session: str) -> str:
    """Returns the folder that holds an id's record, but where a twin holds it: see `folders_of`."""
    return session if _PLAIN.fullmatch(session) else digest_folder(session)


def folders_of(session: str) -> tuple[str, ...]:
    """Returns the folders that may hold an id's record, the first choice first.

    A plain id has its own name, and the digested one where a twin holds that name on a disk that
    ignores case. Any other id has only the digested one.
    """
    digested = digest_folder(session)
    return (session, digested) if is_plain(session) else (digested,)


def may_be_folder(name: str) -> bool:
    """Whether a name could be a session's folder, Holdfast's or the original's."""
    return _UNFIT.search(name) is None or _DIGESTED.fullmatch(name) is not None
