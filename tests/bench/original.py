"""The original's sequence of calls on the disk, ported from the plugin's calls to Python's.

It works by paths. Before it reads or writes it checks what stands there, for the root, the
session's folder and the file each: does it exist (`existsSync`), is it a link (`lstatSync`), and
does its real path (`realpathSync`) stay below the root's. It reads with `readFileSync` and
`JSON.parse`, fills sets, and writes in place with `writeFileSync` and `appendFileSync`, without a
sync. What can't be known from outside is how often each check is made; here it is made once for
each of the three that is there already. Node's `realpathSync` asks for the status of each part of a
path in turn, and so does Python's.
"""

from __future__ import annotations

import json
import os
import re
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

STATE_FILE = "policy-state.json"
MANIFEST = "manifest.jsonl"
SETS = ("capturedFillBands", "capturedQualityThresholds", "capturedMilestones", "editedFiles")


def load(root: str, session: str) -> dict[str, Any] | None:
    """Loads one session; None where it has no state."""
    folder = os.path.join(root, re.sub(r"[^A-Za-z0-9_-]", "_", session))
    path = os.path.join(folder, STATE_FILE)
    if not _is_safe(root, root) or not _is_safe(root, folder) or not _is_safe(root, path):
        return None
    with open(path, encoding="utf-8") as file:
        state: dict[str, Any] = json.loads(file.read())
    for name in SETS:
        state[name] = set(state[name])
    return state


def capture(
    root: str, session: str, state: dict[str, Any], trigger: str, at_ms: int, content: str
) -> None:
    """Writes a checkpoint: its file, a line of the manifest, the state."""
    folder = os.path.join(root, re.sub(r"[^A-Za-z0-9_-]", "_", session))
    os.makedirs(folder, mode=0o700, exist_ok=True)
    if not _is_safe(root, root) or not _is_safe(root, folder):
        return
    moment = datetime.fromtimestamp(at_ms / 1000, UTC).isoformat(timespec="milliseconds")
    filename = re.sub(r"[:.+]", "-", moment) + f"-{trigger}.md"
    digest = sha256(content.encode()).hexdigest()
    manifest = os.path.join(folder, MANIFEST)
    if os.path.exists(manifest):
        with open(manifest, encoding="utf-8") as file:
            lines = file.read().splitlines()
        last = json.loads(lines[-1]) if lines else {}
        if (last.get("semanticDigest"), last.get("trigger")) == (digest, trigger):
            return
    line = {
        "file": os.path.join(folder, filename),
        "filename": filename,
        "trigger": trigger,
        "reason": None,
        "semanticDigest": digest,
        "fillPct": 22,
        "qualityScore": 83,
        "messageCount": 2,
        "createdAt": moment,
    }
    _write(root, os.path.join(folder, filename), content, "w")
    _write(root, manifest, json.dumps(line, separators=(",", ":")) + "\n", "a")
    stored = {**state, **{name: sorted(state[name]) for name in SETS}}
    _write(root, os.path.join(folder, STATE_FILE), json.dumps(stored, indent=2), "w")


def _write(root: str, path: str, content: str, mode: str) -> None:
    os.makedirs(os.path.dirname(path), mode=0o700, exist_ok=True)
    if os.path.exists(path) and not _is_safe(root, path):
        return
    with open(path, mode, encoding="utf-8") as file:
        file.write(content)
    os.chmod(path, 0o600)


def _is_safe(root: str, path: str) -> bool:
    """Whether a path exists, is no link, and stays below the root."""
    if not os.path.exists(path) or os.path.islink(path):
        return False
    real, real_root = os.path.realpath(path), os.path.realpath(root)
    return real == real_root or real.startswith(real_root + os.sep)
