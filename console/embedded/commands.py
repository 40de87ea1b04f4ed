"""The operator's side of the embedded link: commands to the tracker, and looks at the disk.

What takes long is done in small parts, so that a feed's events wait for well under a tenth of a
second.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Final, TypeVar

from console.embedded.lending import Lending, Opened
from console.embedded.watching import Watcher
from console.snapshot import GoesOn
from tracker import (
    CheckpointFile,
    CheckpointText,
    DirectoryError,
    Finding,
    FolderSummary,
    HoldfastError,
    Outcome,
    Plan,
    Pruned,
    PrunePlan,
    ReadOnlyError,
    Report,
    SessionTracker,
    Survey,
    TrackedSession,
    apply_prune,
    diagnose,
    drill_directory,
    drill_live,
    drill_on_disk,
    plan_prune,
    wall_clock_ms,
)

TOGETHER: Final = 32
"""How many sessions are changed in one hold of the tracker's lock."""

AHEAD: Final = 2_048
"""How many sessions a command may change before the console has shown some of it."""

SHOWS_S: Final = 0.25
"""The longest a command waits for that, however far behind the screen is."""

STOPPED: Final = "stopped before its turn"

Item = TypeVar("Item")


class Commands:
    """The part of a link that an operator works; `EmbeddedLink` opens, watches and feeds. See
    `Link` for each call.

    Args:
        directory: The state directory.
        is_read_only: Whether every command is refused.
    """

    def __init__(self, directory: str, *, is_read_only: bool) -> None:
        self._directory = directory
        self._is_read_only = is_read_only
        self._face_why = ""
        self._stopping = threading.Event()
        self._watcher: Watcher | None = None
        self._lending = Lending()
        self._is_followed = False  # Whether somebody takes what happens.
        self._is_shown = threading.Event()

    def evict(self, sessions: Sequence[str], progress: GoesOn | None = None) -> tuple[Outcome, ...]:
        """Evicts sessions through the tracker; see `Link.evict`."""
        return self._in_parts(sessions, progress, str, SessionTracker.evict)

    def rehydrate(
        self, sessions: Sequence[str], progress: GoesOn | None = None
    ) -> tuple[Outcome, ...]:
        """Rehydrates sessions through the tracker; see `Link.rehydrate`."""
        return self._in_parts(sessions, progress, str, SessionTracker.rehydrate)

    def pin(self, sessions: Sequence[str], progress: GoesOn | None = None) -> tuple[Outcome, ...]:
        """Pins sessions through the tracker; see `Link.pin`."""
        return self._in_parts(
            sessions, progress, str, lambda tracker, part: tuple(map(tracker.pin, part))
        )

    def unpin(self, sessions: Sequence[str], progress: GoesOn | None = None) -> tuple[Outcome, ...]:
        """Unpins sessions through the tracker; see `Link.unpin`."""
        return self._in_parts(
            sessions, progress, str, lambda tracker, part: tuple(map(tracker.unpin, part))
        )

    def release(
        self, sessions: Sequence[str], progress: GoesOn | None = None
    ) -> tuple[Outcome, ...]:
        """Ends sessions through the tracker; see `Link.release`."""
        return self._in_parts(sessions, progress, str, SessionTracker.release)

    def restore(
        self, tracked: Sequence[TrackedSession], progress: GoesOn | None = None
    ) -> tuple[Outcome, ...]:
        """Undoes evictions and releases through the tracker; see `Link.restore`."""
        return self._in_parts(tracked, progress, lambda one: one.session, SessionTracker.restore)

    def set_capacity(self, capacity: int) -> tuple[Outcome, ...]:
        """Changes the tracker's capacity; see `Link.set_capacity`."""
        with self._commanding() as opened:
            return opened.tracker.set_capacity(capacity)

    def apply_prune(self, plan: PrunePlan, progress: GoesOn | None = None) -> tuple[Pruned, ...]:
        """Deletes what a plan says, with the link's own store; see `Link.apply_prune`."""
        with self._commanding() as opened:
            if opened.store.is_read_only:
                raise ReadOnlyError(
                    f"{self._directory}: only observed here, nothing is deleted; stop the process"
                    " that owns it, then run `holdfast prune` on it with --apply"
                )
            return apply_prune(
                opened.store, plan, tracked=opened.tracker, progress=self._until_stopped(progress)
            )

    def files(self, folder: FolderSummary) -> tuple[CheckpointFile, ...]:
        """Lists the checkpoint files of a folder; see `Link.files`."""
        with self._working() as opened:
            return opened.survey.files(folder)

    def text(self, folder: FolderSummary, filename: str) -> CheckpointText:
        """Reads a checkpoint file as text; see `Link.text`."""
        with self._working() as opened:
            return opened.survey.text(folder, filename)

    def diagnose(self, progress: GoesOn | None = None) -> tuple[Finding, ...]:
        """Lets the doctor examine the directory, with a survey of its own; see `Link.diagnose`.

        Every folder is looked at twice, by the survey and by the doctor; each is half of it.
        """
        goes_on = self._until_stopped(progress)
        has_stopped = False

        def surveyed(done: int, total: int) -> bool:
            nonlocal has_stopped
            has_stopped = not goes_on(done // 2, total)
            return not has_stopped

        def examined(done: int, total: int) -> bool:
            return goes_on((total + done) // 2, total)

        with self._working() as opened:
            survey = Survey(opened.store.root)
            survey.sweep(surveyed)
            if has_stopped:
                return ()
            return diagnose(opened.store.root, survey, wall_clock_ms(), examined)

    def plan_prune(self, older_than_ms: int, progress: GoesOn | None = None) -> PrunePlan:
        """Plans what is old enough to be deleted; see `Link.plan_prune`.

        What an observer shows in memory is not what the owner tracks, so it keeps nothing.
        """
        with self._working() as opened:
            tracker = opened.tracker
            held = () if tracker.is_read_only else tracker.sessions()
            return plan_prune(
                opened.store.root,
                older_than_ms=older_than_ms,
                now_ms=wall_clock_ms(),
                tracked=[one.session for one in held],
                pinned=[one.session for one in held if one.is_pinned],
                progress=self._until_stopped(progress),
            )

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
        """Drills a scratch copy, or the tracker itself; see `Link.drill`.

        Live, `count` means those that would be evicted next; sessions that are named, or without
        either all that are on disk, come into memory for it and leave it again.
        """
        goes_on = self._until_stopped(progress)
        if is_live:
            if plan != "restore":
                raise HoldfastError(f"the {plan} drill has sessions of its own; it is never live")
            with self._commanding() as opened:
                if opened.tracker.is_read_only:
                    raise ReadOnlyError(
                        f"{self._directory}: only observed here; a live drill is the owner's"
                    )
            return self._drill_live(sessions, count, seed, goes_on)
        with self._working() as opened:
            path, rules = opened.store.root.path, opened.tracker.rules
        return drill_directory(
            path, plan, count=count, sessions=sessions, seed=seed, rules=rules, progress=goes_on
        )

    def _drill_live(
        self, sessions: Sequence[str] | None, count: int | None, seed: int, goes_on: GoesOn
    ) -> Iterator[Report]:
        with self._commanding() as opened:
            tracker, root = opened.tracker, opened.store.root
            is_in_memory = count is not None if sessions is None else set(sessions) <= set(tracker)
            if is_in_memory:
                report = drill_live(
                    tracker,
                    count=count,
                    sessions=sessions,
                    directory=root.path,
                    seed=seed,
                    progress=goes_on,
                )
            else:
                report = drill_on_disk(
                    tracker, root, count=count, sessions=sessions, seed=seed, progress=goes_on
                )
        yield report

    def _in_parts(
        self,
        items: Sequence[Item],
        progress: GoesOn | None,
        id_of: Callable[[Item], str],
        run: Callable[[SessionTracker, Sequence[Item]], tuple[Outcome, ...]],
    ) -> tuple[Outcome, ...]:
        """Makes a command a few sessions at a time; what was done is told whatever comes after."""
        outcomes: list[Outcome] = []
        with self._commanding() as opened:
            for start in range(0, len(items), TOGETHER):
                try:
                    outcomes += run(opened.tracker, items[start : start + TOGETHER])
                except HoldfastError as error:
                    if not start:
                        raise
                    outcomes += [Outcome(id_of(one), False, str(error)) for one in items[start:]]
                    break
                done = len(outcomes)
                if progress is not None and not progress(done, len(items)):
                    outcomes += [Outcome(id_of(one), False, STOPPED) for one in items[done:]]
                    break
                if done % AHEAD == 0 and done < len(items):
                    self._let_it_be_shown()
        return tuple(outcomes)

    def _let_it_be_shown(self) -> None:
        """Waits a moment until the next update is asked for: the one before has been shown then.

        A screen that falls behind would be given one large update, and answer no key while it
        takes that in.
        """
        if self._is_followed:
            self._is_shown.clear()
            self._is_shown.wait(SHOWS_S)

    def _until_stopped(self, progress: GoesOn | None) -> GoesOn:
        def goes_on(done: int, total: int) -> bool:
            is_wanted = progress is None or progress(done, total)
            return is_wanted and not self._stopping.is_set()

        return goes_on

    @contextmanager
    def _commanding(self) -> Iterator[Opened]:
        """Lends what is open to a command, and makes the next sweep come at once after it.

        Raises:
            ReadOnlyError: If every command is refused.
            DirectoryError: If the directory isn't open.
        """
        if self._is_read_only:
            raise ReadOnlyError("this console was opened with --read-only")
        try:
            with self._working() as opened:
                yield opened
        finally:
            if (watcher := self._watcher) is not None:
                watcher.hurry()

    @contextmanager
    def _working(self) -> Iterator[Opened]:
        """Lends what is open. Raises DirectoryError where nothing is."""
        with self._lending.lent() as opened:
            if opened is None:
                why = self._face_why or f"{self._directory}: still being opened"
                raise DirectoryError(f"not open: {why}", self._directory)
            yield opened
