"""What widgets say to the screen above them. Attributes go down, messages come up."""

from __future__ import annotations

from textual.message import Message
from textual.widget import Widget

from console.snapshot import Update
from tracker import CheckpointFile, FolderSummary, Outcome


class CursorMoved(Message):
    """The cursor of a live table is on another row, or on none.

    Attributes:
        table: The table.
        key: The row's key; None where the cursor is on none.
    """

    def __init__(self, table: Widget, key: str | None) -> None:
        super().__init__()
        self.table = table
        self.key = key

    @property
    def control(self) -> Widget:
        """The table, for `@on` selectors."""
        return self.table

    def can_replace(self, message: Message) -> bool:
        """Only the newest counts."""
        return isinstance(message, CursorMoved) and message.table is self.table


class Updated(Message):
    """The link has something new.

    Attributes:
        update: What changed. None of these may be lost: each is a difference to the one before.
    """

    def __init__(self, update: Update) -> None:
        super().__init__()
        self.update = update


class FilesListed(Message):
    """The checkpoint files of a session were listed.

    Attributes:
        listed: The session's id, and its folder as it was when it was listed.
        files: Its files, oldest first.
        why: Why they can't be listed, in words; empty where they were.
    """

    def __init__(
        self,
        listed: tuple[str, FolderSummary | None],
        files: tuple[CheckpointFile, ...],
        why: str = "",
    ) -> None:
        super().__init__()
        self.listed = listed
        self.files = files
        self.why = why


class CommandDone(Message):
    """A command came to its end.

    Attributes:
        verb: What was done, as a past participle: `Evicted`.
        outcomes: What came of it, one an id.
        why: Why nothing at all was done, in words.
    """

    def __init__(self, verb: str, outcomes: tuple[Outcome, ...], why: str = "") -> None:
        super().__init__()
        self.verb = verb
        self.outcomes = outcomes
        self.why = why
