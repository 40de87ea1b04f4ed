"""What holds in a run: what was given for it, chosen in an earlier one, or configured. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple, Protocol

from console.choices.model import Choices
from console.text import visible


class Configured(Protocol):
    """What `effective` asks of the settings of a run."""

    @property
    def theme(self) -> str:
        """The theme's name; empty for the console's own choice."""

    @property
    def capacity(self) -> int:
        """The most sessions held in memory."""

    @property
    def origins(self) -> Mapping[str, str]:
        """Where a value comes from: an option, a variable, `path: key`, or `default`."""


class Effective(NamedTuple):
    """What holds in a run.

    Attributes:
        theme: The theme's name; empty for the console's own choice.
        capacity: The most sessions held in memory.
        notes: Where that may surprise: what holds and why, in words that are safe to show.
    """

    theme: str
    capacity: int
    notes: tuple[str, ...] = ()


def effective(
    settings: Configured,
    choices: Choices,
    directory: str,
    *,
    config_ms: int = 0,
    is_demo: bool = False,
) -> Effective:
    """Says what holds: what was given for this run, what was chosen, or what is configured.

    The command line and variables come first; then what was chosen, unless `config.toml` names the
    key and was written after the choice; then `config.toml`; then defaults.

    Args:
        settings: The settings of this run.
        choices: What is remembered.
        directory: The state directory.
        config_ms: When `config.toml` was last written, Unix ms; 0 where there is none.
        is_demo: Whether it is the demo, which has a capacity of its own.
    """
    notes: list[str] = []

    def holds(key: str, configured: Any, chosen: Any, chosen_ms: int, how: str) -> Any:
        origin = settings.origins.get(key, "default")
        is_in_file = origin.endswith(f": {key}")
        if chosen == configured or not (is_in_file or origin == "default"):
            return configured
        ours, theirs = visible(str(chosen), 80), visible(str(configured), 80)
        if is_in_file and config_ms > chosen_ms:
            notes.append(f"{key}: {theirs}, as config.toml says since it was edited; {ours} {how}")
            return configured
        if is_in_file or key == "capacity":
            whose = "config.toml says" if is_in_file else "the default is"
            notes.append(f"{key}: {ours}, which {how}; {whose} {theirs}")
        return chosen

    theme, capacity = settings.theme, settings.capacity
    if choices.theme is not None:
        how = "was chosen in the console"
        theme = holds("theme", theme, choices.theme.name, choices.theme.chosen_ms, how)
    by_hand = None if is_demo else choices.capacity_of(directory)
    if by_hand is not None:
        how = "was set by hand for this directory"
        capacity = holds("capacity", capacity, by_hand.sessions, by_hand.chosen_ms, how)
    return Effective(theme, capacity, tuple(notes))
