"""A state directory looked at from the command line: opened to observe, and swept once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from typing import NamedTuple

from console.cli.errors import UnknownSessionError
from console.cli.progress import Progress
from console.nearest import nearest
from tracker import DirectoryStore, FolderSummary, Survey, open_store, wall_clock_ms


class Directory(NamedTuple):
    """A state directory that was looked at. Nothing in it is ever changed.

    Attributes:
        store: The open store, which only reads.
        survey: What its folders hold.
    """

    store: DirectoryStore
    survey: Survey

    @property
    def summaries(self) -> tuple[FolderSummary, ...]:
        """All folders, the one with the newest checkpoint first."""
        return tuple(sorted(self.survey.summaries, key=_by_age))


@contextmanager
def look_at(path: str) -> Iterator[Directory]:
    """Opens a state directory to observe it, and looks at every folder.

    Raises:
        DirectoryError: If it can't be opened.
        ReadError: If it can't be listed.

    Cost: see `Survey.sweep`.
    """
    with closing(open_store(path, read_only=True, clock=wall_clock_ms)) as store:
        survey = Survey(store.root)
        with Progress("looking at folders") as progress:
            survey.sweep(progress)
        yield Directory(store, survey)


def of_session(summaries: Iterable[FolderSummary], name: str) -> tuple[FolderSummary, ...]:
    """Returns the folders of one session, given its id or its folder's name.

    An id is tried first; several folders may name the same one.

    Raises:
        UnknownSessionError: If there is none; the message has the nearest names.
    """
    known = tuple(summaries)
    found = tuple(summary for summary in known if summary.session == name)
    found = found or tuple(summary for summary in known if summary.folder == name)
    if found:
        return found
    names = [one for summary in known for one in (summary.session, summary.folder)]
    near = nearest(name, names)
    hint = f"; the nearest: {', '.join(near)}" if near else ""
    raise UnknownSessionError(f"{name}: no such session in this directory{hint}")


def _by_age(summary: FolderSummary) -> tuple[int, str]:
    return -(summary.state.last_checkpoint_ms if summary.state else 0), summary.folder
