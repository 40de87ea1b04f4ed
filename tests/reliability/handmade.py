"""State files that are bad on purpose, each with a name. Every one of them must be told of.

Where a damage is to Holdfast's own record, `sealed` ones carry a checksum that is right, so that
the checksum alone can't be what finds them.
"""

from __future__ import annotations

import json
from typing import Any

from directories import nine_fields
from feeds import NOW_MS

from .oracle import seal


def original(**changed: Any) -> bytes:
    """A state file as the original writes it."""
    fields = {**nine_fields(capturedFillBands=[35], lastCheckpointAt=NOW_MS), **changed}
    return json.dumps(fields, indent=2).encode()


def ours(**changed: Any) -> bytes:
    """A sealed record of session `s-1`; what is changed is changed in Holdfast's own part."""
    fields = nine_fields(capturedFillBands=[35], lastCheckpointAt=NOW_MS)
    part = {"format": 1, "id": "s-1", "seq": 3, "manifestBytes": 0, "live": {}, **changed}
    part["sha256"] = "0" * 64
    return seal(json.dumps({**fields, "holdfast": part}, indent=2).encode())


def bare(text: str) -> bytes:
    """An original's state file whose text is changed: `OLD->NEW`."""
    old, new = text.split("->")
    raw = original()
    assert old.encode() in raw
    return raw.replace(old.encode(), new.encode(), 1)


NINE_MISSING = {
    key: value
    for key, value in nine_fields(capturedFillBands=[35]).items()
    if key != "capturedMilestones"
}

HANDMADE: dict[str, bytes] = {
    "empty": b"",
    "one byte": b"{",
    "only white space": b" \n\t\n",
    "zeros of the same length": b"\0" * len(ours()),
    "first half": ours()[: len(ours()) // 2],
    "second half": ours()[len(ours()) // 2 :],
    "last brace gone": ours().rstrip()[:-1],
    "twice in one file": original() + original(),
    "two records interleaved": original()[:200] + ours()[100:],
    "another file's text": b"# Session Checkpoint (v2)\n> Captured at 2026-11-21\n",
    "HTML of a proxy": b"<html><body>502 Bad Gateway</body></html>",
    "JSON null": b"null",
    "JSON number": b"35",
    "JSON string": b'"capturedFillBands"',
    "JSON list": b"[" + original() + b"]",
    "empty object": b"{}",
    "one of the nine missing": json.dumps(NINE_MISSING).encode(),
    "null among the nine": bare(f"{NOW_MS}->null"),
    "text for a time": bare(f'{NOW_MS}->"{NOW_MS}"'),
    "ISO text for a time": original(lastCheckpointAt="2026-11-21T23:00:35.418Z"),
    "a time of 1e308": bare(f"{NOW_MS}->1e308"),
    "a time of 1e400": bare(f"{NOW_MS}->1e400"),
    "a negative time": original(lastCheckpointAt=-1),
    "a time with a fraction": original(lastEvaluatedAt=NOW_MS + 0.5),
    "a count past 2^53": original(editWriteCount=2**53 + 1),
    "a count of 30 digits": original(editWriteCount=10**29),
    "a boolean count": original(editBatchMarkerWrites=True),
    "NaN": bare(f"{NOW_MS}->NaN"),
    "Infinity": bare(f"{NOW_MS}->Infinity"),
    "NaN in a key nobody knows": original(extra=float("nan")),
    "a band of 101": original(capturedFillBands=[35, 101]),
    "a negative band": original(capturedFillBands=[-20]),
    "a band as text": original(capturedFillBands=["35"]),
    "a band as a list": original(capturedFillBands=[[35]]),
    "bands as an object": original(capturedFillBands={"35": True}),
    "bands as text": original(capturedFillBands="20,35"),
    "milestones as numbers": original(capturedMilestones=[1]),
    "a file name that is null": original(editedFiles=[None]),
    "files as a number": original(editedFiles=3),
    "a comma too many": bare('"capturedMilestones": []->"capturedMilestones": [],'),
    "a comment": b"// state\n" + original(),
    "single quotes": original().replace(b'"', b"'"),
    "a leading zero": bare(f"{NOW_MS}->0{NOW_MS}"),
    "a key twice": original().replace(b"{", b'{"capturedFillBands": [20],', 1),
    "a key twice, deep down": original(x={"y": 1}).replace(b'"y"', b'"y": 0, "y"'),
    "nested 30,000 deep": b'{"x":' + b"[" * 30_000 + b"]" * 30_000 + b"," + original()[1:],
    "over 64 KiB of white space": original() + b" " * 65_536,
    "over 64 KiB of files": original(editedFiles=[f"{number:05}.py" for number in range(9_000)]),
    "UTF-16": original().decode().encode("utf-16"),
    "byte order mark": b"\xef\xbb\xbf" + original(),
    "a byte that is no UTF-8": original(editedFiles=["x"]).replace(b'"x"', b'"\xff"'),
    "an encoded surrogate": original(editedFiles=["x"]).replace(b'"x"', b'"\xed\xa0\x80"'),
    "an escaped lone surrogate": original(editedFiles=["x"]).replace(b'"x"', b'"\\ud800"'),
    "a raw control character": original(editedFiles=["x"]).replace(b'"x"', b'"\x01"'),
    "holdfast as a number": original(holdfast=7),
    "holdfast without a checksum": original(holdfast={"format": 1, "id": "s-1", "seq": 1}),
    "checksum of zeros": original(
        holdfast={"format": 1, "id": "s-1", "seq": 1, "manifestBytes": 0, "sha256": "0" * 64}
    ),
    "checksum in capitals": ours().replace(ours()[-78:], ours()[-78:].upper()),
    "a newline after the record": ours() + b"\n",
    "holdfast under a wrong name": ours().replace(b'"holdfast"', b'"holdfasu"'),
    "another id, unsealed": ours().replace(b'"s-1"', b'"s-2"'),
    "sealed, a negative sequence number": ours(seq=-1),
    "sealed, an id of a number": ours(id=1),
    "sealed, guards as text": ours(live={"guards": "continuity"}),
    "sealed, a score of 101": ours(live={"priorScore": 101}),
    "sealed, a score of 1e308": ours(live={"priorScore": 1e308}),
    "sealed, a score as text": ours(live={"priorScore": "80"}),
    "sealed, a time of 1e308": ours(live={"lastEvaluatedAt": 1e308}),
    "sealed, live as a list": ours(live=[]),
    "sealed, a key twice": seal(ours().replace(b"{", b'{"capturedFillBands": [20],', 1)),
    "sealed, a key that is no UTF-8": seal(ours().replace(b"{", b'{"\xff": 1,', 1)),
    "sealed, a lone surrogate": seal(ours().replace(b"{", b'{"x": "\\udc00",', 1)),
    "sealed, a file as a number": ours(live={"editedFilesKept": 0, "editedFiles": [1]}),
}
"""Name to bytes: more than the 50 that are asked for."""
