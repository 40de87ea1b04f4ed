"""Feeds: whole lines out of any stream, however it is cut, grows, is replaced or falls silent."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path

import pytest
from console_support import wait_for
from hypothesis import given
from hypothesis import strategies as st

from console.embedded import feeds
from console.embedded.feeds import LineBuffer, read_growing, read_stream
from tracker import BadLine, Event


def line(session: str) -> bytes:
    return b'{"type":"session_end","session":"%s"}\n' % session.encode()


class Reader:
    """Reads a feed on a thread, as the link does, and keeps what came."""

    def __init__(self, items: Iterator[Event | BadLine]) -> None:
        self.items: list[Event | BadLine] = []
        self.error: OSError | None = None
        self._source = items
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def _run(self) -> None:
        try:
            for item in self._source:
                self.items.append(item)
        except OSError as error:
            self.error = error

    @property
    def sessions(self) -> list[str]:
        return [item.session for item in self.items if isinstance(item, Event)]

    @property
    def is_running(self) -> bool:
        return self._thread.is_alive()

    def expect(self, *sessions: str) -> None:
        wait_for(lambda: self.sessions == list(sessions), f"{sessions}, not {self.items}")


@contextmanager
def reading(source: str | int) -> Iterator[Reader]:
    stopping = threading.Event()
    lines = read_stream(source, stopping) if isinstance(source, int) else read_growing(
        source, stopping
    )  # fmt: skip
    reader = Reader(lines)
    try:
        yield reader
    finally:
        stopping.set()
        wait_for(lambda: not reader.is_running, "the reader ends when it is stopped")


@given(st.lists(st.integers(0, 400), max_size=12))
def test_lines_are_the_same_wherever_the_stream_is_cut(cuts: list[int]) -> None:
    data = line("a") + b"not json\n" + line("ümläut ☃") + b"\n" + line("b").rstrip(b"\n")
    edges = sorted({0, len(data), *(min(cut, len(data)) for cut in cuts)})
    buffer, items = LineBuffer(), []
    for start, end in pairwise(edges):
        items += buffer.feed(data[start:end])
    items += buffer.end()
    assert [item.session for item in items if isinstance(item, Event)] == ["a", "ümläut ☃", "b"]
    assert [item.number for item in items if isinstance(item, BadLine)] == [2]


def test_a_line_too_long_is_bad_and_the_next_one_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feeds, "LINE_BYTES", 100)
    buffer = LineBuffer()
    items = [item for _ in range(10) for item in buffer.feed(b"x" * 60)]
    assert items == []
    items = [*buffer.feed(b"\n" + line("a")), *buffer.end()]
    assert isinstance(items[0], BadLine)
    assert "longer than 100 bytes" in items[0].why
    assert isinstance(items[1], Event)


def test_a_pipe_is_read_to_its_end_with_the_line_that_lacks_a_newline() -> None:
    read_fd, write_fd = os.pipe()
    with reading(read_fd) as reader:
        os.write(write_fd, line("a") + line("b").rstrip())
        reader.expect("a")
        os.close(write_fd)
        reader.expect("a", "b")
        wait_for(lambda: not reader.is_running, "the feed ends with the pipe")
    os.close(read_fd)


def test_a_silent_pipe_can_be_stopped() -> None:
    read_fd, write_fd = os.pipe()
    with reading(read_fd) as reader:
        assert reader.is_running
    os.close(read_fd)
    os.close(write_fd)


def test_a_file_is_read_from_its_start_and_goes_on_as_it_grows(tmp_path: Path) -> None:
    path = tmp_path / "feed.jsonl"
    path.write_bytes(line("a"))
    with reading(str(path)) as reader:
        reader.expect("a")
        with path.open("ab") as file:
            file.write(line("b")[:10])
            file.flush()
            file.write(line("b")[10:])
        reader.expect("a", "b")
        assert reader.is_running


def test_a_file_that_is_replaced_or_cut_short_is_read_from_its_start(tmp_path: Path) -> None:
    path, other = tmp_path / "feed.jsonl", tmp_path / "other"
    path.write_bytes(line("a") * 2)
    with reading(str(path)) as reader:
        reader.expect("a", "a")
        other.write_bytes(line("b") * 2)
        other.rename(path)
        reader.expect("a", "a", "b", "b")
        path.write_bytes(line("c"))
        reader.expect("a", "a", "b", "b", "c")


def test_writers_of_a_fifo_come_and_go(tmp_path: Path) -> None:
    path = tmp_path / "fifo"
    os.mkfifo(path)
    with reading(str(path)) as reader:
        for number, session in enumerate("abc", 1):
            with path.open("wb") as writer:
                writer.write(line(session))
            reader.expect(*"abc"[:number])
        assert reader.is_running


def test_a_writer_of_a_fifo_is_heard_at_once_however_seldom_a_file_is_asked_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "fifo"
    os.mkfifo(path)
    with reading(str(path)) as reader, path.open("wb", buffering=0) as writer:
        writer.write(line("a"))
        reader.expect("a")
        monkeypatch.setattr("console.embedded.feeds.WAIT_S", 5.0)
        for number, session in enumerate("bcdefghijklmnop", 2):
            writer.write(line(session))
            reader.expect(*"abcdefghijklmnop"[:number])
        monkeypatch.undo()


def test_a_feed_that_is_missing_or_a_folder_is_an_error_that_names_it(tmp_path: Path) -> None:
    with reading(str(tmp_path / "none")) as reader:
        wait_for(lambda: reader.error is not None, "an error")
    assert isinstance(reader.error, FileNotFoundError)
    with reading(str(tmp_path)) as reader:
        wait_for(lambda: reader.error is not None, "an error")
    assert isinstance(reader.error, IsADirectoryError)
