"""`--help` says what may be given, what holds without it, and which variable says the same."""

import re

import pytest

from tests.testbed.cli import Commands

SETTINGS = {
    "interval": ("DURATION", "1h"),
    "stable-for": ("DURATION", "10s"),
    "health-timeout": ("DURATION", "2m"),
    "cooldown": ("DURATION", "0"),
    "schedule-grace": ("DURATION", "1h"),
    "concurrency": ("NUMBER", "8"),
    "mode": ("[update|notify|approve]", "update"),
    "log-format": ("[auto|console|json]", "auto"),
    "log-level": ("[debug|info|warning|error]", "info"),
}


def helped(cli: Commands, *command: str) -> str:
    """The help of a command, without its line ends."""
    done = cli(*command, "--help", env={"COLUMNS": "200"})
    assert (done.code, done.err) == (0, "")
    return " ".join(done.out.split())


@pytest.mark.parametrize("setting", SETTINGS)
def test_a_settings_choices_default_and_variable_are_shown(cli: Commands, setting: str) -> None:
    values, default = SETTINGS[setting]

    shown = helped(cli, "watcher", "run")

    variable = f"CTR_UPDATER_{setting.upper().replace('-', '_')}"
    pattern = rf"--{setting} {re.escape(values)} [^[]*\[env var: {variable}; default: {default}\]"
    assert re.search(pattern, shown), shown


def test_the_state_directorys_default_is_shown(cli: Commands) -> None:
    shown = helped(cli, "watcher", "run")

    assert re.search(r"--state-dir FOLDER [^[]*\[env var: CTR_UPDATER_STATE_DIR; default: \(.*\)\]", shown)
    assert "/var/lib/ctr-updater for root" in shown


@pytest.mark.parametrize("flag", ["cleanup", "image-labels"])
def test_a_flags_variable_is_shown(cli: Commands, flag: str) -> None:
    variable = f"CTR_UPDATER_{flag.upper().replace('-', '_')}"

    assert re.search(rf"--{flag} [^[]*\[env var: {variable}[;\]]", helped(cli, "watcher", "run"))


@pytest.mark.parametrize(
    "command",
    [("ctr-updater",), ("watcher",), ("watcher", "check"), ("watcher", "update"), ("watcher", "list")],
)
def test_the_other_commands_say_where_the_settings_are_told(cli: Commands, command: tuple[str, ...]) -> None:
    assert "`watcher run --help`" in helped(cli, *command)


def test_a_variable_is_still_read_by_the_settings_grammar(cli: Commands) -> None:
    done = cli("watcher", "run", "--once", env={"CTR_UPDATER_INTERVAL": "soon"})

    assert (done.code, done.out) == (2, "")
    assert done.err.startswith("CTR_UPDATER_INTERVAL='soon' cannot be read - it takes a duration")


def test_healthy_takes_the_state_directory_too(cli: Commands) -> None:
    done = cli("watcher", "healthy", "--state-dir", "/nonexistent/state")

    assert (done.code, "/nonexistent/state" in done.err) == (1, True)
