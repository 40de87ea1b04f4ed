"""What the bytes of a state file mean, read without a line of Holdfast's: strictly, or not at all.

Source: DESIGN.md, section 5.
"""

from __future__ import annotations

import json
import re
from hashlib import sha256
from typing import Any, Literal

import msgspec
from directories import NINE

from tracker import FRESH, SessionState

RECORD_BYTES = 64 * 1024
LARGEST = 2**53
GUARDS = {"continuity": 1, "nudge": 2}
SUM = re.compile(r'[0-9a-f]{64}(?=")')

LARGEST_VALUES = {
    "bands": (1 << 101) - 1,
    "thresholds": (1 << 101) - 1,
    "guards": 3,
    **dict.fromkeys(("last_checkpoint_ms", "marker_writes", "marker_files"), LARGEST),
    **dict.fromkeys(("last_evaluated_ms", "edit_writes", "files_beyond"), LARGEST),
}

Kind = Literal["original", "ours", "newer", "bad"]


class Meaning(msgspec.Struct, frozen=True):
    """What a state file means.

    Attributes:
        kind: Who wrote it, or that it can't be believed.
        session: The id it names; None where it names none.
        state: The state it holds; FRESH where it holds none that can be gone on from.
    """

    kind: Kind
    session: str | None = None
    state: SessionState = FRESH


BAD = Meaning("bad")


class NotStrictError(ValueError):
    """The bytes are not strict JSON with each key once."""


def meaning_of(raw: bytes) -> Meaning:
    """Returns what a state file's bytes mean."""
    if len(raw) > RECORD_BYTES:
        return BAD
    try:
        text = raw.decode("utf-8", "strict")
        values = parse(text)
    except (ValueError, RecursionError):
        return BAD
    if not isinstance(values, dict) or not _are_nine(values):
        return BAD
    ours = values.get("holdfast")
    if ours is None:
        # A record of ours whose key was damaged must not pass for the original's.
        hidden = any(
            isinstance(value, dict) and "sha256" in value
            for key, value in values.items()
            if key not in NINE
        )
        return BAD if hidden else Meaning("original", None, _state(values, {}))
    if not isinstance(ours, dict) or type(ours.get("format")) is not int:
        return BAD
    if ours["format"] > 1:
        is_named = isinstance(ours.get("id"), str | None)
        return Meaning("newer", ours.get("id")) if is_named else BAD
    if not _is_ours(ours) or not is_sealed(text, ours["sha256"]):
        return BAD
    return Meaning("ours", ours["id"], _state(values, ours))


def parse(text: str) -> Any:
    """Reads strict JSON: no NaN, no lone surrogate, no key twice.

    Raises:
        NotStrictError: If it is none.
        RecursionError: If it is nested too deeply.
    """

    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        values = dict(pairs)
        if len(values) != len(pairs):
            raise NotStrictError("a key stands twice")
        return values

    def constant(name: str) -> Any:
        raise NotStrictError(name)

    try:
        values = json.loads(text, object_pairs_hook=once, parse_constant=constant)
        json.dumps(values, ensure_ascii=False).encode()
    except ValueError as error:
        raise NotStrictError(str(error)) from None
    return values


def is_sealed(text: str, written: str) -> bool:
    """Whether a checksum covers the text it stands in, itself taken as zeros."""
    at = text.rfind(written)
    if len(written) != 64 or at < 0:
        return False
    zeroed = text[:at] + "0" * 64 + text[at + 64 :]
    return sha256(zeroed.encode()).hexdigest() == written


def seal(raw: bytes) -> bytes:
    """Gives changed bytes the checksum that covers them; bytes without one stay as they are."""
    text = raw.decode("utf-8", "surrogateescape")
    if not (found := list(SUM.finditer(text))):
        return raw
    at = found[-1].start()
    zeroed = (text[:at] + "0" * 64 + text[at + 64 :]).encode("utf-8", "surrogateescape")
    digest = sha256(zeroed).hexdigest()
    return (text[:at] + digest + text[at + 64 :]).encode("utf-8", "surrogateescape")


def mistyped(state: SessionState) -> list[str]:
    """Says which values of a state in memory are not what its types and ranges allow."""
    wrong = []
    for name, most in LARGEST_VALUES.items():
        if not _is_whole(value := getattr(state, name), most=most):
            wrong.append(f"{name} is {value!r}")
    for name in ("milestones", "edited_files"):
        value = getattr(state, name)
        if type(value) is not tuple or not all(map(_is_text, value)):
            wrong.append(f"{name} is {value!r:.60}")
    if state.prior_score is not None and not _is_score(state.prior_score):
        wrong.append(f"prior_score is {state.prior_score!r}")
    return wrong


def _is_text(value: object) -> bool:
    if type(value) is not str:
        return False
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True


def _is_whole(value: object, least: int = 0, most: int = LARGEST) -> bool:
    return type(value) is int and least <= value <= most


def _is_score(value: object) -> bool:
    return type(value) in (int, float) and 0 <= value <= 100  # type: ignore[operator]


def _are_texts(value: object) -> bool:
    return isinstance(value, list) and all(map(_is_text, value))


def _are_percents(value: object) -> bool:
    return isinstance(value, list) and all(_is_whole(one, most=100) for one in value)


def _are_nine(values: dict[str, Any]) -> bool:
    bands, thresholds, milestones, *counts = NINE
    counts.remove("editedFiles")
    return (
        all(name in values for name in NINE)
        and _are_percents(values[bands])
        and _are_percents(values[thresholds])
        and _are_texts(values[milestones])
        and _are_texts(values["editedFiles"])
        and all(_is_whole(values[name]) for name in counts)
    )


def _is_ours(ours: dict[str, Any]) -> bool:
    live = ours.get("live")
    return (
        isinstance(ours.get("id"), str)
        and isinstance(ours.get("sha256"), str)
        and all(_is_whole(ours.get(name)) for name in ("seq", "manifestBytes"))
        and _is_whole(ours.get("filesBeyond", 0))
        and (live is None or (isinstance(live, dict) and _is_live(live)))
    )


def _is_live(live: dict[str, Any]) -> bool:
    counts = ("lastEvaluatedAt", "editWriteCount", "editedFilesKept", "filesBeyond")
    score = live.get("priorScore")
    return (
        _are_texts(live.get("guards", []))
        and _are_texts(live.get("editedFiles", []))
        and (score is None or _is_score(score))
        and all(live.get(name) is None or _is_whole(live[name]) for name in counts)
    )


def _state(values: dict[str, Any], ours: dict[str, Any]) -> SessionState:
    live = ours.get("live") or {}
    files = values["editedFiles"]
    if (kept := live.get("editedFilesKept")) is not None:
        files = files[:kept] + live.get("editedFiles", [])

    def newer(name: str, saved: int) -> int:
        value: int | None = live.get(name)
        return saved if value is None else value

    return SessionState(
        bands=sum({1 << band for band in values["capturedFillBands"]}),
        thresholds=sum({1 << value for value in values["capturedQualityThresholds"]}),
        milestones=tuple(values["capturedMilestones"]),
        last_checkpoint_ms=values["lastCheckpointAt"],
        marker_writes=values["editBatchMarkerWrites"],
        marker_files=values["editBatchMarkerFiles"],
        guards=sum({GUARDS.get(name, 0) for name in live.get("guards", [])}),
        last_evaluated_ms=newer("lastEvaluatedAt", values["lastEvaluatedAt"]),
        edit_writes=newer("editWriteCount", values["editWriteCount"]),
        edited_files=tuple(files),
        files_beyond=newer("filesBeyond", ours.get("filesBeyond", 0)),
        prior_score=live.get("priorScore"),
    )
