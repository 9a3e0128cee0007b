"""As a plugin of the docker command: its words become those of the two commands, its options variables."""

import json
import os

import pytest
from click.testing import CliRunner, Result

from watcher import __version__
from watcher.cli import docker_plugin
from watcher.cli.ctr_updater import exercise

VARIABLES = ("DOCKER_HOST", "DOCKER_CONTEXT", "DOCKER_CONFIG", "DOCKER_TLS_VERIFY")


@pytest.fixture
def plugin(monkeypatch: pytest.MonkeyPatch) -> CliRunner:
    """What runs the plugin; its variables are those of before afterwards."""
    for name in VARIABLES:
        monkeypatch.setenv(name, "before")
    return CliRunner()


def run(plugin: CliRunner, *words: str) -> Result:
    """Run it with the words that docker hands it."""
    return plugin.invoke(docker_plugin.run, [*words], obj=exercise, prog_name="docker")


def test_docker_is_told_what_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    docker_plugin.main([docker_plugin.METADATA], exercise)

    found = json.loads(capsys.readouterr().out)
    assert found == docker_plugin.metadata()
    assert (found["SchemaVersion"], found["Version"]) == ("0.1.0", __version__)
    assert found["Vendor"]
    assert found["ShortDescription"]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ((), {}),
        (("-H", "tcp://a:1"), {"DOCKER_HOST": "tcp://a:1"}),
        (("-DH", "tcp://a:1"), {"DOCKER_HOST": "tcp://a:1"}),
        (("--host=tcp://a:1", "--tlsverify"), {"DOCKER_HOST": "tcp://a:1", "DOCKER_TLS_VERIFY": "1"}),
        (("-c", "nas"), {"DOCKER_CONTEXT": "nas", "DOCKER_HOST": None}),
        (("--config", "/c", "-l", "debug"), {"DOCKER_CONFIG": "/c"}),
    ],
)
def test_its_options_are_variables(plugin: CliRunner, words: tuple[str, ...], told: dict[str, str]) -> None:
    assert run(plugin, *words, "ctrupdater", "--version").exit_code == 0

    assert {name: os.environ.get(name) for name in VARIABLES} == dict.fromkeys(VARIABLES, "before") | told


def test_files_of_tls_are_refused_with_what_to_do(plugin: CliRunner) -> None:
    done = run(plugin, "--tlscacert", "/ca.pem", "ctrupdater", "list")

    assert (done.exit_code, "DOCKER_CERT_PATH names their folder" in done.stderr) == (2, True)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("ctrupdater", "--help"), "Usage: docker ctrupdater [OPTIONS] COMMAND"),
        (("help", "ctrupdater"), "Usage: docker ctrupdater [OPTIONS] COMMAND"),
        (("watcher", "check", "--help"), "Usage: docker watcher check [OPTIONS] NAME..."),
        (("ctrupdater", "watcher", "list", "-h"), "Usage: docker ctrupdater watcher list [OPTIONS]"),
        (("ctrupdater", "--pull", "--help"), "Usage: docker ctrupdater [OPTIONS] [NAME]"),
        (("ctrupdater", "--version"), "watcher, version "),
    ],
)
def test_its_words_are_of_either_command(plugin: CliRunner, words: tuple[str, ...], said: str) -> None:
    done = run(plugin, *words)

    assert (done.exit_code, done.stdout.startswith(said)) == (0, True), done.output


@pytest.mark.parametrize(
    ("words", "offered"),
    [
        (("__complete", "ctrupdater", "li"), ["list\tList the labelled containers.", ":4"]),
        (("__completeNoDesc", "ctrupdater", "list", "--js"), ["--json", ":4"]),
        (("__complete", "ctrupdater", "run", "--mode", "no"), ["notify", ":4"]),
        (("__complete", "ctrupdater", "nosuch", "x"), [":4"]),
    ],
)
def test_dockers_completion_is_answered(
    plugin: CliRunner, words: tuple[str, ...], offered: list[str]
) -> None:
    assert run(plugin, *words).stdout.splitlines() == offered
