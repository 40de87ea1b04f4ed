"""Settings: what was chosen, and where each choice came from.

The command line comes first, then `HOLDFAST_*` variables, then the original's `TOKEN_OPTIMIZER_*`,
then `config.toml`, then defaults. All are read strictly: a wrong key or value is an error that
names where it stands and the nearest right one.

Source: DESIGN.md, section 8.
"""

from __future__ import annotations

from console.settings.model import DemoOptions, Settings, SettingsError
from console.settings.sources import load_settings

__all__ = ["DemoOptions", "Settings", "SettingsError", "load_settings"]
