"""`config show`, `config path`, `config init`: the settings, and where each came from."""

from __future__ import annotations

from typing import Any

import click

from console.cli.arguments import JSON, given_settings, setting_options
from console.cli.errors import FINE
from console.cli.listing import print_table
from console.cli.opening import CONSOLE_SETTINGS
from console.cli.output import emit, emit_json, narrate
from console.model.table import Column
from console.model.wording import whole
from console.settings import Settings, load_settings
from console.settings.keys import BY_NAME, KEYS_TABLE
from console.settings.paths import config_path
from console.settings.starter import write_starter


@click.group("config")
def config() -> None:
    """Show the settings, or start a settings file."""


@config.command("show")
@setting_options(*CONSOLE_SETTINGS)
@JSON
def show(as_json: bool, **options: Any) -> int:
    """Show every setting, its value, and where it came from.

    The options are those of the console; they show what it would be run with.
    """
    records = setting_records(load_settings(given_settings(options)))
    if as_json:
        emit_json(records)
        return FINE
    columns = (Column("key"), Column("value"), Column("origin", least=16))
    rows = [(record["key"], value_text(record["value"]), record["origin"]) for record in records]
    print_table(columns, [tuple(map(whole, row)) for row in rows])
    return FINE


@config.command("path")
def path() -> int:
    """Print the path of the settings file, whether or not it is there."""
    emit([whole(str(config_path()))])
    return FINE


@config.command("init")
@click.option("--force", is_flag=True, help="Write over a file that is there.")
def init(force: bool) -> int:
    """Write a commented settings file that shows every default."""
    written = write_starter(config_path(), force=force)
    narrate("every line in it is commented out; take a # away to change a default")
    emit([whole(str(written))])
    return FINE


def setting_records(settings: Settings) -> list[dict[str, Any]]:
    """Returns a record a setting: its key, its value as TOML has it, and its origin."""
    records = []
    for name, origin in settings.origins.items():
        if (key := BY_NAME.get(name)) is not None:
            value = key.kind.plain(getattr(settings, key.field))
        else:
            value = settings.keys[name.removeprefix(f"{KEYS_TABLE}.")]
        records.append({"key": name, "value": value, "origin": origin})
    return records


def value_text(value: Any) -> str:
    """Returns a value as it would stand in the file."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return f'"{value}"'
    return str(value)
