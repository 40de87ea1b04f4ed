"""What the console's tests start from: directories, links, a console on a screen, and waiting."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

from textual.pilot import Pilot
from textual.widget import Widget

from console.app import HoldfastApp
from console.embedded.link import EmbeddedLink, FeedLines
from console.model.board import Board
from console.screens.confirm import Confirm
from console.snapshot import Face, GoesOn, Mode, Update
from console.widgets.live_table import DIVIDER, LiveTable
from tracker import (
    BadLine,
    CheckpointFile,
    CheckpointText,
    DirectoryStore,
    Event,
    Finding,
    FolderSummary,
    Message,
    Outcome,
    Plan,
    Pruned,
    PrunePlan,
    Report,
    Rules,
    SessionTracker,
    TrackedSession,
    open_store,
    open_tracker,
    wall_clock_ms,
)

REPOSITORY = Path(__file__).parent.parent
MINUTE_MS = 60_000
DEADLINE_S = 20.0

# -- directories ------------------------------------------------------------------------------


def compaction(session: str, at_ms: int | None = None, text: str = "hello") -> Event:
    """An event that is a checkpoint whatever came before."""
    return Event("before_compaction", session, at_ms, messages=(Message("user", text),))


def turn(session: str, fill: float | None = None, at_ms: int | None = None) -> Event:
    """A turn; with a reading of perfect quality where `fill` is given."""
    return Event("agent_turn_prepare", session, at_ms, fill, None if fill is None else 100)


def build(root: Path, sessions: Iterable[str], *, ended_ms: int | None = None) -> Path:
    """Builds a state directory; each session's checkpoint is a minute after the one before."""
    names = list(sessions)
    ended_ms = wall_clock_ms() if ended_ms is None else ended_ms
    now_ms = [0]
    with open_tracker(root, durability="process", clock=lambda: now_ms[0]) as tracker:
        for number, session in enumerate(names):
            now_ms[0] = ended_ms - (len(names) - number) * MINUTE_MS
            tracker.handle(turn(session, 22))
            tracker.handle(compaction(session))
    return root


class Gateway:
    """Another process that owns a state directory and handles a compaction at each `touch`."""

    def __init__(self, root: Path) -> None:
        script = (
            "import sys, time, tracker\n"
            "with tracker.open_tracker(sys.argv[1], durability='process') as owner:\n"
            "    print('ready', flush=True)\n"
            "    for line in sys.stdin:\n"
            "        owner.handle(tracker.Event('before_compaction', line.rstrip('\\n')))\n"
            "        print(time.monotonic(), flush=True)\n"
        )
        self._child = subprocess.Popen(
            [sys.executable, "-c", script, str(root)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            cwd=REPOSITORY,
            text=True,
        )
        assert self._answer() == "ready"

    def touch(self, session: str) -> float:
        """Adds a checkpoint to a session; returns when it was on disk, by the monotonic clock."""
        assert self._child.stdin is not None
        self._child.stdin.write(session + "\n")
        self._child.stdin.flush()
        return float(self._answer())

    def close(self) -> None:
        assert self._child.stdin is not None
        assert self._child.stdout is not None
        self._child.stdin.close()
        self._child.wait(10)
        self._child.stdout.close()

    def _answer(self) -> str:
        assert self._child.stdout is not None
        return self._child.stdout.readline().strip()


@contextmanager
def gateway(root: Path) -> Iterator[Gateway]:
    """Runs a gateway over a directory."""
    one = Gateway(root)
    try:
        yield one
    finally:
        one.close()


# -- a console --------------------------------------------------------------------------------


def observing(root: Path | str, *, capacity: int = 2_000, **options: Any) -> EmbeddedLink:
    """A link that observes a directory."""
    return EmbeddedLink(
        str(root), Mode.OBSERVE, lambda store: SessionTracker(store, capacity=capacity), **options
    )


def owning(
    root: Path | str, lines: FeedLines | None, *, capacity: int = 2_000, **options: Any
) -> EmbeddedLink:
    """A link that owns a directory and reads a feed."""

    def make(store: DirectoryStore) -> SessionTracker:
        return SessionTracker(store, capacity=capacity, rules=Rules())

    return EmbeddedLink(
        str(root),
        Mode.OWN,
        make,
        opened=open_store(root, durability="process", clock=wall_clock_ms),
        feed_name="gateway.jsonl",
        feed_lines=lines,
        **options,
    )


@asynccontextmanager
async def console(
    link: EmbeddedLink, size: tuple[int, int] = (120, 36), *, is_open: bool = True, **options: Any
) -> AsyncIterator[tuple[HoldfastApp, Pilot[None]]]:
    """Runs a console over a link; waits until the directory was read, where it `is_open`."""
    app = HoldfastApp(link, Rules(), **options)
    try:
        async with app.run_test(size=size, notifications=True) as pilot:
            if is_open:
                await until(pilot, lambda: is_read(app), "the directory is read")
            yield app, pilot
    finally:
        link.stop()


class StillLink:
    """A link that has a few updates to give, and then nothing new; every command succeeds.

    Attributes:
        updates: Those not given yet.
        asked: The ids of every command, in order.
        capacities: Every capacity that was set, in order.
    """

    def __init__(self, *updates: Update) -> None:
        self.updates = list(updates)
        self.asked: list[str] = []
        self.capacities: list[int] = []

    def start(self) -> None: ...

    def take(self, timeout_s: float) -> Update | None:
        if self.updates:
            return self.updates.pop(0)
        time.sleep(min(timeout_s, 0.02))
        return None

    def evict(self, sessions: Sequence[str], progress: GoesOn | None = None) -> tuple[Outcome, ...]:
        self.asked += sessions
        return tuple(Outcome(session, True) for session in sessions)

    rehydrate = pin = unpin = release = evict

    def restore(
        self, tracked: Sequence[TrackedSession], progress: GoesOn | None = None
    ) -> tuple[Outcome, ...]:
        return self.evict([one.session for one in tracked])

    def set_capacity(self, capacity: int) -> tuple[Outcome, ...]:
        self.capacities.append(capacity)
        return ()

    def apply_prune(self, plan: PrunePlan, progress: GoesOn | None = None) -> tuple[Pruned, ...]:
        self.asked += [folder.session for folder in plan.going]
        return tuple(Pruned(folder.folder, folder.session, True) for folder in plan.going)

    def files(self, folder: FolderSummary) -> tuple[CheckpointFile, ...]:
        return ()

    def text(self, folder: FolderSummary, filename: str) -> CheckpointText:
        return CheckpointText("", False, 0)

    def diagnose(self, progress: GoesOn | None = None) -> tuple[Finding, ...]:
        return ()

    def plan_prune(self, older_than_ms: int, progress: GoesOn | None = None) -> PrunePlan:
        return PrunePlan("/state", older_than_ms, 0, ())

    def drill(
        self,
        plan: Plan,
        *,
        is_live: bool,
        sessions: Sequence[str] | None,
        count: int | None,
        seed: int,
        progress: GoesOn,
    ) -> Iterator[Report]:
        self.asked += sessions or ()
        return iter(())

    def stop(self) -> str:
        return ""


def is_read(app: HoldfastApp) -> bool:
    """Whether the first look at the directory is shown."""
    update = app.snapshot
    return update is not None and update.face is Face.OPEN and bool(update.watch.swept_ms)


async def until(
    pilot: Pilot[Any], condition: Callable[[], object], what: str, seconds: float = DEADLINE_S
) -> None:
    """Waits until a condition holds; fails, saying what was waited for, after `seconds`."""
    ends_s = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < ends_s, f"not within {seconds} s: {what}\n{shown(pilot.app)}"
        await pilot.pause(0.02)


async def agree(app: HoldfastApp, pilot: Pilot[Any]) -> None:
    """Waits for the question before an action, and says yes."""
    await until(pilot, lambda: isinstance(app.screen, Confirm), "the question")
    await pilot.press("y")
    await until(pilot, lambda: not isinstance(app.screen, Confirm), "the answer")


def wait_for(condition: Callable[[], object], what: str, seconds: float = DEADLINE_S) -> None:
    """Waits until a condition holds, without a screen."""
    ends_s = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < ends_s, f"not within {seconds} s: {what}"
        time.sleep(0.01)


def lines_of(widget: Widget) -> list[str]:
    """What a table or another widget on the line API shows, line by line."""
    return [widget.render_line(y).text for y in range(widget.size.height)]


def shown(app: Any) -> str:
    """What is on the screen, as text."""
    return "\n".join(strip.text for strip in app.screen._compositor.render_strips())


def table(app: HoldfastApp, name: str = "sessions") -> LiveTable:
    """One of the main screen's tables: `sessions`, `files`, `recent`."""
    return app.screen.query_one(f"#{name}", LiveTable)


def tracked_ids(app: HoldfastApp) -> list[str]:
    """The ids above the divider."""
    keys = list(table(app).keys)
    return keys[: keys.index(DIVIDER)] if DIVIDER in keys else keys


def disk_only_ids(app: HoldfastApp) -> list[str]:
    """The ids below the divider."""
    keys = list(table(app).keys)
    return keys[keys.index(DIVIDER) + 1 :] if DIVIDER in keys else []


def notices(app: HoldfastApp) -> list[str]:
    """What was said in notices that still stand."""
    return [notice.message for notice in app._notifications]


# -- a link without a screen ------------------------------------------------------------------


class Mirror:
    """A board that is kept up to date from a link, as the app keeps it."""

    def __init__(self, link: EmbeddedLink) -> None:
        self.link = link
        self.board = Board()

    def until(self, condition: Callable[[Any], object], what: str) -> None:
        def holds() -> bool:
            while (update := self.link.take(0)) is not None:
                self.board.apply(update)
            return self.board.update is not None and bool(condition(self.board))

        wait_for(holds, what)

    @property
    def update(self) -> Update:
        assert self.board.update is not None
        return self.board.update


@contextmanager
def started(link: EmbeddedLink) -> Iterator[Mirror]:
    link.start()
    mirror = Mirror(link)
    try:
        yield mirror
    finally:
        link.stop()


def was_read(board: Board) -> bool:
    assert board.update is not None
    return bool(board.update.watch.swept_ms) and board.update.face is Face.OPEN


def feed_of(*items: Event | BadLine) -> Any:
    def lines(_stopping: threading.Event) -> Iterator[Event | BadLine]:
        yield from items

    return lines


def waiting(stopping: threading.Event) -> Iterator[Event | BadLine]:
    stopping.wait()
    yield from ()
