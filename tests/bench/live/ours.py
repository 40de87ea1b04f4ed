"""The console as `holdfast DIR --feed -` runs it, with a look at its event loop."""

from __future__ import annotations

import os
import sys
from functools import partial
from pathlib import Path

from rich.style import Style

from console import running
from console.app import HoldfastApp
from console.cli.run import run
from console.widgets.live_table import LiveTable

from .probe import watch


def main(directory: str, count: int, report_fd: int) -> int:
    """Runs the console on the terminal of its standard output, fed from its standard input."""
    # The keys come from the controlling terminal, which is the first one a new session opens.
    os.open(os.ttyname(1), os.O_RDWR)

    class Watched(HoldfastApp):
        CSS_PATH = str(Path(running.__file__).with_name("holdfast.tcss"))

        def on_mount(self) -> None:
            self.run_worker(
                watch(report_fd, lambda: self.board.occupancy >= count, partial(_cursor, self))
            )

    setattr(running, "HoldfastApp", Watched)  # noqa: B010 - it exports no such name.
    return run([directory, "--feed", "-", "--capacity", str(count)])


def _cursor(app: HoldfastApp) -> Style:
    assert app.main is not None
    table = app.main.query_one("#sessions", LiveTable)
    return table.get_component_rich_style("live-table--cursor", partial=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3])))
