"""Session ids: no two share a folder, and no id at all makes a once-only effect come again.

What a folder's name promises, precisely. An id that is not plain lives in a folder whose name ends
in 64 bits of its digest, so that neither case, nor Unicode's normal forms (every name is ASCII),
nor the first 120 characters decide. A plain id lives in a folder of its own name; two plain ids
that differ in case alone name the same folder on a disk that ignores case. The record in it then
names the one that came first, and the other one uses its digested folder (`ignoring_case`). What
remains on such a disk is a folder without a record that names an id: one of the original's, or one
whose owner was killed before its first record. The first of the twins to come takes that over.
"""

from __future__ import annotations

import random
import string
import unicodedata
from collections import Counter
from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path
from typing import Any

from directories import scratch
from feeds import MINUTE_MS, NOW_MS, TWINS, Clock, edit, turn

from tracker import IdError, open_tracker
from tracker.events import check_id
from tracker.store.folders import digest_folder, folders_of

from .ignoring_case import ignoring_case
from .result import RowResult, Stopwatch, base_seed, keep_found

LETTERS = string.ascii_letters + string.digits
SIGNS = ":._-/ ~\\%@\n"
MARKED = "aeounAEOUN"
MARKS = "\u0300\u0301\u0308\u030a\u0327"
ODD = "äßÅÅK\u212bﬁǅıİſ\u0345σςΣ가각🜁👩\u200d👧\u202e\u2028\ufeff\x01\x1b\x7f"
NASTY = (
    *TWINS,
    "..",
    "../../etc/passwd",
    "/etc/passwd",
    "s/policy-state.json",
    ".holdfast.lock",
    "checkpoint-events.jsonl",
    "manifest.jsonl",
    "CON",
    "nul.txt",
    "a ",
    "a.",
    "a\nb",
    "a\x1b[31m",
    "--help",
    "%2e%2e%2f",
    '{"session": "a"}',
    "\u202egnorw",
    "é",
    "e\u0301",
    "K",
    "\u212a",
    "ﬁ",
    "fi",
    "ß",
    "ss",
    "SS",
    digest_folder("a:b"),
    digest_folder("a_b"),
    "x" * 120,
    "x" * 121,
    "x" * 4096,
    "x" * 4095 + "y",
    "ä" * 2048,
    "\x01" * 4096,
)


def ids(quick: bool) -> RowResult:
    """The row: random ids by name, hostile ids through a tracker."""
    watch, seed = Stopwatch(), base_seed()
    counts: Counter[str] = Counter()
    wrong = collisions(seed, 50_000 if quick else 1_000_000, counts)
    sessions = hostile_ids(seed, 300 if quick else 3_000)
    for ignores_case in (False, True):
        repeated = repeats(sessions, seed, counts, ignores_case=ignores_case)
        if repeated:
            case = {"sessions": sessions, "seed": seed, "ignores_case": ignores_case}
            keep_found("ids", seed + ignores_case, case, repeated)
        wrong += repeated
    return RowResult("ids", dict(counts), tuple(wrong), watch.seconds, seed)


def collisions(seed: int, wanted: int, counts: Counter[str]) -> list[str]:
    """Names the folders of so many different ids; returns those that two ids share."""
    wrong: list[str] = []
    seen: set[str] = set()
    folded: set[str] = set()
    plain: set[str] = set()
    for session in random_ids(random.Random(seed)):
        if session in seen:
            continue
        seen.add(session)
        *own, digested = folders_of(session)
        if not digested.isascii():
            wrong.append(f"{session!r}: {digested!r} has other normal forms")
        folded.add(digested.casefold())
        if own:
            plain.add(own[0].casefold())
            counts["of them plain"] += 1
            if own != [session] or "~" in own[0]:
                wrong.append(f"{session!r}: a plain id lives in {own}")
        if len(seen) == wanted:
            break
    counts["ids by name"] = len(seen)
    counts["plain ids that differ in case alone"] = counts["of them plain"] - len(plain)
    if len(folded) != len(seen):
        wrong.append(f"{len(seen) - len(folded)} ids share a digested folder")
    if folded & plain:
        wrong.append("a plain id's folder is another id's digested one")
    return wrong


def random_ids(random_: random.Random) -> Iterator[str]:
    """Yields ids for ever: short ones, and twins in case, in normal form and in their start."""
    alphabet = LETTERS + SIGNS
    start = "".join(random_.choices(LETTERS, k=120))
    while True:
        short = "".join(random_.choices(alphabet, k=random_.randint(1, 10)))
        yield short
        yield short.swapcase()
        yield "".join(random_.choices(LETTERS, k=random_.randint(1, 8)))
        marked = "".join(
            random_.choice(MARKED) + random_.choice(MARKS) for _ in range(random_.randint(1, 6))
        )
        for form in ("NFC", "NFD"):
            yield unicodedata.normalize(form, marked)
        yield "".join(random_.choices(ODD + alphabet, k=random_.randint(1, 6)))
        yield start + short
        yield f"agent:{short[:4]}:{random_.randrange(10**6)}"


def hostile_ids(seed: int, count: int) -> list[str]:
    """So many different ids that can be kept: the nastiest known, then random ones and twins."""
    chosen: dict[str, None] = {}
    random_ = random.Random(seed)
    some = random_ids(random_)
    for session in NASTY:
        chosen[session] = None
    while len(chosen) < count:
        session = next(some)
        for twin in (session, session.upper(), session.casefold(), digest_folder(session)):
            chosen[twin] = None
    kept = [session for session in chosen if _can_be_kept(session)][:count]
    random_.shuffle(kept)
    return kept


def repeats(
    sessions: list[str], seed: int, counts: Counter[str], *, ignores_case: bool
) -> list[str]:
    """Decides, records and decides again for each id, one in memory at a time; returns repeats.

    Args:
        sessions: The ids.
        seed: Draws the order of the second time.
        counts: What is counted is added to it.
        ignores_case: Whether the disk ignores the case of names.
    """
    wrong = []
    again = sessions[:]
    random.Random(seed).shuffle(again)
    with scratch() as parent, ignoring_case() if ignores_case else nullcontext():
        root = Path(parent) / "state"
        with open_tracker(root, durability="process", capacity=1, clock=Clock()) as owner:
            for number, session in enumerate(sessions):
                owner.handle(edit(session, NOW_MS, f"{number}.py"))
                effects = owner.handle(turn(session, NOW_MS, 20, 100))
                if [effect.trigger for effect in effects] != [None, "progressive-20"]:
                    wrong.append(f"{session!r:.80}: at first {effects}")
        numbers = {session: number for number, session in enumerate(sessions)}
        later_ms = NOW_MS + 5 * MINUTE_MS
        with open_tracker(root, durability="process", capacity=1, clock=Clock()) as owner:
            for session in again:
                if effects := owner.handle(turn(session, later_ms, 20, 100)):
                    wrong.append(f"{session!r:.80}: again {effects}")
                state = owner.recall(session)
                if state.edited_files != (f"{numbers[session]}.py",):
                    wrong.append(f"{session!r:.80}: has the files {state.edited_files}")
            if failures := owner.statistics().load_failures:
                wrong.append(f"loads failed: {failures}")
    disk = "on a disk that ignores case" if ignores_case else "through a tracker"
    counts[f"ids {disk}"] += len(sessions)
    return wrong


def _can_be_kept(session: str) -> bool:
    try:
        check_id(session)
    except IdError:
        return False
    return True


def replay(found: dict[str, Any]) -> list[str]:
    """Tries the ids of a fixture again."""
    ignores_case = found["ignores_case"]
    return repeats(found["sessions"], found["seed"], Counter(), ignores_case=ignores_case)
