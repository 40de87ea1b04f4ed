"""The plugin's event log: read on from where it was read last, and believed in nothing."""

from __future__ import annotations

import errno
import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from directories import iso, tree
from faulty_os import fail, watched
from feeds import NOW_MS
from hypothesis import given
from hypothesis import strategies as st
from test_files import make_hard_link, make_socket, make_symlink

from tracker import PluginEvent, PluginLog
from tracker.store.files import Folder, open_root
from tracker.store.plugin_log import LINE_BYTES, PLUGIN_LOG, READ_BYTES, parse_event


@pytest.fixture
def folder(root: Path) -> Iterator[Folder]:
    root.mkdir()
    with open_root(str(root)) as opened:
        yield opened


def line(number: int = 0, **changed: Any) -> bytes:
    """A line of the plugin's; keys whose value is None are left out."""
    fields: dict[str, Any] = {
        "timestamp": iso(NOW_MS + number),
        "platform": "openclaw",
        "sessionId": f"s-{number}",
        "trigger": "progressive-20",
        "fillPct": 25.81,
        "qualityScore": 89,
        "toolName": "Edit",
        "eventKind": "tool-after",
        "model": "sonnet",
        **changed,
    }
    fields = {name: value for name, value in fields.items() if value is not None}
    return json.dumps(fields, separators=(",", ":")).encode() + b"\n"


def append(root: Path, *lines: bytes) -> None:
    with (root / PLUGIN_LOG).open("ab") as log:
        log.write(b"".join(lines))


def ids(log: PluginLog) -> list[str]:
    """The sessions of what the log has more."""
    return [event.session for event in log.read()]


def named(*numbers: int) -> list[str]:
    return [f"s-{number}" for number in numbers]


# -- lines ------------------------------------------------------------------------------------


def test_a_line_of_the_plugins_is_an_event() -> None:
    assert parse_event(line()) == PluginEvent(
        NOW_MS, "s-0", "progressive-20", 25.81, 89, "tool-after", "Edit", "sonnet"
    )


def test_what_a_compaction_leaves_out_is_nothing() -> None:
    left_out = dict.fromkeys(("fillPct", "qualityScore", "toolName", "model"))
    event = parse_event(line(trigger="compact", eventKind="compact-before", **left_out))
    assert event == PluginEvent(NOW_MS, "s-0", "compact", None, None, "compact-before", "", "")


@pytest.mark.parametrize(
    "bad",
    [
        b"",
        b"null",
        b"[]",
        b"{}",
        b'{"timestamp":',
        b"\xff",
        b"[" * 50_000,
        line(sessionId=5),
        line(sessionId=""),
        line(sessionId=None),
        line(trigger=["x"]),
        line(timestamp="yesterday"),
        line(timestamp=NOW_MS),
        line(timestamp="1969-12-31T00:00:00Z"),
        line(timestamp="0001-01-01T00:00:00+23:59"),
        line(fillPct="25"),
        line(fillPct=-1),
        line(qualityScore=True),
        line(model={}),
        line().replace(b"25.81", b"1e999"),
        line().replace(b"25.81", b"NaN"),
        line().replace(b"s-0", rb"\ud800"),
        line().replace(b"s-0", b"\xff"),
    ],
)
def test_a_line_that_is_no_event_is_none(bad: bytes) -> None:
    assert parse_event(bad) is None


@given(st.binary() | st.text().map(str.encode) | st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(
        st.sampled_from(("timestamp", "sessionId", "trigger", "fillPct", "model")), inner
    ),
).map(lambda value: json.dumps(value).encode()))  # fmt: skip
def test_any_bytes_are_an_event_or_none(data: bytes) -> None:
    event = parse_event(data)
    assert event is None or event.at_ms > 0


def test_hostile_text_comes_through_as_the_text_it_is() -> None:
    text = "\x1b]52;c;aGk=\x07[red]\u202ex"
    event = parse_event(line(sessionId=text, model=text, toolName=text, eventKind=text))
    assert event is not None
    assert {event.session, event.model, event.tool, event.kind} == {text}


# -- reading on -------------------------------------------------------------------------------


def test_each_call_gives_what_was_appended_since(root: Path, folder: Folder) -> None:
    log = PluginLog(folder)
    assert ids(log) == []
    append(root, line(1), line(2))
    assert ids(log) == named(1, 2)
    assert ids(log) == []
    append(root, line(3))
    assert ids(log) == named(3)
    assert (log.bad_lines, log.why, log.is_behind) == (0, "", False)


def test_a_torn_last_line_waits_until_it_is_whole(root: Path, folder: Folder) -> None:
    log = PluginLog(folder)
    whole = line(2)
    append(root, line(1), whole[:40])
    assert ids(log) == named(1)
    append(root, whole[40:70])
    assert ids(log) == []
    append(root, whole[70:], line(3)[:-1])
    assert ids(log) == named(2)
    append(root, b"\n")
    assert ids(log) == named(3)
    assert log.bad_lines == 0


def test_bad_lines_are_passed_over_and_counted(root: Path, folder: Folder) -> None:
    log = PluginLog(folder)
    append(root, b"no JSON\n", line(1), b"\n", b"  \n", b"{}\n", line(2))
    assert ids(log) == named(1, 2)
    assert log.bad_lines == 2
    append(root, b"\xff\n")
    assert ids(log) == []
    assert log.bad_lines == 3


def test_of_a_long_log_the_end_is_read_from_a_whole_line_on(root: Path, folder: Folder) -> None:
    lines = [line(number) for number in range(3_000)]
    append(root, *lines)
    log = PluginLog(folder)
    shown = ids(log)
    assert shown == named(*range(3_000 - len(shown), 3_000))
    assert READ_BYTES - 2 * len(lines[0]) < sum(map(len, lines[-len(shown) :])) <= READ_BYTES
    assert log.bad_lines == 0


def test_no_call_reads_more_than_its_bound_and_the_rest_comes_next_time(
    root: Path, folder: Folder
) -> None:
    log = PluginLog(folder)
    append(root, line(0))
    ids(log)
    append(root, *(line(number) for number in range(1, 4_000)))
    shown: list[str] = []
    read: list[int] = []
    calls = 0

    def watch(name: str, args: tuple[Any, ...], options: dict[str, Any]) -> None:
        if name == "pread":
            read.append(args[1])

    while not shown or log.is_behind:
        read.clear()
        with watched(watch):
            shown += ids(log)
        assert sum(read) <= READ_BYTES
        calls += 1
    assert shown == named(*range(1, 4_000))
    assert calls == 4


def test_a_line_that_is_too_long_is_counted_once_and_never_kept(root: Path, folder: Folder) -> None:
    log = PluginLog(folder)
    append(root, line(1))
    assert ids(log) == named(1)
    for _ in range(3):
        append(root, b"x" * READ_BYTES)
        assert ids(log) == []
    append(root, b"x\n", line(2), line(3, model="x" * LINE_BYTES), line(4))
    shown = ids(log)
    while log.is_behind:
        shown += ids(log)
    assert shown == named(2, 4)
    assert log.bad_lines == 2


def replaced(root: Path, content: bytes) -> None:
    (root / "new").write_bytes(content)
    (root / "new").rename(root / PLUGIN_LOG)


def cut_short(root: Path, content: bytes) -> None:
    (root / PLUGIN_LOG).write_bytes(b"")
    (root / PLUGIN_LOG).write_bytes(content)


def moved_away(root: Path, content: bytes) -> None:
    (root / PLUGIN_LOG).rename(root / "checkpoint-events.jsonl.1")
    (root / PLUGIN_LOG).write_bytes(content)


ROTATIONS = pytest.mark.parametrize("rotated", [replaced, cut_short, moved_away])


@ROTATIONS
@pytest.mark.parametrize("count", [1, 2, 3, 4, 40])
def test_a_log_that_was_rotated_is_begun_again_however_long_it_is_by_now(
    count: int, rotated: Callable[[Path, bytes], None], root: Path, folder: Folder
) -> None:
    log = PluginLog(folder)
    append(root, line(1), line(2), line(3)[:30])
    assert ids(log) == named(1, 2)
    numbers = range(10, 10 + count)
    rotated(root, b"".join(map(line, numbers)))
    shown = ids(log)
    while log.is_behind:
        shown += ids(log)
    assert shown == named(*numbers)
    append(root, line(5))
    assert ids(log) == named(5)
    assert log.bad_lines == 0


def test_a_log_that_goes_and_comes_back_is_not_told_twice(root: Path, folder: Folder) -> None:
    log = PluginLog(folder)
    append(root, line(1))
    ids(log)
    (root / PLUGIN_LOG).rename(root / "away")
    assert ids(log) == []
    assert log.why == ""
    (root / "away").rename(root / PLUGIN_LOG)
    append(root, line(2))
    assert ids(log) == named(2)


@given(
    st.lists(
        st.one_of(
            st.integers(0, 9).map(line),
            st.sampled_from((b"bad\n", b"{", b"\n", b"x" * 300)),
            st.none(),
        ),
        max_size=30,
    )
)
def test_however_it_is_cut_into_calls_the_events_are_those_of_the_whole(
    tmp_path_factory: pytest.TempPathFactory, pieces: list[bytes | None]
) -> None:
    root = tmp_path_factory.mktemp("log")
    with open_root(str(root)) as folder:
        log, shown = PluginLog(folder), []
        (root / PLUGIN_LOG).touch()
        for piece in pieces:
            if piece is None:
                shown += log.read()
            else:
                append(root, piece)
        append(root, b"\n")
        shown += log.read()
        whole = PluginLog(folder)
        assert shown == list(whole.read())
        assert log.bad_lines == whole.bad_lines


# -- what is refused --------------------------------------------------------------------------


@pytest.mark.parametrize("make", [make_symlink, make_hard_link, make_socket, os.mkfifo, os.mkdir])
def test_what_is_no_plain_file_is_refused_at_once_with_its_why(
    make: Callable[[Path], object], root: Path, folder: Folder
) -> None:
    log = PluginLog(folder)
    append(root, line(1))
    assert ids(log) == named(1)
    (root / PLUGIN_LOG).rename(root / "away")
    make(root / PLUGIN_LOG)
    for _ in range(2):
        assert ids(log) == []
        assert f"{PLUGIN_LOG}: refused" in log.why
        assert not log.is_behind
    path = root / PLUGIN_LOG
    path.rmdir() if path.is_dir() and not path.is_symlink() else path.unlink()
    assert ids(log) == []
    assert log.why == ""
    append(root, line(2))
    assert ids(log) == named(2)


@pytest.mark.parametrize("call", ["stat", "open", "fstat", "pread"])
def test_a_log_that_cannot_be_read_now_says_why_and_is_read_later(
    call: str, root: Path, folder: Folder
) -> None:
    log = PluginLog(folder)
    append(root, line(1))
    with watched(fail(errno.EIO, call)):
        assert ids(log) == []
    assert "can't be read now" in log.why
    assert ids(log) == named(1)
    assert log.why == ""


def test_a_log_without_change_is_not_opened(root: Path, folder: Folder) -> None:
    log = PluginLog(folder)
    append(root, line(1))
    ids(log)
    calls: list[str] = []
    with watched(lambda name, args, options: calls.append(name)):
        assert ids(log) == []
    assert calls == ["stat"]


def test_reading_changes_nothing(root: Path, folder: Folder) -> None:
    append(root, line(1), b"torn")
    before = tree(root)
    PluginLog(folder).read()
    assert tree(root) == before
