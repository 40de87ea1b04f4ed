"""Where the user's own files are: `config.toml`, theme files, and what Holdfast keeps by itself."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Final

APP: Final = "holdfast"
CONFIG_VARIABLE: Final = "HOLDFAST_CONFIG"


def config_path(environ: Mapping[str, str] = os.environ) -> Path:
    """Returns the path of `config.toml`, whether or not it is there. HOLDFAST_CONFIG overrides."""
    if given := environ.get(CONFIG_VARIABLE):
        return Path(given).expanduser()
    from platformdirs import user_config_path

    return user_config_path(APP) / "config.toml"


def themes_folder() -> Path:
    """Returns the folder of the user's own theme files, whether or not it is there."""
    from platformdirs import user_config_path

    return user_config_path(APP) / "themes"


def state_folder() -> Path:
    """Returns the folder of what Holdfast keeps by itself: audit, choices, reports of crashes."""
    from platformdirs import user_state_path

    return user_state_path(APP)


def audit_path() -> Path:
    """Returns the path of the audit file, whether or not it is there."""
    return state_folder() / "audit.jsonl"


def choices_path() -> Path:
    """Returns the path of what the console remembers by itself, whether or not it is there."""
    return state_folder() / "console.toml"
