"""The checkpoints of one session: a row each, fill and quality as a plot, and the text of one.

What the disk must be asked for is asked for on a thread, and only the newest answer is shown.
"""

from __future__ import annotations

from functools import partial
from typing import Final

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.containers import Container
from textual.message import Message

from console.desk import Desk
from console.messages import CursorMoved, FilesListed, HeaderChosen, StateChanged
from console.model.rows import Cell, file_cells, size
from console.text import visible
from console.views.checkpoint_text import CopyMade, TextRead, make_copy, read, text_notes
from console.views.detail import FILE_COLUMNS
from console.views.newest import Newest
from console.views.pager import show_copy
from console.views.view import View
from console.widgets.live_table import LiveTable
from console.widgets.reading_plot import PlotMoved, ReadingPlot
from console.widgets.text_pane import TextPane, lay_out_cells
from tracker import CheckpointFile, FolderSummary

CHOOSE: Final = Cell("↑ ↓ choose a checkpoint: its text is shown here.", "dim")
READING: Final = Cell("Reading…", "dim")


class Checkpoints(Container):
    """The panes about one session's checkpoints. Fill them with `show`.

    Args:
        desk: What is shown; its link reads the files.
        id: The widget's id.
        classes: Its classes.

    Attributes:
        files: The session's checkpoint files, oldest first.
        why: Why they can't be listed now, in words; empty where they can.
        is_opening: Whether one is on its way to the operator's pager.
    """

    def __init__(self, desk: Desk, *, id: str, classes: str) -> None:  # noqa: A002
        super().__init__(id=id, classes=classes)
        self.files: tuple[CheckpointFile, ...] = ()
        self.why = ""
        self.is_opening = False
        self._desk = desk
        self._by_key: dict[str, CheckpointFile] = {}
        self._listed: tuple[str, FolderSummary | None] = ("", None)
        self._is_listed = False
        self._shown: CheckpointFile | None = None
        self._listing = Newest(self, "session-listing")
        self._reading = Newest(self, "session-reading")
        self._copying = Newest(self, "session-copying")

    def compose(self) -> ComposeResult:
        """Arranges table, plot and text; how, is up to the style sheet."""
        with Container(id="session-upper"):
            yield LiveTable(FILE_COLUMNS, self._cells, id="session-checkpoints")
            yield ReadingPlot(id="session-plot")
        yield TextPane(id="session-text")

    def on_mount(self) -> None:
        """Names the panes."""
        self.plot.border_title = "Fill and quality"
        self._show_titles()

    @property
    def table(self) -> LiveTable:
        """The table of checkpoints."""
        return self.query_one("#session-checkpoints", LiveTable)

    @property
    def plot(self) -> ReadingPlot:
        """The plot."""
        return self.query_one("#session-plot", ReadingPlot)

    @property
    def pane(self) -> TextPane:
        """The pane with the text."""
        return self.query_one("#session-text", TextPane)

    @property
    def is_last_seen(self) -> bool:
        """Whether the folder is gone, and what is shown is what was listed before."""
        return self._listed[1] is None and bool(self.files)

    @property
    def chosen(self) -> CheckpointFile | None:
        """The checkpoint under the cursor; None where it is on none."""
        return self._by_key.get(self.table.cursor_key or "")

    def show(self, session: str, folder: FolderSummary | None) -> None:
        """Shows a session's checkpoints; lists them where its folder changed.

        Args:
            session: The session's id.
            folder: Its folder; None where it has none. What was listed before stays then.
        """
        if (session, folder) == self._listed:
            return
        is_another = session != self._listed[0]
        self._listed = (session, folder)
        if is_another:
            self._is_listed, self.why = False, ""
            self._take(())
            self.table.put_cursor(None)
            self.table.show(
                (), empty_text="Reading…" if folder is not None else "No folder on disk."
            )
            self._read_chosen()
        if folder is None:
            self._show_titles()
            return
        link = self._desk.link

        def work() -> Message:
            try:
                return FilesListed((session, folder), link.files(folder))
            except Exception as error:  # noqa: BLE001 - the top of a worker; it is shown.
                return FilesListed((session, folder), (), str(error) or type(error).__name__)

        self._listing.ask(work)

    def open_copy(self) -> str:
        """Opens a copy of the checkpoint under the cursor in the operator's pager.

        Returns:
            Why it can't be opened, in words; empty where it is on its way.
        """
        file, folder = self.chosen, self._listed[1]
        if file is None or folder is None:
            return "No checkpoint is chosen: choose one with ↑ ↓ first."
        name = visible(file.filename, 80)
        if file.status == "missing":
            return f"Not opened: {name} is missing: the manifest lists it, the folder lacks it."
        if file.status == "unsafe":
            return f"Not opened: {name} is unsafe: {visible(file.why, 300)}"
        if self.is_opening:
            return ""
        self.is_opening = True
        self._copying.ask(partial(make_copy, self._desk.link, folder, file))
        self.post_message(StateChanged())
        return ""

    # -- what comes back --------------------------------------------------------------------------

    @on(FilesListed)
    def _take_listed(self, message: FilesListed) -> None:
        message.stop()
        if message.listed != self._listed:
            return  # A newer list was asked for, and may be here already.
        self.why = visible(message.why, 400)
        if not self.why:
            self._take(message.files)
        empty = "They can't be listed now." if self.why else "No checkpoints yet."
        self.table.show(list(self._by_key), empty_text=empty)
        if not self.why and not self._is_listed:
            self._is_listed = True
            self.table.put_cursor(next(iter(self._by_key), None))
        self._show_titles()
        self._show_plot()
        self._read_chosen()
        self.post_message(StateChanged())

    @on(TextRead)
    def _take_text(self, message: TextRead) -> None:
        message.stop()
        if message.file is self._shown:  # Else the cursor has gone on.
            self.pane.show(message.layout, is_new=True)

    @on(CopyMade)
    def _open_made(self, message: CopyMade) -> None:
        message.stop()
        name = visible(message.file.filename, 80)
        if message.why:
            words, is_good = f"Not opened: {name}: {visible(message.why, 300)}", False
        elif not self._is_in_front:
            words, is_good = f"Not opened: {name}: something else is shown by now.", False
        else:
            words, is_good = show_copy(self.app, message.file.filename, message.text)
        self.is_opening = False
        self.notify(words, severity="information" if is_good else "warning", markup=False)
        self.post_message(StateChanged())

    @property
    def _is_in_front(self) -> bool:
        """Whether the view is what a person looks at: the terminal isn't taken away otherwise."""
        views = [one for one in self.ancestors if isinstance(one, View)]
        return self.app.screen is self.screen and all(view.display for view in views)

    # -- the cursor -------------------------------------------------------------------------------

    @on(CursorMoved, "#session-checkpoints")
    def _follow(self, message: CursorMoved) -> None:
        message.stop()
        self._show_plot()
        self._read_chosen()
        self.post_message(StateChanged())

    @on(PlotMoved)
    def _move(self, message: PlotMoved) -> None:
        message.stop()
        self.table.action_move(-message.steps)

    @on(HeaderChosen)
    def _keep_order(self, message: HeaderChosen) -> None:
        message.stop()  # Checkpoints stand in order of their time, the newest first.

    # -- showing ----------------------------------------------------------------------------------

    def _take(self, files: tuple[CheckpointFile, ...]) -> None:
        self.files = files
        # No file's key is DIVIDER's, whatever a manifest names.
        self._by_key = {f"{file.filename}/": file for file in reversed(files)}

    def _read_chosen(self) -> None:
        """Reads the checkpoint under the cursor, unless it is the one that is shown."""
        file, folder = self.chosen, self._listed[1]
        if file is not None and file == self._shown:
            return
        if file is None or folder is None:
            self._shown = None
            self._show_text_title()
            self.pane.show(lay_out_cells([CHOOSE] if self.files else []), is_new=True)
            return
        self._shown = file
        self._show_text_title()
        if file.status in ("missing", "unsafe"):
            self.pane.show(lay_out_cells(text_notes(file, None, "")), is_new=True)
            return
        self.pane.show(lay_out_cells([READING]), is_new=True)
        self._reading.ask(partial(read, self._desk.link, folder, file, self.pane.text_cells))

    def _show_plot(self) -> None:
        chosen = self.chosen
        cursor = self.files.index(chosen) if chosen is not None else -1
        self.plot.show(self.files, cursor, self._desk.rules.bands)

    def _show_titles(self) -> None:
        title = "Checkpoints"
        if self._is_listed:
            title += f" · {len(self.files):,}"
        if self.is_last_seen:
            title += " · as last seen"
        elif self.why and self.files:
            title += " · can't be listed now"
        self.table.border_title = title
        self._show_text_title()

    def _show_text_title(self) -> None:
        file, title = self._shown, "Text"
        if file is not None:
            extent = f" · {size(file.file_bytes)}" if file.file_bytes is not None else ""
            title = visible(file.filename, 160) + extent
        self.pane.border_title = Text(title)

    def _cells(self, key: str, _index: int) -> dict[str, Cell]:
        return file_cells(self._by_key[key])
