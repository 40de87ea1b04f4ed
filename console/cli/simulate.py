"""`simulate`: a simulated gateway's feed on standard output, at its own rate in real time."""

from __future__ import annotations

import time
from collections.abc import Iterable
from itertools import islice
from typing import Final

import click

from console.cli.errors import FINE
from console.cli.output import flush, write
from console.model.encoding import json_bytes
from console.simulate import simulate_feed
from tracker import Event, wall_clock_ms

UNPACED_START_MS: Final = 1_767_225_600_000
"""Where an unpaced feed starts, so that a seed alone makes it: 2026-01-01, UTC."""

LATE_S: Final = 1.0
"""How late a feed may run, its reader having stopped, before it goes on from there."""


@click.command("simulate")
@click.option(
    "--seed", type=int, default=1, show_default=True, metavar="N", help="Same seed, same feed."
)
@click.option(
    "--sessions", type=click.IntRange(min=1), default=48, show_default=True, metavar="N",
    help="The most sessions alive at once.",
)  # fmt: skip
@click.option(
    "--rate", type=click.FloatRange(min=0), default=30.0, show_default=True, metavar="R",
    help="Events a second; 0 for as fast as possible.",
)  # fmt: skip
@click.option(
    "--events",
    type=click.IntRange(min=0),
    metavar="N",
    help="Stop after so many; without it, never.",
)
@click.option(
    "--unclean-pct", type=click.FloatRange(0, 100), default=20.0, show_default=True, metavar="P",
    help="How many of a hundred sessions never end.",
)  # fmt: skip
@click.option("--messages", is_flag=True, help="Give events the last messages of their session.")
@click.option(
    "--start-ms", type=click.IntRange(min=0), metavar="MS",
    help="Time of the first event, Unix ms.  [default: now; a fixed day with --rate 0]",
)  # fmt: skip
def simulate(
    seed: int,
    sessions: int,
    rate: float,
    events: int | None,
    unclean_pct: float,
    messages: bool,
    start_ms: int | None,
) -> int:
    """Write the feed of a simulated, busy gateway.

    JSON Lines on standard output; see the README for the format of a feed.
    """
    if start_ms is None:
        start_ms = wall_clock_ms() if rate else UNPACED_START_MS
    feed = simulate_feed(
        seed=seed,
        start_ms=start_ms,
        sessions=sessions,
        rate=rate,
        unclean_pct=unclean_pct,
        with_messages=messages,
    )
    _write_paced(islice(feed, events), start_ms if rate else None)
    return FINE


def event_line(event: Event) -> bytes:
    """Returns an event as a line of a feed, with the fields it has."""
    names = event.__struct_fields__
    fields = {name: value for name in names if (value := getattr(event, name)) not in (None, ())}
    return json_bytes(fields) + b"\n"


def _write_paced(feed: Iterable[Event], start_ms: int | None) -> None:
    origin_s = time.monotonic()
    for event in feed:
        if start_ms is not None:
            due_s = origin_s + ((event.at_ms or 0) - start_ms) / 1000
            wait_s = due_s - time.monotonic()
            if wait_s > 0:
                flush()
                time.sleep(wait_s)
            elif wait_s < -LATE_S:
                origin_s -= wait_s
        write(event_line(event))
    flush()
