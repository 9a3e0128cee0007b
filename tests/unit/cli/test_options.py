"""Every setting is an option of `watcher run`, by the grammar of its variable."""

import os

import click
import pytest
from attrs import fields
from click.testing import CliRunner

from watcher.cli.options import setting_options
from watcher.config.policy import Policy
from watcher.config.setting import variable
from watcher.config.settings import DaemonSettings

LABELS_ALONE = {"enable", "source", "stop_timeout", "depends_on", "release_url", "veto_file"} | {
    *("hook_pre_update", "hook_post_update", "hook_timeout", "hook_post_optional"),
}


@click.command()
@setting_options
def shown() -> None:
    """Print the variables that the flags became."""
    for name in sorted(name for name in os.environ if name.startswith("CTR_UPDATER_")):
        click.echo(f"{name}={os.environ[name]}")


@pytest.fixture
def invoke(monkeypatch: pytest.MonkeyPatch) -> CliRunner:
    """What the command sets must not outlive the test."""
    monkeypatch.setattr(os, "environ", {"PATH": os.environ["PATH"]})
    return CliRunner()


def test_every_setting_has_an_option_but_those_of_labels_alone() -> None:
    settings = {each.name for cls in (Policy, DaemonSettings) for each in fields(cls)}

    assert {parameter.name for parameter in shown.params} == settings - LABELS_ALONE | {"state_dir"}


def test_an_options_help_names_its_variable() -> None:
    named = {parameter.name or "": parameter.envvar for parameter in shown.params}

    assert [name for name, envvar in named.items() if envvar != variable(name)] == []


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("interval", "30m"),
        ("concurrency", "2"),
        ("mode", "notify"),
        ("stable-for", "500ms"),
        ("health-timeout", "1h30m"),
        ("schedule", "0 3 * * *"),
        ("log-format", "json"),
        ("log-level", "debug"),
        ("state-dir", "/somewhere"),
    ],
)
def test_a_flag_is_its_variable_from_then_on(invoke: CliRunner, option: str, value: str) -> None:
    done = invoke.invoke(shown, [f"--{option}", value])

    assert done.output == f"{variable(option.replace('-', '_'))}={value}\n"


def test_a_flag_of_yes_or_no_takes_no_value(invoke: CliRunner) -> None:
    assert invoke.invoke(shown, ["--cleanup"]).output == "CTR_UPDATER_CLEANUP=true\n"


def test_a_flag_that_is_not_given_leaves_its_variable(invoke: CliRunner) -> None:
    os.environ["CTR_UPDATER_MODE"] = "notify"

    assert invoke.invoke(shown, []).output == "CTR_UPDATER_MODE=notify\n"


def test_a_flag_speaks_louder_than_its_variable(invoke: CliRunner) -> None:
    os.environ["CTR_UPDATER_MODE"] = "notify"

    assert invoke.invoke(shown, ["--mode", "update"]).output == "CTR_UPDATER_MODE=update\n"


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("interval", "soon"),
        ("interval", ""),
        ("concurrency", "0"),
        ("mode", "monitor"),
        ("schedule", "at night"),
    ],
)
def test_a_value_that_cannot_be_read_is_a_usage_error_that_says_what_would_be_right(
    invoke: CliRunner, option: str, value: str
) -> None:
    done = invoke.invoke(shown, [f"--{option}", value])

    assert (done.exit_code, f"{value!r} cannot be read; it takes " in done.output) == (2, True)
