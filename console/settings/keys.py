"""Every key of the settings: its name, what it may be, and the words for it."""

from __future__ import annotations

from typing import Any, Final, NamedTuple

from console.nearest import nearest
from console.settings.kinds import DURABILITY, DURATION, FLAG, PERCENTS, TEXT, Kind, count

PREFIX: Final = "HOLDFAST_"
POLICY: Final = "policy"
KEYS_TABLE: Final = "keys"


class Key(NamedTuple):
    """One key.

    Attributes:
        name: Its dotted name in `config.toml`.
        kind: What its values are.
        about: What it does, for the starter file and the options' help.
        field: Its name in Settings.
        original: The original's variable for it; empty where it has none.
        original_unit: What one of that variable's units is in this key's.
    """

    name: str
    kind: Kind
    about: str
    field: str
    original: str = ""
    original_unit: int = 1

    @property
    def variable(self) -> str:
        """The variable that sets it."""
        return PREFIX + self.name.upper().replace(".", "_")

    def of_original(self, text: str) -> Any:
        """Returns the setting that the original's variable says. Raises ValueError."""
        if self.original_unit == 1:
            return self.kind.of_text(text)
        try:
            amount = float(text)
            return self.kind.check(round(amount * self.original_unit))
        except (ValueError, OverflowError):
            raise ValueError(f"{text!r} is not a number of seconds, 0 or more") from None


KEYS: Final = (
    Key("capacity", count(1), "The most sessions held in memory.", "capacity"),
    Key(
        "idle_ttl",
        DURATION,
        'Idle time after which an entry is evicted: "30m", "7d", "off".',
        "idle_ttl_ms",
    ),
    Key("spill", FLAG, "Whether an eviction writes what is newer in memory.", "spill"),
    Key(
        "durability",
        DURABILITY,
        '"power" survives a power cut; "process" only a kill, and is much faster.',
        "durability",
    ),
    Key("theme", TEXT, "The console's theme; `holdfast themes` lists them.", "theme"),
    Key("read_only", FLAG, "Whether the console refuses every change.", "read_only"),
    Key("poll", FLAG, "Whether to look for changes by polling instead of being told.", "poll"),
    Key(f"{POLICY}.bands", PERCENTS, "Fill bands, ascending percentages.", "bands"),
    Key(f"{POLICY}.thresholds", PERCENTS, "Quality thresholds, descending scores.", "thresholds"),
    Key(
        f"{POLICY}.checkpoint_cooldown_ms",
        count(0),
        "Least time between two checkpoints, ms.",
        "checkpoint_cooldown_ms",
        "TOKEN_OPTIMIZER_CHECKPOINT_COOLDOWN_SECONDS",
        1000,
    ),
    Key(
        f"{POLICY}.evaluation_cooldown_ms",
        count(0),
        "Least time between two evaluations, ms.",
        "evaluation_cooldown_ms",
        "TOKEN_OPTIMIZER_EVALUATION_COOLDOWN_SECONDS",
        1000,
    ),
    Key(
        f"{POLICY}.edit_batch_writes",
        count(1),
        "Writes since the last edit batch that make the next one due.",
        "edit_batch_writes",
        "TOKEN_OPTIMIZER_EDIT_BATCH_WRITE_THRESHOLD",
    ),
    Key(
        f"{POLICY}.edit_batch_files",
        count(1),
        "Distinct files since the last edit batch that make the next one due.",
        "edit_batch_files",
        "TOKEN_OPTIMIZER_EDIT_BATCH_FILE_THRESHOLD",
    ),
    Key(
        f"{POLICY}.nudge_below_score",
        count(0, 100),
        "A nudge needs a quality score below this.",
        "nudge_below_score",
    ),
    Key(
        f"{POLICY}.nudge_from_fill_pct",
        count(0, 100),
        "A nudge needs at least this fill, percent.",
        "nudge_from_fill_pct",
    ),
)

BY_NAME: Final = {key.name: key for key in KEYS}
BY_VARIABLE: Final = {key.variable: key for key in KEYS}


def nearest_key(wrong: str) -> str:
    """Returns `; did you mean …?` for a key that isn't one, whatever table it stands in."""
    last_parts = {name.rpartition(".")[2]: name for name in BY_NAME}
    part = wrong.rpartition(".")[2]
    if part in last_parts:
        return f"; did you mean {last_parts[part]}?"
    close = nearest(part, [*last_parts, POLICY, KEYS_TABLE], 1)
    return f"; did you mean {last_parts.get(close[0], close[0])}?" if close else ""
