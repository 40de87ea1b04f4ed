"""The health view's examinations: when one is due, how far it is, and whether it was stopped."""

from __future__ import annotations

from collections.abc import Callable

from textual.message import Message
from textual.message_pump import MessagePump

from console.model.due import Due
from console.model.going import Going
from console.snapshot import Link
from tracker import Finding


class Examined(Message):
    """An examination came to its end.

    Attributes:
        going: How far it came, and whether it was stopped.
        findings: What it found.
        why: Why it found nothing, in words; empty where it didn't fail.
        began_ms: When it began, Unix ms.
    """

    def __init__(
        self, going: Going, findings: tuple[Finding, ...], why: str, began_ms: int
    ) -> None:
        super().__init__()
        self.going = going
        self.findings = findings
        self.why = why
        self.began_ms = began_ms


def examine_work(view: MessagePump, link: Link, going: Going, began_ms: int) -> Callable[[], None]:
    """Returns what examines the directory, for a thread; it posts Examined."""

    def work() -> None:
        try:
            view.post_message(Examined(going, link.diagnose(going), "", began_ms))
        except Exception as error:  # noqa: BLE001 - the top of a worker; it is shown.
            why = str(error) or type(error).__name__
            view.post_message(Examined(going, (), why, began_ms))

    return work


class Examinations:
    """One examination at a time, and what is known of the one that runs.

    Attributes:
        going: How far the last one is, or came.
        is_slow: Whether one has been running for a while.
        was_stopped: Whether somebody stopped the last one, and wants no other yet.
    """

    def __init__(self) -> None:
        self.going = Going()
        self.is_slow = False
        self.was_stopped = False
        self._due = Due()

    @property
    def is_running(self) -> bool:
        """Whether one runs."""
        return self._due.is_running

    def want(self) -> None:
        """Notes that something changed."""
        self._due.want()

    def ask(self) -> None:
        """Notes that somebody wants one, whether or not the last was stopped."""
        self.was_stopped = False
        self._due.want()

    def is_due(self, now_ms: int) -> bool:
        """Whether one is to be begun now, Unix ms."""
        return not self.was_stopped and self._due.is_due(now_ms)

    def begin(self, now_ms: int) -> Going:
        """Notes that one begins, Unix ms; returns what is to be told of it."""
        self._due.begin(now_ms)
        self.is_slow = False
        self.going = Going()
        return self.going

    def stop(self) -> bool:
        """Stops one that takes long, and wants no other until one is asked for; whether it did."""
        if not self.is_slow or self.going.was_stopped:
            return False
        self.going.stop()
        self.was_stopped = True
        return True

    def leave(self) -> None:
        """Stops the one that runs, which nobody waits for any more."""
        self.going.stop()

    def end(self, now_ms: int) -> bool:
        """Notes that it ended, Unix ms; whether it was whole.

        Nothing has to rest after one that was stopped: the next begins once it is wanted.
        """
        self.is_slow = False
        if self.going.was_stopped:
            self._due = Due()
            return False
        self._due.end(now_ms)
        return True

    def headway(self, stop_key: str, examine_key: str) -> str:
        """Returns how far one is that takes long, or that it was stopped; empty for neither.

        Args:
            stop_key: The key that stops it, as it is shown.
            examine_key: The key that begins another.
        """
        done, total = self.going.done, self.going.total
        if self.is_slow and self.going.was_stopped:
            return "stopping…"
        if self.is_slow:
            far = f"looked at {done:,} of {total:,}, " if total else ""
            return f"{far}{stop_key} stops it"
        if self.was_stopped:
            return f"stopped at {done:,} of {total:,}; {examine_key} examines it again"
        return ""
