"""A home, a state directory and a feed in which every text that can be chosen means harm."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final, NamedTuple

from console_support import build
from console_values import HOSTILE
from directories import iso, manifest_lines, read_state

from tracker import wall_clock_ms

PAYLOADS: Final = (
    *HOSTILE,
    "\x1b]8;;https://example.org\x1b\\linked\x1b]8;;\x1b\\",
    "\x1b_apc\x1b\\\x1b^pm\x1b\\\x1bXsos\x1b\\",
    "\x1b[99;99Hfar",
    "\x1b[?1049lleft",
    "\x1bcreset",
    "\x85next\x84line",
    "crlf\r\nbroken",
    "\x0eshifted\x0f",
    "arabic\u061cmark\u200f",
    "[@click='screen.evict']evict[/] [@click=app.bell]x",
    "[$error on $primary]{theme}[/]",
    ":warning: &amp; %s {0}",
    "k" * 4_096,
)
"""Texts that would harm a terminal, a layout, a markup parser, or a person's eyes."""

IN_A_PATH: Final = "home [red]\x1b[2J\u202e\n[@click=app.quit]x[/x]"
NAMES: Final = [one for one in PAYLOADS if len(one.encode()) < 200 and "/" not in one]
"""Those that can be the name of a file."""

VICTIM: Final = "agent:main:victim"
MINUTE_MS: Final = 60_000


class World(NamedTuple):
    """Where everything is.

    Attributes:
        home: The user's home.
        root: The state directory.
        feed: A feed that touches a session of every payload, then says things that are no event.
        in_memory: The ids it touches, in order.
    """

    home: Path
    root: Path
    feed: Path
    in_memory: tuple[str, ...]


def build_world(parent: Path) -> World:
    """Builds it below a folder of the test's own."""
    home = parent / IN_A_PATH
    root = parent / "state \x1b]0;owned\x07[@click=app.quit]x"
    build(root, [VICTIM])
    _fill_victim(next(root.glob("agent_*")))
    record = read_state(next(root.glob("agent_*")))
    for number, name in enumerate(NAMES):
        _write_folder(root / name, record, name, number)
    (root / os.fsdecode(b"\xff\x9b31m")).mkdir()
    (root / "linked").mkdir()
    (root / "linked" / "policy-state.json").symlink_to(parent / NAMES[0])
    _write_log(root / "checkpoint-events.jsonl")
    _write_themes(home / ".config" / "holdfast" / "themes")
    return World(home, root, _write_feed(parent / "feed.jsonl"), (VICTIM, *PAYLOADS, VICTIM))


def _fill_victim(folder: Path) -> None:
    """Checkpoints whose names, contents and manifest lines are hostile."""
    known = manifest_lines(folder)[0]
    for name in NAMES:
        (folder / f"{name}.md").write_text("\n".join(PAYLOADS))
    (folder / os.fsdecode(b"not-utf-8-\xff\x9b31m.md")).write_bytes(b"\x1b[2J\xff")
    with (folder / "manifest.jsonl").open("a") as manifest:
        for text in (*PAYLOADS, "\0", "\ud800"):
            line = {**known, "filename": text, "trigger": text, "file": text, "createdAt": text}
            manifest.write(json.dumps(line) + "\n")


def _write_folder(folder: Path, record: dict[str, Any], name: str, number: int) -> None:
    """A folder that names another's session, is torn, of a later format, or has hostile files."""
    folder.mkdir()
    state = folder / "policy-state.json"
    lying = {**record, "holdfast": {**record["holdfast"], "id": name}}
    match number % 4:
        case 0:
            state.write_text(json.dumps(lying))
        case 1:
            lying["holdfast"]["format"] = 99
            state.write_text(json.dumps(lying))
        case 2:
            state.write_text(json.dumps(record)[:40])
            (folder / "policy-state.json.corrupt-1").write_text(name)
        case _:
            state.write_text(json.dumps({**record, name: name, "capturedMilestones": [name]}))
    line = {"filename": f"{name}.md", "trigger": name, "createdAt": iso(number), "fillPct": 20}
    (folder / "manifest.jsonl").write_text(json.dumps(line) + "\n" + name)
    (folder / f".{name}.tmp").write_text(name)


def _write_log(path: Path) -> None:
    at = iso(wall_clock_ms())
    names = ("sessionId", "trigger", "eventKind", "toolName", "model")
    lines = [{"timestamp": at, **dict.fromkeys(names, text)} for text in PAYLOADS]
    path.write_text("\n".join([*map(json.dumps, lines), *PAYLOADS[:3]]) + "\n")


def _write_themes(folder: Path) -> None:
    """A theme that holds, and some whose names, paths and contents are hostile."""
    folder.mkdir(parents=True)
    (folder / "fine.toml").write_text('name = "שלום"\nprimary = "#336699"\n')
    for text in NAMES[:2] + NAMES[7:10]:
        bad = json.dumps(text)
        (folder / f"{text}.toml").write_text(f"name = {bad}\nprimary = {bad}\n{bad} = 1\n")


def _write_feed(path: Path) -> Path:
    now_ms = wall_clock_ms()
    events: list[dict[str, Any]] = []
    for text in (VICTIM, *PAYLOADS, VICTIM):
        reading = {"fill_pct": 30, "quality_score": 70}
        said = [{"role": text[:500], "content": text}]
        events += [
            _event("before_compaction", text, now_ms - 3 * MINUTE_MS, messages=said),
            _event("agent_turn_prepare", text, now_ms - MINUTE_MS, **reading, messages=said),
            _event("after_tool_call", text, now_ms, tool="Edit", file=text),
        ]
    bad: Iterable[Any] = (
        *({"type": text, "session": text} for text in PAYLOADS),
        *({"type": "session_end", "session": text} for text in ("\0", "\ud800")),
        {"type": PAYLOADS[7], "session": PAYLOADS[3]},
    )
    path.write_text("".join(json.dumps(one) + "\n" for one in (*events, *bad)))
    return path


def _event(kind: str, session: str, at_ms: int, **fields: Any) -> dict[str, Any]:
    return {"type": kind, "session": session, "at_ms": at_ms, **fields}
