"""Every place of the console that shows data, one function a place, and what is done there at last.

None of those that see does anything to a session or to the disk.
"""

from __future__ import annotations

from functools import partial
from typing import Final

from console_support import wait_for
from hostile_walk import Walk, begins
from hostile_world import NAMES, PAYLOADS, VICTIM
from terminals import (
    CTRL_P,
    CTRL_S,
    DOWN,
    END,
    ENTER,
    HOME,
    PAGE_DOWN,
    TAB,
)

from console.text import visible

MOST: Final = 20
COPIED: Final = PAYLOADS[-2::-2]
"""The ids that are copied: every second one, from the newest on."""

PALETTE: Final = "🔎"
"""The sign in front of the palette's entry."""


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
    header = {"1": "session +idle", "2": "folder +verdict", "4": "time +kind"}[view]
    walk.open(view, f"(?m)^ {header}")
    walk.open("/", "(?m)^ / ")
    walk.paste_all()
    walk.screen.paste("verdict:[@click=app.quit]\x1b[2Jx" if view != "4" else "kind:\x1b[2Jx")
    walk.shows("(?m)^ / .*⚠ ")
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
    walk.shows("corrupt", "unsafe")
    walk.pages(2)
    walk.open("/verdict:corrupt" + ENTER, r"/verdict:corrupt  \d+ of")
    walk.press(HOME)
    walk.shows(begins(NAMES[7], 4))
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
        if text != VICTIM:
            walk.to_pane("History")
            walk.open("1", "(?m)^ session ")
    walk.to_pane("Fields|Memory")
    walk.press(END)
    walk.to_pane("Checkpoints")
    walk.pages(2)
    walk.shows("missing|orphan")
    walk.press(HOME)
    walk.open(ENTER, "# Session Checkpoint")
    walk.pages(1)
    walk.to_pane("Plot|Fill")
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
    walk.pages(1)
    walk.open("/kind:plugin" + ENTER, r"/kind:plugin  \d+ of")
    walk.press(HOME)
    walk.rows(len(PAYLOADS))
    walk.shows(begins(PAYLOADS[0]))
    walk.close("(?m)^ /")


def see_health(walk: Walk) -> None:
    """The doctor's findings, each with what to do."""
    walk.open("6", r"\d+ errors?, \d+ warnings?")
    walk.press(HOME)
    walk.rows(24)
    walk.pages(2)


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
    walk.pages(1)
    walk.open("w", "saved as|can't be saved")
    walk.close("Drill ")
    walk.open("P", "older than")
    walk.screen.send("1d" + ENTER)
    walk.shows(r"sessions? to go|session +folder")
    walk.press(TAB)
    walk.press(PAGE_DOWN)
    walk.press(END)
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
