"""Opens what a run of the console needs: the directory, the feed, the link over both; and lets go.

An owner's directory is opened before the screen, so that a refusal is one line and an exit code.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from typing import TYPE_CHECKING

from console.embedded.demo import RULES, Demo
from console.embedded.feeds import read_growing, read_stream
from console.embedded.link import EmbeddedLink
from console.snapshot import Mode
from tracker import (
    BadLine,
    DirectoryStore,
    Durability,
    Event,
    Rules,
    SessionTracker,
    open_store,
    wall_clock_ms,
)

if TYPE_CHECKING:
    from console.settings import DemoOptions, Settings


@contextmanager
def opened_link(
    settings: Settings,
    directory: str | None,
    feed: str | None,
    feed_fd: int,
    demo: DemoOptions | None,
) -> Iterator[EmbeddedLink]:
    """Opens a link, and stops it in the end.

    Args:
        settings: The settings of this run.
        directory: The state directory; None for the demo's.
        feed: An owner's feed: a path, or `-`; None to observe.
        feed_fd: With `-`, the descriptor standard input was moved to.
        demo: The demo's options, where it is the demo.

    Raises:
        OwnedError: If another process owns the directory.
        DirectoryError: If an owner can't open it.
        OSError: If the demo's gateway can't be started, or its directory not be made.
    """
    with ExitStack() as stack:
        if demo is not None:
            link = _demo_link(settings, demo, stack)
        elif feed is not None and directory is not None:
            lines = partial(read_stream, feed_fd) if feed == "-" else partial(read_growing, feed)
            link = EmbeddedLink(
                directory,
                Mode.OWN,
                partial(_tracker, settings, settings.capacity, settings.rules()),
                opened=_owned(directory, settings.durability),
                feed_name="standard input" if feed == "-" else feed,
                feed_lines=lines,
                is_read_only=settings.read_only,
                polls=settings.poll,
            )
        else:
            link = EmbeddedLink(
                directory or "",
                Mode.OBSERVE,
                partial(_tracker, settings, settings.capacity, settings.rules()),
                is_read_only=settings.read_only,
                polls=settings.poll,
            )
        stack.callback(link.stop)
        yield link


def _demo_link(settings: Settings, options: DemoOptions, stack: ExitStack) -> EmbeddedLink:
    demo = stack.enter_context(Demo(options))

    def lines(stopping: threading.Event) -> Iterator[Event | BadLine]:
        yield from read_stream(demo.start_gateway(), stopping)

    return EmbeddedLink(
        demo.directory,
        Mode.DEMO,
        partial(_tracker, settings, options.capacity, RULES),
        opened=_owned(demo.directory, "process"),
        feed_name="the simulated gateway",
        feed_lines=lines,
        is_read_only=settings.read_only,
        polls=settings.poll,
    )


def _owned(directory: str, durability: Durability) -> DirectoryStore:
    return open_store(directory, durability=durability, clock=wall_clock_ms)


def _tracker(
    settings: Settings, capacity: int, rules: Rules, store: DirectoryStore
) -> SessionTracker:
    return SessionTracker(
        store,
        capacity=capacity,
        rules=rules,
        spill=settings.spill,
        idle_ttl_ms=settings.idle_ttl_ms,
    )
