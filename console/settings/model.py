"""The settings themselves, as frozen values."""

from __future__ import annotations

from typing import Final

import msgspec

from tracker import CAPACITY, Durability, HoldfastError, Rules

_RULES: Final = Rules()


class SettingsError(HoldfastError):
    """A setting is wrong; the message names where it stands, the key, and the nearest right one."""


class DemoOptions(msgspec.Struct, frozen=True):
    """How the demo is to be.

    Attributes:
        seed: Seeds the simulated gateway.
        rate: Its events a second.
        capacity: The tracker's capacity; small, so that evictions never stop.
    """

    seed: int = 1
    rate: float = 30.0
    capacity: int = 12


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """All settings of one run.

    Attributes:
        capacity: The most sessions held in memory.
        idle_ttl_ms: Idle time after which an entry is evicted, ms; None for never.
        spill: Whether an eviction writes what is newer in memory.
        durability: `power` survives a power cut, `process` only a kill.
        theme: The theme's name; empty for the console's own choice.
        read_only: Whether the console refuses every command that changes something.
        poll: Whether to look for changes on disk by polling instead of being told.
        bands: Fill bands, whole percentages, ascending.
        thresholds: Quality thresholds, whole scores, descending.
        checkpoint_cooldown_ms: Least time between two checkpoints, ms.
        evaluation_cooldown_ms: Least time between two evaluations, ms.
        edit_batch_writes: Writes that make an edit batch due.
        edit_batch_files: Distinct files that make an edit batch due.
        nudge_below_score: A nudge needs a quality score below this.
        nudge_from_fill_pct: A nudge needs at least this fill.
        keys: Keys of the console by binding id; the app knows the ids.
        origins: Where each value came from, by key (`capacity`, `policy.bands`, `keys.quit`): an
            option, a variable's name, `path: key`, or `default`.
    """

    capacity: int = CAPACITY
    idle_ttl_ms: int | None = None
    spill: bool = True
    durability: Durability = "power"
    theme: str = ""
    read_only: bool = False
    poll: bool = False
    bands: tuple[int, ...] = _RULES.bands
    thresholds: tuple[int, ...] = _RULES.thresholds
    checkpoint_cooldown_ms: int = _RULES.checkpoint_cooldown_ms
    evaluation_cooldown_ms: int = _RULES.evaluation_cooldown_ms
    edit_batch_writes: int = _RULES.edit_batch_writes
    edit_batch_files: int = _RULES.edit_batch_files
    nudge_below_score: int = _RULES.nudge_below_score
    nudge_from_fill_pct: int = _RULES.nudge_from_fill_pct
    keys: dict[str, str] = msgspec.field(default_factory=dict)
    origins: dict[str, str] = msgspec.field(default_factory=dict)

    def rules(self) -> Rules:
        """Returns the policy's numbers.

        Raises:
            EventError: If they don't fit together; `load_settings` has checked that they do.
        """
        return Rules(**{name: getattr(self, name) for name in Rules.__struct_fields__})
