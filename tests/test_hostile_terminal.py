"""Hostile text in a real terminal: every place that shows data shows it, and nothing obeys it.

What reaches the terminal is read byte by byte: but for the few sequences of the console's own, all
of it is printable. One walk goes through every place; what it does on the way changes nothing.
"""

from __future__ import annotations

import json
import re
from functools import partial
from pathlib import Path

import pytest
from console_support import wait_for
from directories import tree
from hostile_world import NAMES, PAYLOADS, VICTIM, World, build_world
from sent import drawn, read_sent
from terminals import (
    CTRL_A,
    CTRL_K,
    CTRL_P,
    CTRL_S,
    DOWN,
    END,
    ENTER,
    ESCAPE,
    HOME,
    PAGE_DOWN,
    TAB,
    Terminal,
    terminal,
)

from console.text import visible

SIZES = [(120, 36), (80, 24)]
MOST = 20
COPIED = PAYLOADS[-2::-2]
"""The ids that are copied: every second one, from the newest on."""

AT_A_TIME = 15
"""How many payloads are pasted into one line."""

DRAWN_S = 0.03
"""The quiet after which what was pasted has been drawn."""

PALETTE = "🔎"
"""The sign in front of the palette's entry."""

QUIET_S = 0.025
"""A terminal that was sent nothing for so long is done with the last key."""


def begins(text: str, characters: int = 8) -> str:
    """A pattern for how a text begins where it is shown."""
    return re.escape(visible(text)[:characters].rstrip())


class Walk:
    """A console over a hostile world, and a hand that goes from place to place."""

    def __init__(self, screen: Terminal, world: World) -> None:
        self.screen, self.world = screen, world

    def press(self, keys: str) -> None:
        """Types keys and lets them be drawn."""
        before = len(self.screen.raw)
        self.screen.send(keys)
        self.screen.holds_still(QUIET_S, before)

    def shows(self, *patterns: str) -> None:
        """Waits for patterns on the screen."""
        for pattern in patterns:
            self.screen.until(pattern)

    def open(self, keys: str, pattern: str) -> None:
        """Types keys that open a dialog or a view."""
        self.screen.send(keys)
        self.shows(pattern)

    def close(self, pattern: str) -> None:
        """Closes a dialog with escape."""
        self.screen.send(ESCAPE)
        self.gone(pattern)

    def gone(self, pattern: str) -> None:
        """Waits until a pattern is on the screen no more."""
        wait_for(lambda: not re.search(pattern, self.screen.text()), f"{pattern} to go")

    def pages(self, count: int) -> None:
        """Goes through the first pages of a table, then back to its first row."""
        self.press(HOME)
        for _ in range(count):
            self.press(PAGE_DOWN)
        self.press(END)
        self.press(HOME)

    def rows(self, count: int) -> None:
        """Goes down so many rows, and looks at every third."""
        for _ in range(count // 3):
            self.press(DOWN * 3)

    def open_session(self, session: str) -> None:
        """Opens the session under the cursor."""
        self.screen.send("3")
        wait_for(self.focused, "a pane to have the focus")
        self.shows(rf"(?m)^ {begins(session)}")

    def to_pane(self, title: str) -> None:
        """Goes through the panes of a session until the focus is in one."""
        while not re.search(title, before := self.focused()):
            self.screen.send(TAB)
            # A view that was just opened may take the focus back to where it was in it last.
            self.screen.comes(lambda before=before: self.focused() != before, 0.5)

    def focused(self) -> str:
        """The titles of the pane that has the focus, and of the page it is on."""
        titles = r"━[^━\n]+━|\[(?:Fields|Checkpoints|Plot|History)\]"
        return "".join(re.findall(titles, self.screen.text()))

    def click_on(self, words: str) -> None:
        """Clicks the first place where words stand."""
        lines = self.screen.text().split("\n")
        y = next(index for index, line in enumerate(lines) if words in line)
        self.screen.click(lines[y].index(words) + 1, y)
        self.press("")

    def paste_all(self) -> None:
        """Pastes every payload into the entry that has the focus, some at a time."""
        for start in range(0, len(PAYLOADS), AT_A_TIME):
            self.clear()
            for text in PAYLOADS[start : start + AT_A_TIME]:
                before = len(self.screen.raw)
                self.screen.paste(text[:300] + " ")
                self.screen.holds_still(DRAWN_S, before)  # It is drawn before it scrolls away.
        self.clear()

    def clear(self) -> None:
        """Empties the entry that has the focus."""
        self.screen.send(CTRL_A)
        self.press(CTRL_K)


def see_start(walk: Walk) -> None:
    """What is wrong with themes and feed, the directory's path, the sessions with their detail."""
    walk.shows("OWN", "Theme ", "unknown field")
    walk.shows(rf"memory {len(PAYLOADS) + 1}/", r"Feed: line \d+: Invalid enum")
    walk.shows(r"state \\x1b\]0;owned", r"1 Sessions")
    walk.press(HOME)
    walk.rows(len(PAYLOADS))
    walk.press(END)
    walk.shows(begins(PAYLOADS[0]))
    walk.click_on("[red]x")
    walk.click_on("[@click=" if "[@click=" in walk.screen.text() else "[red]x")


def see_marks(walk: Walk) -> None:
    """Marks, the questions that name the first ids, an entry for the reason, ways to mark."""
    walk.open("1", "(?m)^ session")
    walk.press("a")
    walk.shows(r"\d+ marked")
    for key, title in (("e", "Evict"), ("p", "Pin"), ("x", "Release"), ("r", "Rehydrate")):
        walk.open(key, rf"{title} [\d,]+ sessions\?")
        walk.shows(begins(PAYLOADS[-2], 5))
        if key == "e":
            walk.press(TAB * 2)
            walk.paste_all()
        walk.close(rf"{title} [\d,]+ sessions\?")
    walk.close("marked")
    walk.open("s", "Which sessions are to be marked")
    walk.clear()
    walk.screen.send("coldest 8")
    walk.shows("8 sessions", begins(PAYLOADS[1]))
    walk.paste_all()
    walk.close("Which sessions")


def see_filter(walk: Walk, view: str) -> None:
    """The filter bar with what is pasted and what is wrong with it, then the status line."""
    walk.open(view, "(?m)^ (session|folder|time) ")
    walk.open("/", "(?m)^ / ")
    walk.paste_all()
    walk.screen.paste("verdict:[@click=app.quit]\x1b[2Jx" if view != "4" else "kind:\x1b[2Jx")
    walk.shows("⚠ ")
    walk.clear()
    walk.screen.paste(PAYLOADS[3])
    walk.press(ENTER)
    walk.shows(rf"(?m)^ /{begins(PAYLOADS[3])}.* of ")
    if view == "1":
        walk.open("s", "Which sessions are to be marked")
        walk.shows(begins(PAYLOADS[3]))
        walk.close("Which sessions")
    walk.close("(?m)^ /")


def see_disk(walk: Walk) -> None:
    """Every folder, its verdict, trigger, session and what is wrong with it."""
    walk.open("2", "(?m)^ folder +verdict")
    walk.pages(4)
    walk.shows("corrupt", "unsafe")
    walk.open("/verdict:corrupt" + ENTER, r"/verdict:corrupt  \d+ of")
    walk.shows(begins(NAMES[7]))
    walk.close("(?m)^ /")


def see_session(walk: Walk) -> None:
    """One session whole: its fields, checkpoints, the text of one, its plot and its history."""
    for text in (PAYLOADS[8], VICTIM):
        walk.open(CTRL_P, PALETTE)
        walk.screen.paste(visible(text)[:40])
        walk.shows("Go to this session")
        walk.screen.send(ENTER)
        walk.gone(PALETTE)
        walk.open_session(text)
        walk.to_pane("Fields|Memory")
        walk.pages(1)
        walk.to_pane("Checkpoints")
        if text != VICTIM:
            walk.open("1", "(?m)^ session ")
    walk.pages(3)
    walk.rows(12)
    walk.shows("missing|orphan")
    walk.open(HOME + ENTER, "# Session Checkpoint")
    walk.pages(1)
    walk.to_pane("Plot|Fill")
    walk.to_pane("History")
    walk.pages(1)
    walk.open("1", "(?m)^ session ")


def see_pager(walk: Walk) -> None:
    """A checkpoint in the operator's own pager, even one that is `cat`."""
    walk.open_session(VICTIM)
    walk.to_pane("Checkpoints")
    walk.press(HOME + DOWN * 3)
    walk.screen.send("o")
    walk.shows("enter|Enter|ENTER")
    walk.screen.send(ENTER)
    walk.shows("showed a copy of|Not opened")
    walk.open("1", "(?m)^ session ")


def see_events(walk: Walk) -> None:
    """What happened, what the plugin's log says, and the row under the cursor, whole."""
    walk.open("4", "(?m)^ time +kind")
    walk.pages(3)
    walk.open("/kind:plugin" + ENTER, r"/kind:plugin  \d+ of")
    walk.press(HOME)
    walk.rows(len(PAYLOADS))
    walk.shows(begins(PAYLOADS[0]))
    walk.close("(?m)^ /")


def see_health(walk: Walk) -> None:
    """The doctor's findings, each with what to do."""
    walk.open("6", r"\d+ errors?, \d+ warnings?")
    walk.press(HOME)
    walk.rows(30)
    walk.pages(4)


def see_statistics(walk: Walk) -> None:
    """Figures: no text of others, and yet it is drawn beside them."""
    walk.open("5", "Leak radar|Occupancy")
    walk.pages(1)


def see_dialogs(walk: Walk) -> None:
    """The capacity's what-if, the drills with their report, the plan of a prune, columns, help."""
    walk.open("1", "(?m)^ session ")
    walk.open("c", "The most sessions held in memory")
    walk.screen.send("3")
    walk.shows(r"\d+ sessions go", begins(PAYLOADS[0]))
    walk.screen.paste(PAYLOADS[7])
    walk.press(TAB)
    walk.paste_all()
    walk.close("The most sessions")
    walk.press(HOME + DOWN)
    walk.open("d", "Drill ")
    walk.press(CTRL_S)
    walk.shows("P A S S E D|F A I L E D", begins(PAYLOADS[8]))
    walk.pages(3)
    walk.rows(10)
    walk.open("w", "saved as|can't be saved")
    walk.close("Drill ")
    walk.open("P", "older than")
    walk.screen.send("1d" + ENTER)
    walk.shows(r"sessions? to go|session +folder")
    walk.press(TAB)
    for _ in range(4):
        walk.press(PAGE_DOWN)
    walk.close("older than")
    walk.open("v", "Which columns are shown")
    walk.close("Which columns")
    walk.open("?", "First row|Scroll")
    walk.screen.send("?")
    walk.gone("First row|Scroll")
    walk.open("t", PALETTE)
    walk.screen.send("של")
    walk.shows("שלום")
    walk.close(PALETTE)


def see_palette(walk: Walk) -> None:
    """The palette: the sessions that match what is typed and pasted."""
    walk.open(CTRL_P, PALETTE)
    walk.paste_all()
    for words in ("x1b", "red", "u20", "[@"):
        walk.clear()
        walk.screen.send(words)
        walk.shows("Go to this session")
        walk.press(DOWN * 5)
    walk.close(PALETTE)


def see_copies(walk: Walk) -> None:
    """The ids of hostile sessions on the clipboard, and the words that say so."""
    walk.open("1", "(?m)^ session ")
    walk.press(HOME)
    for number in range(1, len(COPIED) + 1):
        walk.screen.send(DOWN * 2 + "y")
        wait_for(lambda number=number: walk.screen.raw.count(b"\x1b]52;c;") == number, "the copy")
    walk.shows("Copied")


PLACES = (
    (see_start, MOST),
    (see_marks, 5),
    (see_disk, MOST),
    (see_session, MOST),
    (see_pager, MOST),
    (see_events, MOST),
    (see_health, MOST),
    (see_statistics, 0),
    (see_dialogs, MOST),
    (see_palette, MOST),
    (see_copies, MOST),
    (partial(see_filter, view="1"), MOST),
    (partial(see_filter, view="2"), MOST),
    (partial(see_filter, view="4"), MOST),
)
"""The places in the order of the walk, each with how many payloads are seen there at least."""


def act(walk: Walk) -> None:
    """Does things on purpose at last: what is said of them is safe too."""
    audit = walk.world.home / ".local" / "state" / "holdfast" / "audit.jsonl"
    audit.mkdir(parents=True, exist_ok=True)
    walk.open("1", "(?m)^ session ")
    walk.press(HOME + DOWN)
    walk.open("e", r"Evict 1 session\?")
    walk.press("y")
    walk.shows("Not evicted: nothing was done")
    audit.rmdir()
    walk.open("e", r"Evict 1 session\?")
    walk.press("y")
    walk.shows("Evicted")
    walk.press("z")
    walk.shows("Brought back")
    walk.press(HOME + DOWN * 3)
    walk.open("x", r"Release 1 session\?")
    walk.press("y")
    walk.shows("Released")


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
def test_hostile_text_is_shown_everywhere_and_obeyed_nowhere(
    size: tuple[int, int], tmp_path: Path
) -> None:
    world = build_world(tmp_path)
    variables = {"COLORTERM": "truecolor", "PAGER": "cat"}
    arguments = (world.root, "--feed", world.feed)
    with terminal(world.home, *arguments, size=size, variables=variables) as screen:
        walk = Walk(screen, world)
        before = None
        for see, least in PLACES:
            start = len(screen.raw)
            see(walk)
            text = drawn(bytes(screen.raw[start:]))
            seen = [one for one in PAYLOADS if visible(one)[:5].rstrip() in text]
            assert len(seen) >= least, f"{see} showed only {seen}"
            before = before or tree(world.root)
        assert tree(world.root) == before, "nothing was done to the directory"
        audit = world.home / ".local" / "state" / "holdfast" / "audit.jsonl"
        assert not audit.exists(), "nothing was done to a session"
        act(walk)
        screen.send("q")
        screen.check_end()
        sent = read_sent(bytes(screen.raw), PAYLOADS)
    assert sent.copied == COPIED
    for line in audit.read_text().splitlines():
        assert json.loads(line)["phase"] in ("begin", "end")


@pytest.mark.parametrize("text", [one for one in PAYLOADS if not one.isprintable()], ids=ascii)
def test_what_is_read_of_a_stream_lets_no_payload_pass(text: str) -> None:
    with pytest.raises((AssertionError, UnicodeDecodeError)):
        read_sent(b"before" + text.encode() + b"after", PAYLOADS)
