"""The program in a real terminal: what a person sees and does, and what is left when it ends."""

from __future__ import annotations

import os
import re
import signal
from pathlib import Path

import pytest
from console_support import build, gateway, wait_for
from terminals import DOWN, END, HOME, LEFT, SIZE, Terminal, terminal


def number(screen: Terminal, name: str) -> int:
    """The number behind a name."""
    return int(screen.until(rf"{name} ([\d,]+)")[1].replace(",", ""))


def first_rows(screen: Terminal) -> list[str]:
    """The first rows of the sessions, as far as the marks."""
    return re.findall(r"(?m)^ (\S.*?) [□■]{5} ", screen.text())[:5]


def act(screen: Terminal, keys: str, pattern: str) -> None:
    """Types keys until a pattern stands on the screen: the gateway may have been quicker."""
    for _ in range(20):
        screen.send(keys)
        if screen.holds(rf"{pattern}|1 session\?", 2.0) and "1 session?" in screen.text():
            screen.send("y")
            wait_for(lambda: "1 session?" not in screen.text(), "the answer")
        if screen.holds(pattern, 1.0):
            return
    raise AssertionError(f"no {pattern!r}:\n{screen.text()}")


def test_the_demo_lives_obeys_and_leaves_nothing(tmp_path: Path) -> None:
    home = tmp_path / "home"
    with terminal(home, "demo", "--rate", "40") as screen:
        screen.until("DEMO")
        wait_for(lambda: number(screen, "evictions") > 0, "evictions")
        wait_for(lambda: number(screen, "rehydrations") > 0, "rehydrations")
        screen.until("progressive-|quality-|compact|milestone-")
        wait_for(lambda: len(first_rows(screen)) == 5, "the sessions")
        first = first_rows(screen)
        wait_for(lambda: first_rows(screen) != first, "the sessions to move")
        assert len(list(home.glob("holdfast-demo-*"))) == 1
        screen.send(DOWN)
        screen.until("fill qual status")
        act(screen, HOME + "e", r"Evicted \S+")
        act(screen, END + "r", r"Rehydrated \S+")
        assert screen.leftovers(), "the gateway runs"
        screen.send("q")
        screen.check_end()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP], ids=["SIGTERM", "SIGHUP"])
def test_a_signal_ends_the_demo_as_cleanly_as_q(number: signal.Signals, tmp_path: Path) -> None:
    with terminal(tmp_path / "home", "demo") as screen:
        screen.until("DEMO")
        screen.until(r"events \d")
        os.kill(screen.pid, number)
        screen.check_end()


def test_a_directory_is_observed_while_its_gateway_writes(tmp_path: Path) -> None:
    root = build(tmp_path / "state", [f"s-{index}" for index in range(50)])
    with gateway(root) as other, terminal(tmp_path / "home", root) as screen:
        screen.until(r"memory 50/2,000")
        screen.until("s-49 .*clean")
        other.touch("brand-new")
        screen.until("brand-new .*clean")
        screen.send(END)
        screen.until("s-0 ")
        screen.send("e")
        screen.until("Evicted s-0. Only this")
        screen.until("on disk only: 1")
        for columns, lines in ((160, 48), (80, 24), (40, 12)):
            screen.resize(columns, lines)
            screen.until(r"s-\d+.* (clean|disk-only)")
            screen.until("e Evict")
        screen.send("q")
        screen.check_end()


def test_what_is_typed_fast_behind_a_slash_is_a_filter_and_no_command(tmp_path: Path) -> None:
    root = build(tmp_path / "state", [f"s-{index}" for index in range(5)])
    with terminal(tmp_path / "home", root) as screen:
        screen.until("s-4 .*clean")
        screen.send(DOWN)
        screen.until("sent once")
        screen.send("/evict")
        screen.until("(?m)^ / evict ")
        screen.until("Nothing matches the filter")
        assert "memory 5/2,000" in screen.text()
        screen.send("\x1b")
        screen.until("newest first")
        screen.send("/a/b\r")
        screen.until("(?m)^ /a/b  0 of 5")
        screen.send("q")
        screen.check_end()


def test_a_missing_directory_is_waited_for_and_named_on_leaving(tmp_path: Path) -> None:
    with terminal(tmp_path / "home", tmp_path / "none") as screen:
        screen.until("no such directory")
        screen.send("q")
        screen.check_end(3)
        assert b"no such directory" in screen.raw[screen.raw.rfind(LEFT) :]


def test_a_feed_on_standard_input_leaves_the_keys_to_the_terminal(tmp_path: Path) -> None:
    (feed := tmp_path / "feed.jsonl").write_text('{"type":"before_compaction","session":"fed"}\n')
    with terminal(tmp_path / "home", tmp_path / "state", "--feed", "-", given=feed) as screen:
        screen.until("OWN")
        screen.until("fed .*clean")
        screen.until("The feed has ended after 1 event")
        screen.send(DOWN)
        screen.send("e")
        screen.until("Evicted fed. What was newer")
        screen.send("q")
        screen.check_end()
    assert (tmp_path / "state" / "fed" / "policy-state.json").exists()


@pytest.mark.parametrize("theme", ["holdfast-dark", "holdfast-light", "ansi-dark"])
def test_without_colours_all_words_are_legible_in_greys(theme: str, tmp_path: Path) -> None:
    root = build(tmp_path / "state", ["s-1", "s-2"])
    variables = {"NO_COLOR": "1", "COLORTERM": "truecolor"}
    with terminal(tmp_path / "home", root, "--theme", theme, variables=variables) as screen:
        screen.until("s-2 .*clean")
        screen.send(DOWN)
        screen.until("sent once")
        # The keys at the foot may step back further: those that can't be pressed now.
        words = [cell for _, y, cell in screen.cells() if cell.data.isalnum() and y < SIZE[1] - 1]
        assert len(words) > 300
        for cell in words:
            assert all(len({hue[:2], hue[2:4], hue[4:]}) == 1 for hue in (cell.fg, cell.bg)), cell
            assert contrast(cell.fg, cell.bg) >= 4.5, cell
        screen.send("q")
        screen.check_end()


def contrast(one: str, other: str) -> float:
    """The contrast of two greys, from 1 to 21. Source: WCAG 2.1, "contrast ratio"."""
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def luminance(grey: str) -> float:
    """The relative luminance of a grey, such as `7f7f7f`."""
    share = int(grey[:2], 16) / 255
    return share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4
