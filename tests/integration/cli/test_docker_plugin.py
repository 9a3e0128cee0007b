"""`docker ctrupdater ...`: with the real docker command, by a symlink."""

import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.integration.apps import outdated
from tests.testbed.cli import Commands, Result
from tests.testbed.stack import Stack

Docker = Callable[..., Result]


@pytest.fixture
def docker(stack: Stack, cli: Commands) -> Docker:
    """Runs docker with the plugin, which is all that there is in its own folder."""
    plugins = cli.home / ".docker" / "cli-plugins"
    plugins.mkdir(parents=True)
    (plugins / "docker-ctrupdater").symlink_to(Path(sys.executable).parent / "ctr-updater")

    def run(*words: str, **env: str) -> Result:
        environ = cli.environ | {"PATH": stack.engine.environ["PATH"], **env}
        done = subprocess.run(["docker", *words], env=environ, capture_output=True, text=True, check=False)
        return Result(done.returncode, done.stdout, done.stderr)

    return run


@pytest.mark.every_engine
def test_both_commands_answer_with_their_codes(docker: Docker, stack: Stack) -> None:
    web = outdated(stack, "--label", "ctr-updater.enable=true")

    checked, listed = docker("ctrupdater", "check", web.name), docker("ctrupdater", "list")
    told, choose = docker("ctrupdater", web.name), docker("ctrupdater")

    assert (checked.code, told.code, docker("ctrupdater", "check", "no-such").code) == (1, 1, 3)
    assert (listed.code, web.name in listed.out) == (0, True)
    assert choose.out.splitlines()[0] == "Choose a container to analyze:"


@pytest.mark.every_engine
def test_docker_lists_it_and_its_own_options_lead_to_the_engine(docker: Docker, stack: Stack) -> None:
    web = outdated(stack)
    elsewhere = {"DOCKER_HOST": "unix:///nowhere"}

    assert re.search(r"^ +ctrupdater\* +Keep containers on", docker("--help").out, re.MULTILINE)
    assert docker("ctrupdater", "check", web.name, **elsewhere).code == 4
    assert docker("-H", stack.engine.host, "ctrupdater", "check", web.name, **elsewhere).code == 1
    assert docker("help", "ctrupdater").out.startswith("Usage: docker ctrupdater [OPTIONS] COMMAND")


def test_its_completion_knows_commands_and_containers(
    docker: Docker, stack: Stack, engine_version: str
) -> None:
    web = outdated(stack)

    found = docker("__complete", "ctrupdater", "check", web.name[:-1]).out.splitlines()

    asks_plugins = engine_version != "20.10"
    assert found == ([web.name, ":4"] if asks_plugins else [":0"])
