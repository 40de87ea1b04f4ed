"""What is asked of an app while it is measured: when it is full, and how its event loop lags."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Callable

from rich.style import Style

STEP_S = 0.01
"""How long the loop is asked to sleep; what it sleeps longer is its lag."""


async def watch(report_fd: int, is_full: Callable[[], bool], cursor: Callable[[], Style]) -> None:
    """Tells when all is shown, and every lag from then on; see `Screen`.

    Args:
        report_fd: Where it is told.
        is_full: Whether all sessions are shown.
        cursor: The style of the cursor.
    """
    while not is_full():
        await asyncio.sleep(STEP_S)
    colour = cursor().bgcolor
    assert colour is not None
    code = ";".join(colour.get_ansi_codes(foreground=False))
    os.write(report_fd, f"{code}\n".encode())
    while True:
        begun_s = time.monotonic()
        await asyncio.sleep(STEP_S)
        os.write(report_fd, f"{time.monotonic() - begun_s - STEP_S:.6f}\n".encode())
