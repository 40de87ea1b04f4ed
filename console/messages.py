"""What widgets say to the screen above them. Attributes go down, messages come up."""

from __future__ import annotations

from textual.message import Message
from textual.widget import Widget

from console.choices import Sorting
from console.snapshot import Update
from tracker import CheckpointFile, FolderSummary


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


class RowOpened(Message):
    """A row was opened: enter, or a double click.

    Attributes:
        table: The table.
        key: The row's key.
    """

    def __init__(self, table: Widget, key: str) -> None:
        super().__init__()
        self.table = table
        self.key = key

    @property
    def control(self) -> Widget:
        """The table, for `@on` selectors."""
        return self.table


class HeaderChosen(Message):
    """A column's header was clicked.

    Attributes:
        table: The table.
        column: The column's key.
    """

    def __init__(self, table: Widget, column: str) -> None:
        super().__init__()
        self.table = table
        self.column = column

    @property
    def control(self) -> Widget:
        """The table, for `@on` selectors."""
        return self.table


class SessionOpened(Message):
    """A session is to be shown whole.

    Attributes:
        session: Its id.
    """

    def __init__(self, session: str) -> None:
        super().__init__()
        self.session = session


class StateChanged(Message):
    """What a view says of itself changed: its cursor, marks, filter, sort or freeze."""

    def can_replace(self, message: Message) -> bool:
        """One is as good as many."""
        return isinstance(message, StateChanged)


class Arranged(Message):
    """A table's sort or columns were chosen by hand, and are worth remembering.

    Attributes:
        view: The view's name.
        sorting: By which column it is sorted; None for the natural order.
        hidden: The keys of the columns it hides.
    """

    def __init__(self, view: str, sorting: Sorting | None, hidden: tuple[str, ...]) -> None:
        super().__init__()
        self.view = view
        self.sorting = sorting
        self.hidden = hidden


class CapacityChosen(Message):
    """A capacity was set by hand.

    Attributes:
        capacity: The most sessions held in memory from now on.
    """

    def __init__(self, capacity: int) -> None:
        super().__init__()
        self.capacity = capacity


class ViewChosen(Message):
    """A view is to be shown.

    Attributes:
        name: Its name.
    """

    def __init__(self, name: str) -> None:
        super().__init__()
        self.name = name


class HealthKnown(Message):
    """The directory was examined.

    Attributes:
        errors: How many errors were found.
        warnings: How many warnings.
    """

    def __init__(self, errors: int, warnings: int) -> None:
        super().__init__()
        self.errors = errors
        self.warnings = warnings

    def can_replace(self, message: Message) -> bool:
        """Only the newest counts."""
        return isinstance(message, HealthKnown)


class ActionAsked(Message):
    """A view asks for one of the screen's commands on sessions.

    Attributes:
        action: `evict`, `rehydrate`, `pin`, `unpin`, `release`.
        sessions: The ids.
    """

    def __init__(self, action: str, sessions: tuple[str, ...]) -> None:
        super().__init__()
        self.action = action
        self.sessions = sessions
