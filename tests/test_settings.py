"""Settings: where each value comes from; a wrong one is named with the nearest right one."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path

import pytest
from command import Ran, run
from hypothesis import given
from hypothesis import strategies as st

from console.settings import Settings, SettingsError, load_settings
from console.settings.durations import LONGEST_MS, duration_text, parse_duration_ms
from console.settings.keys import KEYS
from console.settings.sources import Option
from console.settings.starter import starter_text, write_starter
from tracker import Rules


def config(tmp_path: Path, text: str) -> dict[str, str]:
    path = tmp_path / "config.toml"
    path.write_text(text, "utf-8")
    return {"HOLDFAST_CONFIG": str(path)}


def refusal(environ: dict[str, str], **options: Option) -> str:
    with pytest.raises(SettingsError) as caught:
        load_settings(options, environ)
    return str(caught.value)


def no_file(tmp_path: Path) -> dict[str, str]:
    return config(tmp_path, "")


# -- where a value comes from -----------------------------------------------------------------


def test_without_anything_given_the_defaults_are_the_trackers_own(tmp_path: Path) -> None:
    settings = load_settings(environ=no_file(tmp_path))
    assert settings.rules() == Rules()
    assert settings.capacity == 2_000
    assert settings.idle_ttl_ms is None
    assert set(settings.origins.values()) == {"default"}
    assert set(settings.origins) == {key.name for key in KEYS}


def test_each_source_comes_before_the_next_and_is_named(tmp_path: Path) -> None:
    environ = config(tmp_path, "capacity = 1\n")
    path = environ["HOLDFAST_CONFIG"]
    settings = load_settings(environ=environ)
    assert (settings.capacity, settings.origins["capacity"]) == (1, f"{path}: capacity")
    environ["HOLDFAST_CAPACITY"] = "2"
    settings = load_settings(environ=environ)
    assert (settings.capacity, settings.origins["capacity"]) == (2, "HOLDFAST_CAPACITY")
    settings = load_settings({"capacity": Option("--capacity", "3")}, environ)
    assert (settings.capacity, settings.origins["capacity"]) == (3, "--capacity")


def test_the_originals_variables_come_between_the_file_and_our_own(tmp_path: Path) -> None:
    environ = config(tmp_path, "[policy]\ncheckpoint_cooldown_ms = 1\nedit_batch_files = 9\n")
    environ |= {
        "TOKEN_OPTIMIZER_CHECKPOINT_COOLDOWN_SECONDS": "12.5",
        "TOKEN_OPTIMIZER_EVALUATION_COOLDOWN_SECONDS": "7",
        "TOKEN_OPTIMIZER_EDIT_BATCH_WRITE_THRESHOLD": "6",
        "TOKEN_OPTIMIZER_EDIT_BATCH_FILE_THRESHOLD": "5",
        "TOKEN_OPTIMIZER_SOMETHING_ELSE": "is none of ours",
    }
    settings = load_settings(environ=environ)
    assert settings.checkpoint_cooldown_ms == 12_500
    assert settings.evaluation_cooldown_ms == 7_000
    assert (settings.edit_batch_writes, settings.edit_batch_files) == (6, 5)
    origin = settings.origins["policy.checkpoint_cooldown_ms"]
    assert origin == "TOKEN_OPTIMIZER_CHECKPOINT_COOLDOWN_SECONDS"
    environ["HOLDFAST_POLICY_CHECKPOINT_COOLDOWN_MS"] = "3"
    assert load_settings(environ=environ).checkpoint_cooldown_ms == 3


def test_every_key_can_be_set_in_the_file(tmp_path: Path) -> None:
    text = """
        capacity = 7
        idle_ttl = "1h30m"
        spill = false
        durability = "process"
        theme = "holdfast-light"
        read_only = true
        poll = true
        [policy]
        bands = [10, 90]
        thresholds = [60]
        checkpoint_cooldown_ms = 0
        evaluation_cooldown_ms = 1
        edit_batch_writes = 2
        edit_batch_files = 3
        nudge_below_score = 4
        nudge_from_fill_pct = 5
        [keys]
        "session.evict" = "x"
        app.quit = "ctrl+c"
    """
    settings = load_settings(environ=config(tmp_path, text))
    assert settings.idle_ttl_ms == 5_400_000
    assert settings.rules() == Rules((10, 90), (60,), 0, 1, 2, 3, 4, 5)
    assert settings.keys == {"session.evict": "x", "app.quit": "ctrl+c"}
    assert "default" not in settings.origins.values()
    assert settings.origins["keys.app.quit"].endswith("config.toml: keys.app.quit")
    chosen = (settings.capacity, settings.spill, settings.durability, settings.theme)
    assert chosen == (7, False, "process", "holdfast-light")
    assert (settings.read_only, settings.poll) == (True, True)


def test_every_key_can_be_set_by_a_variable(tmp_path: Path) -> None:
    environ = no_file(tmp_path) | {
        "HOLDFAST_IDLE_TTL": "90",
        "HOLDFAST_SPILL": "no",
        "HOLDFAST_POLICY_BANDS": "10, 20 30",
        "HOLDFAST_POLICY_THRESHOLDS": "",
        "HOLDFAST_DEBUG": "1",
    }
    settings = load_settings(environ=environ)
    assert settings.idle_ttl_ms == 90_000
    assert not settings.spill
    assert settings.bands == (10, 20, 30)
    assert settings.origins["policy.thresholds"] == "default"


def test_no_file_at_the_usual_place_is_no_fault(tmp_path: Path) -> None:
    ran = run("config", "show", "--json", home=tmp_path)
    assert {record["origin"] for record in json.loads(ran.stdout)} == {"default"}


# -- what is refused --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("capcity = 5", "no key 'capcity'; did you mean capacity?"),
        ("bands = [20]", "no key 'bands'; did you mean policy.bands?"),
        ("[policy]\nband = [20]", "no key 'policy.band'; did you mean policy.bands?"),
        ("[polcy]\n", "no key 'polcy'; did you mean policy?"),
        ("xyzzy = 1", "no key 'xyzzy'"),
        ("policy = 3", "policy: 3 is not a table; write it as [policy]"),
        ("keys = 'x'", "keys: 'x' is not a table; write it as [keys]"),
        ("[keys]\nquit = 3", 'keys.quit: 3 is no key such as "e"'),
        ("capacity = 0", "capacity: 0 is not a whole number from 1"),
        ("capacity = true", "capacity: True is not a whole number from 1"),
        ("capacity = '5'", "capacity: '5' is not a whole number from 1"),
        ("spill = 1", "spill: 1 is not true or false"),
        ("theme = 1", "theme: 1 is not text"),
        ("idle_ttl = true", "idle_ttl: True is no duration"),
        ("idle_ttl = -1", "idle_ttl: -1 is no duration"),
        ("idle_ttl = '3 fortnights'", "idle_ttl: '3 fortnights' is no duration"),
        ("durability = 'procces'", "'procces' is not one of power, process; did you mean process?"),
        ("[policy]\nbands = [50, 20]", "policy.bands: bands ascend, each once: [20, 50]"),
        ("[policy]\nbands = [20, 101]", "policy.bands: bands are whole numbers from 0 to 100"),
        ("[policy]\nbands = [20.5]", "policy.bands: [20.5] is not a list of whole numbers"),
        ("[policy]\nthresholds = [1, 2]", "policy.thresholds: thresholds descend"),
        ("[policy]\nnudge_below_score = 101", "101 is not a whole number, 0 to 100"),
        ("capacity = ", "not TOML in UTF-8"),
    ],
)
def test_what_is_wrong_in_the_file_is_named_with_the_nearest_right_one(
    tmp_path: Path, text: str, said: str
) -> None:
    message = refusal(config(tmp_path, text))
    assert message.startswith(str(tmp_path / "config.toml"))
    assert said in message


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("HOLDFAST_CAPCITY", "5", "no such variable; did you mean HOLDFAST_CAPACITY?"),
        ("HOLDFAST_BANDS", "5", "no such variable; did you mean HOLDFAST_POLICY_BANDS?"),
        ("HOLDFAST_CAPACITY", "many", "'many' is not a whole number from 1"),
        ("HOLDFAST_SPILL", "maybe", "'maybe' is not true or false"),
        ("HOLDFAST_POLICY_BANDS", "20 x", "'20 x' is not a list of whole numbers"),
        (
            "TOKEN_OPTIMIZER_CHECKPOINT_COOLDOWN_SECONDS",
            "soon",
            "'soon' is not a number of seconds",
        ),
        ("TOKEN_OPTIMIZER_CHECKPOINT_COOLDOWN_SECONDS", "-1", "'-1' is not a number of seconds"),
        ("TOKEN_OPTIMIZER_CHECKPOINT_COOLDOWN_SECONDS", "nan", "'nan' is not a number of seconds"),
        ("TOKEN_OPTIMIZER_CHECKPOINT_COOLDOWN_SECONDS", "inf", "'inf' is not a number of seconds"),
        ("TOKEN_OPTIMIZER_EDIT_BATCH_FILE_THRESHOLD", "0", "0 is not a whole number from 1"),
    ],
)
def test_what_is_wrong_in_a_variable_is_named(
    tmp_path: Path, name: str, value: str, said: str
) -> None:
    message = refusal(no_file(tmp_path) | {name: value})
    assert message.startswith(f"{name}: ")
    assert said in message


def test_what_is_wrong_on_the_command_line_is_named(tmp_path: Path) -> None:
    message = refusal(no_file(tmp_path), idle_ttl=Option("--idle-ttl", "long"))
    assert message.startswith("--idle-ttl: 'long' is no duration")


def test_a_file_that_was_asked_for_and_is_not_there_is_refused(tmp_path: Path) -> None:
    message = refusal({"HOLDFAST_CONFIG": str(tmp_path / "gone.toml")})
    assert "no such file" in message
    assert message.startswith("HOLDFAST_CONFIG: ")


def test_a_file_that_cannot_be_read_is_refused(tmp_path: Path) -> None:
    assert "can't be read" in refusal({"HOLDFAST_CONFIG": str(tmp_path)})
    assert "not TOML" in refusal(config_bytes(tmp_path, b"theme = '\xff'"))
    assert "larger than" in refusal(config_bytes(tmp_path, b"#" * (1024 * 1024 + 1)))


def config_bytes(tmp_path: Path, raw: bytes) -> dict[str, str]:
    path = tmp_path / "config.toml"
    path.write_bytes(raw)
    return {"HOLDFAST_CONFIG": str(path)}


# -- durations --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "ms"),
    [
        ("30m", 1_800_000),
        ("7d", 604_800_000),
        ("1h30m", 5_400_000),
        ("1.5h", 5_400_000),
        ("250ms", 250),
        ("90", 90_000),
        (" 2 W ", 1_209_600_000),
        ("0", None),
        ("0s", None),
        ("off", None),
    ],
)
def test_a_duration_is_read_as_people_write_it(text: str, ms: int | None) -> None:
    assert parse_duration_ms(text) == ms


@pytest.mark.parametrize(
    "text", ["", "m", "30x", "-5m", "5m-", "1e9", "101w9999999d", "½h", "9" * 400, "9" * 400 + "d"]
)
def test_what_is_no_duration_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"duration|longer"):
        parse_duration_ms(text)


@given(st.integers(1, LONGEST_MS))
def test_a_duration_survives_being_written_and_read(ms: int) -> None:
    assert parse_duration_ms(duration_text(ms)) == ms


# -- the starter file -------------------------------------------------------------------------


def test_the_starter_file_changes_nothing_until_it_is_edited(tmp_path: Path) -> None:
    settings = load_settings(environ=config(tmp_path, starter_text()))
    assert set(settings.origins.values()) == {"default"}


def test_the_starter_file_shows_every_default(tmp_path: Path) -> None:
    lines = starter_text().splitlines()
    opened = [line[1:] if line[:1] == "#" and line[1:2] != " " else line for line in lines]
    settings = load_settings(environ=config(tmp_path, "\n".join(opened)))
    assert settings.rules() == Settings().rules()
    assert settings.capacity == Settings().capacity
    assert "default" not in settings.origins.values()
    assert tomllib.loads("\n".join(opened))["keys"] == {"app": {"quit": "q"}}


def test_a_starter_never_takes_the_place_of_a_file_unless_it_is_told_to(tmp_path: Path) -> None:
    path = tmp_path / "folder" / "config.toml"
    assert write_starter(path) == path
    path.write_text("capacity = 5\n")
    with pytest.raises(SettingsError, match="--force"):
        write_starter(path)
    assert path.read_text() == "capacity = 5\n"
    write_starter(path, force=True)
    assert path.read_text() == starter_text()
    assert [entry.name for entry in path.parent.iterdir()] == ["config.toml"]


def test_a_starter_goes_where_a_link_points(tmp_path: Path) -> None:
    target, link = tmp_path / "dotfiles.toml", tmp_path / "config.toml"
    target.write_text("")
    link.symlink_to(target)
    write_starter(link, force=True)
    assert link.is_symlink()
    assert target.read_text() == starter_text()


def test_a_starter_that_cannot_be_written_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(SettingsError, match="can't be written"):
        write_starter(tmp_path / "file" / "config.toml")


# -- the verbs --------------------------------------------------------------------------------


def show(*arguments: str, **variables: str) -> tuple[Ran, dict[str, dict[str, object]]]:
    ran = run("config", "show", "--json", *arguments, **variables)
    records = json.loads(ran.stdout) if ran.code == 0 else []
    return ran, {record["key"]: record for record in records}


def test_config_show_prints_each_value_and_where_it_came_from(tmp_path: Path) -> None:
    variables = config(tmp_path, "idle_ttl = '30m'\n[keys]\n'app.quit' = 'x'\n")
    _, records = show("--no-spill", HOLDFAST_CAPACITY="9", **variables)
    path = variables["HOLDFAST_CONFIG"]
    assert records["idle_ttl"] == {"key": "idle_ttl", "value": "30m", "origin": f"{path}: idle_ttl"}
    assert records["capacity"]["origin"] == "HOLDFAST_CAPACITY"
    assert (records["spill"]["value"], records["spill"]["origin"]) == (False, "--no-spill")
    assert records["keys.app.quit"]["value"] == "x"
    ran = run("config", "show", **variables)
    assert ran.code == 0
    assert ["capacity", "2000", "default"] in [line.split() for line in ran.lines]


def test_a_wrong_setting_ends_in_one_line_and_exit_code_2(tmp_path: Path) -> None:
    ran, _ = show(**config(tmp_path, "capcity = 1"))
    assert ran.code == 2
    assert ran.stdout == ""
    assert ran.stderr.startswith("holdfast: ")
    assert ran.stderr.count("\n") == 1


def test_config_init_and_path_agree(tmp_path: Path) -> None:
    expected = tmp_path / "config" / "holdfast" / "config.toml"
    assert run("config", "path", home=tmp_path).stdout == f"{expected}\n"
    assert run("config", "init", home=tmp_path).stdout == f"{expected}\n"
    assert expected.read_text() == starter_text()
    again = run("config", "init", home=tmp_path)
    assert again.code == 2
    assert "--force" in again.stderr
    assert run("config", "init", "--force", home=tmp_path).code == 0
    assert run("config", "show", home=tmp_path).code == 0
