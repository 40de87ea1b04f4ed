"""State directories as the original writes them, and ways to look at one without Holdfast."""

from __future__ import annotations

import json
import os
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

STATE = "policy-state.json"
MANIFEST = "manifest.jsonl"
DIGEST = "5ae4a7a4ea37839985c4448f1da6055e71d492bbfd22f7d3318bf26dc5f2a6e2"

NINE = (
    "capturedFillBands",
    "capturedQualityThresholds",
    "capturedMilestones",
    "lastCheckpointAt",
    "lastEvaluatedAt",
    "editWriteCount",
    "editedFiles",
    "editBatchMarkerWrites",
    "editBatchMarkerFiles",
)
MANIFEST_KEYS = (
    "file",
    "filename",
    "trigger",
    "reason",
    "semanticDigest",
    "fillPct",
    "qualityScore",
    "messageCount",
    "createdAt",
)


def scratch() -> tempfile.TemporaryDirectory[str]:
    """A directory for one test, in memory where the system has that."""
    return tempfile.TemporaryDirectory(dir="/dev/shm" if os.access("/dev/shm", os.W_OK) else None)


def nine_fields(**changed: Any) -> dict[str, Any]:
    """The original's nine fields of a session that has done nothing, some of them changed."""
    fields: dict[str, Any] = dict.fromkeys(NINE, 0)
    for name in NINE[:3]:
        fields[name] = []
    fields["editedFiles"] = []
    assert changed.keys() <= fields.keys()
    return {**fields, **changed}


def iso(at_ms: int) -> str:
    """Unix ms as the original writes a time."""
    moment = datetime.fromtimestamp(at_ms / 1000, UTC)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{at_ms % 1000:03d}Z"


def write_state(folder: Path, fields: dict[str, Any]) -> Path:
    """Writes a state file as the original's `JSON.stringify(state, null, 2)` does."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / STATE
    path.write_text(json.dumps(fields, indent=2, ensure_ascii=False), encoding="utf-8")
    return path


def write_checkpoint(folder: Path, trigger: str, at_ms: int, fill: float | None = 20.43) -> Path:
    """Writes a checkpoint file and its manifest line as the original does."""
    folder.mkdir(parents=True, exist_ok=True)
    stamp = iso(at_ms).replace(":", "-").replace(".", "-")
    path = folder / f"{stamp}-{trigger}.md"
    path.write_text(f"# Session Checkpoint (v2)\n> Captured at {iso(at_ms)}\n", encoding="utf-8")
    line = {
        "file": f"/home/operator/gone/{folder.name}/{path.name}",
        "filename": path.name,
        "trigger": trigger,
        "reason": None,
        "semanticDigest": DIGEST,
        "fillPct": fill,
        "qualityScore": None if fill is None else 83,
        "messageCount": 2,
        "createdAt": iso(at_ms),
    }
    with (folder / MANIFEST).open("a", encoding="utf-8") as manifest:
        manifest.write(json.dumps(line, separators=(",", ":")) + "\n")
    return path


def write_original(
    root: Path, name: str, at_ms: int, *, triggers: tuple[str, ...] = ("progressive-20",)
) -> Path:
    """Writes one session's folder of the original: checkpoints a minute apart, then the state."""
    folder = root / name
    bands, thresholds, milestones = [], [], []
    for number, trigger in enumerate(triggers):
        at_ms += 60_000 * (number > 0)
        write_checkpoint(folder, trigger, at_ms)
        kind, _, what = trigger.partition("-")
        if kind == "progressive":
            bands.append(int(what))
        elif kind == "quality":
            thresholds.append(int(what))
        elif what == "pre-fanout":
            milestones.append(what)
    fields = nine_fields(
        capturedFillBands=bands,
        capturedQualityThresholds=thresholds,
        capturedMilestones=milestones,
        lastCheckpointAt=at_ms,
        lastEvaluatedAt=at_ms,
    )
    write_state(folder, fields)
    return folder


def read_state(folder: Path) -> dict[str, Any]:
    """A state file's JSON."""
    values: dict[str, Any] = json.loads((folder / STATE).read_bytes())
    return values


def manifest_lines(folder: Path) -> list[dict[str, Any]]:
    """A manifest's lines; none where there is no manifest."""
    path = folder / MANIFEST
    return [json.loads(line) for line in path.read_bytes().splitlines()] if path.exists() else []


def triggers_of(folder: Path) -> list[str]:
    """The triggers in a manifest, in order."""
    return [line["trigger"] for line in manifest_lines(folder)]


def tree(root: Path) -> dict[str, tuple[int, int, bytes | str]]:
    """Everything below a directory: mode, mtime and content or target, by relative path."""
    found: dict[str, tuple[int, int, bytes | str]] = {}
    for path in (root, *sorted(root.rglob("*"))):
        status = os.lstat(path)
        content: bytes | str = b""
        if path.is_symlink():
            content = str(path.readlink())
        elif path.is_file():
            content = path.read_bytes()
        found[str(path.relative_to(root))] = (status.st_mode, status.st_mtime_ns, content)
    return found
