"""`replay`: the recorded effects to the byte, as a stream, whatever stops it."""

from __future__ import annotations

import json
import os
import signal
import sys
from pathlib import Path

import pytest
from command import TRACES, Ran, finish, run, start
from directories import STATE, manifest_lines, read_state
from feeds import NOW_MS, compact, edit, end, turn

from console.cli.replay import BAD_LINES_NAMED
from console.cli.simulate import event_line
from tracker import Event, open_tracker


def write_feed(path: Path, *items: Event | str) -> Path:
    lines = [item if isinstance(item, str) else event_line(item).decode() for item in items]
    path.write_text("".join(line if line.endswith("\n") else f"{line}\n" for line in lines))
    return path


def replay(feed: object, root: Path, *options: object, **variables: str) -> Ran:
    return run("replay", feed, "--state-dir", root, *options, **variables)


@pytest.fixture
def feed_path(tmp_path: Path) -> Path:
    return tmp_path / "feed.jsonl"


# -- the recordings ---------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["run-1", "run-6"])
def test_a_recording_gives_the_recorded_effects_to_the_byte(name: str, root: Path) -> None:
    feed = TRACES / f"{name}.events.jsonl"
    ran = finish(start("replay", feed, "--state-dir", root, "--capacity", 2))
    assert ran.code == 0
    assert ran.stdout.encode() == (TRACES / f"{name}.effects.jsonl").read_bytes()
    assert ran.stderr.count("\n") == 1
    assert "0 bad lines" in ran.stderr
    assert " evictions" in ran.stderr


def test_a_recording_through_a_pipe_gives_the_same(root: Path) -> None:
    given = (TRACES / "run-2.events.jsonl").read_bytes()
    ran = finish(start("replay", "-", "--state-dir", root), given)
    assert ran.code == 0
    assert ran.stdout.encode() == (TRACES / "run-2.effects.jsonl").read_bytes()
    assert ", 0 evictions, " in ran.stderr


def test_two_halves_give_what_the_whole_gives(root: Path, feed_path: Path) -> None:
    lines = (TRACES / "run-3.events.jsonl").read_text().splitlines(keepends=True)
    effects = ""
    for half in (lines[: len(lines) // 2], lines[len(lines) // 2 :]):
        ran = replay(write_feed(feed_path, *half), root, "--capacity", 3)
        assert ran.code == 0
        effects += ran.stdout
    assert effects.encode() == (TRACES / "run-3.effects.jsonl").read_bytes()


# -- settings ---------------------------------------------------------------------------------


def test_the_settings_reach_the_tracker(root: Path, feed_path: Path) -> None:
    feed = write_feed(feed_path, turn("s-1", NOW_MS, 12, 90), turn("s-1", NOW_MS + 95_000, 31, 90))
    ran = replay(feed, root, HOLDFAST_POLICY_BANDS="10 30")
    triggers = [json.loads(line).get("trigger") for line in ran.lines]
    assert triggers == [None, "progressive-10", "progressive-30"]
    ran = replay(feed, root, "--capacity", "none")
    assert ran.code == 2
    assert ran.stderr.startswith("holdfast: --capacity: ")


def test_the_trackers_time_is_the_feeds(root: Path, feed_path: Path) -> None:
    events = [
        edit("s-1", NOW_MS, "a.py"),
        edit("s-2", NOW_MS + 10_000),
        edit("s-3", NOW_MS + 70_000),
    ]
    ran = replay(write_feed(feed_path, *events), root, "--idle-ttl", "1m")
    assert "2 evictions" in ran.stderr
    assert "3 sessions" in ran.stderr


def test_without_spilling_counters_restart_from_the_last_checkpoint(
    root: Path, feed_path: Path
) -> None:
    edits = [edit("s-1", NOW_MS + number, "a.py") for number in range(2)]
    feed = write_feed(feed_path, turn("s-1", NOW_MS), *edits, edit("s-2", NOW_MS + 9))
    assert replay(feed, root, "--capacity", 1, "--no-spill").code == 0
    assert "editWriteCount" not in read_state(root / "s-1")["holdfast"]["live"]
    other = root.parent / "spilt"
    assert replay(feed, other, "--capacity", 1).code == 0
    assert read_state(other / "s-1")["holdfast"]["live"]["editWriteCount"] == 2


def test_a_replay_survives_a_kill_but_syncs_only_when_asked(
    root: Path, feed_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[int] = []
    monkeypatch.setattr(os, "fsync", synced.append)
    feed = write_feed(feed_path, compact("s-1", NOW_MS))
    assert replay(feed, root).code == 0
    assert not synced
    assert replay(feed, root, HOLDFAST_DURABILITY="power").code == 0
    assert synced


# -- bad lines --------------------------------------------------------------------------------

BAD = ("{", '{"type":"nap","session":"s","at_ms":1}', '{"type":"session_end","session":"s"}', "[]")


def test_bad_lines_are_named_counted_and_skipped(root: Path, feed_path: Path) -> None:
    feed = write_feed(feed_path, compact("s-1", NOW_MS), "", *BAD, compact("s-1", NOW_MS + 1))
    ran = replay(feed, root)
    assert ran.code == 0
    assert len(ran.lines) == 2
    for number in (3, 4, 5, 6):
        assert f"holdfast: line {number}: " in ran.stderr
    assert "no at_ms, which a replay needs; skipped" in ran.stderr
    assert "2 events, 2 effects, 1 session, 0 evictions, 0 rehydrations, 4 bad lines" in ran.stderr


def test_a_flood_of_bad_lines_is_counted_but_not_named(root: Path, feed_path: Path) -> None:
    ran = replay(write_feed(feed_path, *["{"] * 500, compact("s-1", NOW_MS)), root)
    assert ran.code == 0
    assert len(ran.lines) == 1
    assert ran.stderr.count("; skipped") == BAD_LINES_NAMED
    assert "further bad lines are only counted" in ran.stderr
    assert "500 bad lines" in ran.stderr


def test_strict_stops_at_the_first_bad_line_with_all_before_it_kept(
    root: Path, feed_path: Path
) -> None:
    feed = write_feed(feed_path, edit("s-1", NOW_MS, "a.py"), "{", compact("s-1", NOW_MS + 1))
    ran = replay(feed, root, "--strict")
    assert (ran.code, ran.stdout) == (2, "")
    assert "line 2: " in ran.stderr
    assert "--strict stops here" in ran.stderr
    assert read_state(root / "s-1")["holdfast"]["live"]["editWriteCount"] == 1


def test_hostile_lines_are_named_safely(root: Path, feed_path: Path) -> None:
    hostile = json.dumps({"type": "\x1b[2J\x9b31m", "session": "s", "at_ms": 1}, ensure_ascii=False)
    ran = replay(write_feed(feed_path, hostile, compact("a\x9b31m\u202e", NOW_MS)), root)
    assert ran.code == 0
    assert all(text.isprintable() for text in (*ran.lines, *ran.stderr.splitlines()))
    assert json.loads(ran.stdout)["session"] == "a\x9b31m\u202e"


def test_a_line_longer_than_any_is_one_bad_line(root: Path, feed_path: Path) -> None:
    feed_path.write_bytes(b"x" * (9 * 1024 * 1024) + b"\n{\n" + event_line(compact("s-1", NOW_MS)))
    ran = replay(feed_path, root)
    assert "line 1: longer than 8,388,608 bytes" in ran.stderr
    assert "line 2: " in ran.stderr
    assert len(ran.lines) == 1


# -- what stops it ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "said"), [("gone.jsonl", "No such file"), (".", "a directory, not a feed")]
)
def test_a_feed_that_cannot_be_read_makes_no_directory(
    name: str, said: str, root: Path, tmp_path: Path
) -> None:
    ran = replay(tmp_path / name, root)
    assert ran.code == 2
    assert said in ran.stderr
    assert not root.exists()


def test_an_event_the_store_refuses_stops_it_there_and_nothing_is_lost(
    root: Path, feed_path: Path
) -> None:
    root.mkdir()
    (root / "s-2").symlink_to("/etc")
    events = [compact("s-1", NOW_MS), edit("s-1", NOW_MS + 1), compact("s-2", NOW_MS + 2)]
    ran = replay(write_feed(feed_path, *events, compact("s-3", NOW_MS + 3)), root)
    assert ran.code == 3
    assert [json.loads(line)["session"] for line in ran.lines] == ["s-1"]
    assert "holdfast: line 3: " in ran.stderr
    assert "s-2: refused" in ran.stderr
    assert "2 events, 1 effect" in ran.stderr
    assert read_state(root / "s-1")["holdfast"]["live"]["editWriteCount"] == 1
    assert not (root / "s-3").exists()


def test_an_effect_is_out_before_the_next_event_is_awaited(root: Path) -> None:
    process = start("replay", "-", "--state-dir", root)
    assert process.stdin is not None
    assert process.stdout is not None
    for number in range(3):
        process.stdin.write(event_line(compact("s-1", NOW_MS + number)))
        process.stdin.flush()
        assert json.loads(process.stdout.readline())["at_ms"] == NOW_MS + number
    assert finish(process, b"").code == 0


@pytest.mark.parametrize("sign", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_closes_the_tracker_and_says_how_far_it_got(
    sign: signal.Signals, root: Path
) -> None:
    process = start("replay", "-", "--state-dir", root)
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(event_line(edit("s-1", NOW_MS)) + event_line(compact("s-2", NOW_MS)))
    process.stdin.flush()
    process.stdout.readline()
    process.send_signal(sign)
    assert process.wait(60) == 128 + sign
    ran = finish(process)
    assert f"{sign.name}: stopped after line 2" in ran.stderr
    assert "2 events, 1 effect" in ran.stderr
    assert "Traceback" not in ran.stderr
    assert read_state(root / "s-1")["holdfast"]["live"]["editWriteCount"] == 1


def test_a_fifo_that_nobody_writes_can_be_left(root: Path, tmp_path: Path) -> None:
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)
    process = start("replay", fifo, "--state-dir", root)
    with fifo.open("wb") as writer:  # Waits until the reader is there.
        writer.write(event_line(compact("s-1", NOW_MS)))
    ran = finish(process)
    assert ran.code == 0
    assert len(ran.lines) == 1


def test_a_kill_loses_no_effect_that_was_out(root: Path) -> None:
    process = start("replay", "-", "--state-dir", root)
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(event_line(turn("s-1", NOW_MS, 42)))
    process.stdin.flush()
    first = [json.loads(process.stdout.readline()) for _ in range(2)]
    process.kill()
    finish(process)
    assert [effect["effect"] for effect in first] == ["continuity", "checkpoint"]
    with open_tracker(root, durability="process") as tracker:
        again = tracker.handle(turn("s-1", NOW_MS + 1_000_000, 42))
    assert [effect.trigger for effect in again] == ["progressive-20"]


def test_a_reader_that_goes_away_ends_it_quietly_with_all_kept(root: Path) -> None:
    process = start("replay", "-", "--state-dir", root)
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(event_line(compact("s-1", NOW_MS, "one")))
    process.stdin.flush()
    process.stdout.readline()
    process.stdout.close()
    process.stdout = None
    ran = finish(
        process, event_line(edit("s-2", NOW_MS + 1)) + event_line(compact("s-1", NOW_MS + 2, "two"))
    )
    assert (ran.code, ran.stderr) == (141, "")
    assert len(manifest_lines(root / "s-1")) == 2
    assert (root / "s-2" / STATE).exists()


def test_memory_stays_the_same_whatever_the_feeds_length(root: Path) -> None:
    program = f"""
import resource, sys
from console.__main__ import main
code = main(["replay", "-", "--state-dir", {str(root)!r}, "--capacity", "4"])
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, file=sys.stderr)
sys.exit(code)
"""
    event = event_line(Event("before_tool_call", "s-1", NOW_MS, tool="Read", file="a" * 200))
    peaks = []
    for count in (2_000, 100_000):
        process = start(program=program)
        ran = finish(process, event * count)
        assert ran.code == 0
        peaks.append(int(ran.stderr.splitlines()[-1]))
    kib = 1 if sys.platform == "linux" else 1024
    assert peaks[1] - peaks[0] < 3_000 * kib


def test_a_session_that_ended_is_one_session(root: Path, feed_path: Path) -> None:
    feed = write_feed(
        feed_path, turn("s-1", NOW_MS), end("s-1", NOW_MS + 1), turn("s-1", NOW_MS + 2)
    )
    assert "3 events, 2 effects, 1 session," in replay(feed, root).stderr
