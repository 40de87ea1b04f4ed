"""Scenes: what a tracker was doing when it was cut off, and how the directory is judged then."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from directories import MANIFEST, STATE, write_original
from feeds import MINUTE_MS, NOW_MS, compact, edit, end, turn

from tracker import Effect, Event, SessionTracker, open_tracker

from .audit import audit
from .ledger import Ledger, plays_on, reopened
from .listing import left_out

LATER_MS = NOW_MS + 10 * MINUTE_MS
ID = "s:1"
INHERITED = ("progressive-20", "quality-80")
OLD = "s-1"
"""The id of the scenes over a folder of the original's."""


class Scene:
    """What is done before the kill, and what is killed.

    Attributes:
        events: All its events, the killed one last.

    Args:
        act: The event that is killed; its answer counts as told once it returns.
        before: Events handled before it, whole.
        spoil: What happens to the directory between the two, after a restart.
        by_hand: What is done instead of `act`, by hand.
        capacity: The tracker's capacity.
    """

    def __init__(
        self,
        act: Event | None,
        *before: Event,
        spoil: Callable[[Path], None] | None = None,
        by_hand: Callable[[SessionTracker], object] | None = None,
        original: bool = False,
        capacity: int = 4,
    ) -> None:
        self.act = act
        self.before = before
        self.spoil = spoil
        self.by_hand = by_hand
        self.original = original
        self.capacity = capacity
        self.events = before if act is None else (*before, act)


def _folder(root: Path) -> Path:
    (folder,) = (path for path in root.iterdir() if path.is_dir())
    return folder


def tear_manifest(root: Path) -> None:
    """Leaves half a line at the manifest's end, as a kill within an append does."""
    with (_folder(root) / MANIFEST).open("ab") as manifest:
        manifest.write(b'{"file":"/x","filename":"20')


def drop_newline(root: Path) -> None:
    """Takes the newline off the manifest's end, as a cut does, and the record accounts for that."""
    path = _folder(root) / MANIFEST
    path.write_bytes(path.read_bytes()[:-1])
    with open_tracker(root, clock=lambda: NOW_MS) as owner:
        owner.handle(edit(ID, NOW_MS + 6, "a.py"))


def drop_state(root: Path) -> None:
    """Leaves a manifest without a state, as a kill before the first state does."""
    (_folder(root) / STATE).unlink()


def break_state(root: Path) -> None:
    """Flips a bit of the state."""
    path = _folder(root) / STATE
    raw = bytearray(path.read_bytes())
    raw[len(raw) // 2] ^= 1
    path.write_bytes(raw)


def leave_temporaries(root: Path) -> None:
    """Leaves temporary files lying about, as kills before a rename do."""
    for number in range(3):
        (_folder(root) / f".holdfast-1-{number:016x}.tmp").write_bytes(b"half a rec")


FIRST = compact(ID, NOW_MS, "one")
BANDS = (turn(ID, NOW_MS, 20, 75), edit(ID, NOW_MS + 5, "a.py"))
SCENES = {
    "first capture of a session": Scene(turn(ID, NOW_MS, 35, 75)),
    "later capture": Scene(turn(ID, LATER_MS, 50, 60), *BANDS),
    "capture with messages": Scene(compact(ID, LATER_MS, *("a long text " * 90,) * 60), *BANDS),
    "edit batch": Scene(edit(ID, LATER_MS, "d.py", 0), *(edit(ID, NOW_MS, f) for f in "abc")),
    "guard alone": Scene(turn(ID, LATER_MS), FIRST),
    "first guard of a session": Scene(turn(ID, LATER_MS)),
    "nudge and capture": Scene(turn(ID, LATER_MS, 65, 40), *BANDS),
    "release": Scene(end(ID, LATER_MS), *BANDS),
    "release with capture": Scene(Event("session_end", ID, LATER_MS, 80, 90), *BANDS),
    "release of a session that captured nothing": Scene(end(ID, LATER_MS), turn(ID, NOW_MS)),
    "spill": Scene(None, *BANDS, by_hand=lambda owner: owner.evict([ID])),
    "rehydration that evicts another": Scene(turn("other", LATER_MS, 50, 60), *BANDS, capacity=1),
    "closing": Scene(None, *BANDS, by_hand=lambda owner: owner.close()),
    "capture after a torn line": Scene(turn(ID, LATER_MS, 50, 60), *BANDS, spoil=tear_manifest),
    "capture after a line without its newline": Scene(
        turn(ID, LATER_MS, 50, 60), *BANDS, spoil=drop_newline
    ),
    "capture without a state": Scene(turn(ID, LATER_MS, 50, 60), FIRST, spoil=drop_state),
    "capture over a bad state": Scene(turn(ID, LATER_MS, 50, 60), *BANDS, spoil=break_state),
    "open over temporaries": Scene(turn(ID, LATER_MS, 50, 60), *BANDS, spoil=leave_temporaries),
    "capture after the original's": Scene(turn(OLD, LATER_MS, 50, 60), original=True),
    "capture of an adopted session": Scene(turn(ID, LATER_MS, 50, 60), original=True),
    "spill of an adopted session": Scene(
        None, edit(ID, LATER_MS, "a.py"), by_hand=lambda owner: owner.evict([ID]), original=True
    ),
}


def prepare(scene: Scene, root: Path) -> None:
    """Builds what the original left before a scene."""
    if scene.original:
        for folder in ("s_1", OLD):
            write_original(root, folder, NOW_MS, triggers=INHERITED)


def ledger_of(
    scene: Scene, begun: int, answers: Sequence[Sequence[Effect]], *, twice: bool = False
) -> tuple[Ledger, list[str]]:
    """Returns what a scene promised so far, and what came again meanwhile.

    Args:
        scene: The scene.
        begun: How many of its events were handed to the tracker.
        answers: What came of those that were answered.
        twice: Whether each may have been handled once before, without an answer.
    """
    ledger, wrong = Ledger(), []
    ledger.is_rebuilt = scene.spoil is break_state
    if scene.original:
        for session in (ID, OLD):
            ledger.inherited[session] = set(INHERITED)
    for number, event in enumerate(scene.events[:begun]):
        ledger.begin(event)
        if twice:
            ledger.cut_off()
        if number < len(answers):
            wrong += ledger.hear(event, answers[number])
    return ledger, wrong


def judged(scene: Scene, root: Path, ledger: Ledger, *, plays: bool = True) -> list[str]:
    """Says what a directory no longer keeps of what was promised, before and after it is opened.

    Args:
        scene: The scene.
        root: The state directory.
        ledger: What was promised.
        plays: Whether an owner then handles all there is left to fire.
    """
    is_spoilt = scene.spoil in (break_state, drop_state)
    wrong = [] if is_spoilt else audit(root, ledger)
    again = reopened(root, ledger)
    if scene.spoil is break_state:  # It is found bad once, before it is rebuilt.
        bad_once = [f"loads that failed: {kind}" for kind in ("checksum", "torn")]
        again = [one for one in again if one not in bad_once]
    more = plays_on(root, ledger) if plays or is_spoilt else []
    more += left_out(root, ledger)
    return [*wrong, *again, *more, *audit(root, ledger, is_swept=True)]
