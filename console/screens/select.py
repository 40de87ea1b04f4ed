"""Which sessions to mark: so many of the coldest, all that are idle so long, all, or none."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Final, NamedTuple

from textual import on
from textual.containers import Horizontal
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Button, Input

from console.model.rows import Cell
from console.screens.dialog import Dialog, Ids, Said, Talk
from console.settings.durations import parse_duration_ms
from console.text import visible
from console.widgets.entry import Entry

LARGEST: Final = 10_000_000
"""The largest number that is taken for a number of sessions."""

EXAMPLES: Final = ("coldest 20", "idle 10m", "all", "none")
WAYS: Final = tuple(example.split()[0] for example in EXAMPLES)


class Ways(NamedTuple):
    """What finds sessions. Each returns ids of what is shown, so that a filter holds here too.

    Attributes:
        coldest: Returns the n that would go next, the next one first.
        idle: Returns those idle for at least so many ms, the longest first.
        matching: Returns all that match the filter.
    """

    coldest: Callable[[int], Sequence[str]]
    idle: Callable[[int], Sequence[str]]
    matching: Callable[[], Sequence[str]]


class SelectDialog(Dialog[tuple[str, ...]]):
    """Asks which sessions to mark; answers their ids, none of them for `none`.

    Args:
        ways: What finds them.
        filter_text: The filter that holds; empty for none.
        text: What stands in it at first.
    """

    FIELD_ROWS = 2
    AUTO_FOCUS = "#which"
    # As high as it can get, so that nothing moves while what is found changes.
    DEFAULT_CSS = """
    SelectDialog Talk { height: 10; }
    SelectDialog #examples { height: 1; }
    SelectDialog #examples Button { margin-right: 1; min-width: 6; }
    """

    def __init__(self, ways: Ways, *, filter_text: str = "", text: str = EXAMPLES[0]) -> None:
        super().__init__("Which sessions are to be marked?", "Mark")
        self._ways = ways
        self._filter_text = filter_text
        self._text = text
        self._found: tuple[str, ...] | None = None

    def compose_body(self) -> Iterable[Widget]:
        """Returns the examples, the entry and the preview."""
        buttons = (Button(Content(one), name=one, compact=True) for one in EXAMPLES)
        yield Horizontal(*buttons, id="examples")
        yield Entry(self._text, ", ".join(EXAMPLES), id="which")
        yield Talk(Said(id="outlook"), Ids(id="ids"))

    def on_mount(self) -> None:
        """Shows what the first words find, ready to be typed over."""
        self.query_one(Entry).action_select_all()
        self._look()
        self.set_interval(1.0, self._look)

    def answer(self) -> tuple[str, ...] | None:
        """Returns the ids that are to be marked, as they are at this moment."""
        self._look()
        return self._found

    def _look(self) -> None:
        outlook = self.query_one("#outlook", Said)
        try:
            self._found = tuple(find(self.query_one(Entry).value, self._ways))
        except ValueError as error:
            self._found = None
            words = str(error)
            outlook.show([Cell(words[:1].upper() + words[1:], "warn")])
        else:
            outlook.show([Cell(self._count_words(len(self._found)))])
        found = self._found or ()
        self.query_one(Ids).show(found, len(found))
        self.allow(self._found is not None)

    def _count_words(self, count: int) -> str:
        if not count:
            return "No session; those marked lose their marks."
        is_one = count == 1
        words = "1 session" if is_one else f"{count:,} sessions"
        if self._filter_text:
            words += f" that match{'es' if is_one else ''} {visible(self._filter_text, 40)}"
        return f"{words}:"

    @on(Button.Pressed, "#examples Button")
    def _take_example(self, event: Button.Pressed) -> None:
        event.stop()
        entry = self.query_one(Entry)
        entry.value = event.button.name or ""
        entry.cursor_position = len(entry.value)
        entry.focus()

    @on(Input.Changed)
    def _take_change(self, event: Input.Changed) -> None:
        event.stop()
        self._look()

    @on(Input.Submitted)
    def _take_enter(self, event: Input.Submitted) -> None:
        event.stop()
        self.action_confirm()


def find(text: str, ways: Ways) -> Sequence[str]:
    """Finds the sessions that words ask for.

    Args:
        text: `coldest 20`, `idle 10m`, `all`, `none`; the beginning of the first word is enough.
        ways: What finds them.

    Raises:
        ValueError: If the words can't be meant; says what is wrong and what would be right.
    """
    word, _, rest = text.strip().lower().partition(" ")
    rest = rest.strip()
    way = next((one for one in WAYS if word and one.startswith(word)), "")
    if way == "coldest":
        if not (rest.isascii() and rest.isdigit()) or not 1 <= int(rest[:9]) <= LARGEST:
            raise ValueError('how many? A number from 1, as in "coldest 20"')
        return ways.coldest(int(rest[:9]))
    if way == "idle":
        return ways.idle(_idle_ms(rest))
    if way and rest:
        raise ValueError(f'"{way}" stands alone')
    if way == "all":
        return ways.matching()
    if way == "none":
        return ()
    raise ValueError(f"one of {', '.join(EXAMPLES)}")


def _idle_ms(text: str) -> int:
    try:
        idle_ms = parse_duration_ms(text)
    except ValueError:
        idle_ms = None
    if idle_ms is None:
        raise ValueError('for how long? A time, as in "idle 10m" or "idle 1h30m"')
    return idle_ms
