"""The console as `holdfast DIR` runs it, which tells what it draws from whenever it is asked."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from pathlib import Path

import msgspec

from console import running
from console.app import HoldfastApp
from console.cli.run import run

from .picture import picture_of


def main(directory: str, report_fd: int) -> int:
    """Runs the console; at SIGUSR1 it writes its picture of the disk to a descriptor, a line."""

    class Pictured(HoldfastApp):
        CSS_PATH = str(Path(running.__file__).with_name("holdfast.tcss"))

        def on_mount(self) -> None:
            asyncio.get_running_loop().add_signal_handler(signal.SIGUSR1, self._tell)

        def _tell(self) -> None:
            folders = map(self.board.folder_named, self.board.folder_names())
            picture = picture_of(one for one in folders if one is not None)
            os.write(report_fd, msgspec.json.encode(picture) + b"\n")

    running.HoldfastApp = Pictured  # type: ignore[attr-defined]
    return run([directory])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], int(sys.argv[2])))
