"""The keys that act: what they act on, what they ask first, and what they say afterwards.

The ids are fixed as the key is pressed: whatever moves while a question is open, the answer acts on
those. Rows stand still meanwhile.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Sequence
from functools import partial
from itertools import count
from typing import TYPE_CHECKING, ClassVar, Final

from textual import work
from textual.binding import Binding, BindingType
from textual.screen import Screen

from console.acting.asking import needs_asking, question
from console.acting.deed import Action, Deed
from console.acting.telling import DOING, deed_words
from console.desk import Desk
from console.messages import ActionAsked, CapacityChosen, StateChanged
from console.model.going import Going
from console.snapshot import Mode
from console.views.table_view import TableView
from tracker import Judged, judge

if TYPE_CHECKING:
    from console.screens.working import Working
    from console.views.view import View

ACTING: Final = frozenset(("evict", "rehydrate", "pin", "release", "undo", "capacity", "prune"))
"""Actions that are gone where the console is read-only."""

ON_SESSIONS: Final = frozenset(("evict", "rehydrate", "pin", "release", "copy_id"))
"""Actions that need a session to act on."""

SHOWN_AFTER_S: Final = 0.2
"""How long a command may take before it is shown how far it is."""

JUDGED_TOGETHER: Final = 2_000
"""How many sessions are judged before the screen has its turn: a few milliseconds' worth."""

ON_TABLES: Final = frozenset(("select", "columns"))
"""Actions that mean something in a table of sessions or folders alone."""


class Commands(Screen[None]):
    """The part of the main screen that acts.

    Args:
        desk: What it acts through.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("e", "evict", "Evict", id="session.evict", tooltip="Drop it from memory"),
        Binding(
            "r", "rehydrate", "Rehydrate", id="session.rehydrate", tooltip="Bring it back from disk"
        ),
        Binding("p", "pin", "Pin", id="session.pin", tooltip="Never evict it; or let it go again"),
        Binding("x", "release", "Release", id="session.release", tooltip="End it: it is forgotten"),
        Binding("z", "undo", "Undo", id="session.undo", tooltip="Bring the last ones back exactly"),
    ]

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.desk = desk
        self._holds = count()

    @property
    def view(self) -> View:
        """The view that is shown."""
        raise NotImplementedError

    @property
    def mode(self) -> Mode:
        """How the console got its tracker."""
        update = self.desk.board.update
        return update.mode if update else Mode.OBSERVE

    @property
    def is_read_only(self) -> bool:
        """Whether every command is refused."""
        update = self.desk.board.update
        return update is not None and update.is_read_only

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Hides what --read-only forbids, and greys what has no session to act on."""
        if action in ACTING and self.is_read_only:
            return False
        if action in ON_TABLES:
            return True if isinstance(self.view, TableView) else None
        if action in ON_SESSIONS:
            return True if self.is_mounted and self.has_targets else None
        return True

    @property
    def has_targets(self) -> bool:
        """Whether there is a session to act on. Cost: of marks, those before the first found."""
        view = self.view
        if isinstance(view, TableView) and view.roster.marks:
            return any(view.session_of(key) is not None for key in view.roster.marks)
        return bool(view.targets())

    @property
    def _is_asking(self) -> bool:
        """Whether a dialog is open already, for keys that were pressed before it could be seen."""
        return not self.is_active

    def _hold(self, view: View) -> str:
        """Lets a view's rows stand still; returns what ends it. Two commands may run at a time."""
        held = f"command {next(self._holds)}"
        view.hold(held)
        return held

    # -- on sessions ------------------------------------------------------------------------------

    def action_evict(self) -> None:
        """Evicts the marked sessions, or the one under the cursor."""
        self.act(Action.EVICT, self.view.targets())

    def action_rehydrate(self) -> None:
        """Rehydrates the marked sessions, or the one under the cursor."""
        self.act(Action.REHYDRATE, self.view.targets())

    def action_pin(self) -> None:
        """Pins the marked sessions or the one under the cursor; unpins, where all of them are."""
        targets = self.view.targets()
        known = [self.desk.board.tracked(session) for session in targets]
        are_pinned = bool(known) and all(one is not None and one.is_pinned for one in known)
        self.act(Action.UNPIN if are_pinned else Action.PIN, targets)

    def action_release(self) -> None:
        """Releases the marked sessions, or the one under the cursor."""
        self.act(Action.RELEASE, self.view.targets())

    def on_action_asked(self, message: ActionAsked) -> None:
        """Does what a view asks for."""
        self.act(Action(message.action), message.sessions)

    @work(group="command", exit_on_error=True)
    async def act(self, action: Action, ids: tuple[str, ...]) -> None:
        """Does something to sessions, asking first where it is more than one clean one.

        Args:
            action: What is to be done.
            ids: To which sessions; whatever moves from now on, to these.
        """
        if not ids:
            self.notify("No session is chosen: choose one with ↑ ↓ first.", markup=False)
            return
        view = self.view
        if why := self._refusal(action):
            self.notify(why, severity="warning", markup=False)
            return
        operator = self.desk.operator
        run: dict[Action, Callable[..., Deed]] = {
            Action.EVICT: operator.evict,
            Action.REHYDRATE: operator.rehydrate,
            Action.PIN: operator.pin,
            Action.UNPIN: operator.unpin,
            Action.RELEASE: operator.release,
        }
        held = self._hold(view)
        try:
            reason: str | None = ""
            judged = await self._judge(ids)
            if needs_asking(action, [one.verdict for one in judged]):
                if self._is_asking:
                    return
                reason = await self._ask(action, ids, judged)
            if reason is None:
                return
            deed = await self._carry_out(action, partial(run[action], ids, reason))
            self._tell(deed)
        finally:
            view.let_go(held)
        if isinstance(view, TableView):
            view.unmark(deed.done)

    async def _judge(self, ids: tuple[str, ...]) -> list[Judged]:
        """Judges sessions, a part at a time: keys and updates have their turn between two."""
        board, judged = self.desk.board, list[Judged]()
        for start in range(0, len(ids), JUDGED_TOGETHER):
            if start:
                await asyncio.sleep(0)
            part = ids[start : start + JUDGED_TOGETHER]
            judged += [judge(board.tracked(session), board.folder(session)) for session in part]
        return judged

    async def _carry_out(self, action: Action, run: Callable[[Going], Deed]) -> Deed:
        """Lets a command work on another thread; shows how far it is where that takes a while."""
        going = Going()
        work = asyncio.ensure_future(asyncio.to_thread(run, going))
        screen: Working | None = None
        try:
            await asyncio.wait((work,), timeout=SHOWN_AFTER_S)
            if not work.done() and not self._is_asking:
                from console.screens.working import Working

                screen = Working(DOING[action], going)
                self.app.push_screen(screen)
            return await work
        except asyncio.CancelledError:
            going.stop()  # The console ends: what is done stays.
            raise
        finally:
            if screen is not None:
                screen.end()

    async def _ask(
        self, action: Action, ids: tuple[str, ...], judged: Sequence[Judged]
    ) -> str | None:
        from console.screens.confirm import Confirm

        update = self.desk.board.update
        counts = update.statistics if update else None
        asked = question(
            action,
            ids,
            Counter(one.verdict for one in judged),
            mode=self.mode,
            spills=update.spills if update else True,
            occupancy=counts.occupancy if counts else 0,
            capacity=counts.capacity if counts else 0,
            pinned=counts.pinned if counts else 0,
            fields=[field for one in judged for field in one.fields],
            why=next((one.why for one in judged if one.why), ""),
        )
        return await self.app.push_screen_wait(Confirm(asked))

    def _refusal(self, action: Action) -> str:
        if self.is_read_only:
            return "This console was opened with --read-only."
        if action is Action.RELEASE and self.mode is Mode.OBSERVE:
            return "Only the owner of the directory can release a session; this console observes."
        return ""

    def _tell(self, deed: Deed) -> None:
        words, is_good = deed_words(deed, self.mode)
        self.desk.chronicle.add_action(deed.at_ms, deed.action, deed.ids, words)
        self.notify(words, severity="information" if is_good else "warning", markup=False)
        self.post_message(StateChanged())

    # -- on the tracker ---------------------------------------------------------------------------

    @work(group="command", exit_on_error=True)
    async def action_undo(self) -> None:
        """Brings back what the operator evicted or released last."""
        deed = await self._carry_out(Action.UNDO, partial(self.desk.operator.undo, ""))
        self._tell(deed)
        if deed.capacity is not None:
            self.post_message(CapacityChosen(deed.capacity))
