"""Touching a session that is tracked: the public call, beside the bare move in an ordered dict."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, MutableMapping, Sequence

from .curve import OURS, Curve
from .rounds import cpu_s, interleaved, loop_cpu_s
from .row import Effort, Goal, Measured, Row, spread
from .worlds import filled, ids, shuffled

TOUCHES = 100_000


def touch_few(effort: Effort) -> Measured:
    """At the default capacity."""
    return _beside_a_move(effort, effort.few)


def touch_many(effort: Effort) -> Measured:
    """At very many, where memory that isn't in a cache costs the most."""
    return _beside_a_move(effort, effort.many)


def touch_cachetools(effort: Effort) -> Measured:
    """Beside the move that cachetools makes, which keeps none of our books."""
    try:
        from cachetools import LRUCache
    except ImportError:
        return Measured(skipped="cachetools isn't installed: pip install 'holdfast[bench]'")
    cache: MutableMapping[str, None] = LRUCache(effort.many)
    names = ids(effort.many)
    cache.update(dict.fromkeys(names))
    order = _order(effort, effort.many)
    return interleaved(
        _touching(effort.many, order),
        lambda: loop_cpu_s(cache.__getitem__, order),
        effort.rounds,
    )


def touch_mixed(effort: Effort) -> Measured:
    """Each touch after an event of another session, so that none is one of many in a row."""
    from tracker import Event

    tracker = filled(effort.few)
    order = _order(effort, effort.few)
    events = [Event("before_tool_call", name) for name in reversed(order)]
    handle, touch = tracker.handle, tracker.touch

    def both() -> None:
        for event, name in zip(events, order, strict=True):
            handle(event)
            touch(name)

    def events_alone() -> None:
        for event in events:
            handle(event)

    return interleaved(
        lambda: cpu_s(both, len(order)), lambda: cpu_s(events_alone, len(order)), effort.rounds
    )


def _beside_a_move(effort: Effort, count: int) -> Measured:
    bare = OrderedDict.fromkeys(ids(count))
    order = _order(effort, count)
    return interleaved(
        _touching(count, order),
        lambda: loop_cpu_s(bare.move_to_end, order),
        effort.rounds,
    )


def _touching(count: int, order: Sequence[str]) -> Callable[[], float]:
    """Touches tracked sessions; each was touched once before, in another order."""
    touch = filled(count).touch
    for name in ids(count):
        touch(name)
    return lambda: loop_cpu_s(touch, order)


def _order(effort: Effort, count: int) -> list[str]:
    """Sessions in the order they are touched, all of them as often as the others."""
    times = 1 if effort.is_quick else max(TOUCHES // count, 1)
    return shuffled(ids(count)) * times


def _curve(count: int, effort: Effort) -> dict[str, float]:
    found = _beside_a_move(effort, count)
    return {OURS: spread(found.ours).middle, "bare move": spread(found.peer).middle}


CURVE = Curve("One touch", "time", _curve)

ROWS = (
    Row(
        "touch-2000",
        "touch of a tracked session, 2,000 tracked: the public call, statistics included",
        "a bare `OrderedDict.move_to_end` in the same loop",
        "time",
        Goal("ratio", 3),
        touch_few,
    ),
    Row(
        "touch-100000",
        "the same, 100,000 tracked",
        "a bare `OrderedDict.move_to_end` in the same loop",
        "time",
        Goal("ratio", 1.6),
        touch_many,
    ),
    Row(
        "touch-cachetools",
        "the same, 100,000 tracked",
        "`cachetools.LRUCache.__getitem__`, the bare move",
        "time",
        Goal("ratio", 1),
        touch_cachetools,
    ),
)
